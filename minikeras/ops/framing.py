"""Frames around images, and windows cut out of them: padding, cropping, patches."""

import itertools

from .. import config
from ..autograd import composite
from .indexing import get_item
from .joining import concatenate
from .shaping import moveaxis, pad
from .types import array_like
from .windows import conv_output_length, normalize_padding, normalize_tuple


def _layout(images, data_format, what):
    """Return the axes of height and width, and that of the channels."""
    rank = len(images.shape)
    if rank not in (3, 4):
        raise ValueError(
            f"{what} takes one image, of three axes, or a batch of them, four axes, not shape "
            f"{tuple(images.shape)}."
        )
    if config.normalize_data_format(data_format) == "channels_last":
        return rank - 3, rank - 2, rank - 1
    return rank - 2, rank - 1, rank - 3


def _margins(before, after, target, whole, sides):
    """Return (before, after) of one axis, of which two of the three are given.

    Args:
        before, after, target: sizes of the margins and of the middle, one of them None.
        whole: function of (the two that are given) that returns the third.
        sides: what the three are called, for messages.
    """
    given = [before, after, target]
    if given.count(None) != 1:
        raise ValueError(
            f"Give exactly two of {', '.join(sides)}; they are {before}, {after} and {target}."
        )
    if before is None:
        before = whole(after, target)
    elif after is None:
        after = whole(before, target)
    if before < 0 or after < 0:
        raise ValueError(
            f"{sides[0]}={before} and {sides[1]}={after}: neither may be negative. Check the "
            f"{sides[2]}."
        )
    return before, after


@composite
def pad_images(
    images,
    top_padding=None,
    left_padding=None,
    bottom_padding=None,
    right_padding=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Return images with rows and columns of zeros around them.

    Args:
        images: (height, width, channels) or (batch, height, width, channels); for channels_first
            the channels stand before the height.
        top_padding, bottom_padding, target_height: rows added on top, below, and the height that
            comes out; exactly two of them.
        left_padding, right_padding, target_width: the same of columns.
        data_format: 'channels_last' or 'channels_first'; the default layout if None.

    Raises:
        ValueError: another shape; not exactly two of three; or a margin that would be negative.
    """
    images = array_like(images)
    rows, columns, _ = _layout(images, data_format, "pad_images")
    height, width = images.shape[rows], images.shape[columns]
    widths = [(0, 0)] * len(images.shape)
    widths[rows] = _margins(
        top_padding,
        bottom_padding,
        target_height,
        lambda margin, target: target - height - margin,
        ("top_padding", "bottom_padding", "target_height"),
    )
    widths[columns] = _margins(
        left_padding,
        right_padding,
        target_width,
        lambda margin, target: target - width - margin,
        ("left_padding", "right_padding", "target_width"),
    )
    return pad(images, widths)


@composite
def crop_images(
    images,
    top_cropping=None,
    left_cropping=None,
    bottom_cropping=None,
    right_cropping=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Return images without rows and columns at their edges.

    Args:
        images, data_format: see `pad_images`.
        top_cropping, bottom_cropping, target_height: rows taken off on top, below, and the
            height that is left; exactly two of them.
        left_cropping, right_cropping, target_width: the same of columns.

    Raises:
        ValueError: another shape; not exactly two of three; a margin that would be negative; or
            nothing left.
    """
    images = array_like(images)
    rows, columns, _ = _layout(images, data_format, "crop_images")
    height, width = images.shape[rows], images.shape[columns]
    top, bottom = _margins(
        top_cropping,
        bottom_cropping,
        target_height,
        lambda margin, target: height - target - margin,
        ("top_cropping", "bottom_cropping", "target_height"),
    )
    left, right = _margins(
        left_cropping,
        right_cropping,
        target_width,
        lambda margin, target: width - target - margin,
        ("left_cropping", "right_cropping", "target_width"),
    )
    if top + bottom >= height or left + right >= width:
        raise ValueError(
            f"Cropping {top} + {bottom} rows and {left} + {right} columns leaves nothing of images "
            f"of {height} by {width}."
        )
    key = [slice(None)] * len(images.shape)
    key[rows], key[columns] = slice(top, height - bottom), slice(left, width - right)
    return get_item(images, tuple(key))


@composite
def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """Return the patches of images, each as one row of channels.

    Args:
        images: (height, width, channels) or (batch, height, width, channels); for channels_first
            the channels stand before the height.
        size: height and width of a patch, an int or a pair.
        strides: how far apart patches lie, an int or a pair; `size` if None.
        dilation_rate: how far apart the pixels of a patch lie, an int or a pair.
        padding: 'valid', or 'same' for zeros around the images where patches need them.
        data_format: 'channels_last' or 'channels_first'; the default layout if None.

    Returns:
        (..., rows, columns, patch_height * patch_width * channels), ordered by row, column and
        channel within a patch; for channels_first the last axis stands first after the batch.

    Raises:
        ValueError: another shape, or settings out of range.
    """
    images = array_like(images)
    rows, columns, channels = _layout(images, data_format, "extract_patches")
    size = normalize_tuple(size, 2, "size")
    strides = size if strides is None else normalize_tuple(strides, 2, "strides")
    dilation = normalize_tuple(dilation_rate, 2, "dilation_rate")
    padding = normalize_padding(padding, ("valid", "same"))
    x = moveaxis(images, channels, -1)
    widths = [(0, 0)] * len(images.shape)
    places = []  # for height and width: the slices that take one pixel of every patch
    for axis, n, k, s, d in zip((-3, -2), x.shape[-3:-1], size, strides, dilation):
        out = conv_output_length(n, k, padding, s, d)
        missing = max((out - 1) * s + (k - 1) * d + 1 - n, 0) if padding == "same" else 0
        widths[axis] = (missing // 2, missing - missing // 2)
        if not out:
            raise ValueError(
                f"extract_patches: patches of {size} pixels, {dilation} apart, do not fit into "
                f"images of {tuple(x.shape[-3:-1])}. Make them smaller, or use padding='same'."
            )
        places.append([slice(i * d, i * d + (out - 1) * s + 1, s) for i in range(k)])
    if padding == "same":
        x = pad(x, widths)
    pixels = [get_item(x, (Ellipsis, *place, slice(None))) for place in itertools.product(*places)]
    return moveaxis(concatenate(pixels, axis=-1), -1, channels)
