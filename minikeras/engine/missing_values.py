"""NaN and infinity among the inputs: they would turn every weight into NaN within one step.

A model may know what to do with them (a Lambda that fills them in, for instance). So they are
refused only where the loss of such a sample is NaN, which is tried before anything is trained.
"""

import numpy as np


def first_bad_row(array):
    """Return the number of the first row of an array with NaN or infinity in it, else None.

    Only floats in memory are looked at: to read a data set on disk twice could take hours.
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        return None
    with np.errstate(all="ignore"):
        total = np.add.reduce(array, axis=None)
    if np.isfinite(total):  # so are all that it is the sum of: one pass is enough
        return None
    for row, sample in enumerate(array):
        if not np.isfinite(sample).all():
            return row
    return None


def refuse(name, sample, row):
    """Raise a ValueError that says where the input `name` holds what it should not hold."""
    what = "NaN" if np.isnan(sample).any() else "infinity"
    raise ValueError(
        f"The input {name!r} holds {what} (first in sample {row}), and the loss of that sample is "
        "NaN. Training on it would turn every weight into NaN: fill in or drop those samples. (To "
        "train all the same, and stop at the first such loss, use the callback TerminateOnNaN.)"
    )
