"""How often predictions are right: functions that say so sample by sample, and their means."""

import numpy as np

from .. import config
from ..autograd import op
from .arrays import aligned
from .base import registry
from .reduction import MeanMetricWrapper


@op(indices=(0, 1))
def accuracy(y_true, y_pred, /):
    """Return 1 where `y_true == y_pred` and 0 elsewhere, shaped as they are."""
    if y_true.shape != y_pred.shape:
        y_true, y_pred = aligned(y_true, y_pred, "accuracy")
    if y_true.dtype.kind == y_pred.dtype.kind == "f" and y_true.dtype != y_pred.dtype:
        y_true = y_true.astype(y_pred.dtype)  # 0.1 in float64 is not 0.1 in float32
    return (y_true == y_pred).astype(config.floatx()), None


@op(indices=(0, 1))
def binary_matches(y_true, y_pred, /, threshold=0.5):
    """Return 1 where `y_pred > threshold` says what `y_true` (0 or 1) says, and 0 elsewhere."""
    if y_true.shape != y_pred.shape:
        y_true, y_pred = aligned(y_true, y_pred, "binary_accuracy")
    return ((y_pred > threshold) == y_true).astype(config.floatx()), None


@registry.register()
@op(indices=(0, 1))
def binary_accuracy(y_true, y_pred, /, threshold=None):
    """Return, per sample, the share of the last axis where the prediction is right.

    Args:
        y_true, y_pred: arrays (samples, ..., outputs).
        threshold: predictions above it mean 1, others 0. None, the default, rounds predictions
            to the nearest integer and compares (as in Keras 2.1.5); between 0 and 1 that is a
            threshold of 0.5.

    Returns:
        Array (samples, ...) of numbers from 0 to 1.
    """
    if y_true.shape != y_pred.shape:
        y_true, y_pred = aligned(y_true, y_pred, "binary_accuracy")
    said = np.rint(y_pred) if threshold is None else y_pred > threshold
    right = (said == y_true).astype(config.floatx())
    if right.ndim > 1 and right.shape[-1] == 1:
        return right[..., 0], None
    return right.mean(axis=-1), None


@registry.register()
@op  # no `indices`: nothing is compared but positions, and the plain way in is the fastest
def categorical_accuracy(y_true, y_pred, /):
    """Return, per sample, 1 if the largest prediction is at the largest label, else 0.

    Args:
        y_true: array (samples, ..., classes), one-hot.
        y_pred: array of the same shape, probabilities or any scores.
    """
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "categorical_accuracy needs one-hot labels shaped like the predictions, but y_true "
            f"has the shape {y_true.shape} and y_pred {y_pred.shape}. For class numbers use "
            "sparse_categorical_accuracy, or keras.utils.to_categorical(y_true, num_classes)."
        )
    return (y_true.argmax(-1) == y_pred.argmax(-1)).astype(config.floatx()), None


@registry.register()
@op(indices=(0, 1))
def sparse_categorical_accuracy(y_true, y_pred, /):
    """Return, per sample, 1 if the largest prediction is at the class `y_true`, else 0.

    Args:
        y_true: array of class numbers, (samples, ...) or (samples, ..., 1).
        y_pred: array (samples, ..., classes), probabilities or any scores.
    """
    labels = _class_numbers(y_true, y_pred, "sparse_categorical_accuracy")
    return (y_pred.argmax(-1) == labels).astype(config.floatx()), None


@registry.register()
@op(indices=(0, 1))
def top_k_categorical_accuracy(y_true, y_pred, /, k=5):
    """Return, per sample, 1 if the class of `y_true` is among the `k` best predictions, else 0.

    Args:
        y_true: array (samples, ..., classes), one-hot.
        y_pred: array of the same shape, probabilities or any scores.
        k: how many predictions count; classes as good as the k-th all count.
    """
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "top_k_categorical_accuracy needs one-hot labels shaped like the predictions, but "
            f"y_true has the shape {y_true.shape} and y_pred {y_pred.shape}. For class numbers "
            "use sparse_top_k_categorical_accuracy."
        )
    return _in_top_k(y_true.argmax(-1), y_pred, k), None


@registry.register()
@op(indices=(0, 1))
def sparse_top_k_categorical_accuracy(y_true, y_pred, /, k=5, from_sorted_ids=False):
    """Return, per sample, 1 if the class `y_true` is among the `k` best predictions, else 0.

    Args:
        y_true: array of class numbers, (samples, ...) or (samples, ..., 1).
        y_pred: array (samples, ..., classes) of scores; with `from_sorted_ids`, of class numbers
            from the best to the worst.
        k: how many predictions count; classes as good as the k-th all count.
        from_sorted_ids: what `y_pred` holds.
    """
    labels = _class_numbers(y_true, y_pred, "sparse_top_k_categorical_accuracy")
    if from_sorted_ids:
        _check_k(k)
        return (y_pred[..., :k] == labels[..., None]).any(-1).astype(config.floatx()), None
    return _in_top_k(labels.astype(np.int64), y_pred, k), None


def _class_numbers(y_true, y_pred, what):
    """Return labels of the shape of `y_pred` without its last axis."""
    expected = y_pred.shape[:-1]
    if y_true.shape == expected:
        return y_true
    if y_true.shape == (*expected, 1):
        return y_true[..., 0]
    hint = ""
    if y_true.shape == y_pred.shape:
        hint = f" These labels look one-hot: use {what.removeprefix('sparse_')}."
    raise ValueError(
        f"{what} needs class numbers of shape {expected} or {(*expected, 1)} for predictions of "
        f"shape {y_pred.shape}, but y_true has the shape {y_true.shape}.{hint}"
    )


def _check_k(k):
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
        raise ValueError(f"k must be a whole number of at least 1, not {k!r}.")


def _in_top_k(labels, scores, k):
    """Return 1 where fewer than `k` scores are better than the label's own."""
    _check_k(k)
    classes = scores.shape[-1]
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        bad = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(
            f"The label {bad} is no class number: predictions of shape {scores.shape} know the "
            f"classes 0 to {classes - 1}."
        )
    own = np.take_along_axis(scores, labels[..., None], axis=-1)
    better = np.count_nonzero(scores > own, axis=-1)
    return ((better < k) & np.isfinite(own[..., 0])).astype(config.floatx())


# --- with state ----------------------------------------------------------------------------


@registry.register("accuracy")
class Accuracy(MeanMetricWrapper):
    """How often `y_pred` equals `y_true` exactly, element by element."""

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name, dtype)


@registry.register()
class BinaryAccuracy(MeanMetricWrapper):
    """How often `y_pred > threshold` says what `y_true` (0 or 1) says.

    Args:
        name, dtype: see `Metric`.
        threshold: a number; predictions before the sigmoid have theirs at 0. None for 0.5.
    """

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        threshold = 0.5 if threshold is None else threshold
        if isinstance(threshold, bool) or not isinstance(threshold, (int, float, np.number)):
            raise ValueError(f"BinaryAccuracy's threshold is a number, not {threshold!r}.")
        super().__init__(binary_matches, name, dtype, threshold=threshold)
        self.threshold = threshold


@registry.register()
class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is at the largest label; labels are one-hot."""

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name, dtype)


@registry.register()
class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is at the class `y_true`; labels are class numbers."""

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


@registry.register()
class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class of `y_true` is among the `k` best predictions; labels are one-hot."""

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


@registry.register()
class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class `y_true` is among the `k` best predictions; labels are numbers."""

    def __init__(
        self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False
    ):
        super().__init__(
            sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids
        )
        self.k = k
        self.from_sorted_ids = from_sorted_ids
