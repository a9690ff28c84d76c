// Where the time of a training step goes, kernel by kernel and shape by shape, on the thread that trains. Off unless asked for:
// a kernel then costs one load more. All of this is for that one thread: nothing here is synchronised.
#pragma once
#include <stddef.h>
#include <stdint.h>

// All calls of one kernel with one shape.
typedef struct {
    // Not copied: a literal.
    const char *kernel;
    // Of the result; inner is 0 where there is no product.
    size_t rows, columns, inner;
    uint64_t calls, nanoseconds;
    // Read and written, every operand once a call.
    uint64_t bytes;
} ab_profile_line;

// Begins anew.
void ab_profile_start(void);
void ab_profile_stop(void);
// The lines since the start, in the order in which they were first met: the first 200 shapes.
size_t ab_profile_count(void);
ab_profile_line ab_profile_get(size_t index);

extern int ab_profile_is_on;
uint64_t ab_profile_clock(void);
// A piece of work begins; what is returned goes to `ab_profile_end`.
static inline uint64_t ab_profile_begin(void) { return ab_profile_is_on ? ab_profile_clock() : 0; }
void ab_profile_add(uint64_t start, const char *kernel, size_t rows, size_t columns, size_t inner, size_t bytes);
static inline void ab_profile_end(uint64_t start, const char *kernel, size_t rows, size_t columns, size_t inner,
                                  size_t bytes) {
    if (start) ab_profile_add(start, kernel, rows, columns, inner, bytes);
}
