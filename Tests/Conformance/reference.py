"""An independent implementation of active-bench's learners in JAX and double precision, for the conformance tests.

Every learner is one function `NAME_step`: its losses, written down as in the papers, and the order in which they are
descended. The decorator `@learner` above it enters it in `LEARNERS`, with its settings, the tensors it is made of and the
random numbers it draws: nothing else here, in traces.py or in compare.py names a learner. Gradients come from
`jax.grad` alone. A loss is a function of *all* parameters; `descend` differentiates it in the networks that it is
given by name, so everything else in the loss (targets, weights, advantages, multipliers) is constant unmarked.

    python reference.py TRACE.h5 --out OUT.h5 [--every K | --at T1,T2,...]

Sources, by the name used in the comments below:
  IQL     Kostrikov, Nair, Levine: Offline RL with Implicit Q-Learning; ikostrikov/implicit_q_learning
  IVR     Xu et al.: Offline RL with No OOD Actions (SQL, EQL); ryanxhr/IVR
  ACTIVE  Chen, Cai, Wu, Zhang: ACTIVE, ICLR 2025 (no code was released; equations of the paper's slides, see the
          chapter Learners)
  TD3+BC  Fujimoto, Gu: A Minimalist Approach to Offline RL; sfujim/TD3_BC
  CQL     Kumar et al.: Conservative Q-Learning; young-geng/CQL, aviralkumar2907/CQL

Notation: (s, a, r, s', d) a batch of B transitions, E[.] the mean over it, Q^ the minimum over the target critics,
sg(.) a stopped gradient.
"""

import argparse
import functools
import itertools
import json
from typing import NamedTuple

import h5py
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

# ------------------------------------------------------------------------------------------------- configuration

COMMON = {"batch": 256, "discount": 0.99, "steps": 1_000_000}
LEARNERS = {}


class Learner(NamedTuple):
    """A learner's definition in addition to COMMON; LEARNERS has it under the learner's name."""

    # (config, state, batch, noise) -> (state, losses, metrics)
    step: object
    # The learner's own configuration keys with their defaults.
    defaults: dict
    # (config, states, actions) -> the tensors of `/initial` as nested dictionaries of shapes.
    tensors: object
    # (config, batch, actions) -> the arrays of `/noise`, without their leading T.
    noise: object
    # The configuration of its traces: rates with visible changes in 100 steps, a schedule that bends within them.
    trial: dict
    # Elements of states and actions in the learner's own fixture.
    sizes: dict
    # Configurations that change a formula, by the end of their trace's name.
    switches: dict
    # Values that the log repeats until they are recomputed.
    repeated: dict


class Switch(NamedTuple):
    """A configuration that changes a formula, and so has a trace of its own."""

    # The configuration in addition to the learner's trial.
    config: dict
    # Whether the live check draws it too: those that change a step most.
    live: bool = False
    # For a trace that starts in mid-training: the updates already made, the last `warm_up` of them by the reference.
    step: int = 0
    warm_up: int = 0


# Layers and batches of most switches' traces: HDF5 needs more bytes for a small tensor's name than for its numbers.
SMALL = {"hidden": [8], "batch": 8}


def learner(name, *, defaults, tensors, noise, trial, sizes=None, switches=None, repeated=None):
    """Registers a step in LEARNERS."""

    def register(step):
        LEARNERS[name] = Learner(step, defaults, tensors, noise, trial, sizes or {}, switches or {}, repeated or {})
        return step

    return register


def complete(learner, given):
    """The learner's configuration: its defaults, overridden by the keys of `given` (a dict)."""
    defaults = COMMON | LEARNERS[learner].defaults
    if unknown := set(given) - set(defaults):
        raise ValueError(f"{learner} has no keys {sorted(unknown)}")
    return defaults | given


# ------------------------------------------------------------------------------------------ shapes of several learners


def mlp_shapes(inputs, hidden, outputs, layer_norm=False):
    layers = {}
    for i, width in enumerate(hidden):
        layers[f"fc{i}"] = {"weight": (width, inputs), "bias": (width,)}
        if layer_norm:
            layers[f"fc{i}"]["norm"] = {"scale": (width,), "bias": (width,)}
        inputs = width
    return layers | {"out": {"weight": (outputs, inputs), "bias": (outputs,)}}


def critic_shapes(config, states, actions):
    """`q.0`, `target_q.0`, ..."""
    hidden = config.get("critic_hidden", config["hidden"])
    names = [name for j in range(config.get("critics", 2)) for name in (f"q.{j}", f"target_q.{j}")]
    return {name: mlp_shapes(states + actions, hidden, 1) for name in names}


def gaussian_shapes(config, states, actions):
    """The policy of BC, IQL, SQL and ACTIVE (family G)."""
    return {"policy": mlp_shapes(states, config["hidden"], actions) | {"log_std": (actions,)}}


def members(config):
    """m, the number of value networks: 1 for IQL, SQL and for ACTIVE without its ensemble."""
    return config["m"] if config.get("value_ensemble") else 1


def in_sample_shapes(config, states, actions):
    """IQL, SQL and ACTIVE."""
    values = {
        f"v.{i}": mlp_shapes(states, config["hidden"], 1, config["value_layer_norm"]) for i in range(members(config))
    }
    return values | critic_shapes(config, states, actions) | gaussian_shapes(config, states, actions)


