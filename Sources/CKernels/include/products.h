// Products of the matrices of a training step (BLAS's GEMM) with an epilogue in registers, as oneDNN's post-ops: bias and ReLU in
// the forward pass, ReLU's mask in the backward pass, and a bias's gradient beside its weight's. No allocation, no state.
#pragma once
#include "reals.h"
#include <stdint.h>

// An operand of a product: element (i, j) is values[i·row_stride + j·column_stride], and one of the two strides is 1. A row-major
// matrix has row_stride = ld and column_stride = 1; the same, transposed, has them the other way round.
typedef struct {
    const ab_real *values;
    size_t row_stride, column_stride;
} ab_operand;

// What is done to the elements of a product before they are stored: accumulate, bias, relu, relu_mask, in this order; all zeros
// for nothing.
typedef struct {
    // Added: element (i, j) of bias is bias[i·ldbias + j], so an ldbias of 0 adds one row to all. NULL for nothing.
    const ab_real *bias;
    size_t ldbias;
    // max(0, ·). NaN stays.
    int relu;
    // Becomes 0 where relu_mask[i·ldmask + j] is not above 0: the backward pass of the ReLU that left relu_mask. NULL for
    // nowhere. It may be c itself where k is not above AB_KC.
    const ab_real *relu_mask;
    size_t ldmask;
    // c = c + a·b (BLAS's beta = 1) rather than c = a·b.
    int accumulate;
    // Receives the elements, rounded to bfloat16, in the place of c: element (i, j) is bfloat16_c[i·ldc + j]. For a k of AB_KC
    // at most and without accumulate. NULL for none.
    uint16_t *bfloat16_c;
    // Receives the column sums of b, or is added them when accumulate is set; b is then row-major. NULL for none.
    ab_real *b_column_sums;
} ab_epilogue;

// Rows of b in a packed panel, BLIS's KC: an element's sum is put together of sums over so many.
enum { AB_KC = 256 };

// c = a·b: [m × k]·[k × n], k above 0; c is row-major with rows ldc elements apart, and overlaps neither a nor b.
//
// An element's sum is taken in the order of k, by fused multiplications and additions, and put together of sums over AB_KC each:
// the bits depend on neither the other elements nor the processor (of x86-64 from v3 on).
void ab_gemm(ab_operand a, ab_operand b, ab_real *c, size_t ldc, size_t m, size_t n, size_t k, ab_epilogue epilogue);

// How wide this processor's vectors are, in bytes, as far as `ab_gemm` uses them.
size_t ab_vector_bytes(void);
// `ab_gemm` with vectors of so many bytes: on x86-64 64 where the processor has them, or 32. For tests: the bits are the same.
void ab_gemm_in_vectors(size_t bytes, ab_operand a, ab_operand b, ab_real *c, size_t ldc, size_t m, size_t n, size_t k,
                        ab_epilogue epilogue);
