// Products of the matrices of a training step, finished in registers: bias and ReLU on the way forward, ReLU's mask on the way
// back, and a bias's gradient beside its weight's. No allocation, no state.
#pragma once
#include "reals.h"
#include <stdint.h>

// A matrix as a factor: element (i, j) is values[i·row + j·column], and one of the two strides is 1.
typedef struct {
    const ab_real *values;
    size_t row, column;
} ab_factor;

// What is done to the elements of a product before they are written; all zeros for nothing.
typedef struct {
    // Added: element (i, j) of addend is addend[i·addend_row + j], so a row stride of 0 adds one row to all. NULL for nothing.
    const ab_real *addend;
    size_t addend_row;
    // max(0, ·). NaN stays.
    int rectified;
    // Becomes 0 where element (i, j) = mask[i·mask_row + j] is not above 0. NULL for nowhere. It may be c itself where inner is
    // not above AB_PANEL_ROWS.
    const ab_real *mask;
    size_t mask_row;
    // c + ab takes the place of c.
    int adding;
    // Receives the elements, rounded to bfloat16, in the place of c: element (i, j) is rounded[i·c_row + j]. For an inner of
    // AB_PANEL_ROWS at most and without adding. NULL for none.
    uint16_t *rounded;
    // Receives the column sums of b, or is added them when adding; b is then row-major. NULL for none.
    ab_real *column_sums;
} ab_finish;

// An element's sum is put together of sums over so many.
enum { AB_PANEL_ROWS = 256 };

// c = a·b: [rows × inner]·[inner × columns], inner above 0; rows of c lie c_row elements apart. c overlaps neither factor.
//
// An element's sum is taken in the order of `inner`, by fused multiplications and additions, and put together of sums over
// AB_PANEL_ROWS each: the bits depend on neither the other elements nor the processor (of x86-64 from v3 on).
void ab_multiply(ab_factor a, ab_factor b, ab_real *c, size_t c_row, size_t rows, size_t columns, size_t inner,
                 ab_finish finish);

// How wide this processor's vectors are, as far as `ab_multiply` uses them.
size_t ab_vector_bytes(void);
// `ab_multiply` with vectors of so many bytes: on x86-64 64 where the processor has them, or 32. For tests: the bits are the
// same.
void ab_multiply_in_vectors(size_t bytes, ab_factor a, ab_factor b, ab_real *c, size_t c_row, size_t rows, size_t columns,
                            size_t inner, ab_finish finish);
