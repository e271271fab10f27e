"""Operations as `keras.backend` of Keras 2.1.5 defines them, where Keras 3 has no equal.

`minikeras.backend` offers them under their old names.
"""

import functools

import numpy as np

from .. import config
from ..autograd import composite
from .arithmetic import add, multiply, subtract, where
from .creation import ndim
from .elementwise import copy, rsqrt
from .indexing import take
from .products import matmul
from .reduction import mean, sum, var
from .shaping import expand_dims, flip, pad, repeat, reshape, squeeze, transpose


@composite
def batch_dot(x, y, axes=None):
    """Return the products of each sample of `x` with the same sample of `y`.

    Args:
        x, y: arrays of at least two axes, the first one being the samples.
        axes: the axis of each to sum over, an int or a pair; by default the last of `x` and the
            last but one of `y`.

    Returns:
        Array with the axes of `x` and then those of `y` that remain; (batch, 1) if none does.
    """
    nx, ny = x.ndim, y.ndim
    if nx < 2 or ny < 2:
        raise ValueError(f"batch_dot needs at least two axes, but got {x.shape} and {y.shape}.")
    pair = (axes, axes) if isinstance(axes, int) else axes
    if pair is None:
        if nx == ny == 2:
            raise ValueError("batch_dot of two matrices needs axes, such as axes=1.")
        pair = (max(nx, ny) - 1, max(nx, ny) - 2)
    ax, ay = (int(a) % n for a, n in zip(pair, (nx, ny) if axes is not None else (9, 9)))
    if nx == ny == 2:
        out = sum(multiply(x if ax == ay else transpose(x), y), axis=ay)
        return expand_dims(out, axis=1)
    missing = abs(nx - ny)
    if nx > ny:
        y = reshape(y, newshape=y.shape + (1,) * missing)
    elif ny > nx:
        x = reshape(x, newshape=x.shape + (1,) * missing)
    last = x.ndim - 1
    out = matmul(
        x if ax == last else np.swapaxes(x, -1, -2), np.swapaxes(y, -1, -2) if ay == last else y
    )
    if missing:
        first = nx + ny - 3 if nx > ny else nx - 1
        out = squeeze(out, axis=tuple(range(first, first + missing)))
    return expand_dims(out, axis=1) if out.ndim == 1 else out


def gather(reference, indices):
    """Return the rows of `reference` at `indices`."""
    return take(reference, indices, axis=0)


def repeat_vector(x, n):
    """Return the matrix `x` (samples, dim) as (samples, n, dim)."""
    if ndim(x) != 2:
        raise ValueError(f"repeat needs an array of two axes, not of {ndim(x)}.")
    return repeat(expand_dims(x, axis=1), repeats=n, axis=1)


def repeat_elements(x, rep, axis):
    """Return `x` with each element along `axis` repeated `rep` times in place."""
    return repeat(x, repeats=rep, axis=axis)


def _enlarge(x, factors, data_format):
    first = 2 if config.normalize_data_format(data_format) == "channels_first" else 1
    for axis, factor in enumerate(factors, first):
        if factor != 1:
            x = repeat(x, repeats=factor, axis=axis)
    return x


def resize_images(x, height_factor, width_factor, data_format=None):
    """Return pictures enlarged by whole factors, each pixel repeated."""
    return _enlarge(x, (height_factor, width_factor), data_format)


def resize_volumes(x, depth_factor, height_factor, width_factor, data_format=None):
    """Return volumes enlarged by whole factors, each voxel repeated."""
    return _enlarge(x, (depth_factor, height_factor, width_factor), data_format)


def temporal_padding(x, padding=(1, 1)):
    """Return (batch, time, features) with so many zeros before and after in time."""
    return pad(x, ((0, 0), tuple(padding), (0, 0)))


