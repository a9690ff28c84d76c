// How this target's files call what may report an error of MuJoCo's.
#pragma once
#include <stddef.h>

// Runs work(context) and returns AB_MUJOCO_ERROR when MuJoCo reports an error in it, with at most `size` bytes of the
// error's text in `error`; AB_MUJOCO_OK otherwise. Guarded calls never nest.
int ab_guarded(void (*work)(void *), void *context, char *error, size_t size);
