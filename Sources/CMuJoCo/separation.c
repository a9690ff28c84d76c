#include "CMuJoCo.h"

#include <math.h>
#include <stdlib.h>

// MuJoCo 2.2.2 calls the collision test of every pair of geoms whose bounding spheres overlap, as those of long thin
// geoms next to each other (the kettle and the counter) often do. The tests in its table `mjCOLLISIONFUNC`, which users
// may change, are wrapped here: a pair whose bounding boxes do not overlap has no contact, so its test is skipped. The
// engine's earlier decisions (bitmasks, welded bodies, parents, exclusions) are unchanged.

// The clearance beyond the margin in metres: far more than the round-off of the engine's tests, and irrelevant for
// speed.
static const mjtNum SLACK = 1e-6;

// The bounding box of one geom, in the geom's frame.
typedef struct {
    mjtNum centre[3];
    mjtNum half[3]; // negative: the geom has no bounds
} box_t;

struct ab_mujoco_boxes {
    const mjModel *model;
    long made, omitted; // tests
    box_t box[];
};

static mjfCollision tests[mjNGEOMTYPES][mjNGEOMTYPES];
static _Thread_local ab_mujoco_boxes *active;

static box_t symmetric(mjtNum x, mjtNum y, mjtNum z) { return (box_t){.half = {x, y, z}}; }

static box_t box_of_mesh(const mjModel *m, int mesh) {
    box_t box;
    const float *vertices = m->mesh_vert + 3 * m->mesh_vertadr[mesh];
    for (int k = 0; k < 3; k++) {
        mjtNum low = HUGE_VAL, high = -HUGE_VAL;
        for (int v = 0; v < m->mesh_vertnum[mesh]; v++) {
            low = fmin(low, vertices[3 * v + k]);
            high = fmax(high, vertices[3 * v + k]);
        }
        box.centre[k] = (low + high) / 2;
        box.half[k] = (high - low) / 2;
    }
    return box;
}

static box_t box_of_geom(const mjModel *m, int geom) {
    const mjtNum *size = m->geom_size + 3 * geom;
    switch (m->geom_type[geom]) {
    case mjGEOM_SPHERE: return symmetric(size[0], size[0], size[0]);
    case mjGEOM_CAPSULE: return symmetric(size[0], size[0], size[0] + size[1]);
    case mjGEOM_CYLINDER: return symmetric(size[0], size[0], size[1]);
    case mjGEOM_ELLIPSOID:
    case mjGEOM_BOX: return symmetric(size[0], size[1], size[2]);
    case mjGEOM_MESH: return box_of_mesh(m, m->geom_dataid[geom]);
    default: return symmetric(-1, -1, -1); // planes and height fields
    }
}

ab_mujoco_boxes *ab_mujoco_make_boxes(const mjModel *model) {
    ab_mujoco_boxes *boxes = malloc(sizeof *boxes + (size_t)model->ngeom * sizeof boxes->box[0]);
    if (!boxes) return NULL;
    boxes->model = model;
    boxes->made = boxes->omitted = 0;
    for (int geom = 0; geom < model->ngeom; geom++) boxes->box[geom] = box_of_geom(model, geom);
    return boxes;
}

void ab_mujoco_delete_boxes(ab_mujoco_boxes *boxes) { free(boxes); }

void ab_mujoco_use_boxes(ab_mujoco_boxes *boxes) { active = boxes; }

long ab_mujoco_tests_made(const ab_mujoco_boxes *boxes) { return boxes->made; }
long ab_mujoco_tests_omitted(const ab_mujoco_boxes *boxes) { return boxes->omitted; }

// Returns element k of the vector with components `v` along the axes of `frame`, a row-major 3 × 3 matrix.
static mjtNum turned(const mjtNum *frame, const mjtNum *v, int k) {
    return frame[3 * k] * v[0] + frame[3 * k + 1] * v[1] + frame[3 * k + 2] * v[2];
}

