"""ResNet50 and its way of preparing images, under the path that Keras 2.1.5 has for them."""

from .resnet import ResNet50, decode_predictions, preprocess_input

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]
