"""Operations on two arrays under the argument names of Keras 2: `K.dot(x=a, y=b)`."""

from .. import ops


def dot(x, y):
    """Return the product over the last axis of `x` and the last but one of `y`."""
    return ops.dot(x, y)


def pow(x, a):
    """Return `x` to the power of `a`, element by element."""
    return ops.power(x, a)


def maximum(x, y):
    """Return the larger of each pair of elements."""
    return ops.maximum(x, y)


def minimum(x, y):
    """Return the smaller of each pair of elements."""
    return ops.minimum(x, y)


def equal(x, y):
    """Return where `x` equals `y`, element by element."""
    return ops.equal(x, y)


def not_equal(x, y):
    """Return where `x` differs from `y`, element by element."""
    return ops.not_equal(x, y)


def greater(x, y):
    """Return where `x` is greater than `y`, element by element."""
    return ops.greater(x, y)


def greater_equal(x, y):
    """Return where `x` is at least `y`, element by element."""
    return ops.greater_equal(x, y)


def less(x, y):
    """Return where `x` is less than `y`, element by element."""
    return ops.less(x, y)


def less_equal(x, y):
    """Return where `x` is at most `y`, element by element."""
    return ops.less_equal(x, y)
