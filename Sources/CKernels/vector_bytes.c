#include "products.h"

#include <stdlib.h>
#include <string.h>

static size_t vector_bytes;

// Runs while the program is loaded.
__attribute__((constructor)) static void choose_vector_bytes(void) {
#if defined(__x86_64__)
    // A constructor may run before that of the compiler's library.
    __builtin_cpu_init();
    const char *limit = getenv("ACTIVE_BENCH_VECTOR_BYTES");
    const int is_limited = limit && strcmp(limit, "32") == 0;
    vector_bytes = ab_has_avx512() && !is_limited ? 64 : 32;
#else
    vector_bytes = 16;
#endif
}

size_t ab_vector_bytes(void) { return vector_bytes; }

int ab_has_avx2(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") != 0;
#else
    return 0;
#endif
}

int ab_has_avx512(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd");
#else
    return 0;
#endif
}
