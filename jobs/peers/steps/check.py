"""Checks that the peers compute the same: each framework makes some updates from the same parameters, batches and noise.

    python check.py [LEARNER ...]

In double precision, where nothing but the order of sums is left to differ; the yardstick is the reference of
Tests/Conformance, which active-bench itself is tested against. Exit code 1 when a peer is further off than the
tolerance.
"""

import sys

import jax
import numpy as np
import problem

problem.REAL = np.float64
jax.config.update("jax_enable_x64", True)

import torch  # noqa: E402

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

import jax_learners  # noqa: E402
import reference_run  # noqa: E402
import torch_learners  # noqa: E402
from jax_networks import Unrolled, Vmapped  # noqa: E402

UPDATES = 6
TOLERANCE = 1e-10  # of a parameter; an update moves it by up to 3e-4


def in_jax(name, families, batches, noises):
    learner = jax_learners.make(name, families)
    state = learner.initial()
    update = jax.jit(learner.update, static_argnums=3)
    for i, (batch, noise) in enumerate(zip(batches, noises)):
        state = update(state, batch, noise, i % problem.period(name))
    return learner.parameters(state)


def in_torch(name, batches, noises):
    learner = torch_learners.make(name)
    for batch, noise in zip(batches, noises):
        learner.update(torch.tensor(batch), {key: torch.tensor(value) for key, value in noise.items()})
    return learner.parameters()


def difference(one, other):
    """The largest difference between two sets of parameters, which must have the same names and shapes."""
    pairs = jax.tree.map(lambda x, y: float(np.max(np.abs(np.asarray(x) - np.asarray(y)))), one, other)
    return max(jax.tree.leaves(pairs))


def main():
    rng = np.random.default_rng(1)
    rows = problem.transitions()
    rows[:, problem.CONTINUATION] = rng.uniform(size=len(rows)) > 0.1  # some ends, so that d counts
    worst = 0.0
    for name in sys.argv[1:] or problem.LEARNERS:
        batches = [rows[rng.integers(0, len(rows), problem.BATCH)] for _ in range(UPDATES)]
        noises = [problem.draw_noise(name, rng) for _ in range(UPDATES)]
        reference = reference_run.run(name, batches, noises)
        moved = difference(reference, problem.initial_parameters(name))
        peers = {
            "JAX, unrolled": in_jax(name, Unrolled, batches, noises),
            "JAX, vmapped": in_jax(name, Vmapped, batches, noises),
            "PyTorch": in_torch(name, batches, noises),
        }
        distances = {peer: difference(reference, parameters) for peer, parameters in peers.items()}
        worst = max(worst, *distances.values(), 0 if moved > 1e-3 else np.inf)
        text = ", ".join(f"{peer} {distance:.1e}" for peer, distance in distances.items())
        print(f"{name:14s} {UPDATES} updates moved parameters by up to {moved:.1e}; off the reference by: {text}")
    agree = worst <= TOLERANCE
    print(f"largest difference {worst:.1e}, tolerance {TOLERANCE:.0e}: {'all agree' if agree else 'DISAGREE'}")
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
