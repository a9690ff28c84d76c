"""Writes datasets with the real minari package and, next to each, the values that the package reads from it.

    python minari_traces.py --out FOLDER [--seed N] [--episodes E]
    python minari_traces.py --list      print the datasets' IDs, one per line, and write no file

FOLDER/ID/data/…  the dataset as minari keeps it; FOLDER/NAME.h5  observations, next_observations, actions, rewards,
terminations and truncations of all steps in the order of minari's episodes, in double precision, and the attribute
`dataset`, the ID. Mazes: achieved_goal ++ observation; the kitchen: observation alone.
"""

import argparse
import os

import h5py
import numpy as np


def spaces_and_samples(kind, g):
    """Observation and action space of a kind of dataset, and a function that makes a given number of observations."""
    from gymnasium.spaces import Box, Dict

    def box(width, dtype):
        return Box(-np.inf, np.inf, (width,), dtype)

    widths = {
        "hopper": (11, 3, None),
        "maze": (27, 8, ("achieved_goal", "desired_goal", "observation")),
        "kitchen": (59, 9, ("achieved_goal", "desired_goal", "observation")),
    }
    states, actions, names = widths[kind]
    action_space = Box(-1, 1, (actions,), np.float32)
    if names is None:
        return box(states, np.float64), action_space, lambda rows: g.normal(size=(rows, states))
    goal = box(2, np.float64) if kind == "maze" else Dict({"microwave": box(1, np.float64), "kettle": box(7, np.float64)})
    space = Dict({"achieved_goal": goal, "desired_goal": goal, "observation": box(states, np.float64)})

    def draw(rows):
        def of(space):
            return g.normal(size=(rows, *space.shape)) if isinstance(space, Box) else {k: of(s) for k, s in space.items()}

        return of(space)

    return space, action_space, draw


def write(kind, identifier, lengths, environment, kwargs, g):
    """A dataset of episodes of these lengths; every third is truncated, the last one is left unfinished."""
    import gymnasium
    import minari
    from gymnasium.envs.registration import EnvSpec
    from minari.data_collector import EpisodeBuffer

    class Named(gymnasium.Env):
        """An environment of that name that is never run: only its specification is used, for the metadata."""

        spec = EnvSpec(environment, entry_point="nowhere:Named", max_episode_steps=1000, kwargs=kwargs)

    env = Named()
    env.observation_space, env.action_space, draw = spaces_and_samples(kind, g)
    buffers = []
    for number, length in enumerate(lengths):
        ends = np.arange(length) == length - 1
        is_last, is_cut = number == len(lengths) - 1, number % 3 == 2
        buffers.append(
            EpisodeBuffer(
                id=number,
                seed=None if number % 2 else number,
                observations=draw(length + 1),
                actions=np.tanh(g.normal(size=(length, *env.action_space.shape))).astype(np.float32),
                rewards=list(g.normal(size=length)),
                terminations=list(ends & (not is_last and not is_cut)),
                truncations=list(ends & (not is_last and is_cut)),
                infos={"x": g.normal(size=length + 1)} if kind == "hopper" else {},
            )
        )
    minari.create_dataset_from_buffers(
        identifier, buffer=buffers, env=env, algorithm_name="noise", author="active-bench",
        author_email="nobody@example.org", code_permalink="none", description="made up for a test",
    )


def record(identifier, kind, path):
    """The values that minari reads from a dataset."""
    import minari

    def flat(observations):
        if kind == "maze":
            return np.hstack([observations["achieved_goal"], observations["observation"]])
        return observations["observation"] if kind == "kitchen" else observations

    columns = {name: [] for name in ("observations", "next_observations", "actions", "rewards", "terminations", "truncations")}
    for episode in minari.load_dataset(identifier).iterate_episodes():
        rows = flat(episode.observations)
        columns["observations"].append(rows[:-1])
        columns["next_observations"].append(rows[1:])
        for name in ("actions", "rewards", "terminations", "truncations"):
            columns[name].append(getattr(episode, name))
    with h5py.File(path, "w") as file:
        file.attrs["dataset"] = identifier
        for name, parts in columns.items():
            file[name] = np.concatenate(parts).astype(np.float64)


TASKS = {"tasks_to_complete": ["microwave", "kettle", "light switch", "slide cabinet"]}
DATASETS = [  # kind, ID, lengths of the episodes (None: drawn), environment, its arguments
    ("hopper", "mujoco/hopper/medium-v0", None, "Hopper-v5", {}),
    ("maze", "D4RL/antmaze/umaze-v1", [5, 3, 7], "AntMaze_UMaze-v4", {}),
    ("kitchen", "D4RL/kitchen/complete-v2", [4, 6], "FrankaKitchen-v1", TASKS),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--episodes", type=int, default=11, help="of the first dataset, whose lengths are drawn")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(identifier for _, identifier, *_ in DATASETS))
        return
    if arguments.out is None:
        parser.error("expected --out FOLDER or --list")
    os.environ["MINARI_DATASETS_PATH"] = os.path.abspath(arguments.out)
    g = np.random.default_rng(arguments.seed)
    for kind, identifier, lengths, environment, kwargs in DATASETS:
        lengths = lengths or list(g.integers(1, 20, size=arguments.episodes))
        write(kind, identifier, lengths, environment, kwargs, g)
        record(identifier, kind, os.path.join(arguments.out, f"{kind}.h5"))


if __name__ == "__main__":
    main()
