"""Class numbers to one-hot rows, and vectors to unit length."""

import numpy as np

from .. import config
from ..autograd import Tensor


def to_categorical(y=None, num_classes=None, dtype=None, *, x=None):
    """Return class numbers as one-hot rows.

    Args:
        y: class numbers from 0, any shape; a last axis of length 1 is dropped. Whole numbers in
            a float type are fine.
        num_classes: length of a row; the largest class number plus 1 if None.
        dtype: type of the result; the default float type if None.
        x: Keras 3's name of `y`.

    Returns:
        Array of shape `(*y.shape, num_classes)`: 1 at the class, 0 elsewhere.

    Raises:
        ValueError: a class number is negative, fractional or at least `num_classes` (the message
            names it), or there is none to count the classes by.
    """
    if (y is None) == (x is None):
        raise TypeError("to_categorical() takes the class numbers as y, which Keras 3 calls x.")
    y = x if y is None else y
    y = np.asarray(y.data if isinstance(y, Tensor) else y)
    labels = _whole_numbers(y)
    shape = y.shape[:-1] if y.ndim > 1 and y.shape[-1] == 1 else y.shape
    if num_classes is not None and num_classes < 0:
        raise ValueError(f"num_classes must not be negative, but it is {num_classes}.")
    if not num_classes:
        if not labels.size:
            raise ValueError(
                f"There are no class numbers in an array of shape {y.shape}, so nothing says how "
                "many classes there are. Give num_classes."
            )
        num_classes = max(int(labels.max()) + 1, 1)
    _refuse_outsiders(labels, y.shape, num_classes)
    rows = np.zeros((labels.size, num_classes), dtype=dtype or config.floatx())
    rows[np.arange(labels.size), labels] = 1
    return rows.reshape((*shape, num_classes))


def _whole_numbers(y):
    """Return the elements of `y` as one vector of ints."""
    flat = y.reshape(-1)
    if flat.size == 0 or flat.dtype.kind in "iub":
        return flat.astype(np.intp)
    try:
        labels = flat.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"Class numbers must be whole numbers, but these are of type {y.dtype}. Turn names "
            "into numbers first: classes, y = np.unique(names, return_inverse=True)."
        ) from None
    wrong = np.flatnonzero(~np.isfinite(labels) | (labels != np.rint(labels)))
    if wrong.size:
        raise ValueError(
            f"Class numbers must be whole numbers, but {flat[wrong[0]]} at position "
            f"{_position(wrong[0], y.shape)} is none."
        )
    return labels.astype(np.intp)


def _refuse_outsiders(labels, shape, num_classes):
    """Raise a ValueError that names the first label outside 0 to `num_classes` - 1, if any."""
    wrong = np.flatnonzero((labels < 0) | (labels >= num_classes))
    if not wrong.size:
        return
    label, position = labels[wrong[0]], _position(wrong[0], shape)
    if label < 0:
        raise ValueError(
            f"The class number {label} at position {position} is negative. Number the classes "
            "from 0, for example with classes, y = np.unique(y, return_inverse=True)."
        )
    raise ValueError(
        f"The class number {label} at position {position} is too large for num_classes="
        f"{num_classes}, which takes 0 to {num_classes - 1}. Give num_classes="
        f"{int(labels.max()) + 1}, or number the classes from 0."
    )


def _position(index, shape):
    """Return a flat index as the user would write it."""
    found = tuple(int(i) for i in np.unravel_index(index, shape or (1,)))
    return found[0] if len(found) == 1 else found


def normalize(x, axis=-1, order=2):
    """Return an array whose vectors along `axis` have length 1; those of length 0 stay.

    Args:
        x: array; ints become the default float type.
        axis: along which the vectors lie; None for the whole array as one vector.
        order: of the norm: 2 for the Euclidean length, 1 for the sum of magnitudes,
            numpy.inf for the largest.
    """
    x = np.asarray(x.data if isinstance(x, Tensor) else x)
    if x.dtype.kind not in "fc":
        x = x.astype(config.floatx())
    if axis is None:
        return normalize(x.reshape(-1), 0, order).reshape(x.shape)
    length = np.linalg.norm(x, order, axis, keepdims=True).astype(x.real.dtype, copy=False)
    return x / np.where(length == 0, np.ones((), length.dtype), length)
