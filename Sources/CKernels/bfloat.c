#include "CKernels.h"

#include "kernel.h"

#include <string.h>

static inline uint16_t rounded(ab_real x) {
    float number = (float)x;
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return (uint16_t)(number != number ? bits >> 16 | 0x40 : nearest);
}

AB_KERNEL static void round_all(const ab_real *restrict x, uint16_t *restrict out, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = rounded(x[i]);
}

// So many columns at a time, for sums that stay in registers.
enum { COLUMNS = 64 };

AB_KERNEL static void round_and_sum(const ab_real *restrict x, uint16_t *restrict out, size_t rows, size_t columns,
                                    ab_real *restrict sums, int adding) {
    size_t j = 0;
    for (; j + COLUMNS <= columns; j += COLUMNS) {
        ab_real totals[COLUMNS] = {0};
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < COLUMNS; k++) {
                ab_real value = x[i * columns + j + k];
                totals[k] += value;
                out[i * columns + j + k] = rounded(value);
            }
        for (size_t k = 0; k < COLUMNS; k++) sums[j + k] = adding ? sums[j + k] + totals[k] : totals[k];
    }
    for (; j < columns; j++) {
        ab_real total = 0;
        for (size_t i = 0; i < rows; i++) {
            total += x[i * columns + j];
            out[i * columns + j] = rounded(x[i * columns + j]);
        }
        sums[j] = adding ? sums[j] + total : total;
    }
}

void ab_round_to_bfloat(const ab_real *x, uint16_t *out, size_t rows, size_t columns, ab_real *sums, int adding) {
    // Read whole and written by halves.
    size_t touched = rows * columns + rows * columns / 2 + (sums ? columns : 0);
    if (sums)
        PROFILED("rounding to bfloat16, and sums", rows, columns, touched, round_and_sum(x, out, rows, columns, sums, adding));
    else
        PROFILED("rounding to bfloat16", rows, columns, touched, round_all(x, out, rows * columns));
}

AB_KERNEL static void mask(const ab_real *dy, const ab_real *y, ab_real *out, size_t n) {
#pragma clang loop vectorize(assume_safety) // the three are the same elements or others, never some further on
    for (size_t i = 0; i < n; i++) out[i] = y[i] > 0 ? dy[i] : 0;
}

void ab_mask(const ab_real *dy, const ab_real *y, ab_real *out, size_t n) {
    PROFILED("ReLU's mask", n, 1, 3 * n, mask(dy, y, out, n));
}
