// Products in bfloat16 by AMX tiles; included after blocks.h and conversions.h, with these macros, which are the
// processor's instructions, or C that does the same (Tests/Support/CTileEmulation). `t` is a literal number of a tile,
// and rows of tiles in memory are `bytes` apart:
//   TILE_CONFIGURE(configuration)   LDTILECFG; NULL for TILERELEASE
//   TILE_ZERO(t)                    TILEZERO
//   TILE_LOAD(t, from, bytes)       TILELOADD
//   TILE_STORE(t, to, bytes)        TILESTORED
//   TILE_MULTIPLY(c, a, b)          TDPBF16PS: c += a·b, b in pairs of rows
//   TILES                           the attribute that names the target processors

// A tile has 16 rows of 64 bytes: 16 floats, or 16 pairs. A block of 32 × 32 results is tiles 0 to 3, by rows; 4 and 5
// are 32 rows of a, 6 and 7 are 32 columns of b.
enum { TILE_ROWS = 16, TILE_PAIRS = 16, TILE_BYTES = 64 };

// Palette 1, as LDTILECFG reads it.
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes_per_row[16];
    uint8_t rows[16];
} tile_configuration;

TILES static void configure_tiles(void) {
    tile_configuration configuration __attribute__((aligned(64))) = {.palette = 1};
    for (int t = 0; t < 8; t++) configuration.bytes_per_row[t] = TILE_BYTES, configuration.rows[t] = TILE_ROWS;
    TILE_CONFIGURE(&configuration);
}

// Adds to a block those products whose sums run over `steps` times 32 elements of k. a's rows are `stride` bytes apart,
// its lower 16 rows are left out where `is_low` is 0; b is a panel.
INLINE TILES void add_tiles(const uint16_t *a, size_t stride, const uint16_t *b, size_t steps, int is_low) {
    enum { ROW = AB_BFLOAT16_BLOCK * 2 * sizeof(uint16_t) }; // bytes of a row of pairs in a panel
    for (size_t p = 0; p < steps; p++, a += 2 * TILE_PAIRS, b += TILE_PAIRS * 2 * AB_BFLOAT16_BLOCK) {
        TILE_LOAD(4, a, stride);
        TILE_LOAD(6, b, ROW);
        TILE_LOAD(7, b + 2 * TILE_PAIRS, ROW);
        TILE_MULTIPLY(0, 4, 6);
        TILE_MULTIPLY(1, 4, 7);
        if (!is_low) continue;
        TILE_LOAD(5, a + TILE_ROWS * stride / sizeof *a, stride);
        TILE_MULTIPLY(2, 5, 6);
        TILE_MULTIPLY(3, 5, 7);
    }
}

// Runs a statement for each product of part q of a and part s of b, in the order of ab_bfloat16_multiply.
#define FOR_EACH_TERM(a_parts, b_parts, x)                                                                             \
    do {                                                                                                               \
        size_t q = 0, s = 1;                                                                                           \
        if ((b_parts) > 1) x;                                                                                          \
        q = 1, s = 0;                                                                                                  \
        if ((a_parts) > 1) x;                                                                                          \
        q = 0;                                                                                                         \
        x;                                                                                                             \
    } while (0)

INLINE TILES void zero_tiles(void) {
    TILE_ZERO(0);
    TILE_ZERO(1);
    TILE_ZERO(2);
    TILE_ZERO(3);
}

// Takes a block's tiles through the epilogue: rows from i on and columns from j on.
INLINE TILES void finish_tiles(size_t i, size_t j, size_t m, size_t n, const ab_bfloat16_epilogue *e,
                               NAMED(vector) totals[VECTORS]) {
    float block[AB_BFLOAT16_BLOCK][AB_BFLOAT16_BLOCK] __attribute__((aligned(64)));
    TILE_STORE(0, block[0], sizeof block[0]);
    TILE_STORE(1, block[0] + 16, sizeof block[0]);
    if (i + TILE_ROWS < m) {
        TILE_STORE(2, block[TILE_ROWS], sizeof block[0]);
        TILE_STORE(3, block[TILE_ROWS] + 16, sizeof block[0]);
    }
    for (size_t r = 0; r < AB_BFLOAT16_BLOCK && i + r < m; r += 2) {
        NAMED(vector) rows[2][VECTORS];
        for (size_t s = 0; s < 2; s++)
            for (size_t v = 0; v < VECTORS; v++) rows[s][v] = *(const NAMED(vector) *)&block[r + s][v * LANES];
        NAMED(finish)(rows, i + r, j, m, n, e, totals, 0);
    }
}

TILES void NAMED(ab_bfloat16_multiply)(ab_bfloat16_rows a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,
                                       const ab_bfloat16_epilogue *e) {
    const size_t steps = (k + 2 * TILE_PAIRS - 1) / (2 * TILE_PAIRS), bytes = a.stride * sizeof *a.values;
    configure_tiles();
    for (size_t j = 0; j < n; j += AB_BFLOAT16_BLOCK) {
        NAMED(vector) totals[VECTORS] = {0};
        for (size_t i = 0; i < m; i += AB_BFLOAT16_BLOCK) {
            const int is_low = i + TILE_ROWS < m;
            zero_tiles();
            FOR_EACH_TERM(a.parts, b.parts,
                          add_tiles(ROWS_AT(a, i, 0, q), bytes, PAIRS_AT(b, 0, j, s), steps, is_low));
            finish_tiles(i, j, m, n, e, totals);
        }
        NAMED(end_columns)(totals, j, m, n, e);
    }
    TILE_CONFIGURE(NULL);
}

// Tiles of a must be loaded by rows of aᵀ: 32 columns of a are transposed into the first-level cache, and multiplied by
// all of b.
TILES void NAMED(ab_bfloat16_multiply_transposed)(ab_bfloat16_pairs a, ab_bfloat16_pairs b, size_t m, size_t n,
                                                  size_t k, const ab_bfloat16_epilogue *e) {
    NAMED(pair) rows[2][AB_BFLOAT16_BLOCK * AB_BFLOAT16_KC / 2] __attribute__((aligned(64)));
    const size_t steps = (k + 2 * TILE_PAIRS - 1) / (2 * TILE_PAIRS), width = steps * TILE_PAIRS;
    const size_t bytes = width * sizeof rows[0][0];
    configure_tiles();
    for (size_t i = 0; i < m; i += AB_BFLOAT16_BLOCK) {
        const int is_low = i + TILE_ROWS < m;
        for (size_t q = 0; q < (size_t)a.parts; q++)
            for (size_t p = 0; p < steps; p++)
                for (size_t half = 0; half <= (size_t)is_low; half++) {
                    const NAMED(pair) *from = (const void *)PAIRS_AT(a, p * 2 * TILE_PAIRS, i + half * TILE_ROWS, q);
                    NAMED(pair) *to = rows[q] + half * TILE_ROWS * width + p * TILE_PAIRS;
                    NAMED(transpose)(from, AB_BFLOAT16_BLOCK, to, width);
                }
        for (size_t j = 0; j < n; j += AB_BFLOAT16_BLOCK) {
            NAMED(vector) totals[VECTORS] = {0};
            zero_tiles();
            FOR_EACH_TERM(a.parts, b.parts,
                          add_tiles((const void *)rows[q], bytes, PAIRS_AT(b, 0, j, s), steps, is_low));
            finish_tiles(i, j, m, n, e, totals);
        }
    }
    TILE_CONFIGURE(NULL);
}
