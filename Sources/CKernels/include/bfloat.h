// What is done around products in bfloat16, the upper half of a float: its sign, its exponent and seven bits behind the point.
#pragma once
#include "reals.h"
#include <stdint.h>

// out = x rounded to bfloat16, to the nearest and of two to the even one; NaN stays NaN. rows × columns without gaps.
//
// sums: receives the sums of x's columns before they are rounded, or is added them when adding. NULL for none.
void ab_round_to_bfloat(const ab_real *x, uint16_t *out, size_t rows, size_t columns, ab_real *sums, int adding);
// out = dy where y is above 0, and 0 elsewhere: the way back through a ReLU. dy or y may be out.
void ab_mask(const ab_real *dy, const ab_real *y, ab_real *out, size_t n);
