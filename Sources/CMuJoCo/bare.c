#include "CMuJoCo.h"

#include <string.h>

void ab_mujoco_bare_episode(
    const mjModel *model, mjData *data, const double *positions, const double *velocities, const double *controls,
    int steps, int frame_skip) {
    mj_resetData(model, data);
    memcpy(data->qpos, positions, (size_t)model->nq * sizeof *positions);
    memcpy(data->qvel, velocities, (size_t)model->nv * sizeof *velocities);
    mj_forward(model, data);
    for (int t = 0; t < steps; t++) {
        memcpy(data->ctrl, controls + (size_t)t * model->nu, (size_t)model->nu * sizeof *controls);
        for (int i = 0; i < frame_skip; i++) mj_step(model, data);
    }
}
