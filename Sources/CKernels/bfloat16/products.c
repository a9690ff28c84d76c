// The choice of the unit that computes in bfloat16, and the profile of its work.
#include "units.h"

#include "profile.h"

#include <stdlib.h>

size_t ab_bfloat16_count(size_t rows, size_t columns) {
    const size_t block = AB_BFLOAT16_BLOCK;
    return (rows + block - 1) / block * block * ((columns + block - 1) / block * block);
}

#ifndef ACTIVE_BENCH_DOUBLE

// The functions of a unit.
typedef struct {
    ab_bfloat16_by_rows *multiply;
    ab_bfloat16_by_pairs *multiply_transposed;
    ab_bfloat16_of_matrix *convert;
    ab_bfloat16_of_vectors *outer;
    ab_bfloat16_of_transposed *transpose;
} unit_functions;

static const unit_functions units[AB_MATRIX_UNITS] = {
    [AB_PLAIN] = {ab_bfloat16_multiply_plain, ab_bfloat16_multiply_transposed_plain, ab_bfloat16_convert_plain,
                  ab_bfloat16_outer_plain, ab_bfloat16_transpose_plain},
#if HAS_MATRIX_UNITS
    [AB_AVX512_BF16] = {ab_bfloat16_multiply_avx512, ab_bfloat16_multiply_transposed_avx512, ab_bfloat16_convert_avx512,
                        ab_bfloat16_outer_avx512, ab_bfloat16_transpose_avx512},
    [AB_AMX] = {ab_bfloat16_multiply_amx, ab_bfloat16_multiply_transposed_amx, ab_bfloat16_convert_amx,
                ab_bfloat16_outer_amx, ab_bfloat16_transpose_amx},
#endif
};

const char *ab_matrix_unit_obstacle(ab_matrix_unit unit) {
    if (unit == AB_PLAIN) return NULL;
#if HAS_MATRIX_UNITS
    return unit == AB_AMX ? ab_amx_obstacle() : ab_avx512_bf16_obstacle();
#else
    return "expected an x86-64 processor, found another";
#endif
}

// Returns the number of floats that the epilogue and the product's factors amount to, for the profile.
static size_t touched(size_t m, size_t n, size_t factors, const ab_bfloat16_epilogue *e) {
    size_t bias = e->bias ? (e->ldbias ? m : 1) * n : 0;
    size_t floats = (e->c ? m * n : 0) + (e->accumulate ? m * n : 0) + (e->mask ? m * n : 0);
    size_t parts = (size_t)((e->rows.values ? e->rows.parts : 0) + (e->pairs.values ? e->pairs.parts : 0));
    size_t halves = m * n * (parts + (e->mask_pairs.values ? 1 : 0));
    return floats + bias + (e->column_sums ? n : 0) + (halves + factors) / 2;
}

// Runs `work`, with a line in the profile; `factors` is the number of bfloat16 that are read.
#define PROFILED(name, m, n, k, factors, epilogue, work)                                                               \
    do {                                                                                                               \
        uint64_t start = ab_profile_begin();                                                                           \
        work;                                                                                                          \
        ab_profile_end(start, name, m, n, k, touched(m, n, factors, epilogue) * sizeof(ab_real));                      \
    } while (0)

void ab_bfloat16_multiply(ab_matrix_unit unit, ab_bfloat16_rows a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,
                          ab_bfloat16_epilogue epilogue) {
    PROFILED("product in bfloat16", m, n, k, m * k * (size_t)a.parts + k * n * (size_t)b.parts, &epilogue,
             units[unit].multiply(a, b, m, n, k, &epilogue));
}

static void multiply_transposed(ab_matrix_unit unit, ab_bfloat16_pairs a, ab_bfloat16_pairs b, size_t m, size_t n,
                                size_t k, ab_bfloat16_epilogue epilogue) {
    for (size_t p = 0; p < k; p += AB_BFLOAT16_KC) {
        units[unit].multiply_transposed(a, b, m, n, k - p < AB_BFLOAT16_KC ? k - p : AB_BFLOAT16_KC, &epilogue);
        a.values += AB_BFLOAT16_KC * AB_BFLOAT16_BLOCK, b.values += AB_BFLOAT16_KC * AB_BFLOAT16_BLOCK;
        epilogue.accumulate = 1;
    }
}

void ab_bfloat16_multiply_transposed(ab_matrix_unit unit, ab_bfloat16_pairs a, ab_bfloat16_pairs b, size_t m, size_t n,
                                     size_t k, ab_bfloat16_epilogue epilogue) {
    PROFILED("product aT b in bfloat16", m, n, k, m * k * (size_t)a.parts + k * n * (size_t)b.parts, &epilogue,
             multiply_transposed(unit, a, b, m, n, k, epilogue));
}

void ab_bfloat16_convert(ab_matrix_unit unit, const ab_real *x, size_t ldx, size_t m, size_t n,
                         ab_bfloat16_epilogue epilogue) {
    PROFILED("rounding to bfloat16", m, n, 0, 2 * m * n, &epilogue, units[unit].convert(x, ldx, m, n, &epilogue));
}

void ab_bfloat16_outer(ab_matrix_unit unit, const ab_real *d, const ab_real *w, size_t m, size_t n,
                       ab_bfloat16_epilogue epilogue) {
    PROFILED("outer product", m, n, 0, 2 * (m + n), &epilogue, units[unit].outer(d, w, m, n, &epilogue));
}

void ab_bfloat16_transpose(ab_matrix_unit unit, const ab_real *x, size_t m, size_t n, ab_bfloat16_pairs pairs) {
    const ab_bfloat16_epilogue stored = {.pairs = pairs};
    PROFILED("rounding to bfloat16, transposed", m, n, 0, 2 * m * n, &stored, units[unit].transpose(x, m, n, &pairs));
}

#else // in double precision nothing computes in bfloat16: `Precision.obstacle` says so before

const char *ab_matrix_unit_obstacle(ab_matrix_unit unit) {
    return (void)unit, "expected a build in single precision, found ACTIVE_BENCH_REAL=double";
}

void ab_bfloat16_multiply(ab_matrix_unit unit, ab_bfloat16_rows a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,
                          ab_bfloat16_epilogue epilogue) {
    (void)unit, (void)a, (void)b, (void)m, (void)n, (void)k, (void)epilogue, abort();
}

void ab_bfloat16_multiply_transposed(ab_matrix_unit unit, ab_bfloat16_pairs a, ab_bfloat16_pairs b, size_t m, size_t n,
                                     size_t k, ab_bfloat16_epilogue epilogue) {
    (void)unit, (void)a, (void)b, (void)m, (void)n, (void)k, (void)epilogue, abort();
}

void ab_bfloat16_convert(ab_matrix_unit unit, const ab_real *x, size_t ldx, size_t m, size_t n,
                         ab_bfloat16_epilogue epilogue) {
    (void)unit, (void)x, (void)ldx, (void)m, (void)n, (void)epilogue, abort();
}

void ab_bfloat16_outer(ab_matrix_unit unit, const ab_real *d, const ab_real *w, size_t m, size_t n,
                       ab_bfloat16_epilogue epilogue) {
    (void)unit, (void)d, (void)w, (void)m, (void)n, (void)epilogue, abort();
}

void ab_bfloat16_transpose(ab_matrix_unit unit, const ab_real *x, size_t m, size_t n, ab_bfloat16_pairs pairs) {
    (void)unit, (void)x, (void)m, (void)n, (void)pairs, abort();
}

#endif
