// CLOCK_MONOTONIC in nanoseconds, which changes of the system time do not affect; safe in a signal handler.
#pragma once
#include <time.h>

static inline long long monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}
