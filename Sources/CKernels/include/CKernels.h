// The elementwise loops a compiler must vectorise. Plain C, no allocation, no state. Intrinsics stand in the files of
// the matrix units alone (bfloat16/avx512.h, avx512.c and amx.c). Matrices are row-major and contiguous: `rows` samples
// of a batch, `columns` units of a layer.
#pragma once
#include "bfloat16_products.h"
#include "elementary.h"
#include "products.h"
#include "profile.h"
#include "reals.h"
#include "stored.h"

// y = y + bias.
void ab_add_bias(ab_real *y, const ab_real *bias, size_t rows, size_t columns);

// The number of outputs in a group of `ab_dense`: those that fit into 64 bytes.
enum { AB_DENSE_GROUP = 64 / sizeof(ab_real) };
// Packs the weights of a dense layer [outputs × inputs], row-major, for `ab_dense`. `packed` is zeroed and
// has inputs × (outputs rounded up to a multiple of AB_DENSE_GROUP) elements.
void ab_dense_pack(ab_real *packed, const float *weights, size_t inputs, size_t outputs);
// A dense layer for one sample: y = bias + weights·x, with `outputs` rounded up to a multiple of AB_DENSE_GROUP;
// packed, bias and y are aligned to 64 bytes. Every sum is taken in the order of the inputs, on every processor.
void ab_dense(ab_real *y, const ab_real *x, const ab_real *packed, const ab_real *bias, size_t inputs, size_t outputs);

// y = max(0, y).
void ab_relu(ab_real *y, size_t n);
// y = tanh x; y may be x.
void ab_tanh_each(ab_real *y, const ab_real *x, size_t n);
// y = y + x.
void ab_add(ab_real *y, const ab_real *x, size_t n);
// y = y·factor.
void ab_scale(ab_real *y, ab_real factor, size_t n);
// y = y·keep·factor: inverted dropout with a mask `keep` of 0 and 1.
void ab_dropout(ab_real *y, const ab_real *keep, ab_real factor, size_t n);

// dy = d ⊗ w, the backward pass of a one-output layer, then dy = 0 where y is not above 0, unless y is NULL. y may be
// dy.
void ab_outer(const ab_real *d, const ab_real *w, const ab_real *y, ab_real *dy, size_t rows, size_t columns);
// sums = column sums of x.
void ab_column_sums(const ab_real *x, ab_real *sums, size_t rows, size_t columns);

// Layer normalisation of each row of (y + bias), then ReLU:
//   n = (x - mean)/sqrt(var + epsilon), y = max(0, n·scale + shift).
// Keeps n (rows × columns) and 1/sqrt(var + epsilon) (rows) for the backward pass.
void ab_layer_norm_relu(ab_real *y, const ab_real *bias, const ab_real *scale, const ab_real *shift,
                        ab_real *normalised, ab_real *inverse_deviation, ab_real epsilon, size_t rows, size_t columns);
// The backward pass: dy comes in as ∂L/∂y, leaves as ∂L/∂x. dscale and dshift are column sums.
void ab_layer_norm_relu_backward(ab_real *dy, const ab_real *y, const ab_real *normalised,
                                 const ab_real *inverse_deviation, const ab_real *scale, ab_real *dscale,
                                 ab_real *dshift, size_t rows, size_t columns);

// The constants of a step of Adam. One minus a constant is computed in double precision: 1 - 0.999f has a relative
// error of 1e-5.
typedef struct {
    ab_real rate;
    ab_real decay1, gain1; // β₁, 1 - β₁
    ab_real decay2, gain2; // β₂, 1 - β₂
    ab_real correction1, correction2; // 1/(1 - β₁ᵗ), 1/(1 - β₂ᵗ)
    ab_real epsilon;
} ab_adam_constants;

// One step of Adam on n parameters: first = β₁first + (1-β₁)g, second = β₂second + (1-β₂)g²,
//   p -= rate·(first·correction1)/(sqrt(second·correction2) + epsilon).
void ab_adam(ab_real *parameters, const ab_real *gradients, ab_real *first, ab_real *second, size_t n,
             ab_adam_constants c);
// target = target + rate·(source - target).
void ab_polyak(ab_real *target, const ab_real *source, size_t n, ab_real rate);

// Writes n Bernoulli numbers: 1 where a word of Philox4x32-10 is below `threshold` (at most 2³²), else 0. The words are
// those of the blocks with the counters (0, step), (1, step), … in sequence.
void ab_bernoulli(ab_real *out, size_t n, uint64_t key, uint64_t step, uint64_t threshold);

// Replaces a [m × n], column-major with m ≥ n, by the Q of its QR decomposition in which R's diagonal is not negative,
// by Householder's reflections. scratch has 2·n elements. The bits are the same on every processor.
void ab_orthonormalise(double *a, double *scratch, size_t m, size_t n);

// Returns the file of the library whose `function` this process calls; NULL if it calls none.
const char *ab_library_file(const char *function);

// The compiler of this package's C code: the Clang of the Swift toolchain.
const char *ab_compiler(void);

// Copies rows `indices` of a contiguous table of `width` columns into to[b·ldto + j].
void ab_gather_rows(const ab_real *table, size_t width, const int32_t *indices, size_t count, ab_real *to, size_t ldto);

// y = min(y, x), with the same bits in either order of arguments: NaN (quiet, positive, without payload) if either is
// NaN, and −0 is less than +0. x may be y, which then only normalises NaNs.
void ab_minimum_float(float *y, const float *x, size_t n);
void ab_minimum_double(double *y, const double *x, size_t n);