def _spatial_padding(x, padding, data_format):
    inner = tuple(tuple(p) for p in padding)
    if config.normalize_data_format(data_format) == "channels_first":
        return pad(x, ((0, 0), (0, 0), *inner))
    return pad(x, ((0, 0), *inner, (0, 0)))


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Return pictures with a margin of zeros: ((top, bottom), (left, right))."""
    return _spatial_padding(x, padding, data_format)


def spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    """Return volumes with a margin of zeros, one pair for each of the three spatial axes."""
    return _spatial_padding(x, padding, data_format)


@composite
def batch_flatten(x):
    """Return each sample of `x` in one axis: (batch, everything else)."""
    return reshape(x, newshape=(x.shape[0], int(np.prod(x.shape[1:]))))


def reverse(x, axes):
    """Return `x` with the order along `axes`, an int or several, turned round."""
    return flip(x, axis=axes if isinstance(axes, int) else tuple(axes))


def bias_add(x, bias, data_format=None):
    """Return `x` with a bias for each channel, or one for each place and channel, added.

    `bias` has one axis, or all axes of `x` but the first with the channels last.
    """
    first = config.normalize_data_format(data_format) == "channels_first"
    n, nb = ndim(x), ndim(bias)
    if nb not in (1, n - 1):
        raise ValueError(f"bias_add: a bias of {nb} axes fits no array of {n}: give 1 or {n - 1}.")
    if nb == 1:
        if first and n > 2:
            bias = reshape(bias, newshape=(1, -1) + (1,) * (n - 2))
        return add(x, bias)
    if first:
        bias = transpose(bias, axes=(nb - 1, *range(nb - 1)))
    return add(x, expand_dims(bias, axis=0))


@composite
def select_by(condition, then, otherwise):
    """Return `then` where `condition` is true, its axes being the first ones of `then`."""
    missing = ndim(then) - ndim(condition)
    if missing < 0:
        raise ValueError(
            f"switch: the condition has {ndim(condition)} axes, more than the {ndim(then)} of "
            "the expressions it selects from."
        )
    shape = np.shape(condition) + (1,) * missing
    return where(reshape(condition, newshape=shape), then, otherwise)


def foldl(fn, elems, initializer=None, name=None):
    """Return `fn(... fn(fn(initializer, elems[0]), elems[1]) ...)`.

    The first element is the initializer if there is none. `name` labels a graph elsewhere.
    """
    return _fold(fn, [elems[i] for i in range(elems.shape[0])], initializer)


def foldr(fn, elems, initializer=None, name=None):
    """Return `foldl` over the elements from the last to the first."""
    return _fold(fn, [elems[i] for i in reversed(range(elems.shape[0]))], initializer)


def _fold(fn, parts, initializer):
    if initializer is None:
        if not parts:
            raise ValueError("There is nothing to fold: give elements, or an initializer.")
        initializer, *parts = parts
    return functools.reduce(fn, parts, initializer)


@composite
def local_conv1d(inputs, kernel, kernel_size, strides, data_format=None):
    """Return a one-dimensional convolution with a kernel of its own at every place.

    Args:
        inputs: (batch, steps, channels), or (batch, channels, steps) for channels_first.
        kernel: (output steps, kernel size * channels, filters).
        kernel_size, strides: tuples of one int.
        data_format: 'channels_last' or 'channels_first'; the default layout if None.

    Returns:
        (batch, output steps, filters), or channels second for channels_first.
    """
    first = config.normalize_data_format(data_format) == "channels_first"
    if first:
        inputs = transpose(inputs, axes=(0, 2, 1))
    steps, features = kernel.shape[:2]
    places = np.arange(steps)[:, None] * strides[0] + np.arange(kernel_size[0])
    patches = take(inputs, places, axis=1)
    batch = inputs.shape[0]
    patches = transpose(reshape(patches, newshape=(batch, steps, features)), axes=(1, 0, 2))
    outputs = transpose(matmul(patches, kernel), axes=(1, 0, 2))
    return transpose(outputs, axes=(0, 2, 1)) if first else outputs


@composite
def local_conv2d(inputs, kernel, kernel_size, strides, output_shape, data_format=None):
    """Return a two-dimensional convolution with a kernel of its own at every place.

    Args:
        inputs: (batch, rows, columns, channels), or channels second for channels_first.
        kernel: (output rows * output columns, features, filters); the features of a patch are in
            the order (row, column, channel), or (channel, row, column) for channels_first.
        kernel_size, strides: pairs of ints.
        output_shape: (output rows, output columns).
        data_format: 'channels_last' or 'channels_first'; the default layout if None.

    Returns:
        (batch, output rows, output columns, filters), or channels second for channels_first.
    """
    first = config.normalize_data_format(data_format) == "channels_first"
    rows, columns = output_shape
    at_row = 2 if first else 1
    down = np.arange(rows)[:, None] * strides[0] + np.arange(kernel_size[0])
    across = np.arange(columns)[:, None] * strides[1] + np.arange(kernel_size[1])
    patches = take(take(inputs, down, axis=at_row), across, axis=at_row + 2)
    # channels_last: (batch, row, y, column, x, channel); channels_first: (batch, channel, row, ...)
    order = (2, 4, 0, 1, 3, 5) if first else (1, 3, 0, 2, 4, 5)
    patches = transpose(patches, axes=order)
    patches = reshape(patches, newshape=(rows * columns, inputs.shape[0], kernel.shape[1]))
    outputs = reshape(
        matmul(patches, kernel), newshape=(rows, columns, inputs.shape[0], kernel.shape[2])
    )
    return transpose(outputs, axes=(2, 3, 0, 1) if first else (2, 0, 1, 3))


def permute_dimensions(x, pattern):
    """Return `x` with its axes in the order of `pattern`."""
    return transpose(x, axes=tuple(pattern))


@composite
def normalize_by_moments(x, mean, var, beta, gamma, epsilon=1e-3):
    """Return `(x - mean) / sqrt(var + epsilon) * gamma + beta`; beta and gamma may be None."""
    scale = rsqrt(add(var, epsilon))
    if gamma is not None:
        scale = multiply(scale, gamma)
    y = multiply(subtract(x, mean), scale)
    return y if beta is None else add(y, beta)


@composite
def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """Return (x normalized over `reduction_axes`, mean, variance) (`K` of Keras 2.1.5).

    `gamma` and `beta`, each of the shape that remains or None, scale and move the result.
    """
    axes = tuple(int(a) % x.ndim for a in reduction_axes)
    spread = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    m, v = mean(x, axis=axes), var(x, axis=axes)
    parts = [None if p is None else reshape(p, newshape=spread) for p in (m, v, beta, gamma)]
    return normalize_by_moments(x, *parts, epsilon=epsilon), m, v


@composite
def print_tensor(x, message=""):
    """Print `message` and the value of `x`, and return it."""
    print(f"{message}{np.asarray(x)}")
    return copy(x)
