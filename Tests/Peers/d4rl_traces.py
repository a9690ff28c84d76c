"""Records datasets with active-bench and reads them by D4RL's own rule.

    python d4rl_traces.py --program ACTIVE_BENCH --out FOLDER [--seed N]
    python d4rl_traces.py --list      print the recordings' names, one per line, and write no file

FOLDER/NAME.hdf5  the recording; FOLDER/NAME.h5  observations, next_observations, actions, rewards and terminals of the
transitions in double precision, and the attribute `recording`, the recording's file name.

The rule is that of D4RL: `get_dataset` (d4rl/offline_env.py) reads every array of the file and checks those that it needs
against the environment's spaces; `qlearning_dataset` (d4rl/__init__.py) makes transitions of consecutive rows.
"""

import argparse
import pathlib
import subprocess

import h5py
import numpy as np

POLICIES = pathlib.Path(__file__).resolve().parents[2] / "results" / "behaviour"
# Per environment: policies, the widths of observations and actions, and how its episodes end: by a fall, at the time limit.
RECORDINGS = {
    "hopper": (["snapshot-0008000.safetensors", "medium.safetensors"], 11, 3, "terminals"),
    "halfcheetah": (["snapshot-0020000.safetensors"], 17, 6, "timeouts"),
}
ROWS = 3500


def get_dataset(path, observations, actions):
    """All arrays of a file by their paths."""
    names = []
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        data = {}
        for name in names:
            try:
                data[name] = file[name][:]
            except ValueError:  # a scalar
                data[name] = file[name][()]
    for name in ("observations", "actions", "rewards", "terminals"):
        assert name in data, f"{path}: no {name}"
    rows = data["observations"].shape[0]
    assert data["observations"].shape[1:] == (observations,), data["observations"].shape
    assert data["actions"].shape[1:] == (actions,), data["actions"].shape
    for name in ("rewards", "terminals"):
        if data[name].shape == (rows, 1):
            data[name] = data[name][:, 0]
        assert data[name].shape == (rows,), (name, data[name].shape)
    return data


def qlearning_dataset(data):
    """Transitions: the next row's observation is the next state; rows that the time limit ends are dropped."""
    columns = dict(observations=[], next_observations=[], actions=[], rewards=[], terminals=[])
    for i in range(data["rewards"].shape[0] - 1):
        if data["timeouts"][i]:
            continue
        columns["observations"].append(data["observations"][i].astype(np.float32))
        columns["next_observations"].append(data["observations"][i + 1].astype(np.float32))
        columns["actions"].append(data["actions"][i].astype(np.float32))
        columns["rewards"].append(data["rewards"][i].astype(np.float32))
        columns["terminals"].append(bool(data["terminals"][i]))
    return {name: np.array(column) for name, column in columns.items()}


def check_infos(data, name, ending):
    """Checks what D4RL's rollouts have besides, and that it belongs to the rows."""
    rows = data["rewards"].shape[0]
    assert rows == ROWS, f"{name}: {rows} rows"
    for field in ("next_observations", "infos/qpos", "infos/qvel", "infos/action_log_probs", "timeouts"):
        assert data[field].shape[0] == rows, (name, field)
    # An observation is qpos without its first entry, then qvel, which Hopper clips to ±10.
    state = np.concatenate([data["infos/qpos"][:, 1:], np.clip(data["infos/qvel"], -10, 10)], axis=1)
    known = np.abs(data["observations"]) < 10
    assert np.array_equal(state[known], data["observations"][known]), name
    ends = data["terminals"] | data["timeouts"]
    assert np.array_equal(data["next_observations"][:-1][~ends[:-1]], data["observations"][1:][~ends[:-1]]), name
    assert data[ending].any() and not (data["terminals"] & data["timeouts"]).any(), name


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--program")
    words.add_argument("--out", type=pathlib.Path)
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--list", action="store_true")
    given = words.parse_args()
    if given.list:
        print("\n".join(RECORDINGS))
        return
    for name, (policies, observations, actions, ending) in RECORDINGS.items():
        path = given.out / f"{name}.hdf5"
        subprocess.run(
            [given.program, "collect", "rollout", "--env", name, "--transitions", str(ROWS), "--seed", str(given.seed),
             "--policy", *(POLICIES / name / policy for policy in policies), "--out", path],
            check=True, stdout=subprocess.DEVNULL)
        data = get_dataset(path, observations, actions)
        check_infos(data, name, ending)
        with h5py.File(given.out / f"{name}.h5", "w") as trace:
            trace.attrs["recording"] = path.name
            for column, values in qlearning_dataset(data).items():
                trace[column] = values.astype(np.float64)


if __name__ == "__main__":
    main()
