"""MobileNet: depthwise convolutions and 1 x 1 convolutions in turn; small and fast.

Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications"
(2017), arXiv:1704.04861, table 1. Keras 2.1.5 put a border on all four sides before every
convolution of stride 2, where the network that the weights come from, and Keras 3, have it on two;
see `variant`.
"""

import functools

from .. import ops
from ..layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Reshape,
    ZeroPadding2D,
)
from . import imagenet_utils
from .blueprint import Blueprint, Form, application, channel_axis, is_published
from .imagenet_utils import decode_predictions
from .input_shapes import Sizes, published_size
from .published import ORIGIN, WeightsFile

# DepthwiseConv2D was defined here once: scripts name it, and relu6, as custom_objects.
__all__ = ["DepthwiseConv2D", "MobileNet", "decode_predictions", "preprocess_input", "relu6"]

_SIZES = Sizes(usual=224, least=32, also=(128, 160, 192))
_PUBLISHED_WIDTHS = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5"}
# (filters, strides) of the blocks 1 to 13
_BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)


@application
def MobileNet(  # noqa: N802
    input_shape=None,
    alpha=1.0,
    depth_multiplier=1,
    dropout=1e-3,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name=None,
    variant=None,
):
    """MobileNet: 13 blocks, 4 million weights at full width; images of 224 x 224 pixels.

    Images go through `mobilenet.preprocess_input` first (mode 'tf'). `alpha` is the width: every
    number of filters is multiplied by it. `depth_multiplier` is how many filters a depthwise
    convolution has per channel. `dropout` is the part of the features that the classifier forgets
    while training. Published weights: alpha 1, 0.75, 0.5 or 0.25, depth_multiplier 1, images of
    128, 160, 192 or 224 pixels (with other sizes, those for 224).

    `variant` says where convolutions of stride 2 get their border: 'keras3': below and to the
    right, or 'keras2': on all sides, as in Keras 2.1.5. With None it is the first, unless a
    weights file given by its path lists the layers of Keras 2.1.5. The published files are the
    same ones for both.
    """
    arguments = locals()
    if not alpha > 0:
        raise ValueError(f"alpha, the width of the network, must be greater than 0, not {alpha!r}.")
    if is_published(weights):
        _check_published(alpha, depth_multiplier)
    files = functools.partial(_files, alpha)
    forms = {"keras3": Form(_SIZES, files), "keras2": Form(_SIZES, files, mark="conv_pad_1")}
    plan = Blueprint(arguments, forms)
    older = plan.variant == "keras2"
    x = ZeroPadding2D(1, name="conv1_pad")(plan.image) if older else plan.image
    x = Conv2D(
        int(32 * alpha),
        3,
        strides=2,
        padding="valid" if older else "same",
        use_bias=False,
        name="conv1",
    )(x)
    x = _activated(x, "conv1")
    for number, (filters, strides) in enumerate(_BLOCKS, start=1):
        x = _depthwise(x, strides, depth_multiplier, number, older)
        x = Conv2D(
            int(filters * alpha), 1, padding="same", use_bias=False, name=f"conv_pw_{number}"
        )(x)
        x = _activated(x, f"conv_pw_{number}")
    if include_top:
        top = _top_of_2017 if older else _top
        x = top(x, dropout, classes, classifier_activation)
    else:
        x = plan.pooled(x)
    return plan.model(x, plan.sized_name("mobilenet", alpha))


def _top(x, dropout, classes, activation):
    """Return class scores, by a convolution over what is left of the image: one place."""
    x = Dropout(dropout, name="dropout")(GlobalAveragePooling2D(keepdims=True)(x))
    x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
    x = Reshape((classes,), name="reshape_2")(x)
    return Activation(activation, name="predictions")(x)


def _top_of_2017(x, dropout, classes, activation):
    """Return the same numbers as `_top`, through the layers of Keras 2.1.5."""
    features = x.shape[channel_axis()]
    place = (features, 1, 1) if channel_axis() == 1 else (1, 1, features)
    x = Reshape(place, name="reshape_1")(GlobalAveragePooling2D()(x))
    x = Dropout(dropout, name="dropout")(x)
    x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
    # Activations work on the channels where these lie last: so first to (classes,), if need be.
    if channel_axis() == 3:
        x = Activation(activation, name="act_softmax")(x)
        return Reshape((classes,), name="reshape_2")(x)
    x = Reshape((classes,), name="reshape_2")(x)
    return Activation(activation, name="act_softmax")(x)


def _check_published(alpha, depth_multiplier):
    if depth_multiplier != 1:
        raise ValueError(
            f"The published weights go with depth_multiplier=1, not {depth_multiplier!r}."
        )
    if alpha not in _PUBLISHED_WIDTHS:
        widths = ", ".join(map(str, sorted(_PUBLISHED_WIDTHS)))
        raise ValueError(f"Weights are published for alpha {widths}; not for {alpha!r}.")


def _files(alpha, shape):
    """Return the published files for a width and a shape of images."""
    size = published_size(shape, _SIZES)
    stem = f"mobilenet_{_PUBLISHED_WIDTHS[alpha]}_{size}_tf"
    folder = ORIGIN + "mobilenet/"
    return WeightsFile(f"{stem}.h5", folder), WeightsFile(f"{stem}_no_top.h5", folder)


def _depthwise(x, strides, depth_multiplier, number, older):
    """Return x after a depthwise convolution, its normalization and its rectifier."""
    border = strides == 2 or older
    if border:
        x = ZeroPadding2D(1 if older else ((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
    x = DepthwiseConv2D(
        3,
        strides=strides,
        padding="valid" if border else "same",
        depth_multiplier=depth_multiplier,
        use_bias=False,
        name=f"conv_dw_{number}",
    )(x)
    return _activated(x, f"conv_dw_{number}")


def _activated(x, name):
    x = BatchNormalization(channel_axis(), name=f"{name}_bn")(x)
    return ReLU(6.0, name=f"{name}_relu")(x)


def relu6(x):
    """Return min(max(x, 0), 6)."""
    return ops.relu6(x)


def preprocess_input(x, data_format=None):
    """Return images with pixels from -1 to 1; see `imagenet_utils.preprocess_input`, mode 'tf'."""
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")
