"""Padding, cropping and patches of images: what is refused, and use in a model."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops

X = np.arange(2 * 4 * 4 * 1, dtype="float32").reshape(2, 4, 4, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.image.pad_images(X, top_padding=1), "exactly two of top_padding, bottom"),
        (lambda: ops.image.pad_images(X, 1, 1, 1, 1, 9), "they are 1, 1 and 9"),
        (lambda: ops.image.pad_images(X, 1, 0, -1, 0), "neither may be negative"),
        (lambda: ops.image.pad_images(X, 1, 0, None, 0, 4), "bottom_padding=-1: neither"),
        (lambda: ops.image.pad_images(X[0, 0], 1, 1, 1, 1), "a batch of them, four axes, not"),
        (lambda: ops.image.crop_images(X, 2, 0, 2, 0), "leaves nothing of images of 4 by 4"),
        (lambda: ops.image.crop_images(X, 2, 0, None, 0, 3), "bottom_cropping=-1: neither"),
        (lambda: ops.image.extract_patches(X, 5), "do not fit into images of .4, 4"),
        (lambda: ops.image.extract_patches(X, 0), "size must be a whole number, positive"),
        (lambda: ops.image.extract_patches(X, 2, padding="full"), "Unknown padding 'full'"),
        (lambda: ops.image.rgb_to_grayscale(X), "images of three colours"),
        (lambda: ops.image.rgb_to_hsv(np.ones((2, 2, 3), "uint8")), "Divide by 255 first"),
    ],
)
def test_messages(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_patches_are_rows_of_pixels():
    np.testing.assert_array_equal(
        ops.image.extract_patches(X, 2)[0],
        [[[0, 1, 4, 5], [2, 3, 6, 7]], [[8, 9, 12, 13], [10, 11, 14, 15]]],
    )


def test_patches_in_a_functional_model():
    inputs = keras.Input((4, 4, 1))
    patches = ops.image.extract_patches(inputs, size=2)
    assert patches.shape == (None, 2, 2, 4)
    framed = ops.image.pad_images(inputs, 1, 1, target_height=6, target_width=6)
    assert framed.shape == (None, 6, 6, 1)
    model = keras.Model(inputs, patches)
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_array_equal(again.predict(X, verbose=0), ops.image.extract_patches(X, 2))
