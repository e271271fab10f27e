"""Cases: colours, frames and patches of images."""

import colorsys

import numpy as np

from . import Case
from .values import normal

COLOURS = np.random.default_rng(3).uniform(0.05, 0.95, (2, 3, 4, 3))


def _grey(x, data_format="channels_last"):
    axis = -1 if data_format == "channels_last" else -3
    moved = np.moveaxis(x, axis, -1)
    return np.moveaxis((moved * [0.2989, 0.587, 0.114]).sum(-1, keepdims=True), -1, axis)


def _pixels(function):
    def convert(x, data_format="channels_last"):
        axis = -1 if data_format == "channels_last" else -3
        moved = np.moveaxis(x, axis, -1)
        rows = [function(*(float(v) for v in p)) for p in moved.reshape(-1, 3)]
        return np.moveaxis(np.array(rows, x.dtype).reshape(moved.shape), -1, axis)

    return convert


def _patches(x, size, strides=None, dilation_rate=1, padding="valid"):
    (kh, kw), (sh, sw) = size, strides or size
    d, found = dilation_rate, []
    if padding == "same":
        gaps = [
            max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
            for n, k, s in ((x.shape[1], kh, sh), (x.shape[2], kw, sw))
        ]
        x = np.pad(x, [(0, 0), *((g // 2, g - g // 2) for g in gaps), (0, 0)])
    heights = range(0, x.shape[1] - (kh - 1) * d, sh)
    widths = range(0, x.shape[2] - (kw - 1) * d, sw)
    for i in heights:
        found.append([x[:, i : i + kh * d : d, j : j + kw * d : d] for j in widths])
    return np.stack([np.stack([p.reshape(len(x), -1) for p in row], 1) for row in found], 1)


def _unfolded(x, kernel_size, dilation=1, padding=0, stride=1):
    """Loop over the blocks."""
    kh, kw = kernel_size
    x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    return np.stack(
        [
            x[
                :,
                :,
                i : i + (kh - 1) * dilation + 1 : dilation,
                j : j + (kw - 1) * dilation + 1 : dilation,
            ].reshape(len(x), -1)
            for i in range(0, x.shape[2] - (kh - 1) * dilation, stride)
            for j in range(0, x.shape[3] - (kw - 1) * dilation, stride)
        ],
        axis=-1,
    )


def _folded(x, output_size, kernel_size, **settings):
    """Apply the transpose of the matrix that unfolding is."""
    channels = x.shape[1] // (kernel_size[0] * kernel_size[1])
    n = channels * output_size[0] * output_size[1]
    ones = np.eye(n).reshape(n, channels, *output_size)
    matrix = _unfolded(ones, kernel_size, **settings).reshape(n, -1)
    return (x.reshape(len(x), -1) @ matrix.T).reshape(len(x), channels, *output_size)


CASES = [
    Case("unfold", [normal(2, 3, 5, 4)], _unfolded, {"kernel_size": (2, 3)}),
    Case(
        "unfold",
        [normal(1, 2, 5, 6)],
        _unfolded,
        {"kernel_size": (2, 2), "dilation": 2, "padding": 1, "stride": 2},
    ),
    Case("fold", [normal(2, 12, 6)], _folded, {"output_size": (4, 3), "kernel_size": (2, 2)}),
    Case(
        "fold",
        [normal(1, 8, 9)],
        _folded,
        {
            "output_size": (5, 6),
            "kernel_size": (2, 2),
            "dilation": 2,
            "padding": 1,
            "stride": 2,
        },
    ),
    Case("rgb_to_grayscale", [COLOURS], _grey),
    Case(
        "rgb_to_grayscale",
        [np.moveaxis(COLOURS, -1, 1)],
        _grey,
        {"data_format": "channels_first"},
    ),
    Case("rgb_to_hsv", [COLOURS], _pixels(colorsys.rgb_to_hsv)),
    Case("hsv_to_rgb", [COLOURS[0]], _pixels(colorsys.hsv_to_rgb)),
    Case(
        "hsv_to_rgb",
        [np.moveaxis(COLOURS, -1, 1)],
        _pixels(colorsys.hsv_to_rgb),
        {"data_format": "channels_first"},
    ),
    Case(
        "pad_images",
        [normal(2, 3, 4, 2)],
        lambda x, **_: np.pad(x, [(0, 0), (1, 2), (0, 3), (0, 0)]),
        {"top_padding": 1, "bottom_padding": 2, "left_padding": 0, "target_width": 7},
    ),
    Case(
        "pad_images",
        [normal(2, 3, 4)],
        lambda x, **_: np.pad(x, [(0, 0), (3, 1), (1, 0)]),
        {
            "bottom_padding": 1,
            "target_height": 7,
            "left_padding": 1,
            "right_padding": 0,
            "data_format": "channels_first",
        },
    ),
    Case(
        "crop_images",
        [normal(2, 5, 6, 2)],
        lambda x, **_: x[:, 1:4, 2:5],
        {"top_cropping": 1, "target_height": 3, "right_cropping": 1, "target_width": 3},
    ),
    Case("extract_patches", [normal(2, 5, 6, 2)], _patches, {"size": (2, 3)}),
    Case(
        "extract_patches",
        [normal(2, 5, 6, 2)],
        _patches,
        {"size": (3, 2), "strides": (1, 2), "padding": "same"},
    ),
    Case(
        "extract_patches",
        [normal(1, 7, 6, 1)],
        _patches,
        {"size": (2, 2), "strides": (2, 1), "dilation_rate": 2},
    ),
]
