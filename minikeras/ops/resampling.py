"""Images of another size: repeating elements, and interpolating between them.

Interpolation is linear and separable: along each axis the result is a matrix of weights times the
image. Positions follow the half-pixel convention: pixel i of n covers [i / n, (i + 1) / n].
"""

import functools
import math

import numpy as np

from .. import config
from ..autograd import Tensor, composite, op
from ..registry import suggest
from .conv import channels_last
from .elementwise import cast, round, saturate_cast
from .indexing import getitem
from .pooling import find_pools, spread_windows
from .shaping import moveaxis, pad
from .windows import normalize_tuple


# ---------------------------------------------------------------------------------------------
# Weights
# ---------------------------------------------------------------------------------------------
def _triangle(t):
    return np.maximum(0, 1 - t)


def _cubic(t):
    """The kernel of Keys (1981), equation 15, with a = -1/2."""
    near = (1.5 * t - 2.5) * t * t + 1
    far = ((-0.5 * t + 2.5) * t - 4) * t + 2
    return np.where(t < 1, near, np.where(t < 2, far, 0))


def _lanczos(radius):
    def kernel(t):
        return np.where(t < radius, np.sinc(t) * np.sinc(t / radius), 0)

    return kernel


_KERNELS = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
}
INTERPOLATIONS = ("nearest", *_KERNELS)


@functools.lru_cache(maxsize=256)
def weights(size, new_size, interpolation, antialias):
    """Return the matrix (new_size, size), in float64, that resizes one axis.

    Each row is the kernel around the position of a new pixel, scaled to a sum of 1; what reaches
    beyond the edge is left out before that. With `antialias` the kernel is widened when the image
    shrinks, so that every pixel counts.
    """
    scale = size / new_size
    position = (np.arange(new_size) + 0.5) * scale
    if interpolation == "nearest":
        found = np.zeros((new_size, size))
        found[np.arange(new_size), np.minimum(position.astype(int), size - 1)] = 1
        return found
    widened = max(scale, 1) if antialias else 1
    distance = np.abs(position[:, None] - 0.5 - np.arange(size)) / widened
    found = _KERNELS[interpolation](distance)
    return found / found.sum(axis=1, keepdims=True)


@op(register=False)
def transform_axis(x, /, matrix=None, axis=0):
    """Return `x` with every vector along `axis` multiplied by `matrix` (new length, length)."""
    if isinstance(x, Tensor):
        y = transform_axis(x, matrix=matrix, axis=axis)
    else:
        outer, inner = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :])
        flat = np.ascontiguousarray(x).reshape(outer, x.shape[axis], inner)
        y = np.matmul(matrix.astype(x.dtype), flat)
        y = y.reshape(*x.shape[:axis], len(matrix), *x.shape[axis + 1 :])
    return y, (lambda g: transform_axis(g, matrix=matrix.T, axis=axis),)


# ---------------------------------------------------------------------------------------------
# As Keras spells them
# ---------------------------------------------------------------------------------------------
def check_interpolation(interpolation):
    """Return the name in lower case, or raise a ValueError if it is unknown."""
    name = interpolation.lower() if isinstance(interpolation, str) else interpolation
    if name not in INTERPOLATIONS:
        raise ValueError(
            f"Unknown interpolation {interpolation!r}. {suggest(interpolation, INTERPOLATIONS)}"
        )
    return name


