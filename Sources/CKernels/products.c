#include "CKernels.h"

#include "kernel.h"

#include <stdint.h>
#include <string.h>

// The blocking is BLIS's, without a packed a: b goes through packed panels of KC = AB_KC rows and NR columns (two
// vectors: 32 KB in single precision with vectors of 64 bytes), which stay in the first-level cache while MC rows of a,
// which stay in the second, go by, MR at a time.
enum { MC = 256 };

// An integer as wide as ab_real, for its bit pattern.
#ifdef ACTIVE_BENCH_DOUBLE
typedef int64_t ab_bits;
#else
typedef int32_t ab_bits;
#endif

static inline size_t min_size(size_t a, size_t b) { return a < b ? a : b; }

// Memory to prefetch: `runs` runs of `bytes` bytes, `stride` numbers apart.
typedef struct {
    const ab_real *from;
    size_t runs, bytes, stride;
} prefetch_range;

// Prefetches the share of that memory for rows i to i + rows of `all`, while these are computed.
AB_INLINE void prefetch(const prefetch_range *w, size_t i, size_t rows, size_t all) {
    size_t last = min_size(w->runs, (i + rows) * w->runs / all);
    for (size_t run = i * w->runs / all; run < last; run++)
        for (size_t byte = 0; byte < w->bytes; byte += 64)
            __builtin_prefetch((const char *)(w->from + run * w->stride) + byte);
}

// `columns` columns of `kc` rows of b.
static prefetch_range range_of(ab_operand b, size_t kc, size_t columns) {
    if (columns == 0) return (prefetch_range){0};
    return b.column_stride == 1 ? (prefetch_range){b.values, kc, columns * sizeof(ab_real), b.row_stride}
                                : (prefetch_range){b.values, columns, kc * sizeof(ab_real), b.column_stride};
}

// Vectors access arrays of ab_real, which strict aliasing permits only with may_alias.
#define VECTOR_OF(count, type, alignment)                                                                              \
    __attribute__((vector_size((count) * sizeof(type)), aligned(alignment), may_alias))

// A vector of four numbers, for transposing.
typedef ab_real vector4_t VECTOR_OF(4, ab_real, sizeof(ab_real));

