"""VGG16 and VGG19: nothing but 3 x 3 convolutions, poolings, and three large dense layers.

Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition"
(2014), arXiv:1409.1556; columns D and E of its table 1. One form for all versions of Keras.
"""

from .. import config
from ..layers import Conv2D, Dense, Flatten, MaxPooling2D
from .blueprint import Blueprint, Form, application
from .input_shapes import Sizes
from .published import ORIGIN, tensorflow_files

_FILES_16 = tensorflow_files(
    "vgg16",
    ORIGIN + "vgg16/",
    "64373286793e3c8b2b4e3219cbf3544b",
    "6d6bbae143d832006294945121d1f1fc",
)
_FILES_19 = tensorflow_files(
    "vgg19",
    ORIGIN + "vgg19/",
    "cbe5617147190e668d6c5d5026f83318",
    "253f8cb515780f3b799900260a226db6",
)
_SIZES = Sizes(usual=224, least=32)
_FILTERS = (64, 128, 256, 512, 512)
_HIDDEN = 4096


@application
def VGG16(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="vgg16",
):
    """VGG16: 13 convolutions and 3 dense layers, 138 million weights; images of 224 x 224 pixels.

    Images go through `vgg16.preprocess_input` first (mode 'caffe').
    """
    return _vgg(_FILES_16, (2, 2, 3, 3, 3), locals())


@application
def VGG19(  # noqa: N802
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name="vgg19",
):
    """VGG19: 16 convolutions and 3 dense layers, 144 million weights; images of 224 x 224 pixels.

    Images go through `vgg19.preprocess_input` first (mode 'caffe').
    """
    return _vgg(_FILES_19, (2, 2, 4, 4, 4), locals())


def _vgg(files, depths, arguments):
    """Build the network with so many convolutions before each of its five poolings."""
    plan = Blueprint(arguments, Form(_SIZES, files))
    x = plan.image
    for block, (filters, depth) in enumerate(zip(_FILTERS, depths), start=1):
        for number in range(1, depth + 1):
            name = f"block{block}_conv{number}"
            x = Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
        x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    if not plan.include_top:
        return plan.model(plan.pooled(x))
    # The dense layers' weights belong to channels that lie last, in either layout.
    x = Flatten(data_format=config.image_data_format(), name="flatten")(x)
    x = Dense(_HIDDEN, activation="relu", name="fc1")(x)
    x = Dense(_HIDDEN, activation="relu", name="fc2")(x)
    return plan.model(plan.classifier(x, "predictions"))
