"""The problem common to all peers: shapes, hyperparameters, first parameters and the data, as NumPy sees them.

Hyperparameters are those of our presets on hopper-medium-v2 (`active-bench config LEARNER hopper-medium-v2`) with V's
LayerNorm off. Nothing here depends on a framework, so two of them can be started alike and compared.
"""

import zlib

import numpy as np

STATES, ACTIONS, BATCH, TRANSITIONS = 11, 3, 256, 100_000
REAL = np.float32  # what parameters, data and noise are made in; check.py compares in double precision
LEARNERS = ["IQL", "TD3+BC", "CQL", "ACTIVE-I m=1", "ACTIVE-I m=5", "ACTIVE-I m=10"]

HORIZON = 1_000_000  # of the actor's cosine schedule
DISCOUNT, TARGET_RATE, RATE = 0.99, 0.005, 3e-4
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
EXPECTILE, WEIGHT_CAP = 0.7, 100.0
IQL_INVERSE_TEMPERATURE = 3.0
LOG_STD_RANGE = -5.0, 2.0
TARGET_LOG_LIKELIHOOD = -0.66  # ACTIVE's H_D
LOG_BETA_RANGE = float(np.log(1e-4)), float(np.log(1e4))
TD3BC_ALPHA, POLICY_NOISE, NOISE_CLIP, POLICY_DELAY = 2.5, 0.2, 0.5, 2
CQL_ALPHA, CQL_SAMPLES, CQL_POLICY_RATE, CQL_LOG_STD_RANGE = 10.0, 10, 3e-5, (-20.0, 2.0)
TARGET_ENTROPY = -float(ACTIONS)

# A transition is a row s, a, s', r, 1 - d of one table: a batch is one gather.
S = slice(0, STATES)
A = slice(STATES, STATES + ACTIONS)
SA = slice(0, STATES + ACTIONS)
NEXT_S = slice(STATES + ACTIONS, 2 * STATES + ACTIONS)
REWARD, CONTINUATION = 2 * STATES + ACTIONS, 2 * STATES + ACTIONS + 1


def members(learner):
    """m, the number of V networks; 0 where there are none."""
    return int(learner.split("=")[1]) if "=" in learner else {"IQL": 1}.get(learner, 0)


def period(learner):
    """The number of updates after which the sequence of operations repeats."""
    return POLICY_DELAY if learner == "TD3+BC" else 1


def transitions():
    """Synthetic ones, like `active-bench bench`'s: standard normal states and rewards, uniform actions, no ends."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((TRANSITIONS, CONTINUATION + 1), np.float32).astype(REAL)
    rows[:, A] = rng.uniform(-1, 1, (TRANSITIONS, ACTIONS))
    rows[:, CONTINUATION] = 1
    return rows


def noise_shapes(learner):
    """The random numbers of one update, except the batch: standard normal, but uniform on [-1, 1] for "uniform"."""
    one, many = (BATCH, ACTIONS), (CQL_SAMPLES, BATCH, ACTIONS)
    if learner == "CQL":
        return {"policy": one, "next_policy": one, "uniform": many, "at_next_state": many, "at_state": many}
    if learner == "TD3+BC":
        return {"target_policy": one}
    return {"policy": one} if learner.startswith("ACTIVE") else {}


def draw_noise(learner, rng):
    """The same as arrays, for comparisons."""
    return {
        name: (rng.uniform(-1, 1, shape) if name == "uniform" else rng.standard_normal(shape)).astype(REAL)
        for name, shape in noise_shapes(learner).items()
    }


def initial_parameters(learner):
    """Families of networks by name, a network being [(weight [in, out], bias [out]), ...], and vectors by name."""
    rng = np.random.default_rng(zlib.crc32(learner.encode()))

    def network(*widths):
        def uniform(*shape, bound):
            return rng.uniform(-bound, bound, shape).astype(REAL)

        return [
            (uniform(i, o, bound=i**-0.5), uniform(o, bound=i**-0.5)) for i, o in zip(widths, widths[1:])
        ]

    hidden = [256] * (3 if learner == "CQL" else 2)
    critics = [network(STATES + ACTIONS, *hidden, 1) for _ in range(2)]
    policy = [network(STATES, *hidden, 2 * ACTIONS if learner == "CQL" else ACTIONS)]
    families = {"q": critics, "target_q": critics, "policy": policy}
    vectors = {"log_std": [0.0] * ACTIONS}
    if learner == "TD3+BC":
        families["target_policy"], vectors = policy, {}
    elif learner == "CQL":
        vectors = {"log_std_scale": [1.0], "log_std_shift": [-1.0], "log_alpha": [0.0]}
    else:
        families["v"] = [network(STATES, *hidden, 1) for _ in range(members(learner))]
    if learner.startswith("ACTIVE"):
        vectors["log_beta"] = [0.0]
    return families, {name: np.array(vector, REAL) for name, vector in vectors.items()}
