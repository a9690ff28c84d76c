#pragma once
#include <stddef.h>

// Returns the error that would keep mpirun from forwarding `count` more bytes of this process's standard output, or 0.
// Also 0 if the parent is not a launcher, or cannot be examined (on another host, or of another user).
//
// mpirun reports nothing if its standard output is closed, full or without a reader: a result would be lost and the
// job's exit code would be 0. Its descriptor is therefore examined through /proc before a result is written, and space
// on a disk is allocated. Later errors remain unnoticed.
int launcher_output_error(size_t count);
