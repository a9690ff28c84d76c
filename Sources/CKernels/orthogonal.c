#include "CKernels.h"

#include "kernel.h"

#include <math.h>
#include <string.h>

// Sums are taken in the lanes of one vector of 64 bytes, which are then added pairwise, and the rest in order.
enum { LANES = 8 };
typedef double lanes_t __attribute__((vector_size(64), aligned(8), may_alias));

AB_INLINE double dot(const double *x, const double *y, size_t n) {
    lanes_t sums = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) sums += *(const lanes_t *)(x + i) * *(const lanes_t *)(y + i);
    double sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
    for (; i < n; i++) sum += x[i] * y[i];
    return sum;
}

// Applies the reflection 1 - tau·v·vᵀ to x, where v[0], which is not stored, is 1.
AB_INLINE void reflect(double tau, const double *v, double *restrict x, size_t n) {
    const double factor = tau * (x[0] + dot(v + 1, x + 1, n - 1));
    x[0] -= factor;
    for (size_t i = 1; i < n; i++) x[i] -= factor * v[i];
}

// Golub and Van Loan, Matrix Computations, algorithms 5.1.1, 5.2.1 and 5.1.5; the signs are LAPACK's.
AB_INLINE void orthonormalise_body(double *a, double *tau, double *diagonal, size_t m, size_t n) {
    for (size_t j = 0; j < n; j++) {
        double *v = a + j * m + j;
        const size_t rows = m - j;
        const double rest = dot(v + 1, v + 1, rows - 1);
        tau[j] = 0, diagonal[j] = v[0];
        if (rest == 0) continue;
        diagonal[j] = -copysign(sqrt(fma(v[0], v[0], rest)), v[0]);
        tau[j] = (diagonal[j] - v[0]) / diagonal[j];
        const double scale = 1 / (v[0] - diagonal[j]);
        for (size_t i = 1; i < rows; i++) v[i] *= scale;
        for (size_t k = j + 1; k < n; k++) reflect(tau[j], v, a + k * m + j, rows);
    }
    // The product of all reflections, from the last to the first, in place of their vectors.
    for (size_t j = n; j-- > 0;) {
        double *v = a + j * m + j;
        const size_t rows = m - j;
        for (size_t k = j + 1; k < n; k++) reflect(tau[j], v, a + k * m + j, rows);
        for (size_t i = 1; i < rows; i++) v[i] *= -tau[j];
        v[0] = 1 - tau[j];
        memset(a + j * m, 0, j * sizeof *a);
    }
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < m && diagonal[j] < 0; i++) a[j * m + i] = -a[j * m + i];
}
AB_KERNEL(void, orthonormalise,
          (double *a, double *tau, double *diagonal, size_t m, size_t n),
          (a, tau, diagonal, m, n))

void ab_orthonormalise(double *a, double *scratch, size_t m, size_t n) {
    orthonormalise(a, scratch, scratch + n, m, n);
}
