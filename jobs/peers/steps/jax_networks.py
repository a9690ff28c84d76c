"""Networks, families of them, Adam and moving averages in JAX.

Tried with JAX 0.10.2 on a CPU and found no faster: weights as [out, in]; transposes made explicit for the products that
have one; outputs of one column as sums in place of products; XLA's flags for oneDNN, XNNPACK, YNNPACK, wider vectors,
fast math, multi-output fusion, its older runtime. JAX 0.4.38 takes a quarter longer and more; Adam alone, ten times as long.
"""

import jax
import jax.numpy as jnp
import problem


# The type of rounded_product's result before it becomes float32. JAX 0.10.2 cannot compile all such products in float32 on
# a CPU; worker.py tries both.
rounded_result = jnp.float32


@jax.custom_vjp
def rounded_product(x, weight):
    """x @ weight with both rounded to bfloat16, and so are the factors of its gradient's two products."""
    factors = x.astype(jnp.bfloat16), weight.astype(jnp.bfloat16)
    return jnp.matmul(*factors, preferred_element_type=rounded_result).astype(jnp.float32)


def rounded_forward(x, weight):
    return rounded_product(x, weight), (x, weight)


def rounded_backward(factors, gradient):
    x, weight = factors
    return rounded_product(gradient, weight.T), rounded_product(x.T, gradient)


rounded_product.defvjp(rounded_forward, rounded_backward)

# The product of hidden layers; worker.py sets it to rounded_product for bfloat16.
product = jnp.matmul


def mlp(network, x):
    """Dense and ReLU, the last layer without."""
    for weight, bias in network[:-1]:
        x = jax.nn.relu(product(x, weight) + bias)
    weight, bias = network[-1]
    return x @ weight + bias


class Vmapped:
    """A family of networks as one with a leading axis."""

    @staticmethod
    def pack(networks):
        return jax.tree.map(lambda *leaves: jnp.stack(leaves), *networks)

    @staticmethod
    def unpack(family):
        count = jax.tree.leaves(family)[0].shape[0]
        return [jax.tree.map(lambda leaf: leaf[i], family) for i in range(count)]

    @staticmethod
    def each(function, family):
        """function(network) of every network, one after the other along the first axis."""
        return jax.vmap(function)(family)

    @staticmethod
    def first(family):
        return jax.tree.map(lambda leaf: leaf[0], family)


class Unrolled:
    """A family of networks as a list."""

    @staticmethod
    def pack(networks):
        return list(networks)

    @staticmethod
    def unpack(family):
        return list(family)

    @staticmethod
    def each(function, family):
        return jnp.stack([function(network) for network in family])

    @staticmethod
    def first(family):
        return family[0]


def adam(trained, gradients, moments, rate, t):
    """The t-th update (t = 1, 2, ...) of a tree; `moments` are two such trees."""
    correction1 = 1 - problem.BETA1**t
    correction2 = jnp.sqrt(1 - problem.BETA2**t)
    first = jax.tree.map(lambda m, g: problem.BETA1 * m + (1 - problem.BETA1) * g, moments[0], gradients)
    second = jax.tree.map(lambda v, g: problem.BETA2 * v + (1 - problem.BETA2) * g * g, moments[1], gradients)
    trained = jax.tree.map(
        lambda x, m, v: x - rate / correction1 * m / (jnp.sqrt(v) / correction2 + problem.EPSILON),
        trained, first, second,
    )  # fmt: skip
    return trained, (first, second)


def follow(target, online):
    """The targets' moving average."""
    return jax.tree.map(lambda y, x: (1 - problem.TARGET_RATE) * y + problem.TARGET_RATE * x, target, online)


def cosine(t):
    """The actor's rate after t updates."""
    return problem.RATE * 0.5 * (1 + jnp.cos(jnp.pi * jnp.minimum(t, problem.HORIZON) / problem.HORIZON))
