"""Whatever `compile(metrics=...)` may be given, made into a Metric.

Keras 2.1.5 knew two kinds: functions, averaged over batches by their number of samples, and
objects with a state of their own. Both become a `Metric` here, with the numbers of 2.1.5.
"""

import numpy as np

from ..autograd import Tensor
from ..losses.pairs import same_rank
from .arrays import as_array, detached, spread_weights
from .base import Metric, Scalar, plain
from .reduction import add, function_meant
from .resolve import get, log_name


def as_metric(metric, name=None):
    """Return a Metric for a name, function, class, config or object.

    Args:
        metric: name or config of a metric; function of (y_true, y_pred); `Metric` class or
            object; or an object in the style of Keras 2.1.5, called with (y_true, y_pred) for
            its current value and having `reset_states()`.
        name: what logs shall call it; `log_name(metric)` if None.

    Returns:
        A `Metric` object as it is; one that wraps anything else.

    Raises:
        ValueError: it is none of these.
    """
    found = metric if _is_metric(metric) else get(metric)
    if _is_metric(found):
        found.name = name or found.name
        return found
    if callable(found) and hasattr(found, "reset_states"):
        return StatefulMetric(found, name or log_name(found))
    if callable(found):
        return FunctionMetric(found, name or log_name(found))
    raise ValueError(
        f"{metric!r} is no metric: give a name, a function of (y_true, y_pred), or a Metric."
    )


def _is_metric(thing):
    """Return whether an object (not a class) has the methods of a metric."""
    return (
        hasattr(thing, "update_state") and hasattr(thing, "result") and not isinstance(thing, type)
    )


def batch_value(values, weights=None, mask=None, what="the metric"):
    """Return one number for a batch, as Keras 2.1.5 computes it from a function's values.

    Masked values count 0 and the rest is scaled up by their share; weighted values are divided
    by the number of weights that are not 0 (so a weighted accuracy may exceed 1).

    Args:
        values: array (samples, ...) or one number.
        weights: array of one weight per sample or per step, or None.
        mask: array of the same first axes as the values, False where a step counts nothing.
        what: name of the metric, for messages.
    """
    if weights is None and mask is None:
        return float(np.add.reduce(values, axis=None, dtype=np.float64)) / max(values.size, 1)
    values = values.astype(np.float64)
    if mask is not None and values.ndim:
        kept = spread_weights(mask.astype(bool), values.shape, what)
        values = values * kept / (kept.mean() or 1.0)
    if weights is not None and values.ndim:
        values, weights = same_rank(values, weights)
        if values.ndim > weights.ndim:
            values = values.mean(axis=tuple(range(weights.ndim, values.ndim)))
        weights = spread_weights(weights, values.shape, what)
        values = values * weights / (np.count_nonzero(weights) / max(weights.size, 1) or 1.0)
    return float(values.mean()) if values.size else 0.0


class FunctionMetric(Metric):
    """A function of (y_true, y_pred), averaged over batches by their number of samples.

    Args:
        fn: returns one value per sample, per step or for the whole batch, or a dictionary of
            named values.
        name: what logs call it; the function's own name if None.

    Attributes:
        last: the latest batch's own value (a float, or a dictionary of floats).
    """

    _not_in_config = ("dtype",)

    def __init__(self, fn, name=None):
        super().__init__(name=name or log_name(fn))
        self.fn = function_meant(fn)
        self.count = self.add_variable((), dtype="float64", name="count")
        self.total = self.add_variable((), dtype="float64", name="total")
        self._totals = {}  # name -> sum, for a function that returns a dictionary
        self.last = None

    def _total_of(self, name):
        if name not in self._totals:
            self._totals[name] = self.add_variable((), dtype="float64", name=name)
        return self._totals[name]

    def _build_like(self, other):
        for name in other._totals:
            self._total_of(name)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of labels and predictions."""
        mask = y_pred.mask if isinstance(y_pred, Tensor) else None
        weights = None if sample_weight is None else as_array(sample_weight)
        mask = None if mask is None else as_array(mask)
        values = self.fn(detached(y_true), detached(y_pred))
        samples = len(y_pred) if np.ndim(y_pred) else 1
        if isinstance(values, dict):
            self.last = {
                name: batch_value(as_array(part), weights, mask, name)
                for name, part in values.items()
            }
            for name, value in self.last.items():
                add(self._total_of(name), value * samples)
        else:
            self.last = batch_value(as_array(values), weights, mask, self.name)
            add(self.total, self.last * samples)
        add(self.count, samples)

    def result(self):
        """Return the average so far, 0 before any batch; a dictionary if the function does."""
        count = self.count.data.item() or 1.0
        if self._totals:
            return {name: Scalar(v.data.item() / count) for name, v in self._totals.items()}
        return Scalar(self.total.data.item() / count)

    def reset_state(self):
        """Forget all batches."""
        super().reset_state()
        self.last = None


class StatefulMetric(Metric):
    """An object with its own state, as custom metrics of Keras 2.1.5 were written.

    Args:
        thing: called with (y_true, y_pred), it adds the batch to its state and returns the
            current value; `reset_states()` forgets all batches.
        name: what logs call it; the object's `name` if None.

    It takes no sample weights: the object has nowhere to put them.
    """

    _not_in_config = ("dtype",)

    def __init__(self, thing, name=None):
        super().__init__(name=name or log_name(thing))
        self.thing = thing
        self.last = None

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Hand a batch to the object and remember its answer."""
        if sample_weight is not None:
            raise ValueError(
                f"{self.name} is called with labels and predictions only and cannot weigh "
                "samples. Use it in `metrics` instead of `weighted_metrics`, or write it as a "
                "subclass of keras.metrics.Metric."
            )
        self.last = plain(self.thing(detached(y_true), detached(y_pred)))

    def result(self):
        """Return the object's latest answer, 0 before any batch."""
        return Scalar(0.0) if self.last is None else self.last

    def reset_state(self):
        """Let the object forget all batches."""
        self.thing.reset_states()
        self.last = None
