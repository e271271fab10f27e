"""Layers as configs, and back: `layers.serialize` and `layers.deserialize`."""

from ..configurable import serialize_value
from .base import registry


def serialize(layer):
    """Return a layer as a dictionary `{"class_name", "config"}`."""
    return serialize_value(layer)


def deserialize(config, custom_objects=None):
    """Build a layer or model from what `serialize` returned.

    Args:
        config: dictionary with 'class_name' and 'config'; those of Keras 3 will do.
        custom_objects: {name: class or function} of what is not part of the library.

    Raises:
        ValueError: an unknown name; the message suggests the nearest.
    """
    return registry.deserialize(config, custom_objects)
