"""Activations made of straight pieces: relu and its kin, hard sigmoids, shrinkage.

Their slopes are constants, found on the way forward; the gradient multiplies by them. What the
slope is at a kink is Keras's choice, and each is pinned by a test:

- relu: 0 at 0; with a negative slope, that slope at 0; at a threshold, the side below;
- wherever a value is clipped to an upper or lower bound, the bound still lets the gradient pass;
- shrinkage and threshold: the bound belongs to the side that is replaced.
"""

import functools

import numpy as np

from ..autograd import composite, op
from .arithmetic import multiply
from .precision import constants
from .types import floating, raw

_FEW = 1024  # elements


@functools.cache
def _zero_and_infinity(dtype):
    return np.zeros((), dtype), np.full((), np.inf, dtype)


def rectify(x, out=None):
    """Return max(x, 0) of an ndarray, into `out` if given; NaN stays NaN.

    Where there is much to do, a clip between 0 and infinity takes a third of the time of
    `np.maximum`.
    """
    if x.dtype.kind != "f":
        return np.maximum(x, x.dtype.type(0), out=out)
    zero, infinity = _zero_and_infinity(x.dtype)
    return np.maximum(x, zero, out=out) if x.size < _FEW else x.clip(zero, infinity, out)


@op
def relu(x, /, negative_slope=0.0, max_value=None, threshold=0.0):
    """Rectified linear unit.

    Args:
        x: array of any shape.
        negative_slope: slope below the threshold.
        max_value: the largest value returned; None for no limit.
        threshold: where the function sets in.

    Returns:
        `x` where it is above `threshold`, else `negative_slope * (x - threshold)`; at most
        `max_value`.
    """
    x = raw(x)
    if not negative_slope and not threshold and max_value is None:
        y = rectify(x)
        return y, (lambda g: g * (y > 0).astype(g.dtype),)
    x = floating(x)
    zero, one, slope, start = constants(x, 0, 1, negative_slope, threshold)
    above = ~(x <= start)  # NaN too, which stays NaN
    y = np.where(above, x, slope * (x - start) if slope else zero)  # 0 times minus infinity is NaN
    slopes = np.where(above, one, slope)
    if max_value is not None:
        (limit,) = constants(x, max_value)
        slopes = np.where(y <= limit, slopes, zero)
        y = np.minimum(y, limit)
    return y, (lambda g: g * slopes,)


@composite
def leaky_relu(x, negative_slope=0.2):
    """Return `x` where positive, else `negative_slope * x`."""
    return relu(x, negative_slope=negative_slope)


@composite
def relu6(x):
    """Return `x` clipped to [0, 6]."""
    return relu(x, max_value=6.0)


@op(register=False)
def _clipped_line(x, /, slope=1.0, shift=0.0, low=0.0, high=1.0):
    x = floating(raw(x))
    zero, slope, shift, low, high = constants(x, 0, slope, shift, low, high)
    line = slope * x + shift
    slopes = np.where((line >= low) & (line <= high), slope, zero)
    return line.clip(low, high), (lambda g: g * slopes,)


@composite
def hard_sigmoid(x):
    """Return 0.2 x + 0.5 clipped to [0, 1]: the form of Keras 1 and 2."""
    return _clipped_line(x, slope=0.2, shift=0.5)


@composite
def hard_sigmoid_keras3(x):
    """Return x / 6 + 0.5 clipped to [0, 1]: the form of Keras 3, relu6(x + 3) / 6."""
    return _clipped_line(x, slope=1 / 6, shift=0.5)


@composite
def hard_silu(x):
    """Return x * relu6(x + 3) / 6 (Howard et al. 2019, MobileNetV3), also called hard_swish."""
    return multiply(x, hard_sigmoid_keras3(x))


@composite
def hard_tanh(x):
    """Return `x` clipped to [-1, 1]."""
    return _clipped_line(x, low=-1.0)


@op
def hard_shrink(x, /, threshold=0.5):
    """Return `x` where |x| > threshold, else 0."""
    x = floating(raw(x))
    kept = np.abs(x) > x.dtype.type(threshold)
    return x * kept, (lambda g: g * kept,)


@op
def soft_shrink(x, /, threshold=0.5):
    """Return `x` moved towards 0 by `threshold`, and 0 where |x| <= threshold."""
    x = floating(raw(x))
    (limit,) = constants(x, threshold)
    kept = np.abs(x) > limit
    return (x - np.copysign(limit, x)) * kept, (lambda g: g * kept,)


@op
def threshold(x, /, threshold, default_value):
    """Return `x` where x > threshold, else `default_value`."""
    x = floating(raw(x))
    start, other = constants(x, threshold, default_value)
    kept = x > start
    return np.where(kept, x, other), (lambda g: g * kept,)
