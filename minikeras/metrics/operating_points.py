"""The best one rate can be while another is at least so much: points on ROC and PR curves."""

import numbers

import numpy as np

from .base import Scalar, registry
from .confusion import ThresholdedMetric
from .reduction import quotient


def even_thresholds(n):
    """Return `n` thresholds from 0 to 1 in equal steps; 0.5 for n = 1."""
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"num_thresholds must be a whole number of at least 1, not {n!r}.")
    return [0.5] if n == 1 else [i / (n - 1) for i in range(n)]


class _OperatingPoint(ThresholdedMetric):
    """The largest `_wanted` over all thresholds where `_limited` is at least the given value."""

    def __init__(self, limit, argument, num_thresholds, class_id, name, dtype):
        if not isinstance(limit, numbers.Real) or not 0 <= limit <= 1:
            raise ValueError(f"{argument} must be a number from 0 to 1, not {limit!r}.")
        super().__init__(even_thresholds(num_thresholds), class_id=class_id, name=name, dtype=dtype)
        self.num_thresholds = num_thresholds
        self._limit = limit

    def _sensitivity(self):
        hits = self.true_positives.data
        return quotient(hits, hits + self.false_negatives.data)

    _recall = _sensitivity

    def _specificity(self):
        right = self.true_negatives.data
        return quotient(right, right + self.false_positives.data)

    def _precision(self):
        hits = self.true_positives.data
        return quotient(hits, hits + self.false_positives.data)

    def _best(self, wanted, limited):
        return Scalar(np.max(wanted, where=limited >= self._limit, initial=0.0))


@registry.register("sensitivity_at_specificity")
class SensitivityAtSpecificity(_OperatingPoint):
    """Best sensitivity TP / (TP + FN) where specificity TN / (TN + FP) is at least `specificity`.

    Args:
        specificity: from 0 to 1.
        num_thresholds: how many thresholds from 0 to 1 to try.
        class_id: the only class to look at, an index of the last axis; all if None.
        name, dtype: see `Metric`.
    """

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, "specificity", num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self):
        """Return the sensitivity so far, 0 if no threshold qualifies."""
        return self._best(self._sensitivity(), self._specificity())


@registry.register("specificity_at_sensitivity")
class SpecificityAtSensitivity(_OperatingPoint):
    """Best specificity TN / (TN + FP) where sensitivity TP / (TP + FN) is at least `sensitivity`.

    Args:
        sensitivity: from 0 to 1.
        num_thresholds, class_id, name, dtype: see `SensitivityAtSpecificity`.
    """

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, "sensitivity", num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self):
        """Return the specificity so far, 0 if no threshold qualifies."""
        return self._best(self._specificity(), self._sensitivity())


@registry.register("precision_at_recall")
class PrecisionAtRecall(_OperatingPoint):
    """Best precision TP / (TP + FP) where recall TP / (TP + FN) is at least `recall`.

    Args:
        recall: from 0 to 1.
        num_thresholds, class_id, name, dtype: see `SensitivityAtSpecificity`.
    """

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(recall, "recall", num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self):
        """Return the precision so far, 0 if no threshold qualifies."""
        return self._best(self._precision(), self._recall())


@registry.register("recall_at_precision")
class RecallAtPrecision(_OperatingPoint):
    """Best recall TP / (TP + FN) where precision TP / (TP + FP) is at least `precision`.

    Args:
        precision: from 0 to 1.
        num_thresholds, class_id, name, dtype: see `SensitivityAtSpecificity`.
    """

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(precision, "precision", num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self):
        """Return the recall so far, 0 if no threshold qualifies."""
        return self._best(self._recall(), self._precision())
