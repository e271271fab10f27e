"""Learning rates that follow the number of steps taken: `keras.optimizers.schedules`."""

from ...configurable import serialize_value
from ...registry import get_registered_name
from .base import LearningRateSchedule, registry
from .cosine import CosineDecay, CosineDecayRestarts
from .decays import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


def serialize(learning_rate_schedule):
    """Return a schedule as a dictionary `{"class_name", "config"}`."""
    return serialize_value(learning_rate_schedule)


def keras_3_entry(learning_rate_schedule):
    """Return a schedule as Keras 3 writes it in full.

    Inside an optimizer's config Keras 3 finds a schedule by `module`, and not by its name alone.
    """
    kind = type(learning_rate_schedule)
    builtin = dict(registry.items()).get(kind.__name__) is kind
    return {
        "module": "keras.optimizers.schedules" if builtin else kind.__module__,
        "class_name": kind.__name__,
        "config": serialize_value(learning_rate_schedule.get_config()),
        "registered_name": None if builtin else get_registered_name(kind),
    }


def deserialize(config, custom_objects=None):
    """Build a schedule from what `serialize`, or Keras 3, returned."""
    return registry.deserialize(config, custom_objects)
