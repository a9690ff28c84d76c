"""The common parts of the learners in PyTorch."""

import math

import problem
import torch
from problem import CONTINUATION, REWARD, SA
from torch import nn
from torch_networks import each, follow, layers, network, optimiser


class Learner:
    """The parameters, and the functions common to all learners."""

    losses = ("critic_loss",)  # the methods that torch.compile is given

    def __init__(self, name, compiled=False):
        families, self.vectors = problem.initial_parameters(name)
        self.vectors = {name: nn.Parameter(torch.tensor(vector)) for name, vector in self.vectors.items()}
        self.families = {name: nn.ModuleList(map(network, family)) for name, family in families.items()}
        for name, value in (self.families | self.vectors).items():
            setattr(self, name, value)
        self.lists = {name: list(family.parameters()) for name, family in self.families.items()}
        for name, parameters in self.lists.items():
            for parameter in parameters:
                parameter.requires_grad_(not name.startswith("target"))
        self.lists |= {name: [vector] for name, vector in self.vectors.items()}
        self.q_optimiser = optimiser(self.lists["q"])
        self.updates = 0
        if compiled:
            for loss in self.losses:
                setattr(self, loss, torch.compile(getattr(self, loss), fullgraph=True))

    def parameters(self):
        """As `problem.initial_parameters` has them."""
        return (
            {name: [layers(network) for network in family] for name, family in self.families.items()},
            {name: vector.detach().numpy() for name, vector in self.vectors.items()},
        )

    def critic_loss(self, batch, target):
        """E[(Q - y)^2] of both critics."""
        return ((each(self.q, batch[:, SA]) - target) ** 2).mean(1).sum()

    def track(self, *names):
        for name in names:
            follow(self.lists[f"target_{name}"], self.lists[name])


def back_up(batch, values):
    """r + gamma (1 - d) V(s')."""
    return batch[:, REWARD] + problem.DISCOUNT * batch[:, CONTINUATION] * values


def log_density(x, mean, log_std):
    z = (x - mean) * torch.exp(-log_std)
    return (-0.5 * z * z - log_std - 0.5 * math.log(2 * math.pi)).sum(-1)