def dropout_noise(config, batch, actions):
    """The masks of a policy of family G; none for a learner without `actor_dropout`."""
    if not config.get("actor_dropout"):
        return {}
    return {"policy_dropout": {f"fc{i}": (batch, width) for i, width in enumerate(config["hidden"])}}


# ------------------------------------------------------------------------------------------------------ networks


def layer_norm(x, epsilon=1e-6):
    """(x - mean) / sqrt(var + 1e-6) over the last axis, population variance (Flax's epsilon, as in IVR)."""
    centred = x - jnp.mean(x, -1, keepdims=True)
    return centred / jnp.sqrt(jnp.mean(centred**2, -1, keepdims=True) + epsilon)


def mlp(network, x, keep=None, dropout=0.0):
    """Dense, [LayerNorm,] ReLU[, dropout] for each hidden layer, then a dense output.

    `keep` holds the 0/1 masks of a training pass; kept values are divided by 1 - dropout.
    """
    for name in itertools.takewhile(network.__contains__, map("fc{}".format, itertools.count())):
        layer = network[name]
        x = x @ layer["weight"].T + layer["bias"]
        if "norm" in layer:
            x = layer_norm(x) * layer["norm"]["scale"] + layer["norm"]["bias"]
        x = jax.nn.relu(x)
        if keep is not None:
            x = x * keep[name] / (1 - dropout)
    return x @ network["out"]["weight"].T + network["out"]["bias"]


def family(params, prefix):
    """The networks `prefix.0`, `prefix.1`, ... in order."""
    return [
        params[name]
        for name in itertools.takewhile(params.__contains__, map((prefix + ".{}").format, itertools.count()))
    ]


def critics(params, s, a, prefix="q"):
    """[Q_1(s, a), ...]; a critic's input is the state followed by the action."""
    return [mlp(network, jnp.concatenate([s, a], -1))[..., 0] for network in family(params, prefix)]


def q_hat(params, s, a):
    """Q^(s, a): the minimum over the target critics."""
    return functools.reduce(jnp.minimum, critics(params, s, a, "target_q"))


def values(params, s):
    """V_i(s) as an array [m, B]."""
    return jnp.stack([mlp(network, s)[..., 0] for network in family(params, "v")])


# ------------------------------------------------------------------------------------------------------ policies


def gaussian(policy, s, keep=None, dropout=0.0):
    """Policy family G (IQL, IVR): mu = tanh(MLP(s)), sigma = exp(clip(rho, -5, 2)), rho free of the state."""
    return jnp.tanh(mlp(policy, s, keep, dropout)), jnp.clip(policy["log_std"], -5, 2)


def gaussian_log_density(x, mean, log_std):
    """sum_j of -(x_j - mean_j)^2 / (2 sigma_j^2) - log sigma_j - log(2 pi) / 2."""
    return jnp.sum(-((x - mean) ** 2) / (2 * jnp.exp(2 * log_std)) - log_std - jnp.log(2 * jnp.pi) / 2, -1)


def tanh_log_density(x, mean, log_std):
    """log pi of a = tanh(x): the Gaussian's density less sum_j log(1 - tanh(x_j)^2), in its stable form."""
    return gaussian_log_density(x, mean, log_std) - jnp.sum(2 * (jnp.log(2.0) - x - jax.nn.softplus(-2 * x)), -1)


def tanh_sample(policy, s, noise):
    """Policy family T (CQL): a = tanh(m + sigma * noise) and log pi(a|s).

    The network's outputs are first the means m, then the l of log sigma = clip(k l + b, -20, 2).
    """
    mean, l = jnp.split(mlp(policy, s), 2, -1)
    log_std = jnp.clip(policy["log_std_scale"] * l + policy["log_std_shift"], -20, 2)
    x = mean + jnp.exp(log_std) * noise
    return jnp.tanh(x), tanh_log_density(x, mean, log_std)


# ---------------------------------------------------------------------------------------------- pieces of losses


def expectile_loss(u, expectile):
    """|tau - 1(u < 0)| u^2 (IQL eq. 5)."""
    return jnp.abs(expectile - (u < 0)) * u**2


def sparse_loss(u, v, alpha):
    """1(1 + u / (2 alpha) > 0) (1 + u / (2 alpha))^2 + V / alpha (SQL; as in IVR's code)."""
    z = 1 + u / (2 * alpha)
    return jnp.where(z > 0, z**2, 0) + v / alpha


def exponential_weight(advantage, inverse_temperature, cap):
    """min(exp(A / temperature), cap) (IQL eq. 7; ACTIVE with inverse temperature 1)."""
    return jnp.minimum(jnp.exp(inverse_temperature * advantage), cap)


def positive_weight(advantage, cap):
    """min(max(A, 0), cap) (IVR's code for SQL)."""
    return jnp.clip(advantage, 0, cap)


def quantile(x, c):
    """E_c, the c-quantile over the first axis with linear interpolation at c (m - 1) (NumPy's type 7)."""
    position = c * (x.shape[0] - 1)
    below = int(np.floor(position))
    above = min(below + 1, x.shape[0] - 1)
    x = jnp.sort(x, 0)
    return x[below] + (position - below) * (x[above] - x[below])


def td3bc_lambda(q, alpha):
    """lambda = alpha / mean |Q| (TD3+BC eq. 5), a constant of the policy's loss."""
    return alpha / jax.lax.stop_gradient(jnp.mean(jnp.abs(q)))


def log_sum_exp(terms, temperature):
    """T log sum exp(. / T) over the first axis."""
    return temperature * jax.nn.logsumexp(terms / temperature, axis=0)


