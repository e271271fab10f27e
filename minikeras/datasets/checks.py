"""Is a file what it should be? Checks on the arrays themselves, so that any true copy will do.

A file that was compressed anew, or cached by another version of Keras, has another checksum but
the same arrays.
"""

import numpy as np


class UnfitFileError(ValueError):
    """A file does not hold the arrays of the data set it is named after."""


def check_array(name, array, shape, dtype=None):
    """Raise UnfitFileError unless `array` has this shape and, if given, this dtype exactly."""
    if array.shape != shape or (dtype is not None and array.dtype != dtype):
        wanted = f"{shape} of {np.dtype(dtype)}" if dtype is not None else f"{shape}"
        raise UnfitFileError(f"{name} is {array.shape} of {array.dtype}, not {wanted}")


def check_finite(name, array, shape):
    """Return `array`, checked to be floating-point numbers of this shape, all of them finite."""
    check_array(name, array, shape)
    if array.dtype.kind != "f":
        raise UnfitFileError(f"{name} holds {array.dtype}, not floating-point numbers")
    if not np.isfinite(array).all():
        raise UnfitFileError(f"{name} holds numbers that are not finite")
    return array


def check_labels(name, labels, count, classes, dtype):
    """Return `labels` (`count` whole numbers from 0 to classes - 1) as an array of `dtype`."""
    labels = np.asarray(labels)
    check_array(name, labels, (count,))
    if labels.dtype.kind not in "iu":
        raise UnfitFileError(f"{name} holds {labels.dtype}, not whole numbers")
    if labels.min() < 0 or labels.max() >= classes:
        raise UnfitFileError(
            f"{name} holds labels from {labels.min()} to {labels.max()}, not 0 to {classes - 1}"
        )
    return labels.astype(dtype, copy=False)
