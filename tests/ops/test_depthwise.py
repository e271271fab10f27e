"""Depthwise and separable convolution: against loops, by finite differences, block by block."""

import numpy as np
import pytest

from minikeras import ops, parallel
from minikeras.autograd import Variable, gradients, recording
from minikeras.ops import conv_plan
from tests.ops import direct_windows
from tests.ops.gradients import check

RNG = np.random.default_rng(9)

# size, kernel, strides, dilation
GEOMETRIES = [
    ((6,), (3,), (1,), (1,)),
    ((7,), (2,), (3,), (1,)),
    ((5, 6), (3, 2), (1, 1), (1, 1)),
    ((5, 6), (3, 3), (2, 2), (1, 1)),
    ((7, 7), (2, 3), (1, 1), (3, 2)),
    ((4, 5), (4, 5), (1, 1), (1, 1)),
    ((1, 1), (1, 1), (1, 1), (1, 1)),
    ((3, 4, 3), (2, 3, 2), (1, 2, 1), (1, 1, 1)),
]


def example(size, kernel, channels=3, multiplier=2, batch=2):
    """Return random images, depthwise kernel and bias."""
    x = RNG.normal(size=(batch, *size, channels))
    k = RNG.normal(size=(*kernel, channels, multiplier))
    return x, k, RNG.normal(size=channels * multiplier)


def direct(x, k, strides, padding, dilation):
    """Return the depthwise convolution, each channel convolved alone."""
    parts = [
        direct_windows.convolve(x[..., c : c + 1], k[..., c : c + 1, :], strides, padding, dilation)
        for c in range(x.shape[-1])
    ]
    return np.concatenate(parts, axis=-1)


@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_depthwise_values_and_gradients(geometry, padding, multiplier):
    size, kernel, strides, dilation = geometry
    x, k, b = example(size, kernel, multiplier=multiplier)

    def op(x, k, b):
        return ops.depthwise_convolution(x, k, b, strides, padding, None, dilation)

    expected = direct(x, k, strides, padding, dilation) + b
    np.testing.assert_allclose(op(x, k, b), expected, rtol=1e-12, atol=1e-12)
    check(op, x, k, b)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_separable_values_and_gradients(padding):
    x, k, _ = example((5, 6), (3, 3))
    point, b = RNG.normal(size=(1, 1, 6, 4)), RNG.normal(size=4)

    def op(x, k, point, b):
        return ops.separable_convolution(x, k, point, b, 2, padding, activation="sigmoid")

    between = direct(x, k, (2, 2), padding, (1, 1))
    expected = 1 / (1 + np.exp(-(between @ point[0, 0] + b)))
    np.testing.assert_allclose(op(x, k, point, b), expected, rtol=1e-12, atol=1e-12)
    check(op, x, k, point, b)


def test_channels_first():
    x, k, b = example((5, 6), (3, 3))
    last = ops.depthwise_convolution(x, k, b, 2, "same", activation="relu")
    moved = np.moveaxis(x, -1, 1).copy()
    first = ops.depthwise_convolution(moved, k, b, 2, "same", "channels_first", activation="relu")
    np.testing.assert_allclose(first, np.moveaxis(last, -1, 1), rtol=1e-12, atol=1e-12)
    check(lambda *a: ops.depthwise_convolution(*a, 2, "same", "channels_first"), moved, k, b)


def test_spellings_of_keras_ops():
    x, k, _ = example((5, 6), (3, 3))
    point = RNG.normal(size=(1, 1, 6, 4))
    y = ops.depthwise_conv(inputs=x, kernel=k, strides=2, padding="same")
    np.testing.assert_array_equal(y, ops.depthwise_convolution(x, k, None, 2, "same"))
    z = ops.separable_conv(inputs=x, depthwise_kernel=k, pointwise_kernel=point, padding="same")
    np.testing.assert_array_equal(z, ops.separable_convolution(x, k, point, padding="same"))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("block", [1, 200])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_any_blocks_and_threads_give_the_same(monkeypatch, threads, block, strides, padding):
    variables = [Variable(a) for a in example((9, 8), (3, 2), batch=5)]

    def value_and_gradients():
        with recording():
            y = ops.depthwise_convolution(*variables, strides, padding, activation="relu")
            sent = np.random.default_rng(1).normal(size=y.shape)
            return [y.data, *gradients(y, variables, sent)]

    expected = value_and_gradients()
    monkeypatch.setattr(conv_plan, "BLOCK", block)
    monkeypatch.setattr(conv_plan, "_WORTH", 1)
    parallel.set_num_threads(threads)
    try:
        found = value_and_gradients()
    finally:
        parallel.set_num_threads(None)
    for a, e in zip(found, expected):
        np.testing.assert_allclose(a, e, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("wrt", [[0], [1], [2]])
def test_only_the_gradients_that_are_needed(wrt):
    x, k, b = example((5, 5), (3, 3))
    check(lambda *a: ops.depthwise_convolution(*a, padding="same"), x, k, b, wrt=wrt)


def test_float32_in_and_out():
    arrays = [Variable(a.astype("float32")) for a in example((5, 5), (3, 3))]
    with recording():
        y = ops.depthwise_convolution(*arrays, activation="relu")
        found = gradients(y, arrays)
    assert y.dtype == np.float32
    assert [g.dtype for g in found] == [np.float32] * 3


@pytest.mark.parametrize(
    "kernel, pointwise, message",
    [
        ((3, 3, 4, 1), None, "3 channels but the kernel"),
        ((3, 3, 2), None, "needs a kernel of 4 axes"),
        ((3, 3, 3, 2), (1, 1, 5, 4), r"\(1, 1, 6\)"),
        ((3, 3, 3, 2), (2, 1, 6, 4), r"\(1, 1, 6\)"),
    ],
)
def test_errors_teach(kernel, pointwise, message):
    x = np.zeros((1, 5, 5, 3))
    with pytest.raises(ValueError, match=message):
        if pointwise is None:
            ops.depthwise_conv(x, np.zeros(kernel))
        else:
            ops.separable_conv(x, np.zeros(kernel), np.zeros(pointwise))
