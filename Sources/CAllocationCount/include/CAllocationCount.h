// Replaces the C library's allocation calls in an executable that links this, and counts them.
#pragma once

// Calls of malloc, calloc, realloc, posix_memalign and aligned_alloc by any code of this process so far.
long ab_allocation_count(void);
