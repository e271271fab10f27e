"""VGG19 and its way of preparing images, under Keras's path for them."""

from .imagenet_utils import decode_predictions, preprocess_input
from .vgg import VGG19

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]
