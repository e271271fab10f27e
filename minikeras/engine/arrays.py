"""Arrays in: what users pass as x, y and sample weights, checked and put in order.

Everything is checked before the first step, so that bad input changes no weight. Nothing is
copied here: batches are cut, and cast to the model's type, one at a time.
"""

import numpy as np

from .. import config
from ..autograd import Tensor
from ..registry import suggest
from ..utils.nest import flatten


def as_array(value, what):
    """Return anything array-like as an array that can be sliced; a data set on disk stays there.

    Raises:
        TypeError: the value is no array of numbers.
    """
    if isinstance(value, np.ndarray):
        array = value
    elif isinstance(value, Tensor):
        array = value.data
    elif hasattr(value, "shape") and hasattr(value, "dtype") and hasattr(value, "__getitem__"):
        if hasattr(value, "iloc"):  # a DataFrame or Series
            array = value.to_numpy()
        elif hasattr(value, "__array__") and not _on_disk(value):
            array = np.asarray(value)
        else:
            return value
    else:
        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError(
                f"{what} is a ragged list: its rows have different lengths. Pad them to one "
                "length first, for example with preprocessing.sequence.pad_sequences."
            ) from None
    if array.dtype == object:
        try:
            array = np.asarray(array.tolist(), dtype=config.floatx())
        except (ValueError, TypeError):
            raise ValueError(
                f"{what} holds objects (dtype object) that are not all numbers of one shape. "
                "Ragged rows must be padded, missing values filled in, strings encoded."
            ) from None
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{what} has dtype {array.dtype}; a model needs numbers. Encode strings first, for "
            "example as integer labels."
        )
    return array


def _on_disk(value):
    return type(value).__module__.split(".")[0] in ("h5py", "minikeras")


def is_number_list(value):
    """Return whether a nested Python list holds plain numbers only."""
    return isinstance(value, (list, tuple)) and all(
        isinstance(leaf, (int, float, bool, np.generic)) for leaf in flatten(value)
    )


def arrange(data, names, what):
    """Return a list of arrays in the order of `names`.

    Args:
        data: one array, a list of them, or a dictionary by name; None gives a list of None.
        names: the model's input or output names.
        what: "input" or "target", for messages.

    Raises:
        ValueError: a missing or unknown name, or another number of arrays.
    """
    if data is None:
        return [None] * len(names)
    if isinstance(data, dict):
        missing = [name for name in names if name not in data]
        unknown = [name for name in data if name not in names]
        if missing:
            hint = f" {suggest(unknown[0], names)}" if unknown else ""
            raise ValueError(
                f"No data for the {what} {missing[0]!r}. Given were {sorted(map(str, data))}, "
                f"needed are {list(names)}.{hint}"
            )
        return [as_array(data[name], f"The {what} {name!r}") for name in names]
    if isinstance(data, (list, tuple)):
        if is_number_list(data) and data:
            data = [np.asarray(as_array(data, f"The {what}"))]
        elif len(names) == 1 and len(data) != 1:
            lengths = {np.shape(part) for part in data}
            if isinstance(data[0], (list, tuple, np.ndarray)) and len(lengths) > 1:
                return [as_array(data, f"The {what}")]  # says that it is ragged
        if len(data) != len(names):
            raise ValueError(
                f"The model has {len(names)} {what}s ({', '.join(map(repr, names))}), but a list "
                f"of {len(data)} arrays was given. Pass one array for each, or one array of "
                f"shape (samples, ...) where there is only one {what}."
            )
        return [as_array(d, f"The {what} {n!r}") for d, n in zip(data, names, strict=True)]
    if len(names) > 1:
        raise ValueError(
            f"The model has {len(names)} {what}s ({', '.join(map(repr, names))}), but one array "
            "was given. Pass a list in this order, or a dictionary by name."
        )
    return [as_array(data, f"The {what} {names[0]!r}" if names else f"The {what}")]


def check_lengths(groups):
    """Return the common number of samples of all arrays, or raise a ValueError.

    Args:
        groups: pairs of a description and a list of arrays (None left out).
    """
    counts = {}
    for what, arrays in groups:
        for array in arrays:
            if array is not None:
                if not np.ndim(array) and not hasattr(array, "shape"):
                    raise ValueError(f"The {what} is a single number, not an array of samples.")
                if len(array.shape) == 0:
                    raise ValueError(
                        f"The {what} is a single number, not an array of samples; its first axis "
                        "must count the samples."
                    )
                counts.setdefault(int(array.shape[0]), what)
    if len(counts) > 1:
        listed = ", ".join(f"{what}: {count}" for count, what in counts.items())
        raise ValueError(
            f"All arrays must have the same number of samples, but there are {listed}."
        )
    if not counts:
        return None
    (count,) = counts
    if count == 0:
        raise ValueError("There is no data: the arrays hold 0 samples.")
    return count


