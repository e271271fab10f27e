"""Functions of one number applied to each element: exponentials, trigonometry, rounding.

Integers are taken as floats of the default type where the result is not whole. Subgradients:
`absolute` has gradient 0 at 0.
"""

import math

import numpy as np

from ..autograd import op
from .types import floating, unchanged

_LN2 = math.log(2.0)
_LN10 = math.log(10.0)


@op
def negative(x, /):
    """Return `-x`."""
    return -x, (lambda g: -g,)


@op
def absolute(x, /):
    """Return the absolute value; its gradient at 0 is 0."""
    return np.absolute(x), (lambda g: g * np.sign(x),)


abs = absolute


@op
def fabs(x, /):
    """Return the absolute value as a float; its gradient at 0 is 0."""
    x = floating(x)
    return np.absolute(x), (lambda g: g * np.sign(x),)


@op
def sign(x, /):
    """Return -1, 0 or 1. It has no gradient."""
    return np.sign(x), None


@op
def square(x, /):
    """Return `x * x`."""
    return x * x, (lambda g: 2 * g * x,)


@op
def sqrt(x, /):
    """Return the square root; its gradient at 0 is infinite."""
    y = np.sqrt(floating(x))
    return y, (lambda g: 0.5 * g / y,)


@op
def rsqrt(x, /):
    """Return `1 / sqrt(x)`."""
    x = floating(x)
    y = np.reciprocal(np.sqrt(x))
    return y, (lambda g: -0.5 * g * y / x,)


@op
def cbrt(x, /):
    """Return the cube root."""
    y = np.cbrt(floating(x))
    return y, (lambda g: g / (3 * y * y),)


@op
def reciprocal(x, /):
    """Return `1 / x`."""
    y = np.reciprocal(floating(x))
    return y, (lambda g: -g * y * y,)


@op
def exp(x, /):
    """Return e to the power of `x`."""
    y = np.exp(floating(x))
    return y, (lambda g: g * y,)


@op
def exp2(x, /):
    """Return 2 to the power of `x`."""
    y = np.exp2(floating(x))
    return y, (lambda g: g * y * _LN2,)


@op
def expm1(x, /):
    """Return `exp(x) - 1`, exact for small `x`."""
    y = np.expm1(floating(x))
    return y, (lambda g: g * (y + 1),)


@op
def log(x, /):
    """Return the natural logarithm."""
    x = floating(x)
    return np.log(x), (lambda g: g / x,)


@op
def log2(x, /):
    """Return the logarithm to base 2."""
    x = floating(x)
    return np.log2(x), (lambda g: g / (x * _LN2),)


@op
def log10(x, /):
    """Return the logarithm to base 10."""
    x = floating(x)
    return np.log10(x), (lambda g: g / (x * _LN10),)


@op
def log1p(x, /):
    """Return `log(1 + x)`, exact for small `x`."""
    x = floating(x)
    return np.log1p(x), (lambda g: g / (1 + x),)


@op
def sin(x, /):
    """Return the sine of an angle in radians."""
    x = floating(x)
    return np.sin(x), (lambda g: g * np.cos(x),)


@op
def cos(x, /):
    """Return the cosine of an angle in radians."""
    x = floating(x)
    return np.cos(x), (lambda g: -g * np.sin(x),)


@op
def tan(x, /):
    """Return the tangent of an angle in radians."""
    y = np.tan(floating(x))
    return y, (lambda g: g * (1 + y * y),)


@op
def arcsin(x, /):
    """Return the angle from -pi/2 to pi/2 whose sine is `x`."""
    x = floating(x)
    return np.arcsin(x), (lambda g: g / np.sqrt(1 - x * x),)


@op
def arccos(x, /):
    """Return the angle from 0 to pi whose cosine is `x`."""
    x = floating(x)
    return np.arccos(x), (lambda g: -g / np.sqrt(1 - x * x),)


