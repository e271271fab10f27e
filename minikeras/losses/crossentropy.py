"""Cross-entropy losses. Each function returns one value per sample: (batch, ...).

A prediction that comes out of a softmax or sigmoid gets the exact gradient `p - t` of its logits,
which neither rounding nor clipping can make vanish; see `ops.crossentropy`.
"""

import numpy as np

from .. import ops
from ..autograd import Tensor
from .base import Loss, registry, truth
from .pairs import as_tensor_like, pair, smoothed


@registry.register()
def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """Return -sum(y_true log(y_pred)) over the classes.

    Args:
        y_true: one-hot rows or probabilities, (batch, ..., classes).
        y_pred: predicted probabilities of the same shape, scaled to sum 1 and clipped to
            [epsilon, 1 - epsilon]; or logits.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: share of every label that is spread over all classes evenly, 0 to 1.
        axis: of the classes.
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[axis])
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


@registry.register()
def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """Return -log of the predicted probability of the true class.

    Args:
        y_true: class numbers, (batch, ...) or (batch, ..., 1).
        y_pred: predicted probabilities (batch, ..., classes), clipped to
            [epsilon, 1 - epsilon]; or logits.
        from_logits: whether `y_pred` holds logits.
        ignore_class: a class number, such as the void of a segmentation, whose loss is 0. The
            result's mask leaves it out of means that heed masks.
        axis: of the classes.

    Raises:
        ValueError: a class number out of range, or shapes that do not fit.
    """
    y_true, y_pred = as_tensor_like(y_true), as_tensor_like(y_pred)
    settings = {"from_logits": from_logits, "axis": axis}
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, **settings)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis=axis)
    counts = ops.not_equal(y_true, ignore_class)
    labels = ops.where(counts, y_true, ops.zeros_like(y_true))
    loss = ops.sparse_categorical_crossentropy(labels, y_pred, **settings)
    loss = ops.multiply(loss, counts)
    if isinstance(loss, Tensor):
        loss.mask = np.asarray(counts)
    return loss


@registry.register("bce", "BCE")
def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """Return mean(-y_true log(y_pred) - (1 - y_true) log(1 - y_pred)) over `axis`.

    Args:
        y_true: labels 0 or 1, or probabilities.
        y_pred: predicted probabilities of the same shape, clipped to [epsilon, 1 - epsilon]; or
            logits.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: s turns labels 0 and 1 into s / 2 and 1 - s / 2.
        axis: over which the mean is taken.
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, 2)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


bce = BCE = binary_crossentropy


@registry.register()
class CategoricalCrossentropy(Loss):
    """Cross-entropy of one-hot labels, see `categorical_crossentropy`.

    Args:
        from_logits, label_smoothing, axis: see `categorical_crossentropy`.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits = truth("from_logits", from_logits)
        self.label_smoothing, self.axis = label_smoothing, axis

    def call(self, y_true, y_pred):
        return categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )


@registry.register()
class SparseCategoricalCrossentropy(Loss):
    """Cross-entropy of class numbers, see `sparse_categorical_crossentropy`.

    Args:
        from_logits, ignore_class, axis: see `sparse_categorical_crossentropy`.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits = truth("from_logits", from_logits)
        self.ignore_class, self.axis = ignore_class, axis

    def call(self, y_true, y_pred):
        return sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )


@registry.register()
class BinaryCrossentropy(Loss):
    """Cross-entropy of yes and no, see `binary_crossentropy`.

    Args:
        from_logits, label_smoothing, axis: see `binary_crossentropy`.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits = truth("from_logits", from_logits)
        self.label_smoothing, self.axis = label_smoothing, axis

    def call(self, y_true, y_pred):
        return binary_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )
