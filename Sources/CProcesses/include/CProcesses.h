// Programs that this one starts.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

// What a standard stream of a program is, where it is no descriptor of ours: the same as this process's, or nothing.
enum { AB_OUR_STREAM = -1, AB_NO_STREAM = -2 };

// Starts `words[0]`, looked for in PATH where it has no slash, with the words as its arguments and this process's variables,
// of which `variables` ("NAME=VALUE") replace or join some. Both end with NULL. `streams` are its standard input, output and
// error; no other descriptor is handed on. `own_group`: a terminal's signals to this process do not reach it. Its number, or
// minus an error number.
pid_t ab_start_program(
    char *const words[], char *const variables[], const int streams[3], bool own_group);
