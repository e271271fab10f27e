"""MobileNetV2: blocks that widen, convolve depthwise, and narrow again without an activation.

Sandler, Howard, Zhu, Zhmoginov and Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks"
(2018), arXiv:1801.04381, table 2. Keras 2.1.5 has not got it; this is the network of Keras 3.
"""

import functools

from ..layers import (
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    ReLU,
    ZeroPadding2D,
)
from . import imagenet_utils
from .blueprint import Blueprint, Form, application, channel_axis, is_published
from .imagenet_utils import decode_predictions
from .input_shapes import Sizes, border_before_halving, published_size
from .published import ORIGIN, WeightsFile

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

_SIZES = Sizes(usual=224, least=32, also=(96, 128, 160, 192))
_PUBLISHED_WIDTHS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)
# (filters, strides of the first block, blocks) of the stages; the first stage does not widen
_STAGES = (
    *((16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4)),
    *((96, 1, 3), (160, 2, 3), (320, 1, 1)),
)
_WIDENING = 6
_FEATURES = 1280


@application
def MobileNetV2(  # noqa: N802
    input_shape=None,
    alpha=1.0,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name=None,
):
    """MobileNetV2: 17 blocks, 3.5 million weights at full width; images of 224 x 224 pixels.

    Images go through `mobilenet_v2.preprocess_input` first (mode 'tf'). `alpha` is the width:
    every number of filters is multiplied by it and rounded to a multiple of 8; the last
    convolution is never narrowed. Published weights: alpha 0.35, 0.5, 0.75, 1, 1.3 or 1.4, images
    of 96, 128, 160, 192 or 224 pixels (with other sizes, those for 224).
    """
    arguments = locals()
    if not alpha > 0:
        raise ValueError(f"alpha, the width of the network, must be greater than 0, not {alpha!r}.")
    if is_published(weights) and alpha not in _PUBLISHED_WIDTHS:
        widths = ", ".join(map(str, _PUBLISHED_WIDTHS))
        raise ValueError(f"Weights are published for alpha {widths}; not for {alpha!r}.")
    plan = Blueprint(arguments, Form(_SIZES, functools.partial(_files, alpha)))
    x = _convolved(plan.image, _rounded(32 * alpha), "Conv1", "bn_Conv1", size=3, strides=2)
    x = ReLU(6.0, name="Conv1_relu")(x)
    number = 0
    for filters, strides, blocks in _STAGES:
        for position in range(blocks):
            x = _block(x, _rounded(int(filters * alpha)), 1 if position else strides, number)
            number += 1
    features = _rounded(_FEATURES * alpha) if alpha > 1 else _FEATURES
    x = ReLU(6.0, name="out_relu")(_convolved(x, features, "Conv_1", "Conv_1_bn"))
    if include_top:
        x = plan.classifier(GlobalAveragePooling2D()(x), "predictions")
    else:
        x = plan.pooled(x)
    return plan.model(x, plan.sized_name("mobilenetv2", alpha))


def _files(alpha, shape):
    """Return the published files for a width and a shape of images."""
    size = published_size(shape, _SIZES)
    stem = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{size}"
    folder = ORIGIN + "mobilenet_v2/"
    return WeightsFile(f"{stem}.h5", folder), WeightsFile(f"{stem}_no_top.h5", folder)


def _block(x, filters, strides, number):
    """Widen, convolve depthwise, narrow; add the input where it has the same shape."""
    start, channels = x, x.shape[channel_axis()]
    name = f"block_{number}" if number else "expanded_conv"
    if number:
        x = _convolved(x, _WIDENING * channels, f"{name}_expand", f"{name}_expand_BN")
        x = ReLU(6.0, name=f"{name}_expand_relu")(x)
    if strides == 2:
        x = ZeroPadding2D(border_before_halving(x.shape[1:]), name=f"{name}_pad")(x)
    padding = "valid" if strides == 2 else "same"
    x = DepthwiseConv2D(
        3, strides=strides, padding=padding, use_bias=False, name=f"{name}_depthwise"
    )(x)
    x = ReLU(6.0, name=f"{name}_depthwise_relu")(_normalized(x, f"{name}_depthwise_BN"))
    x = _convolved(x, filters, f"{name}_project", f"{name}_project_BN")
    if strides == 1 and channels == filters:
        x = Add(name=f"{name}_add")([start, x])
    return x


def _convolved(x, filters, name, bn_name, size=1, strides=1):
    x = Conv2D(filters, size, strides=strides, padding="same", use_bias=False, name=name)(x)
    return _normalized(x, bn_name)


def _normalized(x, name):
    return BatchNormalization(channel_axis(), momentum=0.999, epsilon=1e-3, name=name)(x)


def _rounded(filters, divisor=8):
    """Return a number of filters as a multiple of 8, at most a tenth lower."""
    rounded = max(divisor, int(filters + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * filters else rounded


def preprocess_input(x, data_format=None):
    """Return images with pixels from -1 to 1; see `imagenet_utils.preprocess_input`, mode 'tf'."""
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")
