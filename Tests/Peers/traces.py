"""Writes one step of each peer from random states to one HDF5 file per peer.

    python traces.py --out FOLDER [--seed N] [--states N] [PEER …]
    python traces.py --list      print their names, one per line, and write no file

PEER is an id such as Hopper-v4; all that the installed packages have unless given. As many states as peers.py has for a peer
unless given. README.md describes the files.
"""

import argparse
import importlib.metadata
import pathlib
import zlib
from collections import Counter

import h5py
import mujoco
import numpy as np

from peers import known_peers
from states import random_action

SHAKE = 2.0**-44  # relative; a hundred times the effect of the order of a sum
CONTINUOUS = 1e-9  # the largest change of the next state
MOST_LEFT_OUT = 0.02  # of the states kept
VERSIONS = ["gymnasium", "gymnasium-robotics", "mujoco", "numpy"]


def record(peer, count, seed):
    """`count` steps from random states: arrays by name; and how many states were left out, by reason."""
    rng = np.random.default_rng([seed, zlib.crc32(peer.name.encode())])
    peer.open(rng)
    steps, left_out = [], Counter()
    while len(steps) < count:
        step = one_step(peer, rng)
        if step["diverged"]:
            left_out["divergent"] += 1
        elif step["shaken"] > CONTINUOUS:
            left_out["discontinuous"] += 1
        else:
            steps.append(step)
    return {name: np.array([step[name] for step in steps]) for name in steps[0] if name != "diverged"}, left_out


def one_step(peer, rng):
    """One step from one random state: the file's arrays by name."""
    qpos, qvel = peer.states.draw()
    action = random_action(rng, peer.model.nu)
    more = peer.draw_more(qpos)
    shaken = largest_change_when_shaken(peer, rng, qpos, qvel, action)
    peer.begin(qpos, qvel)
    contacts = int(peer.data.ncon)
    observation, reward, terminated = peer.step(action)
    return more | {
        "positions": qpos, "velocities": qvel, "actions": action, "contacts": np.int32(contacts),
        "observations": np.array(observation, np.float64), "rewards": np.float64(reward),
        "terminals": np.bool_(terminated), "diverged": peer.diverged(), "shaken": shaken,
        "next_positions": peer.data.qpos.copy(), "next_velocities": peer.data.qvel.copy(),
    }  # fmt: skip


def largest_change_when_shaken(peer, rng, qpos, qvel, action):
    """The largest change of the peer's next state when this one is changed in its last digits.

    Where the next state is discontinuous, rounding decides and two programs need not agree: Hopper's capsules lie in one plane,
    so where two of them cross, the direction that pushes them apart is the quotient of two zeros.
    """

    def next_state(change):
        peer.begin(qpos * (1 + change[: len(qpos)]), qvel * (1 + change[len(qpos) :]))
        peer.step(action)
        return np.concatenate([peer.data.qpos, peer.data.qvel])

    size = len(qpos) + len(qvel)
    undisturbed = next_state(np.zeros(size))
    changes = SHAKE * rng.uniform(-1, 1, (peer.shakes, size))
    return max((np.abs(next_state(change) - undisturbed).max() for change in changes), default=0.0)


def version(package):
    """`package` with its version; None where it is not installed."""
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return None


def write(path, peer, arrays, seed):
    """One peer's file; the bytes are a function of the arguments."""
    with h5py.File(path, "w", libver="v108", track_order=False) as file:
        attributes = {
            "format": "active-bench-peer/1", "peer": peer.name, "environment": peer.ours, "profile": peer.profile,
            "packages": ", ".join(filter(None, map(version, VERSIONS))), "mujoco": mujoco.__version__, "seed": seed,
        }  # fmt: skip
        for name, value in attributes.items():
            file.attrs[name] = value
        for name, array in arrays.items():
            file.create_dataset(name, data=array, track_times=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--states", type=int)
    parser.add_argument("peers", nargs="*")
    arguments = parser.parse_args()
    if arguments.out is None and not arguments.list:
        parser.error("expected --out FOLDER or --list")
    known = known_peers()
    if arguments.list:
        print("\n".join(known))
        return
    for name in arguments.peers or known:
        peer = known[name]
        count = arguments.states or peer.count
        arrays, left_out = record(peer, count, arguments.seed)
        if left_out.total() > MOST_LEFT_OUT * count:
            raise SystemExit(f"{name}: {dict(left_out)} left out beside {count}: too many to prove anything")
        write(arguments.out / f"{name}.h5", peer, arrays, arguments.seed)
        print(
            f"{name}: {count} steps, {int((arrays['contacts'] > 0).sum())} from a state in contact, "
            f"{int(arrays['terminals'].sum())} to a terminal one, mean reward {arrays['rewards'].mean():.3g}; "
            f"left out {left_out['divergent']} divergent and {left_out['discontinuous']} discontinuous states"
        )


if __name__ == "__main__":
    main()
