"""The learners' updates in JAX, gradients by jax.grad.

An update is a function of the learner's state, a batch (rows of the table) and the step's noise; the state is a
dictionary of families and vectors with Adam's moments of the trained ones below "moments" and the updates made, "t".
Sources/Algorithms describes what the learners do, and in which order.
"""

import jax
import jax.numpy as jnp
import jax_networks
import problem
from jax_networks import adam, cosine, follow, mlp
from problem import CONTINUATION, NEXT_S, REWARD, SA, A, S


class Learner:
    """The state and the functions common to all learners; `families` is Vmapped or Unrolled."""

    def __init__(self, name, families):
        self.name, self.families = name, families

    def initial(self):
        families, vectors = problem.initial_parameters(self.name)
        state = {name: self.families.pack(jax.tree.map(jnp.array, family)) for name, family in families.items()}
        state |= {name: jnp.array(vector) for name, vector in vectors.items()}
        trained = {name: value for name, value in state.items() if not name.startswith("target")}
        zeros = {name: tuple(jax.tree.map(jnp.zeros_like, value) for _ in "mv") for name, value in trained.items()}
        return state | {"moments": zeros, "t": jnp.zeros((), jnp.int32)}

    def parameters(self, state):
        """As `problem.initial_parameters` has them."""
        named = {name: value for name, value in state.items() if name not in ("moments", "t")}
        vectors = {name: value for name, value in named.items() if not isinstance(value, list)}
        families = {name: self.families.unpack(value) for name, value in named.items() if name not in vectors}
        return families, vectors

    def all(self, family, x):
        """[count, B] outputs of networks with one output each."""
        return self.families.each(lambda network: mlp(network, x)[:, 0], family)

    def minimum(self, family, x):
        return jnp.min(self.all(family, x), 0)

    def policy(self, state):
        return self.families.first(state["policy"])

    @staticmethod
    def descend(state, loss, names, rate, t=None):
        """One update of the parts `names`, which `loss` takes as a dictionary; returns its by-product too."""
        parts = {name: state[name] for name in names}
        gradients, product = jax.grad(loss, has_aux=True)(parts)
        t = state["t"] + 1 if t is None else t
        state, moments = dict(state), dict(state["moments"])
        for name in names:
            state[name], moments[name] = adam(parts[name], gradients[name], moments[name], rate, t)
        state["moments"] = moments
        return state, product

    def fit_critics(self, state, batch, target):
        """One update of both critics on E[(Q - y)^2]."""

        def loss(parts):
            error = self.all(parts["q"], batch[:, SA]) - target
            return jnp.sum(jnp.mean(error**2, 1)), None

        return self.descend(state, loss, ["q"], problem.RATE)[0]


def back_up(batch, values):
    """r + gamma (1 - d) V(s')."""
    return batch[:, REWARD] + problem.DISCOUNT * batch[:, CONTINUATION] * values


class InSampleLearner(Learner):
    """The common parts of IQL and ACTIVE-I."""

    def fit_values(self, state, batch, q):
        """One update of every V on E[|tau - 1(u < 0)| u^2], u = q - V(s)."""

        def loss(parts):
            u = q - self.all(parts["v"], batch[:, S])
            weight = jnp.where(u < 0, 1 - problem.EXPECTILE, problem.EXPECTILE)
            return jnp.sum(jnp.mean(weight * u * u, 1)), None

        return self.descend(state, loss, ["v"], problem.RATE)[0]

    def fit_critics_to_values(self, state, batch):
        target = back_up(batch, self.minimum(state["v"], batch[:, NEXT_S]))
        return self.fit_critics(state, batch, target)

    def gaussian(self, parts, states):
        """mu(s) and log sigma."""
        mean = jnp.tanh(mlp(self.families.first(parts["policy"]), states))
        return mean, jnp.clip(parts["log_std"], *problem.LOG_STD_RANGE)


def log_density(x, mean, log_std):
    z = (x - mean) * jnp.exp(-log_std)
    return jnp.sum(-0.5 * z * z - log_std - 0.5 * jnp.log(2 * jnp.pi), -1)


