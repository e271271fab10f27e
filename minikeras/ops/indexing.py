"""Taking some elements of an array, and putting them back: the gradient of each is the other.

Basic indices (ints, slices, None, Ellipsis) name no element twice, so their gradient is written
by assignment; index arrays may repeat, so theirs is added up.
"""

import builtins
import math

import numpy as np

from ..autograd import op
from ..autograd.tensor import Operators
from .types import normalize_axis, raw, refuse_gradient

_BASIC = (int, np.integer, builtins.slice, type(None), type(Ellipsis))


def _is_basic(key):
    parts = key if isinstance(key, tuple) else (key,)
    return builtins.all(isinstance(k, _BASIC) and not isinstance(k, bool) for k in parts)


def _plain_key(key):
    """Return an index with ndarrays in place of tensors and lists."""
    if isinstance(key, tuple):
        return tuple(_plain_key(k) for k in key)
    if isinstance(key, Operators):
        if key.symbolic:
            raise TypeError(
                "Only a single symbolic tensor of whole numbers can be an index. Use ops.take, "
                "ops.take_along_axis or ops.where, or put the indexing into a Lambda layer."
            )
        return key.data
    if isinstance(key, list):
        return np.asarray(key) if key else np.zeros(0, int)
    return key


def get_item(x, key):
    """Return `x[key]` for any index that NumPy knows; index arrays may be tensors.

    A symbolic tensor of whole numbers may be the only index; it looks up the first axis.
    """
    if isinstance(key, Operators) and key.symbolic and key.dtype.kind in "iu":
        return take(x, key, axis=0)
    return getitem(x, key=_plain_key(key))


@op
def getitem(x, /, key):
    """Return `x[key]`, `key` being made of ints, slices, None, Ellipsis and ndarrays."""
    return x[key], (lambda g: putitem(g, key=key, shape=x.shape),)


@op
def putitem(g, /, key, shape):
    """Return zeros of `shape` to whose elements `key` the values `g` have been added."""
    y = np.zeros(shape, g.dtype)
    if _is_basic(key):
        y[key] = raw(g)
    else:
        np.add.at(y, key, raw(g))
    return y, (lambda h: getitem(h, key=key),)


def _check_range(indices, n, axis):
    """Refuse indices outside an axis of size `n`, by their value."""
    if indices.size and not (-n <= indices.min() and indices.max() < n):
        wrong = indices[(indices < -n) | (indices >= n)].reshape(-1)[0]
        raise ValueError(
            f"Index {wrong} is out of range for axis {axis}, which has {n} elements "
            f"(valid: {-n} to {n - 1})."
        )


def _integers(indices):
    """Return indices as integers, refusing fractions."""
    if indices.dtype.kind in "iu":
        return indices
    if indices.dtype.kind == "b" or indices.size == 0 or (indices == np.floor(indices)).all():
        return indices.astype("int64")
    raise TypeError("Indices must be whole numbers; cast them to an integer type first.")


@op(indices=(1,))
def take(x, indices, /, axis=None):
    """Return the elements of `x` at `indices` along `axis`; None takes from `x` flattened.

    The result has the shape of `indices` in place of that axis. A ValueError names an index that
    is out of range.
    """
    indices = _integers(indices)
    if axis is None:
        _check_range(indices, math.prod(x.shape), 0)
        return np.take(x.reshape(-1), indices, axis=0), (
            lambda g: add_rows(g.reshape(-1), indices.reshape(-1), rows=math.prod(x.shape)).reshape(
                x.shape
            ),
            None,
        )
    axis = normalize_axis(axis, x.ndim)
    _check_range(indices, x.shape[axis], axis)
    rest = tuple(n for i, n in enumerate(x.shape) if i != axis)

    def vjp(g):
        first = tuple(range(axis, axis + indices.ndim))
        others = tuple(i for i in range(g.ndim) if i not in first)
        rows = np.transpose(g, first + others).reshape((indices.size, *rest))
        table = add_rows(rows, indices.reshape(-1), rows=x.shape[axis])
        return np.moveaxis(table, 0, axis)

    return np.take(x, indices, axis=axis), (vjp, None)


@op(indices=(1,))
def add_rows(values, indices, /, rows):
    """Return an array of so many `rows`, with each of `values` added to the row that is its own.

    Args:
        values: array (n, ...).
        indices: ints (n,), the row of each value; repeats are added up.
    """
    y = np.zeros((rows, *values.shape[1:]), values.dtype)
    np.add.at(y, indices, raw(values))
    return y, (lambda g: np.take(g, indices, axis=0), None)


def mesh(indices, axis):
    """Return the index arrays that pick the elements `indices` along `axis`."""
    key = [
        np.arange(n).reshape((1,) * i + (n,) + (1,) * (indices.ndim - 1 - i))
        for i, n in enumerate(indices.shape)
    ]
    key[axis] = indices
    return tuple(key)


