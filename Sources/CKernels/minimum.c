#include "CKernels.h"

#include <stdint.h>
#include <string.h>

// Computed on bit patterns, so that the result does not depend on the order. As integers, with the magnitude bits of
// negative numbers inverted, numbers are ordered with −0 below +0, and any NaN becomes the quiet NaN without payload.
static inline uint32_t smaller_float(uint32_t a, uint32_t b) {
    const uint32_t magnitude = 0x7FFFFFFF, infinity = 0x7F800000, nan = 0x7FC00000;
    int32_t a_place = (int32_t)(a ^ ((uint32_t)((int32_t)a >> 31) & magnitude));
    int32_t b_place = (int32_t)(b ^ ((uint32_t)((int32_t)b >> 31) & magnitude));
    uint32_t smaller = a_place < b_place ? a : b;
    int is_number = ((a & magnitude) <= infinity) & ((b & magnitude) <= infinity);
    return is_number ? smaller : nan;
}

static inline uint64_t smaller_double(uint64_t a, uint64_t b) {
    const uint64_t magnitude = 0x7FFFFFFFFFFFFFFF, infinity = 0x7FF0000000000000, nan = 0x7FF8000000000000;
    int64_t a_place = (int64_t)(a ^ ((uint64_t)((int64_t)a >> 63) & magnitude));
    int64_t b_place = (int64_t)(b ^ ((uint64_t)((int64_t)b >> 63) & magnitude));
    uint64_t smaller = a_place < b_place ? a : b;
    int is_number = ((a & magnitude) <= infinity) & ((b & magnitude) <= infinity);
    return is_number ? smaller : nan;
}

void ab_minimum_float(float *y, const float *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t a, b;
        memcpy(&a, x + i, sizeof a);
        memcpy(&b, y + i, sizeof b);
        b = smaller_float(a, b);
        memcpy(y + i, &b, sizeof b);
    }
}

void ab_minimum_double(double *y, const double *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t a, b;
        memcpy(&a, x + i, sizeof a);
        memcpy(&b, y + i, sizeof b);
        b = smaller_double(a, b);
        memcpy(y + i, &b, sizeof b);
    }
}
