"""The environments of Gymnasium and Gymnasium-Robotics, each as one function: a step from a given state."""

from dataclasses import dataclass, field

import gymnasium
import mujoco
import numpy as np

from states import States

BAD_NUMBERS = [
    mujoco.mjtWarning.mjWARN_BADQPOS,
    mujoco.mjtWarning.mjWARN_BADQVEL,
    mujoco.mjtWarning.mjWARN_BADQACC,
    mujoco.mjtWarning.mjWARN_BADCTRL,
]


@dataclass
class Peer:
    """An environment as its authors publish it.

    name: its id. ours: what active-bench calls it. profile: the dynamics profile that should agree. count: how many
    states the live check steps it from. spread, thresholds, longest: see States. options: arguments of gymnasium.make. shakes: how often a state is shaken to see
    whether the step is continuous there; 0 where our model is the same to the last bit, so that rounding decides alike.
    """

    name: str
    ours: str
    profile: str = "gymnasium"
    count: int = 1000
    spread: dict = field(default_factory=dict)
    thresholds: list = field(default_factory=list)
    options: dict = field(default_factory=dict)
    longest: int = 60
    shakes: int = 10

    def open(self, rng):
        """Makes the environment; returns self."""
        self.rng = rng
        self.env = gymnasium.make(self.name, **self.options).unwrapped
        self.model, self.data = self.simulator.model, self.simulator.data
        self.states = States(
            rng, self.env, self.model, self.data, self.spread, self.thresholds, self.longest
        )
        return self

    @property
    def simulator(self):
        """The MujocoEnv inside."""
        return self.env

    def begin(self, qpos, qvel):
        """Sets the state, with nothing left of earlier steps.

        set_state alone is not enough: it leaves the solver's warm start (qacc_warmstart), the clock and the controls as
        the last episode left them. A reset of MuJoCo's data comes first, as at the start of an episode.
        """
        mujoco.mj_resetData(self.model, self.data)
        self.simulator.set_state(qpos, qvel)

    def step(self, action):
        """(observation, reward, terminated) of one step."""
        observation, reward, terminated, _, _ = self.env.step(action)
        return observation, reward, terminated

    def draw_more(self, qpos):
        """Further values on which a step from this state depends, by name."""
        return {}

    def diverged(self):
        """Whether MuJoCo has met a non-finite number since `begin` and has reset the state to qpos0."""
        return any(self.data.warning[kind].number > 0 for kind in BAD_NUMBERS)


class AntMaze(Peer):
    """Gymnasium-Robotics' AntMaze; its observation is written as ours, qpos ++ qvel."""

    @property
    def simulator(self):
        return self.env.ant_env

    def step(self, action):
        observation, reward, terminated = super().step(action)
        return np.concatenate([observation["achieved_goal"], observation["observation"]]), reward, terminated

    def draw_more(self, qpos):
        """A goal, every second one so near that one step decides the reward."""
        near = self.rng.random() < 0.5
        goal = qpos[:2] + 0.45 * random_direction(self.rng) * self.rng.uniform(0.9, 1.1) if near else self.env.goal
        self.env.goal = np.array(goal)
        return {"goals": self.env.goal}


class Kitchen(Peer):
    """Gymnasium-Robotics' FrankaKitchen without observation noise, with no task completed."""

    @property
    def simulator(self):
        return self.env.robot_env

    def step(self, action):
        observation, reward, terminated = super().step(action)
        return observation["observation"], reward, terminated

    def begin(self, qpos, qvel):
        """Controls start from the last observed robot position, which without noise is that of the state."""
        super().begin(qpos, qvel)
        self.env.robot_env._last_robot_qpos = qpos[:9].copy()
        self.env.tasks_to_complete = set(self.env.goal)
        self.env.episode_task_completions.clear()


def random_direction(rng):
    """A unit vector in the plane."""
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])


def planar(version, profile):
    """The three that run in the vertical plane. Their qpos begins x, z, pitch."""
    velocity = ("qvel", 3, [-100.0, 100.0])  # beyond it a hopper counts as fallen
    return [
        Peer(f"Hopper-{version}", "hopper", profile, spread={1: (0.3, 2.2), 2: (-1, 1)},
             thresholds=[("qpos", 1, [0.7]), ("qpos", 2, [-0.2, 0.2]), velocity]),
        Peer(f"HalfCheetah-{version}", "halfcheetah", profile, spread={1: (-0.7, 1), 2: (-3, 3)}),
        Peer(f"Walker2d-{version}", "walker2d", profile, spread={1: (0.3, 2.2), 2: (-2, 2)},
             thresholds=[("qpos", 1, [0.8, 2.0]), ("qpos", 2, [-1.0, 1.0])]),
    ]


def ant_mazes():
    """The three sizes; the ant's height is anywhere from lying to flying, and it is tilted by up to about 0.1."""
    spread = {2: (0.3, 1.2)} | {i: (-1, 1) for i in range(3, 7)}
    return [
        AntMaze(f"AntMaze_{size}-v4", f"antmaze-{size.lower()}", count=500, spread=spread, longest=40, shakes=0)
        for size in ["UMaze", "Medium", "Large"]
    ]


KITCHEN = Kitchen(
    "FrankaKitchen-v1", "kitchen-complete", count=300, longest=15, shakes=0,
    options={
        "tasks_to_complete": ["microwave", "kettle", "light switch", "slide cabinet"],
        "robot_noise_ratio": 0.0, "object_noise_ratio": 0.0,
    },
)


def known_peers():
    """Every peer that the installed packages have, by name; Gymnasium finds Gymnasium-Robotics by itself."""
    peers = planar("v4", "gymnasium")
    if gymnasium.__version__ >= "1":
        peers = planar("v5", "gymnasium-v5")
    else:
        peers += ant_mazes() + [KITCHEN]
    return {peer.name: peer for peer in peers}
