"""Arrays to try operations on, the same in every run."""

import zlib

import numpy as np


def _rng(*key):
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


def normal(*shape, salt=0):
    """Normal numbers, none nearer to 0 than 0.05."""
    x = _rng("normal", shape, salt).normal(size=shape)
    return np.asarray(x + np.copysign(0.05, x))


def positive(*shape, salt=0):
    """Numbers from 0.3 to 2.3."""
    return np.asarray(_rng("positive", shape, salt).uniform(0.3, 2.3, shape))


def inside(*shape, salt=0):
    """Numbers from -0.9 to 0.9, none nearer to 0 than 0.05."""
    x = _rng("inside", shape, salt).uniform(-0.85, 0.85, shape)
    return np.asarray(x + np.copysign(0.05, x))


def probability(*shape, salt=0):
    """Numbers from 0.05 to 0.95."""
    return _rng("probability", shape, salt).uniform(0.05, 0.95, shape)


def distinct(*shape, salt=0):
    """Numbers that differ by at least 0.05 from each other and from halves and wholes."""
    n = int(np.prod(shape))
    x = np.arange(n) - n // 2
    x = _rng("distinct", shape, salt).permutation(x).reshape(shape)
    return x * 0.11 + 0.033


def ints(*shape, low=0, high=10, salt=0):
    """Whole numbers, int32."""
    return _rng("ints", shape, low, high, salt).integers(low, high, shape).astype("int32")


def bools(*shape, salt=0):
    """True and False."""
    return _rng("bools", shape, salt).integers(0, 2, shape).astype(bool)


def rows(*shape, salt=0):
    """Probabilities that sum to 1 along the last axis."""
    x = probability(*shape, salt=salt)
    return x / x.sum(axis=-1, keepdims=True)
