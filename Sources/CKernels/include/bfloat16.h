// What is done around products in bfloat16, the upper half of a float: its sign, its exponent and seven bits behind the point.
#pragma once
#include "reals.h"
#include <stdint.h>

// out = x rounded to bfloat16, to the nearest and of two to the even one; NaN stays NaN. rows × columns without gaps.
//
// sums: receives the sums of x's columns before they are rounded, or is added them when accumulate is set. NULL for none.
void ab_round_to_bfloat16(const ab_real *x, uint16_t *out, size_t rows, size_t columns, ab_real *sums, int accumulate);
// dy = 0 where y, in bfloat16, is not above 0: the backward pass of the ReLU that left y.
void ab_relu_mask_bfloat16(ab_real *dy, const uint16_t *y, size_t n);
// Whether all numbers are finite, as float32.
int ab_is_finite(const ab_real *x, size_t n);