// Two boxes in the frame of the first, for the separating axis theorem.
typedef struct {
    const mjtNum *a, *b; // half sizes
    mjtNum distance[3];  // from centre to centre
    mjtNum cosine[3][3]; // [i][j]: of a's axis i and b's axis j
    mjtNum reach[3][3];  // their magnitudes
} pair_t;

static pair_t pair_of(const mjData *d, const box_t *a, const box_t *b, int first, int second) {
    const mjtNum *p = d->geom_xmat + 9 * first, *q = d->geom_xmat + 9 * second;
    pair_t pair = {.a = a->half, .b = b->half};
    mjtNum apart[3];
    for (int k = 0; k < 3; k++) {
        apart[k] = d->geom_xpos[3 * second + k] - d->geom_xpos[3 * first + k] + turned(q, b->centre, k) -
                   turned(p, a->centre, k);
    }
    for (int i = 0; i < 3; i++) {
        pair.distance[i] = p[i] * apart[0] + p[3 + i] * apart[1] + p[6 + i] * apart[2];
        for (int j = 0; j < 3; j++) {
            pair.cosine[i][j] = p[i] * q[j] + p[3 + i] * q[3 + j] + p[6 + i] * q[6 + j];
            pair.reach[i][j] = fabs(pair.cosine[i][j]);
        }
    }
    return pair;
}

// Tests the fifteen axes of Gottschalk, Lin and Manocha (OBBTree, 1996). Along the nine edge products the distance is
// scaled by a sine, so the required clearance is larger than necessary; this only keeps the tests of a few more pairs.
static int are_apart(const pair_t *pair, mjtNum clearance) {
    const mjtNum *a = pair->a, *b = pair->b, *t = pair->distance;
    const mjtNum(*c)[3] = pair->cosine, (*r)[3] = pair->reach;
    for (int i = 0; i < 3; i++) {
        if (fabs(t[i]) > a[i] + r[i][0] * b[0] + r[i][1] * b[1] + r[i][2] * b[2] + clearance) return 1;
    }
    for (int j = 0; j < 3; j++) {
        mjtNum along = t[0] * c[0][j] + t[1] * c[1][j] + t[2] * c[2][j];
        if (fabs(along) > b[j] + r[0][j] * a[0] + r[1][j] * a[1] + r[2][j] * a[2] + clearance) return 1;
    }
    for (int i = 0; i < 3; i++) {
        int i1 = (i + 1) % 3, i2 = (i + 2) % 3;
        for (int j = 0; j < 3; j++) {
            int j1 = (j + 1) % 3, j2 = (j + 2) % 3;
            mjtNum reach = a[i1] * r[i2][j] + a[i2] * r[i1][j] + b[j1] * r[i][j2] + b[j2] * r[i][j1];
            if (fabs(t[i2] * c[i1][j] - t[i1] * c[i2][j]) > reach + clearance) return 1;
        }
    }
    return 0;
}

static int test_unless_apart(
    const mjModel *m, const mjData *d, mjContact *contacts, int first, int second, mjtNum margin) {
    if (active && active->model == m) {
        const box_t *a = active->box + first, *b = active->box + second;
        if (a->half[0] >= 0 && b->half[0] >= 0) {
            pair_t pair = pair_of(d, a, b, first, second);
            if (are_apart(&pair, margin + SLACK)) {
                active->omitted++;
                return 0;
            }
        }
        active->made++;
    }
    return tests[m->geom_type[first]][m->geom_type[second]](m, d, contacts, first, second, margin);
}

// Runs before main, so that no thread sees the table change. The tests of planes, and of spheres and capsules with each
// other, are as cheap as this one and are not wrapped, so models with only these geoms, such as Hopper, are unchanged.
__attribute__((constructor)) static void wrap_tests(void) {
    for (int first = mjGEOM_SPHERE; first < mjNGEOMTYPES; first++) {
        for (int second = mjGEOM_ELLIPSOID; second < mjNGEOMTYPES; second++) {
            mjfCollision *entry = &mjCOLLISIONFUNC[first][second];
            if (!*entry) continue; // below the diagonal
            tests[first][second] = *entry;
            *entry = test_unless_apart;
        }
    }
}
