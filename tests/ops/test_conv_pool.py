"""Convolution, rectifier and pooling in one: the same as one after the other."""

import itertools

import numpy as np
import pytest

from minikeras import ops, parallel
from minikeras.autograd import Variable, grad, gradients, no_grad, recording
from minikeras.ops import conv_plan, conv_pool

RNG = np.random.default_rng(11)


def example(size, kernel, channels=2, filters=3, batch=3):
    """Return random images, kernel and bias."""
    x = RNG.normal(size=(batch, *size, channels))
    k = RNG.normal(size=(*kernel, channels, filters))
    return x, k, RNG.normal(size=filters)


def run(function, *arrays):
    """Return the value of a function and the gradients of all its arrays."""
    variables = [Variable(a) for a in arrays]
    with recording():
        y = function(*variables)
        sent = np.random.default_rng(1).normal(size=y.shape).astype(y.dtype)
        return [y.data, *gradients(y, variables, sent)]


def one_by_one(x, k, b, activation="relu", pool_size=2, pool=None, **settings):
    """Return the pooled convolution, step by step."""
    y = ops.convolution(x, k, b, activation=activation, **settings)
    data_format = settings.get("data_format")
    return ops.max_pool(y, pool_size, **(pool or {}), data_format=data_format)


def assert_all_close(found, expected):
    for a, e in zip(found, expected, strict=True):
        assert a.shape == e.shape
        np.testing.assert_allclose(a, e, rtol=1e-12, atol=1e-12)


@pytest.fixture
def fused(monkeypatch):
    """Let the step-by-step path fail."""

    def refuse(*args, **kwargs):
        raise AssertionError("computed step by step")

    monkeypatch.setattr(conv_pool, "max_pool", refuse)


