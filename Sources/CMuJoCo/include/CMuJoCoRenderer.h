// MuJoCo's renderer, off-screen: images of a simulation's state, without a window or a display.
//
// OpenGL is loaded when the first renderer is made, not when this is built or linked: EGL (graphics cards, and Mesa's
// software renderer), then OSMesa (software only). MUJOCO_GL=egl or MUJOCO_GL=osmesa selects one, as in MuJoCo's Python
// package.
#pragma once
#include <mujoco/mujoco.h>
#include <stddef.h>

enum {
    AB_RENDERER_UNAVAILABLE = 3 // no OpenGL context could be made; the caller's buffer has the reason
};

typedef struct ab_renderer ab_renderer;

// The camera's position: `distance` metres from `target`, `azimuth` degrees about the vertical (90 looks along
// +y, with +x to the right), `elevation` degrees (negative looks down).
typedef struct {
    double target[3];
    double distance;
    double azimuth;
    double elevation;
} ab_view;

// A sphere that is drawn and not simulated.
typedef struct {
    double position[3];
    double radius;
    float rgba[4];
} ab_mark;

// Makes a renderer for images of width × height pixels; *renderer is NULL unless the call returns AB_MUJOCO_OK. All
// calls with it, also the last, must be made on the thread that made it. Sets the size of the model's off-screen
// buffer.
int ab_renderer_make(mjModel *model, int width, int height, ab_renderer **renderer, char *error, size_t size);
// Draws the state, whose kinematics must be up to date, into rgb[height][width][3], the top row first.
int ab_renderer_draw(
    ab_renderer *renderer, const mjModel *model, mjData *data, ab_view view, const ab_mark *marks, int count,
    unsigned char *rgb, char *error, size_t size);
void ab_renderer_free(ab_renderer *renderer);
