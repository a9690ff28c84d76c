// OpenBLAS as Swift sees it: CBLAS, the library's own switches, and the two LAPACK routines of a QR decomposition.
#pragma once
#include <cblas.h>

// LAPACK has no C header in this package (it is built without LAPACKE): Fortran calling convention.
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork, int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work,
             const int *lwork, int *info);
