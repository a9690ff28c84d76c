#include "guard.h"

#include "CConsole.h"
#include "CMuJoCo.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 1024 };

// A guarded call in progress: the jump target, and the buffer for the error's text.
typedef struct {
    jmp_buf back;
    char *error;
    size_t size;
} guard_t;

static _Thread_local guard_t *active;
static _Thread_local long warnings;
static _Thread_local char last_warning[TEXT_SIZE];

static void copy_text(char *to, size_t size, const char *from) {
    if (size > 0) snprintf(to, size, "%s", from);
}

static void on_error(const char *text) {
    if (active) {
        copy_text(active->error, active->size, text);
        longjmp(active->back, 1);
    }
    char line[TEXT_SIZE];
    int length = snprintf(line, sizeof line, "MuJoCo error outside a guarded call: %s\n", text);
    ab_note(line, length < TEXT_SIZE ? (size_t)length : sizeof line - 1);
    abort(); // returning would let MuJoCo continue in an undefined state
}

static void on_warning(const char *text) {
    warnings++;
    copy_text(last_warning, sizeof last_warning, text);
}

// Runs before main, so that no error comes before its handler and no thread sees the handlers change (MuJoCo's own
// compiler installs others while it loads a model, for its thread only).
__attribute__((constructor)) static void install_handlers(void) {
    mju_user_error = on_error;
    mju_user_warning = on_warning;
}

// The jump crosses only frames of MuJoCo and of this target, never a Swift frame; no local of this function is read
// after a jump, so none needs to be volatile. MuJoCo's engine is C; for its loader, which is C++, see `load`.
int ab_guarded(void (*work)(void *), void *context, char *error, size_t size) {
    guard_t guard = {.error = error, .size = size};
    if (setjmp(guard.back)) {
        active = NULL; // guarded calls never nest
        return AB_MUJOCO_ERROR;
    }
    active = &guard;
    work(context);
    active = NULL;
    return AB_MUJOCO_OK;
}

int ab_mujoco_header_version(void) { return mjVERSION_HEADER; }
long ab_mujoco_warning_count(void) { return warnings; }
const char *ab_mujoco_last_warning(void) { return last_warning; }

typedef struct {
    const char *path;
    const mjVFS *files;
    mjModel *model;
    char message[TEXT_SIZE];
} loading_t;

static const char file_name[] = "model.xml";

// MuJoCo itself returns the errors of its parser and model compiler as messages; the guard is for unexpected errors. A
// jump out of here skips destructors and may leave MuJoCo's loading lock held. The next load would then deadlock, so it
// is refused.
static atomic_bool loader_is_broken;

static void load(void *context) {
    loading_t *loading = context;
    loading->model = mj_loadXML(loading->path, loading->files, loading->message, sizeof loading->message);
}

int ab_mujoco_load(const char *xml, mjModel **model, char *error, size_t size) {
    return ab_mujoco_load_in(".", xml, model, error, size);
}

int ab_mujoco_load_in(const char *folder, const char *xml, mjModel **model, char *error, size_t size) {
    *model = NULL;
    if (atomic_load(&loader_is_broken)) {
        copy_text(error, size, "an earlier model has broken MuJoCo's loader: this process can load no more");
        return AB_MUJOCO_ERROR;
    }
    size_t length = strlen(xml);
    char path[PATH_MAX];
    // MuJoCo looks up the file name in memory and all other files in the folder.
    if (snprintf(path, sizeof path, "%s/%s", folder, file_name) >= (int)sizeof path) {
        copy_text(error, size, "the folder's path is too long");
        return AB_MUJOCO_ERROR;
    }
    mjVFS *files = malloc(sizeof *files); // 2 MB: too large for the stack of a thread
    if (!files) {
        copy_text(error, size, "out of memory");
        return AB_MUJOCO_ERROR;
    }
    mj_defaultVFS(files);
    if (length == 0 || mj_makeEmptyFileVFS(files, file_name, (int)length) != 0) {
        copy_text(error, size, length == 0 ? "the model is empty" : "the model's text could not be stored");
        free(files);
        return AB_MUJOCO_ERROR;
    }
    memcpy(files->filedata[0], xml, length);

    loading_t loading = {.path = path, .files = files};
    int status = ab_guarded(load, &loading, error, size);
    mj_deleteVFS(files);
    free(files);
    if (status != AB_MUJOCO_OK) {
        atomic_store(&loader_is_broken, true);
        return status;
    }
    if (!loading.model) {
        copy_text(error, size, loading.message);
        return AB_MUJOCO_ERROR;
    }
    if (loading.message[0]) on_warning(loading.message); // 2.3.7 raises a warning for every file that it opens
    *model = loading.model;
    return AB_MUJOCO_OK;
}

typedef struct {
    const mjModel *model;
    mjData *data;
    int count;
} simulation_t;

static void make_data(void *context) {
    simulation_t *simulation = context;
    simulation->data = mj_makeData(simulation->model);
}

int ab_mujoco_make_data(const mjModel *model, mjData **data, char *error, size_t size) {
    simulation_t simulation = {.model = model};
    int status = ab_guarded(make_data, &simulation, error, size);
    *data = status == AB_MUJOCO_OK ? simulation.data : NULL;
    return status;
}

static void reset(void *context) {
    simulation_t *simulation = context;
    mj_resetData(simulation->model, simulation->data);
}

int ab_mujoco_reset(const mjModel *model, mjData *data, char *error, size_t size) {
    simulation_t simulation = {.model = model, .data = data};
    return ab_guarded(reset, &simulation, error, size);
}

static void forward(void *context) {
    simulation_t *simulation = context;
    mj_forward(simulation->model, simulation->data);
}

int ab_mujoco_forward(const mjModel *model, mjData *data, char *error, size_t size) {
    simulation_t simulation = {.model = model, .data = data};
    return ab_guarded(forward, &simulation, error, size);
}

static void step(void *context) {
    simulation_t *simulation = context;
    for (int i = 0; i < simulation->count; i++) mj_step(simulation->model, simulation->data);
}

// MuJoCo reacts to a non-finite state with a warning and a silent reset, which would look like a jump to the start.
static int check_divergence(const mjData *data, char *error, size_t size) {
    static const int kinds[] = {mjWARN_BADQPOS, mjWARN_BADQVEL, mjWARN_BADQACC, mjWARN_BADCTRL};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const mjWarningStat *warning = &data->warning[kinds[i]];
        if (warning->number == 0) continue;
        copy_text(error, size, mju_warningText(kinds[i], warning->lastinfo));
        return AB_MUJOCO_DIVERGED;
    }
    return AB_MUJOCO_OK;
}

int ab_mujoco_step(const mjModel *model, mjData *data, int count, char *error, size_t size) {
    simulation_t simulation = {.model = model, .data = data, .count = count};
    int status = ab_guarded(step, &simulation, error, size);
    return status == AB_MUJOCO_OK ? check_divergence(data, error, size) : status;
}
