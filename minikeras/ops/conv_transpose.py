"""Transposed convolution: what undoes the shape of a convolution.

It is the gradient of a convolution for its input, used as a layer: each element spreads over the
window that would have seen it.
"""

import numpy as np

from ..autograd import composite
from .conv import channels_last, check_activation, check_bias, check_rank, finish
from .conv_core import spread
from .piecewise import relu
from .windows import Windows, deconv_output_length, normalize_padding, normalize_tuple


def transposed_windows(
    size, kernel_size, strides, padding, output_padding, dilation, output_size=None
):
    """Return the `Windows` of the convolution that a transposed one undoes.

    Args:
        size: spatial shape of the transposed convolution's input.
        output_size: spatial shape of its result; worked out if None.

    Raises:
        ValueError: `output_padding` is not smaller than the stride, or there is no convolution
            that makes `size` of `output_size`.
    """
    before, out = [], []
    for axis, (n, k, s, d) in enumerate(zip(size, kernel_size, strides, dilation, strict=True)):
        reach = (k - 1) * d + 1
        extra = None if output_padding is None else output_padding[axis]
        if extra is not None and extra >= s:
            raise ValueError(
                f"output_padding must be smaller than strides, but {tuple(output_padding)} is "
                f"not smaller than {tuple(strides)}."
            )
        length = deconv_output_length(n, k, padding, extra, s, d)
        if output_size is not None:
            length = output_size[axis]
            fits = -(-length // s) if padding == "same" else -(-(length - reach + 1) // s)
            if fits != n:
                raise ValueError(
                    f"A transposed convolution with padding {padding!r}, kernel "
                    f"{tuple(kernel_size)} and strides {tuple(strides)} cannot make an output of "
                    f"spatial shape {tuple(output_size)} from an input of {tuple(size)}."
                )
        # The zeros that the convolution would have had around its input, the odd one behind.
        total = max(0, (n - 1) * s + reach - length) if padding == "same" else 0
        before.append(total // 2)
        out.append(length)
    return Windows(
        tuple(out), tuple(kernel_size), tuple(strides), tuple(dilation), tuple(before), tuple(size)
    )


@composite
def transposed_convolution(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    output_padding=None,
    data_format=None,
    dilation_rate=1,
    activation=None,
    output_size=None,
):
    """Return activation(transposed convolution of `x`, plus bias), in one to three dimensions.

    Args:
        x: array (batch, *spatial, channels), or (batch, channels, *spatial) for
            'channels_first'.
        kernel: array (*kernel_size, filters, channels).
        bias: array (filters,), or None.
        strides: int or a tuple of them: how far apart the windows lie in the result.
        padding: 'same' makes `size * stride` of an axis, 'valid' keeps whole windows:
            `size * stride + max(kernel_size - stride, 0)`.
        output_padding: int or tuple: elements added at one end of the smallest possible result,
            less than the stride; None for the sizes above.
        data_format: 'channels_last' or 'channels_first'; None for the configured default.
        dilation_rate: distance of the elements that a kernel covers, int or tuple.
        activation: as in `convolution`.
        output_size: tuple, the spatial shape of the result where it is to be another one.

    Raises:
        ValueError: shapes that do not fit, or unknown names.
    """
    rank = check_rank(x, kernel, "transposed convolution")
    check_activation(activation, "transposed convolution")
    x, first = channels_last(x, data_format)
    shape, kernel_shape = np.shape(x), np.shape(kernel)
    if kernel_shape[-1] != shape[-1]:
        raise ValueError(
            f"The images have {shape[-1]} channels, but the kernel of shape {kernel_shape} takes "
            f"{kernel_shape[-1]}: the kernel of a transposed convolution has shape "
            "(*kernel_size, filters, channels)."
        )
    check_bias(bias, kernel_shape[-2], "transposed convolution")
    where = transposed_windows(
        shape[1:-1],
        kernel_shape[:rank],
        normalize_tuple(strides, rank, "strides"),
        normalize_padding(padding, ("valid", "same")),
        None
        if output_padding is None
        else normalize_tuple(output_padding, rank, "output_padding", allow_zero=True),
        normalize_tuple(dilation_rate, rank, "dilation_rate"),
        output_size,
    )
    y = spread(x, kernel, windows=where)
    if bias is not None:
        y = y + bias
    if activation == "relu":
        y = relu(y)
    return finish(y, activation, first)


def conv_transpose(
    inputs,
    kernel,
    strides=1,
    padding="valid",
    output_padding=None,
    data_format=None,
    dilation_rate=1,
):
    """Return `transposed_convolution` without bias (the spelling of `keras.ops`)."""
    return transposed_convolution(
        inputs, kernel, None, strides, padding, output_padding, data_format, dilation_rate
    )
