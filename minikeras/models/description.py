"""Models from descriptions: config dictionaries."""

from ..layers import registry as layer_registry
from .model import Model
from .sequential import Sequential

for _name, _class in (("Model", Model), ("Functional", Model), ("Sequential", Sequential)):
    layer_registry.add(_name, _class)


def model_from_config(config, custom_objects=None):
    """Build a model from `{"class_name": ..., "config": ...}`.

    Raises:
        TypeError: a list was given, which is a Sequential model's inner config.
    """
    if isinstance(config, list):
        raise TypeError(
            "model_from_config() takes a dictionary with 'class_name' and 'config'; a list is the "
            "config of a Sequential model: use Sequential.from_config(config)."
        )
    return layer_registry.deserialize(config, custom_objects)


def model_from_yaml(yaml_string, custom_objects=None):
    """Refuse, as `to_yaml` does: loading YAML can run code, and Keras itself has dropped it.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError(
        "model_from_yaml() is not offered: loading YAML can run code, which is why Keras removed "
        "it. Turn the model into JSON where it was made, with to_json(), and use model_from_json()."
    )
