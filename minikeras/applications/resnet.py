"""ResNet: blocks of three convolutions, each of which adds to what it was given.

He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2015), arXiv:1512.03385;
table 1, with the stride in the first convolution of a block. The networks of Keras 3, in `resnet`,
and of Keras 2.1.5, in `_resnet50_of_2017`, differ in more than names; each has weights of its own.
"""

from typing import NamedTuple

from ..layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from .blueprint import Blueprint, Form, application, channel_axis
from .imagenet_utils import decode_predictions, preprocess_input
from .input_shapes import Sizes
from .published import ORIGIN, ORIGIN_2017, tensorflow_files

__all__ = ["ResNet101", "ResNet152", "ResNet50", "decode_predictions", "preprocess_input"]

_ORIGIN = ORIGIN + "resnet/"
_FILES_50 = tensorflow_files(
    "resnet50", _ORIGIN, "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"
)
_FILES_50_OF_2017 = tensorflow_files(
    "resnet50",
    ORIGIN_2017 + "v0.2/",
    "a7b3fe01876f51b976af0dea6bc144eb",
    "a268eb855778b3df3c7506639542a6af",
)
_FILES_101 = tensorflow_files(
    "resnet101", _ORIGIN, "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"
)
_FILES_152 = tensorflow_files(
    "resnet152", _ORIGIN, "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"
)
_SIZES = Sizes(usual=224, least=32)
_FORMS_50 = {
    "keras3": Form(_SIZES, _FILES_50),
    # Of 197 pixels 7 x 7 features remain, what its average pooling needs.
    "keras2": Form(Sizes(usual=224, least=197), _FILES_50_OF_2017, mark="res2a_branch2a"),
}
_FILTERS = (64, 128, 256, 512)
_EPSILON = 1.001e-5


@application
def ResNet50(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="resnet50",
    variant=None,
):
    """ResNet with 50 layers, 26 million weights; images of 224 x 224 pixels.

    Images go through `resnet50.preprocess_input` first (mode 'caffe').

    `variant` says which of two networks it is: 'keras3', that of Keras 3, or 'keras2', that of
    Keras 2.1.5. They differ in names, order, padding and the constant of batch normalization, and
    Keras 2.1.5 averages over 7 x 7 features without the classifier too, for which it needs images
    of at least 197 pixels. With None the weights decide: a file of Keras 2.1.5 (given by its path,
    or found in the cache) gets that network, everything else the one of Keras 3.
    """
    plan = Blueprint(locals(), _FORMS_50)
    return _resnet50_of_2017(plan) if plan.variant == "keras2" else _resnet(plan, (3, 4, 6, 3))


@application
def ResNet101(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="resnet101",
):
    """ResNet with 101 layers, 45 million weights; images of 224 x 224 pixels.

    Images go through `resnet.preprocess_input` first (mode 'caffe').
    """
    return _resnet(Blueprint(locals(), Form(_SIZES, _FILES_101)), (3, 4, 23, 3))


@application
def ResNet152(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="resnet152",
):
    """ResNet with 152 layers, 60 million weights; images of 224 x 224 pixels.

    Images go through `resnet.preprocess_input` first (mode 'caffe').
    """
    return _resnet(Blueprint(locals(), Form(_SIZES, _FILES_152)), (3, 8, 36, 3))


# -----------------------------------------------------------------------------------------------
# As in Keras 3
# -----------------------------------------------------------------------------------------------
def _resnet(plan, depths):
    """Build the network with so many blocks in each of its four stages."""
    x = ZeroPadding2D(3, name="conv1_pad")(plan.image)
    x = _normalized(Conv2D(64, 7, strides=2, name="conv1_conv")(x), "conv1_bn")
    x = Activation("relu", name="conv1_relu")(x)
    x = ZeroPadding2D(1, name="pool1_pad")(x)
    x = MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (filters, depth) in enumerate(zip(_FILTERS, depths), start=2):
        for number in range(1, depth + 1):
            first = number == 1
            strides = 2 if first and stage > 2 else 1
            x = _block(x, filters, strides, widen=first, name=f"conv{stage}_block{number}")
    if not plan.include_top:
        return plan.model(plan.pooled(x, "avg_pool", "max_pool"))
    x = GlobalAveragePooling2D(name="avg_pool")(x)
    return plan.model(plan.classifier(x, "predictions"))


def _block(x, filters, strides, widen, name):
    """Add to x what three convolutions make of it; `widen` brings x to their output's shape."""
    shortcut = x
    if widen:
        shortcut = Conv2D(4 * filters, 1, strides=strides, name=f"{name}_0_conv")(x)
        shortcut = _normalized(shortcut, f"{name}_0_bn")
    x = Conv2D(filters, 1, strides=strides, name=f"{name}_1_conv")(x)
    x = Activation("relu", name=f"{name}_1_relu")(_normalized(x, f"{name}_1_bn"))
    x = Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
    x = Activation("relu", name=f"{name}_2_relu")(_normalized(x, f"{name}_2_bn"))
    x = _normalized(Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x), f"{name}_3_bn")
    return Activation("relu", name=f"{name}_out")(Add(name=f"{name}_add")([shortcut, x]))


def _normalized(x, name):
    return BatchNormalization(channel_axis(), epsilon=_EPSILON, name=name)(x)


# -----------------------------------------------------------------------------------------------
# As in Keras 2.1.5
# -----------------------------------------------------------------------------------------------
class _Branch(NamedTuple):
    """The names of the layers in one block of the older network: stage 2, block 'a', say."""

    stage: int
    block: str

    def convolved(self, x, branch, filters, size=1, **options):
        """Return x after the convolution of a branch ('2a', '1') and its normalization."""
        end = f"{self.stage}{self.block}_branch{branch}"
        x = Conv2D(filters, size, name=f"res{end}", **options)(x)
        return BatchNormalization(channel_axis(), name=f"bn{end}")(x)


def _resnet50_of_2017(plan):
    x = ZeroPadding2D(3, name="conv1_pad")(plan.image)
    x = Conv2D(64, 7, strides=2, name="conv1")(x)
    x = Activation("relu")(BatchNormalization(channel_axis(), name="bn_conv1")(x))
    x = MaxPooling2D(3, strides=2)(x)
    for stage, (filters, blocks) in enumerate(zip(_FILTERS, ("abc", "abcd", "abcdef", "abc")), 2):
        for block in blocks:
            strides = 2 if block == "a" and stage > 2 else 1
            x = _block_of_2017(x, filters, strides, block == "a", _Branch(stage, block))
    x = AveragePooling2D(7, name="avg_pool")(x)
    if not plan.include_top:
        return plan.model(plan.pooled(x))
    return plan.model(plan.classifier(Flatten()(x), "fc1000"))


def _block_of_2017(x, filters, strides, widen, names):
    main = Activation("relu")(names.convolved(x, "2a", filters, strides=strides))
    main = Activation("relu")(names.convolved(main, "2b", filters, 3, padding="same"))
    main = names.convolved(main, "2c", 4 * filters)
    shortcut = names.convolved(x, "1", 4 * filters, strides=strides) if widen else x
    return Activation("relu")(Add()([main, shortcut]))