# -------------------------------------------------------------------------------------------------- optimisation


class State(NamedTuple):
    """Parameters by network name, Adam's moments of the trained ones, the updates made, and values the log repeats."""

    params: dict
    m: dict
    v: dict
    step: jax.Array
    repeated: dict


class Goal(NamedTuple):
    """Descend `loss` (parameters -> (scalar, by-products)) in the networks `names` with learning rate `rate`."""

    names: list
    loss: object
    rate: object


def adam(x, g, m, v, rate, t):
    """Adam's t-th update (t = 1, 2, ...): x - rate m^ / (sqrt(v^) + 1e-8), both moments bias-corrected."""
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    return x - rate * m_hat / (jnp.sqrt(v_hat) + 1e-8), m, v


def cosine(rate, step, steps):
    """rate (1 + cos(pi min(t, T) / T)) / 2 after t updates, T planned."""
    return rate * (1 + jnp.cos(jnp.pi * jnp.minimum(step, steps) / steps)) / 2


def descend(state, *goals, t=None):
    """One Adam update for every goal, all gradients taken at `state`. Returns the new state and the by-products."""
    t = state.step + 1 if t is None else t
    params, m, v, products = dict(state.params), dict(state.m), dict(state.v), []
    for names, loss, rate in goals:
        trained = {name: state.params[name] for name in names}
        gradient, product = jax.grad(lambda x: loss({**state.params, **x}), has_aux=True)(trained)
        products.append(product)
        for name in names:
            leaves, tree = jax.tree.flatten(state.params[name])
            moved = [
                adam(*tensors, rate, t)
                for tensors in zip(leaves, *map(jax.tree.leaves, (gradient[name], state.m[name], state.v[name])))
            ]
            params[name], m[name], v[name] = (tree.unflatten(part) for part in zip(*moved))
    return state._replace(params=params, m=m, v=v), *products


def track(state, rate):
    """theta^ <- (1 - eta) theta^ + eta theta for every `target_...` network."""
    params = dict(state.params)
    for name in params:
        if name.startswith("target_"):
            online = params[name.removeprefix("target_")]
            params[name] = jax.tree.map(lambda target, x: (1 - rate) * target + rate * x, params[name], online)
    return state._replace(params=params)


def names_of(state, prefix):
    return [name for name in state.params if name.startswith(prefix)]


# ------------------------------------------------------------------------------------------------------ learners


def training_log_density(config, params, batch, noise):
    """log pi(a|s) of the data's actions, mu and log sigma, all from one training pass (with dropout, where on)."""
    dropout = config.get("actor_dropout", 0.0)
    mean, log_std = gaussian(params["policy"], batch["s"], noise.get("policy_dropout"), dropout)
    return gaussian_log_density(batch["a"], mean, log_std), mean, log_std


@learner(
    "BC",
    defaults={"learning_rate": 3e-4, "hidden": [256, 256], "actor_dropout": 0.0},
    tensors=gaussian_shapes,
    noise=dropout_noise,
    trial={"learning_rate": 3e-3, "steps": 400, "hidden": [16, 16]},
    switches={"dropout": Switch({"actor_dropout": 0.25})},
)
def bc_step(config, state, batch, noise):
    """Behavioural cloning: L_pi = -E[log pi(a|s)]."""

    def policy_loss(params):
        likelihood = jnp.mean(training_log_density(config, params, batch, noise)[0])
        return -likelihood, likelihood

    rate = cosine(config["learning_rate"], state.step, config["steps"])
    state, likelihood = descend(state, Goal(["policy"], policy_loss, rate))
    return state, {"policy": -likelihood}, {"log_likelihood": likelihood}


def value_update(config, state, batch):
    """L_V(psi_i) = E[f(Q^(s, a) - V_i(s))] for each member, all on the same batch (ACTIVE eq. 6; IQL, SQL: m = 1).

    Reported: the mean over the members; descended: each member its own loss.
    """

    def loss(params):
        v = values(params, batch["s"])
        u = q_hat(params, batch["s"], batch["a"]) - v
        f = expectile_loss(u, config["expectile"]) if "expectile" in config else sparse_loss(u, v, config["alpha"])
        each = jnp.mean(f, axis=1)
        return jnp.sum(each), jnp.mean(each)

    return descend(state, Goal(names_of(state, "v."), loss, config["learning_rate"]))


def critic_update(config, state, batch):
    """L_Q = sum_j E[(Q_j(s, a) - y)^2], y = r + gamma (1 - d) min_i V_i(s') with the V just updated (ACTIVE eq. 7)."""

    def loss(params):
        v = values(params, batch["next_s"])
        backup = {
            "min": lambda: jnp.min(v, 0),
            "mean": lambda: jnp.mean(v, 0),
            "quantile": lambda: quantile(v, config["backup_quantile"]),
        }[config.get("backup", "min")]()
        y = batch["r"] + config["discount"] * (1 - batch["d"]) * backup
        q = critics(params, batch["s"], batch["a"])
        total = sum(jnp.mean((each - y) ** 2) for each in q)
        return total, (total, jnp.mean(jnp.stack(q)))

    return descend(state, Goal(names_of(state, "q."), loss, config["learning_rate"]))


