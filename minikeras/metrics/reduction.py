"""Mean and Sum of values over batches, and the mean of what a function returns for each batch."""

import numpy as np

from ..autograd import Tensor
from ..configurable import serialize_value
from ..losses.pairs import same_rank
from .arrays import as_array, detached, spread_weights
from .base import Metric, Scalar, registry


def weighted_totals(values, weights=None, what="the metric"):
    """Return (total, count) of values averaged within each sample, as Python floats.

    Args:
        values: array (samples, ...), or a single number.
        weights: array of one weight per sample, per step or per value; None for ones.
        what: name of the metric, for messages.

    Returns:
        The sum over samples of the mean of `weight * value` within each, and the like of the
        weights: total / count is the weighted mean.
    """
    if weights is None:
        count = values.shape[0] if values.ndim else 1
        total = float(np.add.reduce(values, axis=None, dtype=np.float64))
        return (total if values.ndim < 2 else total * count / max(values.size, 1)), count
    values, weights = _weighted(values, weights, np.mean, what)
    count = values.shape[0] if values.ndim else 1
    inner = max(values.size // max(count, 1), 1)
    total = float(np.multiply(values, weights, dtype=np.float64).sum())
    return total / inner, float(weights.sum(dtype=np.float64)) / inner


def _weighted(values, weights, reduce, what):
    """Bring values down to the rank of their weights, and weights to the shape of the values."""
    values, weights = same_rank(values, weights)
    if values.ndim > weights.ndim:
        values = reduce(values, axis=tuple(range(weights.ndim, values.ndim)), dtype=np.float64)
    return values, spread_weights(weights, values.shape, what)


@registry.register("sum")
class Sum(Metric):
    """Sum of everything it is shown: `update_state(values, sample_weight=None)`.

    Weights multiply the values; values of a higher rank are first summed down to the weights'.
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), dtype="float64", name="total")

    def update_state(self, values, sample_weight=None):
        """Add the (weighted) sum of `values`."""
        values = as_array(values, self.dtype)
        if sample_weight is not None:
            weights = as_array(sample_weight, self.dtype)
            values, weights = _weighted(values, weights, np.sum, self.name)
            values = np.multiply(values, weights, dtype=np.float64)
        add(self.total, float(values.sum(dtype=np.float64)))

    def result(self):
        """Return the sum so far."""
        return Scalar(self.total)


@registry.register("mean")
class Mean(Metric):
    """Weighted mean of everything it is shown: `update_state(values, sample_weight=None)`.

    Values with more than one axis are averaged within each sample first; 0 before any value.
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), dtype="float64", name="total")
        self.count = self.add_variable((), dtype="float64", name="count")

    def update_state(self, values, sample_weight=None):
        """Add a number or an array (samples, ...) of values."""
        values = as_array(values, self.dtype)
        if sample_weight is not None:
            sample_weight = as_array(sample_weight, self.dtype)
        total, count = weighted_totals(values, sample_weight, self.name)
        add(self.total, total)
        add(self.count, count)

    def result(self):
        """Return the mean so far, 0 if the weights add up to 0."""
        count = self.count.data.item()
        return Scalar(self.total.data.item() / count if count else 0.0)


@registry.register()
class MeanMetricWrapper(Mean):
    """Mean of what a function returns for each batch.

    Args:
        fn: function `fn(y_true, y_pred, **kwargs)` that returns one value per sample, per step
            or per element, or a dictionary of such; or the name of a metric that is one.
        name: what logs call it.
        dtype: type that the function's values are turned into.
        **kwargs: passed on to `fn`.

    A mask that comes with `y_pred` weighs masked steps with 0. So does, beside other weights, one
    that comes with the function's values.
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn = function_meant(fn)
        self._fn_kwargs = kwargs
        self._parts = {}  # name -> Mean, for a function that returns a dictionary

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of labels and predictions."""
        values = self._fn(detached(y_true), detached(y_pred), **self._fn_kwargs)
        if isinstance(y_pred, Tensor) and y_pred.mask is not None:
            sample_weight = self._masked(sample_weight, as_array(y_pred.mask))
        if sample_weight is not None and isinstance(values, Tensor) and values.mask is not None:
            sample_weight = self._masked(sample_weight, as_array(values.mask))
        if not isinstance(values, dict):
            super().update_state(values, sample_weight)
            return
        for name, part in values.items():
            self._part(name).update_state(part, sample_weight)

    def _part(self, name):
        if name not in self._parts:
            self._parts[name] = Mean(name, self.dtype)
        return self._parts[name]

    def _build_like(self, other):
        for name in other._parts:
            self._part(name)

    def result(self):
        """Return the mean so far, or a dictionary of means."""
        if self._parts:
            return {name: mean.result() for name, mean in self._parts.items()}
        return super().result()

    def _masked(self, weights, mask):
        """Return weights that are 0 where the mask is False."""
        if weights is None:
            return mask
        weights = as_array(weights, self.dtype)
        if weights.ndim > mask.ndim:
            return weights * mask.reshape(mask.shape + (1,) * (weights.ndim - mask.ndim))
        return spread_weights(weights, mask.shape, self.name) * mask

    # A subclass hands its own function on, and needs no `fn` to be built again.
    _not_in_config = ("fn",)

    def get_config(self):
        """Return name, dtype, the function's name and its settings."""
        config = super().get_config()
        if type(self) is MeanMetricWrapper:
            config["fn"] = serialize_value(self._fn)
            config.update((key, serialize_value(v)) for key, v in self._fn_kwargs.items())
        return config


def function_meant(fn):
    """Return the function behind a function, or behind the name or config of a mean metric."""
    found = registry.get(fn) if isinstance(fn, (str, dict)) else fn
    if isinstance(found, type):
        found = found()
    if isinstance(found, MeanMetricWrapper):
        return found._fn
    if isinstance(found, Metric) or not callable(found):
        raise ValueError(
            f"A MeanMetricWrapper takes a function of (y_true, y_pred), not {fn!r}. "
            + ("That is a metric already." if isinstance(found, Metric) else "")
        )
    return found


def add(variable, value):
    """Add a number to a variable that holds one number."""
    data = variable.data
    data[()] = data.item() + value


def quotient(above, below):
    """Return `above / below`, 0 where `below` is 0, as float64."""
    below = np.asarray(below, dtype=np.float64)
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=below != 0)
