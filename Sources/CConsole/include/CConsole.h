// Writing to standard output and standard error, whatever these are: closed, a full device, a pipe that nobody reads or
// that is read slowly, a terminal that stands still. Nothing is buffered. The caller ignores SIGPIPE.
//
// Linked into a program, this file makes sure before all else that the descriptors 0 to 2 are in use: the first file that
// is opened would otherwise get the number of a closed standard stream, and be written to in its stead.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Writes all bytes to standard output, however long its reader takes. 0, or the error number of what stood in the way,
// EBADF where standard output was closed when the program started. Under mpirun, of its standard output, too.
int ab_emit(const char *bytes, size_t count);

// Writes to standard error what is lost if it cannot be written. A reader is waited for for two seconds, and after that
// not at all until it reads again. Safe in signal handlers and on any thread; leaves errno as it is.
void ab_tell(const char *bytes, size_t count);

// Appends lines to a log file under the same terms. 0, or the error number of the write that failed. `is_torn` belongs to
// the file and starts as false: whether its last line was cut off, so that the next begins a line of its own.
int ab_append(int descriptor, const char *bytes, size_t count, bool *is_torn);
