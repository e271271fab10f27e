"""Hits and misses of yes-or-no decisions: the four counts, precision and recall."""

import numpy as np

from .base import Metric, Scalar, registry
from .reduction import quotient
from .thresholds import LOWEST, checked_thresholds, count_at, evenly_spread, prepared

_KINDS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class ThresholdedMetric(Metric):
    """Base of metrics that count decisions at one or several thresholds.

    A subclass lists in `_counted` which of the four counts it keeps.

    Args:
        thresholds: list of floats.
        top_k, class_id: see `Precision`.
    """

    _counted = _KINDS

    def __init__(self, thresholds, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        if top_k is not None and (not isinstance(top_k, (int, np.integer)) or top_k < 1):
            raise ValueError(f"top_k must be a whole number of at least 1, not {top_k!r}.")
        if class_id is not None and not isinstance(class_id, (int, np.integer)):
            raise ValueError(f"class_id must be a class number, not {class_id!r}.")
        self.thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self._typed_thresholds = np.asarray(thresholds, dtype=self.dtype)
        self._clips = evenly_spread(thresholds)
        self._add_counters((len(thresholds),))

    def _add_counters(self, shape):
        for kind in self._counted:
            setattr(self, kind, self.add_variable(shape, dtype="float64", name=kind))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of labels (0 or 1) and predictions of one shape."""
        y_true, y_pred, weights = prepared(
            self, y_true, y_pred, sample_weight, self.top_k, self.class_id
        )
        self._count(y_true, y_pred, weights)

    def _count(self, y_true, y_pred, weights, per_label=False):
        if self._clips:  # where thresholds span 0 to 1, predictions count as probabilities
            y_pred = np.clip(y_pred, 0, 1)
        counts = count_at(self._typed_thresholds, y_true, y_pred, weights, per_label)
        for kind, count in zip(_KINDS, counts):
            if kind in self._counted:
                getattr(self, kind).data[...] += count

    def _per_threshold(self, values):
        """Return a float for one threshold and an array for several."""
        return Scalar(values[0]) if len(values) == 1 else values.astype(self.dtype)


class _Count(ThresholdedMetric):
    """One of the four counts."""

    def __init__(self, thresholds=None, name=None, dtype=None):
        self.init_thresholds = thresholds
        super().__init__(checked_thresholds(thresholds, 0.5), name=name, dtype=dtype)

    def result(self):
        """Return the (weighted) count: a float, or an array with one per threshold."""
        return self._per_threshold(getattr(self, self._counted[0]).data)

    def get_config(self):
        """Return name, dtype and thresholds as they were given."""
        return {"name": self.name, "dtype": self.dtype, "thresholds": self.init_thresholds}


@registry.register("true_positives")
class TruePositives(_Count):
    """How many labels of 1 are predicted above the threshold.

    Args:
        thresholds: a number from 0 to 1, or a list of them; 0.5 if None.
        name, dtype: see `Metric`.
    """

    _counted = ("true_positives",)


@registry.register("false_positives")
class FalsePositives(_Count):
    """How many labels of 0 are predicted above the threshold. Arguments: see `TruePositives`."""

    _counted = ("false_positives",)


@registry.register("true_negatives")
class TrueNegatives(_Count):
    """How many labels of 0 are not above the threshold. Arguments: see `TruePositives`."""

    _counted = ("true_negatives",)


@registry.register("false_negatives")
class FalseNegatives(_Count):
    """How many labels of 1 are not above the threshold. Arguments: see `TruePositives`."""

    _counted = ("false_negatives",)


class _Share(ThresholdedMetric):
    """True positives as a share of themselves and one other count."""

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        self.init_thresholds = thresholds
        default = 0.5 if top_k is None else LOWEST
        super().__init__(
            checked_thresholds(thresholds, default), top_k, class_id, name=name, dtype=dtype
        )

    def result(self):
        """Return the share: a float, or an array with one per threshold; 0 where there is none."""
        hits, others = (getattr(self, kind).data for kind in self._counted)
        return self._per_threshold(quotient(hits, hits + others))

    def get_config(self):
        """Return name, dtype, thresholds as they were given, top_k and class_id."""
        return {
            "name": self.name,
            "dtype": self.dtype,
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


@registry.register("precision")
class Precision(_Share):
    """Share of positive predictions that are right: TP / (TP + FP).

    Args:
        thresholds: a number from 0 to 1, or a list of them, above which a prediction is
            positive; 0.5 if None, or none at all with `top_k`.
        top_k: only the `top_k` best classes of each sample may be positive.
        class_id: the only class to look at, an index of the last axis; all if None.
        name, dtype: see `Metric`.
    """

    _counted = ("true_positives", "false_positives")


@registry.register("recall")
class Recall(_Share):
    """Share of positive labels that are predicted: TP / (TP + FN).

    Arguments: see `Precision`.
    """

    _counted = ("true_positives", "false_negatives")
