// Conversions for products in bfloat16, the upper half of a float: sign, exponent and seven bits of the mantissa.
#pragma once
#include "reals.h"
#include <stdint.h>

// out = x rounded to bfloat16, to nearest, ties to even; NaN stays NaN. Both are [rows × columns], contiguous.
//
// sums: receives the column sums of x before rounding, accumulated if `accumulate` is set. NULL for none.
void ab_round_to_bfloat16(const ab_real *x, uint16_t *out, size_t rows, size_t columns, ab_real *sums, int accumulate);
// dy = 0 where y, in bfloat16, is not above 0: the backward pass of the ReLU whose output is y.
void ab_relu_mask_bfloat16(ab_real *dy, const uint16_t *y, size_t n);
// Returns whether all numbers are finite.
int ab_is_finite(const ab_real *x, size_t n);
