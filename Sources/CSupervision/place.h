// Where the process is, for whoever reads it from a signal handler or from another thread.
#pragma once
#include "line.h"

#pragma GCC visibility push(hidden)

// Copies the place, never half of one and half of the next.
void read_place(char place[PLACE_SIZE]);
// NULL if there is none.
const char *current_phase(void);
// Negative if there is none.
long current_step(void);
// Grows with every beat.
unsigned long current_beat(void);

#pragma GCC visibility pop
