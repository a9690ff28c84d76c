// Starting other programs.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

// Values for a standard stream that is not one of our descriptors: the same as this process's, or /dev/null.
enum { AB_OUR_STREAM = -1, AB_NO_STREAM = -2 };

// Starts `words[0]`, searched for in PATH if it has no slash, with the words as its arguments. `variables`
// ("NAME=VALUE") are added to this process's environment or replace some of it. Both lists end with NULL. `streams` are
// the program's standard input, output and error; no other descriptor is inherited. `own_group`: signals from a
// terminal to this process do not reach the program. Returns the process number, or minus an error number.
pid_t ab_start_program(
    char *const words[], char *const variables[], const int streams[3], bool own_group);
