#include "CKernels.h"

#include "kernel.h"

#include <string.h>

// The number of Philox4x32-10 blocks that are computed at once, as many as fill the widest vectors.
enum { SIDE_BY_SIDE = 16 };

// Computes the blocks with the counters (first, step), (first + 1, step), …: word w of block k goes to words[w][k].
AB_INLINE void philox(uint32_t words[4][SIDE_BY_SIDE], uint64_t key, uint64_t step, uint64_t first) {
    for (size_t k = 0; k < SIDE_BY_SIDE; k++) {
        words[0][k] = (uint32_t)(first + k);
        words[1][k] = (uint32_t)((first + k) >> 32);
        words[2][k] = (uint32_t)step;
        words[3][k] = (uint32_t)(step >> 32);
    }
    uint32_t key0 = (uint32_t)key, key1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++, key0 += 0x9E3779B9, key1 += 0xBB67AE85)
        for (size_t k = 0; k < SIDE_BY_SIDE; k++) {
            uint64_t p0 = (uint64_t)words[0][k] * 0xD2511F53, p1 = (uint64_t)words[2][k] * 0xCD9E8D57;
            words[0][k] = (uint32_t)(p1 >> 32) ^ words[1][k] ^ key0;
            words[1][k] = (uint32_t)p1;
            words[2][k] = (uint32_t)(p0 >> 32) ^ words[3][k] ^ key1;
            words[3][k] = (uint32_t)p0;
        }
}

AB_INLINE void bernoulli_body(ab_real *restrict out, size_t n, uint64_t key, uint64_t step, uint64_t threshold) {
    // A threshold of 2³² does not fit into 32 bits: it is replaced by 2³² - 1, and words equal to that count as below.
    const uint32_t last = threshold > 0 ? (uint32_t)(threshold - 1) : 0;
    const ab_real success = threshold > 0;
    uint32_t words[4][SIDE_BY_SIDE];
    ab_real draws[4 * SIDE_BY_SIDE];
    for (size_t i = 0; i < n; i += 4 * SIDE_BY_SIDE) {
        philox(words, key, step, i / 4);
        for (size_t k = 0; k < SIDE_BY_SIDE; k++)
            for (size_t w = 0; w < 4; w++) draws[4 * k + w] = words[w][k] <= last ? success : 0;
        size_t left = n - i;
        memcpy(out + i, draws, (left < 4 * SIDE_BY_SIDE ? left : 4 * SIDE_BY_SIDE) * sizeof *out);
    }
}
AB_KERNEL(void, bernoulli,
          (ab_real *out, size_t n, uint64_t key, uint64_t step, uint64_t threshold),
          (out, n, key, step, threshold))

void ab_bernoulli(ab_real *out, size_t n, uint64_t key, uint64_t step, uint64_t threshold) {
    bernoulli(out, n, key, step, threshold);
}
