"""How well predictions move with the labels: Pearson's and Lin's coefficients."""

import numpy as np

from .. import config
from ..autograd import Tensor, composite
from ..ops.elementwise import cast
from ..ops.reduction import mean, std, var
from ..ops.types import count, normalize_axes
from .arrays import aligned
from .base import registry
from .reduction import MeanMetricWrapper


@composite
def pearson_correlation(y_true, y_pred, axis=-1):
    """Return Pearson's coefficient, from -1 to 1, of labels and predictions along `axis`.

    The covariance divided by both standard deviations; NaN where one of them is 0.

    Args:
        y_true, y_pred: arrays of one shape.
        axis: int or tuple of ints, along which to correlate. It must hold at least two values,
            else a ValueError: for models with one output, correlate over the batch (axis 0).
    """
    y_true, y_pred = _comparable(y_true, y_pred, axis, "pearson_correlation")
    a = y_true - mean(y_true, axis=axis, keepdims=True)
    b = y_pred - mean(y_pred, axis=axis, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        a = a / std(a, axis=axis, keepdims=True)
        b = b / std(b, axis=axis, keepdims=True)
        return mean(a * b, axis=axis)


@composite
def concordance_correlation(y_true, y_pred, axis=-1):
    """Return Lin's concordance coefficient of labels and predictions along `axis`.

    2 cov / (var_true + var_pred + (mean_true - mean_pred)^2): 1 only where both are equal. From
    Lin, "A Concordance Correlation Coefficient to Evaluate Reproducibility", Biometrics 1989.

    Args:
        y_true, y_pred: arrays of one shape.
        axis: int or tuple of ints, along which to correlate; at least two values, else a
            ValueError.
    """
    y_true, y_pred = _comparable(y_true, y_pred, axis, "concordance_correlation")
    mean_true = mean(y_true, axis=axis, keepdims=True)
    mean_pred = mean(y_pred, axis=axis, keepdims=True)
    covariance = mean((y_true - mean_true) * (y_pred - mean_pred), axis=axis)
    spread = var(y_true, axis=axis) + var(y_pred, axis=axis)
    apart = mean(y_true, axis=axis) - mean(y_pred, axis=axis)
    return 2 * covariance / (spread + apart * apart + config.epsilon())


def _comparable(y_true, y_pred, axis, what):
    """Return both as floats of the predictions' type and of one shape."""
    y_true, y_pred = (x if isinstance(x, Tensor) else np.asarray(x) for x in (y_true, y_pred))
    y_true, y_pred = aligned(y_true, y_pred, what)
    axes = normalize_axes(axis, y_pred.ndim)
    if count(y_pred.shape, axes) < 2:
        raise ValueError(
            f"{what} along axis {axis} of arrays of shape {y_pred.shape} would compare single "
            "values, which have no correlation. For a model with one output correlate over the "
            "batch: axis=0."
        )
    dtype = y_pred.dtype if y_pred.dtype.kind == "f" else config.floatx()
    return cast(y_true, dtype), cast(y_pred, dtype)


@registry.register("pearson_correlation")
class PearsonCorrelation(MeanMetricWrapper):
    """Mean Pearson coefficient of labels and predictions along `axis`."""

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)
        self.axis = axis


@registry.register("concordance_correlation")
class ConcordanceCorrelation(MeanMetricWrapper):
    """Mean concordance coefficient of labels and predictions along `axis`."""

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
        self.axis = axis
