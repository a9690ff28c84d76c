// OpenGL without a window, from whichever library the machine has.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// A context; all zero when there is none.
typedef struct {
    bool (*use)(void *display, void *context);
    void (*release)(void *display, void *context);
    void *display;
    void *context;
} opengl_t;

// Makes a context, which is the calling thread's current one then; false with the reasons in `error` when none can be had.
bool opengl_open(opengl_t *opengl, char *error, size_t size);
// Makes it the calling thread's current one again; false if it does not let itself.
bool opengl_use(const opengl_t *opengl);
// Releases a context that is the calling thread's current one. The library stays: MuJoCo keeps pointers to its functions.
void opengl_close(opengl_t *opengl);