@composite
def upsample(x, size, data_format=None, interpolation="nearest"):
    """Return images enlarged by whole factors.

    Args:
        x: array (batch, *spatial, channels) with one to three spatial axes, or (batch,
            channels, *spatial) for 'channels_first'.
        size: factor, an int or a tuple of them, one for each spatial axis.
        data_format: 'channels_last' or 'channels_first'; None for the configured default.
        interpolation: 'nearest' repeats elements; 'bilinear', 'bicubic', 'lanczos3' and
            'lanczos5' interpolate between them.

    Raises:
        ValueError: another number of axes, or unknown names.
    """
    shape = np.shape(x)
    if len(shape) not in (3, 4, 5):
        raise ValueError(
            "upsample works on arrays of three to five axes: batch, one to three spatial axes, "
            f"channels. This one has shape {shape}."
        )
    size = normalize_tuple(size, len(shape) - 2, "size")
    interpolation = check_interpolation(interpolation)
    x, first = channels_last(x, data_format)
    old = np.shape(x)[1:-1]
    new = tuple(n * s for n, s in zip(old, size, strict=True))
    if interpolation == "nearest":
        y = spread_windows(x, where=find_pools(new, size, size, "valid"))
    else:
        y = x
        for axis, (n, m) in enumerate(zip(old, new, strict=True), 1):
            matrix = weights(n, m, interpolation, False)
            y = transform_axis(y, matrix=matrix, axis=axis)
    return moveaxis(y, -1, 1) if first else y


@composite
def resize(
    images,
    size,
    interpolation="bilinear",
    antialias=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    fill_value=0.0,
    data_format=None,
):
    """Return images of another size.

    Args:
        images: array (height, width, channels) or a batch of them, (batch, height, width,
            channels); the channels in front of the height for 'channels_first'.
        size: (height, width) of the result.
        interpolation: 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5'.
        antialias: whether a shrinking image is smoothed, so that every pixel counts.
        crop_to_aspect_ratio: whether to cut the images, around their centre, to the largest part
            that has the shape of the result, so that nothing is distorted.
        pad_to_aspect_ratio: whether to put a margin around them instead.
        fill_mode: how to fill that margin; only 'constant'.
        fill_value: with what.
        data_format: 'channels_last' or 'channels_first'; None for the configured default.

    Returns:
        Array of the type of `images`; integers are rounded.

    Raises:
        ValueError: another number of axes, unknown names, or both ways to keep the proportions.
    """
    shape = np.shape(images)
    if len(shape) not in (3, 4):
        raise ValueError(
            "resize works on one image of three axes or a batch of them, four axes; this array "
            f"has shape {shape}."
        )
    size = normalize_tuple(size, 2, "size")
    interpolation = check_interpolation(interpolation)
    if fill_mode != "constant":
        raise ValueError(
            f"resize fills margins with a constant, fill_mode={fill_mode!r} it cannot."
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Give crop_to_aspect_ratio or pad_to_aspect_ratio, not both.")
    first = config.normalize_data_format(data_format) == "channels_first"
    axis = len(shape) - (2 if first else 3)  # of the height
    height, width = shape[axis : axis + 2]
    if crop_to_aspect_ratio:
        box = (
            max(1, min(height, int(width * size[0] / size[1]))),
            max(1, min(width, int(height * size[1] / size[0]))),
        )
        starts = [(n - b) // 2 for n, b in zip((height, width), box, strict=True)]
        cut = tuple(slice(s, s + b) for s, b in zip(starts, box, strict=True))
        images = getitem(images, key=(*(slice(None),) * axis, *cut))
    elif pad_to_aspect_ratio:
        wanted = (
            max(height, int(width * size[0] / size[1])),
            max(width, int(height * size[1] / size[0])),
        )
        margins = [(w - n) // 2 for n, w in zip((height, width), wanted, strict=True)]
        pairs = [(0, 0)] * len(shape)
        pairs[axis], pairs[axis + 1] = [(m, m) for m in margins]
        images = pad(images, pairs, constant_values=fill_value)
    return _resize_axes(images, axis, size, interpolation, antialias)


def _resize_axes(images, axis, size, interpolation, antialias):
    """Resize two axes, and round where the images are of integers."""
    dtype = np.dtype(images.dtype)
    whole = dtype.kind in "iub"
    y = cast(images, dtype=config.floatx()) if whole else images
    for i, new in enumerate(size, axis):
        old = np.shape(images)[i]
        if new != old:
            matrix = weights(old, new, interpolation, bool(antialias))
            y = transform_axis(y, matrix=matrix, axis=i)
    return saturate_cast(round(y), dtype=dtype.name) if whole else y
