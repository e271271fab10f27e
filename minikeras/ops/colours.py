"""Colours of images: grey, hue, saturation and value. The colours are one axis of length 3."""

import numpy as np

from .. import config
from ..autograd import composite
from .arithmetic import add, clip, divide_no_nan, multiply, subtract, where
from .comparison import equal, less
from .elementwise import absolute, cast
from .joining import stack
from .reduction import max, min, sum
from .shaping import moveaxis
from .types import array_like, floating

# How bright red, green and blue look: the luma of ITU-R BT.601.
_BRIGHTNESS = (0.2989, 0.5870, 0.1140)


def _colour_axis(images, data_format, what):
    """Return the axis of the three colours; a ValueError where there is none."""
    last = config.normalize_data_format(data_format) == "channels_last"
    rank = len(images.shape)
    axis = rank - 1 if last else rank - 3
    if rank not in (3, 4) or images.shape[axis] not in (3, None):
        raise ValueError(
            f"{what} takes images of three colours, "
            f"{'(..., height, width, 3)' if last else '(..., 3, height, width)'}, with or without "
            f"a batch axis, not shape {tuple(images.shape)}."
        )
    return axis


@composite
def rgb_to_grayscale(images, data_format=None):
    """Return 0.2989 red + 0.587 green + 0.114 blue (ITU-R BT.601).

    Args:
        images: (height, width, 3) or (batch, height, width, 3); for channels_first the colours
            stand before the height. Whole numbers are rounded down to their own type.
        data_format: 'channels_last' or 'channels_first'; the default layout if None.

    Returns:
        Array of the same layout with one channel.

    Raises:
        ValueError: another shape.
    """
    images = array_like(images)
    axis = _colour_axis(images, data_format, "rgb_to_grayscale")
    x = floating(images)
    shape = [3 if i == axis else 1 for i in range(len(images.shape))]
    grey = sum(multiply(x, np.reshape(_BRIGHTNESS, shape).astype(x.dtype)), axis, keepdims=True)
    return grey if images.dtype.kind == "f" else cast(grey, dtype=images.dtype)


@composite
def rgb_to_hsv(images, data_format=None):
    """Return hue, saturation and value, all from 0 to 1, of red, green and blue from 0 to 1.

    A hue of 0 is red, 1/3 green and 2/3 blue; grey has hue and saturation 0 (Smith 1978, "Color
    gamut transform pairs").

    Args:
        images, data_format: see `rgb_to_grayscale`; floats.
    """
    images = array_like(images)
    axis = _colour_axis(images, data_format, "rgb_to_hsv")
    x = moveaxis(_floats(images, "rgb_to_hsv"), axis, 0)
    red, green, blue = x[0], x[1], x[2]
    value = max(x, axis=0)
    spread = subtract(value, min(x, axis=0))
    on_red = divide_no_nan(subtract(green, blue), spread)
    on_green = add(divide_no_nan(subtract(blue, red), spread), 2.0)
    on_blue = add(divide_no_nan(subtract(red, green), spread), 4.0)
    sixths = where(equal(red, value), on_red, where(equal(green, value), on_green, on_blue))
    sixths = where(equal(spread, 0.0), 0.0, sixths)
    hue = multiply(where(less(sixths, 0.0), add(sixths, 6.0), sixths), 1 / 6)
    return stack([hue, divide_no_nan(spread, value), value], axis=axis)


@composite
def hsv_to_rgb(images, data_format=None):
    """Return red, green and blue of hue, saturation and value: `rgb_to_hsv` undone."""
    images = array_like(images)
    axis = _colour_axis(images, data_format, "hsv_to_rgb")
    x = moveaxis(_floats(images, "hsv_to_rgb"), axis, 0)
    sixths, saturation, value = multiply(x[0], 6.0), x[1], x[2]
    red = subtract(absolute(subtract(sixths, 3.0)), 1.0)
    green = subtract(2.0, absolute(subtract(sixths, 2.0)))
    blue = subtract(2.0, absolute(subtract(sixths, 4.0)))
    pale = subtract(1.0, saturation)
    parts = [
        multiply(add(pale, multiply(saturation, clip(part, 0.0, 1.0))), value)
        for part in (red, green, blue)
    ]
    return stack(parts, axis=axis)


def _floats(images, what):
    if images.dtype.kind != "f":
        raise ValueError(
            f"{what} takes floats from 0 to 1, not {images.dtype.name}. Divide by 255 first."
        )
    return images
