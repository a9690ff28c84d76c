#pragma once
#include <stddef.h>

// What would keep mpirun from passing on `count` bytes more of what this process writes to standard output: 0, or an error
// number. 0 where the parent is no launcher, or one that cannot be looked at (a process of another host or another user).
//
// mpirun itself says nothing when its standard output is closed, full, or read by nobody: a result would be lost and the
// job's exit code 0. Its descriptor is therefore looked at through /proc before a result is written; room on a disk is
// reserved. What goes wrong there afterwards stays unnoticed.
int launcher_output_error(size_t count);
