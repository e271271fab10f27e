"""Losses between distributions: Kullback-Leibler divergence, Poisson, and generalized entropy."""

from .. import config, ops
from ..autograd import composite
from ..ops.labels import check_labels
from ..ops.types import raw
from .base import FunctionLoss, Loss, registry
from .pairs import as_tensor_like, pair


@registry.register("kl_divergence", "kld", "KLD")
def kullback_leibler_divergence(y_true, y_pred):
    """Return sum(y_true log(y_true / y_pred)), both kept within [epsilon, 1]."""
    y_true, y_pred = (ops.clip(y, config.epsilon(), 1.0) for y in pair(y_true, y_pred))
    return ops.sum(ops.multiply(y_true, ops.log(ops.divide(y_true, y_pred))), axis=-1)


@registry.register()
def poisson(y_true, y_pred):
    """Return mean(y_pred - y_true log(y_pred + epsilon)): counts and their predicted rates."""
    y_true, y_pred = pair(y_true, y_pred)
    logarithm = ops.log(ops.add(y_pred, config.epsilon()))
    return ops.mean(ops.subtract(y_pred, ops.multiply(y_true, logarithm)), axis=-1)


@registry.register()
@composite
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """Return (1 - p**q) / q, p being the predicted probability of the true class.

    Between cross-entropy (q towards 0) and absolute error (q = 1): robust to wrong labels (Zhang
    and Sabuncu 2018).

    Args:
        y_true: class numbers (batch,) or (batch, 1).
        y_pred: probabilities (batch, classes).
        q: exponent between 0 and 1.
    """
    y_pred = as_tensor_like(y_pred)
    labels = check_labels(raw(y_true), y_pred.shape)
    p = ops.take_along_axis(y_pred, labels[..., None], axis=-1)[..., 0]
    return ops.divide(ops.subtract(1.0, ops.power(p, q)), q)


kl_divergence = kld = KLD = kullback_leibler_divergence


@registry.register()
class KLDivergence(FunctionLoss):
    """Sum of y_true log(y_true / y_pred), see `kullback_leibler_divergence`."""

    function = staticmethod(kullback_leibler_divergence)
    default_name = "kl_divergence"


@registry.register()
class Poisson(FunctionLoss):
    """Mean of y_pred - y_true log(y_pred), see `poisson`."""

    function = staticmethod(poisson)


@registry.register()
class CategoricalGeneralizedCrossEntropy(Loss):
    """(1 - p**q) / q of the true class, see `categorical_generalized_cross_entropy`.

    Args:
        q: exponent between 0 and 1, else a ValueError.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        q=0.5,
        reduction="sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype=None,
    ):
        if not 0 < q < 1:
            raise ValueError(f"q lies between 0 and 1, both excluded; {q!r} does not.")
        super().__init__(name, reduction, dtype)
        self.q = q

    def call(self, y_true, y_pred):
        return categorical_generalized_cross_entropy(y_true, y_pred, self.q)
