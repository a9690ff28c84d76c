"""Many updates in one compiled call: batches and noise are drawn inside it, and only the state is returned."""

import functools
import math

import jax
import jax.numpy as jnp
import problem


class Loop:
    """`run(steps)` makes that number of further updates."""

    def __init__(self, learner):
        self.learner = learner
        self.state = learner.initial()
        self.rows = jnp.array(problem.transitions())
        self.key = jax.random.key(0)
        self.compiled = {}

    def run(self, steps):
        iterations = steps // problem.period(self.learner.name)
        if iterations not in self.compiled:
            loop = functools.partial(repeat, self.learner, iterations)
            self.compiled[iterations] = jax.jit(loop, donate_argnums=0).lower(self.state, self.rows, self.key).compile()
        self.state, self.key = self.compiled[iterations](self.state, self.rows, self.key)
        jax.block_until_ready(self.state)


def repeat(learner, iterations, state, rows, key):
    """Iterations of as many updates as the learner's period."""

    def iterate(state, key):
        for turn, key in enumerate(jax.random.split(key, problem.period(learner.name))):
            key, noise_key = jax.random.split(key)
            chosen = jax.random.randint(key, (problem.BATCH,), 0, problem.TRANSITIONS)
            state = learner.update(state, rows[chosen], draw(learner.name, noise_key), turn)
        return state, None

    key, keys = jax.random.split(key)
    return jax.lax.scan(iterate, state, jax.random.split(keys, iterations))[0], key


def draw(name, key):
    """The noise of one update, all of it in one draw."""
    shapes = dict(problem.noise_shapes(name))
    uniform = shapes.pop("uniform", None)
    noise = {}
    if uniform:
        key, uniform_key = jax.random.split(key)
        noise["uniform"] = jax.random.uniform(uniform_key, uniform, minval=-1, maxval=1)
    if shapes:
        sizes = [math.prod(shape) for shape in shapes.values()]
        parts = jnp.split(jax.random.normal(key, (sum(sizes),)), [sum(sizes[:i]) for i in range(1, len(sizes))])
        noise |= {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts)}
    return noise
