#include "CKernels.h"

#include "kernel.h"

#include <math.h>
#include <string.h>

AB_INLINE void add_bias_body(ab_real *restrict y, const ab_real *restrict bias, size_t rows, size_t columns) {
    for (size_t i = 0; i < rows; i++, y += columns)
        for (size_t j = 0; j < columns; j++) y[j] += bias[j];
}
AB_KERNEL(void, add_bias, (ab_real *y, const ab_real *bias, size_t rows, size_t columns), (y, bias, rows, columns))

void ab_add_bias(ab_real *y, const ab_real *bias, size_t rows, size_t columns) {
    PROFILED("bias", rows, columns, 2 * rows * columns + columns, add_bias(y, bias, rows, columns));
}

// A vector of 64 bytes, and the number of such vectors that are summed at a time: every processor has registers for
// these.
typedef ab_real group_t __attribute__((vector_size(64), may_alias));
enum { BLOCK = 4 };

// Computes the groups of outputs that are summed together, from group j of `groups` on.
static size_t block_size(size_t j, size_t groups) { return j + BLOCK <= groups ? BLOCK : 1; }

// The order is blocks, then inputs, so that memory is read sequentially.
void ab_dense_pack(ab_real *packed, const float *weights, size_t inputs, size_t outputs) {
    size_t groups = (outputs + AB_DENSE_GROUP - 1) / AB_DENSE_GROUP;
    for (size_t j = 0, step; j < groups; j += step) {
        step = block_size(j, groups);
        size_t first = j * AB_DENSE_GROUP, width = step * AB_DENSE_GROUP;
        for (size_t i = 0; i < inputs; i++, packed += width)
            for (size_t k = 0; k < width && first + k < outputs; k++)
                packed[k] = weights[(first + k) * inputs + i];
    }
}

AB_INLINE void dense_body(ab_real *restrict y, const ab_real *restrict x, const ab_real *restrict packed,
                          const ab_real *restrict bias, size_t inputs, size_t outputs) {
    const group_t *b = (const group_t *)bias, *w = (const group_t *)packed;
    group_t *sums = (group_t *)y;
    size_t groups = outputs / AB_DENSE_GROUP;
    for (size_t j = 0, step; j < groups; j += step) {
        step = block_size(j, groups);
        if (step == BLOCK) {
            group_t s0 = b[j], s1 = b[j + 1], s2 = b[j + 2], s3 = b[j + 3];
            for (size_t i = 0; i < inputs; i++, w += BLOCK) {
                s0 += x[i] * w[0];
                s1 += x[i] * w[1];
                s2 += x[i] * w[2];
                s3 += x[i] * w[3];
            }
            sums[j] = s0, sums[j + 1] = s1, sums[j + 2] = s2, sums[j + 3] = s3;
        } else {
            group_t s = b[j];
            for (size_t i = 0; i < inputs; i++, w++) s += x[i] * *w;
            sums[j] = s;
        }
    }
}
AB_KERNEL(void, dense,
          (ab_real *y, const ab_real *x, const ab_real *packed, const ab_real *bias, size_t inputs, size_t outputs),
          (y, x, packed, bias, inputs, outputs))

void ab_dense(ab_real *y, const ab_real *x, const ab_real *packed, const ab_real *bias, size_t inputs, size_t outputs) {
    dense(y, x, packed, bias, inputs, outputs);
}

AB_INLINE void relu_body(ab_real *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = y[i] <= 0 ? 0 : y[i]; // keeps NaN
}
AB_KERNEL(void, relu, (ab_real *y, size_t n), (y, n))

void ab_relu(ab_real *y, size_t n) { PROFILED("ReLU", n, 1, 2 * n, relu(y, n)); }

AB_INLINE void tanh_each_body(ab_real *y, const ab_real *x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = (ab_real)ab_tanh(x[i]);
}
AB_KERNEL(void, tanh_each, (ab_real *y, const ab_real *x, size_t n), (y, x, n))

void ab_tanh_each(ab_real *y, const ab_real *x, size_t n) { PROFILED("tanh", n, 1, 2 * n, tanh_each(y, x, n)); }

AB_INLINE void add_body(ab_real *restrict y, const ab_real *restrict x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}
AB_KERNEL(void, add, (ab_real *y, const ab_real *x, size_t n), (y, x, n))

void ab_add(ab_real *y, const ab_real *x, size_t n) {
    PROFILED("addition", 1, n, 3 * n, add(y, x, n));
}

AB_INLINE void scale_body(ab_real *restrict y, ab_real factor, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] *= factor;
}
AB_KERNEL(void, scale, (ab_real *y, ab_real factor, size_t n), (y, factor, n))

void ab_scale(ab_real *y, ab_real factor, size_t n) {
    PROFILED("scaling", 1, n, 2 * n, scale(y, factor, n));
}

AB_INLINE void dropout_body(ab_real *restrict y, const ab_real *restrict keep, ab_real factor, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] *= keep[i] * factor;
}
AB_KERNEL(void, dropout, (ab_real *y, const ab_real *keep, ab_real factor, size_t n), (y, keep, factor, n))

