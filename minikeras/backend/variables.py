"""Variables and constants: making, reading and changing them, as `keras.backend` names it."""

import math

import numpy as np

from .. import config, ops, random
from ..autograd import Tensor, Variable
from ..layers.input_layer import InputLayer
from ..layers.symbolic import KerasTensor


def variable(value, dtype=None, name=None, constraint=None):
    """Return a variable that starts from `value`, of the default float type unless told."""
    return Variable(
        ops.convert_to_numpy(value), dtype or config.floatx(), name, constraint=constraint
    )


def constant(value, dtype=None, shape=None, name=None):
    """Return a tensor of a number or array, spread over `shape` if one is given."""
    array = np.asarray(ops.convert_to_numpy(value), dtype or config.floatx())
    if shape is not None:
        array = np.reshape(array, shape) if array.size > 1 else np.full(shape, array.item())
    return Tensor(array, dtype or config.floatx())


def zeros(shape, dtype=None, name=None):
    """Return a variable of zeros."""
    return variable(np.zeros(shape), dtype, name)


def ones(shape, dtype=None, name=None):
    """Return a variable of ones."""
    return variable(np.ones(shape), dtype, name)


def eye(size, dtype=None, name=None):
    """Return a variable that holds the identity matrix."""
    return variable(np.eye(size), dtype, name)


def zeros_like(x, dtype=None, name=None):
    """Return zeros of the shape of `x`."""
    return ops.zeros_like(x, dtype=dtype)


def ones_like(x, dtype=None, name=None):
    """Return ones of the shape of `x`."""
    return ops.ones_like(x, dtype=dtype)


def identity(x, name=None):
    """Return a tensor with the value of `x`."""
    return ops.copy(x)


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """Return a variable of numbers evenly spread from `low` to `high`."""
    return variable(random.uniform(shape, low, high, dtype, seed), dtype, name)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """Return a variable of normal numbers."""
    return variable(random.normal(shape, mean, scale, dtype, seed), dtype, name)


def is_placeholder(x):
    """Return whether `x` is a symbolic tensor to be fed: an Input or a placeholder."""
    return isinstance(x, KerasTensor) and isinstance(x.history[0], InputLayer)


def is_sparse(tensor):
    """Return False: all tensors are dense."""
    return False


def to_dense(tensor):
    """Return `tensor`, which is dense already."""
    return tensor


def int_shape(x):
    """Return the shape as a tuple, None where a size is not known yet."""
    return ops.shape(x)


def count_params(x):
    """Return the number of elements of `x`."""
    return math.prod(ops.shape(x))


def get_value(x):
    """Return the value of a variable as an ndarray (a copy)."""
    return np.array(x.value if hasattr(x, "assign") and hasattr(x, "value") else x)


eval = get_value


def batch_get_value(ops):
    """Return the values of several variables as a list of ndarrays."""
    return [get_value(x) for x in ops]


def set_value(x, value):
    """Replace the value of a variable, or of a setting of an optimizer such as `opt.lr`."""
    if not hasattr(x, "assign"):
        raise TypeError(f"set_value changes variables, not {type(x).__name__}.")
    x.assign(ops.convert_to_numpy(value))


def batch_set_value(tuples):
    """Replace the values of several variables, given as pairs (variable, value)."""
    for x, value in tuples:
        set_value(x, value)


def get_variable_shape(x):
    """Return the shape of a variable."""
    return int_shape(x)


def update(x, new_x):
    """Replace the value of the variable `x` and return it.

    A symbolic `new_x` has no value yet: the pair (x, new_x) is returned, one of the `updates` that
    `function` takes. So it is with `update_add` and `update_sub`.
    """
    return (x, new_x) if isinstance(new_x, KerasTensor) else x.assign(new_x)


def update_add(x, increment):
    """Add to the value of the variable `x` and return it."""
    return (
        update(x, increment + x) if isinstance(increment, KerasTensor) else x.assign_add(increment)
    )


def update_sub(x, decrement):
    """Subtract from the value of the variable `x` and return it."""
    return (
        update(x, x - decrement) if isinstance(decrement, KerasTensor) else x.assign_sub(decrement)
    )


def moving_average_update(x, value, momentum):
    """Move the variable `x` to `x * momentum + value * (1 - momentum)` and return it."""
    old, new = np.asarray(x), np.asarray(value)
    return x.assign(old * old.dtype.type(momentum) + new * old.dtype.type(1 - momentum))
