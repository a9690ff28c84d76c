"""Makes traces: random batches, noise and initial tensors for a learner and a configuration.

    python traces.py --learner ACTIVE-I --config '{"m": 3}' --steps 100 --seed 7 --out TRACE.h5
    python traces.py --all FOLDER [NAME ...]     the named fixtures, each with its reference output
    python traces.py --live FOLDER --seed 7      fresh traces for the live check, random except for their switches

Numbers lie on a grid: float32 holds them exactly, and with the fixtures' coarse one files pack well.
"""

import argparse
import json
import pathlib
import zlib

import numpy as np

import reference


def slug(learner):
    """A learner's name in file names: "td3bc"."""
    return learner.lower().replace("+", "")


# Every learner's own trace, by its name: the learner, and the switch that it is the trace of, here none.
PLAIN = {slug(name): (name, reference.Switch({})) for name in reference.LEARNERS}
SWITCHES = {
    f"{slug(name)}-{ending}": (name, switch)
    for name, learner in reference.LEARNERS.items()
    for ending, switch in learner.switches.items()
}
FIXTURES = PLAIN | SWITCHES
# The live check: every learner's own trace with 100 steps, and with 25 those of the switches that change a step most.
LIVE = [*PLAIN, *(name for name, (_, switch) in SWITCHES.items() if switch.live)]
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


def named(name, seed, **arguments):
    """The trace of FIXTURES of that name, with the random numbers of `seed`."""
    learner, switch = FIXTURES[name]
    definition = reference.LEARNERS[learner]
    if name in PLAIN:
        arguments = definition.sizes | arguments
    start = {"step": switch.step, "warm_up": switch.warm_up}
    return make(learner, definition.trial | switch.config, seed, **start, **arguments)


def fixture(name):
    return named(name, zlib.crc32(name.encode()), bits=4)


def live(name, seed):
    """A trace like the fixture of that name, with new random numbers on a finer grid."""
    return named(name, [seed, zlib.crc32(name.encode())], steps=100 if name in PLAIN else 25)


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
        for name in LIVE:
            live(name, given.seed).write(folder / f"{name}.h5")
        print(f"{len(PLAIN)} learners and {len(LIVE) - len(PLAIN)} switches")
    else:
        if not given.out:
            parser.error("--learner needs --out")
        config = reference.LEARNERS[given.learner].trial | {"batch": given.batch} | given.config
        sizes = {"steps": given.steps, "state": given.state, "action": given.action}
        make(given.learner, config, given.seed, **sizes).write(given.out)


if __name__ == "__main__":
    main()
