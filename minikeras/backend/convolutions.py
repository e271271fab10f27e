"""Convolution and pooling under their names of Keras 2, the number of axes in the name.

A kernel is (*size, channels, filters); that of a transposed convolution (*size, filters, channels).
"""

from .. import config, ops


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Return the convolution of sequences; padding 'valid', 'same' or 'causal'."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Return the convolution of pictures."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)
):
    """Return the convolution of volumes."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def _transposed(x, kernel, output_shape, strides, padding, data_format):
    first = config.normalize_data_format(data_format) == "channels_first"
    size = tuple(output_shape[2:] if first else output_shape[1:-1])
    return ops.transposed_convolution(
        x,
        kernel,
        strides=strides,
        padding=padding,
        data_format=data_format,
        output_size=None if None in size else tuple(int(n) for n in size),
    )


def conv2d_transpose(x, kernel, output_shape, strides=(1, 1), padding="valid", data_format=None):
    """Return the transposed convolution of pictures, in the full `output_shape`."""
    return _transposed(x, kernel, output_shape, strides, padding, data_format)


def conv3d_transpose(x, kernel, output_shape, strides=(1, 1, 1), padding="valid", data_format=None):
    """Return the transposed convolution of volumes, in the full `output_shape`."""
    return _transposed(x, kernel, output_shape, strides, padding, data_format)


def depthwise_conv2d(
    x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """Return a convolution of pictures with filters of its own for each channel."""
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv1d(
    x,
    depthwise_kernel,
    pointwise_kernel,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """Return a depthwise convolution of sequences, then one that mixes the channels."""
    kernels = depthwise_kernel, pointwise_kernel
    return ops.separable_conv(x, *kernels, strides, padding, data_format, dilation_rate)


def separable_conv2d(
    x,
    depthwise_kernel,
    pointwise_kernel,
    strides=(1, 1),
    padding="valid",
    data_format=None,
    dilation_rate=(1, 1),
):
    """Return a depthwise convolution of pictures, then one that mixes the channels."""
    kernels = depthwise_kernel, pointwise_kernel
    return ops.separable_conv(x, *kernels, strides, padding, data_format, dilation_rate)


def _pool(x, pool_size, strides, padding, data_format, pool_mode):
    modes = {"max": ops.max_pool, "avg": ops.average_pool}
    if pool_mode not in modes:
        raise ValueError(f"pool_mode must be 'max' or 'avg', not {pool_mode!r}.")
    return modes[pool_mode](x, pool_size, strides, padding, data_format)


def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """Return the largest element ('max') or the mean ('avg') of each window of pictures."""
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """Return the largest element ('max') or the mean ('avg') of each window of volumes."""
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)
