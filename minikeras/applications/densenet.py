"""DenseNet: every convolution sees the features of all before it in its block.

Huang, Liu, van der Maaten and Weinberger, "Densely Connected Convolutional Networks" (2016),
arXiv:1608.06993, table 1 with growth rate 32. Keras 2.1.5 left out the rectifier after the last
normalization, and named some layers differently; see `variant`.
"""

from ..layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from . import imagenet_utils
from .blueprint import Blueprint, Form, application, channel_axis
from .imagenet_utils import decode_predictions
from .input_shapes import Sizes
from .published import ORIGIN, ORIGIN_2017, tensorflow_files

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

_GROWTH = 32
_EPSILON = 1.001e-5


def _forms(stem, sums, sums_of_2017):
    """Return both forms of a network, from the MD5 sums of its files, with and without the top."""
    folder, older = ORIGIN + "densenet/", ORIGIN_2017 + "v0.8/"
    return {
        "keras3": Form(Sizes(usual=224, least=32), tensorflow_files(stem, folder, *sums)),
        "keras2": Form(
            Sizes(usual=224, least=221),
            tensorflow_files(stem, older, *sums_of_2017),
            mark="conv1/conv",
        ),
    }


_FORMS_121 = _forms(
    "densenet121",
    ("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
    ("0962ca643bae20f9b6771cb844dca3b0", "4912a53fbd2a69346e7f2c0b5ec8c6d3"),
)
_FORMS_169 = _forms(
    "densenet169",
    ("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
    ("bcf9965cf5064a5f9eb6d7dc69386f43", "50662582284e4cf834ce40ab4dfa58c6"),
)
_FORMS_201 = _forms(
    "densenet201",
    ("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
    ("7bb75edd58cb43163be7e0005fbe95ef", "1c2de60ee40562448dbac34a0737e798"),
)


@application
def DenseNet121(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="densenet121",
    variant=None,
):
    """DenseNet with 121 layers, 8 million weights; images of 224 x 224 pixels.

    Images go through `densenet.preprocess_input` first (mode 'torch').

    `variant` says which of two networks it is: 'keras3', that of Keras 3, or 'keras2', that of
    Keras 2.1.5, which lacks the last rectifier and takes images from 221 pixels on. With None the
    weights decide: a file of Keras 2.1.5 (given by its path, or found in the cache) gets that
    network, everything else the one of Keras 3.
    """
    return _densenet(Blueprint(locals(), _FORMS_121), (6, 12, 24, 16))


@application
def DenseNet169(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="densenet169",
    variant=None,
):
    """DenseNet with 169 layers, 14 million weights; images of 224 x 224 pixels.

    Images go through `densenet.preprocess_input` first (mode 'torch'). For `variant` see
    `DenseNet121`.
    """
    return _densenet(Blueprint(locals(), _FORMS_169), (6, 12, 32, 32))


@application
def DenseNet201(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="densenet201",
    variant=None,
):
    """DenseNet with 201 layers, 20 million weights; images of 224 x 224 pixels.

    Images go through `densenet.preprocess_input` first (mode 'torch'). For `variant` see
    `DenseNet121`.
    """
    return _densenet(Blueprint(locals(), _FORMS_201), (6, 12, 48, 32))


def _densenet(plan, depths):
    """Build the network with so many steps in each of its four blocks."""
    older = plan.variant == "keras2"
    start = "conv1/" if older else "conv1_"
    x = ZeroPadding2D(3)(plan.image)
    x = Conv2D(64, 7, strides=2, use_bias=False, name=f"{start}conv")(x)
    x = _activated(x, f"{start}bn", f"{start}relu")
    x = MaxPooling2D(3, strides=2, name="pool1")(ZeroPadding2D(1)(x))
    for block, depth in enumerate(depths, start=2):
        if block > 2:
            x = _transition(x, f"pool{block - 1}")
        for number in range(1, depth + 1):
            x = _step(x, f"conv{block}_block{number}")
    x = _normalized(x, "bn") if older else _activated(x, "bn", "relu")
    if not plan.include_top:
        return plan.model(plan.pooled(x, "avg_pool", "max_pool"))
    x = GlobalAveragePooling2D(name="avg_pool")(x)
    return plan.model(plan.classifier(x, "fc1000" if older else "predictions"))


def _step(x, name):
    """Return x with 32 features more, made of all it has."""
    new = _activated(x, f"{name}_0_bn", f"{name}_0_relu")
    new = Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _activated(new, f"{name}_1_bn", f"{name}_1_relu")
    new = Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return Concatenate(channel_axis(), name=f"{name}_concat")([x, new])


def _transition(x, name):
    """Return x with half its features, at half its size."""
    half = x.shape[channel_axis()] // 2
    x = _activated(x, f"{name}_bn", f"{name}_relu")
    x = Conv2D(half, 1, use_bias=False, name=f"{name}_conv")(x)
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _activated(x, bn_name, relu_name):
    return Activation("relu", name=relu_name)(_normalized(x, bn_name))


def _normalized(x, name):
    return BatchNormalization(channel_axis(), epsilon=_EPSILON, name=name)(x)


def preprocess_input(x, data_format=None):
    """Return images scaled and centred; see `imagenet_utils.preprocess_input`, mode 'torch'."""
    return imagenet_utils.preprocess_input(x, data_format, mode="torch")
