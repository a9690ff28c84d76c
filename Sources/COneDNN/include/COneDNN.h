// Products of matrices in bfloat16 by oneDNN, which is there or not: its header when this is compiled, its library and a
// processor that can when `ab_onednn_open` is called. Nothing else of the program needs either.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Loads the library, once. NULL, or why there is nothing to compute with: half a sentence, "expected …, found …". The answer stays
// the same.
const char *ab_onednn_open(void);
// Version and instructions in use, "oneDNN 2.6.3, AVX512-BF16"; "" unless it was opened. Other instructions may give other bits.
const char *ab_onednn_description(void);

// One shape of product, c = a·b or c += a·b: [m × k]·[k × n], all row-major without gaps.
typedef struct {
    size_t m, n, k;
    // Whether a lies transposed, [k × m], and whether b does, [n × k].
    int transpose_a, transpose_b;
    // c += a·b: oneDNN's post-op sum.
    int accumulate;
    // Whether a row of n numbers is added to all rows of a·b.
    int has_bias;
    // Whether max(0, ·) is taken then: oneDNN's post-op eltwise ReLU, which makes 0 of NaN.
    int relu;
} ab_onednn_shape;

typedef struct ab_onednn_product ab_onednn_product;
// Prepares a product, after a successful open. NULL when the library does not do it: out of memory.
ab_onednn_product *ab_onednn_prepare(ab_onednn_shape shape);
void ab_onednn_release(ab_onednn_product *product);
// Computes it: operands in bfloat16, sums and result in float32. `bias`: n numbers where has_bias is set, else NULL. 0, or oneDNN's
// status.
int ab_onednn_multiply(ab_onednn_product *product, const uint16_t *a, const uint16_t *b, const float *bias, float *c);
