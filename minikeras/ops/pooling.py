"""Max and average pooling over one to three spatial axes, block by block in the cache.

Ties between maxima are decided as TensorFlow does: the first one, row by row, gets the gradient.
Averages are over the elements inside the image: padding does not count.
"""

import functools
import math

import numpy as np

from .. import parallel
from ..autograd import Tensor, composite, op
from . import pool_axes
from .conv import channels_last
from .shaping import moveaxis
from .types import floating
from .windows import BLOCK, block_shape, normalize_padding, normalize_tuple, windows

_WORTH = 50_000  # elements that repay the hand-over to another thread


def _axis_windows(where):
    """Return (axis, `Windows` of that axis) for the axes to pool along, last first."""
    found = []
    for i in reversed(range(len(where.size))):
        part = [values[i] for values in (where.size, where.kernel, where.strides)]
        if part[1] > 1 or part[2] > 1:
            single = windows(*((p,) for p in part), where.padding, (1,))
            found.append((i + 1, single))
    return found


class Pools:
    """Where the windows of a pooling lie: sizes and padding, and the axes to pool along."""

    def __init__(self, size, kernel, strides, padding):
        full = windows(size, kernel, strides, padding, (1,) * len(size))
        self.size, self.kernel, self.strides, self.out = size, kernel, strides, full.out
        self.padding = padding
        self.padded = full.padded
        self.axes = _axis_windows(self)

    def weights(self, dtype):
        """Return 1 over the number of elements inside the image, of each window or of all."""
        if not self.padded:
            return dtype.type(1 / math.prod(self.kernel))
        counts = np.ones((1, *self.size, 1), dtype)
        for axis, window in self.axes:
            counts = _along(pool_axes.sum_along, axis, window, counts)
        return 1 / counts


@functools.lru_cache(maxsize=1024)
def find_pools(size, kernel, strides, padding):
    """Return the `Pools` for tuples, and 'valid' or 'same'."""
    return Pools(size, kernel, strides, padding)


def _along(function, axis, window, *arrays):
    """Apply a function of `pool_axes` to arrays whose axis `axis` is the one in the middle."""
    flat = []
    for a in arrays:
        outer, inner = math.prod(a.shape[:axis]), math.prod(a.shape[axis + 1 :])
        flat.append(a.reshape(outer, a.shape[axis], inner))
    result = function(*flat, window)
    shape = arrays[0].shape
    return result.reshape(*shape[:axis], result.shape[1], *shape[axis + 1 :])


def in_blocks(function, shape, *arrays):
    """Return `function` of blocks of images of the arrays, put together to an array (n, *shape).

    Blocks are contiguous and stay in the cache; threads share them.
    """
    n = len(arrays[0])
    out = np.empty((n, *shape), arrays[-1].dtype)
    numbers = max(1, *(math.prod(a.shape[1:]) for a in arrays), math.prod(shape))
    images, _ = block_shape(n, 1, 2 * numbers, BLOCK)

    def work(start, stop):
        for i in range(start, stop, images):
            j = min(i + images, stop)
            out[i:j] = function(*(np.ascontiguousarray(a[i:j]) for a in arrays))

    parallel.run(work, n, math.ceil(_WORTH / numbers))
    return out


# ---------------------------------------------------------------------------------------------
# Maxima
# ---------------------------------------------------------------------------------------------
def _stages(x, where):
    """Return `x` pooled along no axis, one axis, and so on up to all of them."""
    found = [x]
    for axis, window in where.axes:
        found.append(_along(pool_axes.max_along, axis, window, found[-1]))
    return found


def _route(x, g, where):
    """Return the gradient of a block's max pooling."""
    before = _stages(x, where)
    for i, (axis, window) in reversed(list(enumerate(where.axes))):
        g = _along(pool_axes.route_along, axis, window, before[i], before[i + 1], g)
    return g


def _pick(x, u, where):
    """Return the elements of `u` where those of `x` are the first maxima."""
    before = _stages(x, where)
    for i, (axis, window) in enumerate(where.axes):
        u = _along(pool_axes.pick_along, axis, window, before[i], before[i + 1], u)
    return u


@op(register=False)
def largest(x, /, where=None):
    """Return the largest element of each window of x (n, *size, channels)."""
    # Tensors are given where the gradient itself is to be differentiated.
    if isinstance(x, Tensor):
        y = largest(x, where=where)
    else:
        shape = (*where.out, x.shape[-1])
        y = in_blocks(lambda part: _stages(part, where)[-1], shape, x)
    return y, (lambda g: route(x, g, where=where),)


