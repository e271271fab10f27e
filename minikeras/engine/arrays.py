"""Arrays in: what users pass as x, y and sample weights, put in order as arrays.

Nothing is copied here: batches are cut, and cast to the model's type, one at a time.
"""

import numpy as np

from .. import config
from ..autograd import Tensor
from ..layers.symbolic import KerasTensor
from ..registry import suggest

# What to do about data that are no real numbers, by the kind of their type.
_MENDS = {
    "U": "Encode strings first, for example as class numbers.",
    "S": "Encode strings first, for example as class numbers.",
    "c": "Give the real and the imaginary part as two features.",
    "M": "Turn dates into numbers first, for example days since the first of them.",
    "m": "Turn durations into numbers first, for example x / np.timedelta64(1, 's').",
}
_ON_DISK = ("h5py", "tables", "zarr", "minikeras")


def as_array(value, what):
    """Return anything array-like as an array that can be sliced.

    A data set on disk, and a sparse matrix, are returned as they are: they are read, or made
    dense, batch by batch.

    Raises:
        TypeError: the value holds no numbers.
        ValueError: ragged lists, or objects that are not numbers of one shape.
    """
    if isinstance(value, Tensor):
        array = value.data
    elif isinstance(value, KerasTensor):
        raise TypeError(
            f"{what} is symbolic: it stands for data to come and holds none. Pass arrays."
        )
    elif isinstance(value, np.ndarray):
        # A matrix multiplies in its own way; a memory map stays one under an ordinary array.
        array = value if type(value) is np.ndarray else np.asarray(value)
    elif _is_sliced_lazily(value):
        array = value
    else:
        array = _converted(value, what)
    if array.dtype == object:
        array = _numbers_of(array, what)
    kind = array.dtype.kind
    if kind not in "fiub":
        mend = _MENDS.get(kind, "Turn them into numbers first.")
        raise TypeError(f"{what} has dtype {array.dtype}; a model needs numbers. {mend}")
    return array


def _is_sliced_lazily(value):
    if not all(hasattr(value, name) for name in ("shape", "dtype", "__getitem__")):
        return False
    if hasattr(value, "iloc"):  # a pandas Series
        return False
    from_disk = type(value).__module__.split(".")[0] in _ON_DISK
    return from_disk or not hasattr(value, "__array__")


def _converted(value, what):
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{what} is a ragged list: its rows have different lengths. Pad them to one length "
            "first, for example with preprocessing.sequence.pad_sequences."
        ) from None


def _numbers_of(array, what):
    """Return an array of objects as one of numbers: columns of mixed types, numbers in boxes."""
    try:
        if any(value is None for value in array.reshape(-1)):
            raise ValueError("a missing value")
        return np.asarray(array.tolist(), dtype=config.floatx())
    except (ValueError, TypeError):
        raise ValueError(
            f"{what} holds objects (dtype object) that are not all numbers of one shape. Ragged "
            "rows must be padded, missing values filled in, strings encoded."
        ) from None


def is_number_list(value):
    """Return whether a nested Python list holds plain numbers only."""
    return isinstance(value, (list, tuple)) and all(
        isinstance(part, (int, float, np.generic)) or is_number_list(part) for part in value
    )


def yields_batches(x):
    """Return whether `x` is an iterable of batches that is neither array nor structure."""
    return (
        hasattr(x, "__iter__")
        and not isinstance(x, (list, tuple, dict, str, bytes))
        and not hasattr(x, "shape")
        and not hasattr(x, "__array__")
    )


def arrange(data, names, what):
    """Return a list of arrays in the order of `names`, None in the place of what is None.

    Args:
        data: one array, a list of them, or a dictionary by name; None gives a list of None.
        names: the model's input or output names.
        what: "input" or "target", for messages.

    Raises:
        ValueError: a missing name, or another number of arrays.
    """
    if data is None:
        return [None] * len(names)
    if isinstance(data, dict):
        missing = [name for name in names if name not in data]
        if missing:
            unknown = [str(name) for name in data if name not in names]
            hint = f" {suggest(unknown[0], names)}" if unknown else ""
            raise ValueError(
                f"No data for the {what} {missing[0]!r}. Given were {sorted(map(str, data))}, "
                f"needed are {list(names)}.{hint}"
            )
        parts = [data[name] for name in names]
    elif isinstance(data, (list, tuple)):
        parts = _parts_of_list(data, names, what)
    elif len(names) != 1:
        raise ValueError(
            f"The model has {len(names)} {what}s ({', '.join(map(repr, names))}), but one array "
            "was given. Pass a list in this order, or a dictionary by name."
        )
    else:
        parts = [data]
    return [
        None if part is None else as_array(part, f"The {what} {name!r}")
        for part, name in zip(parts, names, strict=True)
    ]


