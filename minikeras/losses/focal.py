"""Focal cross-entropy: easy samples count less (Lin et al. 2017, equation 5)."""

from .. import config, ops
from .base import Loss, registry, truth
from .pairs import pair, smoothed


@registry.register()
def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Return -sum(alpha (1 - p)**gamma y_true log(p)) over the classes.

    Args:
        y_true: one-hot rows, (batch, ..., classes).
        y_pred: predicted probabilities p of the same shape, or logits.
        alpha: weight of the classes, a number or a list of one per class.
        gamma: how strongly easy samples are played down; 0 for not at all.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: share of every label that is spread over all classes evenly.
        axis: of the classes.
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[axis])
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    p = ops.divide(y_pred, ops.sum(y_pred, axis=axis, keepdims=True))
    p = ops.clip(p, config.epsilon(), 1 - config.epsilon())
    weights = ops.multiply(ops.power(ops.subtract(1.0, p), gamma), alpha)
    entropies = ops.multiply(y_true, ops.log(p))
    return ops.negative(ops.sum(ops.multiply(weights, entropies), axis=axis))


@registry.register()
def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """Return the mean of (1 - q)**gamma times the cross-entropy, q being what the truth was given.

    Args:
        y_true: labels 0 or 1.
        y_pred: predicted probabilities of the same shape, or logits.
        apply_class_balancing: whether label 1 is weighted by alpha and label 0 by 1 - alpha.
        alpha: weight of label 1.
        gamma: how strongly easy samples are played down; 0 for not at all.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: s turns labels 0 and 1 into s / 2 and 1 - s / 2.
        axis: over which the mean is taken.
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, 2)
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    missed = ops.add(
        ops.multiply(y_true, ops.subtract(1.0, y_pred)),
        ops.multiply(ops.subtract(1.0, y_true), y_pred),
    )
    loss = ops.multiply(ops.power(missed, gamma), ops.binary_crossentropy(y_true, y_pred))
    if apply_class_balancing:
        loss = ops.multiply(loss, ops.add(ops.multiply(y_true, 2 * alpha - 1), 1 - alpha))
    return ops.mean(loss, axis=axis)


@registry.register()
class CategoricalFocalCrossentropy(Loss):
    """Focal cross-entropy of one-hot labels, see `categorical_focal_crossentropy`.

    Args:
        alpha, gamma, from_logits, label_smoothing, axis: see `categorical_focal_crossentropy`.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits = truth("from_logits", from_logits)
        self.label_smoothing, self.axis = label_smoothing, axis

    def call(self, y_true, y_pred):
        return categorical_focal_crossentropy(
            y_true,
            y_pred,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            self.axis,
        )


@registry.register()
class BinaryFocalCrossentropy(Loss):
    """Focal cross-entropy of yes and no, see `binary_focal_crossentropy`.

    Args:
        apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis: see
            `binary_focal_crossentropy`.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.apply_class_balancing = truth("apply_class_balancing", apply_class_balancing)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits = truth("from_logits", from_logits)
        self.label_smoothing, self.axis = label_smoothing, axis

    def call(self, y_true, y_pred):
        return binary_focal_crossentropy(
            y_true,
            y_pred,
            self.apply_class_balancing,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            self.axis,
        )
