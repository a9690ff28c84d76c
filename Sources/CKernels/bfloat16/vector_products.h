// Products for processors that multiply vectors; included after blocks.h, with the same macros and
//   MR                        the number of rows per tile of 32 columns
//   MULTIPLY_ADD(sum, a, b)   sum += a·b for every lane, where a is one pair for all lanes and b a vector of pairs

// Adds to a tile's sums those over `pairs` pairs of k: a's pair (r, p) is at a[r·row_step + p·pair_step], b's rows are
// 64 numbers apart.
INLINE TARGET void NAMED(add_products)(NAMED(vector) tile[MR][VECTORS], const uint16_t *a, size_t row_step,
                                       size_t pair_step, const uint16_t *b, size_t pairs) {
    NAMED(vector) sums[MR][VECTORS]; // in registers
    for (size_t r = 0; r < MR; r++)
        for (size_t v = 0; v < VECTORS; v++) sums[r][v] = tile[r][v];
    for (size_t p = 0; p < pairs; p++, a += pair_step, b += 2 * AB_BFLOAT16_BLOCK) {
        NAMED(bits) b_row[VECTORS];
        for (size_t v = 0; v < VECTORS; v++) b_row[v] = *(const NAMED(bits) *)(b + v * LANES * 2);
        for (size_t r = 0; r < MR; r++) {
            int32_t pair;
            memcpy(&pair, a + r * row_step, sizeof pair);
            for (size_t v = 0; v < VECTORS; v++) MULTIPLY_ADD(sums[r][v], pair, b_row[v]);
        }
    }
    for (size_t r = 0; r < MR; r++)
        for (size_t v = 0; v < VECTORS; v++) tile[r][v] = sums[r][v];
}

// A product of a, whose part q from row i on is at `a_at`, by b's panels; see ab_bfloat16_multiply for the order of the
// parts.
#define PRODUCT(name, factor, row_step, pair_step, a_at)                                                               \
    TARGET void NAMED(name)(factor a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,                               \
                            const ab_bfloat16_epilogue *e) {                                                           \
        const ab_bfloat16_epilogue epilogue = *e;                                                                      \
        for (size_t j = 0; j < n; j += AB_BFLOAT16_BLOCK) {                                                            \
            NAMED(vector) totals[VECTORS] = {0};                                                                       \
            for (size_t i = 0; i < m; i += MR) {                                                                       \
                NAMED(vector) tile[MR][VECTORS] = {{0}};                                                               \
                if (b.parts > 1)                                                                                       \
                    NAMED(add_products)(tile, a_at(a, i, 0), row_step, pair_step, PAIRS_AT(b, 0, j, 1), (k + 1) / 2);  \
                if (a.parts > 1)                                                                                       \
                    NAMED(add_products)(tile, a_at(a, i, 1), row_step, pair_step, PAIRS_AT(b, 0, j, 0), (k + 1) / 2);  \
                NAMED(add_products)(tile, a_at(a, i, 0), row_step, pair_step, PAIRS_AT(b, 0, j, 0), (k + 1) / 2);      \
                _Pragma("unroll") for (size_t r = 0; r < MR; r += 2)                                                   \
                    if (i + r < m) NAMED(finish)(tile + r, i + r, j, m, n, &epilogue, totals, 0);                      \
            }                                                                                                          \
            NAMED(end_columns)(totals, j, m, n, e);                                                                    \
        }                                                                                                              \
    }
#define ROW(a, i, q) ROWS_AT(a, i, 0, q)
#define COLUMN(a, i, q) PAIRS_AT(a, 0, i, q)
PRODUCT(ab_bfloat16_multiply, ab_bfloat16_rows, a.stride, 2, ROW)
PRODUCT(ab_bfloat16_multiply_transposed, ab_bfloat16_pairs, 2, 2 * AB_BFLOAT16_BLOCK, COLUMN)
#undef ROW
#undef COLUMN
#undef PRODUCT
