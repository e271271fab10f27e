"""Learning rates that follow the number of steps taken: `keras.optimizers.schedules`."""

from ...configurable import serialize_value
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


def deserialize(config, custom_objects=None):
    """Build a schedule from what `serialize`, or Keras 3, returned."""
    return registry.deserialize(config, custom_objects)
