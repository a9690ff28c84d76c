"""Makes traces: random batches, noise and initial tensors for a learner and a configuration.

    python traces.py --learner ACTIVE-I --config '{"m": 3}' --steps 100 --seed 7 --out TRACE.h5
    python traces.py --all FOLDER [NAME ...]     the named fixtures, each with its reference output
    python traces.py --live FOLDER --seed 7      fresh traces for the live check, random but for their switches

Numbers lie on a grid: float32 holds them exactly, and with the fixtures' coarse one files pack well.
"""

import argparse
import json
import pathlib
import zlib

import numpy as np

import reference

# Traces of switches are smaller: HDF5 needs more bytes for a small tensor's name than for its numbers.
SMALL = {"hidden": [8], "batch": 8}
MID_TRAINING = "active-s-mid-training"


def slug(learner):
    """A learner's name in file names: "td3bc"."""
    return learner.lower().replace("+", "")


# name: (learner, configuration in addition to that of its traces, other arguments of `make`)
# Every learner's own trace, with the configuration of its traces.
PLAIN = {slug(name): (name, {}, learner.sizes) for name, learner in reference.LEARNERS.items()}
# Traces of switches, each of which changes a formula.
FIXTURES = PLAIN | {
    "bc-dropout": ("BC", {"actor_dropout": 0.25}, {}),
    "iql-dropout-layernorm": ("IQL", SMALL | {"actor_dropout": 0.25, "value_layer_norm": True}, {}),
    "iql-single-critic": ("IQL", SMALL | {"critics": 1}, {}),
    "sql-dropout": ("SQL", SMALL | {"actor_dropout": 0.1}, {}),
    "cql-plain": ("CQL", {"batch": 8, "importance_sampling": False, "softmax_temperature": 0.7}, {}),
    "cql-lagrange": (
        "CQL",
        {"batch": 8, "lagrange": True, "lagrange_gap": 0.8, "penalty_minimum": 3.0},
        {},
    ),
    "cql-max-target": ("CQL", {"batch": 8, "max_target_backup": True}, {}),
    "cql-five-layers": ("CQL", {"batch": 8, "critic_hidden": [12, 10, 8, 10, 12]}, {}),
    "active-i-backup-mean": ("ACTIVE-I", SMALL | {"backup": "mean", "quantile": 0.1}, {}),
    "active-i-backup-quantile": (
        "ACTIVE-I",
        SMALL | {"backup": "quantile", "backup_quantile": 0.3, "quantile": 0.8},
        {},
    ),
    "active-i-one-member": ("ACTIVE-I", SMALL | {"m": 1}, {}),
    "active-i-no-ensemble": ("ACTIVE-I", SMALL | {"value_ensemble": False}, {}),
    "active-i-weight-one": ("ACTIVE-I", SMALL | {"weight": "one"}, {}),
    "active-s-weight-positive": ("ACTIVE-S", SMALL | {"weight": "positive", "weight_cap": 1.0}, {}),
    "active-i-inverse-temperature": ("ACTIVE-I", SMALL | {"inverse_temperature": 3.0, "weight_cap": 20.0}, {}),
    "active-i-q-normalisation": ("ACTIVE-I", SMALL | {"q_normalisation": True}, {}),
    "active-s-single-critic": ("ACTIVE-S", SMALL | {"critics": 1}, {}),
    "active-i-dropout": ("ACTIVE-I", SMALL | {"actor_dropout": 0.25}, {}),
    "active-i-fixed-beta": ("ACTIVE-I", SMALL | {"cloning_temperature": "fixed", "initial_beta": 0.6}, {}),
    "active-i-act-off": ("ACTIVE-I", SMALL | {"cloning_temperature": "off"}, {}),
    "active-s-act-off": ("ACTIVE-S", SMALL | {"cloning_temperature": "off"}, {}),
    "active-i-no-layernorm": ("ACTIVE-I", SMALL | {"value_layer_norm": False}, {}),
    MID_TRAINING: ("ACTIVE-S", SMALL | {"steps": 2000}, {"step": 1000, "warm_up": 20}),
}
# The live check: every learner's own trace with 100 steps, and with 25 those of the switches that change a step most.
SWITCHES = (
    "iql-dropout-layernorm",
    "cql-lagrange",
    "cql-max-target",
    "active-i-dropout",
    "active-i-act-off",
    MID_TRAINING,
)
# The steps after which the reference outputs of the learners' own fixtures also have the state.
KEPT = (1,)


def grid(x, bits):
    return np.round(np.ldexp(x, bits)) * 2.0**-bits


