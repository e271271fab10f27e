"""Which images a network takes: the shape asked for, checked against what the network can do."""

import warnings
from typing import NamedTuple

import numpy as np

from .. import config


class Sizes(NamedTuple):
    """The image sizes, in pixels, of a network.

    Attributes:
        usual: the size that it was published for.
        least: below this nothing is left of the image within the network.
        bound_by_top: whether the classifier on top goes with one size only: with published
            weights the usual one.
        also: further sizes that it was published for.
    """

    usual: int
    least: int
    bound_by_top: bool = True
    also: tuple = ()


def image_shape(asked, sizes, include_top, published):
    """Return the shape of one image, in the order of `image_data_format`; None where it may vary.

    Args:
        asked: `input_shape` as the caller gave it, or None.
        sizes: the network's `Sizes`.
        include_top: whether there will be a classifier on top.
        published: whether the published weights will be loaded.

    Raises:
        ValueError: no shape of images, one that is too small, or one that published weights or
            the classifier do not fit.
    """
    if asked is None:
        size = sizes.usual if include_top else None
        return _ordered(size, size, 3)
    height, width, channels = _parts(asked)
    shape = _ordered(height, width, channels)
    if published and channels != 3:
        raise ValueError(
            f"The published weights are for images with 3 channels; input_shape={shape} has "
            f"{channels}. Build the network with weights=None for these."
        )
    bound = include_top and sizes.bound_by_top
    fitting = [_ordered(size, size, channels) for size in (sizes.usual, *sizes.also)]
    if published and bound and shape not in fitting:
        raise ValueError(
            f"The published classifier goes with input_shape={' or '.join(map(str, fitting))}, not "
            f"{shape}. include_top=False leaves it out, weights=None gives a new one."
        )
    if any(size is not None and size < sizes.least for size in (height, width)):
        raise ValueError(
            f"This network needs images of at least {sizes.least} x {sizes.least} pixels; "
            f"input_shape={shape} is smaller."
        )
    if bound and None in shape:
        raise ValueError(
            f"input_shape={shape} leaves a size open: with include_top=True all three are needed."
        )
    if channels not in (1, 3):
        warnings.warn(
            f"This network usually takes images with 1 or 3 channels; input_shape={shape} has "
            f"{channels}.",
            stacklevel=5,
        )
    return shape


def published_size(shape, sizes):
    """Return the size, in pixels, for which to load weights that are published for several.

    Where images of `shape` have none of them, that is the usual size, with a warning.
    """
    height, width = size_of(shape)
    if height == width and height in (sizes.usual, *sizes.also):
        return height
    warnings.warn(
        f"There are no weights for images of {height} x {width} pixels; those for {sizes.usual} x "
        f"{sizes.usual} are loaded.",
        stacklevel=6,
    )
    return sizes.usual


def size_of(shape):
    """Return (height, width) of an image shape in the order of `image_data_format`."""
    return _parts(shape)[:2]


def border_before_halving(shape):
    """Return the borders that let a 3 x 3 window of stride 2 halve images of `shape`.

    As 'same' padding has it where a size is even; an odd one gets a border on both sides.
    """
    height, width = size_of(shape)
    return tuple((1, 1) if size is not None and size % 2 else (0, 1) for size in (height, width))


def _parts(shape):
    """Return (height, width, channels) of a shape that the caller gave."""
    try:
        parts = tuple(shape)
    except TypeError:
        parts = ()
    whole = all(d is None or isinstance(d, (int, np.integer)) for d in parts)
    if len(parts) != 3 or not whole:
        raise ValueError(
            f"input_shape is the shape of one image, three whole numbers without the batch axis, "
            f"such as {_ordered(224, 224, 3)}; it was {shape!r}."
        )
    channels, *size = parts if _channels_first() else (parts[2], *parts[:2])
    if channels is None:
        raise ValueError(f"input_shape={parts} does not say how many channels the images have.")
    return (*size, channels)


def _ordered(height, width, channels):
    return (channels, height, width) if _channels_first() else (height, width, channels)


def _channels_first():
    return config.image_data_format() == "channels_first"
