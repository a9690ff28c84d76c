// Unbuffered writing to standard output and standard error, whatever they are: closed, a full device, a pipe whose
// reader is slow or missing, a stalled terminal. The caller ignores SIGPIPE.
//
// This file also opens the descriptors 0 to 2 before the program starts, if they are closed: otherwise the first file
// opened would get the number of a closed standard stream, and output would go into it.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Writes all bytes to standard output, however long its reader takes. Returns 0 or the error number, EBADF if standard
// output (or, under mpirun, mpirun's) was closed when the program started.
int ab_emit(const char *bytes, size_t count);

// Writes to standard error, or drops what cannot be written. Waits at most two seconds for a stalled reader, then not
// again until it reads. Safe in signal handlers and on any thread; preserves errno.
void ab_note(const char *bytes, size_t count);

// Appends lines to a log file in the same way. Returns 0 or the error number of the failed write. `is_torn` belongs to
// the file and starts as false: whether its last line was cut off, so that the next one starts with a newline.
int ab_append(int descriptor, const char *bytes, size_t count, bool *is_torn);