@pytest.mark.parametrize("activation", [None, "relu"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    "size, kernel, pool, strides, dilation",
    [
        ((9,), (3,), (2,), 1, 1),
        ((8, 8), (3, 3), (2, 2), 1, 1),
        ((9, 7), (3, 2), (2, 2), 1, 1),  # rows and columns left over
        ((9, 10), (2, 3), (3, 2), 1, 1),
        ((9, 10), (3, 3), (1, 2), 2, 1),
        ((9, 10), (2, 2), (2, 3), 1, 2),
        ((6, 6), (1, 1), (2, 2), 1, 1),
        ((5, 5), (4, 4), (2, 2), 1, 1),
        ((4, 6, 5), (2, 2, 2), (2, 2, 2), 1, 1),
    ],
)
def test_same_as_one_after_the_other(
    fused, size, kernel, pool, strides, dilation, padding, activation
):
    arrays = example(size, kernel)
    settings = {
        "activation": activation,
        "padding": padding,
        "strides": strides,
        "dilation_rate": dilation,
        "pool_size": pool,
    }
    found = run(lambda *a: ops.conv_max_pool(*a, **settings), *arrays)
    assert_all_close(found, run(lambda *a: one_by_one(*a, **settings), *arrays))


def test_channels_first(fused):
    x, k, b = example((8, 9), (3, 3))
    arrays = np.moveaxis(x, -1, 1).copy(), k, b
    settings = {"activation": "relu", "data_format": "channels_first"}
    found = run(lambda *a: ops.conv_max_pool(*a, **settings), *arrays)
    assert_all_close(found, run(lambda *a: one_by_one(*a, **settings), *arrays))


@pytest.mark.parametrize(
    "settings, pool",
    [
        ({"activation": "tanh"}, {}),
        ({"activation": "relu"}, {"strides": 1}),
        ({"activation": "relu"}, {"padding": "same"}),
        ({"activation": "relu"}, {"strides": 3, "padding": "same"}),
    ],
)
def test_other_settings_are_computed_step_by_step(settings, pool):
    arrays = example((7, 9), (3, 3))
    named = {f"pool_{name}": value for name, value in pool.items()}
    found = run(lambda *a: ops.conv_max_pool(*a, **settings, **named), *arrays)
    assert_all_close(found, run(lambda *a: one_by_one(*a, **settings, pool=pool), *arrays))


def test_groups_are_computed_step_by_step():
    x = RNG.normal(size=(2, 6, 6, 4))
    k, b = RNG.normal(size=(3, 3, 2, 6)), RNG.normal(size=6)
    found = run(lambda *a: ops.conv_max_pool(*a, activation="relu"), x, k, b)
    assert_all_close(found, run(one_by_one, x, k, b))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("block", [1, 100, 700])
@pytest.mark.parametrize("batch", [1, 5])
def test_any_blocks_and_threads_give_the_same(fused, monkeypatch, threads, block, batch):
    arrays = example((11, 9), (3, 2), batch=batch)
    expected = run(one_by_one, *arrays)
    monkeypatch.setattr(conv_plan, "BLOCK", block)
    monkeypatch.setattr(conv_plan, "ROWS_OF_KERNEL", 0)
    monkeypatch.setattr(conv_plan, "_WORTH", 1)
    parallel.set_num_threads(threads)
    try:
        found = run(lambda *a: ops.conv_max_pool(*a, activation="relu"), *arrays)
    finally:
        parallel.set_num_threads(None)
    assert_all_close(found, expected)


def test_ties_go_to_the_first_maximum(fused):
    # A kernel of one element passes the image on; all four members of a pool tie.
    x, k = np.ones((1, 2, 4, 1)), np.ones((1, 1, 1, 1))
    x[0, 1, 3] = 2
    _, g, _ = run(lambda x, k: ops.conv_max_pool(x, k, activation="relu"), x, k)
    assert_all_close([g], run(lambda x, k: one_by_one(x, k, None), x, k)[1:2])
    assert np.count_nonzero(g) == 2
    assert g[0, 0, 0] != 0
    assert g[0, 1, 3] != 0


def test_nothing_is_remembered_without_recording(fused, monkeypatch):
    arrays = example((6, 6), (3, 3))
    kept = []
    original = conv_pool._PooledResult

    def spy(out, winners, *rest):
        kept.append(winners)
        return original(out, winners, *rest)

    monkeypatch.setattr(conv_pool, "_PooledResult", spy)
    with no_grad():
        y = ops.conv_max_pool(*arrays, activation="relu")
    assert all(winners is None for winners in kept)
    np.testing.assert_allclose(y, one_by_one(*arrays), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("wrt", list(itertools.product([True, False], repeat=3))[:-1])
def test_only_the_gradients_that_are_needed(fused, wrt):
    arrays = example((6, 6), (3, 3))

    def some(function):
        inputs = [Variable(a) if w else a for a, w in zip(arrays, wrt)]
        with recording():
            y = function(*inputs)
            return gradients(y, [i for i in inputs if isinstance(i, Variable)], np.ones(y.shape))

    found = some(lambda *a: ops.conv_max_pool(*a, activation="relu"))
    assert_all_close(found, some(one_by_one))


def test_float32_in_and_out(fused):
    arrays = [a.astype("float32") for a in example((6, 6), (3, 3))]
    for found in run(lambda *a: ops.conv_max_pool(*a, activation="relu"), *arrays):
        assert found.dtype == np.float32


def test_nothing_in_nothing_out(fused):
    x, k, b = example((6, 6), (3, 3), batch=0)
    found = run(lambda *a: ops.conv_max_pool(*a, activation="relu"), x, k, b)
    assert [a.shape for a in found] == [(0, 2, 2, 3), x.shape, k.shape, b.shape]


@pytest.mark.parametrize("activation", [None, "relu"])
@pytest.mark.parametrize("wrt", [0, 1, 2])
def test_the_gradient_can_be_differentiated_again(fused, wrt, activation):
    arrays = example((7, 6), (3, 3))

    def steepness(function, a):
        """Return the squared gradient by the images, as a function of one of the arrays."""
        chosen = [a if i == wrt else v for i, v in enumerate(arrays)]

        def value(x):
            return ops.sum(function(x, *chosen[1:]) ** 2)

        return ops.sum(grad(value)(chosen[0]) ** 2)

    def together(*a):
        return ops.conv_max_pool(*a, activation=activation)

    def apart(*a):
        return one_by_one(*a, activation=activation)

    found = grad(lambda a: steepness(together, a))(arrays[wrt])
    expected = grad(lambda a: steepness(apart, a))(arrays[wrt])
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"pool_size": 5}, "does not fit into an input"),
        ({"pool_size": (2, 2, 2)}, "pool_size must be"),
        ({"pool_padding": "full"}, "Unknown padding"),
        ({"bias": np.zeros(2)}, r"bias of shape \(3,\)"),
        ({"padding": "sane"}, "'same'"),
    ],
)
def test_errors_teach(settings, message):
    x, k, _ = example((6, 6), (3, 3))
    with pytest.raises(ValueError, match=message):
        ops.conv_max_pool(x, k, **settings)
