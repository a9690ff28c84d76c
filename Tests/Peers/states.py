"""Random states and actions for comparing simulators: those that policies visit, and extreme ones."""

import mujoco
import numpy as np

LIMIT_WIDTH = 0.02  # the largest distance of a joint from its limit: radians or metres
THRESHOLD_WIDTH = 0.02  # the largest distance of an entry from a threshold of health
SHARES = (0.4, 0.25, 0.2, 0.15)  # visited, wide, at the joints' limits, at a threshold


def random_action(rng, size):
    """Half of them in the box, the others beyond it or in its corners."""
    kind = rng.choice(["box", "beyond", "corner"], p=[0.5, 0.4, 0.1])
    if kind == "box":
        return rng.uniform(-1, 1, size)
    if kind == "beyond":
        return rng.normal(0, 2, size)
    return rng.choice([-1.0, 1.0], size)


class States:
    """Draws states (qpos, qvel) of one environment.

    env: the unwrapped environment. data: its MuJoCo data. spread: indices of qpos that are not joint angles with a
    range → (low, high) to draw them from. thresholds: (kind, index, values) with kind "qpos" or "qvel".
    """

    def __init__(self, rng, env, model, data, spread, thresholds, longest=60):
        self.rng, self.env, self.model, self.data = rng, env, model, data
        self.spread, self.thresholds, self.longest = spread, thresholds, longest
        limited = np.flatnonzero(model.jnt_limited)
        self.address = model.jnt_qposadr[limited]
        self.range = model.jnt_range[limited]

    def draw(self):
        """One state, of one of four kinds."""
        kinds = [self.visited, self.wide, self.at_limits, self.at_threshold]
        qpos, qvel = kinds[self.rng.choice(4, p=SHARES)]()
        return self.normalise_quaternions(qpos), qvel

    def visited(self):
        """A state of a random policy's first steps, also on the ground after a fall."""
        self.env.reset(seed=int(self.rng.integers(2**31)))
        size = self.model.nu
        strength = self.rng.choice([0.3, 1.0])
        for _ in range(self.rng.integers(self.longest)):
            self.env.step(strength * self.rng.uniform(-1, 1, size))
        return self.data.qpos.copy(), self.data.qvel.copy()

    def wide(self):
        """Every joint anywhere in its range and a tenth beyond, every velocity at some scale between 0.1 and 20."""
        qpos, _ = self.visited()
        centre, width = self.range.mean(axis=1), np.ptp(self.range, axis=1)
        qpos[self.address] = centre + 0.6 * width * self.rng.uniform(-1, 1, len(centre))
        for index, (low, high) in self.spread.items():
            qpos[index] = self.rng.uniform(low, high)
        scale = 10 ** self.rng.uniform(-1, np.log10(20))
        return qpos, scale * self.rng.normal(size=self.model.nv)

    def at_limits(self):
        """About half of the joints close to a limit, on either side of it."""
        qpos, qvel = self.visited()
        for address, ends in zip(self.address, self.range):
            if self.rng.random() < 0.5:
                qpos[address] = self.rng.choice(ends) + LIMIT_WIDTH * self.rng.uniform(-1, 1)
        return qpos, qvel

    def at_threshold(self):
        """One entry close to a threshold of health; `wide` for an environment without thresholds."""
        if not self.thresholds:
            return self.wide()
        qpos, qvel = self.visited()
        kind, index, values = self.thresholds[self.rng.integers(len(self.thresholds))]
        array = qpos if kind == "qpos" else qvel
        array[index] = self.rng.choice(values) + THRESHOLD_WIDTH * self.rng.uniform(-1, 1)
        return qpos, qvel

    def normalise_quaternions(self, qpos):
        """The state with normalised quaternions of free joints: MuJoCo 2 normalises them itself, MuJoCo 3 does not."""
        for joint in np.flatnonzero(self.model.jnt_type == mujoco.mjtJoint.mjJNT_FREE):
            start = self.model.jnt_qposadr[joint] + 3
            qpos[start : start + 4] /= np.linalg.norm(qpos[start : start + 4])
        return qpos