@op
def arctan(x, /):
    """Return the angle from -pi/2 to pi/2 whose tangent is `x`."""
    x = floating(x)
    return np.arctan(x), (lambda g: g / (1 + x * x),)


@op
def sinh(x, /):
    """Return the hyperbolic sine."""
    x = floating(x)
    return np.sinh(x), (lambda g: g * np.cosh(x),)


@op
def cosh(x, /):
    """Return the hyperbolic cosine."""
    x = floating(x)
    return np.cosh(x), (lambda g: g * np.sinh(x),)


@op
def tanh(x, /):
    """Return the hyperbolic tangent."""
    y = np.tanh(floating(x))
    return y, (lambda g: g * (1 - y * y),)


@op
def arcsinh(x, /):
    """Return the inverse hyperbolic sine."""
    x = floating(x)
    return np.arcsinh(x), (lambda g: g / np.sqrt(x * x + 1),)


@op
def arccosh(x, /):
    """Return the inverse hyperbolic cosine, for `x` of at least 1."""
    x = floating(x)
    return np.arccosh(x), (lambda g: g / np.sqrt(x * x - 1),)


@op
def arctanh(x, /):
    """Return the inverse hyperbolic tangent, for `x` between -1 and 1."""
    x = floating(x)
    return np.arctanh(x), (lambda g: g / (1 - x * x),)


@op
def sinc(x, /):
    """Return `sin(pi x) / (pi x)`, which is 1 at 0."""
    x = floating(x)
    y = np.sinc(x).astype(x.dtype)

    def vjp(g):
        zero = x == 0
        safe = np.where(zero, 1, x)
        return g * np.where(zero, 0, (np.cos(math.pi * safe) - y) / safe)

    return y, (vjp,)


@op
def deg2rad(x, /):
    """Return degrees as radians."""
    return np.deg2rad(floating(x)), (lambda g: g * (math.pi / 180),)


@op
def rad2deg(x, /):
    """Return radians as degrees."""
    return np.rad2deg(floating(x)), (lambda g: g * (180 / math.pi),)


@op
def floor(x, /):
    """Return the largest whole number not above `x`. It has no gradient."""
    return np.floor(floating(x)), None


@op
def ceil(x, /):
    """Return the smallest whole number not below `x`. It has no gradient."""
    return np.ceil(floating(x)), None


@op
def trunc(x, /):
    """Return `x` without its fraction. It has no gradient."""
    return (np.trunc(x) if x.dtype.kind == "f" else x.copy()), None


@op
def round(x, /, decimals=0):
    """Return `x` rounded to `decimals` places, halves to the even neighbour. It has no gradient."""
    return np.round(x, decimals), None


@op
def nan_to_num(x, /, nan=0.0, posinf=None, neginf=None):
    """Return `x` with NaN replaced by `nan` and infinities by `posinf` and `neginf`.

    None stands for the largest and the smallest number of the type.
    """
    finite = np.isfinite(x)
    y = np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
    return y, (lambda g: np.where(finite, g, 0),)


@op
def cast(x, /, dtype):
    """Return `x` in another type; the gradient comes back in the type of `x`."""
    y = x.astype(dtype)
    return y, (unchanged,) if y.dtype.kind in "fc" else None


@op
def saturate_cast(x, /, dtype):
    """Return `x` in another type, values beyond its range set to the nearest it can hold."""
    target = np.dtype(dtype)
    if target.kind == "b":
        return x.astype(target), None
    limits = np.iinfo(target) if target.kind in "iu" else np.finfo(target)
    y = np.clip(x, limits.min, limits.max).astype(target)
    if target.kind in "iu":
        return y, None
    inside = (x >= limits.min) & (x <= limits.max)
    return y, (lambda g: g * inside,)


@op
def stop_gradient(variable, /):
    """Return the value without its history: no gradient flows back through it."""
    return variable, None


@op
def copy(x, /):
    """Return the same values in fresh memory."""
    return x.copy(), (unchanged,)
