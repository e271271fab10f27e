"""Shape arithmetic of convolutions, under the names of Keras's `utils.conv_utils`."""

import numpy as np

from ..config import normalize_data_format
from ..ops.windows import (
    conv_input_length,
    conv_output_length,
    deconv_length,
    deconv_output_length,
    normalize_padding,
    normalize_tuple,
)

__all__ = [
    "conv_input_length",
    "conv_output_length",
    "convert_kernel",
    "deconv_length",
    "deconv_output_length",
    "normalize_data_format",
    "normalize_padding",
    "normalize_tuple",
]


def convert_kernel(kernel):
    """Return a kernel flipped along its spatial axes: Theano's convention to ours, and back.

    Args:
        kernel: array (*kernel_size, channels, filters) of one to three spatial axes.

    Raises:
        ValueError: another number of axes.
    """
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(
            "A kernel has one to three spatial axes and two axes of channels; this one has shape "
            f"{kernel.shape}."
        )
    return np.flip(kernel, axis=tuple(range(kernel.ndim - 2))).copy()
