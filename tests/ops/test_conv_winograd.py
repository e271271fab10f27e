"""Winograd's method for 3 x 3 kernels: the same as the direct one, in all shapes and blocks."""

import numpy as np
import pytest

from minikeras import ops, parallel
from minikeras.autograd import Variable, gradients, recording
from minikeras.ops import conv_plan, conv_pool, conv_winograd
from minikeras.ops.windows import windows
from tests.ops import direct_windows
from tests.ops.gradients import check

RNG = np.random.default_rng(16)
Winograd = conv_winograd.Winograd


@pytest.fixture(autouse=True)
def few_channels(monkeypatch):
    """Let the method take on small cases."""
    monkeypatch.setattr(conv_winograd, "_LEAST_GAIN", 0)


@pytest.fixture
def used(monkeypatch):
    """Count how often the method is chosen."""
    chosen = []
    original = Winograd.__init__

    def spy(self, plan, kernel):
        chosen.append(plan)
        original(self, plan, kernel)

    monkeypatch.setattr(Winograd, "__init__", spy)
    yield chosen
    assert chosen


def example(height, width, channels=3, filters=4, batch=2):
    """Return random images, kernel and bias."""
    x = RNG.normal(size=(batch, height, width, channels))
    return x, RNG.normal(size=(3, 3, channels, filters)), RNG.normal(size=filters)


SIZES = [(4, 4), (6, 8), (5, 7), (3, 3), (3, 6), (7, 4)]


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size", [*SIZES, (1, 1), (2, 1)])
def test_values_and_gradients(used, size, padding):
    if padding == "valid":
        size = tuple(n + 2 for n in size)
    x, k, b = example(*size)
    expected = direct_windows.convolve(x, k, (1, 1), padding, (1, 1)) + b
    y = ops.conv2d(x, k, b, padding=padding)
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-10)
    check(lambda *a: ops.conv2d(*a, padding=padding), x, k, b)


def value_and_gradients(function, arrays, sent):
    """Return the value of a function and the gradients of all its arrays."""
    variables = [Variable(a) for a in arrays]
    with recording():
        y = function(*variables)
        return [y.data, *gradients(y, variables, sent[:, : y.shape[1], : y.shape[2]])]


FUNCTIONS = {
    "conv": lambda *a: ops.conv2d(*a, activation="relu"),
    "same": lambda *a: ops.conv2d(*a, padding="same", activation="relu"),
    "pool": lambda *a: ops.conv_max_pool(*a, activation="relu"),
}


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("block", [1, 200, 1500])
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("size", [(9, 8), (10, 11)])
def test_any_blocks_and_threads_give_the_same(used, monkeypatch, threads, block, batch, name, size):
    arrays = example(*size, batch=batch)
    sent = RNG.normal(size=(batch, *size, 4))
    with monkeypatch.context() as patch:
        patch.setattr(Winograd, "suits", staticmethod(lambda *args: False))
        expected = value_and_gradients(FUNCTIONS[name], arrays, sent)
    monkeypatch.setattr(conv_plan, "BLOCK", block)
    monkeypatch.setattr(conv_plan, "ROWS_OF_KERNEL", 0)
    monkeypatch.setattr(conv_plan, "_WORTH", 1)
    parallel.set_num_threads(threads)
    try:
        found = value_and_gradients(FUNCTIONS[name], arrays, sent)
    finally:
        parallel.set_num_threads(None)
    for a, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("wrt", [[0], [1], [2], [0, 1], [1, 2]])
def test_only_the_gradients_that_are_needed(used, wrt):
    arrays = example(6, 5)
    if wrt == [2]:
        ops.conv2d(*arrays)
    check(lambda *a: ops.conv2d(*a), *arrays, wrt=wrt)


def test_channels_first_and_broken_up_memory(used):
    x, k, b = example(6, 5)
    moved = np.moveaxis(x, -1, 1).copy()
    y = ops.conv2d(moved, k, b, data_format="channels_first")
    np.testing.assert_allclose(y, np.moveaxis(ops.conv2d(x, k, b), -1, 1), atol=1e-10)
    check(lambda *a: ops.conv2d(*a, data_format="channels_first"), moved, k, b)
    turned = np.ascontiguousarray(x.transpose(2, 1, 0, 3)).transpose(2, 1, 0, 3)
    np.testing.assert_allclose(ops.conv2d(turned, k, b), ops.conv2d(x, k, b), atol=1e-10)


def test_transposed_convolution(used):
    x = RNG.normal(size=(2, 4, 5, 3))
    k = RNG.normal(size=(3, 3, 4, 3))
    y = ops.conv_transpose(x, k)
    expected = direct_windows.transpose(x, k, (6, 7), (1, 1), "valid", (1, 1))
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-10)
    check(ops.conv_transpose, x, k)


def test_float32_is_as_exact_as_the_direct_method(used, monkeypatch):
    arrays = [a.astype("float32") for a in example(16, 16, 32, 32)]
    sent = RNG.normal(size=(2, 16, 16, 32)).astype("float32")
    exact = value_and_gradients(
        FUNCTIONS["same"], [a.astype("float64") for a in arrays], sent.astype("float64")
    )
    found = value_and_gradients(FUNCTIONS["same"], arrays, sent)
    for a, e in zip(found, exact, strict=True):
        assert a.dtype == np.float32
        # The gradient of the rectifier may differ where a sum is nearly 0: none here.
        np.testing.assert_allclose(a, e, atol=3e-6 * np.abs(e).max())


def test_the_fused_pooling_uses_its_cells(used, monkeypatch):
    monkeypatch.setattr(conv_pool, "max_pool", None)  # fails if taken apart
    x, k, b = example(8, 9)
    y = ops.conv_max_pool(x, k, b, activation="relu")
    expected = direct_windows.pool(
        np.maximum(direct_windows.convolve(x, k, (1, 1), "valid", (1, 1)) + b, 0),
        (2, 2),
        (2, 2),
        "valid",
        np.max,
    )
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-10)


def plain(size, **changes):
    """Return the `Windows` of a 3 x 3 kernel, or another."""
    settings = {"kernel": (3, 3), "strides": (1, 1), "padding": "valid", "dilation": (1, 1)}
    settings.update(changes)
    return windows(size, *settings.values())


def test_when_it_is_used(monkeypatch):
    monkeypatch.undo()
    assert Winograd.suits(plain((32, 32)), 32, 32)
    assert Winograd.suits(plain((13, 15), padding="same"), 64, 64)
    assert not Winograd.suits(plain((32, 32)), 3, 64)  # too few channels
    assert not Winograd.suits(plain((32, 32)), 64, 8)
    assert not Winograd.suits(plain((5, 5)), 64, 64)  # 16 positions for 9
    assert not Winograd.suits(plain((32, 32), strides=(2, 1)), 64, 64)
    assert not Winograd.suits(plain((32, 32), dilation=(1, 2)), 64, 64)
    assert not Winograd.suits(plain((32, 32), kernel=(3, 5)), 64, 64)
    one = windows((32,), (3,), (1,), "valid", (1,))
    assert not Winograd.suits(one, 64, 64)


def test_the_planted_error_is_found(used, monkeypatch):
    """The check would see a wrong sign in one of the sixteen transforms."""

    def wrong(d, further, out):
        original(d, further, out)
        out[3] *= -1

    original = conv_winograd._combine
    monkeypatch.setattr(conv_winograd, "_combine", wrong)
    x, k, b = example(6, 6)
    expected = direct_windows.convolve(x, k, (1, 1), "valid", (1, 1)) + b
    assert np.abs(ops.conv2d(x, k, b) - expected).max() > 0.1
