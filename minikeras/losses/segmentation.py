"""Losses of overlap between a segmentation and its prediction: Dice and Tversky.

`axis` says which axes make up one region: None for all, which gives a single value for the batch.
"""

from .. import config, ops
from .base import Loss, registry
from .pairs import pair


@registry.register()
def dice(y_true, y_pred, axis=None):
    """Return 1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred)), the sums being over `axis`."""
    y_true, y_pred = pair(y_true, y_pred)
    overlap = ops.sum(ops.multiply(y_true, y_pred), axis=axis)
    sizes = ops.add(ops.sum(y_true, axis=axis), ops.sum(y_pred, axis=axis))
    share = ops.divide(ops.multiply(overlap, 2.0), ops.add(sizes, config.epsilon()))
    return ops.subtract(1.0, share)


@registry.register()
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """Return 1 - overlap / (overlap + alpha missed + beta invented), the sums being over `axis`.

    With both weights 0.5 it is the Dice loss (Salehi et al. 2017). `alpha` weighs what was in the
    labels but not predicted, `beta` the opposite, as in Keras 3.
    """
    y_true, y_pred = pair(y_true, y_pred)
    overlap = ops.sum(ops.multiply(y_true, y_pred), axis=axis)
    missed = ops.sum(ops.multiply(y_true, ops.subtract(1.0, y_pred)), axis=axis)
    invented = ops.sum(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=axis)
    wrong = ops.add(ops.multiply(missed, alpha), ops.multiply(invented, beta))
    whole = ops.add(ops.add(overlap, wrong), config.epsilon())
    return ops.subtract(1.0, ops.divide(overlap, whole))


def _axes(axis):
    return tuple(axis) if isinstance(axis, (list, tuple)) else axis


@registry.register()
class Dice(Loss):
    """Dice loss, see `dice`.

    Args:
        axis: int or tuple of ints, the axes of one region; None for all.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(name, reduction, dtype)
        self.axis = _axes(axis)

    def call(self, y_true, y_pred):
        return dice(y_true, y_pred, axis=self.axis)


@registry.register()
class Tversky(Loss):
    """Tversky loss, see `tversky`.

    Args:
        alpha, beta: weights of what was missed and of what was invented.
        axis: int or tuple of ints, the axes of one region; None for all.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        alpha=0.5,
        beta=0.5,
        reduction="sum_over_batch_size",
        name="tversky",
        axis=None,
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.alpha, self.beta, self.axis = alpha, beta, _axes(axis)

    def call(self, y_true, y_pred):
        return tversky(y_true, y_pred, self.alpha, self.beta, axis=self.axis)
