// Conversions of whole matrices; included after blocks.h, with the same macros.

// Transposes 16 × 16 pairs, from rows `stride` apart to rows `width` apart.
#if LANES == 16
typedef int32_t NAMED(unaligned_bits) __attribute__((vector_size(64), aligned(4), may_alias));
// Exchanges, between rows i and i + s, the s lanes that lie across: in each group of 2s lanes, the upper of the first
// row with the lower of the second.
#define EXCHANGE(s, ...)                                                                                               \
    for (size_t i = 0; i < 16; i++)                                                                                    \
        if (!(i & s)) {                                                                                                \
            NAMED(bits) a = x[i], b = x[i + s];                                                                        \
            x[i] = __builtin_shufflevector(a, b, __VA_ARGS__);                                                         \
            x[i + s] = __builtin_shufflevector(a, b, UPPER_##s);                                                       \
        }
#define UPPER_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define UPPER_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define UPPER_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define UPPER_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
INLINE TARGET void NAMED(transpose)(const NAMED(pair) *from, size_t stride, NAMED(pair) *to, size_t width) {
    NAMED(bits) x[16];
    for (size_t i = 0; i < 16; i++) x[i] = *(const NAMED(unaligned_bits) *)(from + i * stride);
    EXCHANGE(1, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
    EXCHANGE(2, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
    EXCHANGE(4, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
    EXCHANGE(8, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
    for (size_t i = 0; i < 16; i++) *(NAMED(unaligned_bits) *)(to + i * width) = x[i];
}
#undef EXCHANGE
#undef UPPER_1
#undef UPPER_2
#undef UPPER_4
#undef UPPER_8
#else
INLINE TARGET void NAMED(transpose)(const NAMED(pair) *from, size_t stride, NAMED(pair) *to, size_t width) {
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < 16; j++) to[j * width + i] = from[i * stride + j];
}
#endif

// Loads rows i and i + 1 of x [m × n], 32 columns from column j on; what lies outside of x is 0.
INLINE TARGET void NAMED(load)(NAMED(vector) block[2][VECTORS], const float *x, size_t ldx, size_t i, size_t j,
                               size_t m, size_t n) {
    if (i + 2 <= m && j + AB_BFLOAT16_BLOCK <= n) {
        FOR_EACH(block[r][v] = *(const NAMED(unaligned) *)(x + (i + r) * ldx + j + v * LANES));
        return;
    }
    float values[2][AB_BFLOAT16_BLOCK] __attribute__((aligned(64))) = {{0}};
    for (size_t r = 0; r < 2 && i + r < m; r++)
        for (size_t s = 0; s < AB_BFLOAT16_BLOCK && j + s < n; s++) values[r][s] = x[(i + r) * ldx + j + s];
    FOR_EACH(block[r][v] = *(NAMED(vector) *)&values[r][v * LANES]);
}

TARGET void NAMED(ab_bfloat16_convert)(const float *x, size_t ldx, size_t m, size_t n, const ab_bfloat16_epilogue *e) {
    for (size_t j = 0; j < n; j += AB_BFLOAT16_BLOCK) {
        NAMED(vector) totals[VECTORS] = {0};
        for (size_t i = 0; i < m; i += 2) {
            NAMED(vector) block[2][VECTORS];
            NAMED(load)(block, x, ldx, i, j, m, n);
            NAMED(finish)(block, i, j, m, n, e, totals, 1);
        }
        NAMED(end_columns)(totals, j, m, n, e);
    }
}

TARGET void NAMED(ab_bfloat16_outer)(const float *d, const float *w, size_t m, size_t n,
                                     const ab_bfloat16_epilogue *e) {
    for (size_t j = 0; j < n; j += AB_BFLOAT16_BLOCK) {
        float values[AB_BFLOAT16_BLOCK] __attribute__((aligned(64))) = {0};
        for (size_t s = 0; s < AB_BFLOAT16_BLOCK && j + s < n; s++) values[s] = w[j + s];
        NAMED(vector) totals[VECTORS] = {0};
        for (size_t i = 0; i < m; i += 2) {
            const float factors[2] = {d[i], i + 1 < m ? d[i + 1] : 0};
            NAMED(vector) block[2][VECTORS];
            FOR_EACH(block[r][v] = factors[r] * *(NAMED(vector) *)&values[v * LANES]);
            NAMED(finish)(block, i, j, m, n, e, totals, 0);
        }
        NAMED(end_columns)(totals, j, m, n, e);
    }
}

// Blocks of 32 × 32: rounded by rows, then transposed as pairs.
TARGET void NAMED(ab_bfloat16_transpose)(const float *x, size_t m, size_t n, const ab_bfloat16_pairs *pairs) {
    uint16_t block[2][AB_BFLOAT16_BLOCK][AB_BFLOAT16_BLOCK] __attribute__((aligned(64)));
    const size_t size = AB_BFLOAT16_BLOCK * AB_BFLOAT16_BLOCK;
    const ab_bfloat16_epilogue e = {.rows = {block[0][0], AB_BFLOAT16_BLOCK, size, pairs->parts}};
    for (size_t i = 0; i < m; i += AB_BFLOAT16_BLOCK)
        for (size_t j = 0; j < n; j += AB_BFLOAT16_BLOCK) {
            for (size_t r = 0; r < AB_BFLOAT16_BLOCK; r += 2) {
                NAMED(vector) rows[2][VECTORS];
                NAMED(load)(rows, x, n, i + r, j, m, n);
                NAMED(store_rounded)(rows, r, 0, &e);
            }
            for (int q = 0; q < pairs->parts; q++) {
                const NAMED(pair) *from = (const void *)block[q];
                NAMED(pair) *to = (void *)PAIRS_AT(*pairs, j, i, (size_t)q);
                NAMED(transpose)(from, 16, to, 32);
                NAMED(transpose)(from + 16 * 16, 16, to + 16, 32);
            }
        }
}
