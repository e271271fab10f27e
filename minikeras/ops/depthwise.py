"""Depthwise and separable convolution, as Keras spells them."""

import numpy as np

from .. import config
from ..autograd import composite
from .conv import check_rank, convolution
from .shaping import reshape


def grouped(kernel):
    """Return a depthwise kernel (*kernel_size, channels, multiplier) as one of a group each."""
    *window, channels, multiplier = np.shape(kernel)
    return reshape(kernel, (*window, 1, channels * multiplier))


def check_depthwise(x, kernel, data_format, what):
    """Raise a ValueError unless the kernel has filters for each channel of `x`."""
    check_rank(x, kernel, what)
    first = config.normalize_data_format(data_format) == "channels_first"
    channels = np.shape(x)[1 if first else -1]
    if np.shape(kernel)[-2] != channels:
        raise ValueError(
            f"The images have {channels} channels but the kernel of shape {np.shape(kernel)} has "
            f"filters for {np.shape(kernel)[-2]}: the kernel of a {what} has shape "
            "(*kernel_size, channels, depth_multiplier)."
        )


@composite
def depthwise_convolution(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation=None,
):
    """Return a convolution in which each channel has filters of its own.

    Args:
        x: array (batch, *spatial, channels), or (batch, channels, *spatial) for
            'channels_first'.
        kernel: array (*kernel_size, channels, depth_multiplier).
        bias: array (channels * depth_multiplier,), or None.
        strides, padding, data_format, dilation_rate, activation: as in `convolution`.

    Returns:
        Array of channels * depth_multiplier channels: first all filters of the first channel.

    Raises:
        ValueError: shapes that do not fit, or unknown names.
    """
    check_depthwise(x, kernel, data_format, "depthwise convolution")
    return convolution(
        x, grouped(kernel), bias, strides, padding, data_format, dilation_rate, activation
    )


@composite
def separable_convolution(
    x,
    depthwise_kernel,
    pointwise_kernel,
    bias=None,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation=None,
):
    """Return a depthwise convolution followed by one that mixes the channels of each element.

    Args:
        x: array (batch, *spatial, channels), or (batch, channels, *spatial) for
            'channels_first'.
        depthwise_kernel: array (*kernel_size, channels, depth_multiplier).
        pointwise_kernel: array (1, ..., 1, channels * depth_multiplier, filters).
        bias: array (filters,), or None.
        strides, padding, data_format, dilation_rate, activation: as in `convolution`.

    Raises:
        ValueError: shapes that do not fit, or unknown names.
    """
    between = depthwise_convolution(
        x, depthwise_kernel, None, strides, padding, data_format, dilation_rate
    )
    check_rank(x, pointwise_kernel, "separable convolution")
    shape = np.shape(pointwise_kernel)
    channels = np.shape(depthwise_kernel)[-2] * np.shape(depthwise_kernel)[-1]
    if set(shape[:-2]) != {1} or shape[-2] != channels:
        raise ValueError(
            f"The pointwise kernel that follows a depthwise one of shape "
            f"{np.shape(depthwise_kernel)} has shape {(*(1,) * len(shape[:-2]), channels)} and "
            f"then the number of filters, not {shape}."
        )
    return convolution(
        between, pointwise_kernel, bias, data_format=data_format, activation=activation
    )


def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Return `depthwise_convolution` without bias (the spelling of `keras.ops`)."""
    return depthwise_convolution(inputs, kernel, None, strides, padding, data_format, dilation_rate)


def separable_conv(
    inputs,
    depthwise_kernel,
    pointwise_kernel,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """Return `separable_convolution` without bias (the spelling of `keras.ops`)."""
    return separable_convolution(
        inputs,
        depthwise_kernel,
        pointwise_kernel,
        None,
        strides,
        padding,
        data_format,
        dilation_rate,
    )
