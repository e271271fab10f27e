"""Sliding blocks of images as columns of a matrix, and back: `unfold` and `fold`.

Images are channels-first here, in Keras 3 as in PyTorch, where the two come from.
"""

import itertools

from ..autograd import composite
from .arithmetic import add
from .indexing import get_item, putitem
from .joining import stack
from .shaping import pad, reshape
from .types import array_like
from .windows import conv_output_length, normalize_tuple


def _places(sizes, kernel_size, dilation, padding, stride):
    """Return the margins, the number of blocks along each axis, and where their pixels lie.

    The last is a list of pairs of slices, one for each pixel of a block, that take that pixel of
    every block of a padded image.
    """
    kernel = normalize_tuple(kernel_size, 2, "kernel_size")
    dilation = normalize_tuple(dilation, 2, "dilation")
    stride = normalize_tuple(stride, 2, "stride")
    margins = normalize_tuple(padding, 2, "padding", allow_zero=True)
    blocks, slices = [], []
    for n, k, d, m, s in zip(sizes, kernel, dilation, margins, stride):
        out = conv_output_length(n + 2 * m, k, "valid", s, d)
        if not out:
            raise ValueError(
                f"Blocks of {kernel} pixels, {dilation} apart, do not fit into images of {sizes} "
                f"with margins of {margins}."
            )
        blocks.append(out)
        slices.append([slice(i * d, i * d + (out - 1) * s + 1, s) for i in range(k)])
    return margins, tuple(blocks), list(itertools.product(*slices))


@composite
def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """Return the blocks of images that a convolution would see, each as a column (im2col).

    Args:
        x: (batch, channels, height, width).
        kernel_size: height and width of a block, an int or a pair.
        dilation: how far apart the pixels of a block lie, an int or a pair.
        padding: zeros around the images, an int or a pair.
        stride: how far apart blocks lie, an int or a pair.

    Returns:
        (batch, channels * kernel_height * kernel_width, blocks).

    Raises:
        ValueError: another shape, settings out of range, or blocks larger than the images.
    """
    x = array_like(x)
    if len(x.shape) != 4:
        raise ValueError(f"unfold takes images (batch, channels, height, width), not {x.shape}.")
    batch, channels, *sizes = x.shape
    margins, _, places = _places(tuple(sizes), kernel_size, dilation, padding, stride)
    x = pad(x, [(0, 0), (0, 0), *((m, m) for m in margins)])
    pixels = stack([get_item(x, (Ellipsis, *place)) for place in places], axis=2)
    return reshape(pixels, (batch, channels * len(places), -1))


@composite
def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Return images that are the sums of overlapping blocks (col2im): the transpose of `unfold`.

    Args:
        x: (batch, channels * kernel_height * kernel_width, blocks).
        output_size: height and width of the images, an int or a pair.
        kernel_size, dilation, padding, stride: see `unfold`.

    Returns:
        (batch, channels, height, width).

    Raises:
        ValueError: another shape, or settings that make another number of blocks.
    """
    x = array_like(x)
    sizes = normalize_tuple(output_size, 2, "output_size")
    margins, blocks, places = _places(sizes, kernel_size, dilation, padding, stride)
    expected = blocks[0] * blocks[1]
    if len(x.shape) != 3 or x.shape[1] % len(places) or x.shape[2] != expected:
        raise ValueError(
            f"fold takes blocks (batch, channels * {len(places)}, {expected}) for images of "
            f"{sizes}, not {x.shape}."
        )
    batch, columns, _ = x.shape
    channels = columns // len(places)
    pixels = reshape(x, (batch, channels, len(places), *blocks))
    whole = (batch, channels, *(n + 2 * m for n, m in zip(sizes, margins)))
    images = None
    for i, place in enumerate(places):
        part = putitem(get_item(pixels, (slice(None), slice(None), i)), (Ellipsis, *place), whole)
        images = part if images is None else add(images, part)
    middle = tuple(slice(m, m + n) for m, n in zip(margins, sizes))
    return get_item(images, (Ellipsis, *middle))
