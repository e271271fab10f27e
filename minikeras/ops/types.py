"""The little that all operations share: which type a result has, which axes are meant."""

import math

import numpy as np

from .. import config
from ..autograd import Tensor
from ..autograd.tensor import Operators, as_array


def floating(x):
    """Return `x` itself if it holds floats, else `x` as the default float type."""
    return x if x.dtype.kind in "fc" else x.astype(config.floatx())


def array_like(x):
    """Return a tensor, concrete or symbolic, as it is; a list or a number as an ndarray."""
    return x if isinstance(x, (Operators, np.ndarray)) else as_array(x)


def counting(dtype):
    """Return the type in which to add up values of `dtype`: small integers would overflow."""
    if dtype.itemsize < 4 and dtype.kind in "bi":
        return np.dtype("int32")
    if dtype.itemsize < 4 and dtype.kind == "u":
        return np.dtype("uint32")
    return dtype


def normalize_axis(axis, ndim):
    """Return `axis` counted from the front; a ValueError where there is no such axis."""
    if not -ndim <= axis < ndim:
        raise ValueError(
            f"There is no axis {axis} in an array of {ndim} dimensions; "
            f"choose one from {-ndim} to {ndim - 1}."
        )
    return int(axis) + ndim if axis < 0 else int(axis)


def normalize_axes(axis, ndim):
    """Return the axes meant by None (all of them), an int or several, as an ascending tuple."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, (range, np.ndarray)) and np.ndim(axis) == 1:
        axis = tuple(axis)
    if not isinstance(axis, (tuple, list)):
        return (normalize_axis(axis, ndim),)
    axes = tuple(sorted(normalize_axis(a, ndim) for a in axis))
    if len(set(axes)) != len(axes):
        raise ValueError(f"The axes {tuple(axis)} name one axis twice.")
    return axes


def kept_shape(shape, axes):
    """Return `shape` with a 1 for each of `axes`: the shape of a reduction that keeps them."""
    if len(axes) == len(shape):
        return (1,) * len(shape)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def count(shape, axes):
    """Return how many elements a reduction over `axes` joins into one."""
    return math.prod(shape) if len(axes) == len(shape) else math.prod(shape[i] for i in axes)


def spread(g, shape):
    """Return `g` broadcast to `shape`, read-only.

    One number, as the gradient of a mean loss is, takes a tenth of the time `np.broadcast_to` does.
    """
    if type(g) is np.ndarray and g.size == 1:
        view = np.ndarray(shape, g.dtype, g, strides=(0,) * len(shape))
        view.flags.writeable = False
        return view
    return np.broadcast_to(g, shape)


def unchanged(g):
    """Pass a gradient on as it is."""
    return g


def raw(x):
    """Return the ndarray behind a tensor, for what has no gradient: positions, masks."""
    return x.data if isinstance(x, Tensor) else x


def refuse_gradient(what):
    """Return a vjp that says, if it is ever asked, that `what` has no gradient."""

    def vjp(g, needs):
        raise NotImplementedError(
            f"{what} has no gradient in minikeras. Put ops.stop_gradient around it if none is "
            "wanted through it, or write it with autograd.custom_gradient."
        )

    return vjp