def policy_weight(config, params, batch, auto):
    """w of A = Q^(s, a) - E_c[V_i](s); `auto` is the function that the value "auto" of the key `weight` means."""
    advantage = q_hat(params, batch["s"], batch["a"]) - quantile(
        values(params, batch["s"]), config.get("quantile", 0.5)
    )
    kind = config.get("weight", "auto")
    kind = auto if kind == "auto" else kind
    if kind == "one":
        return jnp.ones_like(advantage)
    if kind == "positive":
        return positive_weight(advantage, config["weight_cap"])
    return exponential_weight(advantage, config["inverse_temperature"], config["weight_cap"])


def regression_step(config, state, batch, noise, weight):
    """IQL, SQL and ACTIVE without ACT: V -> policy -> Q -> EMA; L_pi = -E[w log pi(a|s)].

    Q^ is that of before this step's EMA throughout; w and y use the V just updated.
    """
    state, value = value_update(config, state, batch)
    w = policy_weight(config, state.params, batch, weight)

    def policy_loss(params):
        log_density, _, _ = training_log_density(config, params, batch, noise)
        loss = -jnp.mean(w * log_density)
        return loss, (loss, jnp.mean(log_density))

    rate = cosine(config["learning_rate"], state.step, config["steps"])
    state, (policy, likelihood) = descend(state, Goal(["policy"], policy_loss, rate))
    state, (critic, mean_q) = critic_update(config, state, batch)
    state = track(state, config["target_rate"])
    return (
        state,
        {"value": value, "critic": critic, "policy": policy},
        {
            "log_likelihood": likelihood,
            "mean_q": mean_q,
            "mean_v": jnp.mean(values(state.params, batch["s"])),
            "mean_weight": jnp.mean(w),
        },
    )


IN_SAMPLE = {
    "learning_rate": 3e-4,
    "target_rate": 0.005,
    "hidden": [256, 256],
    "critics": 2,
    "value_layer_norm": True,
    "actor_dropout": 0.0,
    "weight_cap": 100.0,
}
IN_SAMPLE_TRIAL = {"learning_rate": 3e-3, "target_rate": 0.05, "steps": 400, "hidden": [16, 16]}


@learner(
    "IQL",
    defaults=IN_SAMPLE | {"value_layer_norm": False, "expectile": 0.7, "inverse_temperature": 3.0},
    tensors=in_sample_shapes,
    noise=dropout_noise,
    trial=IN_SAMPLE_TRIAL,
    switches={
        "dropout-layernorm": Switch(SMALL | {"actor_dropout": 0.25, "value_layer_norm": True}, live=True),
        "single-critic": Switch(SMALL | {"critics": 1}),
    },
)
def iql_step(config, state, batch, noise):
    return regression_step(config, state, batch, noise, "exp")


@learner(
    "SQL",
    defaults=IN_SAMPLE | {"alpha": 1.0},
    tensors=in_sample_shapes,
    noise=dropout_noise,
    trial=IN_SAMPLE_TRIAL | {"alpha": 0.3},
    switches={"dropout": Switch(SMALL | {"actor_dropout": 0.1})},
)
def sql_step(config, state, batch, noise):
    return regression_step(config, state, batch, noise, "positive")


def act_step(config, state, batch, noise):
    """ACTIVE with ACT: all V_i -> Q -> EMA -> beta -> policy (its Algorithm 1).

    L(beta) = beta (E[log pi(a|s)] - H_D), descended in log beta (eq. 14), for the policy before its update;
    L_pi = -E[Q^(s, a_pi)] - beta E[w log pi(a|s)] (eq. 13), a_pi = clip(mu + sigma epsilon, -1, 1), with the updated
    beta, Q^ of after this step's EMA and V_i of after their step. One training pass of the policy (the same dropout
    masks) gives log pi, its mean and a_pi. With q_normalisation the first term is divided by sg(mean |Q^(s, a_pi)|).
    """
    losses, metrics = {}, {}
    state, losses["value"] = value_update(config, state, batch)
    metrics["mean_v"] = jnp.mean(values(state.params, batch["s"]))
    state, (losses["critic"], metrics["mean_q"]) = critic_update(config, state, batch)
    state = track(state, config["target_rate"])

    if config["cloning_temperature"] == "adaptive":

        def temperature_loss(params):
            likelihood = jnp.mean(training_log_density(config, params, batch, noise)[0])
            loss = jnp.exp(params["log_beta"][0]) * (likelihood - config["target_log_likelihood"])
            return loss, loss

        state, losses["temperature"] = descend(state, Goal(["log_beta"], temperature_loss, config["beta_rate"]))
        log_beta = jnp.clip(state.params["log_beta"], jnp.log(1e-4), jnp.log(1e4))
        state = state._replace(params=state.params | {"log_beta": log_beta})
        beta = jnp.exp(log_beta[0])
    else:
        beta = jnp.asarray(config["initial_beta"], float)
    metrics["beta"] = beta

    w = policy_weight(config, state.params, batch, "exp")
    metrics["mean_weight"] = jnp.mean(w)

    def policy_loss(params):
        log_density, mean, log_std = training_log_density(config, params, batch, noise)
        sampled = jnp.clip(mean + jnp.exp(log_std) * noise["policy"], -1, 1)
        q = q_hat(params, batch["s"], sampled)
        scale = jax.lax.stop_gradient(jnp.mean(jnp.abs(q))) if config["q_normalisation"] else 1
        loss = -jnp.mean(q) / scale - beta * jnp.mean(w * log_density)
        return loss, (loss, jnp.mean(log_density))

    rate = cosine(config["learning_rate"], state.step, config["steps"])
    state, (losses["policy"], metrics["log_likelihood"]) = descend(state, Goal(["policy"], policy_loss, rate))
    return state, losses, metrics


