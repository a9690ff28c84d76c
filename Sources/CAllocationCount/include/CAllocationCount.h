// Replaces the C library's allocation functions in a process that preloads this library, and counts their calls.
#pragma once

// Returns the number of calls of malloc, calloc, realloc, posix_memalign and aligned_alloc in this process so far.
long ab_allocation_count(void);
