"""Questions with yes or no for an answer: comparisons, logic, predicates, bits. No gradients."""

import numpy as np

from ..autograd import op


@op
def equal(x1, x2, /):
    """Return, element by element, whether `x1 == x2`."""
    return x1 == x2, None


@op
def not_equal(x1, x2, /):
    """Return, element by element, whether `x1 != x2`."""
    return x1 != x2, None


@op
def less(x1, x2, /):
    """Return, element by element, whether `x1 < x2`."""
    return x1 < x2, None


@op
def less_equal(x1, x2, /):
    """Return, element by element, whether `x1 <= x2`."""
    return x1 <= x2, None


@op
def greater(x1, x2, /):
    """Return, element by element, whether `x1 > x2`."""
    return x1 > x2, None


@op
def greater_equal(x1, x2, /):
    """Return, element by element, whether `x1 >= x2`."""
    return x1 >= x2, None


@op
def logical_and(x1, x2, /):
    """Return whether both are true (not 0)."""
    return np.logical_and(x1, x2), None


@op
def logical_or(x1, x2, /):
    """Return whether one of both is true (not 0)."""
    return np.logical_or(x1, x2), None


@op
def logical_xor(x1, x2, /):
    """Return whether exactly one of both is true (not 0)."""
    return np.logical_xor(x1, x2), None


@op
def logical_not(x, /):
    """Return whether `x` is false (0)."""
    return np.logical_not(x), None


@op
def isnan(x, /):
    """Return whether each element is not a number."""
    return np.isnan(x), None


@op
def isinf(x, /):
    """Return whether each element is infinite."""
    return np.isinf(x), None


@op
def isfinite(x, /):
    """Return whether each element is neither infinite nor NaN."""
    return np.isfinite(x), None


@op
def isposinf(x, /):
    """Return whether each element is plus infinity."""
    return np.isposinf(x), None


@op
def isneginf(x, /):
    """Return whether each element is minus infinity."""
    return np.isneginf(x), None


@op
def isreal(x, /):
    """Return whether each element has no imaginary part."""
    return np.isreal(x), None


@op
def signbit(x, /):
    """Return whether the sign bit of each element is set; it tells -0.0 from 0.0."""
    return np.signbit(x), None


@op
def isclose(x1, x2, /, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Return whether `abs(x1 - x2) <= atol + rtol * abs(x2)`, element by element."""
    return np.isclose(x1, x2, rtol=rtol, atol=atol, equal_nan=equal_nan), None


@op
def allclose(x1, x2, /, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Return whether all elements are close (see `isclose`)."""
    return np.asarray(np.allclose(x1, x2, rtol=rtol, atol=atol, equal_nan=equal_nan)), None


@op
def isin(x1, x2, /, assume_unique=False, invert=False):
    """Return whether each element of `x1` occurs in `x2`; `invert` asks for the opposite."""
    return np.isin(x1, x2, assume_unique=assume_unique, invert=invert), None


@op
def bitwise_and(x, y, /):
    """Return the bits that are set in both."""
    return np.bitwise_and(x, y), None


@op
def bitwise_or(x, y, /):
    """Return the bits that are set in one of both."""
    return np.bitwise_or(x, y), None


@op
def bitwise_xor(x, y, /):
    """Return the bits that are set in exactly one of both."""
    return np.bitwise_xor(x, y), None


@op
def bitwise_not(x, /):
    """Return the opposite of every bit."""
    return np.bitwise_not(x), None


bitwise_invert = bitwise_not


@op
def bitwise_left_shift(x, y, /):
    """Return `x` with its bits moved up by `y` places."""
    return np.left_shift(x, y), None


left_shift = bitwise_left_shift


@op
def bitwise_right_shift(x, y, /):
    """Return `x` with its bits moved down by `y` places."""
    return np.right_shift(x, y), None


right_shift = bitwise_right_shift
