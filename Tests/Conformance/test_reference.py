"""Compares the reference's building blocks with golden values that were computed independently.

    python test_reference.py [--fixtures]     --fixtures: also that the committed outputs are what the reference gives
"""

import pathlib
import sys

import h5py
import jax
import jax.numpy as jnp
import numpy as np

import reference as r
import traces

Q, V = jnp.array([1, -0.5, 2, 0.3]), jnp.full(4, 0.5)
TARGETS = jnp.array([0.0, 1, 2, 3, 10])


def equal(found, expected, tolerance=1e-9):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def test_expectile_loss():
    for tau, value, gradient in (
        (0.7, 0.5155, [-0.175, 0.15, -0.525, 0.03]),
        (0.9, 0.5885, [-0.225, 0.05, -0.675, 0.01]),
    ):
        found = jax.value_and_grad(lambda v: jnp.mean(r.expectile_loss(Q - v, tau)))(V)
        equal(found[0], value)
        equal(found[1], gradient)


def test_sparse_loss():
    for alpha, value, gradient in (
        (1, 1.92125, [-0.0625, 0.125, -0.1875, 0.025]),
        (0.1, 26.125, [-6.25, 2.5, -18.75, 2.5]),
    ):
        found = jax.value_and_grad(lambda v: jnp.mean(r.sparse_loss(Q - v, v, alpha)))(V)
        equal(found[0], value)
        equal(found[1], gradient)


def test_stationary_points():
    for tau, v in ((0.5, 3.2), (0.7, 4.631578947), (0.9, 7.384615385), (0.99, 9.669902913)):
        equal(jax.grad(lambda v: jnp.mean(r.expectile_loss(TARGETS - v, tau)))(v), 0, 1e-8)
    for alpha, v in ((100.0, 3.2), (1, 3.666666667), (0.5, 6.0), (0.1, 9.2)):
        equal(jax.grad(lambda v: jnp.mean(r.sparse_loss(TARGETS - v, v, alpha)))(v), 0, 1e-7)


def test_weights():
    equal(r.exponential_weight(Q - V, 3, 100), [4.4816890703, 0.0497870684, 90.0171313005, 0.5488116361])
    equal(r.exponential_weight(Q - V, 1, 100), [1.6487212707, 0.3678794412, 4.4816890703, 0.8187307531])
    equal(r.exponential_weight(Q - V, 3, 10), [4.4816890703, 0.0497870684, 10, 0.5488116361])
    equal(r.positive_weight(Q - V, 100), [0.5, 0, 1.5, 0])
    equal(r.positive_weight(Q - V, 1), [0.5, 0, 1, 0])


def test_quantile():
    members = jnp.array([0.2, 0.9, -0.1, 0.4, 0.6])
    for c, expected in ((0, -0.1), (0.1, 0.02), (0.25, 0.2), (0.5, 0.4), (0.75, 0.6), (0.9, 0.78), (1, 0.9)):
        equal(r.quantile(members, c), expected)


def test_gaussian_policy():
    a, z, rho = jnp.array([0.3, -0.7]), jnp.array([0.5, -1]), jnp.array([-1, -0.5])
    equal(r.gaussian_log_density(a, jnp.tanh(z), rho), -0.4401329149)
    by_mean, by_rho = jax.grad(lambda mean, rho: r.gaussian_log_density(a, mean, rho), (0, 1))(jnp.tanh(z), rho)
    equal(by_mean, [-1.1978927696, 0.1674302749])
    equal(by_rho, [-0.8058010295, -0.9896872735])


def linear(weight, bias):
    return {"out": {"weight": jnp.array(weight, float), "bias": jnp.array(bias, float)}}


def test_gaussian_policy_clips_its_deviation():
    policy = linear([[0.0]] * 3, [0.0] * 3) | {"log_std": jnp.array([-7, 0.5, 4])}
    mean, log_std = r.gaussian(policy, jnp.zeros((1, 1)))
    equal(mean, [[0, 0, 0]])
    equal(log_std, [-5, 0.5, 2])


def test_tanh_policy():
    x, m, log_std = jnp.array([0.4, -1.2]), jnp.array([0.1, -0.5]), jnp.array([-0.3, 0.2])
    equal(r.tanh_log_density(x, m, log_std), -0.6408159097)
    # The same through a network whose outputs are m and l = log sigma / k - b / k.
    k, b = 0.8, -0.9
    policy = linear([[0.0]] * 4, [0.1, -0.5, (-0.3 - b) / k, (0.2 - b) / k])
    policy |= {"log_std_scale": jnp.array([k]), "log_std_shift": jnp.array([b])}
    a, log_density = r.tanh_sample(policy, jnp.zeros((1, 1)), (x - m) / jnp.exp(log_std))
    equal(a, [[0.3799489624, -0.8336546070]])
    equal(log_density, [-0.6408159097])


