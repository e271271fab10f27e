"""Class numbers: checking them, and turning them into rows of 0 and 1."""

import numpy as np

from .. import config
from ..autograd import op
from .types import normalize_axis


def check_labels(labels, shape):
    """Return class numbers as an integer array of shape `shape[:-1]`.

    Args:
        labels: array of that shape, or with a further axis of length 1; whole numbers of any type.
        shape: shape of the predictions, (..., classes).

    Raises:
        ValueError: another shape, a number that is not whole, or one outside [0, classes).
    """
    labels, classes = np.asarray(labels), shape[-1]
    if labels.shape == (*shape[:-1], 1):
        labels = labels[..., 0]
    if labels.shape != shape[:-1]:
        raise ValueError(
            f"Class numbers of shape {labels.shape} do not fit predictions of shape {shape}: "
            f"expected {shape[:-1]} or {(*shape[:-1], 1)}. If the targets are one-hot rows, use "
            "categorical_crossentropy."
        )
    wrong = (labels < 0) | (labels >= classes)
    if labels.dtype.kind == "f":
        wrong |= labels != np.trunc(labels)  # NaN too
    if wrong.any():
        raise ValueError(
            f"The label {labels[wrong].flat[0]} is no class number: with {classes} classes labels "
            f"are whole numbers from 0 to {classes - 1}."
        )
    return labels.astype(np.intp, copy=False)


def one_hot_array(labels, classes, dtype):
    """Return an ndarray (..., classes) with a 1 at each label; labels out of range give zeros."""
    return (labels[..., None] == np.arange(classes)).astype(dtype)


@op
def one_hot(x, /, num_classes, axis=-1, dtype=None, sparse=False):
    """Return rows of 0 with a 1 at the place of each class number.

    Args:
        x: array of ints; numbers outside [0, num_classes) give rows of 0.
        num_classes: length of the new axis.
        axis: where the new axis is put.
        dtype: the default float type if None.

    Raises:
        ValueError: `sparse=True`; there are no sparse arrays here.
    """
    if sparse:
        raise ValueError("one_hot(sparse=True) needs sparse arrays, which NumPy does not have.")
    y = one_hot_array(x, num_classes, dtype or config.floatx())
    return np.moveaxis(y, -1, normalize_axis(axis, y.ndim)), None


@op
def multi_hot(inputs, /, num_classes, axis=-1, dtype=None, sparse=False):
    """Return, for each row of class numbers, one row with a 1 for every class that occurs.

    Args:
        inputs: array of ints; the axis after the first (or the only one) is joined.
        num_classes, axis, dtype, sparse: as for `one_hot`.
    """
    y = one_hot.raw(inputs, num_classes, axis, dtype, sparse)[0]
    return y.max(axis=1 if inputs.ndim > 1 else 0), None