@op(indices=(1,))
def take_along_axis(x, indices, /, axis=None):
    """Return the elements of `x` at `indices`, which has the shape of `x` but for `axis`.

    None takes from `x` flattened, with `indices` flattened too.
    """
    indices = _integers(indices)
    if axis is None:
        _check_range(indices, math.prod(x.shape), 0)
        return np.take(x.reshape(-1), indices.reshape(-1), axis=0), (
            lambda g: add_rows(g, indices.reshape(-1), rows=math.prod(x.shape)).reshape(x.shape),
            None,
        )
    axis = normalize_axis(axis, x.ndim)
    _check_range(indices, x.shape[axis], axis)
    if indices.ndim != x.ndim:
        raise ValueError(
            f"take_along_axis needs indices of {x.ndim} dimensions like the array, "
            f"not of shape {indices.shape}."
        )
    shape = tuple(
        n if i == axis else builtins.max(n, m)
        for i, (n, m) in enumerate(zip(indices.shape, x.shape))
    )
    indices = np.broadcast_to(indices, shape)
    full = tuple(x.shape[axis] if i == axis else n for i, n in enumerate(shape))
    key = mesh(indices, axis)
    y = np.broadcast_to(x, full)[key]
    return y, (lambda g: putitem(g, key=key, shape=full), None)


@op(indices=(0,))
def scatter(indices, values, /, shape):
    """Return zeros of `shape` to which `values` have been added at `indices`.

    Args:
        indices: ints (..., k), each a position along the first k axes of `shape`.
        values: array (..., *shape[k:]).
    """
    key = tuple(np.moveaxis(_integers(indices), -1, 0))
    return putitem(values, key=key, shape=tuple(shape)), (None, lambda g: getitem(g, key=key))


@op(indices=(1,))
def scatter_update(inputs, indices, updates, /, reduction=None):
    """Return a copy of `inputs` with `updates` written at `indices`.

    Args:
        inputs: array.
        indices: ints (..., k), each a position along the first k axes of `inputs`.
        updates: array (..., *inputs.shape[k:]).
        reduction: None replaces, 'add' and 'sub' add and subtract, 'mul' multiplies, 'max' and
            'min' keep the extreme. The last three give no gradient.

    Where an index is repeated without a reduction, the last update stays; gradients then go to
    every update of that position, so do not rely on them.
    """
    key = tuple(np.moveaxis(_integers(indices), -1, 0))
    if reduction is None:
        y = np.array(raw(inputs))
        y[key] = raw(updates)
        kept = np.ones(inputs.shape, inputs.dtype)
        kept[key] = 0
        return y, (lambda g: g * kept, None, lambda g: getitem(g, key=key))
    if reduction in ("add", "sub"):
        signed = updates if reduction == "add" else -updates
        y = inputs + putitem(signed, key=key, shape=inputs.shape)
        sign = 1 if reduction == "add" else -1
        return y, (lambda g: g, None, lambda g: sign * getitem(g, key=key))
    functions = {"mul": np.multiply, "max": np.maximum, "min": np.minimum}
    if reduction not in functions:
        raise ValueError(
            f"Unknown reduction {reduction!r}; choose None, 'add', 'sub', 'mul', 'max' or 'min'."
        )
    y = inputs.copy()
    functions[reduction].at(y, key, updates)
    return y, refuse_gradient(f"scatter_update with reduction={reduction!r}")


def _block_key(start_indices, shape):
    """Return the slices of the block of `shape` that begins at `start_indices`."""
    starts = [int(s) for s in np.asarray(start_indices).reshape(-1)]
    if len(starts) != len(shape):
        raise ValueError(
            f"start_indices has {len(starts)} entries, but the block has {len(shape)} dimensions."
        )
    return tuple(builtins.slice(s, s + n) for s, n in zip(starts, shape))


def slice(inputs, start_indices, shape):
    """Return the block of `shape` of `inputs` that begins at `start_indices`."""
    return getitem(inputs, key=_block_key(start_indices, tuple(shape)))


@op(name="slice_update")
def _write_block(inputs, updates, /, key):
    y = np.array(raw(inputs))
    if y[key].shape != updates.shape:
        raise ValueError(
            f"slice_update: a block of shape {updates.shape} does not fit at {key} into an array "
            f"of shape {inputs.shape}."
        )
    y[key] = raw(updates)
    kept = np.ones(inputs.shape, inputs.dtype)
    kept[key] = 0
    return y, (lambda g: g * kept, lambda g: getitem(g, key=key))


def slice_update(inputs, start_indices, updates):
    """Return a copy of `inputs` in which `updates` fills the block that begins there."""
    shape = updates.shape if hasattr(updates, "shape") else np.shape(updates)
    return _write_block(inputs, updates, key=_block_key(start_indices, shape))


@op
def nonzero(x, /):
    """Return a tuple of index arrays (int32), one per axis, of the elements that are not 0."""
    return tuple(i.astype("int32") for i in np.nonzero(x)), None
