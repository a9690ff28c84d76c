#include "CKernels.h"

#include "kernel.h"

#include <string.h>

// A row is summed in the lanes of one vector of 64 bytes, which every processor has in one register or more.
enum { LANES = 64 / sizeof(ab_real) };
typedef ab_real lanes_t __attribute__((vector_size(64), aligned(sizeof(ab_real)), may_alias));

#define AT(x) (*(const lanes_t *)(x))

// Returns the sum of all lanes: those of the upper half are added to those of the lower one, and so on.
AB_INLINE ab_real lane_sum(const lanes_t *lanes) {
    typedef ab_real half_t __attribute__((vector_size(32), aligned(sizeof(ab_real)), may_alias));
    typedef ab_real quarter_t __attribute__((vector_size(16), aligned(sizeof(ab_real)), may_alias));
    const half_t half = ((const half_t *)lanes)[0] + ((const half_t *)lanes)[1];
    const quarter_t quarter = ((const quarter_t *)&half)[0] + ((const quarter_t *)&half)[1];
#ifdef ACTIVE_BENCH_DOUBLE
    return quarter[0] + quarter[1];
#else
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
#endif
}

// Computes `rows` rows of c with `columns` columns.
AB_INLINE void dot_rows(const ab_real *a, size_t lda, const ab_real *b, size_t ldb, ab_real *c, size_t ldc, size_t k,
                        const size_t rows, const size_t columns) {
    lanes_t sums[4][4] = {0};
    const size_t whole = k / LANES * LANES;
    for (size_t p = 0; p < whole; p += LANES)
        for (size_t j = 0; j < columns; j++)
            for (size_t i = 0; i < rows; i++) sums[i][j] += AT(a + i * lda + p) * AT(b + j * ldb + p);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            ab_real sum = lane_sum(&sums[i][j]);
            for (size_t p = whole; p < k; p++) sum += a[i * lda + p] * b[j * ldb + p];
            c[i * ldc + j] = sum;
        }
}

// Rows are computed so many at a time that the sums stay in registers.
#define FOR_ALL_ROWS(block, columns)                                                                                   \
    do {                                                                                                               \
        size_t i = 0;                                                                                                  \
        for (; i + block <= m; i += block) dot_rows(a + i * lda, lda, b, ldb, c + i * ldc, ldc, k, block, columns);   \
        for (; i < m; i++) dot_rows(a + i * lda, lda, b, ldb, c + i * ldc, ldc, k, 1, columns);                        \
    } while (0)

AB_INLINE void gemm_abt_body(const ab_real *restrict a, size_t lda, const ab_real *restrict b, size_t ldb,
                             ab_real *restrict c, size_t ldc, size_t m, size_t n, size_t k) {
    switch (n) {
    case 1: FOR_ALL_ROWS(4, 1); break;
    case 2: FOR_ALL_ROWS(4, 2); break;
    case 3: FOR_ALL_ROWS(4, 3); break;
    default: FOR_ALL_ROWS(2, 4);
    }
}
AB_KERNEL(void, gemm_abt,
          (const ab_real *a, size_t lda, const ab_real *b, size_t ldb, ab_real *c, size_t ldc, size_t m, size_t n,
           size_t k),
          (a, lda, b, ldb, c, ldc, m, n, k))

void ab_gemm_narrow(const ab_real *a, size_t lda, const ab_real *b, size_t ldb, ab_real *c, size_t ldc, size_t m,
                    size_t n, size_t k) {
    uint64_t start = ab_profile_begin();
    gemm_abt(a, lda, b, ldb, c, ldc, m, n, k);
    ab_profile_end(start, n == 1 ? "matrix times vector" : "product a bT, narrow", m, n, k,
                   (m * k + n * k + m * n) * sizeof(ab_real));
}

// The number of vectors that are summed at a time, so that they stay in registers.
enum { BLOCK = 4 };

// Computes `vectors` vectors of y, and stores the elements from `from` on.
AB_INLINE void sum_rows(const ab_real *a, size_t lda, const ab_real *x, ab_real *y, size_t m, const size_t vectors,
                        size_t from, int accumulate) {
    lanes_t sums[BLOCK] = {0};
    for (size_t i = 0; i < m; i++, a += lda)
        for (size_t v = 0; v < vectors; v++) sums[v] += x[i] * AT(a + v * LANES);
    if (from > 0) {
        ab_real values[LANES];
        memcpy(values, sums, sizeof values);
        for (size_t k = from; k < LANES; k++) y[k] = accumulate ? y[k] + values[k] : values[k];
        return;
    }
    for (size_t v = 0; v < vectors; v++) {
        lanes_t *to = (lanes_t *)(y + v * LANES);
        *to = accumulate ? *to + sums[v] : sums[v];
    }
}

AB_INLINE void gemv_transposed_body(const ab_real *restrict a, size_t lda, const ab_real *restrict x,
                                    ab_real *restrict y, size_t m, size_t n, int accumulate) {
    for (size_t first = 0; first < m; first += AB_KC, a += AB_KC * lda, x += AB_KC, accumulate = 1) {
        const size_t rows = m - first < AB_KC ? m - first : AB_KC;
        size_t j = 0;
        for (; j + BLOCK * LANES <= n; j += BLOCK * LANES) sum_rows(a + j, lda, x, y + j, rows, BLOCK, 0, accumulate);
        for (; j + LANES <= n; j += LANES) sum_rows(a + j, lda, x, y + j, rows, 1, 0, accumulate);
        if (j == n) continue;
        if (n >= LANES) {
            // The last vector begins in the one before.
            const size_t last = n - LANES;
            sum_rows(a + last, lda, x, y + last, rows, 1, j - last, accumulate);
        } else {
            ab_real sums[LANES] = {0};
            for (size_t i = 0; i < rows; i++)
                for (size_t k = 0; k < n; k++) sums[k] += x[i] * a[i * lda + k];
            for (size_t k = 0; k < n; k++) y[k] = accumulate ? y[k] + sums[k] : sums[k];
        }
    }
}
AB_KERNEL(void, gemv_transposed,
          (const ab_real *a, size_t lda, const ab_real *x, ab_real *y, size_t m, size_t n, int accumulate),
          (a, lda, x, y, m, n, accumulate))

void ab_gemv_transposed(const ab_real *a, size_t lda, const ab_real *x, ab_real *y, size_t m, size_t n,
                        int accumulate) {
    uint64_t start = ab_profile_begin();
    gemv_transposed(a, lda, x, y, m, n, accumulate);
    ab_profile_end(start, "matrix times vector", n, 1, m, (m * n + m + n) * sizeof(ab_real));
}
