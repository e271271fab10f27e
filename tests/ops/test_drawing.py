"""Drawn numbers: moments, bounds, types, and the same bits for the same generator."""

import numpy as np
import pytest

from minikeras.ops import drawing

SHAPE = (400, 50)


def draw(name, first, second, dtype="float32", shape=SHAPE):
    generator = np.random.Generator(np.random.SFC64(5))
    return getattr(drawing, name)(generator, shape, first, second, np.dtype(dtype))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    ("name", "mean", "deviation"),
    [("normal", 2.0, 0.5), ("truncated_normal", 2.0, 0.5 * 0.87962566), ("uniform", 1.25, 0.4330)],
)
def test_moments_and_types(name, mean, deviation, dtype):
    x = draw(name, 2.0, 0.5, dtype)
    assert x.shape == SHAPE
    assert x.dtype == dtype
    assert x.mean(dtype="float64") == pytest.approx(mean, abs=0.02)
    assert x.std(dtype="float64") == pytest.approx(deviation, rel=0.03)
    np.testing.assert_array_equal(x, draw(name, 2.0, 0.5, dtype))


def test_bounds():
    assert np.abs(draw("truncated_normal", 0.0, 1.0)).max() <= 2
    x = draw("uniform", -1.0, 3.0)
    assert -1 <= x.min() < -0.99 and 2.99 < x.max() <= 3


@pytest.mark.parametrize("shape", [(), (0, 3)])
def test_a_number_and_nothing(shape):
    for name in ("normal", "truncated_normal", "uniform"):
        assert draw(name, 0.0, 1.0, shape=shape).shape == shape


def test_shapes():
    assert drawing.checked_shape(3) == (3,)
    assert drawing.checked_shape([2, np.int64(4)]) == (2, 4)
    assert drawing.checked_shape(np.array([2, 4])) == (2, 4)
    for wrong in (None, -1, (2, None), (2.5,), "ab"):
        with pytest.raises(ValueError, match="whole numbers of at least 0"):
            drawing.checked_shape(wrong)