ACTIVE = IN_SAMPLE | {
    "m": 5,
    "value_ensemble": True,
    "backup": "min",
    "backup_quantile": 0.25,
    "quantile": 0.5,
    "weight": "auto",
    "inverse_temperature": 1.0,
    "cloning_temperature": "adaptive",
    "target_log_likelihood": -1.0,
    "initial_beta": 1.0,
    "beta_rate": 3e-4,
    "q_normalisation": False,
}
ACTIVE_TRIAL = IN_SAMPLE_TRIAL | {"m": 3, "beta_rate": 5e-3}


def active_shapes(config, states, actions):
    beta = {"log_beta": (1,)} if config["cloning_temperature"] == "adaptive" else {}
    return in_sample_shapes(config, states, actions) | beta


def active_noise(config, batch, actions):
    noise = dropout_noise(config, batch, actions)
    return noise if config["cloning_temperature"] == "off" else noise | {"policy": (batch, actions)}


@learner(
    "ACTIVE-I",
    defaults=ACTIVE | {"expectile": 0.7},
    tensors=active_shapes,
    noise=active_noise,
    trial=ACTIVE_TRIAL,
    switches={
        "backup-mean": Switch(SMALL | {"backup": "mean", "quantile": 0.1}),
        "backup-quantile": Switch(SMALL | {"backup": "quantile", "backup_quantile": 0.3, "quantile": 0.8}),
        "one-member": Switch(SMALL | {"m": 1}),
        "no-ensemble": Switch(SMALL | {"value_ensemble": False}),
        "weight-one": Switch(SMALL | {"weight": "one"}),
        "inverse-temperature": Switch(SMALL | {"inverse_temperature": 3.0, "weight_cap": 20.0}),
        "q-normalisation": Switch(SMALL | {"q_normalisation": True}),
        "dropout": Switch(SMALL | {"actor_dropout": 0.25}, live=True),
        "fixed-beta": Switch(SMALL | {"cloning_temperature": "fixed", "initial_beta": 0.6}),
        "act-off": Switch(SMALL | {"cloning_temperature": "off"}, live=True),
        "no-layernorm": Switch(SMALL | {"value_layer_norm": False}),
    },
)
def active_i_step(config, state, batch, noise):
    if config["cloning_temperature"] == "off":
        return regression_step(config, state, batch, noise, "exp")
    return act_step(config, state, batch, noise)


@learner(
    "ACTIVE-S",
    defaults=ACTIVE | {"alpha": 1.0},
    tensors=active_shapes,
    noise=active_noise,
    trial=ACTIVE_TRIAL | {"alpha": 0.3},
    sizes={"state": 11, "action": 3},
    switches={
        "weight-positive": Switch(SMALL | {"weight": "positive", "weight_cap": 1.0}),
        "single-critic": Switch(SMALL | {"critics": 1}),
        "act-off": Switch(SMALL | {"cloning_temperature": "off"}),
        "mid-training": Switch(SMALL | {"steps": 2000}, live=True, step=1000, warm_up=20),
    },
)
def active_s_step(config, state, batch, noise):
    if config["cloning_temperature"] == "off":
        return regression_step(config, state, batch, noise, "positive")
    return act_step(config, state, batch, noise)


def td3bc_shapes(config, states, actions):
    policy = mlp_shapes(states, config["hidden"], actions)
    return critic_shapes(config, states, actions) | {"policy": policy, "target_policy": policy}


@learner(
    "TD3+BC",
    defaults={
        "alpha": 2.5,
        "policy_noise": 0.2,
        "noise_clip": 0.5,
        "policy_delay": 2,
        "learning_rate": 3e-4,
        "target_rate": 0.005,
        "hidden": [256, 256],
    },
    tensors=td3bc_shapes,
    noise=lambda config, batch, actions: {"target_policy": (batch, actions)},
    trial=IN_SAMPLE_TRIAL,
    sizes={"state": 11, "action": 3},
    repeated={"policy": 0.0, "lambda": 0.0},
)
def td3bc_step(config, state, batch, noise):
    """TD3+BC: the critics every step; the policy, and the EMA of all three targets, every policy_delay-th.

    L_Q = sum_j E[(Q_j - y)^2], y = r + gamma (1 - d) Q^(s', clip(pi^(s') + clip(0.2 epsilon, -0.5, 0.5), -1, 1));
    L_pi = -lambda E[Q_1(s, pi(s))] + mean over batch and coordinates of (pi(s) - a)^2, with the updated Q_1.
    """

    def critic_loss(params):
        smoothing = jnp.clip(
            config["policy_noise"] * noise["target_policy"], -config["noise_clip"], config["noise_clip"]
        )
        next_a = jnp.clip(jnp.tanh(mlp(params["target_policy"], batch["next_s"])) + smoothing, -1, 1)
        y = batch["r"] + config["discount"] * (1 - batch["d"]) * q_hat(params, batch["next_s"], next_a)
        q = critics(params, batch["s"], batch["a"])
        total = sum(jnp.mean((each - y) ** 2) for each in q)
        return total, (total, jnp.mean(jnp.stack(q)))

    def policy_loss(params):
        a = jnp.tanh(mlp(params["policy"], batch["s"]))
        q = critics(params, batch["s"], a)[0]
        lambda_ = td3bc_lambda(q, config["alpha"])
        loss = -lambda_ * jnp.mean(q) + jnp.mean((a - batch["a"]) ** 2)
        return loss, {"policy": loss, "lambda": lambda_}

    def policy_step(state):
        updates = state.step // config["policy_delay"]
        goal = Goal(["policy"], policy_loss, config["learning_rate"])
        state, products = descend(state, goal, t=updates + 1)
        return track(state._replace(repeated=products), config["target_rate"])

    critic_goal = Goal(names_of(state, "q."), critic_loss, config["learning_rate"])
    state, (critic, mean_q) = descend(state, critic_goal)
    due = (state.step + 1) % config["policy_delay"] == 0
    state = jax.lax.cond(due, policy_step, lambda state: state, state)
    losses = {"critic": critic, "policy": state.repeated["policy"]}
    return state, losses, {"mean_q": mean_q, "lambda": state.repeated["lambda"]}


