"""Labels and predictions brought together: same float type, same number of dimensions."""

import numbers

import numpy as np

from .. import config, ops
from ..autograd import Tensor
from ..autograd.tensor import Operators


def as_tensor_like(value, dtype=None):
    """Return a tensor or symbolic tensor as it is, anything else as an ndarray.

    Args:
        value: tensor, array, nested list or number. Python floats become the default float type.
        dtype: float type that floats are brought to; None to keep an array's own.

    Raises:
        ValueError: something that holds no numbers.
    """
    if isinstance(value, (Operators, np.ndarray)):
        known = value
    else:
        known = np.asarray(value)
        if known.dtype.kind == "f" and not isinstance(value, np.generic):
            known = known.astype(config.floatx())
    if known.dtype.kind not in "fiubc":
        known = _numbers(known)
    if dtype is not None and known.dtype.kind == "f" and known.dtype != dtype:
        return ops.cast(known, dtype=dtype)
    return known


def _numbers(array):
    """Return an array of objects that are numbers as floats, and refuse anything else."""
    elements = array.reshape(-1).tolist()
    wrong = [v for v in elements if not isinstance(v, numbers.Number)]
    if wrong:
        raise ValueError(
            f"A loss compares numbers, but {wrong[0]!r} is none. Turn names of classes into class "
            "numbers, and leave out samples without a label."
        )
    return array.astype(config.floatx())


def same_rank(a, b):
    """Give two tensors the same rank where a last axis of length 1 is all they differ by.

    A vector beside a column becomes a column; in higher ranks the longer one loses its last axis.
    """
    ranks = len(a.shape), len(b.shape)
    if ranks[0] == ranks[1] + 1 and a.shape[-1] == 1:
        return (a, ops.expand_dims(b, -1)) if ranks[1] == 1 else (ops.squeeze(a, axis=-1), b)
    if ranks[1] == ranks[0] + 1 and b.shape[-1] == 1:
        return (ops.expand_dims(a, -1), b) if ranks[0] == 1 else (a, ops.squeeze(b, axis=-1))
    return a, b


def _match(y_true, y_pred):
    """Return whether labels and predictions fit as they are, as they mostly do in training."""
    return (
        isinstance(y_pred, Tensor)
        and isinstance(y_true, (np.ndarray, Tensor))
        and y_true.dtype == y_pred.dtype
        and y_true.shape == y_pred.shape
        and y_pred.dtype.kind == "f"
    )


def pair(y_true, y_pred):
    """Return labels and predictions in the float type of the predictions and in the same rank.

    Raises:
        ValueError: the shapes do not fit each other.
    """
    if _match(y_true, y_pred):
        return y_true, y_pred
    y_pred = as_tensor_like(y_pred)
    if y_pred.dtype.kind not in "fc":
        y_pred = ops.cast(y_pred, dtype=config.floatx())
    y_true = as_tensor_like(y_true)
    if y_true.dtype != y_pred.dtype:
        y_true = ops.cast(y_true, dtype=y_pred.dtype)
    if len(y_true.shape) != len(y_pred.shape):
        y_true, y_pred = same_rank(y_true, y_pred)
    _check(y_true.shape, y_pred.shape)
    return y_true, y_pred


def _check(true, pred):
    """Refuse shapes that differ, other than by an axis of length 1 or unknown."""
    fits = len(true) == len(pred) and all(
        m == n or m in (1, None) or n in (1, None) for m, n in zip(true, pred, strict=True)
    )
    if not fits:
        raise ValueError(
            f"The labels have shape {tuple(true)} and the predictions {tuple(pred)}: a loss needs "
            "a label for each prediction. Reshape the labels or change the last layer's units."
        )


def smoothed(y_true, label_smoothing, classes=None):
    """Return labels moved towards a uniform distribution over so many classes.

    Args:
        y_true: array of labels.
        label_smoothing: share of the uniform distribution, from 0 to 1, else a ValueError.
        classes: how many classes there are.
    """
    if not label_smoothing:
        return y_true
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing is a share from 0 to 1, not {label_smoothing!r}.")
    return y_true * (1 - label_smoothing) + label_smoothing / classes
