// The product for one vector width; included once per width, with these macros:
//   VECTOR_BYTES   the vector width in bytes
//   MR             the number of rows of c per tile, of two vectors each: as many as fit into the registers
//   NAMED(x)       x with a suffix
//   TARGET         the attribute that names the target processors
// and for all widths FOR_EACH_VECTOR (a statement for every vector of a tile), and the types and functions of
// products.c.

enum { NAMED(lanes) = VECTOR_BYTES / sizeof(ab_real), NAMED(nr) = 2 * NAMED(lanes) };
typedef ab_real NAMED(vector) VECTOR_OF(NAMED(lanes), ab_real, VECTOR_BYTES);
typedef ab_real NAMED(unaligned) VECTOR_OF(NAMED(lanes), ab_real, sizeof(ab_real));
typedef ab_bits NAMED(bits) VECTOR_OF(NAMED(lanes), ab_bits, VECTOR_BYTES);

// A packed panel of b: kc rows of `columns` columns from column j on, in one or two vectors, padded with zeros.
typedef struct {
    const ab_real *values;
    size_t kc, j, columns;
    // The memory from which the next panel is packed.
    prefetch_range next;
} NAMED(panel);

// Stores a whole tile after the epilogue: rows from i on and vectors from column j on.
AB_INLINE TARGET void NAMED(store)(NAMED(vector) sums[MR][2], ab_real *c, size_t ldc, size_t i, size_t j,
                                const ab_epilogue *epilogue, const size_t rows, const size_t vectors) {
    c += i * ldc + j;
    if (epilogue->accumulate)
        FOR_EACH_VECTOR(sums[r][v] = *(NAMED(unaligned) *)(c + r * ldc + v * NAMED(lanes)) + sums[r][v]);
    if (epilogue->bias) {
        const ab_real *x = epilogue->bias + i * epilogue->ldbias + j;
        FOR_EACH_VECTOR(sums[r][v] += *(const NAMED(unaligned) *)(x + r * epilogue->ldbias + v * NAMED(lanes)));
    }
    if (epilogue->relu) // keeps NaN, which is not below 0
        FOR_EACH_VECTOR(sums[r][v] = (NAMED(vector))((NAMED(bits))sums[r][v] & ~(NAMED(bits))(sums[r][v] <= 0)));
    if (epilogue->relu_mask) {
        const ab_real *x = epilogue->relu_mask + i * epilogue->ldmask + j;
        FOR_EACH_VECTOR(
            sums[r][v] = (NAMED(vector))((NAMED(bits))sums[r][v] &
                                         (NAMED(bits))(*(const NAMED(unaligned) *)(x + r * epilogue->ldmask +
                                                                                   v * NAMED(lanes)) > 0)));
    }
    FOR_EACH_VECTOR(*(NAMED(unaligned) *)(c + r * ldc + v * NAMED(lanes)) = sums[r][v]);
}

// Computes `rows` rows of c from row i on, of which `valid` exist; the others repeat the last row and are discarded.
AB_INLINE TARGET void NAMED(microkernel)(ab_operand a, const NAMED(panel) *b, ab_real *c, size_t ldc, size_t i,
                                         size_t valid, const ab_epilogue *epilogue, const size_t rows,
                                         const size_t vectors) {
    const ab_real *a_row[MR];
    for (size_t r = 0; r < rows; r++) a_row[r] = a.values + (i + min_size(r, valid - 1)) * a.row_stride;
    NAMED(vector) sums[MR][2] = {0};
    const ab_real *from = b->values;
    for (size_t p = 0, q = 0; p < b->kc; p++, q += a.column_stride, from += vectors * NAMED(lanes)) {
        NAMED(vector) b_row[2];
        for (size_t v = 0; v < vectors; v++) b_row[v] = *(const NAMED(vector) *)(from + v * NAMED(lanes));
        for (size_t r = 0; r < rows; r++) {
            ab_real x = a_row[r][q];
            for (size_t v = 0; v < vectors; v++) sums[r][v] += x * b_row[v];
        }
    }
    if (valid >= rows && b->columns >= vectors * NAMED(lanes)) {
        NAMED(store)(sums, c, ldc, i, b->j, epilogue, rows, vectors);
    } else {
        ab_real values[MR * NAMED(nr)] __attribute__((aligned(64)));
        FOR_EACH_VECTOR(*(NAMED(vector) *)(values + (r * vectors + v) * NAMED(lanes)) = sums[r][v]);
        store_edge(values, vectors * NAMED(lanes), c, ldc, i, b->j, min_size(valid, rows), b->columns, epilogue);
    }
}

