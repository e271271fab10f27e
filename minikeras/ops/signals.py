"""Window functions, correlation, polynomials' matrices, whole-number arithmetic."""

import numpy as np

from .. import config
from ..autograd import composite, op
from .arithmetic import multiply
from .creation import convert_to_numpy, ones_like
from .indexing import take
from .joining import stack
from .products import matmul
from .shaping import flip, pad
from .types import array_like, floating


def _window(function, x, *more):
    length = int(convert_to_numpy(x))
    return function(length, *more).astype(config.floatx())


def bartlett(x):
    """Return the triangular window of `x` points."""
    return _window(np.bartlett, x)


def blackman(x):
    """Return the Blackman window of `x` points."""
    return _window(np.blackman, x)


def hamming(x):
    """Return the Hamming window of `x` points."""
    return _window(np.hamming, x)


def hanning(x):
    """Return the Hann window of `x` points."""
    return _window(np.hanning, x)


def kaiser(x, beta):
    """Return the Kaiser window of `x` points with shape `beta`."""
    return _window(np.kaiser, x, float(convert_to_numpy(beta)))


@composite
def correlate(x1, x2, mode="valid"):
    """Return the correlation of two vectors: sums of `x1[n + k] * x2[n]`, as by `numpy.correlate`.

    `mode` is 'valid', 'same' or 'full'.
    """
    x1, x2 = floating(array_like(x1)), floating(array_like(x2))
    if len(x1.shape) != 1 or len(x2.shape) != 1:
        raise ValueError(f"correlate takes two vectors, not arrays of {x1.shape} and {x2.shape}.")
    n, m = x1.shape[0], x2.shape[0]
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"correlate: mode must be 'valid', 'same' or 'full', not {mode!r}.")
    if mode != "full" and m > n:
        return flip(correlate(x2, x1, mode=mode))
    full = n + m - 1
    if mode == "valid":
        start, length = m - 1, n - m + 1
    elif mode == "same":
        start, length = (full - n) // 2, n
    else:
        start, length = 0, full
    padded = pad(x1, (m - 1, m - 1))
    places = start + np.arange(length)[:, None] + np.arange(m)
    return matmul(take(padded, places, axis=0), x2)


@composite
def vander(x, N=None, increasing=False):
    """Return the matrix of the powers of the vector `x`, `N` columns, the highest power first."""
    x = array_like(x)
    if len(x.shape) != 1:
        raise ValueError(f"vander takes a vector, not an array of shape {x.shape}.")
    n = x.shape[0] if N is None else N
    powers = [ones_like(x)]
    while len(powers) < n:
        powers.append(multiply(powers[-1], x))
    return stack(powers if increasing else powers[::-1], axis=1)[:, :n]


@op
def gcd(x1, x2, /):
    """Return the greatest common divisor of whole numbers."""
    return np.gcd(x1, x2), None


@op
def lcm(x1, x2, /):
    """Return the least common multiple of whole numbers."""
    return np.lcm(x1, x2), None


@op(indices=(1,))
def ldexp(x1, x2, /):
    """Return `x1 * 2**x2`; `x2` are whole numbers."""
    x1 = floating(x1)
    return np.ldexp(x1, x2), (lambda g: np.ldexp(g, x2), None)


@op
def nextafter(x1, x2, /):
    """Return the next representable number after `x1` in the direction of `x2`. No gradient."""
    return np.nextafter(floating(x1), floating(x2)), None


@composite
def extract_sequences(x, sequence_length, sequence_stride):
    """Return the windows of `sequence_length` of the last axis, each `sequence_stride` further."""
    n = x.shape[-1]
    windows = 1 + (n - sequence_length) // sequence_stride
    starts = np.arange(max(windows, 0)) * sequence_stride
    return take(x, starts[:, None] + np.arange(sequence_length), axis=-1)
