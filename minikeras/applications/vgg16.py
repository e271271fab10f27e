"""VGG16 and its way of preparing images, under Keras's path for them."""

from .imagenet_utils import decode_predictions, preprocess_input
from .vgg import VGG16

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]