def check_input(array, name, shape):
    """Return an input array fitted to the symbolic shape, a missing last axis of 1 added.

    Raises:
        ValueError: the shape does not fit; the message names input, expectation and mend.
    """
    if shape is None:
        return array
    wanted, given = tuple(shape[1:]), tuple(array.shape[1:])
    if len(given) == len(wanted) - 1 and wanted[-1:] == (1,) and len(array.shape) == 1:
        array, given = array.reshape(-1, 1), (1,)
    fits = len(given) == len(wanted) and all(
        w is None or w == g for w, g in zip(wanted, given, strict=True)
    )
    if fits:
        return array
    raise ValueError(
        f"Error when checking input: expected {name} to have shape {tuple(shape)} (None is the "
        f"number of samples), but got an array of shape {tuple(array.shape)}."
        + _input_hint(wanted, given, tuple(array.shape))
    )


def _input_hint(wanted, given, full):
    if None not in wanted and full == wanted:
        return " This looks like one sample: add the batch axis with x[None]."
    if None not in wanted and int(np.prod(given)) == int(np.prod(wanted)):
        sizes = ", ".join(map(str, wanted))
        return f" The sizes agree otherwise: x.reshape(-1, {sizes}) fits."
    return ""


_EXACT = (
    "mean_squared_error",
    "categorical_crossentropy",
    "binary_crossentropy",
)


def check_target(array, output):
    """Return a target array fitted to an output, and refuse what the loss cannot use.

    Args:
        array: labels, or None.
        output: a `compilation.Output`.

    Raises:
        ValueError: shape, NaN or class number out of range.
    """
    if array is None or output.loss is None:
        return array
    shape = output.shape
    if array.dtype.kind == "f" and bool(np.isnan(array).any()):
        where = int(np.argwhere(np.isnan(np.asarray(array)))[0][0])
        raise ValueError(
            f"The target for {output.name!r} holds NaN (first in sample {where}). Training on it "
            "would turn every weight into NaN: fill in or drop those samples."
        )
    if output.sparse:
        return _check_class_numbers(array, output)
    if shape is None:
        return array
    if array.ndim == 1 and len(shape) == 2:
        array = array.reshape(-1, 1)
    name = str(getattr(output.loss, "name", None) or getattr(output.loss, "__name__", ""))
    wanted, given = tuple(shape[1:]), tuple(array.shape[1:])
    if name in _EXACT:
        fits = len(given) == len(wanted) and all(
            w is None or w == g for w, g in zip(wanted, given, strict=True)
        )
        if not fits:
            raise ValueError(
                f"Error when checking target: expected {output.name} to have shape "
                f"{tuple(shape)}, but got an array of shape {tuple(array.shape)}."
                + _target_hint(name, array, wanted, given)
            )
    return array


def _target_hint(name, array, wanted, given):
    if name == "categorical_crossentropy" and given == (1,) and wanted[-1:] != (1,):
        return (
            " You are passing class numbers to categorical_crossentropy, which wants one-hot "
            f"rows: use to_categorical(y, {wanted[-1]}), or the loss "
            "'sparse_categorical_crossentropy'."
        )
    if name == "binary_crossentropy" and given == (1,):
        return " With one label a sample the last layer needs one unit."
    return ""


def _check_class_numbers(array, output):
    classes = output.shape[-1] if output.shape is not None else None
    ignored = getattr(output.loss, "ignore_class", None)
    labels = np.asarray(array)
    if output.shape is not None:
        lead = len(output.shape) - 1
        fits = labels.ndim == lead or (labels.ndim == lead + 1 and labels.shape[-1] == 1)
        if not fits:
            hint = ""
            if classes is not None and labels.shape[-1:] == (classes,):
                hint = " These are one-hot rows: use the loss 'categorical_crossentropy'."
            raise ValueError(
                f"Error when checking target: the loss of {output.name} wants one class number "
                f"a position, shape {(*output.shape[:-1], 1)}, but got an array of shape "
                f"{tuple(labels.shape)}.{hint}"
            )
    checked = labels if ignored is None else labels[labels != ignored]
    if checked.size and classes is not None:
        low, high = checked.min(), checked.max()
        if low < 0 or high >= classes:
            bad = low if low < 0 else high
            raise ValueError(
                f"The target for {output.name!r} holds the class {bad}, but the model has "
                f"{classes} classes, numbered 0 to {classes - 1}. Renumber the labels, or give "
                "the last layer more units."
            )
    return array


def batch_of(array, index, dtype):
    """Cut a batch (an index array or a slice) and cast floats to the model's type."""
    if array is None:
        return None
    batch = array[index] if isinstance(array, np.ndarray) else _read(array, index)
    if dtype is not None and batch.dtype != dtype:
        batch = batch.astype(dtype)
    return batch


def _read(array, index):
    """Read a batch from a data set on disk, whose indices must be ascending and different."""
    if isinstance(index, slice):
        return np.asarray(array[index])
    unique, inverse = np.unique(index, return_inverse=True)
    return np.asarray(array[unique])[inverse.reshape(-1)]
