"""Labels held against an output and its loss, before the first step.

What the loss could not use, or would turn every weight into NaN, is refused here, so that a
mistake changes no weight. Losses of the user's own are given what comes: they may know better.
"""

import warnings

import numpy as np

from .arrays import as_column, fits, pieces

# Losses that take probabilities as labels.
_OF_PROBABILITIES = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
)
# Room for what rounding adds to labels such as x / x.max().
_ROUNDING = 1e-3


def check_target(array, output, refuses_nan=True):
    """Return a target array fitted to an output, a missing last axis of 1 added.

    Args:
        array: labels, or None.
        output: an `Output`.
        refuses_nan: whether labels may not be NaN.

    Raises:
        ValueError: shape, NaN or class number that does not fit.
    """
    if array is None or output.loss is None:
        return array
    if output.labels == "classes":
        _check_class_shape(array, output)
        _check_class_numbers(array, output)
        return array
    if output.shape is not None:
        if len(array.shape) == 1 and len(output.shape) == 2:
            array = as_column(array)
        elif len(output.shape) == 1 and tuple(array.shape[1:]) == (1,):
            array = as_column(array)[:, 0]
    if output.labels == "values":
        if output.shape is not None:
            _check_shape(array, output)
        _check_values(array, output, refuses_nan)
    return array


def _check_shape(array, output):
    wanted, given = tuple(output.shape[1:]), tuple(array.shape[1:])
    if not fits(given, wanted):
        raise ValueError(
            f"Error when checking target: expected {output.name} to have shape "
            f"{tuple(output.shape)}, but got an array of shape {tuple(array.shape)}."
            + _shape_hint(output.loss_name, given, wanted)
        )


def _shape_hint(loss, given, wanted):
    if loss == "categorical_crossentropy" and given[-1:] == (1,):
        return (
            " You are passing class numbers to categorical_crossentropy, which wants one-hot "
            f"rows: use to_categorical(y, {wanted[-1]}), or the loss "
            "'sparse_categorical_crossentropy'."
        )
    if given == (1,):
        return (
            f" There is one label a sample, but the last layer has {wanted[-1]} units: give it "
            "one unit, or one-hot labels (to_categorical)."
        )
    if wanted == (1,):
        return (
            " The last layer has one unit: pass one label a sample (for one-hot rows "
            f"y.argmax(axis=-1)), or give it {given[-1] if given else 1} units."
        )
    if wanted and given and wanted[:-1] == given[:-1]:
        return f" The last layer has {wanted[-1]} units, but the labels have {given[-1]} columns."
    return ""


def _check_values(array, output, refuses_nan):
    """Refuse NaN, and warn of labels that are no probabilities where the loss wants some."""
    start = 0
    for part in pieces(array):
        if not part.size:
            continue
        low, high = part.min(), part.max()
        if low != low and refuses_nan:
            row = start + int(np.argwhere(np.isnan(part))[0][0])
            raise ValueError(
                f"The target for {output.name!r} holds NaN (first in sample {row}). Training on it "
                "would turn every weight into NaN: fill in or drop those samples. (To train all "
                "the same, and stop at the first such loss, use the callback TerminateOnNaN.)"
            )
        outside = low < -_ROUNDING or high > 1 + _ROUNDING
        if outside and output.loss_name in _OF_PROBABILITIES:
            warnings.warn(
                f"The loss {output.loss_name!r} of {output.name!r} compares probabilities, but the "
                f"labels go from {low:g} to {high:g}. Scale them to 0 to 1, or number the classes "
                "from 0.",
                stacklevel=7,
            )
            return
        start += len(part)


def _check_class_shape(array, output):
    if output.shape is None:
        return
    lead = len(output.shape) - 1
    given = tuple(array.shape)
    if len(given) == lead or (len(given) == lead + 1 and given[-1] == 1):
        return
    classes = output.shape[getattr(output.loss, "axis", -1)]
    hint = ""
    if classes is not None and given[-1:] == (classes,):
        hint = (
            " These look like one-hot rows: use the loss 'categorical_crossentropy', or pass "
            "y.argmax(axis=-1)."
        )
    raise ValueError(
        f"Error when checking target: the loss of {output.name} wants one class number a "
        f"position, shape {(*output.shape[:-1], 1)}, but got an array of shape {given}.{hint}"
    )


def _check_class_numbers(array, output):
    """Refuse class numbers that are no whole numbers, or that the model has no unit for."""
    axis = getattr(output.loss, "axis", -1)
    classes = None if output.shape is None else output.shape[axis]
    ignored = getattr(output.loss, "ignore_class", None)
    for part in pieces(array):
        if ignored is not None:
            part = part[part != ignored]
        if not part.size:
            continue
        if part.dtype.kind == "f" and bool((part != np.floor(part)).any()):
            bad = part[part != np.floor(part)].reshape(-1)[0]
            raise ValueError(
                f"The target for {output.name!r} holds {bad}, which is no class number. "
                f"{output.loss_name!r} wants whole numbers from 0; NaN stands for missing labels, "
                "whose samples must be dropped."
            )
        low, high = part.min(), part.max()
        if low < 0 or (classes is not None and high >= classes):
            bad = low if low < 0 else high
            known = "" if classes is None else f" to {classes - 1}"
            raise ValueError(
                f"The target for {output.name!r} holds the class {bad:g}, but classes are numbered "
                f"0{known}"
                + ("" if classes is None else f": the last layer has {classes} units")
                + ". Renumber the labels, or give the last layer more units."
            )
