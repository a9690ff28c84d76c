// MuJoCo as Swift sees it: its own headers, and the calls that can fail, made to return their errors.
//
// MuJoCo reports a fatal error through a callback and carries on when that callback returns; its default prints, writes
// MUJOCO_LOG.TXT into the working directory and exits. Here a fatal error inside one of the calls below comes back as
// AB_MUJOCO_ERROR; anywhere else it prints one line and aborts. No log file is ever written.
#pragma once
#include <mujoco/mujoco.h>
#include <stddef.h>

#if mjVERSION_HEADER < 222 || mjVERSION_HEADER >= 300
#error "MuJoCo 2.2.2 to 2.3.7 is needed: contact margins and file loading differ in MuJoCo 3"
#endif

enum {
    AB_MUJOCO_OK = 0,
    AB_MUJOCO_ERROR = 1,   // MuJoCo reported an error: its text is in the caller's buffer
    AB_MUJOCO_DIVERGED = 2 // the physics left the finite numbers and MuJoCo has put the state back to qpos0
};

// The version these declarations come from; equal to mj_version() when header and library belong together.
int ab_mujoco_header_version(void);

// In all calls `error` takes at most `size` bytes, closed by a zero, and is touched only when the call fails.
// After AB_MUJOCO_ERROR the data's scratch memory may still be occupied: reset it (or delete it) before further use.

// Compiles the model written in `xml`; *model is NULL unless the call returns AB_MUJOCO_OK.
int ab_mujoco_load(const char *xml, mjModel **model, char *error, size_t size);
// The same, with the files it includes and its meshes looked for from `folder`; nothing is written there.
int ab_mujoco_load_in(const char *folder, const char *xml, mjModel **model, char *error, size_t size);
// Makes the state of a simulation; *data is NULL unless the call returns AB_MUJOCO_OK.
int ab_mujoco_make_data(const mjModel *model, mjData **data, char *error, size_t size);
// Back to qpos0 at rest, with no controls, no warm start and no warnings.
int ab_mujoco_reset(const mjModel *model, mjData *data, char *error, size_t size);
// Everything that follows from positions, velocities and controls, without a step in time.
int ab_mujoco_forward(const mjModel *model, mjData *data, char *error, size_t size);
// `count` steps of the model's timestep with the controls held.
int ab_mujoco_step(const mjModel *model, mjData *data, int count, char *error, size_t size);

// What a rollout is measured against: an episode as a C program would run it, with nothing guarded, checked or observed.
// From `positions` [nq] and `velocities` [nv], `steps` times `frame_skip` steps with a row of `controls` [steps × nu].
void ab_mujoco_bare_episode(
    const mjModel *model, mjData *data, const double *positions, const double *velocities, const double *controls,
    int steps, int frame_skip);

// MuJoCo's warnings raised on the calling thread so far, and the text of the last one ("" when there was none).
long ab_mujoco_warning_count(void);
const char *ab_mujoco_last_warning(void);

// Boxes round the geoms of one model, by which collision tests are left out that cannot find a contact. Simulations with
// and without them are the same, bit for bit.
typedef struct ab_mujoco_boxes ab_mujoco_boxes;
// NULL when there is no memory. The boxes hold for as long as the model does.
ab_mujoco_boxes *ab_mujoco_make_boxes(const mjModel *model);
void ab_mujoco_delete_boxes(ab_mujoco_boxes *boxes);
// From here on the calling thread's tests in the boxes' model go by them; NULL: no longer. Other models and threads are
// not touched.
void ab_mujoco_use_boxes(const ab_mujoco_boxes *boxes);

#include "CMuJoCoRenderer.h"