def cql_shapes(config, states, actions):
    policy = mlp_shapes(states, config["hidden"], 2 * actions) | {"log_std_scale": (1,), "log_std_shift": (1,)}
    tensors = critic_shapes(config, states, actions) | {"policy": policy, "log_alpha": (1,)}
    return tensors | ({"log_lagrange": (1,)} if config["lagrange"] else {})


def cql_noise(config, batch, actions):
    sampled = (config["sampled_actions"], batch, actions)
    return {
        "policy": (batch, actions),
        "next_policy": sampled if config["max_target_backup"] else (batch, actions),
        "cql_current": sampled,
        "cql_next": sampled,
        "cql_uniform": sampled,
    }


@learner(
    "CQL",
    defaults={
        "alpha": 10.0,
        "sampled_actions": 10,
        "importance_sampling": True,
        "lagrange": False,
        "lagrange_gap": -1.0,
        "max_target_backup": False,
        "softmax_temperature": 1.0,
        "penalty_minimum": -np.inf,
        "penalty_maximum": np.inf,
        "entropy_per_dimension": -1.0,
        "learning_rate": 3e-4,
        "policy_learning_rate": 3e-5,
        "target_rate": 0.005,
        "hidden": [256, 256, 256],
        "critic_hidden": [256, 256, 256],
    },
    tensors=cql_shapes,
    noise=cql_noise,
    trial={
        "alpha": 5.0,
        "learning_rate": 3e-3,
        "policy_learning_rate": 2e-3,
        "target_rate": 0.05,
        "steps": 400,
        "hidden": [12, 12, 12],
        "critic_hidden": [12, 12, 12],
        "sampled_actions": 4,
    },
    switches={
        "plain": Switch({"batch": 8, "importance_sampling": False, "softmax_temperature": 0.7}),
        "lagrange": Switch({"batch": 8, "lagrange": True, "lagrange_gap": 0.8, "penalty_minimum": 3.0}, live=True),
        "max-target": Switch({"batch": 8, "max_target_backup": True}, live=True),
        "five-layers": Switch({"batch": 8, "critic_hidden": [12, 10, 8, 10, 12]}),
    },
)
def cql_step(config, state, batch, noise):
    """CQL(H) on SAC: every loss is built from the parameters before the step, then all are descended, then the EMA.

    L_alpha = -E[log alpha (log pi(a~|s) + H)];  L_pi = E[alpha log pi(a~|s) - min_j Q_j(s, a~)], a~ from pi(s);
    y = r + gamma (1 - d) min_j Q^_j(s', a') without an entropy term, or max over N actions a' of that minimum;
    L_Q = sum_j E[(Q_j - y)^2] + alpha_CQL D_j, or with a Lagrange multiplier + zeta alpha_CQL (D_j - gap);
    D_j = E[clip(lse_j - Q_j(s, a), lo, hi)].
    """
    s, a, next_s = batch["s"], batch["a"], batch["next_s"]
    dimension = a.shape[-1]
    samples = config["sampled_actions"]
    entropy = config["entropy_per_dimension"] * dimension

    def sampled(x):
        return jnp.broadcast_to(x, (samples, *x.shape))

    def temperature_loss(params):
        _, log_density = tanh_sample(params["policy"], s, noise["policy"])
        loss = -jnp.mean(params["log_alpha"][0] * (log_density + entropy))
        return loss, loss

    def policy_loss(params):
        sample, log_density = tanh_sample(params["policy"], s, noise["policy"])
        q = functools.reduce(jnp.minimum, critics(params, s, sample))
        loss = jnp.mean(jnp.exp(params["log_alpha"][0]) * log_density - q)
        return loss, loss

    def target(params):
        if config["max_target_backup"]:
            next_a, _ = tanh_sample(params["policy"], sampled(next_s), noise["next_policy"])
            q = jnp.max(q_hat(params, sampled(next_s), next_a), 0)
        else:
            next_a, _ = tanh_sample(params["policy"], next_s, noise["next_policy"])
            q = q_hat(params, next_s, next_a)
        return batch["r"] + config["discount"] * (1 - batch["d"]) * q

    def gaps(params):
        """[D_1, D_2]. The actions of pi(s') are weighed by their density at s', but their Q is taken at s."""
        next_a, next_density = tanh_sample(params["policy"], sampled(next_s), noise["cql_next"])
        current_a, current_density = tanh_sample(params["policy"], sampled(s), noise["cql_current"])
        uniform_a = noise["cql_uniform"]
        result = []
        for q, *others in zip(
            critics(params, s, a), *(critics(params, sampled(s), x) for x in (uniform_a, next_a, current_a))
        ):
            if config["importance_sampling"]:
                uniform_density = dimension * jnp.log(0.5)
                terms = [x - d for x, d in zip(others, (uniform_density, next_density, current_density))]
            else:
                terms = [*others, q[None]]
            lse = log_sum_exp(jnp.concatenate(terms), config["softmax_temperature"])
            result.append(jnp.mean(jnp.clip(lse - q, config["penalty_minimum"], config["penalty_maximum"])))
        return jnp.stack(result)

    def multiplier(params):
        return jnp.clip(jnp.exp(params["log_lagrange"][0]), 0, 1e6)

    def penalties(params, gap):
        if config["lagrange"]:
            return multiplier(params) * config["alpha"] * (gap - config["lagrange_gap"])
        return config["alpha"] * gap

    def critic_loss(params):
        y = target(params)
        q = critics(params, s, a)
        gap = gaps(params)
        loss = sum(jnp.mean((each - y) ** 2) for each in q) + jnp.sum(penalties(params, gap))
        return loss, (loss, jnp.mean(jnp.stack(q)), gap)

    def lagrange_loss(params):
        loss = -jnp.sum(penalties(params, gaps(params))) / 2
        return loss, loss

    before = state.params
    metrics = {"entropy_temperature": jnp.exp(before["log_alpha"][0])}
    goals = {
        "temperature": Goal(["log_alpha"], temperature_loss, config["policy_learning_rate"]),
        "policy": Goal(["policy"], policy_loss, config["policy_learning_rate"]),
        "critic": Goal(names_of(state, "q."), critic_loss, config["learning_rate"]),
    }
    if config["lagrange"]:
        goals["lagrange"] = Goal(["log_lagrange"], lagrange_loss, config["learning_rate"])
        metrics["lagrange_multiplier"] = multiplier(before)
    state, *products = descend(state, *goals.values())
    losses = dict(zip(goals, products))
    losses["critic"], metrics["mean_q"], gap = losses["critic"]
    metrics["cql_penalty"] = jnp.mean(gap)
    return track(state, config["target_rate"]), losses, metrics


