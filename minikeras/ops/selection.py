"""Choices: between several arrays by conditions, and whether a class is among the best."""

import numpy as np

from ..autograd import op
from .arithmetic import where


def select(condlist, choicelist, default=0):
    """Return, element by element, the choice whose condition is the first to be true."""
    if len(condlist) != len(choicelist):
        raise ValueError(
            f"select needs one choice per condition, but got {len(condlist)} conditions and "
            f"{len(choicelist)} choices."
        )
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist)):
        result = where(condition, choice, result)
    return result


@op(indices=(0,))
def _in_top(targets, predictions, /, k):
    """Return whether the target's prediction is among the `k` largest of its row."""
    targets = targets.astype("int64")
    classes = predictions.shape[-1]
    valid = (targets >= 0) & (targets < classes)
    rows = np.arange(len(targets))
    own = predictions[rows, np.where(valid, targets, 0)]
    larger = (predictions > own[:, None]).sum(axis=-1)
    return valid & np.isfinite(own) & (larger < k), None


def in_top_k(targets, predictions, k):
    """Return, per row, whether `targets` (n,) is among the `k` largest of `predictions` (n, c).

    Classes that tie with the target do not push it out, as in TensorFlow.
    """
    return _in_top(targets, predictions, k=k)
