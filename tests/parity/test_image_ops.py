"""`ops.image` beside real Keras: colours, frames and patches."""

import keras
import numpy as np
import pytest

from minikeras import ops
from tests.parity.harness import assert_close

rng = np.random.default_rng(0)
X = rng.normal(size=(2, 5, 6, 2)).astype("float32")
COLOURS = rng.uniform(size=(2, 5, 4, 3)).astype("float32")
COLOURS[0, 0, 0], COLOURS[0, 0, 1] = 0.5, 0.0  # a grey and a black pixel
FIRST = {"data_format": "channels_first"}

CALLS = [
    ("rgb_to_grayscale", COLOURS, {}),
    ("rgb_to_grayscale", (255 * COLOURS).astype("uint8"), {}),
    ("rgb_to_grayscale", COLOURS[0], {}),
    ("rgb_to_grayscale", np.moveaxis(COLOURS, -1, 1), FIRST),
    ("rgb_to_hsv", COLOURS, {}),
    ("rgb_to_hsv", np.moveaxis(COLOURS, -1, 1), FIRST),
    ("hsv_to_rgb", COLOURS, {}),
    ("hsv_to_rgb", COLOURS[1], {}),
    ("extract_patches", X, {"size": 2}),
    ("extract_patches", X[0], {"size": (3, 2)}),
    ("extract_patches", X, {"size": (2, 3), "strides": 1, "padding": "same"}),
    ("extract_patches", X, {"size": 3, "strides": (1, 2), "padding": "same"}),
    ("extract_patches", X, {"size": 2, "strides": 1, "dilation_rate": 2}),
    ("extract_patches", np.moveaxis(X, -1, 1), {"size": 2, **FIRST}),
    ("pad_images", X, {"top_padding": 1, "left_padding": 2, "target_height": 9, "target_width": 9}),
    (
        "pad_images",
        np.moveaxis(X, -1, 1),
        {"top_padding": 1, "bottom_padding": 1, "left_padding": 0, "right_padding": 3, **FIRST},
    ),
    (
        "crop_images",
        X,
        {"top_cropping": 1, "left_cropping": 2, "target_height": 3, "target_width": 2},
    ),
    (
        "crop_images",
        X[0],
        {"top_cropping": 1, "bottom_cropping": 1, "left_cropping": 0, "right_cropping": 3},
    ),
]


@pytest.mark.parametrize(("name", "images", "settings"), CALLS)
def test_values_and_types(name, images, settings):
    actual = np.asarray(getattr(ops.image, name)(images, **settings))
    expected = np.asarray(getattr(keras.ops.image, name)(images, **settings))
    assert actual.dtype == expected.dtype
    assert_close(actual, expected, name, tolerance=3e-6)
