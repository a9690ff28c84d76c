// The target of matrix units on x86-64, and the instructions that round; AMX's processors have AVX512-BF16 too.
#pragma once
#include <immintrin.h>

#define LANES 16
#define TARGET __attribute__((target("arch=x86-64-v4,avx512bf16"), min_vector_width(512)))
#include "vectors.h"

typedef uint16_t NAMED(row_of_halves) __attribute__((vector_size(64), may_alias));

// The floats of 16 bfloat16, from the first or the second half of a row.
INLINE TARGET __m512 NAMED(widened)(__m256i halves) {
    return (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16);
}

// x - rounded, or 0 where the rounded number is not finite.
INLINE TARGET NAMED(vector) NAMED(left)(NAMED(vector) x, __m512 rounded) {
    NAMED(bits) is_finite = ((NAMED(bits))rounded & 0x7f800000) != 0x7f800000;
    return (NAMED(vector))((NAMED(bits))(x - (NAMED(vector))rounded) & is_finite);
}

// Stores two rows from row i and column j on as bfloat16, by rows and in pairs.
INLINE TARGET void NAMED(store_rounded)(NAMED(vector) x[2][VECTORS], size_t i, size_t j,
                                        const ab_bfloat16_epilogue *e) {
    const int row_parts = e->rows.values ? e->rows.parts : 0, pair_parts = e->pairs.values ? e->pairs.parts : 0;
    const int parts = row_parts > pair_parts ? row_parts : pair_parts;
    for (int q = 0; q < parts; q++) {
        NAMED(row_of_halves) rounded[2];
        for (size_t r = 0; r < 2; r++) {
            rounded[r] = (NAMED(row_of_halves))_mm512_cvtne2ps_pbh((__m512)x[r][1], (__m512)x[r][0]);
            if (q < row_parts) *(NAMED(row_of_halves) *)ROWS_AT(e->rows, i + r, j, q) = rounded[r];
            if (q + 1 == parts) continue;
            x[r][0] = NAMED(left)(x[r][0], NAMED(widened)(_mm512_castsi512_si256((__m512i)rounded[r])));
            x[r][1] = NAMED(left)(x[r][1], NAMED(widened)(_mm512_extracti64x4_epi64((__m512i)rounded[r], 1)));
        }
        if (q >= pair_parts) continue;
        NAMED(row_of_halves) *pairs = (NAMED(row_of_halves) *)PAIRS_AT(e->pairs, i, j, q);
        pairs[0] = __builtin_shufflevector(rounded[0], rounded[1], 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7,
                                           39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47);
        pairs[1] = __builtin_shufflevector(rounded[0], rounded[1], 16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22,
                                           54, 23, 55, 24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63);
    }
}

#include "blocks.h"
