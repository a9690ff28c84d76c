// What is done with two rows of 32 numbers before they are stored; included after vectors.h, with the same macros, and
// after a function NAMED(store_rounded)(x, i, j, epilogue), which stores two rows as bfloat16.

// Applies the epilogue to those of two rows that exist, number by number; the others become 0, which is what padding
// holds.
TARGET static void NAMED(finish_edge)(float x[2][AB_BFLOAT16_BLOCK], size_t i, size_t j, size_t m, size_t n,
                                      const ab_bfloat16_epilogue *e) {
    for (size_t r = 0; r < 2; r++)
        for (size_t s = 0; s < AB_BFLOAT16_BLOCK; s++) {
            if (i + r >= m || j + s >= n) {
                x[r][s] = 0;
                continue;
            }
            float y = x[r][s];
            if (e->accumulate) y += e->c[(i + r) * e->ldc + j + s];
            if (e->bias) y += e->bias[(i + r) * e->ldbias + j + s];
            if (e->relu && y <= 0) y = 0;
            if (e->mask && !(e->mask[(i + r) * e->ldmask + j + s] > 0)) y = 0;
            if (e->mask_pairs.values) {
                int16_t bits = (int16_t)PAIRS_AT(e->mask_pairs, i, j + s, 0)[r];
                if (bits <= 0 || bits > 0x7f80) y = 0; // as integers in the order of the numbers, NaN at both ends
            }
            if (e->c) e->c[(i + r) * e->ldc + j + s] = y;
            x[r][s] = y;
        }
}

// Applies the epilogue to two whole rows.
INLINE TARGET void NAMED(finish_whole)(NAMED(vector) x[2][VECTORS], size_t i, size_t j, const ab_bfloat16_epilogue *e) {
    float *c = e->c ? e->c + i * e->ldc + j : NULL;
    if (e->accumulate) FOR_EACH(x[r][v] += *(NAMED(unaligned) *)(c + r * e->ldc + v * LANES));
    if (e->bias) {
        const float *bias = e->bias + i * e->ldbias + j;
        FOR_EACH(x[r][v] += *(const NAMED(unaligned) *)(bias + r * e->ldbias + v * LANES));
    }
    if (e->relu) FOR_EACH(x[r][v] = (NAMED(vector))((NAMED(bits))x[r][v] & ~(NAMED(bits))(x[r][v] <= 0)));
    if (e->mask) {
        const float *mask = e->mask + i * e->ldmask + j;
        FOR_EACH(x[r][v] = (NAMED(vector))(
                     (NAMED(bits))x[r][v] &
                     (NAMED(bits))(*(const NAMED(unaligned) *)(mask + r * e->ldmask + v * LANES) > 0)));
    }
    if (e->mask_pairs.values) {
        const uint16_t *mask = PAIRS_AT(e->mask_pairs, i, j, 0);
        for (size_t v = 0; v < VECTORS; v++) {
            NAMED(bits) pair = *(const NAMED(bits) *)(mask + v * LANES * 2);
            x[0][v] = (NAMED(vector))((NAMED(bits))x[0][v] & (NAMED(bits))((NAMED(vector))(pair << 16) > 0));
            x[1][v] = (NAMED(vector))((NAMED(bits))x[1][v] & (NAMED(bits))((NAMED(vector))(pair & NAMED(upper)) > 0));
        }
    }
    if (e->c) FOR_EACH(*(NAMED(unaligned) *)(c + r * e->ldc + v * LANES) = x[r][v]);
}

// Applies the epilogue to rows i and i + 1, 32 columns from column j on, of a matrix [m × n], and stores them. `totals`
// receives the sums of the columns. `is_padded`: x is already 0 outside of the matrix.
INLINE TARGET void NAMED(finish)(NAMED(vector) x[2][VECTORS], size_t i, size_t j, size_t m, size_t n,
                                 const ab_bfloat16_epilogue *e, NAMED(vector) totals[VECTORS], const int is_padded) {
    const int is_changed = e->accumulate || e->bias || e->relu || e->mask || e->mask_pairs.values || e->c;
    if (i + 2 <= m && j + AB_BFLOAT16_BLOCK <= n) {
        NAMED(finish_whole)(x, i, j, e);
    } else if (is_changed || !is_padded) {
        float values[2][AB_BFLOAT16_BLOCK] __attribute__((aligned(64)));
        FOR_EACH(*(NAMED(vector) *)&values[r][v * LANES] = x[r][v]);
        NAMED(finish_edge)(values, i, j, m, n, e);
        FOR_EACH(x[r][v] = *(NAMED(vector) *)&values[r][v * LANES]);
    }
    if (e->column_sums) FOR_EACH(totals[v] += x[r][v]);
    if (e->rows.values || e->pairs.values) NAMED(store_rounded)(x, i, j, e);
}

// Ends 32 columns from column j on of a matrix [m × n]: writes the rows that pad them in pairs, which the next
// product's sums include, and adds the columns' sums to those that are asked for.
INLINE TARGET void NAMED(end_columns)(const NAMED(vector) totals[VECTORS], size_t j, size_t m, size_t n,
                                      const ab_bfloat16_epilogue *e) {
    const size_t written = (m + 1) / 2 * 2, rows = (m + AB_BFLOAT16_BLOCK - 1) / AB_BFLOAT16_BLOCK * AB_BFLOAT16_BLOCK;
    for (int q = 0; e->pairs.values && rows > written && q < e->pairs.parts; q++)
        memset(PAIRS_AT(e->pairs, written, j, (size_t)q), 0, (rows - written) * AB_BFLOAT16_BLOCK * sizeof(uint16_t));
    if (!e->column_sums) return;
    float values[AB_BFLOAT16_BLOCK] __attribute__((aligned(64)));
    memcpy(values, totals, sizeof values);
    for (size_t s = 0; s < AB_BFLOAT16_BLOCK && j + s < n; s++)
        e->column_sums[j + s] = e->accumulate_sums ? e->column_sums[j + s] + values[s] : values[s];
}
