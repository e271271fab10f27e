"""Optimizers, the simplest first, and `get`, which finds one by whatever names it."""

from ..configurable import serialize_value
from ..registry import get_registered_object
from . import schedules
from .adafactor import Adafactor
from .adam_family import Adam, Adamax, AdamW, Nadam
from .adaptive import Adadelta, Adagrad, RMSprop
from .base import Optimizer, registry
from .elementwise import ElementwiseOptimizer
from .ftrl import Ftrl
from .gradient_descent import SGD
from .lamb import Lamb
from .lion import Lion
from .muon import Muon
from .schedule_free import ScheduleFreeAdamW

# The lower-case names that Keras 2 has beside the classes.
sgd = SGD
rmsprop = RMSprop
adagrad = Adagrad
adadelta = Adadelta
adam = Adam
adamax = Adamax
nadam = Nadam

__all__ = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "ElementwiseOptimizer",
    "Ftrl",
    "Lamb",
    "Lion",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "SGD",
    "ScheduleFreeAdamW",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "deserialize",
    "get",
    "nadam",
    "registry",
    "rmsprop",
    "schedules",
    "serialize",
    "sgd",
]

_LEFT_OUT = {
    "lossscaleoptimizer": "float16 training with a moving loss scale is not offered. Train in "
    "float32, or give an optimizer a constant loss_scale_factor",
    "multioptimizer": "several optimizers in one model are not offered",
    "tfoptimizer": "optimizers of TensorFlow cannot run without it",
}


def __getattr__(name):
    if name.lower() in _LEFT_OUT:
        raise AttributeError(f"{name} is left out of minikeras: {_LEFT_OUT[name.lower()]}.")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def serialize(optimizer):
    """Return an optimizer as a dictionary `{"class_name", "config"}`."""
    return serialize_value(optimizer)


def deserialize(config, custom_objects=None):
    """Build an optimizer from what `serialize` returned, or from what Keras 2 and 3 save.

    The case of the class name does not matter for optimizers of this library. The name in `config`
    itself is put in lower case for those, as Keras 2 and 3 do: scripts compare configs afterwards.

    Raises:
        ValueError: the name is unknown, or that of an optimizer that is not offered.
    """
    if isinstance(config, dict) and "class_name" in config:
        found = _known_case(config["class_name"], custom_objects)
        if found.lower() in registry and get_registered_object(found, custom_objects) is None:
            config["class_name"] = found.lower()
        else:
            config = {**config, "class_name": found}
    return registry.deserialize(config, custom_objects)


def _known_case(name, custom_objects=None):
    """Return `name` in the case in which it is registered."""
    if name in registry or get_registered_object(name, custom_objects) is not None:
        return name
    lowered = str(name).lower()
    if lowered in _LEFT_OUT:
        raise ValueError(f"The optimizer {name!r} is left out: {_LEFT_OUT[lowered]}.")
    return lowered if lowered in registry else name


def get(identifier, custom_objects=None):
    """Return the optimizer that `identifier` names.

    Args:
        identifier: a name in any case ('adam', 'RMSprop'), a config dictionary, a class, an
            instance (returned as it is), or None.

    Raises:
        ValueError: the name is unknown, or the identifier is none of these.
    """
    if isinstance(identifier, str):
        identifier = _known_case(identifier, custom_objects)
    elif isinstance(identifier, dict):
        return deserialize(identifier, custom_objects)
    found = registry.get(identifier, custom_objects)
    if found is not None and not isinstance(found, Optimizer):
        raise ValueError(
            f"Cannot interpret {identifier!r} as an optimizer: give a name, a class, an instance "
            "or a config dictionary."
        )
    return found
