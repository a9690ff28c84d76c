// The product for one width of vectors; included once for each with
//   VECTOR_BYTES   how wide they are
//   TILE_ROWS      how many rows of c are summed at a time, two vectors of each: as many as there are registers for
//   NAMED(x)       x with a suffix
//   TARGET         which processors the functions are for
// and for all with INLINE, EACH (a statement for every vector of a tile) and the types and functions of products.c.

typedef ab_real NAMED(vector) __attribute__((vector_size(VECTOR_BYTES)));
// The same anywhere in memory.
typedef ab_real NAMED(loose) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(ab_real))));
typedef ab_bits NAMED(bits) __attribute__((vector_size(VECTOR_BYTES)));
typedef uint16_t NAMED(halves) __attribute__((vector_size(VECTOR_BYTES / sizeof(ab_real) * 2), aligned(2)));
enum { NAMED(lanes) = VECTOR_BYTES / sizeof(ab_real) };

// A panel of b: `columns` columns from column j on, in one or two vectors, the last of them filled up with zeros.
typedef struct {
    const ab_real *values;
    size_t depth, j, columns;
    // What the panel after this one is made of.
    ab_wanted next;
} NAMED(panel);

#ifndef ACTIVE_BENCH_DOUBLE
// `ab_rounded` for every lane.
INLINE TARGET NAMED(halves) NAMED(rounded)(NAMED(vector) x) {
    NAMED(bits) bits = (NAMED(bits))x, nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    NAMED(bits) is_none = (bits & 0x7fffffff) > AB_INFINITE;
    return __builtin_convertvector((nearest & ~is_none) | ((bits >> 16 | 0x40) & is_none), NAMED(halves));
}
#else
// Nobody rounds in double precision but the kernel's test.
INLINE TARGET NAMED(halves) NAMED(rounded)(NAMED(vector) x) {
    NAMED(halves) result;
    for (size_t k = 0; k < NAMED(lanes); k++) result[k] = ab_rounded(x[k]);
    return result;
}
#endif

// Writes a whole tile of sums, finished: rows from i on and vectors from column j on.
INLINE TARGET void NAMED(write)(NAMED(vector) sums[TILE_ROWS][2], ab_real *c, size_t c_row, size_t i, size_t j,
                                const ab_finish *finish, const size_t rows, const size_t vectors) {
    if (!finish->rounded) c += i * c_row + j;
    if (finish->adding) EACH(sums[r][v] = *(NAMED(loose) *)(c + r * c_row + v * NAMED(lanes)) + sums[r][v]);
    if (finish->addend) {
        const ab_real *x = finish->addend + i * finish->addend_row + j;
        EACH(sums[r][v] += *(const NAMED(loose) *)(x + r * finish->addend_row + v * NAMED(lanes)));
    }
    if (finish->rectified) // NaN is not below 0
        EACH(sums[r][v] = (NAMED(vector))((NAMED(bits))sums[r][v] & ~(NAMED(bits))(sums[r][v] <= 0)));
    if (finish->mask) {
        const ab_real *x = finish->mask + i * finish->mask_row + j;
        EACH(sums[r][v] = (NAMED(vector))((NAMED(bits))sums[r][v] &
                              (NAMED(bits))(*(const NAMED(loose) *)(x + r * finish->mask_row + v * NAMED(lanes)) > 0)));
    }
    if (finish->rounded)
        EACH(*(NAMED(halves) *)(finish->rounded + (i + r) * c_row + j + v * NAMED(lanes)) = NAMED(rounded)(sums[r][v]));
    else
        EACH(*(NAMED(loose) *)(c + r * c_row + v * NAMED(lanes)) = sums[r][v]);
}

// `rows` rows of c from row i on, of which `valid` are there; the others are computed from the last and forgotten.
INLINE TARGET void NAMED(tile)(ab_factor a, const NAMED(panel) *b, ab_real *c, size_t c_row, size_t i, size_t valid,
                               const ab_finish *finish, const size_t rows, const size_t vectors) {
    const ab_real *row[TILE_ROWS];
    for (size_t r = 0; r < rows; r++) row[r] = a.values + (i + least(r, valid - 1)) * a.row;
    NAMED(vector) sums[TILE_ROWS][2] = {0};
    const ab_real *from = b->values;
    for (size_t p = 0, q = 0; p < b->depth; p++, q += a.column, from += vectors * NAMED(lanes)) {
        NAMED(vector) beside[2];
        for (size_t v = 0; v < vectors; v++) beside[v] = *(const NAMED(vector) *)(from + v * NAMED(lanes));
        for (size_t r = 0; r < rows; r++) {
            ab_real x = row[r][q];
            for (size_t v = 0; v < vectors; v++) sums[r][v] += x * beside[v];
        }
    }
    if (valid >= rows && b->columns >= vectors * NAMED(lanes)) {
        NAMED(write)(sums, c, c_row, i, b->j, finish, rows, vectors);
    } else {
        ab_real values[TILE_ROWS * 2 * NAMED(lanes)] __attribute__((aligned(64)));
        EACH(*(NAMED(vector) *)(values + (r * vectors + v) * NAMED(lanes)) = sums[r][v]);
        write_some(values, vectors * NAMED(lanes), c, c_row, i, b->j, least(valid, rows), b->columns, finish);
    }
}