def _parts_of_list(data, names, what):
    """Return one thing for each name from a list, which may be a list of numbers itself."""
    single = len(names) == 1 and len(data) > 1
    if data and is_number_list(data):
        data = [data]
    elif single and (_rows_of_different_lengths(data) or not any(map(_has_rows, data))):
        data = [data]  # as_array says that it is ragged, or no numbers
    if len(data) != len(names):
        listed = ", ".join(map(repr, names))
        raise ValueError(
            f"The model has {len(names)} {what}{'s' if len(names) != 1 else ''} ({listed}), but a "
            f"list of {len(data)} array{'s' if len(data) != 1 else ''} was given. "
            + (
                f"Join them with np.stack or np.array: one array of shape (samples, ...) is the "
                f"{what}."
                if len(names) == 1
                else "Pass one array for each."
            )
        )
    return data


def _has_rows(value):
    return hasattr(value, "shape") or isinstance(value, (list, tuple, dict))


def _rows_of_different_lengths(rows):
    return all(isinstance(row, (list, tuple)) for row in rows) and len({len(r) for r in rows}) > 1


def common_length(groups):
    """Return the number of samples that all arrays have, or raise a ValueError.

    Args:
        groups: pairs of a description and a list of arrays (None is left out).

    Returns:
        The number; None where there is no array at all.
    """
    counts = {}
    for what, arrays in groups:
        for array in arrays:
            if array is None:
                continue
            if len(array.shape) == 0:
                raise ValueError(
                    f"The {what} is a single number, not an array of samples: its first axis must "
                    "count the samples."
                )
            counts.setdefault(int(array.shape[0]), what)
    if len(counts) > 1:
        listed = ", ".join(f"{what}: {count}" for count, what in counts.items())
        raise ValueError(
            f"All arrays must have the same number of samples, but there are {listed}. The first "
            "axis counts the samples: was one of the arrays cut or reshaped without the others?"
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
    if array is None or shape is None:
        return array
    wanted, given = tuple(shape[1:]), tuple(array.shape[1:])
    if len(array.shape) == 1 and len(wanted) == 1 and wanted[0] in (1, None):
        return as_column(array)
    if fits(given, wanted):
        return array
    raise ValueError(
        f"Error when checking input: expected {name} to have shape {tuple(shape)} (None stands for "
        f"any number), but got an array of shape {tuple(array.shape)}."
        + _input_hint(wanted, given, tuple(array.shape))
    )


def as_column(array):
    """Return an array (samples,) as (samples, 1)."""
    return (array if isinstance(array, np.ndarray) else read(array, slice(None))).reshape(-1, 1)


def fits(given, wanted):
    """Return whether a shape is as wanted, where None stands for any number."""
    return len(given) == len(wanted) and all(
        w is None or w == g for w, g in zip(wanted, given, strict=True)
    )


def _input_hint(wanted, given, full):
    if fits(full, wanted):
        return " This looks like one sample: add the batch axis with x[None]."
    if None in wanted:
        return ""
    if len(given) == len(wanted) and given[:-1] == wanted[:-1]:
        return f" The model takes {wanted[-1]} features (last axis), but the data have {given[-1]}."
    if sorted(given) == sorted(wanted):
        return (
            " The axes seem to be in another order, such as channels first: move them with "
            "np.transpose, or set data_format= of the layers."
        )
    if int(np.prod(given)) == int(np.prod(wanted)):
        sizes = ", ".join(map(str, wanted))
        return f" The sizes agree otherwise: x.reshape(-1, {sizes}) fits."
    return ""


def pieces(array, rows=8192):
    """Yield an array whole, and a data set on disk, or a sparse matrix, piece by piece."""
    if isinstance(array, np.ndarray):
        yield array
        return
    for start in range(0, array.shape[0], rows):
        yield read(array, slice(start, start + rows))


def batch_of(array, index, dtype):
    """Cut a batch (an index array or a slice) and cast it to the model's type.

    Raises:
        ValueError: a value that has no whole number, such as NaN, where whole numbers are wanted.
    """
    if array is None:
        return None
    if not isinstance(array, np.ndarray):
        batch = read(array, index)
    elif isinstance(index, slice):
        batch = array[index]
    else:
        batch = array.take(index, axis=0)  # in a quarter of the time of array[index], if small
    if dtype is not None and batch.dtype != dtype:
        whole = np.dtype(dtype).kind in "iu"
        batch = _as_whole_numbers(batch, dtype) if whole else batch.astype(dtype)
    return batch


def _as_whole_numbers(batch, dtype):
    """Cast to integers; a ValueError names a value that they have no place for."""
    try:
        with np.errstate(invalid="raise"):
            return batch.astype(dtype)
    except FloatingPointError:
        limits = np.iinfo(dtype)
        wrong = batch[~((batch >= limits.min) & (batch <= limits.max))]
        raise ValueError(
            f"The model takes whole numbers here ({limits.dtype}), but the data hold {wrong[0]}. "
            "Fill in what is missing, and give indices as integers."
        ) from None


def read(array, index):
    """Read a batch from a data set on disk, whose indices must be ascending and different."""
    if isinstance(index, slice):
        return _dense(array[index])
    unique, inverse = np.unique(index, return_inverse=True)
    return _dense(array[unique])[inverse.reshape(-1)]


def _dense(piece):
    return piece.toarray() if hasattr(piece, "toarray") else np.asarray(piece)