@op(register=False)
def route(x, g, /, where=None):
    """Return an array like x with each window's element of `g` at its first maximum."""
    if isinstance(x, Tensor) or isinstance(g, Tensor):
        y = route(x, g, where=where)
    else:
        y = in_blocks(lambda x, g: _route(x, g, where), x.shape[1:], x, g)
    return y, (None, lambda u: pick(x, u, where=where))


@op(register=False)
def pick(x, u, /, where=None):
    """Return the element of `u` at the first maximum of `x` in each window."""
    if isinstance(x, Tensor) or isinstance(u, Tensor):
        y = pick(x, u, where=where)
    else:
        shape = (*where.out, x.shape[-1])
        y = in_blocks(lambda x, u: _pick(x, u, where), shape, x, u)
    return y, (None, lambda g: route(x, g, where=where))


# ---------------------------------------------------------------------------------------------
# Sums and averages
# ---------------------------------------------------------------------------------------------
@op(register=False)
def add_windows(x, /, where=None, mean=False):
    """Return the sum, or the mean, of each window of x (n, *size, channels)."""
    if isinstance(x, Tensor):
        y = add_windows(x, where=where, mean=mean)
    else:
        x = floating(x)
        weights = where.weights(x.dtype) if mean else None

        def add(part):
            for axis, window in where.axes:
                part = _along(pool_axes.sum_along, axis, window, part)
            return part * weights if mean else part

        y = in_blocks(add, (*where.out, x.shape[-1]), x)
    return y, (lambda g: spread_windows(g, where=where, mean=mean),)


@op(register=False)
def spread_windows(g, /, where=None, mean=False):
    """Return an array (n, *size, channels): each window's element given to all its members.

    With `mean` it is shared evenly among them.
    """
    if isinstance(g, Tensor):
        y = spread_windows(g, where=where, mean=mean)
    else:
        weights = where.weights(g.dtype) if mean else None

        def spread(part):
            part = part * weights if mean else part
            for axis, window in reversed(where.axes):
                part = _along(pool_axes.spread_along, axis, window, part)
            return part

        y = in_blocks(spread, (*where.size, g.shape[-1]), g)
    return y, (lambda u: add_windows(u, where=where, mean=mean),)


# ---------------------------------------------------------------------------------------------
# As Keras spells them
# ---------------------------------------------------------------------------------------------
def _pool(function, x, pool_size, strides, padding, data_format, **settings):
    shape = np.shape(x)
    if len(shape) not in (3, 4, 5):
        raise ValueError(
            "Pooling works on arrays of three to five axes: batch, one to three spatial axes, "
            f"channels. This one has shape {shape}."
        )
    rank = len(shape) - 2
    pool_size = normalize_tuple(pool_size, rank, "pool_size")
    strides = pool_size if strides is None else normalize_tuple(strides, rank, "strides")
    padding = normalize_padding(padding, ("valid", "same"))
    x, first = channels_last(x, data_format)
    where = find_pools(tuple(np.shape(x)[1:-1]), pool_size, strides, padding)
    y = function(x, where=where, **settings)
    return moveaxis(y, -1, 1) if first else y


@composite
def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """Return the largest element of each window, channel by channel.

    Args:
        inputs: array (batch, *spatial, channels), or (batch, channels, *spatial) for
            'channels_first'.
        pool_size: extent of a window, int or a tuple of them, one for each spatial axis.
        strides: step from one window to the next, int or tuple; `pool_size` if None.
        padding: 'valid' (windows lie inside the image) or 'same' (as many windows as
            ceil(size / stride); what lies outside the image does not count).
        data_format: 'channels_last' or 'channels_first'; None for the configured default.

    Returns:
        Array (batch, *positions, channels), the channels where those of the inputs are. The
        gradient goes to the first maximum of each window.

    Raises:
        ValueError: shapes that do not fit, or unknown names.
    """
    return _pool(largest, inputs, pool_size, strides, padding, data_format)


@composite
def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """Return the mean of each window, channel by channel.

    Args:
        inputs, pool_size, strides, padding, data_format: as for `max_pool`. With 'same' padding
            the mean is of the elements inside the image alone.

    Returns:
        Array (batch, *positions, channels), the channels where those of the inputs are.

    Raises:
        ValueError: shapes that do not fit, or unknown names.
    """
    return _pool(add_windows, inputs, pool_size, strides, padding, data_format, mean=True)
