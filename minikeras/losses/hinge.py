"""Hinge losses: a margin between right and wrong. Each function returns one value per sample."""

from .. import ops
from ..autograd import op
from ..ops.types import raw
from .base import FunctionLoss, registry
from .pairs import pair


@op(register=False)
def _signed(y_true, /):
    """Turn labels that are all 0 or 1 into -1 or 1, as Keras 3 does; leave others as they are."""
    values = raw(y_true)
    if not ((values == 0) | (values == 1)).all():
        return values, (lambda g: g,)
    kind = values.dtype.type
    return kind(2) * values - kind(1), (lambda g: g * kind(2),)


def _shortfall(y_true, y_pred):
    """Return max(1 - y_true y_pred, 0): how far each prediction is from the margin."""
    y_true, y_pred = pair(y_true, y_pred)
    margin = ops.multiply(_signed(y_true), y_pred)
    return ops.maximum(ops.subtract(1.0, margin), 0.0)


@registry.register()
def hinge(y_true, y_pred):
    """Return mean(max(1 - y_true y_pred, 0)); labels are -1 or 1, or 0 and 1 for the same."""
    return ops.mean(_shortfall(y_true, y_pred), axis=-1)


@registry.register()
def squared_hinge(y_true, y_pred):
    """Return mean(max(1 - y_true y_pred, 0)**2); labels are -1 or 1, or 0 and 1 for the same."""
    return ops.mean(ops.square(_shortfall(y_true, y_pred)), axis=-1)


@registry.register()
def categorical_hinge(y_true, y_pred):
    """Return max(wrong - right + 1, 0) of one-hot labels.

    `right` is the prediction for the true class and `wrong` the largest for another (at least 0).
    """
    y_true, y_pred = pair(y_true, y_pred)
    right = ops.sum(ops.multiply(y_true, y_pred), axis=-1)
    wrong = ops.max(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=-1)
    return ops.maximum(ops.add(ops.subtract(wrong, right), 1.0), 0.0)


@registry.register()
class Hinge(FunctionLoss):
    """Mean distance from the margin, see `hinge`."""

    function = staticmethod(hinge)


@registry.register()
class SquaredHinge(FunctionLoss):
    """Mean squared distance from the margin, see `squared_hinge`."""

    function = staticmethod(squared_hinge)


@registry.register()
class CategoricalHinge(FunctionLoss):
    """Margin between the true class and the best other one, see `categorical_hinge`."""

    function = staticmethod(categorical_hinge)
