"""Blocks of pixels laid into the channels, and back."""

from .. import config
from ..autograd import composite
from .shaping import reshape, transpose


def _check(x, block_size, sizes, what):
    if len(x.shape) != 4 or any(n % block_size for n in sizes):
        raise ValueError(f"{what}: pictures of shape {x.shape} do not divide into {block_size}s.")


@composite
def space_to_depth(x, block_size, data_format="channels_last"):
    """Return pictures whose blocks of `block_size` squared pixels have become channels.

    Args:
        x: (n, h, w, c), or (n, c, h, w) for channels_first.
        block_size: the side of a block; it must divide h and w.
        data_format: 'channels_last' or 'channels_first'.

    Returns:
        (n, h / b, w / b, b * b * c), the channels ordered by row, column and old channel; for
        channels_first (n, c * b * b, h / b, w / b), ordered by old channel, row and column.
    """
    b = block_size
    if config.normalize_data_format(data_format) == "channels_last":
        n, h, w, c = x.shape
        _check(x, b, (h, w), "space_to_depth")
        parts = transpose(reshape(x, (n, h // b, b, w // b, b, c)), (0, 1, 3, 2, 4, 5))
        return reshape(parts, (n, h // b, w // b, b * b * c))
    n, c, h, w = x.shape
    _check(x, b, (h, w), "space_to_depth")
    parts = transpose(reshape(x, (n, c, h // b, b, w // b, b)), (0, 1, 3, 5, 2, 4))
    return reshape(parts, (n, c * b * b, h // b, w // b))


@composite
def depth_to_space(x, block_size, data_format="channels_last"):
    """Return pictures whose channels have become blocks of pixels: `space_to_depth` undone."""
    b = block_size
    if config.normalize_data_format(data_format) == "channels_last":
        n, h, w, c = x.shape
        _check(x, b * b, (c,), "depth_to_space")
        parts = transpose(reshape(x, (n, h, w, b, b, c // (b * b))), (0, 1, 3, 2, 4, 5))
        return reshape(parts, (n, h * b, w * b, c // (b * b)))
    n, c, h, w = x.shape
    _check(x, b * b, (c,), "depth_to_space")
    parts = transpose(reshape(x, (n, c // (b * b), b, b, h, w)), (0, 1, 4, 2, 5, 3))
    return reshape(parts, (n, c // (b * b), h * b, w * b))
