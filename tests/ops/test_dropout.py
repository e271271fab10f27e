"""Dropout: rates, scale, shared masks, generators, gradients."""

import numpy as np
import pytest

from minikeras import config, ops
from minikeras.autograd import Variable, grad, gradients, recording


def generator(seed=0, bits=np.random.SFC64):
    return np.random.Generator(bits(seed))


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9, 1 / 3, 0.999])
@pytest.mark.parametrize("bits", [np.random.SFC64, np.random.PCG64, np.random.MT19937])
def test_rate_and_scale(rate, bits):
    n = 400_001  # not a multiple of four: the last word is cut
    y = ops.dropout(np.ones(n, "float32"), rate, generator=generator(1, bits))
    assert y.dtype == np.float32
    kept = y != 0
    np.testing.assert_array_equal(y[kept], np.float32(1 / (1 - rate)))
    deviation = np.sqrt(rate * (1 - rate) / n)
    assert abs(1 - kept.mean() - rate) < 4 * deviation


def test_neighbours_are_independent():
    kept = ops.dropout(np.ones(400_000), 0.5, generator=generator(2)) != 0
    for lag in range(1, 9):
        assert abs(np.mean(kept[:-lag] == kept[lag:]) - 0.5) < 0.004


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_gradient_is_the_mask(dtype):
    x = Variable(np.full((30, 40), 2.0, dtype))
    with recording():
        y = ops.dropout(x, 0.4, generator=generator())
        (g,) = gradients(y, [x])
    assert y.dtype == g.dtype == dtype
    np.testing.assert_array_equal(y.data, 2 * g)
    assert 0 < np.mean(g == 0) < 1


def test_noise_shape_shares_the_mask():
    x = np.ones((50, 6, 3))
    for noise_shape in [(50, 1, 3), (None, 1, None)]:
        y = ops.dropout(x, 0.5, noise_shape=noise_shape, generator=generator())
        np.testing.assert_array_equal(y, y[:, :1] * np.ones((1, 6, 1)))
        assert 0.3 < np.mean(y[:, 0] == 0) < 0.7


def test_the_ends_of_the_range():
    x = np.ones((3, 4), "float32")
    assert ops.dropout(x, 0) is x
    np.testing.assert_array_equal(ops.dropout(x, 1), np.zeros((3, 4)))
    nearly = ops.dropout(np.ones(10**6, "float32"), 1 - 1e-9, generator=generator())
    assert np.isfinite(nearly).all()
    assert ops.dropout(np.ones((0, 3)), 0.5).shape == (0, 3)


def test_the_default_stream_is_seeded():
    x = np.ones(100)
    config.set_random_seed(5)
    first, second = ops.dropout(x, 0.5), ops.dropout(x, 0.5)
    config.set_random_seed(5)
    np.testing.assert_array_equal(ops.dropout(x, 0.5), first)
    np.testing.assert_array_equal(ops.dropout(x, 0.5), second)
    assert (first != second).any()


def test_a_second_differentiation_sees_the_same_mask():
    x = np.ones(1000)

    def penalty(x):
        y = ops.dropout(x, 0.5, generator=generator())
        return ops.sum(y**3)

    second = grad(lambda x: ops.sum(grad(penalty)(x)))(x)
    mask = ops.dropout(x, 0.5, generator=generator())
    np.testing.assert_allclose(second, 6 * mask**3)


def test_refusals():
    x = np.ones((2, 3))
    for rate in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="a probability, from 0 to 1"):
            ops.dropout(x, rate)
    for noise_shape in [(2,), (2, 4), (1, 3, 1)]:
        with pytest.raises(ValueError, match="does not fit an input of shape"):
            ops.dropout(x, 0.5, noise_shape=noise_shape)
