// One line on standard error, assembled without stdio, locks or allocation: safe in a signal handler.
#pragma once
#include <stddef.h>

enum { PLACE_SIZE = 600, LINE_SIZE = PLACE_SIZE + 400 };

typedef struct {
    size_t length;
    char text[LINE_SIZE];
} line_t;

#pragma GCC visibility push(hidden) // the names are short and could collide with a library's

void append(line_t *line, const char *text);
void append_number(line_t *line, long number);
// Starts a line: "active-bench: PLACE: ".
void begin_line(line_t *line);
// Appends " in PHASE at step N", without the parts that are unknown.
void append_phase(line_t *line);
// Ends the line and writes it; errors are ignored.
void write_line(line_t *line);

#pragma GCC visibility pop
