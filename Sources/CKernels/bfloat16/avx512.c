// Products in bfloat16 by AVX512-BF16.
#include "units.h"

#if HAS_MATRIX_UNITS
#define NAMED(x) x##_avx512
#include "avx512.h"

#include "conversions.h"

// VDPBF16PS: the pair's second product is added first.
#define MR 8
#define MULTIPLY_ADD(sum, pair, b)                                                                                     \
    sum = (NAMED(vector))_mm512_dpbf16_ps((__m512)sum, (__m512bh)(b), (__m512bh)_mm512_set1_epi32(pair))
#include "vector_products.h"

const char *ab_avx512_bf16_obstacle(void) {
    return __builtin_cpu_supports("avx512bf16") ? NULL : "expected a processor with AVX512-BF16, found one without";
}
#endif
