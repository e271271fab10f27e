"""The shapes and types of labels, predictions and weights, brought together before measuring."""

import numpy as np

from ..autograd import Tensor
from ..autograd.tensor import wrap
from ..losses.pairs import same_rank


def as_array(x, dtype=None):
    """Return `x` (array, tensor, list, number) as an ndarray, of type `dtype` unless None."""
    return np.asarray(x.data if isinstance(x, Tensor) else x, dtype=dtype)


def detached(x):
    """Return a tensor without its history, and anything else as it is.

    What metrics compute from it is then not recorded for gradients.
    """
    if not isinstance(x, Tensor) or x._node is None:
        return x
    bare = wrap(x.data)
    bare.mask = x.mask
    bare.logits = None if x.logits is None else wrap(as_array(x.logits))
    return bare


def aligned(y_true, y_pred, what):
    """Return both arrays in one shape, or raise a ValueError that names the two shapes.

    Args:
        what: name of the metric, for the message.
    """
    if y_true.shape == y_pred.shape:
        return y_true, y_pred
    a, b = same_rank(y_true, y_pred)
    if a.shape != b.shape:
        raise ValueError(
            f"{what} compares labels and predictions one to one, but y_true has the shape "
            f"{y_true.shape} and y_pred {y_pred.shape}. Reshape one of them, or encode the "
            "labels as the model's output is (keras.utils.to_categorical for class numbers)."
        )
    return a, b


def spread_weights(weights, shape, what):
    """Return weights broadcast to `shape`: one per sample, per step or per value.

    Args:
        weights: array whose axes are the first ones of `shape`; axes of length 1 at its end are
            dropped where there are too many, and added where there are too few.
        shape: of what is weighted.
        what: name of the metric, for the message.
    """
    given = weights.shape
    while weights.ndim > len(shape) and weights.shape[-1] == 1:
        weights = weights[..., 0]
    if 0 < weights.ndim < len(shape):
        weights = weights.reshape(weights.shape + (1,) * (len(shape) - weights.ndim))
    try:
        return np.broadcast_to(weights, shape)
    except ValueError:
        raise ValueError(
            f"sample_weight of shape {given} does not fit {what}, whose values have the shape "
            f"{shape}. Give one weight per sample, shape ({shape[0] if shape else 1},), or one "
            "per value."
        ) from None
