// Products of matrices in bfloat16 by oneDNN, which is optional: its header is needed when this is compiled, its library and a
// suitable processor when `ab_onednn_open` is called. Nothing else in the program needs them.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Loads the library, once. Returns NULL, or the reason why bfloat16 is not available, a clause "expected …, found …". Later
// calls return the same.
const char *ab_onednn_open(void);
// Returns version and instructions, "oneDNN 2.6.3, AVX512-BF16"; "" before the library is loaded. Results depend on both.
const char *ab_onednn_description(void);

// The shape of a product c = a·b or c += a·b: [m × k]·[k × n], all row-major and contiguous.
typedef struct {
    size_t m, n, k;
    // Whether a is stored transposed [k × m], and whether b is [n × k].
    int transpose_a, transpose_b;
    // Whether c += a·b (oneDNN's post-op sum).
    int accumulate;
    // Whether a row of n numbers is added to all rows of a·b.
    int has_bias;
    // Whether max(0, ·) follows (oneDNN's post-op eltwise ReLU), which turns NaN into 0.
    int relu;
} ab_onednn_shape;

typedef struct ab_onednn_product ab_onednn_product;
// Prepares a product, after a successful open. Returns NULL if the library is out of memory.
ab_onednn_product *ab_onednn_prepare(ab_onednn_shape shape);
void ab_onednn_release(ab_onednn_product *product);
// Computes the product: operands in bfloat16, sums and result in float32. `bias` has n numbers if has_bias is set, else it is
// NULL. Returns 0, or oneDNN's status.
int ab_onednn_multiply(ab_onednn_product *product, const uint16_t *a, const uint16_t *b, const float *bias, float *c);
