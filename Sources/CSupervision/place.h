// Where the process is, readable from a signal handler or another thread.
#pragma once
#include "line.h"

#pragma GCC visibility push(hidden)

// Copies the place; never a mixture of two.
void read_place(char place[PLACE_SIZE]);
// NULL if no phase is set.
const char *current_phase(void);
// Negative if no step is set.
long current_step(void);
// Increases with every beat.
unsigned long current_beat(void);

#pragma GCC visibility pop
