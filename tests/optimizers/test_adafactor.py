"""Adafactor against steps worked out with NumPy."""

import numpy as np
import pytest

from minikeras.autograd import Variable
from minikeras.optimizers import Adafactor


def rms(x):
    return np.sqrt(np.mean(x * x))


def steps(x, gradients, rate, decay=-0.8, least=1e-3, clip=1.0):
    r = c = v = 0.0
    for t, g in enumerate(gradients, 1):
        beta = 1 - t**decay
        square = g * g + 1e-30
        if x.ndim > 1:
            r = beta * r + (1 - beta) * square.mean(-1)
            c = beta * c + (1 - beta) * square.mean(-2)
            v = (r / r.mean(-1, keepdims=True))[..., None] * c[..., None, :]
        else:
            v = beta * v + (1 - beta) * square
        u = g / np.sqrt(v)
        u = u / max(1.0, rms(u) / clip)
        x = x - max(least, rms(x)) * min(rate, 1 / np.sqrt(t)) * u
    return x


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)], ids=str)
@pytest.mark.parametrize("clip", [1.0, 0.3])
def test_steps(shape, clip):
    rng = np.random.default_rng(0)
    start = rng.normal(size=shape)
    gradients = [rng.normal(size=shape) for _ in range(4)]
    x = Variable(start)
    optimizer = Adafactor(0.1, clip_threshold=clip)
    for g in gradients:
        optimizer.apply([g], [x])
    np.testing.assert_allclose(x.data, steps(start, gradients, 0.1, clip=clip), rtol=1e-10)


def test_the_rate_falls_with_the_root_of_the_steps():
    x = Variable(np.ones(3))
    optimizer = Adafactor(10.0)
    for t in range(1, 4):
        before, size = x.data.copy(), rms(x.data)
        optimizer.apply([-np.ones(3)], [x])
        np.testing.assert_allclose(x.data - before, size / np.sqrt(t), rtol=1e-10)


def test_a_variable_of_zeros_moves():
    x = Variable(np.zeros(3))
    Adafactor(0.1).apply([np.ones(3)], [x])
    np.testing.assert_allclose(x.data, -1e-4, rtol=1e-10)


@pytest.mark.parametrize("wrong", [{"clip_threshold": 0}, {"epsilon_1": -1}, {"epsilon_2": -1}])
def test_out_of_range(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Adafactor(**wrong)
