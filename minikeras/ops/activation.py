"""Smooth activations: sigmoid, silu, gelu, softplus and their kin.

Those made of straight pieces are in `piecewise`, the exponential units in `exponential_linear`,
softmax in `softmax`, `tanh` and `exp` in `elementwise`.
"""

import math

import numpy as np

from ..autograd import Tensor, composite, op
from .arithmetic import add, clip, multiply, subtract
from .elementwise import exp, negative, sqrt, square, tanh
from .logits import remember
from .normal_distribution import normal_cdf_array
from .precision import constants
from .types import floating, normalize_axis, raw


def sigmoid_array(x, out=None):
    """Return 0.5 * tanh(0.5 x) + 0.5 of an ndarray, into `out` if given: it never overflows."""
    (half,) = constants(x, 0.5)
    y = np.multiply(x, half, out=out)
    if type(y) is not np.ndarray:  # no dimensions: NumPy gave a scalar
        return half * np.tanh(y) + half
    np.tanh(y, out=y)
    y *= half
    y += half
    return y


@op(register=False)
def _sigmoid(x, /):
    x = floating(x)
    (one,) = constants(x, 1)
    y = _sigmoid(x) if isinstance(x, Tensor) else sigmoid_array(x)
    return y, (lambda g: g * (y * (one - y)),)


@composite
def sigmoid(x):
    """Return 1 / (1 + exp(-x)). The output remembers its input (see `ops.logits`)."""
    return remember(_sigmoid(x), x, "sigmoid")


@op
def silu(x, /):
    """Return x * sigmoid(x), also called swish (Ramachandran et al. 2017)."""
    x = floating(x)
    (one,) = constants(x, 1)
    s = _sigmoid(x)
    y = x * s
    return y, (lambda g: g * (s + y * (one - s)),)


swish = silu


@op
def softplus(x, /):
    """Return log(1 + exp(x))."""
    x = floating(x)
    if isinstance(x, Tensor):
        y = softplus(x)
    else:
        y = np.log1p(np.exp(-np.abs(x))) + np.maximum(x, x.dtype.type(0))
    return y, (lambda g: g * _sigmoid(x),)


@composite
def log_sigmoid(x):
    """Return log(sigmoid(x)), exact where the sigmoid would be rounded to 0."""
    return negative(softplus(negative(x)))


@op
def softsign(x, /):
    """Return x / (1 + |x|)."""
    x = floating(x)
    (one,) = constants(x, 1)
    shrink = one / (one + x * np.sign(raw(x)))
    return x * shrink, (lambda g: g * (shrink * shrink),)


@op(register=False)
def _normal_cdf(x, /):
    """The distribution function of the standard normal; its gradient is the density."""
    x = floating(x)
    scale, half = constants(x, 1 / math.sqrt(2 * math.pi), -0.5)
    y = _normal_cdf(x) if isinstance(x, Tensor) else normal_cdf_array(x)
    return y, (lambda g: g * (scale * exp(half * x * x)),)


@op(register=False)
def _gelu_by_tanh(x, /):
    x = floating(x)
    one, slope, cubic, triple = constants(x, 1, 2 * math.sqrt(2 / math.pi), 0.044715, 3 * 0.044715)
    square = x * x
    # 0.5 (1 + tanh(u)) is sigmoid(2u).
    s = _sigmoid(slope * x * (one + cubic * square))
    y = x * s
    return y, (lambda g: g * (s + y * (one - s) * slope * (one + triple * square)),)


@composite
def gelu(x, approximate=True):
    """Return x times the normal distribution function of x (Hendrycks and Gimpel 2016).

    Args:
        x: array of any shape.
        approximate: True for the form with tanh, accurate to about 5e-4.
    """
    return _gelu_by_tanh(x) if approximate else multiply(x, _normal_cdf(x))


@composite
def mish(x):
    """Return x * tanh(softplus(x)) (Misra 2019)."""
    return multiply(x, tanh(softplus(x)))


@composite
def tanh_shrink(x):
    """Return x - tanh(x)."""
    return subtract(x, tanh(x))


@composite
def squareplus(x, b=4):
    """Return (x + sqrt(x**2 + b)) / 2, a smooth relu without exponentials (Barron 2021)."""
    return multiply(0.5, add(x, sqrt(add(square(x), b))))


@op
def sparse_plus(x, /):
    """Return 0 for x <= -1, (x + 1)**2 / 4 up to 1, and x beyond: a softplus with exact zeros."""
    x = floating(x)
    zero, half, one = constants(x, 0, 0.5, 1)
    ramp = clip(half * (x + one), zero, one)
    return np.where(x < one, ramp * ramp, x), (lambda g: g * ramp,)


@op
def sparse_sigmoid(x, /):
    """Return (x + 1) / 2 clipped to [0, 1]; at -1 and 1 the slope is 0."""
    x = raw(floating(x))
    zero, half, one = constants(x, 0, 0.5, 1)
    inside = (x > -one) & (x < one)
    return (half * (x + one)).clip(zero, one), (lambda g: g * (half * inside),)


@composite
def glu(x, axis=-1):
    """Return a * sigmoid(b), `a` and `b` being the halves of `x` along `axis` (Dauphin 2017).

    Raises:
        ValueError: the axis has an odd length.
    """
    x = x if isinstance(x, Tensor) else np.asarray(x)
    axis = normalize_axis(axis, x.ndim)
    n = x.shape[axis]
    if n % 2:
        raise ValueError(f"glu halves axis {axis}, so its length must be even, not {n}.")
    before = (slice(None),) * axis
    first, second = x[(*before, slice(None, n // 2))], x[(*before, slice(n // 2, None))]
    return multiply(first, sigmoid(second))