def tensors(shapes, random, path=""):
    """Random tensors of the given nested shapes: spread as after some training, no target equal to its network."""
    if isinstance(shapes, dict):
        return {name: tensors(inner, random, f"{path}/{name}") for name, inner in shapes.items()}
    kind = path.rsplit("/", 1)[-1]
    centre, spread = {
        "weight": (0, np.sqrt(2 / shapes[-1])),
        "scale": (1, 0.2),
        "log_std": (-0.5, 0.3),
        "log_std_scale": (0.9, 0.05),
        "log_std_shift": (-0.8, 0.1),
        "log_alpha": (-0.5, 0.1),
        "log_lagrange": (-0.7, 0.1),
        "log_beta": (0.4, 0.1),
    }.get(kind, (0, 0.2))
    return np.float32(grid(random.normal(centre, spread, shapes), bits=12))


def initial_tensors(shapes, random):
    """`/initial`; targets are close to their networks."""
    params = tensors(shapes, random)
    for name in params:
        if name.startswith("target_"):
            online = params[name.removeprefix("target_")]
            drift = tensors(shapes[name], random)
            params[name] = reference.jax.tree.map(lambda x, y: grid(x + (y - x) / 8, bits=12), online, drift)
    return params


def make(learner, config, seed, bits=10, steps=100, state=5, action=2, step=0, warm_up=0):
    """A trace with numbers on a grid of 2^-bits.

    With `warm_up` it starts from where the reference gets in that many updates, the last of them the `step`-th.
    """
    random = np.random.default_rng(seed)
    config = {"batch": 16} | config
    complete = reference.complete(learner, config)
    batch, total = config["batch"], warm_up + steps

    def normal(shape):
        return np.float32(grid(random.normal(size=(total, *shape)), bits))

    def uniform(shape):
        return np.float32(np.clip(grid(random.uniform(-1, 1, (total, *shape)), bits), -1 + 1e-5, 1 - 1e-5))

    batches = {
        "observations": normal((batch, state)),
        "actions": uniform((batch, action)),
        "rewards": normal((batch,)),
        "next_observations": normal((batch, state)),
        "terminals": np.float32(random.random((total, batch)) < 0.15),
    }
    noise = {}
    for name, shape in reference.LEARNERS[learner].noise(complete, batch, action).items():
        if name == "policy_dropout":
            keep = 1 - complete["actor_dropout"]
            noise[name] = {layer: np.float32(random.random((total, *each)) < keep) for layer, each in shape.items()}
        else:
            noise[name] = (uniform if name.endswith("uniform") else normal)(shape)
    params = initial_tensors(reference.LEARNERS[learner].tensors(complete, state, action), random)

    def part(first, last):
        return [reference.jax.tree.map(lambda x: x[first:last], tree) for tree in (batches, noise)]

    if not warm_up:
        return reference.Trace(learner, config, batches, noise, params, step=step)
    before = reference.Trace(learner, config, *part(0, warm_up), params, step=step - warm_up)
    end, *_ = before.run()
    params, m, v = (reference.jax.tree.map(np.asarray, tree) for tree in (end.params, end.m, end.v))
    return reference.Trace(learner, config, *part(warm_up, total), params, (m, v), step)


def fixture(name):
    learner, keys, arguments = FIXTURES[name]
    return make(learner, reference.LEARNERS[learner].trial | keys, zlib.crc32(name.encode()), bits=4, **arguments)


def live(name, seed):
    """A trace like the fixture of that name, with new random numbers on a finer grid."""
    learner, keys, arguments = FIXTURES[name]
    steps = 100 if name in PLAIN else 25
    config = reference.LEARNERS[learner].trial | keys
    return make(learner, config, [seed, zlib.crc32(name.encode())], steps=steps, **arguments)


def main():
    parser = argparse.ArgumentParser(description="Make traces for the conformance tests.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--learner", choices=reference.LEARNERS)
    what.add_argument("--all", metavar="FOLDER", help="write the named fixtures and their reference outputs")
    what.add_argument("--live", metavar="FOLDER", help="write the live check's traces, drawn afresh with --seed")
    parser.add_argument("names", nargs="*", help="with --all: only these")
    parser.add_argument("--config", type=json.loads, default={}, help="JSON laid over the learner's trial")
    for name, value in {"steps": 100, "batch": 16, "state": 5, "action": 2, "seed": 0}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--out", help="with --learner: the trace to write")
    given = parser.parse_args()

    if given.all:
        folder = pathlib.Path(given.all)
        folder.mkdir(parents=True, exist_ok=True)
        for name in given.names or FIXTURES:
            trace = fixture(name)
            trace.write(folder / f"{name}.h5")
            reference.write_output(folder / f"{name}.reference.h5", *trace.run(KEPT if name in PLAIN else ()))
    elif given.live:
        folder = pathlib.Path(given.live)
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*PLAIN, *SWITCHES):
            live(name, given.seed).write(folder / f"{name}.h5")
        print(f"{len(PLAIN)} learners and {len(SWITCHES)} switches")
    else:
        if not given.out:
            parser.error("--learner needs --out")
        config = reference.LEARNERS[given.learner].trial | {"batch": given.batch} | given.config
        sizes = {"steps": given.steps, "state": given.state, "action": given.action}
        make(given.learner, config, given.seed, **sizes).write(given.out)


if __name__ == "__main__":
    main()
