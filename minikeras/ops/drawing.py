"""Random numbers of given shape and type, drawn from a generator: for initializers and `random`."""

import math

import numpy as np


def checked_shape(shape):
    """Return a shape, or the length of a vector, as a tuple of ints.

    Raises:
        ValueError: a size that is unknown, negative or no whole number.
    """
    sizes = shape if isinstance(shape, (tuple, list)) else np.atleast_1d(shape).tolist()
    if not all(isinstance(n, (int, np.integer)) and n >= 0 for n in sizes):
        raise ValueError(
            f"A shape is made of whole numbers of at least 0, such as (3, 2), not {shape!r}. If a "
            "size follows from an input, wait for it: layers make their weights in `build`."
        )
    return tuple(int(n) for n in sizes)


def _drawn_type(dtype):
    """Return the type to draw in: NumPy draws float32 and float64."""
    return np.promote_types(dtype, "float32")


def _placed(x, scale, shift, shape, dtype):
    """Return x * scale + shift, computed in place, in its final shape and type."""
    x *= x.dtype.type(scale)
    x += x.dtype.type(shift)
    return x.reshape(shape).astype(dtype, copy=False)


def normal(generator, shape, mean, stddev, dtype):
    """Return normal numbers."""
    x = generator.standard_normal(math.prod(shape), _drawn_type(dtype))
    return _placed(x, stddev, mean, shape, dtype)


def truncated_normal(generator, shape, mean, stddev, dtype):
    """Return normal numbers of which those beyond two standard deviations are drawn again.

    The standard deviation of what is left is 0.8796 times `stddev`.
    """
    x = generator.standard_normal(math.prod(shape), _drawn_type(dtype))
    beyond = np.flatnonzero(np.abs(x) > 2)
    while len(beyond):
        x[beyond] = generator.standard_normal(len(beyond), x.dtype)
        beyond = beyond[np.abs(x[beyond]) > 2]
    return _placed(x, stddev, mean, shape, dtype)


def uniform(generator, shape, low, high, dtype):
    """Return numbers spread evenly over [low, high)."""
    x = generator.random(math.prod(shape), _drawn_type(dtype))
    return _placed(x, high - low, low, shape, dtype)
