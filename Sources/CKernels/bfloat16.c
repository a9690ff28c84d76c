#include "CKernels.h"

#include "bfloat16_bits.h"
#include "kernel.h"

AB_INLINE void round_each_body(const ab_real *restrict x, uint16_t *restrict out, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = ab_to_bfloat16(x[i]);
}
AB_KERNEL(void, round_each, (const ab_real *x, uint16_t *out, size_t n), (x, out, n))

// The number of columns that are summed at a time, so that the sums stay in registers.
enum { COLUMNS = 64 };

AB_INLINE void round_and_sum_body(const ab_real *restrict x, uint16_t *restrict out, size_t rows, size_t columns,
                                  ab_real *restrict sums, int accumulate) {
    size_t j = 0;
    for (; j + COLUMNS <= columns; j += COLUMNS) {
        ab_real totals[COLUMNS] = {0};
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < COLUMNS; k++) {
                ab_real value = x[i * columns + j + k];
                totals[k] += value;
                out[i * columns + j + k] = ab_to_bfloat16(value);
            }
        for (size_t k = 0; k < COLUMNS; k++) sums[j + k] = accumulate ? sums[j + k] + totals[k] : totals[k];
    }
    for (; j < columns; j++) {
        ab_real total = 0;
        for (size_t i = 0; i < rows; i++) {
            total += x[i * columns + j];
            out[i * columns + j] = ab_to_bfloat16(x[i * columns + j]);
        }
        sums[j] = accumulate ? sums[j] + total : total;
    }
}
AB_KERNEL(void, round_and_sum,
          (const ab_real *x, uint16_t *out, size_t rows, size_t columns, ab_real *sums, int accumulate),
          (x, out, rows, columns, sums, accumulate))

void ab_round_to_bfloat16(const ab_real *x, uint16_t *out, size_t rows, size_t columns, ab_real *sums, int accumulate) {
    // Read whole and written by halves.
    size_t touched = rows * columns + rows * columns / 2 + (sums ? columns : 0);
    if (sums)
        PROFILED("rounding to bfloat16, and sums", rows, columns, touched,
                 round_and_sum(x, out, rows, columns, sums, accumulate));
    else
        PROFILED("rounding to bfloat16", rows, columns, touched, round_each(x, out, rows * columns));
}

AB_INLINE int is_finite_body(const ab_real *x, size_t n) {
    uint32_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t magnitude = ab_float_bits(x[i]) & 0x7fffffff;
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest < AB_INFINITY_BITS;
}
AB_KERNEL(int, is_finite, (const ab_real *x, size_t n), (x, n))

int ab_is_finite(const ab_real *x, size_t n) { return is_finite(x, n); }

AB_INLINE void relu_mask_body(ab_real *restrict dy, const uint16_t *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int16_t number = (int16_t)y[i]; // as integers, in the order of the numbers, with NaN at both ends
        dy[i] = number > 0 && number <= (AB_INFINITY_BITS >> 16) ? dy[i] : 0;
    }
}
AB_KERNEL(void, relu_mask, (ab_real *dy, const uint16_t *y, size_t n), (dy, y, n))

void ab_relu_mask_bfloat16(ab_real *dy, const uint16_t *y, size_t n) {
    PROFILED("ReLU's mask", n, 1, 2 * n + n / 2, relu_mask(dy, y, n));
}