// Transposes 4 × 4 numbers, from rows `stride` apart to rows `width` apart.
static inline void transpose_4x4(const ab_real *from, size_t stride, ab_real *to, size_t width) {
    vector4_t a = *(const vector4_t *)from, b = *(const vector4_t *)(from + stride);
    vector4_t c = *(const vector4_t *)(from + 2 * stride), d = *(const vector4_t *)(from + 3 * stride);
    vector4_t ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    vector4_t cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(vector4_t *)to = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
    *(vector4_t *)(to + width) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
    *(vector4_t *)(to + 2 * width) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    *(vector4_t *)(to + 3 * width) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

// Packs a panel [kc × width] of a transposed matrix: element (p, j) is from[j·stride + p] for `columns` columns; the
// rest is zero.
static void pack_transposed(ab_real *panel, const ab_real *from, size_t stride, size_t kc, size_t columns,
                            size_t width) {
    if (columns < width) memset(panel, 0, kc * width * sizeof *panel);
    size_t j = 0;
    for (; j + 4 <= columns; j += 4) {
        size_t p = 0;
        for (; p + 4 <= kc; p += 4) transpose_4x4(from + j * stride + p, stride, panel + p * width + j, width);
        for (; p < kc; p++)
            for (size_t q = j; q < j + 4; q++) panel[p * width + q] = from[q * stride + p];
    }
    for (; j < columns; j++)
        for (size_t p = 0; p < kc; p++) panel[p * width + j] = from[j * stride + p];
}

// Packs a panel at the right edge of a row-major matrix, element (p, j) being from[p·stride + j] for `columns` columns
// and zero beyond, and sums its columns.
static void pack_edge(ab_real *panel, const ab_real *from, size_t stride, size_t kc, size_t columns, size_t width,
                      ab_real *column_sums, int accumulate) {
    ab_real totals[128 / sizeof(ab_real)] = {0};
    for (size_t p = 0; p < kc; p++, panel += width, from += stride) {
        for (size_t j = 0; j < columns; j++) totals[j] += panel[j] = from[j];
        for (size_t j = columns; j < width; j++) panel[j] = 0;
    }
    for (size_t j = 0; column_sums && j < columns; j++)
        column_sums[j] = accumulate ? column_sums[j] + totals[j] : totals[j];
}

// Stores part of a tile, after the epilogue, number by number: `rows` rows, `width` apart, of `columns` columns.
static void store_edge(const ab_real *sums, size_t width, ab_real *c, size_t ldc, size_t i, size_t j, size_t rows,
                       size_t columns, const ab_epilogue *epilogue) {
    for (size_t r = i; r < i + rows; r++, sums += width)
        for (size_t s = 0; s < min_size(columns, width); s++) {
            ab_real x = sums[s];
            if (epilogue->accumulate) x = c[r * ldc + j + s] + x;
            if (epilogue->bias) x += epilogue->bias[r * epilogue->ldbias + j + s];
            if (epilogue->relu && x <= 0) x = 0;
            if (epilogue->relu_mask && !(epilogue->relu_mask[r * epilogue->ldmask + j + s] > 0)) x = 0;
            c[r * ldc + j + s] = x;
        }
}

// Repeats a statement for every vector of a tile; unrolled, so that the sums stay in registers.
#define FOR_EACH_VECTOR(x)                                                                                             \
    for (size_t r = 0; r < rows; r++)                                                                                  \
        for (size_t v = 0; v < vectors; v++) x

#if defined(__x86_64__)
#define VECTOR_BYTES 32
#define MR 6
#define NAMED(x) x##_32
#define TARGET
#include "product_tiles.h"

#define VECTOR_BYTES 64
#define MR 8
#define NAMED(x) x##_64
#define TARGET AB_AVX512
#include "product_tiles.h"
#else
#define VECTOR_BYTES 16
#define MR 8
#define NAMED(x) x##_16
#define TARGET
#include "product_tiles.h"
#endif

void ab_gemm_in_vectors(size_t bytes, ab_operand a, ab_operand b, ab_real *c, size_t ldc, size_t m, size_t n, size_t k,
                        ab_epilogue epilogue) {
#if defined(__x86_64__)
    (bytes == 64 ? gemm_64 : gemm_32)(a, b, c, ldc, m, n, k, epilogue);
#else
    (void)bytes;
    gemm_16(a, b, c, ldc, m, n, k, epilogue);
#endif
}

// Returns the number of elements that a product reads and writes.
static size_t touched(size_t m, size_t n, size_t k, const ab_epilogue *epilogue) {
    size_t bias = epilogue->bias ? (epilogue->ldbias ? m : 1) * n : 0;
    size_t others = (epilogue->accumulate ? m * n : 0) + (epilogue->relu_mask ? m * n : 0);
    return m * k + k * n + m * n + bias + others + (epilogue->b_column_sums ? n : 0);
}

void ab_gemm(ab_operand a, ab_operand b, ab_real *c, size_t ldc, size_t m, size_t n, size_t k, ab_epilogue epilogue) {
    uint64_t start = ab_profile_begin();
    ab_gemm_in_vectors(ab_vector_bytes(), a, b, c, ldc, m, n, k, epilogue);
    const char *form = a.column_stride != 1 ? "product aT b" : b.column_stride != 1 ? "product a bT" : "product a b";
    ab_profile_end(start, form, m, n, k, touched(m, n, k, &epilogue) * sizeof(ab_real));
}

void ab_apply_epilogue(const ab_real *product, size_t ld, ab_real *c, size_t ldc, size_t m, size_t n,
                       ab_epilogue epilogue) {
    uint64_t start = ab_profile_begin();
    store_edge(product, ld, c, ldc, 0, 0, m, n, &epilogue);
    ab_profile_end(start, "epilogue", m, n, 0, touched(m, n, 0, &epilogue) * sizeof(ab_real));
}