def test_cql_log_sum_exp():
    uniform = jnp.array([1.0, 2]) - 2 * jnp.log(0.5)
    following = jnp.array([0.5, -0.5]) - jnp.array([-1, 0.2])
    current = jnp.array([1.5, 0]) - jnp.array([0.3, -2])
    lse = r.log_sum_exp(jnp.concatenate([uniform, following, current]), 1.0)
    equal(lse, 4.0274352170)
    equal(r.log_sum_exp(jnp.array([1.0, 1.0]), 2.0), 1 + 2 * np.log(2))


def test_td3bc_lambda():
    equal(r.td3bc_lambda(jnp.array([10.0, -2, 4]), 2.5), 0.46875)


def test_cosine():
    for t, rate in ((0, 3e-4), (250_000, 2.5606601718e-4), (500_000, 1.5e-4), (999_999, 7.4e-16), (2_000_000, 0)):
        np.testing.assert_allclose(r.cosine(3e-4, t, 1_000_000), rate, rtol=1e-3 if t == 999_999 else 1e-9, atol=1e-18)


def test_adam():
    x = m = v = 0.0
    for t, (g, expected) in enumerate(((1, -2.999999970e-4), (-2, -1.901689396e-4), (0.5, -1.491617410e-4)), 1):
        x, m, v = r.adam(x, g, m, v, 3e-4, t)
        np.testing.assert_allclose(x, expected, rtol=1e-9)


def test_layer_norm():
    expected = [-0.2773500554, 0.2773500554, 1.3867502772, -1.3867502772]
    equal(r.layer_norm(jnp.array([1.0, 2, 4, -1])), expected)


def test_mlp():
    """By hand: 2 inputs, LayerNorm, ReLU, dropout 1/2 that keeps the second of two units, 1 output."""
    layer = {"weight": jnp.array([[1.0, 0], [0, 2]]), "bias": jnp.array([0.0, 1])}
    network = {"fc0": layer} | linear([[5.0, 7]], [0.25])
    equal(r.mlp(network, jnp.array([[3.0, 1]])), [[5 * 3 + 7 * 3 + 0.25]])
    equal(r.mlp(network, jnp.array([[-3.0, 1]])), [[7 * 3 + 0.25]])
    equal(r.mlp(network, jnp.array([[3.0, 1]]), {"fc0": jnp.array([[0, 1]])}, 0.5), [[7 * 6 + 0.25]])
    network["fc0"] = layer | {"norm": {"scale": jnp.array([2.0, 3]), "bias": jnp.array([0.5, 1])}}
    equal(r.mlp(network, jnp.array([[1.0, 1]])), [[5 * 0 + 7 * 4 + 0.25]], 1e-5)


def test_scalars_may_be_written_either_way():
    assert r.scalars_to_vectors({"log_beta": np.float64(2)})["log_beta"].shape == (1,)


def test_every_trace_has_its_fixture():
    """The committed files are those of the registries of learners and of switches."""
    folder = pathlib.Path(__file__).parent / "fixtures"
    assert {path.stem for path in folder.glob("*.h5") if "." not in path.stem} == set(traces.FIXTURES)
    assert {path.name.split(".")[0] for path in folder.glob("*.reference.h5")} == set(traces.FIXTURES)


def check_fixtures():
    """The committed outputs, to 1e-9: they were made by this reference."""
    for path in sorted((pathlib.Path(__file__).parent / "fixtures").glob("*.reference.h5")):
        trace = r.Trace.read(path.with_name(path.name.replace(".reference", "")))
        state, losses, metrics, _ = trace.run()
        found = {"losses": losses, "metrics": metrics, "final": state.params, "adam": r.join_moments(state.m, state.v)}
        with h5py.File(path) as file:
            expected = r.flatten({name: r.read_tree(file[name]) for name in found})
        found = r.flatten(found)
        assert set(found) == set(expected), path
        for name in expected:
            difference = np.linalg.norm(found[name] - expected[name])
            assert difference <= 1e-9 * np.linalg.norm(expected[name]) + 1e-12, (path, name, difference)
        print(f"{path.name}: as committed", flush=True)


if __name__ == "__main__":
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for name, test in tests:
        test()
    if "--fixtures" in sys.argv:
        check_fixtures()
    print(f"reference: {len(tests)} self-tests passed")