void ab_dropout(ab_real *y, const ab_real *keep, ab_real factor, size_t n) {
    PROFILED("dropout", 1, n, 3 * n, dropout(y, keep, factor, n));
}

// d's element is loaded unconditionally: a load under the condition would become a gather.
AB_INLINE void outer_body(const ab_real *restrict d, const ab_real *restrict w, ab_real *restrict dy, size_t rows,
                          size_t columns) {
    for (size_t i = 0; i < rows; i++, dy += columns) {
        const ab_real di = d[i];
        for (size_t j = 0; j < columns; j++) dy[j] = di * w[j];
    }
}
AB_KERNEL(void, outer,
          (const ab_real *d, const ab_real *w, ab_real *dy, size_t rows, size_t columns),
          (d, w, dy, rows, columns))

AB_INLINE void masked_outer_body(const ab_real *restrict d, const ab_real *restrict w, const ab_real *restrict y,
                                 ab_real *restrict dy, size_t rows, size_t columns) {
    for (size_t i = 0; i < rows; i++, dy += columns, y += columns) {
        const ab_real di = d[i];
        for (size_t j = 0; j < columns; j++) dy[j] = y[j] > 0 ? di * w[j] : 0;
    }
}
AB_KERNEL(void, masked_outer,
          (const ab_real *d, const ab_real *w, const ab_real *y, ab_real *dy, size_t rows, size_t columns),
          (d, w, y, dy, rows, columns))

AB_INLINE void masked_outer_in_place_body(const ab_real *restrict d, const ab_real *restrict w, ab_real *restrict dy,
                                          size_t rows, size_t columns) {
    for (size_t i = 0; i < rows; i++, dy += columns) {
        const ab_real di = d[i];
        for (size_t j = 0; j < columns; j++) dy[j] = dy[j] > 0 ? di * w[j] : 0;
    }
}
AB_KERNEL(void, masked_outer_in_place,
          (const ab_real *d, const ab_real *w, ab_real *dy, size_t rows, size_t columns),
          (d, w, dy, rows, columns))

void ab_outer(const ab_real *d, const ab_real *w, const ab_real *y, ab_real *dy, size_t rows, size_t columns) {
    PROFILED("outer product", rows, columns, (y ? 2 : 1) * rows * columns + rows + columns,
             !y        ? outer(d, w, dy, rows, columns)
             : y == dy ? masked_outer_in_place(d, w, dy, rows, columns)
                       : masked_outer(d, w, y, dy, rows, columns));
}

AB_INLINE void column_sums_body(const ab_real *restrict x, ab_real *restrict sums, size_t rows, size_t columns) {
    memset(sums, 0, columns * sizeof *sums);
    for (size_t i = 0; i < rows; i++, x += columns)
        for (size_t j = 0; j < columns; j++) sums[j] += x[j];
}
AB_KERNEL(void, column_sums, (const ab_real *x, ab_real *sums, size_t rows, size_t columns), (x, sums, rows, columns))

void ab_column_sums(const ab_real *x, ab_real *sums, size_t rows, size_t columns) {
    PROFILED("column sums", rows, columns, rows * columns + columns, column_sums(x, sums, rows, columns));
}

AB_INLINE void adam_body(ab_real *restrict parameters, const ab_real *restrict gradients, ab_real *restrict first,
                         ab_real *restrict second, size_t n, ab_adam_constants c) {
    for (size_t i = 0; i < n; i++) {
        ab_real g = gradients[i];
        ab_real m = c.decay1 * first[i] + c.gain1 * g;
        ab_real v = c.decay2 * second[i] + c.gain2 * g * g;
        first[i] = m;
        second[i] = v;
        parameters[i] -= c.rate * (m * c.correction1) / (SQRT(v * c.correction2) + c.epsilon);
    }
}
AB_KERNEL(void, adam,
          (ab_real *parameters, const ab_real *gradients, ab_real *first, ab_real *second, size_t n,
           ab_adam_constants c),
          (parameters, gradients, first, second, n, c))

void ab_adam(ab_real *parameters, const ab_real *gradients, ab_real *first, ab_real *second, size_t n,
             ab_adam_constants c) {
    PROFILED("Adam", 1, n, 7 * n, adam(parameters, gradients, first, second, n, c));
}

AB_INLINE void polyak_body(ab_real *restrict target, const ab_real *restrict source, size_t n, ab_real rate) {
    for (size_t i = 0; i < n; i++) target[i] += rate * (source[i] - target[i]);
}
AB_KERNEL(void, polyak, (ab_real *target, const ab_real *source, size_t n, ab_real rate), (target, source, n, rate))

void ab_polyak(ab_real *target, const ab_real *source, size_t n, ab_real rate) {
    PROFILED("moving average", 1, n, 3 * n, polyak(target, source, n, rate));
}

const char *ab_compiler(void) { return __VERSION__; }
