"""InceptionV3: several convolutions side by side, their features put together, eleven times.

Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception Architecture for Computer
Vision" (2015), arXiv:1512.00567. Each block is written as a table: its branches, and in each the
convolutions one after another. One form for all versions of Keras.
"""

from ..layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
)
from . import imagenet_utils
from .blueprint import Blueprint, Form, application, channel_axis
from .imagenet_utils import decode_predictions
from .input_shapes import Sizes
from .published import ORIGIN, tensorflow_files

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]

_FILES = tensorflow_files(
    "inception_v3",
    ORIGIN + "inception_v3/",
    "9a0d58056eeedaa3f26cb7ebd46da564",
    "bcbd6486424b2319ff4ef7d526e38f63",
)
_SIZES = Sizes(usual=299, least=75, bound_by_top=False)


@application
def InceptionV3(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="inception_v3",
):
    """InceptionV3: 94 convolutions, 24 million weights; images of 299 x 299 pixels.

    Images go through `inception_v3.preprocess_input` first (mode 'tf'). The classifier works on
    the mean of all places, so that images of other sizes, from 75 x 75 pixels, can be classified
    too: input_shape=(None, None, 3).
    """
    plan = Blueprint(locals(), Form(_SIZES, _FILES))
    x = _convolved(plan.image, 32, 3, strides=2, padding="valid")
    x = _convolved(x, 32, 3, padding="valid")
    x = MaxPooling2D(3, strides=2)(_convolved(x, 64, 3))
    x = _convolved(x, 80, 1, padding="valid")
    x = MaxPooling2D(3, strides=2)(_convolved(x, 192, 3, padding="valid"))
    for number, pooled in enumerate((32, 64, 64)):
        x = _fine_block(x, pooled, f"mixed{number}")
    x = _first_reduction(x, "mixed3")
    for number, inner in enumerate((128, 160, 160, 192), start=4):
        x = _long_block(x, inner, f"mixed{number}")
    x = _second_reduction(x, "mixed8")
    x = _wide_block(x, "mixed9", inner_name="mixed9_0")
    x = _wide_block(x, "mixed10", inner_name="mixed9_1")
    if not plan.include_top:
        return plan.model(plan.pooled(x))
    x = GlobalAveragePooling2D(name="avg_pool")(x)
    return plan.model(plan.classifier(x, "predictions"))


def _convolved(x, filters, size, strides=1, padding="same"):
    """Return x after a convolution, its normalization without scale, and a rectifier."""
    x = Conv2D(filters, size, strides=strides, padding=padding, use_bias=False)(x)
    x = BatchNormalization(channel_axis(), scale=False)(x)
    return Activation("relu")(x)


def _chain(x, *steps):
    """Return x after several convolutions, each given as (filters, size)."""
    for filters, size in steps:
        x = _convolved(x, filters, size)
    return x


def _smoothed(x):
    return AveragePooling2D(3, strides=1, padding="same")(x)


def _joined(branches, name=None):
    return Concatenate(channel_axis(), name=name)(branches)


def _fine_block(x, pooled, name):
    """Inception with windows of 1, 5 and twice 3; figure 5 of the paper."""
    one = _chain(x, (64, 1))
    five = _chain(x, (48, 1), (64, 5))
    double = _chain(x, (64, 1), (96, 3), (96, 3))
    return _joined([one, five, double, _chain(_smoothed(x), (pooled, 1))], name)


def _first_reduction(x, name):
    """Half the size, by convolutions and a pooling side by side; figure 10 of the paper."""
    three = _convolved(x, 384, 3, strides=2, padding="valid")
    double = _chain(x, (64, 1), (96, 3))
    double = _convolved(double, 96, 3, strides=2, padding="valid")
    return _joined([three, double, MaxPooling2D(3, strides=2)(x)], name)


def _long_block(x, n, name):
    """Inception with windows of 1 x 7 and 7 x 1 in turn; figure 6 of the paper."""
    row, column = (1, 7), (7, 1)
    one = _chain(x, (192, 1))
    seven = _chain(x, (n, 1), (n, row), (192, column))
    double = _chain(x, (n, 1), (n, column), (n, row), (n, column), (192, row))
    return _joined([one, seven, double, _chain(_smoothed(x), (192, 1))], name)


def _second_reduction(x, name):
    """Half the size again."""
    three = _convolved(_chain(x, (192, 1)), 320, 3, strides=2, padding="valid")
    seven = _chain(x, (192, 1), (192, (1, 7)), (192, (7, 1)))
    seven = _convolved(seven, 192, 3, strides=2, padding="valid")
    return _joined([three, seven, MaxPooling2D(3, strides=2)(x)], name)


def _wide_block(x, name, inner_name):
    """Inception whose branches part once more; figure 7 of the paper."""
    one = _chain(x, (320, 1))
    three = _chain(x, (384, 1))
    three = _joined([_chain(three, (384, (1, 3))), _chain(three, (384, (3, 1)))], inner_name)
    double = _chain(x, (448, 1), (384, 3))
    double = _joined([_chain(double, (384, (1, 3))), _chain(double, (384, (3, 1)))])
    return _joined([one, three, double, _chain(_smoothed(x), (192, 1))], name)


def preprocess_input(x, data_format=None):
    """Return images with pixels from -1 to 1; see `imagenet_utils.preprocess_input`, mode 'tf'."""
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")