def exponential_weight(advantage, inverse_temperature):
    return jnp.minimum(jnp.exp(inverse_temperature * advantage), problem.WEIGHT_CAP)


class IQL(InSampleLearner):
    def update(self, state, batch, noise, turn):
        q = self.minimum(state["target_q"], batch[:, SA])
        state = self.fit_values(state, batch, q)
        weights = exponential_weight(
            q - self.minimum(state["v"], batch[:, S]), problem.IQL_INVERSE_TEMPERATURE
        )

        def policy_loss(parts):
            return -jnp.mean(weights * log_density(batch[:, A], *self.gaussian(parts, batch[:, S]))), None

        state, _ = self.descend(state, policy_loss, ["policy", "log_std"], cosine(state["t"]))
        state = self.fit_critics_to_values(state, batch)
        return state | {"target_q": follow(state["target_q"], state["q"]), "t": state["t"] + 1}


class ACTIVE(InSampleLearner):
    def update(self, state, batch, noise, turn):
        state = self.fit_values(state, batch, self.minimum(state["target_q"], batch[:, SA]))
        state = self.fit_critics_to_values(state, batch)
        state["target_q"] = follow(state["target_q"], state["q"])
        advantage = self.minimum(state["target_q"], batch[:, SA]) - jnp.median(self.all(state["v"], batch[:, S]), 0)
        weights = exponential_weight(advantage, 1)

        def policy_loss(parts):
            mean, log_std = self.gaussian(parts, batch[:, S])
            likelihood = log_density(batch[:, A], mean, log_std)
            log_beta, moments = self.adapt(state, jax.lax.stop_gradient(jnp.mean(likelihood)))
            sampled = jnp.clip(mean + jnp.exp(log_std) * noise["policy"], -1, 1)
            value = self.minimum(state["target_q"], jnp.concatenate([batch[:, S], sampled], 1))
            return -jnp.mean(value) - jnp.exp(log_beta[0]) * jnp.mean(weights * likelihood), (log_beta, moments)

        state, (log_beta, moments) = self.descend(state, policy_loss, ["policy", "log_std"], cosine(state["t"]))
        state["moments"] |= {"log_beta": moments}
        return state | {"log_beta": log_beta, "t": state["t"] + 1}

    @staticmethod
    def adapt(state, likelihood):
        """One update of log beta on beta (E[log pi] - H_D)."""
        log_beta = state["log_beta"]
        gradient = jnp.exp(log_beta) * (likelihood - problem.TARGET_LOG_LIKELIHOOD)
        log_beta, moments = adam(log_beta, gradient, state["moments"]["log_beta"], problem.RATE, state["t"] + 1)
        return jnp.clip(log_beta, *problem.LOG_BETA_RANGE), moments


class TD3BC(Learner):
    def update(self, state, batch, noise, turn):
        smoothing = jnp.clip(problem.POLICY_NOISE * noise["target_policy"], -problem.NOISE_CLIP, problem.NOISE_CLIP)
        actions = jnp.tanh(mlp(self.families.first(state["target_policy"]), batch[:, NEXT_S]))
        actions = jnp.clip(actions + smoothing, -1, 1)
        value = self.minimum(state["target_q"], jnp.concatenate([batch[:, NEXT_S], actions], 1))
        state = self.fit_critics(state, batch, back_up(batch, value))
        if turn == problem.POLICY_DELAY - 1:
            state = self.update_policy(state, batch)
        return state | {"t": state["t"] + 1}

    def update_policy(self, state, batch):
        def loss(parts):
            actions = jnp.tanh(mlp(self.families.first(parts["policy"]), batch[:, S]))
            q = mlp(self.families.first(state["q"]), jnp.concatenate([batch[:, S], actions], 1))
            scale = problem.TD3BC_ALPHA / jax.lax.stop_gradient(jnp.mean(jnp.abs(q)))
            return -scale * jnp.mean(q) + jnp.mean((actions - batch[:, A]) ** 2), None

        t = (state["t"] + 1) // problem.POLICY_DELAY
        state, _ = self.descend(state, loss, ["policy"], problem.RATE, t)
        followers = {f"target_{name}": follow(state[f"target_{name}"], state[name]) for name in ("q", "policy")}
        return state | followers


