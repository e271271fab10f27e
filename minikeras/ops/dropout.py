"""Random masks for dropout, drawn two bytes at a time."""

import math

import numpy as np

from .. import config
from ..autograd import composite, op
from .arithmetic import multiply
from .types import floating


def keep_mask(shape, rate, dtype, generator):
    """Return an ndarray of 0 and 1 / (1 - rate), 0 with probability `rate`.

    Sixteen random bits are compared with the rate, so that it is met to within 2**-17; the scale
    is exact. That is four to five times as fast as drawing floats.
    """
    if rate >= 1:
        return np.zeros(shape, dtype)
    mask = draw_kept(shape, rate, generator).astype(dtype)
    mask *= mask.dtype.type(1 / (1 - rate))
    return mask


def draw_kept(shape, rate, generator):
    """Return an array of bool, False with probability `rate`, which is less than 1."""
    n = math.prod(shape)
    bits = generator.bit_generator
    if isinstance(bits, np.random.MT19937):  # the one that gives 32 bits at a time
        numbers = generator.integers(0, 2**16, n, dtype=np.uint16)
    else:
        numbers = bits.random_raw(-(-n // 4)).view(np.uint16)[:n]
    # Keeping at least one number of 65536 leaves the scale finite, whatever the rate.
    below = np.uint16(min(round(rate * 2**16), 2**16 - 1))
    return (numbers >= below).reshape(shape)


def full_noise_shape(noise_shape, shape):
    """Return the shape of a mask: `noise_shape` with None replaced by the input's dimension.

    Raises:
        ValueError: the mask would not fit an input of `shape`.
    """
    if noise_shape is None:
        return tuple(shape)
    full = tuple(n if m is None else int(m) for m, n in zip(noise_shape, shape, strict=False))
    fits = all(m in (1, n) for m, n in zip(full, shape, strict=False))
    if len(noise_shape) != len(shape) or not fits:
        raise ValueError(
            f"noise_shape {tuple(noise_shape)} does not fit an input of shape {tuple(shape)}: "
            "give, for each axis, its length (or None), or 1 to share the mask along it."
        )
    return full


@op(register=False)
def _mask(x, /, rate, noise_shape, generator):
    shape = full_noise_shape(noise_shape, x.shape)
    return keep_mask(shape, rate, floating(x).dtype, generator), None


@composite
def dropout(x, rate, noise_shape=None, generator=None):
    """Set a random part of `x` to 0 and scale up the rest, so that its mean stays.

    Args:
        x: array of any shape.
        rate: probability of 0, from 0 to 1. Kept elements are divided by 1 - rate.
        noise_shape: shape of the mask, 1 for axes along which it is shared, None for an axis of
            the input's own length; by default the shape of `x`.
        generator: `numpy.random.Generator` to draw from; the 'dropout' stream by default.

    Returns:
        Array of the shape of `x`.

    Raises:
        ValueError: the rate is outside [0, 1], or the mask would not fit.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"The dropout rate is a probability, from 0 to 1, not {rate!r}.")
    if rate == 0:
        return x
    generator = config.stream("dropout") if generator is None else generator
    return multiply(x, _mask(x, rate=rate, noise_shape=noise_shape, generator=generator))
