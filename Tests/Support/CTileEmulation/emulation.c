// Tiles and their instructions after Intel's manual (Instruction Set Extensions Programming Reference, chapter on AMX).
#include "CTileEmulation.h"

#include <math.h>

#include "../../../Sources/CKernels/bfloat16/units.h"

#ifndef ACTIVE_BENCH_DOUBLE
#define LANES 8
#define NAMED(x) x##_emulated
#define TARGET
#include "../../../Sources/CKernels/bfloat16/vectors.h"

#include "../../../Sources/CKernels/bfloat16/rounding.h"

#include "../../../Sources/CKernels/bfloat16/blocks.h"

#include "../../../Sources/CKernels/bfloat16/conversions.h"

enum { TILES_IN_ALL = 8, MOST_ROWS = 16, MOST_BYTES = 64 };

// The registers, of which those rows and bytes exist that the configuration has.
static unsigned char tiles[TILES_IN_ALL][MOST_ROWS][MOST_BYTES];
static size_t rows[TILES_IN_ALL], bytes_per_row[TILES_IN_ALL], faults;

size_t ab_tile_faults(void) { return faults; }

// LDTILECFG of 64 bytes: palette, first row, 14 bytes that are 0, 16 numbers of bytes per row, and 16 of rows.
// TILERELEASE for NULL.
static void configure(const void *configuration) {
    memset(tiles, 0, sizeof tiles), memset(rows, 0, sizeof rows), memset(bytes_per_row, 0, sizeof bytes_per_row);
    if (!configuration) return;
    const unsigned char *bytes = configuration;
    int is_wrong = bytes[0] != 1 || bytes[1] != 0;
    for (int i = 2; i < 16; i++) is_wrong |= bytes[i];
    for (int t = 0; t < TILES_IN_ALL; t++) {
        uint16_t width;
        memcpy(&width, bytes + 16 + 2 * t, sizeof width);
        rows[t] = bytes[48 + t], bytes_per_row[t] = width;
        is_wrong |= rows[t] > MOST_ROWS || width > MOST_BYTES || (rows[t] == 0) != (width == 0);
    }
    for (int t = TILES_IN_ALL; t < 16; t++) is_wrong |= bytes[48 + t] | bytes[16 + 2 * t] | bytes[17 + 2 * t];
    faults += (size_t)(is_wrong != 0);
}

static void zero(int t) {
    faults += rows[t] == 0;
    memset(tiles[t], 0, sizeof tiles[t]);
}

static void load(int t, const void *from, size_t stride) {
    zero(t);
    for (size_t r = 0; r < rows[t]; r++) memcpy(tiles[t][r], (const char *)from + r * stride, bytes_per_row[t]);
}

static void store(int t, void *to, size_t stride) {
    faults += rows[t] == 0;
    for (size_t r = 0; r < rows[t]; r++) memcpy((char *)to + r * stride, tiles[t][r], bytes_per_row[t]);
}

// Denormals are 0, as operands and as results.
static float flushed(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

static float float_at(const void *at) {
    float x;
    return memcpy(&x, at, sizeof x), x;
}

// The bfloat16 at `at`.
static float half_at(const void *at) {
    uint16_t upper;
    memcpy(&upper, at, sizeof upper);
    uint32_t bits = (uint32_t)upper << 16;
    return flushed(float_at(&bits));
}

// TDPBF16PS: the products of the pairs' first and second numbers are summed each for themselves, then both sums, and
// that is added.
static void multiply(int c, int a, int b) {
    faults += rows[c] == 0 || rows[a] != rows[c];
    faults += bytes_per_row[a] / 4 != rows[b] || bytes_per_row[b] != bytes_per_row[c];
    for (size_t i = 0; i < rows[c]; i++)
        for (size_t j = 0; j < bytes_per_row[c] / 4; j++) {
            float sums[2] = {0};
            for (size_t p = 0; p < bytes_per_row[a] / 4; p++)
                for (size_t s = 0; s < 2; s++) {
                    const float x = half_at(tiles[a][i] + 4 * p + 2 * s), y = half_at(tiles[b][p] + 4 * j + 2 * s);
                    sums[s] = flushed(fmaf(x, y, sums[s]));
                }
            float sum = flushed(flushed(float_at(tiles[c][i] + 4 * j)) + flushed(sums[0] + sums[1]));
            memcpy(tiles[c][i] + 4 * j, &sum, sizeof sum);
        }
}

#define TILES
#define TILE_CONFIGURE(configuration) configure(configuration)
#define TILE_ZERO(t) zero(t)
#define TILE_LOAD(t, from, bytes) load(t, from, bytes)
#define TILE_STORE(t, to, bytes) store(t, to, bytes)
#define TILE_MULTIPLY(c, a, b) multiply(c, a, b)
#include "../../../Sources/CKernels/bfloat16/tiles.h"
#endif
