"""Counting hits and misses at many thresholds at once.

A prediction is positive at a threshold t where `prediction > t`. Instead of comparing every
prediction with every threshold, each prediction is put into the interval between two thresholds
that it lies in; running sums over the intervals give all counts in one pass.
"""

import numpy as np

from .. import config
from ..losses.pairs import same_rank
from .arrays import as_array, spread_weights


def checked_thresholds(thresholds, default):
    """Return thresholds as a list of floats: one or several from 0 to 1, or `default` for None."""
    if thresholds is None:
        return [default]
    several = isinstance(thresholds, (list, tuple, np.ndarray))
    found = list(thresholds) if several else [thresholds]
    wrong = [t for t in found if t is None or not 0 <= t <= 1]
    if wrong or not found:
        raise ValueError(
            f"thresholds must be numbers from 0 to 1, but {thresholds!r} "
            + (f"holds {wrong}." if found else "is empty.")
            + " For predictions before the sigmoid, apply the sigmoid first."
        )
    return [float(t) for t in found]


def evenly_spread(thresholds):
    """Return whether three or more thresholds go from 0 to 1 in equal steps."""
    n = len(thresholds)
    if n < 3:
        return False
    return np.allclose(thresholds, np.arange(n) / (n - 1), rtol=1e-5, atol=config.epsilon())


def count_at(thresholds, y_true, y_pred, weights=None, per_label=False):
    """Count true and false positives and negatives at each threshold.

    Args:
        thresholds: array (T,), of the predictions' type.
        y_true: array of labels; anything but 0 is true.
        y_pred: array of predictions of the same shape. NaN is never positive.
        weights: array of the same shape, or None for ones.
        per_label: whether to count each column of (samples, labels) by itself.

    Returns:
        (true positives, false positives, true negatives, false negatives), arrays of float64,
        each (T,), or (T, labels) with `per_label`.
    """
    true = y_true.astype(bool)
    if len(thresholds) == 1 and not per_label:
        return _count_at_one(thresholds[0], true, y_pred, weights)
    order = np.argsort(thresholds, kind="stable")
    # interval i holds the predictions that exceed exactly i of the thresholds
    interval = np.searchsorted(thresholds[order], y_pred, side="left")
    interval[np.isnan(y_pred)] = 0
    bins = len(thresholds) + 1
    labels = y_pred.shape[1] if per_label else 1
    if per_label:
        interval = interval * labels + np.arange(labels)
    positive, negative = (
        np.bincount(
            interval[chosen],
            None if weights is None else weights[chosen],
            minlength=bins * labels,
        )
        .astype(np.float64, copy=False)
        .reshape(bins, labels)
        for chosen in (true, ~true)
    )
    above = [_below(side[::-1])[::-1] for side in (positive, negative)]
    below = [_below(side) for side in (positive, negative)]
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    counts = (above[0], above[1], below[1], below[0])
    return tuple(c[rank] if per_label else c[rank, 0] for c in counts)


def _below(histogram):
    """Return running sums over all intervals but the last."""
    return np.cumsum(histogram[:-1], axis=0)


def _count_at_one(threshold, true, y_pred, weights):
    said = y_pred > threshold
    if weights is None:
        hits = np.count_nonzero(said & true)
        positives, trues = np.count_nonzero(said), np.count_nonzero(true)
        counts = (hits, positives - hits, true.size - positives - trues + hits, trues - hits)
    else:
        pairs = ((true, said), (~true, said), (~true, ~said), (true, ~said))
        counts = (weights[a & b].sum(dtype=np.float64) for a, b in pairs)
    return tuple(np.array([c], dtype=np.float64) for c in counts)


def prepared(metric, y_true, y_pred, sample_weight, top_k=None, class_id=None):
    """Return labels, predictions and weights of one shape, ready to be counted.

    Args:
        metric: whose type the predictions get, and who is named in messages.
        top_k: only the `top_k` best classes of each sample may be positive; the others get a
            prediction below every threshold.
        class_id: the only class to look at.
    """
    y_true, y_pred = as_array(y_true), as_array(y_pred, metric.dtype)
    y_true, y_pred = same_rank(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"{metric.name} compares labels and predictions one to one, but y_true has the shape "
            f"{y_true.shape} and y_pred {y_pred.shape}. Class numbers become labels of 0 and 1 "
            "by keras.utils.to_categorical."
        )
    shape = y_pred.shape
    if top_k is not None:
        y_pred = _only_best(metric, y_pred, top_k)
    if class_id is not None:
        if y_pred.ndim < 2 or not -shape[-1] <= class_id < shape[-1]:
            raise ValueError(
                f"{metric.name} looks at class {class_id}, but predictions of shape {shape} have "
                + (f"the classes 0 to {shape[-1] - 1}." if len(shape) > 1 else "no class axis.")
            )
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
    if sample_weight is not None:
        weights = as_array(sample_weight, metric.dtype)
        if class_id is not None and weights.shape == shape:
            weights = weights[..., class_id]
        sample_weight = spread_weights(weights, y_pred.shape, metric.name)
    return y_true, y_pred, sample_weight


LOWEST = -np.inf  # of predictions that must not be positive; not above itself as a threshold


def _only_best(metric, y_pred, k):
    classes = y_pred.shape[-1] if y_pred.ndim else 1
    if k > classes:
        raise ValueError(
            f"{metric.name} takes the {k} best classes, but predictions of shape {y_pred.shape} "
            f"have only {classes}."
        )
    best = np.argsort(-y_pred, axis=-1, kind="stable")[..., :k]
    kept = np.full_like(y_pred, LOWEST)
    np.put_along_axis(kept, best, np.take_along_axis(y_pred, best, axis=-1), axis=-1)
    return kept
