"""Wrapper: the base of layers that contain one other layer."""

from .base import Layer, registry


class Wrapper(Layer):
    """Base class of layers around another one. Subclasses say in `call` what they do with it.

    Args:
        layer: the layer inside.

    Raises:
        TypeError: `layer` is no layer.
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            hint = f" Write {layer.__name__}(...)." if isinstance(layer, type) else ""
            raise TypeError(f"{type(self).__name__} wraps a layer, not {layer!r}.{hint}")
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape):
        """Build the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the wrapper and the layer inside."""
        config = dict(config)
        layer = registry.deserialize(config.pop("layer"), custom_objects)
        return cls(layer, **config)
