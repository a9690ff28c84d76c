"""The learners of Tests/Conformance/reference.py, which our own are tested against, on the peers' batches."""

import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np
import problem
from problem import CONTINUATION, NEXT_S, REWARD, A, S

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "Tests/Conformance"))
import reference  # noqa: E402

NOISE = {"uniform": "cql_uniform", "at_next_state": "cql_next", "at_state": "cql_current"}
NETWORKS = {"policy", "target_policy"}  # the others are families, "q.0", "q.1"


def run(name, batches, noises):
    """The parameters after an update on each batch, as `problem.initial_parameters` has them."""
    families, vectors = problem.initial_parameters(name)
    learner = name.split()[0]
    config = reference.complete(learner, overrides(name))
    params = {}
    for family, networks in families.items():
        for i, network in enumerate(networks):
            params[family if family in NETWORKS else f"{family}.{i}"] = tensors(network)
    for vector, value in vectors.items():
        inside = vector.startswith("log_std")
        (params["policy"] if inside else params)[vector] = jnp.array(value)
    zeros = reference.zero_moments(params)
    repeated = {"policy": jnp.zeros(()), "lambda": jnp.zeros(())} if name == "TD3+BC" else {}
    state = reference.State(params, zeros, zeros, jnp.zeros((), int), repeated)
    step = reference.compiled_step(learner, json.dumps(config))
    for rows, noise in zip(batches, noises):
        batch = {
            "s": rows[:, S], "a": rows[:, A], "next_s": rows[:, NEXT_S], "r": rows[:, REWARD],
            "d": 1 - rows[:, CONTINUATION],
        }  # fmt: skip
        state, _, _ = step(state, batch, {NOISE.get(key, key): value for key, value in noise.items()})
    return taken_apart(state.params, families, vectors)


def overrides(name):
    """Settings that differ from the reference's defaults, and those that are constants in the peers."""
    if name == "TD3+BC":
        return {"alpha": problem.TD3BC_ALPHA, "policy_delay": problem.POLICY_DELAY, "noise_clip": problem.NOISE_CLIP}
    if name == "CQL":
        return {"alpha": problem.CQL_ALPHA, "sampled_actions": problem.CQL_SAMPLES}
    given = {"value_layer_norm": False, "expectile": problem.EXPECTILE, "weight_cap": problem.WEIGHT_CAP}
    if name == "IQL":
        return given | {"inverse_temperature": problem.IQL_INVERSE_TEMPERATURE}
    return given | {"m": problem.members(name), "target_log_likelihood": problem.TARGET_LOG_LIKELIHOOD}


def tensors(network):
    names = [f"fc{i}" for i in range(len(network) - 1)] + ["out"]
    dense = [{"weight": jnp.array(weight.T), "bias": jnp.array(bias)} for weight, bias in network]
    return dict(zip(names, dense))


def taken_apart(params, families, vectors):
    def layers(network):
        dense = [layer for name, layer in sorted(network.items()) if isinstance(layer, dict)]
        return [(np.array(layer["weight"]).T, np.array(layer["bias"])) for layer in dense]

    def of_family(family, count):
        return [layers(params[family if family in NETWORKS else f"{family}.{i}"]) for i in range(count)]

    return (
        {family: of_family(family, len(networks)) for family, networks in families.items()},
        {name: np.array((params["policy"] if name.startswith("log_std") else params)[name]) for name in vectors},
    )
