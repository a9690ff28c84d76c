"""The learners' updates in PyTorch: losses as methods, compiled if requested, gradients by autograd.

Sources/Algorithms describes what the learners do, and in which order.
"""

import math

import problem
import torch
from problem import NEXT_S, SA, A, S
from torch.nn import functional
from torch_learner import Learner, back_up, log_density
from torch_networks import each, frozen, minimum, optimiser, step


class InSampleLearner(Learner):
    """The common parts of IQL and ACTIVE-I."""

    losses = ("value_loss", "fit_to_values_loss", "policy_loss")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.v_optimiser = optimiser(self.lists["v"])
        self.policy_optimiser = optimiser(self.lists["policy"] + self.lists["log_std"])

    def value_loss(self, batch):
        """E[|tau - 1(u < 0)| u^2] of every V, u = Q^(s, a) - V(s); Q^(s, a) too."""
        with torch.no_grad():
            q = minimum(self.target_q, batch[:, SA])
        u = q - each(self.v, batch[:, S])
        weight = torch.where(u < 0, 1 - problem.EXPECTILE, problem.EXPECTILE)
        return (weight * u * u).mean(1).sum(), q

    def fit_to_values_loss(self, batch):
        with torch.no_grad():
            target = back_up(batch, minimum(self.v, batch[:, NEXT_S]))
        return self.critic_loss(batch, target)

    def gaussian(self, states):
        """mu(s) and log sigma."""
        return torch.tanh(self.policy[0](states)), self.log_std.clamp(*problem.LOG_STD_RANGE)

    def step_policy(self, loss):
        fraction = min(self.updates / problem.HORIZON, 1)
        self.policy_optimiser.param_groups[0]["lr"] = problem.RATE * 0.5 * (1 + math.cos(math.pi * fraction))
        step(self.policy_optimiser, loss)


def exponential_weight(advantage, inverse_temperature):
    return torch.exp(inverse_temperature * advantage).clamp(max=problem.WEIGHT_CAP)


class IQL(InSampleLearner):
    def update(self, batch, noise):
        loss, q = self.value_loss(batch)
        step(self.v_optimiser, loss)
        self.step_policy(self.policy_loss(batch, q))
        step(self.q_optimiser, self.fit_to_values_loss(batch))
        self.track("q")
        self.updates += 1

    def policy_loss(self, batch, q):
        with torch.no_grad():
            weights = exponential_weight(q - minimum(self.v, batch[:, S]), problem.IQL_INVERSE_TEMPERATURE)
        return -(weights * log_density(batch[:, A], *self.gaussian(batch[:, S]))).mean()


class ACTIVE(InSampleLearner):
    losses = ("value_loss", "fit_to_values_loss", "likelihood", "policy_loss")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.beta_optimiser = optimiser(self.lists["log_beta"])

    def update(self, batch, noise):
        loss, _ = self.value_loss(batch)
        step(self.v_optimiser, loss)
        step(self.q_optimiser, self.fit_to_values_loss(batch))
        self.track("q")
        mean, log_std, likelihood = self.likelihood(batch)
        self.adapt(likelihood.detach().mean())
        self.step_policy(self.policy_loss(batch, noise["policy"], mean, log_std, likelihood))
        self.updates += 1

    def likelihood(self, batch):
        """mu(s), log sigma and log pi(a|s)."""
        mean, log_std = self.gaussian(batch[:, S])
        return mean, log_std, log_density(batch[:, A], mean, log_std)

    @torch.no_grad()
    def adapt(self, likelihood):
        """One update of log beta on beta (E[log pi] - H_D)."""
        self.log_beta.grad = torch.exp(self.log_beta) * (likelihood - problem.TARGET_LOG_LIKELIHOOD)
        self.beta_optimiser.step()
        self.log_beta.clamp_(*problem.LOG_BETA_RANGE)

    def policy_loss(self, batch, noise, mean, log_std, likelihood):
        with torch.no_grad():
            values = each(self.v, batch[:, S])
            baseline = values[0] if len(values) == 1 else torch.quantile(values, 0.5, dim=0)
            weights = torch.exp(self.log_beta) * exponential_weight(minimum(self.target_q, batch[:, SA]) - baseline, 1)
        sampled = (mean + torch.exp(log_std) * noise).clamp(-1, 1)
        value = minimum(self.target_q, torch.cat([batch[:, S], sampled], 1))
        return -value.mean() - (weights * likelihood).mean()


