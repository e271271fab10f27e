"""Convolution: arguments as Keras spells them, checked and handed to `conv_core`.

Images are arrays with a batch axis, one to three spatial axes and a channel axis, last or second
as `data_format` says. Channels-first images are computed channels-last through views: the result
is a view too, and the next convolution finds its memory in the order it likes.
"""

import numpy as np

from .. import config
from ..autograd import composite
from .activation import sigmoid
from .conv_core import convolve
from .elementwise import tanh
from .shaping import moveaxis
from .softmax import softmax
from .windows import normalize_padding, normalize_tuple, windows

_AFTERWARDS = {"sigmoid": sigmoid, "softmax": softmax, "tanh": tanh}
_AXES = {3: "(batch, steps, channels)", 4: "(batch, height, width, channels)"}
_AXES[5] = "(batch, depth, height, width, channels)"


def channels_last(x, data_format):
    """Return `x` with its channels last, a view, and whether they were elsewhere."""
    if config.normalize_data_format(data_format) == "channels_last":
        return x, False
    return moveaxis(x, 1, -1), True


def check_rank(x, kernel, what):
    """Return the number of spatial axes of images and kernel, or raise a ValueError."""
    ndim = len(np.shape(x))
    if ndim not in _AXES:
        raise ValueError(
            f"{what} works on images of shape {' or '.join(_AXES.values())}, with the channels "
            f"second for data_format='channels_first'; got an array of shape {np.shape(x)}."
        )
    if len(np.shape(kernel)) != ndim:
        raise ValueError(
            f"{what} on images of shape {np.shape(x)} needs a kernel of {ndim} axes, one for "
            f"each spatial axis and two for channels; this one has shape {np.shape(kernel)}."
        )
    return ndim - 2


def check_bias(bias, filters, what):
    """Raise a ValueError unless `bias` is None or has one number for each filter."""
    if bias is not None and tuple(np.shape(bias)) != (filters,):
        raise ValueError(
            f"{what} with {filters} filters needs a bias of shape ({filters},), not "
            f"{tuple(np.shape(bias))}."
        )


def check_channels(channels, kernel_shape, what):
    """Return the number of groups in which the kernel sees the channels."""
    seen, filters = kernel_shape[-2:]
    if seen == 0 or channels % seen:
        raise ValueError(
            f"The images have {channels} channels but the kernel of shape {tuple(kernel_shape)} "
            f"takes {seen}: the last axis but one of a kernel must equal the number of channels, "
            f"or divide it for a {what} in groups. Perhaps data_format is not what it should be."
        )
    groups = channels // seen
    if filters % groups:
        raise ValueError(
            f"A {what} of {channels} channels by a kernel that takes {seen} at a time has "
            f"{groups} groups, but its {filters} filters cannot be divided among {groups}."
        )
    return groups


def find_windows(size, kernel_size, strides, padding, dilation_rate):
    """Return the `Windows` for arguments as users give them."""
    rank = len(size)
    allowed = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
    return windows(
        tuple(size),
        tuple(kernel_size),
        normalize_tuple(strides, rank, "strides"),
        normalize_padding(padding, allowed),
        normalize_tuple(dilation_rate, rank, "dilation_rate"),
    )


def finish(y, activation, first):
    """Apply what was not computed along with the convolution; put the channels back."""
    if first:
        y = moveaxis(y, -1, 1)
    return _AFTERWARDS[activation](y) if activation in _AFTERWARDS else y


def check_activation(activation, what):
    """Raise a ValueError unless `activation` is one that convolutions apply."""
    if activation not in (None, "linear", "relu", *_AFTERWARDS):
        known = ", ".join(["linear", "relu", *_AFTERWARDS])
        raise ValueError(
            f"{what} computes the activations {known}, not {activation!r}; apply others to its "
            "output."
        )


@composite
def convolution(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation=None,
):
    """Return activation(convolution of `x` with `kernel`, plus bias), in one to three dimensions.

    As everywhere in deep learning the kernel is not flipped: this is a cross-correlation.

    Args:
        x: array (batch, *spatial, channels), or (batch, channels, *spatial) for
            'channels_first'.
        kernel: array (*kernel_size, channels / groups, filters). Where it takes only a part of
            the channels, each group of filters sees its own group of channels.
        bias: array (filters,), or None.
        strides: int or a tuple of them, one for each spatial axis.
        padding: 'valid' (windows lie inside the image), 'same' (zeros at both ends, result of
            ceil(size / stride)), or in one dimension 'causal' (zeros in front only, so that
            nothing looks ahead).
        data_format: 'channels_last' or 'channels_first'; None for the configured default.
        dilation_rate: distance of the elements that a kernel covers, int or tuple.
        activation: None, 'linear', 'relu', 'tanh', 'sigmoid' or 'softmax'; 'relu' is computed
            along with the convolution.

    Returns:
        Array (batch, *positions, filters), the channels where those of `x` are.

    Raises:
        ValueError: shapes that do not fit, or unknown names.
    """
    rank = check_rank(x, kernel, "convolution")
    check_activation(activation, "convolution")
    x, first = channels_last(x, data_format)
    shape, kernel_shape = np.shape(x), np.shape(kernel)
    check_channels(shape[-1], kernel_shape, "convolution")
    check_bias(bias, kernel_shape[-1], "convolution")
    where = find_windows(shape[1:-1], kernel_shape[:rank], strides, padding, dilation_rate)
    arrays = (x, kernel) if bias is None else (x, kernel, bias)
    return finish(convolve(*arrays, windows=where, relu=activation == "relu"), activation, first)


def _of_rank(rank, x, what):
    if len(np.shape(x)) != rank + 2:
        raise ValueError(
            f"{what} works on arrays of shape {_AXES[rank + 2]}, with the channels second for "
            f"data_format='channels_first'; got one of shape {np.shape(x)}."
        )


def conv1d(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation=None,
):
    """Return `convolution` of sequences: x (batch, steps, channels)."""
    _of_rank(1, x, "conv1d")
    return convolution(x, kernel, bias, strides, padding, data_format, dilation_rate, activation)


def conv2d(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation=None,
):
    """Return `convolution` of images: x (batch, height, width, channels)."""
    _of_rank(2, x, "conv2d")
    return convolution(x, kernel, bias, strides, padding, data_format, dilation_rate, activation)


def conv3d(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation=None,
):
    """Return `convolution` of volumes: x (batch, depth, height, width, channels)."""
    _of_rank(3, x, "conv3d")
    return convolution(x, kernel, bias, strides, padding, data_format, dilation_rate, activation)


def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Return `convolution` without bias (the spelling of `keras.ops`)."""
    return convolution(inputs, kernel, None, strides, padding, data_format, dilation_rate)
