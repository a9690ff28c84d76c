"""Recomputes a dataset's contents digest from its definition in Sources/Datasets/Files/ContentsDigest.swift.

    python3 Tests/Peers/contents.py FILE.hdf5 ...            # the digests that `active-bench data info` prints
    python3 Tests/Peers/contents.py --check ACTIVE_BENCH     # compares the two on one dataset, stored in many ways
"""

import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

FIELDS = dict(observations="<f4", actions="<f4", rewards="<f4", terminals="u1", timeouts="u1")
MINARI_FIELDS = dict(observations="<f4", actions="<f4", rewards="<f4", terminations="u1", truncations="u1", lengths="<i8")


def minari_fields(file):
    """The arrays of Minari's layout, episodes concatenated in the order of their numbers, and their lengths."""
    episodes = []
    while f"episode_{len(episodes)}" in file:
        episodes.append(file[f"episode_{len(episodes)}"])

    def observations(episode):
        stored = episode["observations"]
        if isinstance(stored, h5py.Dataset):
            return stored[()]
        names = sorted(name for name in stored if name != "desired_goal")
        if "observation" in stored:
            is_maze = "achieved_goal" in stored and not isinstance(stored["achieved_goal"], h5py.Group) \
                and stored["observation"].shape[1:] == (27,) and stored["achieved_goal"].shape[1:] == (2,)
            names = ["achieved_goal", "observation"] if is_maze else ["observation"]
        return numpy.concatenate([stored[name][()].astype("<f4") for name in names], axis=1)

    fields = dict(observations=numpy.concatenate([observations(episode) for episode in episodes]))
    for name in ("actions", "rewards", "terminations", "truncations"):
        fields[name] = numpy.concatenate([episode[name][()] for episode in episodes])
    return dict(fields, lengths=numpy.array([len(episode["rewards"]) for episode in episodes]))


def contents_sha256(file):
    """The digest of an open file, or of a dictionary of arrays."""
    digest = hashlib.sha256()
    is_minari = "episode_0" in file
    file = minari_fields(file) if is_minari else file
    for name, kind in (MINARI_FIELDS if is_minari else FIELDS).items():
        if name in file:
            rows = numpy.asarray(file[name])
            rows = (rows != 0 if kind == "u1" else rows).astype(kind)
            digest.update(f"{name} {kind} {len(rows)} {rows.size // len(rows)}\n".encode() + rows.tobytes())
    return digest.hexdigest()


def check(program):
    """Whether the program prints this digest for the same numbers in any storage, and another for other numbers."""
    draw = numpy.random.default_rng()
    rows = 1000
    data = dict(
        observations=draw.normal(size=(rows, 11)).astype("f2"), actions=draw.uniform(-1, 1, (rows, 3)).astype("f2"),
        rewards=draw.normal(size=rows).astype("f2"), terminals=draw.random(rows) < 0.02,
        timeouts=draw.random(rows) < 0.02)
    expected = contents_sha256(data)
    ways = [(dict(observations=kind, actions=kind, rewards=kind), storage)
            for kind in ("<f4", ">f4", "<f8", ">f8") for storage in (dict(), dict(chunks=True, compression="gzip", shuffle=True))]
    ways += [(dict(terminals="u1", timeouts="i1"), dict(chunks=(7,), fletcher32=True))]
    with tempfile.TemporaryDirectory() as folder:
        for number, (types, storage) in enumerate(ways):
            path = f"{folder}/{number}.hdf5"
            with h5py.File(path, "w") as file:
                for name, values in data.items():
                    values = values.astype(types.get(name, "?" if name in ("terminals", "timeouts") else "<f4"))
                    chosen = dict(storage)
                    if "chunks" in chosen and chosen["chunks"] is not True:
                        chosen["chunks"] = (7,) + values.shape[1:]
                    file.create_dataset(name, data=values, **chosen)
            output = subprocess.run([program, "data", "info", "--json", path], capture_output=True, check=True).stdout
            found = json.loads(output)["summary"]["contentsSHA256"]
            with h5py.File(path) as file:
                if not found == expected == contents_sha256(file):
                    sys.exit(f"contents {types} {storage}: expected {expected}, found {found}")
        for path in sorted(pathlib.Path(__file__).resolve().parents[1].glob("DatasetsTests/Fixtures/minari/**/*.hdf5")):
            output = subprocess.run([program, "data", "info", "--json", path], capture_output=True, check=True).stdout
            found = json.loads(output)["summary"]["contentsSHA256"]
            with h5py.File(path) as file:
                if found != contents_sha256(file):
                    sys.exit(f"contents of {path}: expected {contents_sha256(file)}, found {found}")
        other = dict(data, rewards=data["rewards"] + numpy.float16(1))
        if contents_sha256(other) == expected:
            sys.exit("contents: other numbers have the same digest")
    print(f"contents: one dataset stored in {len(ways)} ways, all agree with numpy")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        check(sys.argv[2])
    else:
        for path in sys.argv[1:]:
            with h5py.File(path) as file:
                print(contents_sha256(file), path)
