// Products of the matrices of a training step (BLAS's GEMM) with an epilogue in registers: bias and ReLU in the forward
// pass, ReLU's mask in the backward pass, and a bias's gradient together with its weight's. No allocation, no state.
#pragma once
#include "reals.h"
#include <stdint.h>

// An operand of a product: element (i, j) is values[i·row_stride + j·column_stride], and one of the two strides is 1. A
// row-major matrix has row_stride = ld and column_stride = 1; the same, transposed, has them the other way round.
typedef struct {
    const ab_real *values;
    size_t row_stride, column_stride;
} ab_operand;

// The epilogue of a product, before its elements are stored: accumulate, bias, relu, relu_mask, in this order; all
// zeros for none.
typedef struct {
    // The bias that is added: element (i, j) is bias[i·ldbias + j], so an ldbias of 0 adds one row to all. NULL for
    // none.
    const ab_real *bias;
    size_t ldbias;
    // Whether max(0, ·) is applied, which keeps NaN.
    int relu;
    // The mask of a ReLU's backward pass: elements become 0 where relu_mask[i·ldmask + j] is not above 0. NULL for
    // none. It may be c itself if k is at most AB_KC.
    const ab_real *relu_mask;
    size_t ldmask;
    // Whether c = c + a·b (BLAS's beta = 1) instead of c = a·b.
    int accumulate;
    // Receives the column sums of b, accumulated if `accumulate` is set; b must be row-major. NULL for none.
    ab_real *b_column_sums;
} ab_epilogue;

// BLIS's KC, the number of rows of b in a packed panel: a sum over k is computed in parts of this length.
enum { AB_KC = 256 };

// c = a·b: [m × k]·[k × n] with k > 0; c is row-major with leading dimension ldc, and overlaps neither a nor b.
//
// An element's sum is taken in the order of k by fused multiply-adds, in partial sums over AB_KC elements each: its
// bits depend neither on the other elements nor on the processor (on x86-64 from v3 on).
void ab_gemm(ab_operand a, ab_operand b, ab_real *c, size_t ldc, size_t m, size_t n, size_t k, ab_epilogue epilogue);

// Stores a product that another library has computed, [m × n] with leading dimension ld, into c after the epilogue. It
// may be c itself. b_column_sums must be NULL.
void ab_apply_epilogue(const ab_real *product, size_t ld, ab_real *c, size_t ldc, size_t m, size_t n,
                       ab_epilogue epilogue);

// c = a·bᵀ for a few rows of b: [m × k]·[k × n] with n from 1 to 4; matrices are row-major.
//
// An element is summed in as many partial sums as numbers fit into 64 bytes, of every 16th product (every 8th in double
// precision) by fused multiply-adds; these are added pairwise, the upper half to the lower one; then follow, in order,
// the products beyond the last multiple of 16. So its bits do not depend on the processor either.
void ab_gemm_narrow(const ab_real *a, size_t lda, const ab_real *b, size_t ldb, ab_real *c, size_t ldc, size_t m,
                    size_t n, size_t k);

// y = aᵀ·x, or y += aᵀ·x if `accumulate`: a [m × n], row-major. Sums are taken as in `ab_gemm`.
void ab_gemv_transposed(const ab_real *a, size_t lda, const ab_real *x, ab_real *y, size_t m, size_t n, int accumulate);

// Returns the width in bytes of the vectors that the kernels use: on x86-64 64 where the processor has them and the
// environment variable ACTIVE_BENCH_VECTOR_BYTES is not 32, else 32.
size_t ab_vector_bytes(void);
// Returns whether the processor has AVX2, or the part of AVX-512 that belongs to x86-64-v4.
int ab_has_avx2(void);
int ab_has_avx512(void);
// `ab_gemm` with vectors of `bytes` bytes: on x86-64 32, or 64 if the processor has them. For tests: the bits are the
// same.
void ab_gemm_in_vectors(size_t bytes, ab_operand a, ab_operand b, ab_real *c, size_t ldc, size_t m, size_t n, size_t k,
                        ab_epilogue epilogue);