class TD3BC(Learner):
    losses = ("smoothed_critic_loss", "policy_loss")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.policy_optimiser = optimiser(self.lists["policy"])

    def update(self, batch, noise):
        step(self.q_optimiser, self.smoothed_critic_loss(batch, noise["target_policy"]))
        self.updates += 1
        if self.updates % problem.POLICY_DELAY == 0:
            with frozen(self.lists["q"]):
                step(self.policy_optimiser, self.policy_loss(batch))
            self.track("q", "policy")

    def smoothed_critic_loss(self, batch, noise):
        with torch.no_grad():
            smoothing = (problem.POLICY_NOISE * noise).clamp(-problem.NOISE_CLIP, problem.NOISE_CLIP)
            actions = (torch.tanh(self.target_policy[0](batch[:, NEXT_S])) + smoothing).clamp(-1, 1)
            value = minimum(self.target_q, torch.cat([batch[:, NEXT_S], actions], 1))
            target = back_up(batch, value)
        return self.critic_loss(batch, target)

    def policy_loss(self, batch):
        actions = torch.tanh(self.policy[0](batch[:, S]))
        q = self.q[0](torch.cat([batch[:, S], actions], 1))
        scale = problem.TD3BC_ALPHA / q.detach().abs().mean()
        return -scale * q.mean() + functional.mse_loss(actions, batch[:, A])


class CQL(Learner):
    """All losses are of the parameters before the step; a policy is evaluated once per state, for any number of samples."""

    losses = ("policy_loss", "draw", "conservative_loss")
    policy_parts = ("policy", "log_std_scale", "log_std_shift")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        parts = [parameter for name in self.policy_parts for parameter in self.lists[name]]
        self.policy_optimiser = optimiser(parts, problem.CQL_POLICY_RATE)
        self.alpha_optimiser = optimiser(self.lists["log_alpha"], problem.CQL_POLICY_RATE)

    def update(self, batch, noise):
        with frozen(self.lists["q"]):
            policy_loss, density, mean, log_std = self.policy_loss(batch, noise["policy"])
        drawn = self.draw(batch, noise, mean, log_std)
        step(self.policy_optimiser, policy_loss)
        self.log_alpha.grad = -(density + problem.TARGET_ENTROPY)[None]
        self.alpha_optimiser.step()
        step(self.q_optimiser, self.conservative_loss(batch, *drawn))
        self.track("q")
        self.updates += 1

    def policy_loss(self, batch, noise):
        """The loss, E[log pi] and the Gaussian at s."""
        mean, log_std = self.gaussian(batch[:, S])
        actions, density = sample(mean, log_std, noise)
        q = minimum(self.q, torch.cat([batch[:, S], actions], 1))
        loss = (torch.exp(self.log_alpha.detach()) * density - q).mean()
        return loss, density.detach().mean(), mean.detach(), log_std.detach()

    @torch.no_grad()
    def draw(self, batch, noise, mean, log_std):
        """y, the sampled actions [3N, B, A] and their log-densities [3N, B]."""
        after = self.gaussian(batch[:, NEXT_S])
        next_actions, _ = sample(*after, noise["next_policy"])
        target = back_up(batch, minimum(self.target_q, torch.cat([batch[:, NEXT_S], next_actions], 1)))
        at_next, next_density = sample(*after, noise["at_next_state"])
        at_state, density = sample(mean, log_std, noise["at_state"])
        uniform_density = torch.full_like(density, -problem.ACTIONS * math.log(2))
        actions = torch.cat([noise["uniform"], at_next, at_state])
        return target, actions, torch.cat([uniform_density, next_density, density])

    def conservative_loss(self, batch, target, actions, densities):
        """E[(Q - y)^2] + alpha_CQL D of both critics."""
        q = each(self.q, batch[:, SA])
        sampled = torch.stack([critic_of_samples(critic, batch[:, S], actions) for critic in self.q])
        difference = torch.logsumexp(sampled - densities, 1) - q
        return ((q - target) ** 2 + problem.CQL_ALPHA * difference).mean(1).sum()

    def gaussian(self, states):
        """m and log sigma."""
        mean, deviation = self.policy[0](states).chunk(2, -1)
        log_std = self.log_std_scale * deviation + self.log_std_shift
        return mean, log_std.clamp(*problem.CQL_LOG_STD_RANGE)


def sample(mean, log_std, noise):
    """a = tanh(m + sigma noise) and log pi(a|s)."""
    x = mean + torch.exp(log_std) * noise
    correction = 2 * (math.log(2) - x - functional.softplus(-2 * x))
    return torch.tanh(x), log_density(x, mean, log_std) - correction.sum(-1)


def critic_of_samples(critic, states, actions):
    """Q(s, a_k) [K, B] of actions [K, B, A]; the state's part of the first layer is computed once."""
    first, rest = critic[0], critic[1:]
    features = functional.linear(states, first.weight[:, S], first.bias)
    weight = first.weight[:, A]
    return torch.stack([rest(features + functional.linear(chosen, weight))[:, 0] for chosen in actions])


def make(name, compiled=False):
    kind = {"IQL": IQL, "TD3+BC": TD3BC, "CQL": CQL}.get(name, ACTIVE)
    return kind(name, compiled)
