// Macros of the kernels.
#pragma once

// On x86-64 compiled twice, for the target processor and for AVX-512; the loader chooses. The bits are the
// same: neither changes the order of a sum, and both fuse the same multiplications and additions.
#if defined(__x86_64__) && !defined(__AVX512F__)
#define AB_KERNEL __attribute__((target_clones("default", "arch=x86-64-v4")))
#else
#define AB_KERNEL
#endif

#ifdef ACTIVE_BENCH_DOUBLE
#define SQRT sqrt
#else
#define SQRT sqrtf
#endif

// Defines a kernel's public function: its work, and a line in the profile; `touched` is the count of numbers read and written.
#define PROFILED(name, rows, columns, touched, work)                                                                   \
    do {                                                                                                               \
        uint64_t start = ab_profile_begin();                                                                           \
        work;                                                                                                          \
        ab_profile_end(start, name, rows, columns, 0, (touched) * sizeof(ab_real));                                    \
    } while (0)
