// The time of a training step by kernel and shape, on the thread that trains. While it is off, it costs one load per
// kernel call. Only that one thread may use it: nothing here is synchronised.
#pragma once
#include <stddef.h>
#include <stdint.h>

// All calls of one kernel with one shape.
typedef struct {
    // The kernel's name: a literal, not copied.
    const char *kernel;
    // The dimensions of the result; inner is 0 unless the kernel is a product.
    size_t rows, columns, inner;
    uint64_t calls, nanoseconds;
    // The bytes read and written, each operand counted once per call.
    uint64_t bytes;
} ab_profile_line;

// Clears the profile and starts recording.
void ab_profile_start(void);
void ab_profile_stop(void);
// Returns the number of lines: the first 200 kernels and shapes since the start, in the order of their first calls.
size_t ab_profile_count(void);
ab_profile_line ab_profile_get(size_t index);

extern int ab_profile_is_on;
uint64_t ab_profile_clock(void);
// Marks the beginning of a piece of work; pass the result to `ab_profile_end`.
static inline uint64_t ab_profile_begin(void) { return ab_profile_is_on ? ab_profile_clock() : 0; }
void ab_profile_add(uint64_t start, const char *kernel, size_t rows, size_t columns, size_t inner, size_t bytes);
static inline void ab_profile_end(uint64_t start, const char *kernel, size_t rows, size_t columns, size_t inner,
                                  size_t bytes) {
    if (start) ab_profile_add(start, kernel, rows, columns, inner, bytes);
}