// Computes rows `first` to `last` of c for one panel of b.
#define MACROKERNEL(name, vectors)                                                                                     \
    TARGET static void NAMED(name)(ab_operand a, const NAMED(panel) *b, ab_real *c, size_t ldc, size_t first,          \
                                   size_t last, const ab_epilogue *epilogue) {                                         \
        for (size_t i = first; i < last;) {                                                                            \
            size_t left = last - i;                                                                                    \
            prefetch(&b->next, i - first, MR, last - first);                                                           \
            if (left > 4) {                                                                                            \
                NAMED(microkernel)(a, b, c, ldc, i, min_size(left, MR), epilogue, MR, vectors);                        \
                i += MR;                                                                                               \
            } else {                                                                                                   \
                NAMED(microkernel)(a, b, c, ldc, i, left, epilogue, 4, vectors);                                       \
                i += 4;                                                                                                \
            }                                                                                                          \
        }                                                                                                              \
    }
MACROKERNEL(macrokernel, 2)
MACROKERNEL(narrow_macrokernel, 1)
#undef MACROKERNEL

// Packs kc rows of NR columns of b into a panel, and sums the columns.
AB_INLINE TARGET void NAMED(pack)(ab_real *panel, const ab_real *from, size_t stride, size_t kc, ab_real *column_sums,
                               int accumulate) {
    NAMED(vector) totals[2] = {0};
    for (size_t p = 0; p < kc; p++, from += stride, panel += NAMED(nr))
        for (size_t v = 0; v < 2; v++) {
            NAMED(vector) x = *(const NAMED(unaligned) *)(from + v * NAMED(lanes));
            *(NAMED(vector) *)(panel + v * NAMED(lanes)) = x;
            totals[v] += x;
        }
    for (size_t v = 0; column_sums && v < 2; v++) {
        NAMED(unaligned) *sum = (NAMED(unaligned) *)(column_sums + v * NAMED(lanes));
        *sum = accumulate ? *sum + totals[v] : totals[v];
    }
}

// Packs up to `left` columns of b, from j on, into `values`.
AB_INLINE TARGET NAMED(panel) NAMED(packed)(ab_real *values, ab_operand b, size_t kc, size_t j, size_t left,
                                         ab_real *column_sums, int accumulate) {
    const size_t width = (left <= NAMED(lanes) ? 1 : 2) * NAMED(lanes), columns = min_size(left, width);
    const ab_real *from = b.values + j * b.column_stride;
    if (b.column_stride != 1)
        pack_transposed(values, from, b.column_stride, kc, columns, width);
    else if (left >= NAMED(nr))
        NAMED(pack)(values, from, b.row_stride, kc, column_sums ? column_sums + j : NULL, accumulate);
    else
        pack_edge(values, from, b.row_stride, kc, columns, width, column_sums ? column_sums + j : NULL, accumulate);
    ab_operand rest = {from + columns * b.column_stride, b.row_stride, b.column_stride};
    return (NAMED(panel)){values, kc, j, left, range_of(rest, kc, min_size(left - columns, NAMED(nr)))};
}

TARGET static void NAMED(gemm)(ab_operand a, ab_operand b, ab_real *c, size_t ldc, size_t m, size_t n, size_t k,
                               ab_epilogue epilogue) {
    ab_real values[AB_KC * NAMED(nr)] __attribute__((aligned(64)));
    for (size_t p = 0; p < k; p += AB_KC) {
        const size_t kc = min_size(AB_KC, k - p);
        ab_epilogue now = epilogue;
        now.accumulate = epilogue.accumulate || p > 0;
        if (p + kc < k) now.bias = NULL, now.relu = 0, now.relu_mask = NULL;
        const ab_operand a_block = {a.values + p * a.column_stride, a.row_stride, a.column_stride};
        const ab_operand b_block = {b.values + p * b.row_stride, b.row_stride, b.column_stride};
        for (size_t i = 0; i < m; i += MC) {
            const size_t last = min_size(m, i + MC);
            for (size_t j = 0; j < n; j += NAMED(nr)) {
                ab_real *column_sums = i == 0 ? epilogue.b_column_sums : NULL;
                NAMED(panel) panel = NAMED(packed)(values, b_block, kc, j, n - j, column_sums, now.accumulate);
                if (panel.columns > NAMED(lanes))
                    NAMED(macrokernel)(a_block, &panel, c, ldc, i, last, &now);
                else
                    NAMED(narrow_macrokernel)(a_block, &panel, c, ldc, i, last, &now);
            }
        }
    }
}

#undef VECTOR_BYTES
#undef MR
#undef NAMED
#undef TARGET
