"""Batch, layer and RMS normalization: against their formulas, gradients, axes, types."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import SecondDerivativeError, Variable, grad, gradients, recording
from minikeras.ops import columns
from tests.ops.gradients import check

RNG = np.random.default_rng(4)
SHAPES = [((6, 5), -1), ((3, 4, 2, 5), -1), ((3, 5, 4, 2), 1), ((5, 4), 0), ((2, 3, 4), (1, 2))]


def spread(vector, shape, axis):
    """Give a vector of features the dimensions that broadcast it against `shape`."""
    axes = [a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))]
    return vector.reshape([n if i in axes else 1 for i, n in enumerate(shape)])


def others(shape, axis):
    axes = [a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))]
    return tuple(i for i in range(len(shape)) if i not in axes)


def data(shape, axis):
    axes = axis if isinstance(axis, tuple) else (axis,)
    features = tuple(shape[a] for a in axes)
    return RNG.normal(2, 3, size=shape), RNG.normal(size=features), RNG.normal(size=features)


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_training_form(shape, axis):
    x, scale, offset = data(shape, axis)
    y, mean, variance = ops.normalize_batch(x, scale, offset, axis=axis, epsilon=0.01)
    over = others(shape, axis)
    np.testing.assert_allclose(mean, x.mean(axis=over), rtol=1e-12)
    np.testing.assert_allclose(variance, x.var(axis=over), rtol=1e-12)
    normal = (x - x.mean(axis=over, keepdims=True)) / np.sqrt(
        x.var(axis=over, keepdims=True) + 0.01
    )
    expected = normal * spread(scale, shape, axis) + spread(offset, shape, axis)
    np.testing.assert_allclose(y, expected, rtol=1e-11)


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_training_gradients_through_all_three_results(shape, axis):
    x, scale, offset = data(shape, axis)
    check(lambda x, s, o: ops.normalize_batch(x, s, o, axis=axis), x, scale, offset)
    check(lambda x, s, o: ops.normalize_batch(x, s, o, axis=axis)[0], x, scale, offset)
    check(lambda x: ops.normalize_batch(x, axis=axis)[0], x)
    check(lambda x: ops.normalize_batch(x, axis=axis)[1:], x)
    check(lambda x, o: ops.normalize_batch(x, None, o, axis=axis)[0], x, offset)
    check(lambda s: ops.normalize_batch(x, s, axis=axis)[0], scale)


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_inference_form(shape, axis):
    x, scale, offset = data(shape, axis)
    mean, variance = RNG.normal(size=scale.shape), RNG.uniform(0.5, 2, size=scale.shape)
    y = ops.batch_normalization(x, mean, variance, axis, offset, scale, 0.01)
    m, v, s, o = (spread(a, shape, axis) for a in (mean, variance, scale, offset))
    np.testing.assert_allclose(y, (x - m) / np.sqrt(v + 0.01) * s + o, rtol=1e-11)

    def function(x, m, v, o, s):
        return ops.batch_normalization(x, m, v, axis=axis, offset=o, scale=s)

    check(function, x, mean, variance, offset, scale)
    check(lambda x, m, v: ops.batch_normalization(x, m, v, axis=axis), x, mean, variance)
    check(lambda x: function(x, mean, variance, offset, scale), x)


def test_blocks_and_joined_rows(monkeypatch):
    """The pieces that large arrays are cut into give the same as one piece."""
    x, scale, offset = RNG.normal(size=(6, 7, 4, 3)), RNG.normal(size=3), RNG.normal(size=3)
    sent = RNG.normal(size=x.shape)

    def run():
        arrays = [Variable(a) for a in (x, scale, offset)]
        with recording():
            y, mean, variance = ops.normalize_batch(*arrays)
            return [y.data, mean.data, variance.data, *gradients(y, arrays, sent)]

    expected = run()
    for block, width in [(30, 256), (7, 1), (10**6, 12)]:
        monkeypatch.setattr(columns, "_BLOCK", block)
        monkeypatch.setattr(columns, "_WIDTH", width)
        for a, b in zip(run(), expected):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_a_large_mean_costs_no_accuracy():
    x = RNG.normal(size=(4096, 3)) + np.array([1e4, -1e4, 0])
    y, mean, variance = ops.normalize_batch(x.astype("float32"))
    single = x.astype("float32").astype("float64")
    np.testing.assert_allclose(mean, single.mean(0), rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(variance, single.var(0), rtol=1e-4)
    exact = (single - single.mean(0)) / np.sqrt(single.var(0) + 1e-3)
    np.testing.assert_allclose(y, exact, atol=1e-3)


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), (0, 2)])
def test_layer_and_rms_normalization(axis):
    x = RNG.normal(1, 2, size=(3, 4, 5))
    axes = axis if isinstance(axis, tuple) else (axis,)
    shape = tuple(x.shape[a] for a in axes)
    gamma, beta = RNG.normal(size=shape), RNG.normal(size=shape)
    g, b = spread(gamma, x.shape, axis), spread(beta, x.shape, axis)
    mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    square = (x**2).mean(axis=axes, keepdims=True)
    np.testing.assert_allclose(
        ops.layer_normalization(x, gamma, beta, axis=axis, epsilon=0.01),
        (x - mean) / np.sqrt(variance + 0.01) * g + b,
        rtol=1e-10,
    )
    np.testing.assert_allclose(
        ops.rms_normalization(x, gamma, axis=axis), x / np.sqrt(square + 1e-7) * g, rtol=1e-10
    )
    check(lambda x, g, b: ops.layer_normalization(x, g, b, axis=axis), x, gamma, beta)
    check(lambda x: ops.layer_normalization(x, axis=axis), x)
    check(lambda x, b: ops.layer_normalization(x, None, b, axis=axis), x, beta)
    check(lambda x, g: ops.rms_normalization(x, g, axis=axis), x, gamma)
    check(lambda x: ops.rms_normalization(x, axis=axis), x)


FUNCTIONS = {
    "training": lambda x, a, b: ops.normalize_batch(x, a, b)[0],
    "inference": lambda x, a, b: ops.batch_normalization(x, a, b**2, axis=-1),
    "layer": lambda x, a, b: ops.layer_normalization(x, a, b),
    "rms": lambda x, a, b: ops.rms_normalization(x, a) * b,
    "l2": lambda x, a, b: ops.l2_normalize(x * a) * b,
    "norm": lambda x, a, b: ops.normalize(x * a, order=3) * b,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_types_are_kept(name, dtype):
    arrays = [RNG.normal(size=s).astype(dtype) for s in [(4, 3), (3,), (3,)]]
    assert FUNCTIONS[name](*arrays).dtype == dtype
    variables = [Variable(a) for a in arrays]
    with recording():
        y = FUNCTIONS[name](*variables)
        found = gradients(y, variables)
    assert y.dtype == dtype
    assert [g.dtype for g in found] == [dtype] * 3


def test_statistics_keep_their_type():
    x = np.ones((4, 3), "float32")
    assert [a.dtype for a in ops.normalize_batch(x)] == [np.float32] * 3
    assert [a.dtype for a in ops.moments(x, axes=[0])] == [np.float32] * 2


def test_moments():
    x = RNG.normal(size=(3, 4, 5))
    mean, variance = ops.moments(x, axes=[0, 2], keepdims=True)
    np.testing.assert_allclose(mean, x.mean(axis=(0, 2), keepdims=True))
    np.testing.assert_allclose(variance, x.var(axis=(0, 2), keepdims=True))
    check(lambda x: ops.moments(x, axes=1), x)
    with pytest.raises(ValueError, match="synchronized"):
        ops.moments(x, axes=1, synchronized=True)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("axis", [-1, 0, (0, 1)])
def test_normalize(order, axis):
    x = RNG.normal(size=(3, 4))
    norm = (np.abs(x) ** order).sum(axis=axis, keepdims=True) ** (1 / order)
    np.testing.assert_allclose(ops.normalize(x, axis=axis, order=order), x / norm)
    check(lambda x: ops.normalize(x, axis=axis, order=order), x)


@pytest.mark.parametrize(
    "function", [ops.l2_normalize, ops.normalize, lambda x: ops.normalize(x, order=1)]
)
def test_zero_vectors_stay_finite(function):
    zero = np.zeros((2, 3))
    np.testing.assert_array_equal(function(zero), zero)
    assert np.isfinite(grad(lambda x: ops.sum(function(x)))(zero)).all()


def test_short_vectors_are_not_blown_up():
    np.testing.assert_allclose(ops.l2_normalize(np.array([1e-7, 0])), [0.1, 0])
    np.testing.assert_allclose(ops.normalize(np.array([1e-8, 0])), [0.1, 0])


def test_constant_features_stay_finite():
    y, _, variance = ops.normalize_batch(np.full((5, 2), 7.0, "float32"))
    np.testing.assert_array_equal(y, 0)
    np.testing.assert_array_equal(variance, 0)


def test_refusals():
    x, three = np.ones((4, 2)), np.ones(3)
    with pytest.raises(ValueError, match=r"needs a scale of shape \(2,\), not \(3,\)"):
        ops.normalize_batch(x, three)
    with pytest.raises(ValueError, match=r"needs a mean of shape \(2,\), not \(3,\)"):
        ops.batch_normalization(x, three, three, axis=-1)
    with pytest.raises(ValueError, match=r"needs a beta of shape \(2,\), not \(3,\)"):
        ops.layer_normalization(x, None, three)
    with pytest.raises(ValueError, match="whole number of at least 1, not 0"):
        ops.normalize(x, order=0)
    second = grad(lambda x: ops.sum(grad(lambda x: ops.sum(ops.normalize_batch(x)[0]))(x)))
    with pytest.raises(SecondDerivativeError, match="normalize_batch"):
        second(x)
