"""Metric slots: one number of the log line, fed batch by batch.

Keras 2.1.5 has functions, whose batch means are averaged over an epoch by batch size, and Keras 3
has objects with a state. A slot hides the difference from the training loop.
"""

import functools

import numpy as np

from .. import metrics as metric_family
from ..autograd import no_grad
from ..autograd.tensor import wrap
from ..metrics.adapters import batch_value
from ..metrics.arrays import as_array
from ..metrics.base import plain

_ACCURACY = ("acc", "accuracy", "Accuracy")
_CROSSENTROPY = ("ce", "crossentropy")


class FunctionSlot:
    """A metric that is a function of (y_true, y_pred); its value is one batch's.

    Args:
        function: returns one value per sample or for the batch, or a dictionary of named ones.
        name: what logs call it.

    Attributes:
        keys: names of the values of a function that returns a dictionary, known after its first
            batch; None for one that returns a single value.
        follows_labels: whether the shape of the labels has a say in what the function is.
    """

    has_state = False
    follows_labels = False

    def __init__(self, function, name):
        self.function = function
        self.name = name
        self.keys = None
        self._wants_tensors = not _is_ours(function)

    def update(self, y_true, y_pred, weights):
        """Return the value of a batch, a float; a list of them for a dictionary."""
        scores, mask = y_pred.data, y_pred.mask
        if self._wants_tensors:
            if np.ndim(y_true) == 1:  # Keras 2 shows a function one column of labels
                y_true = y_true[:, None]
            y_true, scores = wrap(y_true), wrap(scores)
        with no_grad():
            values = self.function(y_true, scores)
        if values is None:
            raise TypeError("The function returned None; it must return a value for each sample.")
        if mask is not None:
            mask = as_array(mask)
        if type(values) is dict:
            self.keys = list(values)
            return [batch_value(as_array(v), weights, mask, self.name) for v in values.values()]
        return batch_value(as_array(values), weights, mask, self.name)


class ObjectSlot:
    """A metric with a state of its own; its value is that of all batches since the last reset.

    Args:
        metric: an object with `update_state` and `result`.
        name: what logs call it.
    """

    has_state = True
    follows_labels = False

    def __init__(self, metric, name):
        self.metric = metric
        self.name = name
        self.keys = None
        self._wants_tensors = not _is_ours(type(metric))
        self._heeds_weights = not isinstance(metric, metric_family.StatefulMetric)
        self._reset = getattr(metric, "reset_state", None) or metric.reset_states

    def update(self, y_true, y_pred, weights):
        """Feed a batch; return the value over all batches since the last reset."""
        scores, mask = y_pred.data, y_pred.mask
        if mask is not None and self._heeds_weights:
            weights = _masked(weights, as_array(mask, scores.dtype))
        if self._wants_tensors:
            y_true, scores = wrap(y_true), wrap(scores)
        with no_grad():
            if weights is None:
                self.metric.update_state(y_true, scores)
            else:
                self.metric.update_state(y_true, scores, sample_weight=weights)
        return self.result()

    def result(self):
        """Return the metric's value: a number, an array, or a list of them for a dictionary."""
        value = plain(self.metric.result())
        if type(value) is dict:
            self.keys = list(value)
            return list(value.values())
        return value

    def reset(self):
        """Begin anew."""
        self._reset()


def _is_ours(thing):
    """Return whether a function or class is the library's own.

    Ours take arrays, which is quicker; others may use what only tensors have.
    """
    thing = thing.func if isinstance(thing, functools.partial) else thing
    return str(getattr(thing, "__module__", "")).partition(".")[0] == __name__.partition(".")[0]


def _masked(weights, mask):
    """Return weights that are 0 where the mask is."""
    if weights is None:
        return mask
    return mask * weights.reshape(weights.shape + (1,) * (mask.ndim - weights.ndim))


def make_metric_slot(metric, loss, output_shape, target_shape=None):
    """Turn what `compile` was given as one metric into a slot.

    Args:
        metric: a name, a function, a class, an instance, or a config dictionary.
        loss: the loss of the output, which decides what 'accuracy' means.
        output_shape: the shape of the output, for the same purpose.
        target_shape: the shape of the labels, where known, for the same purpose.

    Raises:
        ValueError, TypeError: an unknown name, or something that is no metric.
    """
    if isinstance(metric, str) and metric in (*_ACCURACY, *_CROSSENTROPY):
        accuracy = metric in _ACCURACY
        resolve = metric_family.resolve_accuracy if accuracy else metric_family.resolve_crossentropy
        slot = FunctionSlot(resolve(loss, output_shape, target_shape), "acc" if accuracy else "ce")
        slot.follows_labels = True
        return slot
    if metric is None:
        raise ValueError("None is not a metric. Leave it out of the list.")
    if isinstance(metric, (int, float, np.generic)):
        raise TypeError(
            f"metrics holds the number {metric!r}. Give loss weights by name: "
            f"compile(..., loss_weights=...)."
        )
    adapted = metric_family.as_metric(metric)
    if isinstance(adapted, metric_family.FunctionMetric):
        return FunctionSlot(adapted.fn, adapted.name)
    return ObjectSlot(adapted, adapted.name)