// Rows `first` to `last` of c beside a panel.
#define STRIP(name, vectors)                                                                                           \
    TARGET static void NAMED(name)(ab_factor a, const NAMED(panel) *b, ab_real *c, size_t c_row, size_t first,         \
                                   size_t last, const ab_finish *finish) {                                             \
        for (size_t i = first; i < last;) {                                                                            \
            size_t left = last - i;                                                                                    \
            fetch(&b->next, i - first, TILE_ROWS, last - first);                                                       \
            if (left > 4) {                                                                                            \
                NAMED(tile)(a, b, c, c_row, i, least(left, TILE_ROWS), finish, TILE_ROWS, vectors);                    \
                i += TILE_ROWS;                                                                                        \
            } else {                                                                                                   \
                NAMED(tile)(a, b, c, c_row, i, left, finish, 4, vectors);                                              \
                i += 4;                                                                                                \
            }                                                                                                          \
        }                                                                                                              \
    }
STRIP(strip, 2)
STRIP(narrow_strip, 1)
#undef STRIP

// Copies rows of b into a panel; where sums are wanted they become the sums of its columns.
INLINE TARGET void NAMED(pack)(ab_real *panel, const ab_real *from, size_t stride, size_t rows, ab_real *sums, int adding) {
    NAMED(vector) totals[2] = {0};
    for (size_t p = 0; p < rows; p++, from += stride, panel += 2 * NAMED(lanes))
        for (size_t v = 0; v < 2; v++) {
            NAMED(vector) x = *(const NAMED(loose) *)(from + v * NAMED(lanes));
            *(NAMED(vector) *)(panel + v * NAMED(lanes)) = x;
            totals[v] += x;
        }
    for (size_t v = 0; sums && v < 2; v++) {
        NAMED(loose) *sum = (NAMED(loose) *)(sums + v * NAMED(lanes));
        *sum = adding ? *sum + totals[v] : totals[v];
    }
}

// The columns from j on of b, `left` of them, packed into `values`.
INLINE TARGET NAMED(panel) NAMED(packed)(ab_real *values, ab_factor b, size_t depth, size_t j, size_t left, ab_real *sums,
                                         int adding) {
    const size_t width = (left <= NAMED(lanes) ? 1 : 2) * NAMED(lanes), columns = least(left, width);
    const ab_real *from = b.values + j * b.column;
    if (b.column != 1)
        pack_transposed(values, from, b.column, depth, columns, width);
    else if (left >= 2 * NAMED(lanes))
        NAMED(pack)(values, from, b.row, depth, sums ? sums + j : NULL, adding);
    else
        pack_some(values, from, b.row, depth, columns, width, sums ? sums + j : NULL, adding);
    ab_factor rest = {from + columns * b.column, b.row, b.column};
    return (NAMED(panel)){values, depth, j, left, wanted(rest, depth, least(left - columns, 2 * NAMED(lanes)))};
}

TARGET static void NAMED(multiply)(ab_factor a, ab_factor b, ab_real *c, size_t c_row, size_t rows, size_t columns,
                                   size_t inner, ab_finish finish) {
    ab_real values[AB_PANEL_ROWS * 2 * NAMED(lanes)] __attribute__((aligned(64)));
    for (size_t p = 0; p < inner; p += AB_PANEL_ROWS) {
        const size_t depth = least(AB_PANEL_ROWS, inner - p);
        ab_finish now = finish;
        now.adding = finish.adding || p > 0;
        if (p + depth < inner) now.addend = NULL, now.rectified = 0, now.mask = NULL;
        const ab_factor left = {a.values + p * a.column, a.row, a.column}, right = {b.values + p * b.row, b.row, b.column};
        for (size_t i = 0; i < rows; i += BLOCK_ROWS) {
            const size_t last = least(rows, i + BLOCK_ROWS);
            for (size_t j = 0; j < columns; j += 2 * NAMED(lanes)) {
                ab_real *sums = i == 0 ? finish.column_sums : NULL;
                NAMED(panel) panel = NAMED(packed)(values, right, depth, j, columns - j, sums, now.adding);
                if (panel.columns > NAMED(lanes))
                    NAMED(strip)(left, &panel, c, c_row, i, last, &now);
                else
                    NAMED(narrow_strip)(left, &panel, c, c_row, i, last, &now);
            }
        }
    }
}

#undef VECTOR_BYTES
#undef TILE_ROWS
#undef NAMED
#undef TARGET
