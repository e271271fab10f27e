"""What scripts of Keras 2 import from `keras.engine` although its name begins with an underscore.

Training here goes another way (`feeding`, `targets`, `outputs`); these are for such scripts alone,
under the names and with the meaning of Keras 2.1.5.
"""

import numpy as np

from .. import config, losses, ops
from ..utils.generic_utils import is_all_none as _is_all_none
from ..utils.generic_utils import object_list_uid as _object_list_uid
from ..utils.generic_utils import to_list as _to_list
from .arrays import arrange, as_column, fits

__all__ = [
    "_check_array_lengths",
    "_check_loss_and_target_compatibility",
    "_is_all_none",
    "_make_batches",
    "_object_list_uid",
    "_slice_arrays",
    "_standardize_input_data",
    "_to_list",
    "_weighted_masked_objective",
]

# Losses that compare number with number, so that labels must have the shape of the output.
_WANT_EQUAL_SHAPES = (
    "mean_squared_error",
    "binary_crossentropy",
    "categorical_crossentropy",
)


def _make_batches(size, batch_size):
    """Return [(start, end), ...], which cut `size` samples into batches; the last may be small."""
    return [(start, min(start + batch_size, size)) for start in range(0, size, batch_size)]


def _slice_arrays(arrays, start=None, stop=None):
    """Return rows of an array, or of each array of a list; None in the list stays None.

    Args:
        arrays: array, list of arrays, or None.
        start: number of the first row, or a list or array of the rows wanted.
        stop: number of the row after the last one.

    Returns:
        As `arrays`; [None] for None.
    """
    if arrays is None:
        return [None]
    rows = slice(start, stop)
    if isinstance(start, (list, tuple, np.ndarray)):
        rows = np.asarray(start).tolist()  # of h5py's data sets rows are taken by lists alone
    if isinstance(arrays, list):
        return [None if array is None else array[rows] for array in arrays]
    return arrays[rows]


def _check_array_lengths(inputs, targets, weights=None):
    """Raise a ValueError unless all arrays have equally many samples.

    Args:
        inputs, targets, weights: an array or a list of arrays each; None counts as 0 samples.
    """
    groups = {"inputs": inputs, "targets": targets, "sample weights": weights}
    counts = {
        what: sorted({0 if a is None else len(a) for a in _to_list(arrays, allow_tuple=True)})
        for what, arrays in groups.items()
    }
    first = counts["inputs"]
    if len(first) > 1 or any(other != first for other in counts.values()):
        listed = ", ".join(f"{what}: {numbers}" for what, numbers in counts.items())
        raise ValueError(
            f"All arrays must have the same number of samples, but there are {listed}."
        )


def _check_loss_and_target_compatibility(targets, loss_fns, output_shapes):
    """Raise a ValueError for labels whose shape does not suit the loss.

    Args:
        targets: list of arrays or None.
        loss_fns: list of functions or losses of `keras.losses`, or None; others are not looked at.
        output_shapes: list of shapes, the batch axis included; None for an unknown size.
    """
    for target, loss, shape in zip(targets, loss_fns, output_shapes, strict=True):
        if target is None or loss is None:
            continue
        name = next((n for n in _WANT_EQUAL_SHAPES if losses.get(n) is loss), None)
        if name is None:
            continue
        given, wanted = tuple(target.shape), tuple(shape)
        if name == "categorical_crossentropy" and given[-1] == 1:
            raise ValueError(
                f"You are passing a target array of shape {given}, class numbers it seems, to "
                "categorical_crossentropy, which wants one-hot rows: use to_categorical(y), or "
                "sparse_categorical_crossentropy."
            )
        if any(w not in (None, g) for g, w in zip(given[1:], wanted[1:])):
            raise ValueError(
                f"A target of shape {given} does not fit an output of shape {wanted}: {name} wants "
                "targets to have the same shape, since it compares number by number."
            )


def _weighted_masked_objective(fn):
    """Return a function of (y_true, y_pred, weights, mask) that averages the loss `fn`.

    A mask leaves out what is 0 in it; weights multiply, and their number of non-zero ones divides.
    None stays None.
    """
    if fn is None:
        return None

    def weighted(y_true, y_pred, weights, mask=None):
        scores = fn(y_true, y_pred)
        if mask is not None:
            mask = ops.cast(mask, config.floatx())
            scores = scores * mask / ops.mean(mask)
        if weights is not None:
            beyond = tuple(range(weights.ndim, scores.ndim))
            if beyond:
                scores = ops.mean(scores, axis=beyond)
            counted = ops.cast(ops.not_equal(weights, 0), config.floatx())
            scores = scores * weights / ops.mean(counted)
        return ops.mean(scores)

    return weighted


def _standardize_input_data(
    data, names, shapes=None, check_batch_axis=True, exception_prefix="input"
):
    """Return data as a list of arrays in the order of `names`, their shapes checked.

    Arrays of one axis get a second one, of size 1.

    Args:
        data: array, list of arrays, or dictionary by name; None gives a list of None.
        names: of the model's inputs or targets.
        shapes: list of shapes with the batch axis and None for unknown sizes, or None.
        check_batch_axis: whether the first axis is checked too.
        exception_prefix: what messages call the data.

    Raises:
        ValueError: another number of arrays, an unknown name, or a shape that does not fit.
    """
    if not names:
        if data is not None and len(data):
            raise ValueError(f"There is no {exception_prefix} to pass data to, but some was given.")
        return []
    arrays = [
        as_column(a) if a is not None and len(a.shape) == 1 else a
        for a in arrange(data, list(names), exception_prefix)
    ]
    for array, name, shape in zip(arrays, names, shapes or [None] * len(names), strict=True):
        if array is None or shape is None:
            continue
        wanted = tuple(shape) if check_batch_axis else (None, *shape[1:])
        if not fits(tuple(array.shape), wanted):
            raise ValueError(
                f"Error when checking {exception_prefix}: expected {name} to have shape {wanted} "
                f"(None stands for any number), but got an array of shape {tuple(array.shape)}."
            )
    return arrays
