"""Xception: convolutions over space and over channels apart, in blocks that add to their input.

Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions" (2016), arXiv:1610.02357,
figure 5. One form for all versions of Keras.
"""

from ..layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
)
from . import imagenet_utils
from .blueprint import Blueprint, Form, application, channel_axis
from .imagenet_utils import decode_predictions
from .input_shapes import Sizes
from .published import ORIGIN, tensorflow_files

__all__ = ["Xception", "decode_predictions", "preprocess_input"]

_FILES = tensorflow_files(
    "xception",
    ORIGIN + "xception/",
    "0a58e3b7378bc2990ea3b43d5981f1f6",
    "b0042744bf5b25fce3cb969f33bebb97",
)
_SIZES = Sizes(usual=299, least=71, bound_by_top=False)


@application
def Xception(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="xception",
):
    """Xception: 34 separable convolutions, 23 million weights; images of 299 x 299 pixels.

    Images go through `xception.preprocess_input` first (mode 'tf'). The classifier works on the
    mean of all places, so that images of other sizes, from 71 x 71 pixels, can be classified too:
    input_shape=(None, None, 3).
    """
    plan = Blueprint(locals(), Form(_SIZES, _FILES))
    x = Conv2D(32, 3, strides=2, use_bias=False, name="block1_conv1")(plan.image)
    x = _rectified(_normalized(x, "block1_conv1_bn"), "block1_conv1_act")
    x = Conv2D(64, 3, use_bias=False, name="block1_conv2")(x)
    x = _rectified(_normalized(x, "block1_conv2_bn"), "block1_conv2_act")
    x = _narrowing_block(x, (128, 128), "block2", rectified_already=True)
    x = _narrowing_block(x, (256, 256), "block3")
    x = _narrowing_block(x, (728, 728), "block4")
    for number in range(5, 13):
        x = _middle_block(x, f"block{number}")
    x = _narrowing_block(x, (728, 1024), "block13")
    for number, filters in enumerate((1536, 2048), start=1):
        x = _separable(x, filters, f"block14_sepconv{number}")
        x = _rectified(x, f"block14_sepconv{number}_act")
    if not plan.include_top:
        return plan.model(plan.pooled(x))
    x = GlobalAveragePooling2D(name="avg_pool")(x)
    return plan.model(plan.classifier(x, "predictions"))


def _narrowing_block(x, filters, name, rectified_already=False):
    """Half the size: two separable convolutions and a pooling, beside a convolution of stride 2."""
    shortcut = Conv2D(filters[1], 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = _normalized(shortcut)
    for number, count in enumerate(filters, start=1):
        if number > 1 or not rectified_already:
            x = _rectified(x, f"{name}_sepconv{number}_act")
        x = _separable(x, count, f"{name}_sepconv{number}")
    x = MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return Add()([x, shortcut])


def _middle_block(x, name):
    """Add to x what three separable convolutions make of it."""
    shortcut = x
    for number in (1, 2, 3):
        x = _rectified(x, f"{name}_sepconv{number}_act")
        x = _separable(x, 728, f"{name}_sepconv{number}")
    return Add()([x, shortcut])


def _separable(x, filters, name):
    x = SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return _normalized(x, f"{name}_bn")


def _normalized(x, name=None):
    return BatchNormalization(channel_axis(), name=name)(x)


def _rectified(x, name):
    return Activation("relu", name=name)(x)


def preprocess_input(x, data_format=None):
    """Return images with pixels from -1 to 1; see `imagenet_utils.preprocess_input`, mode 'tf'."""
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")