@functools.cache
def compiled_step(learner, config_text):
    """The learner's step, compiled once for each configuration (its JSON); it also counts the updates."""
    config = json.loads(config_text)

    @jax.jit
    def step(state, batch, noise):
        state, losses, metrics = LEARNERS[learner].step(config, state, batch, noise)
        return state._replace(step=state.step + 1), losses, metrics

    return step


# --------------------------------------------------------------------------------------------- traces and outputs

BATCHES = {"observations": "s", "actions": "a", "rewards": "r", "next_observations": "next_s", "terminals": "d"}


def at(tree, t):
    """The t-th entry of every array."""
    return jax.tree.map(lambda x: x[t], tree)


class Trace:
    """A trace: learner, completed configuration, batches and noise (leading axis T) and the state to start from."""

    def __init__(self, learner, config, batches, noise, params, moments=None, step=0):
        """`config` holds the keys given; `moments` is (m, v), zero unless given."""
        self.learner, self.given, self.config = learner, config, complete(learner, config)
        self.batches, self.noise, self.params, self.step = batches, noise, params, step
        self.moments = moments or (zero_moments(params),) * 2
        self.steps, batch = batches["rewards"].shape
        if config.get("batch", batch) != batch:
            raise ValueError(f"config says batch {config['batch']}, the batches hold {batch}")
        self.check_shapes(batch)

    def check_shapes(self, batch):
        """Refuse missing and unknown tensors, and those of another shape or with non-finite values."""
        states, actions = self.batches["observations"].shape[-1], self.batches["actions"].shape[-1]
        shapes = {"observations": (states,), "actions": (actions,), "next_observations": (states,)}
        batches = {name: (self.steps, batch, *shapes.get(name, ())) for name in BATCHES}
        noise = jax.tree.map(
            lambda shape: (self.steps, *shape),
            LEARNERS[self.learner].noise(self.config, batch, actions),
            is_leaf=lambda x: isinstance(x, tuple),
        )
        params = LEARNERS[self.learner].tensors(self.config, states, actions)
        moments = {name: tree for name, tree in params.items() if not name.startswith("target_")}
        for place, expected, found in (
            ("batches", batches, self.batches),
            ("noise", noise, self.noise),
            ("initial", params, self.params),
            ("adam (m)", moments, self.moments[0]),
            ("adam (v)", moments, self.moments[1]),
        ):
            expected, found = flatten(expected), flatten(found)
            for name in sorted(set(expected) | set(found)):
                if name not in expected or name not in found or expected[name] != found[name].shape:
                    shape = found[name].shape if name in found else None
                    raise ValueError(f"/{place}/{name}: expected {expected.get(name)}, found {shape}")
                if not np.all(np.isfinite(found[name])):
                    raise ValueError(f"/{place}/{name} holds a number that is not finite")

    def initial_state(self):
        """An array in the default precision: float64, or float32 with jax_enable_x64 off."""
        params, m, v = (jax.tree.map(lambda x: jnp.asarray(x, float), tree) for tree in (self.params, *self.moments))
        repeated = jax.tree.map(lambda x: jnp.asarray(x, float), LEARNERS[self.learner].repeated)
        return State(params, m, v, jnp.asarray(self.step, int), repeated)

    def advance(self, state, t):
        """The state after batch t, the losses and the metrics of that step."""
        batch = {short: jnp.asarray(self.batches[name][t], float) for name, short in BATCHES.items()}
        noise = jax.tree.map(lambda x: jnp.asarray(x, float), at(self.noise, t))
        return compiled_step(self.learner, json.dumps(self.config))(state, batch, noise)

    def run(self, keep=()):
        """All steps: the last state, losses and metrics as arrays [T], and the states after the steps in `keep`."""
        state, log, kept = self.initial_state(), [], {}
        for t in range(self.steps):
            state, *scalars = self.advance(state, t)
            log.append(scalars)
            if t + 1 in keep:
                kept[t + 1] = state
        losses, metrics = jax.tree.map(lambda *x: np.array(x), *log)
        return state, losses, metrics, kept

    @classmethod
    def read(cls, path):
        with h5py.File(path) as file:
            attribute = {name: x.decode() if isinstance(x, bytes) else x for name, x in file.attrs.items()}
            if attribute["format"] != "active-bench-trace/1":
                raise ValueError(f"{path}: format {attribute['format']!r}")
            params = scalars_to_vectors(read_tree(file["initial"]))
            moments = split_moments(scalars_to_vectors(read_tree(file["adam"]))) if "adam" in file else None
            return cls(
                attribute["learner"],
                json.loads(attribute["config"]),
                {name: file["batches"][name][()] for name in BATCHES},
                read_tree(file["noise"]) if "noise" in file else {},
                params,
                moments,
                int(attribute.get("step", 0)),
            )

    def write(self, path, mid_training=None):
        """Write the trace; `/adam` and `step` only where training has begun (or `mid_training` says so)."""
        with create(path) as file:
            file.attrs["format"] = "active-bench-trace/1"
            file.attrs["learner"] = self.learner
            file.attrs["config"] = json.dumps(self.given)
            write_tree(file, "batches", self.batches)
            write_tree(file, "initial", self.params)
            write_tree(file, "noise", self.noise)
            if self.step > 0 if mid_training is None else mid_training:
                file.attrs["step"] = self.step
                write_tree(file, "adam", join_moments(*self.moments))


