"""Arithmetic on two arrays: sums, products, powers, the larger of two.

Subgradients follow Keras on TensorFlow: where `maximum` or `minimum` meets a tie the whole
gradient goes to the first argument.
"""

import numpy as np

from ..autograd import op
from .types import floating, unchanged

_BOTH_UNCHANGED = (unchanged, unchanged)


@op
def add(x1, x2, /):
    """Return `x1 + x2`."""
    return x1 + x2, _BOTH_UNCHANGED


@op
def subtract(x1, x2, /):
    """Return `x1 - x2`."""
    return x1 - x2, (unchanged, lambda g: -g)


@op
def multiply(x1, x2, /):
    """Return `x1 * x2`."""
    return x1 * x2, (lambda g: g * x2, lambda g: g * x1)


@op
def divide(x1, x2, /):
    """Return `x1 / x2`; integers are divided as floats of the default type."""
    x1, x2 = floating(x1), floating(x2)
    y = x1 / x2
    return y, (lambda g: g / x2, lambda g: -g * y / x2)


true_divide = divide


@op
def divide_no_nan(x1, x2, /):
    """Return `x1 / x2`, and 0 wherever `x2` is 0."""
    x1, x2 = floating(x1), floating(x2)
    zero = x2 == 0
    inverse = np.where(zero, x2, np.reciprocal(np.where(zero, np.ones_like(x2), x2)))
    y = x1 * inverse
    return y, (lambda g: g * inverse, lambda g: -g * y * inverse)


@op
def floor_divide(x1, x2, /):
    """Return the largest whole number not above `x1 / x2`. It has no gradient."""
    return x1 // x2, None


@op
def mod(x1, x2, /):
    """Return the remainder of `x1 / x2` with the sign of `x2`."""
    return x1 % x2, (unchanged, lambda g: -g * np.floor(x1 / x2))


@op
def fmod(x1, x2, /):
    """Return the remainder of `x1 / x2` with the sign of `x1`."""
    return np.fmod(x1, x2), (unchanged, lambda g: -g * np.trunc(x1 / x2))


@op
def power(x1, x2, /):
    """Return `x1 ** x2`.

    The gradient by the exponent is 0 where the base is not positive (as in TensorFlow), and that
    by the base is 0 where the exponent is 0.
    """
    y = np.power(x1, x2)

    def by_base(g):
        return g * x2 * np.power(x1, np.where(x2 == 0, 1, x2 - 1))

    def by_exponent(g):
        positive = x1 > 0
        return g * y * np.where(positive, np.log(np.where(positive, x1, 1)), 0)

    return y, (by_base, by_exponent)


@op
def maximum(x1, x2, /):
    """Return the larger of `x1` and `x2`; where they are equal the gradient goes to `x1`."""
    return np.maximum(x1, x2), (lambda g: g * (x1 >= x2), lambda g: g * (x1 < x2))


@op
def minimum(x1, x2, /):
    """Return the smaller of `x1` and `x2`; where they are equal the gradient goes to `x1`."""
    return np.minimum(x1, x2), (lambda g: g * (x1 <= x2), lambda g: g * (x1 > x2))


@op
def fmax(x1, x2, /):
    """Return the larger of `x1` and `x2`, ignoring NaN; ties go to `x1`."""
    first = (x1 >= x2) | np.isnan(x2)
    return np.fmax(x1, x2), (lambda g: g * first, lambda g: g * ~first)


@op
def fmin(x1, x2, /):
    """Return the smaller of `x1` and `x2`, ignoring NaN; ties go to `x1`."""
    first = (x1 <= x2) | np.isnan(x2)
    return np.fmin(x1, x2), (lambda g: g * first, lambda g: g * ~first)


@op
def clip(x, x_min, x_max, /):
    """Return `x` limited to the range from `x_min` to `x_max`; None leaves a side open.

    The gradient passes inside the range, its edges included. The bounds have none.
    """
    if x_min is None and x_max is None:
        return x, (unchanged, None, None)

    def vjp(g):
        if x_min is None:
            return g * (x <= x_max)
        if x_max is None:
            return g * (x >= x_min)
        return g * ((x >= x_min) & (x <= x_max))

    return np.clip(x, x_min, x_max), (vjp, None, None)


@op
def squared_difference(x1, x2, /):
    """Return `(x1 - x2) ** 2`."""
    d = x1 - x2
    return d * d, (lambda g: 2 * g * d, lambda g: -2 * g * d)


@op
def arctan2(x1, x2, /):
    """Return the angle of the point with ordinate `x1` and abscissa `x2`, from -pi to pi."""
    x1, x2 = floating(x1), floating(x2)

    def scaled(g):
        return g / (x1 * x1 + x2 * x2)

    return np.arctan2(x1, x2), (lambda g: scaled(g) * x2, lambda g: -scaled(g) * x1)


@op
def hypot(x1, x2, /):
    """Return `sqrt(x1**2 + x2**2)`; its gradient at the origin is 0."""
    x1, x2 = floating(x1), floating(x2)
    y = np.hypot(x1, x2)
    safe = np.where(y == 0, 1, y)
    return y, (lambda g: g * x1 / safe, lambda g: g * x2 / safe)


@op
def logaddexp(x1, x2, /):
    """Return `log(exp(x1) + exp(x2))` without overflow."""
    x1, x2 = floating(x1), floating(x2)
    y = np.logaddexp(x1, x2)
    return y, (lambda g: g * np.exp(x1 - y), lambda g: g * np.exp(x2 - y))


@op
def logaddexp2(x1, x2, /):
    """Return `log2(2**x1 + 2**x2)` without overflow."""
    x1, x2 = floating(x1), floating(x2)
    y = np.logaddexp2(x1, x2)
    return y, (lambda g: g * np.exp2(x1 - y), lambda g: g * np.exp2(x2 - y))


@op
def heaviside(x1, x2, /):
    """Return 0 where `x1` is negative, 1 where it is positive and `x2` where it is 0."""
    x1, x2 = floating(x1), floating(x2)
    return np.heaviside(x1, x2), (None, lambda g: g * (x1 == 0))


@op(indices=(0,))
def where(condition, x1=None, x2=None, /):
    """Return `x1` where `condition` is true and `x2` elsewhere.

    With `condition` alone, a tuple of index arrays of its true elements, as `nonzero` gives.
    """
    if x1 is None and x2 is None:
        return tuple(i.astype("int32") for i in np.nonzero(condition)), None
    true = condition.astype(bool)
    return np.where(true, x1, x2), (None, lambda g: g * true, lambda g: g * ~true)
