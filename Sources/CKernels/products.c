#include "CKernels.h"

#include "bfloat_bits.h"

#include <stdint.h>
#include <string.h>

// b goes through a panel of AB_PANEL_ROWS rows and two vectors of columns, 32 KB in single precision with vectors of 64 bytes:
// it stays in the first-level cache while rows of a go by, so many at a time, which stay in the second.
enum { BLOCK_ROWS = 256 };

// As wide as ab_real, for its sign and bits.
#ifdef ACTIVE_BENCH_DOUBLE
typedef int64_t ab_bits;
#else
typedef int32_t ab_bits;
#endif

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

// Memory that is to be in the cache by the time it is wanted: `runs` runs of `bytes` bytes, `stride` numbers from one to the
// next.
typedef struct {
    const ab_real *from;
    size_t runs, bytes, stride;
} ab_wanted;

// The part of it that falls to rows i to i + rows of `all`, while these are worked on.
static inline __attribute__((always_inline)) void fetch(const ab_wanted *w, size_t i, size_t rows, size_t all) {
    size_t last = least(w->runs, (i + rows) * w->runs / all);
    for (size_t run = i * w->runs / all; run < last; run++)
        for (size_t k = 0; k < w->bytes; k += 64) __builtin_prefetch((const char *)(w->from + run * w->stride) + k);
}

// `columns` columns of `depth` rows of a factor.
static ab_wanted wanted(ab_factor b, size_t depth, size_t columns) {
    if (columns == 0) return (ab_wanted){0};
    return b.column == 1 ? (ab_wanted){b.values, depth, columns * sizeof(ab_real), b.row}
                         : (ab_wanted){b.values, columns, depth * sizeof(ab_real), b.column};
}

// Four numbers side by side, for turning panels.
typedef ab_real quad_t __attribute__((vector_size(4 * sizeof(ab_real)), aligned(sizeof(ab_real))));

// The 4 × 4 numbers from `from` on, their rows `stride` apart, as columns of rows that lie `width` apart.
static inline void turn(const ab_real *from, size_t stride, ab_real *to, size_t width) {
    quad_t a = *(const quad_t *)from, b = *(const quad_t *)(from + stride);
    quad_t c = *(const quad_t *)(from + 2 * stride), d = *(const quad_t *)(from + 3 * stride);
    quad_t ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    quad_t cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(quad_t *)to = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
    *(quad_t *)(to + width) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
    *(quad_t *)(to + 2 * width) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    *(quad_t *)(to + 3 * width) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

// The panel [rows × width] of a matrix that lies transposed: element (p, j) at from[j·stride + p], for `columns` columns; zeros
// behind them.
static void pack_transposed(ab_real *panel, const ab_real *from, size_t stride, size_t rows, size_t columns, size_t width) {
    if (columns < width) memset(panel, 0, rows * width * sizeof *panel);
    size_t j = 0;
    for (; j + 4 <= columns; j += 4) {
        size_t p = 0;
        for (; p + 4 <= rows; p += 4) turn(from + j * stride + p, stride, panel + p * width + j, width);
        for (; p < rows; p++)
            for (size_t q = j; q < j + 4; q++) panel[p * width + q] = from[q * stride + p];
    }
    for (; j < columns; j++)
        for (size_t p = 0; p < rows; p++) panel[p * width + j] = from[j * stride + p];
}

// A panel of few columns of a row-major matrix, element (p, j) at from[p·stride + j], zeros behind them, and its column sums.
static void pack_some(ab_real *panel, const ab_real *from, size_t stride, size_t rows, size_t columns, size_t width,
                      ab_real *sums, int adding) {
    ab_real totals[128 / sizeof(ab_real)] = {0};
    for (size_t p = 0; p < rows; p++, panel += width, from += stride) {
        for (size_t j = 0; j < columns; j++) totals[j] += panel[j] = from[j];
        for (size_t j = columns; j < width; j++) panel[j] = 0;
    }
    for (size_t j = 0; sums && j < columns; j++) sums[j] = adding ? sums[j] + totals[j] : totals[j];
}

// Writes part of a tile of sums that lie `width` apart, finished, number by number: `rows` rows and `columns` columns.
static void write_some(const ab_real *sums, size_t width, ab_real *c, size_t c_row, size_t i, size_t j, size_t rows,
                       size_t columns, const ab_finish *finish) {
    for (size_t r = i; r < i + rows; r++, sums += width)
        for (size_t k = 0; k < least(columns, width); k++) {
            ab_real x = sums[k];
            if (finish->adding) x = c[r * c_row + j + k] + x;
            if (finish->addend) x += finish->addend[r * finish->addend_row + j + k];
            if (finish->rectified && x <= 0) x = 0;
            if (finish->mask && !(finish->mask[r * finish->mask_row + j + k] > 0)) x = 0;
            if (finish->rounded)
                finish->rounded[r * c_row + j + k] = ab_rounded(x);
            else
                c[r * c_row + j + k] = x;
        }
}

// Something for every vector of a tile; unrolled, so that the sums stay in registers.
#define EACH(x)                                                                                                        \
    for (size_t r = 0; r < rows; r++)                                                                                  \
        for (size_t v = 0; v < vectors; v++) x

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define VECTOR_BYTES 32
#define TILE_ROWS 6
#define NAMED(x) x##_32
#define TARGET
#include "product_tiles.h"

#define VECTOR_BYTES 64
#define TILE_ROWS 8
#define NAMED(x) x##_64
#define TARGET __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#include "product_tiles.h"
#else
#define VECTOR_BYTES 16
#define TILE_ROWS 8
#define NAMED(x) x##_16
#define TARGET
#include "product_tiles.h"
#endif

size_t ab_vector_bytes(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") ? 64 : 32;
#else
    return 16;
#endif
}

void ab_multiply_in_vectors(size_t bytes, ab_factor a, ab_factor b, ab_real *c, size_t c_row, size_t rows, size_t columns,
                            size_t inner, ab_finish finish) {
#if defined(__x86_64__)
    (bytes == 64 ? multiply_64 : multiply_32)(a, b, c, c_row, rows, columns, inner, finish);
#else
    (void)bytes;
    multiply_16(a, b, c, c_row, rows, columns, inner, finish);
#endif
}

// How many numbers a product reads and writes.
static size_t touched(size_t rows, size_t columns, size_t inner, const ab_finish *finish) {
    size_t addend = finish->addend ? (finish->addend_row ? rows : 1) * columns : 0;
    size_t others = (finish->adding ? rows * columns : 0) + (finish->mask ? rows * columns : 0);
    size_t result = finish->rounded ? rows * columns / 2 : rows * columns;
    return rows * inner + inner * columns + result + addend + others + (finish->column_sums ? columns : 0);
}

void ab_multiply(ab_factor a, ab_factor b, ab_real *c, size_t c_row, size_t rows, size_t columns, size_t inner,
                 ab_finish finish) {
    uint64_t start = ab_profile_begin();
    ab_multiply_in_vectors(ab_vector_bytes(), a, b, c, c_row, rows, columns, inner, finish);
    ab_profile_end(start, a.column != 1 ? "product aT b" : b.column != 1 ? "product a bT" : "product a b", rows, columns,
                   inner, touched(rows, columns, inner, &finish) * sizeof(ab_real));
}
