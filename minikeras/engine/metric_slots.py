"""Metric slots: one number of the log line, fed batch by batch.

Keras 2.1.5 has functions, whose batch means are averaged over an epoch by batch size, and Keras 3
has objects with a state. A slot hides the difference from the training loop.
"""

import numpy as np

from .. import metrics as metric_family
from ..autograd import no_grad


class FunctionSlot:
    """A metric that is a function of (y_true, y_pred)."""

    stateful = False

    def __init__(self, function, name):
        self.function = function
        self.name = self.log_name = name
        self.wants_tensors = not str(getattr(function, "__module__", "")).startswith("minikeras")
        self.reset()

    def update(self, y_true, y_pred, weights, mask, size):
        """Feed a batch of `size` samples; return the batch's value, a float."""
        with no_grad():
            scores = self.function(y_true, y_pred)
        scores = np.asarray(getattr(scores, "data", scores))
        if weights is None and mask is None:
            value = float(scores.mean()) if scores.ndim else float(scores)
        else:
            value = _weighted(scores, weights, mask)
        self.total += value * size
        self.count += size
        return value

    def result(self):
        """Return the mean over all samples seen since the last reset."""
        return self.total / self.count if self.count else 0.0

    def reset(self):
        """Begin anew."""
        self.total, self.count = 0.0, 0


class ObjectSlot:
    """A metric with a state of its own; what it says at the end of an epoch counts."""

    stateful = True
    wants_tensors = False

    def __init__(self, metric, name):
        self.metric = metric
        self.name = self.log_name = name

    def update(self, y_true, y_pred, weights, mask, size):
        """Feed a batch; return the value over all batches since the last reset."""
        if mask is not None:
            mask = np.asarray(mask, "float32")
            weights = mask if weights is None else mask * weights.reshape(
                weights.shape + (1,) * (mask.ndim - weights.ndim)
            )
        with no_grad():
            if hasattr(self.metric, "update_state"):
                self.metric.update_state(y_true, y_pred, sample_weight=weights)
                return self.result()
            self._value = self.metric(y_true, y_pred)  # Keras 2.1.5: calling it is feeding it
        return _plain(self._value)

    def result(self):
        """Return the metric's value."""
        return _plain(self.metric.result() if hasattr(self.metric, "result") else self._value)

    def reset(self):
        """Begin anew."""
        (getattr(self.metric, "reset_state", None) or self.metric.reset_states)()


def _plain(value):
    value = getattr(value, "data", value) if not isinstance(value, np.ndarray) else value
    if isinstance(value, dict):
        return value
    value = np.asarray(value)
    return float(value) if value.ndim == 0 else value


def _weighted(scores, weights, mask):
    """Return the mean as Keras 2.1.5 takes it: masked steps and weights of zero do not count."""
    if mask is not None:
        mask = np.asarray(mask, scores.dtype)
        mask = mask.reshape(mask.shape + (1,) * (scores.ndim - mask.ndim))
        scores = scores * mask / max(float(mask.mean()), 1e-12)
    if weights is not None:
        if scores.ndim > weights.ndim:
            scores = scores.mean(axis=tuple(range(weights.ndim, scores.ndim)))
        share = np.count_nonzero(weights) / max(weights.size, 1)
        if share == 0:
            return 0.0
        scores = scores * weights.reshape(weights.shape + (1,) * (scores.ndim - weights.ndim))
        scores = scores / share
    return float(scores.mean())


def make_metric_slot(metric, loss, output_shape):
    """Turn what `compile` was given as one metric into a slot.

    Args:
        metric: a name, a function, a class, an instance, or a config dictionary.
        loss: the loss of the output, which decides what 'accuracy' means.
        output_shape: the shape of the output, for the same purpose.
    """
    if isinstance(metric, str) and metric in ("acc", "accuracy", "Accuracy"):
        return FunctionSlot(metric_family.resolve_accuracy(loss, output_shape), "acc")
    if isinstance(metric, str) and metric in ("ce", "crossentropy"):
        return FunctionSlot(metric_family.resolve_crossentropy(loss, output_shape), metric)
    resolved = metric_family.get(metric)
    if resolved is None:
        raise ValueError("None is not a metric. Leave it out of the list.")
    name = metric_family.log_name(resolved)
    if hasattr(resolved, "update_state") or getattr(resolved, "stateful", False):
        return ObjectSlot(resolved, name)
    return FunctionSlot(resolved, name)
