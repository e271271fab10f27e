"""The exponential linear units: elu, selu, celu."""

import numpy as np

from ..autograd import Tensor, composite, op
from .precision import constants
from .types import floating, raw

# The fixed point of self-normalizing networks (Klambauer et al. 2017, equation 14).
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


@op(register=False)
def _exponential_linear(x, /, alpha=1.0, scale=1.0, rate=1.0):
    """scale * x for x > 0, scale * alpha * (exp(rate * x) - 1) below.

    The slope at 0 is that of the lower side, scale * alpha * rate, as in Keras.
    """
    x = floating(x)
    zero, height, scale_, rate_ = constants(x, 0, scale * alpha, scale, rate)
    if isinstance(x, Tensor):
        y = _exponential_linear(x, alpha=alpha, scale=scale, rate=rate)
    else:
        below = np.expm1(np.minimum(x, zero) * rate_)
        y = scale_ * np.maximum(x, zero) + height * below
    above = (raw(x) > zero) * scale_
    below = (raw(x) <= zero) * rate_
    return y, (lambda g: g * (above + (y + height) * below),)


@composite
def elu(x, alpha=1.0):
    """Return `x` where positive, else `alpha * (exp(x) - 1)` (Clevert et al. 2016)."""
    return _exponential_linear(x, alpha=alpha)


@composite
def selu(x):
    """Return 1.0507 * elu(x, 1.67326), the self-normalizing unit (Klambauer et al. 2017)."""
    return _exponential_linear(x, alpha=SELU_ALPHA, scale=SELU_SCALE)


@composite
def celu(x, alpha=1.0):
    """Return `x` where positive, else `alpha * (exp(x / alpha) - 1)` (Barron 2017).

    Raises:
        ValueError: `alpha` is 0.
    """
    if alpha == 0:
        raise ValueError("celu divides by alpha, so alpha must not be 0.")
    return _exponential_linear(x, alpha=alpha, rate=1 / alpha)
