"""Networks, families of them, Adam and moving averages in PyTorch."""

import contextlib

import numpy as np
import problem
import torch
from torch import nn


def network(layers):
    """Dense and ReLU, the last layer without, of [(weight [in, out], bias [out]), ...]."""
    modules = []
    for weight, bias in layers:
        dense = nn.Linear(*weight.shape)
        dense.weight.data = torch.tensor(np.ascontiguousarray(weight.T))
        dense.bias.data = torch.tensor(bias)
        modules += [dense, nn.ReLU(inplace=True)]
    return nn.Sequential(*modules[:-1])


def layers(network):
    """The inverse of `network`."""
    dense = [module for module in network if isinstance(module, nn.Linear)]
    return [(module.weight.detach().numpy().T, module.bias.detach().numpy()) for module in dense]


def optimiser(parameters, rate=problem.RATE):
    return torch.optim.Adam(
        parameters, rate, (problem.BETA1, problem.BETA2), problem.EPSILON, fused=True
    )


def step(optimiser, loss):
    """One update on a loss."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()


@torch.no_grad()
def follow(target, online):
    """The targets' moving average; both are lists of parameters."""
    torch._foreach_lerp_(target, online, problem.TARGET_RATE)


@contextlib.contextmanager
def frozen(parameters):
    """No gradients with respect to these: a policy's loss needs none of the critics' own."""
    for parameter in parameters:
        parameter.requires_grad_(False)
    yield
    for parameter in parameters:
        parameter.requires_grad_(True)


def each(family, x):
    """[count, B] outputs of networks with one output each."""
    return torch.stack([network(x)[:, 0] for network in family])


def minimum(family, x):
    return each(family, x).amin(0)
