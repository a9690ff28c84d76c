// MuJoCo for Swift: its headers, and wrappers of the calls that can fail, which return their errors.
//
// MuJoCo reports a fatal error through a callback and continues when that callback returns; its default prints, writes
// MUJOCO_LOG.TXT into the working directory and exits. Here a fatal error inside one of the calls below is returned as
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
    AB_MUJOCO_DIVERGED = 2 // the physics became non-finite and MuJoCo has reset the state to qpos0
};

// Returns the version of the headers, which equals mj_version() if header and library match.
int ab_mujoco_header_version(void);

// In all calls `error` receives at most `size` bytes with the terminating zero, and is written only if the call fails.
// After AB_MUJOCO_ERROR the data's scratch memory may still be occupied: reset it (or delete it) before further use.

// Compiles the model written in `xml`; *model is NULL unless the call returns AB_MUJOCO_OK.
int ab_mujoco_load(const char *xml, mjModel **model, char *error, size_t size);
// The same, with included files and meshes read from `folder`; nothing is written there.
int ab_mujoco_load_in(const char *folder, const char *xml, mjModel **model, char *error, size_t size);
// Makes the state of a simulation; *data is NULL unless the call returns AB_MUJOCO_OK.
int ab_mujoco_make_data(const mjModel *model, mjData **data, char *error, size_t size);
// Resets the state to qpos0 with zero velocity, without controls, warm start and warnings.
int ab_mujoco_reset(const mjModel *model, mjData *data, char *error, size_t size);
// Computes everything that depends on positions, velocities and controls (mj_forward).
int ab_mujoco_forward(const mjModel *model, mjData *data, char *error, size_t size);
// Makes `count` steps of the model's timestep with constant controls.
int ab_mujoco_step(const mjModel *model, mjData *data, int count, char *error, size_t size);

// The baseline for a rollout's speed: an episode as a C program would run it, without guards, checks and observations.
// From `positions` [nq] and `velocities` [nv], `steps` times `frame_skip` steps with a row of `controls` [steps × nu].
void ab_mujoco_bare_episode(
    const mjModel *model, mjData *data, const double *positions, const double *velocities, const double *controls,
    int steps, int frame_skip);

// The number of MuJoCo's warnings on the calling thread so far, and the text of the last one ("" if there was none).
long ab_mujoco_warning_count(void);
const char *ab_mujoco_last_warning(void);

// Bounding boxes of the geoms of one model, with which collision tests that cannot find a contact are skipped.
// Simulations with and without them are the same, bit for bit.
typedef struct ab_mujoco_boxes ab_mujoco_boxes;
// NULL if there is no memory. The boxes are valid as long as the model.
ab_mujoco_boxes *ab_mujoco_make_boxes(const mjModel *model);
void ab_mujoco_delete_boxes(ab_mujoco_boxes *boxes);
// Makes the calling thread use the boxes for tests in their model; NULL stops that. Other models and threads are not
// affected.
void ab_mujoco_use_boxes(ab_mujoco_boxes *boxes);
// The collision tests made and omitted so far, of geoms that are not both planes, spheres or capsules.
long ab_mujoco_tests_made(const ab_mujoco_boxes *boxes);
long ab_mujoco_tests_omitted(const ab_mujoco_boxes *boxes);

#include "CMuJoCoRenderer.h"
