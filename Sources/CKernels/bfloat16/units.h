// The functions of bfloat16_products.h for each unit. Those for aᵀ·b take at most 512 elements of k and store c only.
#pragma once
#include "bfloat16_products.h"

#if defined(__x86_64__) && !defined(ACTIVE_BENCH_DOUBLE)
#define HAS_MATRIX_UNITS 1
#else
#define HAS_MATRIX_UNITS 0
#endif

// The largest k of a transposed product.
enum { AB_BFLOAT16_KC = 512 };

typedef void ab_bfloat16_by_rows(ab_bfloat16_rows a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,
                                 const ab_bfloat16_epilogue *e);
typedef void ab_bfloat16_by_pairs(ab_bfloat16_pairs a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,
                                  const ab_bfloat16_epilogue *e);
typedef void ab_bfloat16_of_matrix(const ab_real *x, size_t ldx, size_t m, size_t n, const ab_bfloat16_epilogue *e);
typedef void ab_bfloat16_of_vectors(const ab_real *d, const ab_real *w, size_t m, size_t n,
                                    const ab_bfloat16_epilogue *e);
typedef void ab_bfloat16_of_transposed(const ab_real *x, size_t m, size_t n, const ab_bfloat16_pairs *pairs);

// Declares the functions of a unit.
#define UNIT(name)                                                                                                     \
    ab_bfloat16_by_rows ab_bfloat16_multiply_##name;                                                                   \
    ab_bfloat16_by_pairs ab_bfloat16_multiply_transposed_##name;                                                       \
    ab_bfloat16_of_matrix ab_bfloat16_convert_##name;                                                                  \
    ab_bfloat16_of_vectors ab_bfloat16_outer_##name;                                                                   \
    ab_bfloat16_of_transposed ab_bfloat16_transpose_##name
UNIT(plain);
UNIT(avx512);
UNIT(amx);
#undef UNIT

// Why the processor or its operating system does not support a unit; NULL if they do.
const char *ab_avx512_bf16_obstacle(void);
const char *ab_amx_obstacle(void);
