"""The circle loss of metric learning (Sun et al. 2020): like samples close, unlike ones apart."""

import numpy as np

from .. import ops
from ..autograd import Tensor, composite
from .base import Loss, registry
from .pairs import as_tensor_like


@registry.register()
@composite
def circle(
    y_true,
    y_pred,
    ref_labels=None,
    ref_embeddings=None,
    remove_diagonal=True,
    gamma=80,
    margin=0.4,
):
    """Return softplus(logsumexp(pulls) + logsumexp(pushes)) per sample.

    Args:
        y_true: class numbers (batch,) or (batch, 1).
        y_pred: embeddings of length 1, (batch, features).
        ref_labels, ref_embeddings: what each sample is compared with; the batch by default.
        remove_diagonal: whether a sample is not compared with itself.
        gamma: scale of the exponents.
        margin: how far from perfect a distance may be.

    Returns:
        Array (batch,). Samples without a like or without an unlike partner give 0, and the
        result's mask leaves them out of means that heed masks.
    """
    y_pred = as_tensor_like(y_pred)
    labels = np.asarray(y_true).reshape(-1)
    others = labels if ref_labels is None else np.asarray(ref_labels).reshape(-1)
    references = y_pred if ref_embeddings is None else as_tensor_like(ref_embeddings)
    like = labels[:, None] == others[None, :]
    unlike = ~like
    if remove_diagonal:
        like &= ~np.eye(len(labels), len(others), dtype=bool)
    distance = ops.subtract(1.0, ops.matmul(y_pred, ops.transpose(references)))
    distance = ops.maximum(distance, 0.0)
    # How far each distance is from its optimum, 0 for like and 1 for unlike pairs, relaxed by
    # the margin, is its weight.
    pull = ops.multiply(ops.add(distance, margin), ops.subtract(distance, margin))
    room = ops.maximum(ops.subtract(1 + margin, distance), 0.0)
    push = ops.multiply(room, ops.subtract(1 - margin, distance))
    total = ops.add(
        _logsumexp_where(like, ops.multiply(pull, gamma)),
        _logsumexp_where(unlike, ops.multiply(push, gamma)),
    )
    loss = ops.multiply(ops.softplus(total), like.any(1) & unlike.any(1))
    if isinstance(loss, Tensor):
        loss.mask = loss.data > 0
    return loss


def _logsumexp_where(mask, x):
    """Return log(sum(exp(x))) over the elements of each row that `mask` admits.

    A row without any gives the least finite number instead of minus infinity, whose gradient
    would not be a number.
    """
    least = np.finfo(x.dtype).min / 4
    return ops.logsumexp(ops.where(mask, x, least), axis=1)


@registry.register()
class Circle(Loss):
    """Circle loss, see `circle`.

    Args:
        gamma, margin, remove_diagonal: see `circle`.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, remove_diagonal

    def call(self, y_true, y_pred):
        return circle(
            y_true,
            y_pred,
            remove_diagonal=self.remove_diagonal,
            gamma=self.gamma,
            margin=self.margin,
        )
