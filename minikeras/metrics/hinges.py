"""Hinge losses as metrics; labels are -1 or 1 (0 and 1 are turned into them)."""

from .. import losses
from .base import registry
from .reduction import MeanMetricWrapper


@registry.register()
class Hinge(MeanMetricWrapper):
    """Mean of max(1 - y_true y_pred, 0)."""

    def __init__(self, name="hinge", dtype=None):
        super().__init__(losses.hinge, name, dtype)


@registry.register()
class SquaredHinge(MeanMetricWrapper):
    """Mean of max(1 - y_true y_pred, 0)^2."""

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(losses.squared_hinge, name, dtype)


@registry.register()
class CategoricalHinge(MeanMetricWrapper):
    """Mean of max(best wrong score - score of the label + 1, 0); labels are one-hot."""

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(losses.categorical_hinge, name, dtype)
