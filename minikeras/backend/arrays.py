"""Functions of arrays whose arguments Keras 2 orders or names in another way than Keras 3."""

from .. import ops
from ..autograd import composite
from ..layers.context import context
from ..layers.symbolic import KerasTensor
from ..ops.keras2 import select_by
from .session import learning_phase


def arange(start, stop=None, step=1, dtype="int32"):
    """Return the numbers from `start` up to, not including, `stop`; from 0 with one argument."""
    return ops.arange(start, stop, step, dtype)


def argmax(x, axis=-1):
    """Return the position of the largest element along `axis`."""
    return ops.argmax(x, axis=axis)


def argmin(x, axis=-1):
    """Return the position of the smallest element along `axis`."""
    return ops.argmin(x, axis=axis)


def cumsum(x, axis=0):
    """Return the cumulative sum along `axis`."""
    return ops.cumsum(x, axis=axis)


def cumprod(x, axis=0):
    """Return the cumulative product along `axis`."""
    return ops.cumprod(x, axis=axis)


def clip(x, min_value, max_value):
    """Return `x` limited to a range; a maximum below the minimum is raised to it."""
    if min_value is not None and max_value is not None and max_value < min_value:
        max_value = min_value
    return ops.clip(x, min_value, max_value)


def concatenate(tensors, axis=-1):
    """Return the tensors joined along `axis`."""
    return ops.concatenate(tensors, axis=axis)


def reshape(x, shape):
    """Return `x` in another shape, of which one size may be -1."""
    return ops.reshape(x, newshape=shape)


def tile(x, n):
    """Return `x` laid side by side `n` times along each axis."""
    return ops.tile(x, repeats=n)


def expand_dims(x, axis=-1):
    """Return `x` with an axis of size 1 put in at `axis`."""
    return ops.expand_dims(x, axis=axis)


def one_hot(indices, num_classes):
    """Return rows with a 1 at the place of each class number."""
    return ops.one_hot(indices, num_classes=num_classes)


def in_top_k(predictions, targets, k):
    """Return whether each target is among the `k` largest predictions of its row."""
    return ops.in_top_k(targets, predictions, k)


def stop_gradient(variables):
    """Return a tensor, or a list of them, that no gradient flows back through."""
    if isinstance(variables, (list, tuple)):
        return [ops.stop_gradient(v) for v in variables]
    return ops.stop_gradient(variables)


def map_fn(fn, elems, name=None, dtype=None):
    """Return `fn` of each slice of `elems` along the first axis, stacked."""
    y = ops.map(fn, elems)
    return y if dtype is None else ops.cast(y, dtype=dtype)


# ---------------------------------------------------------------------------------------------
# Choices
# ---------------------------------------------------------------------------------------------
def _value_of(expression):
    return expression() if callable(expression) else expression


def switch(condition, then_expression, else_expression):
    """Return one of two expressions (tensors, or functions that return one).

    A condition of one element chooses the whole, one of more chooses element by element, along
    the first axes.
    """
    if not isinstance(condition, KerasTensor) and ops.ndim(condition) == 0:
        return _value_of(then_expression if condition else else_expression)
    return select_by(condition, _value_of(then_expression), _value_of(else_expression))


def in_train_phase(x, alt, training=None):
    """Return `x` while training and `alt` otherwise; functions are called for their value.

    `training` None asks `learning_phase()`.
    """
    if training is None and (isinstance(x, KerasTensor) or isinstance(alt, KerasTensor)):
        return _by_phase(_value_of(x), _value_of(alt))
    return _value_of(x if (learning_phase() if training is None else training) else alt)


def in_test_phase(x, alt, training=None):
    """Return `alt` while training and `x` otherwise."""
    return in_train_phase(alt, x, training)


@composite
def _by_phase(x, alt):
    return x if context.training else alt
