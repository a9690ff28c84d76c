// `store_rounded` in plain C; included after vectors.h, with the same macros.

// Rounds to bfloat16, to nearest, ties to even, as bits of floats. As VCVTNEPS2BF16 does, NaN stays NaN and a number
// below 2⁻¹²⁶ becomes 0.
#define ROUND(to, from)                                                                                                \
    do {                                                                                                               \
        NAMED(bits) bits_ = (NAMED(bits))(from), magnitude_ = bits_ & 0x7fffffff, sign_ = bits_ & ~0x7fffffff;         \
        NAMED(bits) nearest_ = bits_ + 0x7fff + (bits_ >> 16 & 1), is_nan_ = magnitude_ > 0x7f800000;                  \
        NAMED(bits) is_tiny_ = magnitude_ < 0x00800000;                                                                \
        nearest_ = (nearest_ & ~is_nan_) | ((bits_ | 0x400000) & is_nan_);                                             \
        (to) = ((nearest_ & ~is_tiny_) | (sign_ & is_tiny_)) & NAMED(upper);                                           \
    } while (0)

// Stores two rows from row i and column j on as bfloat16, by rows and in pairs.
INLINE TARGET void NAMED(store_rounded)(NAMED(vector) x[2][VECTORS], size_t i, size_t j,
                                        const ab_bfloat16_epilogue *e) {
    const int row_parts = e->rows.values ? e->rows.parts : 0, pair_parts = e->pairs.values ? e->pairs.parts : 0;
    const int parts = row_parts > pair_parts ? row_parts : pair_parts;
    for (int q = 0; q < parts; q++) {
        for (size_t v = 0; v < VECTORS; v++) {
            NAMED(bits) rounded[2];
            for (size_t r = 0; r < 2; r++) {
                ROUND(rounded[r], x[r][v]);
                if (q < row_parts)
                    *(NAMED(halves) *)(ROWS_AT(e->rows, i + r, j, q) + v * LANES) =
                        __builtin_convertvector(rounded[r] >> 16 & 0xffff, NAMED(halves));
                // What is left: nothing where the rounded number is not finite.
                NAMED(bits) is_finite = (rounded[r] & 0x7f800000) != 0x7f800000;
                x[r][v] = (NAMED(vector))((NAMED(bits))(x[r][v] - (NAMED(vector))rounded[r]) & is_finite);
            }
            if (q < pair_parts)
                *(NAMED(bits) *)(PAIRS_AT(e->pairs, i, j, q) + v * LANES * 2) =
                    (rounded[0] >> 16 & 0xffff) | rounded[1];
        }
    }
}
#undef ROUND
