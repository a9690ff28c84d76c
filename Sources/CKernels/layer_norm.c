#include "CKernels.h"

#include "kernel.h"

#include <math.h>
#include <string.h>

// A row is summed in 32 lanes, which are then added pairwise: a fixed order that allows several additions at once.
enum { LANES = 32 };
typedef ab_real lanes_t __attribute__((vector_size(LANES * sizeof(ab_real)), aligned(sizeof(ab_real)), may_alias));

#define AT(x) (*(lanes_t *)(x))
#define CONST_AT(x) (*(const lanes_t *)(x))

// Returns the sum of all lanes and of `count` further numbers, fewer than the lanes, which are added to the first
// lanes.
AB_INLINE ab_real lane_sum(const lanes_t *lanes, const ab_real *more, size_t count) {
    ab_real sums[LANES];
    memcpy(sums, lanes, sizeof sums);
    for (size_t k = 0; k < count; k++) sums[k] += more[k];
    for (size_t width = LANES / 2; width > 0; width /= 2)
        for (size_t k = 0; k < width; k++) sums[k] += sums[k + width];
    return sums[0];
}

AB_INLINE void layer_norm_relu_body(ab_real *restrict y, const ab_real *restrict bias, const ab_real *restrict scale,
                                    const ab_real *restrict shift, ab_real *restrict normalised,
                                    ab_real *restrict inverse_deviation, ab_real epsilon, size_t rows, size_t columns) {
    const size_t whole = columns / LANES * LANES, rest = columns - whole;
    ab_real more[LANES];
    for (size_t i = 0; i < rows; i++, y += columns, normalised += columns) {
        lanes_t sums = {0}, squares = {0};
        for (size_t j = 0; j < whole; j += LANES) {
            lanes_t x = AT(y + j) + CONST_AT(bias + j);
            AT(y + j) = x;
            sums += x;
        }
        for (size_t j = whole; j < columns; j++) y[j] += bias[j];
        const ab_real mean = lane_sum(&sums, y + whole, rest) / (ab_real)columns;
        for (size_t j = 0; j < whole; j += LANES) {
            lanes_t x = AT(y + j) - mean;
            squares += x * x;
        }
        for (size_t k = 0; k < rest; k++) more[k] = (y[whole + k] - mean) * (y[whole + k] - mean);
        const ab_real inverse = 1 / SQRT(lane_sum(&squares, more, rest) / (ab_real)columns + epsilon);
        inverse_deviation[i] = inverse;
        for (size_t j = 0; j < columns; j++) {
            ab_real n = (y[j] - mean) * inverse;
            ab_real x = n * scale[j] + shift[j];
            normalised[j] = n;
            y[j] = x <= 0 ? 0 : x; // keeps NaN
        }
    }
}
AB_KERNEL(void, layer_norm_relu,
          (ab_real *y, const ab_real *bias, const ab_real *scale, const ab_real *shift, ab_real *normalised,
           ab_real *inverse_deviation, ab_real epsilon, size_t rows, size_t columns),
          (y, bias, scale, shift, normalised, inverse_deviation, epsilon, rows, columns))

void ab_layer_norm_relu(ab_real *y, const ab_real *bias, const ab_real *scale, const ab_real *shift,
                        ab_real *normalised, ab_real *inverse_deviation, ab_real epsilon, size_t rows, size_t columns) {
    PROFILED("layer normalisation", rows, columns, 3 * rows * columns + 3 * columns + rows,
             layer_norm_relu(y, bias, scale, shift, normalised, inverse_deviation, epsilon, rows, columns));
}

AB_INLINE void layer_norm_relu_backward_body(ab_real *restrict dy, const ab_real *restrict y,
                                             const ab_real *restrict normalised,
                                             const ab_real *restrict inverse_deviation, const ab_real *restrict scale,
                                             ab_real *restrict dscale, ab_real *restrict dshift, size_t rows,
                                             size_t columns) {
    memset(dscale, 0, columns * sizeof *dscale);
    memset(dshift, 0, columns * sizeof *dshift);
    const size_t whole = columns / LANES * LANES, rest = columns - whole;
    ab_real more[LANES];
    for (size_t i = 0; i < rows; i++, dy += columns, y += columns, normalised += columns) {
        for (size_t j = 0; j < columns; j++) {
            ab_real d = y[j] > 0 ? dy[j] : 0;
            dshift[j] += d;
            dscale[j] += d * normalised[j];
            dy[j] = d * scale[j];
        }
        lanes_t sums = {0}, products = {0};
        for (size_t j = 0; j < whole; j += LANES) {
            lanes_t x = AT(dy + j);
            sums += x;
            products += x * CONST_AT(normalised + j);
        }
        for (size_t k = 0; k < rest; k++) more[k] = dy[whole + k] * normalised[whole + k];
        const ab_real mean = lane_sum(&sums, dy + whole, rest) / (ab_real)columns;
        const ab_real along = lane_sum(&products, more, rest) / (ab_real)columns;
        const ab_real inverse = inverse_deviation[i];
        for (size_t j = 0; j < columns; j++) dy[j] = inverse * (dy[j] - mean - normalised[j] * along);
    }
}
AB_KERNEL(void, layer_norm_relu_backward,
          (ab_real *dy, const ab_real *y, const ab_real *normalised, const ab_real *inverse_deviation,
           const ab_real *scale, ab_real *dscale, ab_real *dshift, size_t rows, size_t columns),
          (dy, y, normalised, inverse_deviation, scale, dscale, dshift, rows, columns))

void ab_layer_norm_relu_backward(ab_real *dy, const ab_real *y, const ab_real *normalised,
                                 const ab_real *inverse_deviation, const ab_real *scale, ab_real *dscale,
                                 ab_real *dshift, size_t rows, size_t columns) {
    PROFILED(
        "layer normalisation back", rows, columns, 4 * rows * columns + 3 * columns + rows,
        layer_norm_relu_backward(dy, y, normalised, inverse_deviation, scale, dscale, dshift, rows, columns));
}
