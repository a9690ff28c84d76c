#include "CMuJoCo.h"
#include "guard.h"
#include "opengl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAXIMUM_GEOMS = 10000 }; // in a picture: more than any model of ours has

struct ab_renderer {
    opengl_t opengl;
    mjrContext context;
    mjvScene scene;
    mjvOption option;
    mjrRect viewport;
};

typedef struct {
    ab_renderer *renderer;
    const mjModel *model;
    mjData *data;
    mjvCamera camera;
    const ab_mark *marks;
    int count;
    unsigned char *rgb;
} drawing_t;

static void make(void *context) {
    drawing_t *drawing = context;
    ab_renderer *renderer = drawing->renderer;
    mjv_makeScene(drawing->model, &renderer->scene, MAXIMUM_GEOMS);
    mjr_makeContext(drawing->model, &renderer->context, mjFONTSCALE_100);
    mjr_setBuffer(mjFB_OFFSCREEN, &renderer->context);
}

// OpenGL records errors and continues, so an image is valid only if no error was recorded.
static int check_opengl(const char *operation, char *error, size_t size) {
    int code = mjr_getError();
    if (code == 0) return AB_MUJOCO_OK;
    snprintf(error, size, "OpenGL error 0x%x while %s", (unsigned)code, operation);
    return AB_MUJOCO_ERROR;
}

int ab_renderer_make(mjModel *model, int width, int height, ab_renderer **renderer, char *error, size_t size) {
    *renderer = NULL;
    ab_renderer *new = calloc(1, sizeof *new);
    if (!new) {
        snprintf(error, size, "out of memory");
        return AB_MUJOCO_ERROR;
    }
    if (!opengl_open(&new->opengl, error, size)) {
        free(new);
        return AB_RENDERER_UNAVAILABLE;
    }
    model->vis.global.offwidth = width;
    model->vis.global.offheight = height;
    new->viewport = (mjrRect){0, 0, width, height};
    mjv_defaultScene(&new->scene);
    mjv_defaultOption(&new->option);
    mjr_defaultContext(&new->context);
    drawing_t drawing = {.renderer = new, .model = model};
    int status = ab_guarded(make, &drawing, error, size);
    if (status == AB_MUJOCO_OK) status = check_opengl("making the off-screen buffer", error, size);
    if (status != AB_MUJOCO_OK) {
        ab_renderer_free(new);
        return status;
    }
    *renderer = new;
    return AB_MUJOCO_OK;
}

static void add_mark(mjvScene *scene, const ab_mark *mark) {
    if (scene->ngeom >= scene->maxgeom) return;
    mjtNum size[3] = {mark->radius, mark->radius, mark->radius};
    mjvGeom *geom = &scene->geoms[scene->ngeom++];
    mjv_initGeom(geom, mjGEOM_SPHERE, size, mark->position, NULL, mark->rgba);
    geom->category = mjCAT_DECOR;
}

static void draw(void *context) {
    drawing_t *drawing = context;
    ab_renderer *renderer = drawing->renderer;
    mjv_updateScene(
        drawing->model, drawing->data, &renderer->option, NULL, &drawing->camera, mjCAT_ALL, &renderer->scene);
    for (int i = 0; i < drawing->count; i++) add_mark(&renderer->scene, &drawing->marks[i]);
    mjr_render(renderer->viewport, &renderer->scene, &renderer->context);
    mjr_readPixels(drawing->rgb, NULL, renderer->viewport, &renderer->context);
}

// Reverses the rows: OpenGL's first row is the bottom one.
static void turn_over(unsigned char *rgb, size_t width, size_t height) {
    for (size_t row = 0; row < height / 2; row++) {
        unsigned char *upper = rgb + 3 * width * row, *lower = rgb + 3 * width * (height - 1 - row);
        for (size_t i = 0; i < 3 * width; i++) {
            unsigned char byte = upper[i];
            upper[i] = lower[i];
            lower[i] = byte;
        }
    }
}

int ab_renderer_draw(
    ab_renderer *renderer, const mjModel *model, mjData *data, ab_view view, const ab_mark *marks, int count,
    unsigned char *rgb, char *error, size_t size) {
    drawing_t drawing = {
        .renderer = renderer, .model = model, .data = data, .marks = marks, .count = count, .rgb = rgb};
    mjv_defaultCamera(&drawing.camera);
    memcpy(drawing.camera.lookat, view.target, sizeof view.target);
    drawing.camera.distance = view.distance;
    drawing.camera.azimuth = view.azimuth;
    drawing.camera.elevation = view.elevation;
    if (!opengl_use(&renderer->opengl)) { // another renderer of this thread may be current
        snprintf(error, size, "the OpenGL context cannot be used on this thread");
        return AB_MUJOCO_ERROR;
    }
    int status = ab_guarded(draw, &drawing, error, size);
    if (status == AB_MUJOCO_OK) status = check_opengl("drawing", error, size);
    if (status != AB_MUJOCO_OK) return status;
    turn_over(rgb, (size_t)renderer->viewport.width, (size_t)renderer->viewport.height);
    return AB_MUJOCO_OK;
}

static void release(void *context) {
    ab_renderer *renderer = context;
    mjr_freeContext(&renderer->context);
    mjv_freeScene(&renderer->scene);
}

void ab_renderer_free(ab_renderer *renderer) {
    if (!renderer) return;
    char error[256]; // ignored: the context owns OpenGL's memory
    if (opengl_use(&renderer->opengl)) ab_guarded(release, renderer, error, sizeof error);
    opengl_close(&renderer->opengl);
    free(renderer);
}