def write_output(path, state, losses, metrics, kept):
    """Write a run in the output format; `kept` maps t to the state after t steps of the trace."""
    with create(path) as file:
        file.attrs["step"] = int(state.step)
        write_tree(file, "losses", losses)
        write_tree(file, "metrics", metrics)
        for where, each in [("", state)] + [(f"steps/{t}/", each) for t, each in kept.items()]:
            write_tree(file, where + "final", each.params)
            write_tree(file, where + "adam", join_moments(each.m, each.v))
            if where:
                file[where].attrs["step"] = int(each.step)


def zero_moments(params):
    """Zeros like every trained tensor: targets have no optimiser."""
    trained = {name: tree for name, tree in params.items() if not name.startswith("target_")}
    return jax.tree.map(lambda x: np.zeros(np.shape(x)), trained)


def join_moments(m, v):
    """Two trees with the same structure as one with {m, v} at its leaves."""
    return jax.tree.map(lambda m, v: {"m": m, "v": v}, m, v)


def split_moments(tree):
    """The inverse of join_moments."""

    def is_pair(node):
        return set(node) == {"m", "v"}

    return tuple(jax.tree.map(lambda pair: pair[part], tree, is_leaf=is_pair) for part in "mv")


def flatten(tree, prefix=""):
    """Nested dictionaries as one with paths a/b/c."""
    if not isinstance(tree, dict):
        return {prefix.rstrip("/"): tree}
    return {path: leaf for key, value in tree.items() for path, leaf in flatten(value, f"{prefix}{key}/").items()}


def scalars_to_vectors(tree):
    """A scalar as shape [1]; files may have it as () or [1]."""
    return jax.tree.map(lambda x: np.reshape(x, (1,)) if np.ndim(x) == 0 else x, tree)


def create(path):
    """A new file in the compact layout that HDF5 1.8 and later read: hundreds of tensors here are a few bytes each."""
    return h5py.File(path, "w", libver=("v108", "v108"))


def read_tree(group):
    return {key: read_tree(item) if isinstance(item, h5py.Group) else item[()] for key, item in group.items()}


def write_tree(file, name, tree):
    """Write nested dictionaries; large arrays are compressed, the hundreds of small ones are not, which is faster."""
    links = h5py.h5p.create(h5py.h5p.LINK_CREATE)
    links.set_create_intermediate_group(True)
    for path, array in flatten(tree, name + "/").items():
        array = np.asarray(array, order="C")
        if array.nbytes > 2048:
            file.create_dataset(path, data=array, compression="gzip", shuffle=True)
        else:
            kind, space = h5py.h5t.py_create(array.dtype, logical=1), h5py.h5s.create_simple(array.shape)
            h5py.h5d.create(file.id, path.encode(), kind, space, lcpl=links).write(h5py.h5s.ALL, h5py.h5s.ALL, array)


def main():
    parser = argparse.ArgumentParser(description="Run a trace and write its output.")
    parser.add_argument("trace")
    parser.add_argument("--out", required=True)
    keep = parser.add_mutually_exclusive_group()
    keep.add_argument("--every", type=int, metavar="K", help="also keep the state after K, 2K, ... steps")
    keep.add_argument("--at", default="", metavar="T1,T2,...", help="also keep the state after these steps")
    arguments = parser.parse_args()
    trace = Trace.read(arguments.trace)
    if arguments.every:
        keep = range(arguments.every, trace.steps + 1, arguments.every)
    else:
        keep = [int(t) for t in arguments.at.split(",") if t]
    write_output(arguments.out, *trace.run(keep))


if __name__ == "__main__":
    main()
