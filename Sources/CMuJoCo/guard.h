// Guarded calls of MuJoCo functions that may report an error.
#pragma once
#include <stddef.h>

// Runs work(context) and returns AB_MUJOCO_ERROR if MuJoCo reports an error in it, with at most `size` bytes of the
// error's text in `error`; AB_MUJOCO_OK otherwise. Guarded calls never nest.
int ab_guarded(void (*work)(void *), void *context, char *error, size_t size);
