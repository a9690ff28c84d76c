// The precision of this build.
#pragma once
#include <stddef.h>

#ifdef ACTIVE_BENCH_DOUBLE
typedef double ab_real;
#else
typedef float ab_real;
#endif
