// OpenGL without a window, from EGL or OSMesa.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// A context; all zero if there is none.
typedef struct {
    bool (*use)(void *display, void *context);
    void (*release)(void *display, void *context);
    void *display;
    void *context;
} opengl_t;

// Makes a context, current on the calling thread; returns false with the reasons in `error` if there is none.
bool opengl_open(opengl_t *opengl, char *error, size_t size);
// Makes the context current on the calling thread again; returns false on failure.
bool opengl_use(const opengl_t *opengl);
// Releases a context that is current on the calling thread. The library stays loaded: MuJoCo keeps pointers to its
// functions.
void opengl_close(opengl_t *opengl);
