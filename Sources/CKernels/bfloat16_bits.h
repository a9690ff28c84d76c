// Conversion of one number to bfloat16.
#pragma once
#include "include/reals.h"
#include <stdint.h>
#include <string.h>

// The bit pattern of infinity in a float; without the sign bit, those of NaN are larger.
enum { AB_INFINITY_BITS = 0x7f800000 };

static inline uint32_t ab_float_bits(ab_real x) {
    float number = (float)x;
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

// Rounds to nearest, ties to even; NaN stays NaN.
static inline uint16_t ab_to_bfloat16(ab_real x) {
    uint32_t bits = ab_float_bits(x), nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return (uint16_t)((bits & 0x7fffffff) > AB_INFINITY_BITS ? bits >> 16 | 0x40 : nearest);
}
