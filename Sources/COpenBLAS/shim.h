// OpenBLAS for Swift: CBLAS, the library's own functions, and the two LAPACK routines of a QR decomposition.
#pragma once
#include <cblas.h>

// OpenBLAS is built without LAPACKE, so LAPACK is called by the Fortran convention.
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork, int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work,
             const int *lwork, int *info);
