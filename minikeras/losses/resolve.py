"""From what a user passes as a loss to the loss: names, configs, losses of other packages."""

from ..configurable import serialize_value
from .base import registry

_FOREIGN = ("keras", "tensorflow", "tf_keras")


def _is_foreign(thing):
    """Return whether a function, a class or an instance was made by another Keras."""
    if isinstance(thing, (str, dict)) or not callable(thing):
        return False
    made = thing if hasattr(thing, "__name__") else type(thing)
    return str(made.__module__).split(".")[0] in _FOREIGN


def _own(thing):
    """Return our counterpart of a loss of real Keras or TensorFlow.

    Raises:
        ValueError: there is none. What it computes on tensors of its own cannot be differentiated
            here.
    """
    settings = None
    name = getattr(thing, "__name__", None)
    if name is None:
        name = type(thing).__name__
        settings = thing.get_config() if hasattr(thing, "get_config") else {}
    if name not in registry:
        raise ValueError(
            f"The loss {name!r} comes from {thing.__module__!r}, and minikeras has none of that "
            "name. Losses of other packages cannot be differentiated here: write it with "
            "minikeras.ops, or pass one of minikeras.losses."
        )
    if settings is None:
        return registry.instantiate(registry.lookup(name))
    settings = {key: value for key, value in settings.items() if key != "dtype"}
    return registry.deserialize({"class_name": name, "config": settings})


def serialize(loss):
    """Return the name of a loss function, and a config dictionary for a loss object."""
    return serialize_value(loss)


def deserialize(name, custom_objects=None):
    """Return the loss called `name`, or the one that a config dictionary describes.

    Raises:
        ValueError: an unknown name; the message suggests the nearest.
    """
    return registry.deserialize(name, custom_objects)


def get(identifier):
    """Return a loss for a name, function, class, instance or config dictionary; None for None.

    A loss of real Keras or TensorFlow is replaced by the one of the same name here.

    Raises:
        ValueError: an unknown name, or something that cannot be called.
    """
    if _is_foreign(identifier):
        return _own(identifier)
    return registry.get(identifier)
