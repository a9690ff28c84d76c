#include "CKernels.h"

// Rows drawn at random are in no cache, so they are requested this many rows before they are copied.
enum { AHEAD = 16 };

void ab_gather_rows(const ab_real *table, size_t width, const int32_t *indices, size_t count, ab_real *to,
                    size_t ldto) {
    for (size_t b = 0; b < count + AHEAD; b++) {
        if (b < count) {
            const ab_real *row = table + (size_t)indices[b] * width;
            for (size_t j = 0; j < width; j += 64 / sizeof *row) __builtin_prefetch(row + j);
            __builtin_prefetch(row + width - 1);
        }
        if (b < AHEAD) continue;
        const ab_real *from = table + (size_t)indices[b - AHEAD] * width;
        for (size_t j = 0; j < width; j++) to[(b - AHEAD) * ldto + j] = from[j];
    }
}
