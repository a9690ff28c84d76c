#pragma once

// Compiled twice on x86-64, for the processor asked for and for those with AVX-512; the loader picks. The bits are the
// same: neither changes the order of a sum, and both fuse the same multiplications and additions.
#if defined(__x86_64__) && !defined(__AVX512F__)
#define AB_KERNEL __attribute__((target_clones("default", "arch=x86-64-v4")))
#else
#define AB_KERNEL
#endif
