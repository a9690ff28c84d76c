// Vectors of floats and their bits; included once per kind of processor, with these macros:
//   LANES      the number of floats in a vector
//   NAMED(x)   x with a suffix
//   TARGET     the attribute that names the target processors
#include "bfloat16_products.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))
// The number of vectors in a row of a block.
#define VECTORS (AB_BFLOAT16_BLOCK / LANES)
#define FOR_EACH(x)                                                                                                    \
    for (size_t r = 0; r < 2; r++)                                                                                     \
        for (size_t v = 0; v < VECTORS; v++) x

typedef float NAMED(vector) __attribute__((vector_size(LANES * 4), aligned(LANES * 4), may_alias));
typedef float NAMED(unaligned) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t NAMED(bits) __attribute__((vector_size(LANES * 4), aligned(LANES * 4), may_alias));
typedef uint16_t NAMED(halves) __attribute__((vector_size(LANES * 2), aligned(LANES * 2), may_alias));

// Two neighbours among bfloat16.
typedef uint32_t NAMED(pair) __attribute__((may_alias));

// The upper of a pair's two bfloat16, as the bits of a float.
static const int32_t NAMED(upper) = (int32_t)0xffff0000;

// The address of the numbers from row i and column j on, both even, within part q of a matrix.
#define ROWS_AT(matrix, i, j, q) ((matrix).values + (q) * (matrix).part + (i) * (matrix).stride + (j))
#define PAIRS_AT(matrix, i, j, q)                                                                                      \
    ((matrix).values + (q) * (matrix).part + (j) / AB_BFLOAT16_BLOCK * (matrix).panel + (i) * AB_BFLOAT16_BLOCK +      \
     (j) % AB_BFLOAT16_BLOCK * 2)
