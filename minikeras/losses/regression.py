"""Losses for predicted numbers. Each function returns one value per sample: (batch, ...)."""

import numbers

from .. import config, ops
from .base import FunctionLoss, Loss, registry
from .pairs import pair


@registry.register("mse", "MSE")
def mean_squared_error(y_true, y_pred):
    """Return mean((y_pred - y_true)**2) over the last axis."""
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(ops.square(ops.subtract(y_pred, y_true)), axis=-1)


@registry.register("mae", "MAE")
def mean_absolute_error(y_true, y_pred):
    """Return mean(|y_pred - y_true|) over the last axis."""
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(ops.absolute(ops.subtract(y_pred, y_true)), axis=-1)


@registry.register("mape", "MAPE")
def mean_absolute_percentage_error(y_true, y_pred):
    """Return 100 mean(|y_true - y_pred| / |y_true|), the denominator being at least epsilon."""
    y_true, y_pred = pair(y_true, y_pred)
    size = ops.maximum(ops.absolute(y_true), config.epsilon())
    return ops.multiply(
        ops.mean(ops.absolute(ops.divide(ops.subtract(y_true, y_pred), size)), axis=-1), 100.0
    )


@registry.register("msle", "MSLE")
def mean_squared_logarithmic_error(y_true, y_pred):
    """Return mean((log(1 + y_pred) - log(1 + y_true))**2), neither taken below epsilon."""
    y_true, y_pred = pair(y_true, y_pred)
    first, second = (
        ops.log(ops.add(ops.maximum(y, config.epsilon()), 1.0)) for y in (y_pred, y_true)
    )
    return ops.mean(ops.square(ops.subtract(first, second)), axis=-1)


@registry.register("log_cosh")
def logcosh(y_true, y_pred):
    """Return mean(log(cosh(y_pred - y_true))): a parabola near 0, straight lines far out."""
    y_true, y_pred = pair(y_true, y_pred)
    x = ops.subtract(y_pred, y_true)
    # log(cosh(x)) = x + log(1 + exp(-2x)) - log(2)
    curve = ops.add(x, ops.softplus(ops.multiply(x, -2.0)))
    return ops.mean(ops.subtract(curve, 0.6931471805599453), axis=-1)


@registry.register()
def huber(y_true, y_pred, delta=1.0):
    """Return the mean of e**2 / 2 for errors up to `delta`, of delta (|e| - delta / 2) beyond.

    Huber 1964, "Robust Estimation of a Location Parameter".
    """
    y_true, y_pred = pair(y_true, y_pred)
    error = ops.absolute(ops.subtract(y_pred, y_true))
    inner = ops.minimum(error, delta)
    return ops.mean(ops.multiply(inner, ops.subtract(error, ops.multiply(inner, 0.5))), axis=-1)


@registry.register("cosine")
def cosine_proximity(y_true, y_pred):
    """Return minus the cosine of the angle between labels and predictions (Keras 2)."""
    y_true, y_pred = pair(y_true, y_pred)
    cosines = ops.multiply(ops.l2_normalize(y_true), ops.l2_normalize(y_pred))
    return ops.negative(ops.sum(cosines, axis=-1))


@registry.register()
def cosine_similarity(y_true, y_pred, axis=-1):
    """Return minus the cosine of the angle between labels and predictions along `axis` (Keras 3).

    A vector of zeros gives 0.
    """
    y_true, y_pred = pair(y_true, y_pred)
    cosines = ops.multiply(ops.normalize(y_true, axis=axis), ops.normalize(y_pred, axis=axis))
    return ops.negative(ops.sum(cosines, axis=axis))


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
log_cosh = logcosh
cosine = cosine_proximity


@registry.register()
class MeanSquaredError(FunctionLoss):
    """Mean of squared errors, see `mean_squared_error`."""

    function = staticmethod(mean_squared_error)


@registry.register()
class MeanAbsoluteError(FunctionLoss):
    """Mean of absolute errors, see `mean_absolute_error`."""

    function = staticmethod(mean_absolute_error)


@registry.register()
class MeanAbsolutePercentageError(FunctionLoss):
    """Mean of errors in percent of the labels, see `mean_absolute_percentage_error`."""

    function = staticmethod(mean_absolute_percentage_error)


@registry.register()
class MeanSquaredLogarithmicError(FunctionLoss):
    """Mean of squared differences of logarithms, see `mean_squared_logarithmic_error`."""

    function = staticmethod(mean_squared_logarithmic_error)


@registry.register()
class LogCosh(FunctionLoss):
    """Mean of log(cosh(error)), see `logcosh`."""

    function = staticmethod(logcosh)
    default_name = "log_cosh"


@registry.register()
class Huber(Loss):
    """Squared near 0, linear beyond, see `huber`.

    Args:
        delta: error from which it is linear, above 0, else a ValueError.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(name, reduction, dtype)
        if isinstance(delta, bool) or not isinstance(delta, numbers.Real) or not delta > 0:
            raise ValueError(f"Huber's delta is a number above 0, not {delta!r}.")
        self.delta = delta

    def call(self, y_true, y_pred):
        return huber(y_true, y_pred, delta=self.delta)


@registry.register()
class CosineSimilarity(Loss):
    """Minus the cosine between labels and predictions, see `cosine_similarity`.

    Args:
        axis: along which vectors lie.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None
    ):
        super().__init__(name, reduction, dtype)
        self.axis = axis

    def call(self, y_true, y_pred):
        return cosine_similarity(y_true, y_pred, axis=self.axis)
