// Products of matrices in bfloat16 with sums in float32, on matrix units, with an epilogue as in products.h.
//
// bfloat16 is the upper half of a float: sign, exponent and seven bits of the mantissa. A number is stored as one
// bfloat16, rounded to nearest, ties to even, or as the sum of two, x = high + low, which keeps sixteen bits of the
// mantissa; low is what rounding left, rounded. Of a product of two such sums low·low is left out.
//
// A build in double precision, for checking formulas, has none of these functions.
#pragma once
#include "reals.h"
#include <stdint.h>

// Memory is divided into blocks of this many rows and columns, to which both dimensions of a matrix are padded. What
// writes a matrix writes zeros where padding takes part in the next product's sums: behind the last column of a matrix
// by rows, and below the last row of one in pairs. The rest of the padding may hold anything.
enum { AB_BFLOAT16_BLOCK = 32 };

// A matrix by rows, the first factor of a product. Number (i, j) of part q is values[q·part + i·stride + j].
typedef struct {
    uint16_t *values; // aligned to 64 bytes
    size_t stride, part;
    int parts; // 1, or 2 for high and low
} ab_bfloat16_rows;

// A matrix in pairs of rows, the second factor: what the processor multiplies are pairs of numbers that are neighbours
// in the sum. The matrix is divided into panels of 32 columns; number (i, j) of part q is values[q·part + (j /
// 32)·panel + (i / 2)·64 + (j % 32)·2 + i % 2].
typedef struct {
    uint16_t *values; // aligned to 64 bytes
    size_t panel, part;
    int parts;
} ab_bfloat16_pairs;

// Returns the number of bfloat16 in one part of a matrix, padding included, in either layout. A panel has as many as
// the rows, padded, times 32; a row of a matrix by rows has as many as the columns, padded.
size_t ab_bfloat16_count(size_t rows, size_t columns);

// What is done with the elements of a matrix [m × n] before they are stored, in this order, and where they are stored:
// in any of c, `rows` and `pairs`. All zeros for nothing.
typedef struct {
    // Whether c's old elements are added (BLAS's beta = 1).
    int accumulate;
    // What is added: bias[i·ldbias + j], so an ldbias of 0 adds one row to all. NULL for none.
    const ab_real *bias;
    size_t ldbias;
    // Whether max(0, ·) is taken, which keeps NaN.
    int relu;
    // The masks of a ReLU's backward pass: elements become 0 where the mask's element, mask[i·ldmask + j] or the one of
    // `mask_pairs`, is not above 0. values or mask NULL for none.
    const ab_real *mask;
    size_t ldmask;
    ab_bfloat16_pairs mask_pairs;
    // Receives the elements in float32: c[i·ldc + j]. NULL for none.
    ab_real *c;
    size_t ldc;
    // Receive the elements as bfloat16. values NULL for none.
    ab_bfloat16_rows rows;
    ab_bfloat16_pairs pairs;
    // Receives the column sums of the elements in float32, added in the order of the rows. NULL for none.
    ab_real *column_sums;
    // Whether column_sums' old elements are added to the sums.
    int accumulate_sums;
} ab_bfloat16_epilogue;

// What computes the products. The bits of AVX512_BF16 and PLAIN are the same, but where a sum's magnitude falls below
// 2⁻¹²⁶: the instruction makes it 0. AMX adds in another order.
typedef enum { AB_PLAIN, AB_AVX512_BF16, AB_AMX, AB_MATRIX_UNITS } ab_matrix_unit;

// Returns NULL if this processor and its operating system support the unit, or a clause "expected …, found …". Asks the
// kernel for permission to use AMX, once per process.
const char *ab_matrix_unit_obstacle(ab_matrix_unit unit);

// a·b: [m × k]·[k × n], k > 0. a's stride is at least k, padded; epilogue's outputs overlap neither factor.
//
// An element's sum is taken over k, by fused multiply-adds in pairs (k + 1 before k; AMX: 32 at a time, first the even
// ones and the odd ones each for themselves), for high·low, then low·high, then high·high: the small ones first, which
// loses the fewest digits.
void ab_bfloat16_multiply(ab_matrix_unit unit, ab_bfloat16_rows a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,
                          ab_bfloat16_epilogue epilogue);
// aᵀ·b: [k × m]ᵀ·[k × n], k > 0, into c only. Sums are taken over up to 512 elements of k at a time.
void ab_bfloat16_multiply_transposed(ab_matrix_unit unit, ab_bfloat16_pairs a, ab_bfloat16_pairs b, size_t m, size_t n,
                                     size_t k, ab_bfloat16_epilogue epilogue);
// x [m × n], with leading dimension ldx, through the epilogue.
void ab_bfloat16_convert(ab_matrix_unit unit, const ab_real *x, size_t ldx, size_t m, size_t n,
                         ab_bfloat16_epilogue epilogue);
// d ⊗ w [m × n] through the epilogue: the backward pass of a layer with one output.
void ab_bfloat16_outer(ab_matrix_unit unit, const ab_real *d, const ab_real *w, size_t m, size_t n,
                       ab_bfloat16_epilogue epilogue);
// x [m × n], contiguous, transposed into pairs of rows of xᵀ [n × m].
void ab_bfloat16_transpose(ab_matrix_unit unit, const ab_real *x, size_t m, size_t n, ab_bfloat16_pairs pairs);