class CQL(Learner):
    """All losses are of the parameters before the step; a policy is evaluated once per state, for any number of samples."""

    def update(self, state, batch, noise, turn):
        policy = {name: state[name] for name in ("policy", "log_std_scale", "log_std_shift")}
        after = self.gaussian(policy, batch[:, NEXT_S])

        def policy_loss(parts):
            before = self.gaussian(parts, batch[:, S])
            actions, density = sample(*before, noise["policy"])
            q = self.minimum(state["q"], jnp.concatenate([batch[:, S], actions], 1))
            alpha = jnp.exp(state["log_alpha"][0])
            return jnp.mean(alpha * density - q), (jnp.mean(density), before)

        stepped, (density, before) = self.descend(state, policy_loss, list(policy), problem.CQL_POLICY_RATE)
        stepped["log_alpha"], stepped["moments"]["log_alpha"] = adam(
            state["log_alpha"], -(density + problem.TARGET_ENTROPY)[None], state["moments"]["log_alpha"],
            problem.CQL_POLICY_RATE, state["t"] + 1,
        )  # fmt: skip
        stepped = self.fit_conservatively(stepped, batch, noise, before, after)
        return stepped | {"target_q": follow(state["target_q"], stepped["q"]), "t": state["t"] + 1}

    def fit_conservatively(self, state, batch, noise, before, after):
        """One update of both critics on E[(Q - y)^2] + alpha_CQL D."""
        next_actions, _ = sample(*after, noise["next_policy"])
        value = self.minimum(state["target_q"], jnp.concatenate([batch[:, NEXT_S], next_actions], 1))
        target = back_up(batch, value)
        at_next, next_density = sample(*after, noise["at_next_state"])
        at_state, density = sample(*before, noise["at_state"])
        actions = jnp.concatenate([noise["uniform"], at_next, at_state])
        uniform_density = jnp.full_like(density, -problem.ACTIONS * jnp.log(2.0))
        densities = jnp.concatenate([uniform_density, next_density, density])

        def loss(parts):
            q = self.all(parts["q"], batch[:, SA])
            sampled = self.families.each(lambda critic: critic_of_samples(critic, batch[:, S], actions), parts["q"])
            difference = jax.nn.logsumexp(sampled - densities, axis=1) - q
            return jnp.sum(jnp.mean((q - target) ** 2 + problem.CQL_ALPHA * difference, 1)), None

        return self.descend(state, loss, ["q"], problem.RATE)[0]

    def gaussian(self, parts, states):
        """m and log sigma."""
        mean, deviation = jnp.split(mlp(self.families.first(parts["policy"]), states), 2, -1)
        log_std = parts["log_std_scale"] * deviation + parts["log_std_shift"]
        return mean, jnp.clip(log_std, *problem.CQL_LOG_STD_RANGE)


def sample(mean, log_std, noise):
    """a = tanh(m + sigma noise) and log pi(a|s)."""
    x = mean + jnp.exp(log_std) * noise
    correction = 2 * (jnp.log(2.0) - x - jax.nn.softplus(-2 * x))
    return jnp.tanh(x), log_density(x, mean, log_std) - jnp.sum(correction, -1)


def critic_of_samples(critic, states, actions):
    """Q(s, a_k) [K, B] of actions [K, B, A]; the state's part of the first layer is computed once.

    One action of every state at a time, so that activations stay in the cache: a quarter faster than all at once.
    """
    (weight, bias), *rest = critic
    features = jax_networks.product(states, weight[S]) + bias
    return jax.lax.map(lambda chosen: mlp(rest, jax.nn.relu(features + jax_networks.product(chosen, weight[A])))[:, 0], actions)


def make(name, families):
    kind = {"IQL": IQL, "TD3+BC": TD3BC, "CQL": CQL}.get(name, ACTIVE)
    return kind(name, families)
