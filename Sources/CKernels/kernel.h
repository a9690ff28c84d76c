// Macros of the kernels.
#pragma once

#define AB_INLINE static inline __attribute__((always_inline))

// Code for processors with AVX-512, with vectors of 64 bytes; without `tune` loops would get vectors of 32.
#define AB_AVX512 __attribute__((target("arch=x86-64-v4,tune=x86-64"), min_vector_width(512)))

// Defines kernel `name` from its body, `name`_body. On x86-64 it is compiled twice, for the target processor and for
// AVX-512; ab_vector_bytes chooses. The bits are the same: neither changes the order of a sum, and both fuse the same
// multiplications and additions (-ffp-contract=on: a product and a sum are fused exactly where one expression has
// both).
#if defined(__x86_64__)
#define AB_KERNEL(type, name, parameters, arguments)                                                                   \
    static type name##_32 parameters { return name##_body arguments; }                                                 \
    AB_AVX512 static type name##_64 parameters { return name##_body arguments; }                                       \
    static type name parameters { return ab_vector_bytes() == 64 ? name##_64 arguments : name##_32 arguments; }
#else
#define AB_KERNEL(type, name, parameters, arguments)                                                                   \
    static type name parameters { return name##_body arguments; }
#endif

#ifdef ACTIVE_BENCH_DOUBLE
#define SQRT sqrt
#else
#define SQRT sqrtf
#endif

// Defines a kernel's public function: its work, and a line in the profile; `touched` is the count of numbers read and
// written.
#define PROFILED(name, rows, columns, touched, work)                                                                   \
    do {                                                                                                               \
        uint64_t start = ab_profile_begin();                                                                           \
        work;                                                                                                          \
        ab_profile_end(start, name, rows, columns, 0, (touched) * sizeof(ab_real));                                    \
    } while (0)
