"""Errors of predicted numbers: means of the losses of the same name, and their square root."""

import math

from .. import losses
from .arrays import aligned, as_array
from .base import Scalar, registry
from .reduction import Mean, MeanMetricWrapper


@registry.register()
class MeanSquaredError(MeanMetricWrapper):
    """Mean of (y_true - y_pred)^2."""

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(losses.mean_squared_error, name, dtype)


@registry.register()
class MeanAbsoluteError(MeanMetricWrapper):
    """Mean of |y_true - y_pred|."""

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(losses.mean_absolute_error, name, dtype)


@registry.register()
class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Mean of 100 |y_true - y_pred| / |y_true|."""

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


@registry.register()
class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Mean of (log(y_true + 1) - log(y_pred + 1))^2."""

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


@registry.register("root_mean_squared_error", "rmse", "RMSE")
class RootMeanSquaredError(Mean):
    """Square root of the mean of (y_true - y_pred)^2 over everything seen.

    It is not the mean of the batches' root mean squared errors.
    """

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of targets and predictions of one shape."""
        y_true, y_pred = as_array(y_true, self.dtype), as_array(y_pred, self.dtype)
        y_true, y_pred = aligned(y_true, y_pred, self.name)
        error = y_pred - y_true
        super().update_state(error * error, sample_weight)

    def result(self):
        """Return the root of the mean so far."""
        return Scalar(math.sqrt(super().result()))


def negated_cosine_loss(y_true, y_pred, axis=-1):
    """Return the cosine of the angle between labels and predictions, from -1 to 1."""
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


@registry.register("cosine_similarity")
class CosineSimilarity(MeanMetricWrapper):
    """Mean cosine of the angle between labels and predictions: 1 is best.

    The loss of the same name has the opposite sign.

    Args:
        axis: along which the vectors lie.
    """

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(negated_cosine_loss, name, dtype, axis=axis)
        self.axis = axis


@registry.register("log_cosh_error")
class LogCoshError(MeanMetricWrapper):
    """Mean of log(cosh(y_pred - y_true))."""

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(losses.log_cosh, name, dtype)
