"""Area under the ROC, precision-recall or precision-recall-gain curve."""

import numpy as np

from .. import config
from .arrays import as_array
from .base import Scalar, registry
from .confusion import ThresholdedMetric
from .reduction import quotient
from .thresholds import checked_thresholds, evenly_spread, prepared

_CURVES = ("ROC", "PR", "PRGAIN")
_METHODS = ("interpolation", "majoring", "minoring")


@registry.register("auc")
class AUC(ThresholdedMetric):
    """Area under a curve of decision quality, approximated at a number of thresholds.

    Args:
        num_thresholds: how many thresholds, spread evenly; at least 2.
        curve: 'ROC' (true against false positive rate), 'PR' (precision against recall) or
            'PRGAIN' (the gains of both; Flach and Kull, "Precision-Recall-Gain Curves", 2015).
        summation_method: between two thresholds the curve is 'interpolation' (straight; for PR
            as in Davis and Goadrich, "The Relationship Between Precision-Recall and ROC
            Curves", 2006), 'majoring' (its higher end) or 'minoring' (its lower end).
        name, dtype: see `Metric`.
        thresholds: list of thresholds from 0 to 1 to use instead; just below 0 and just above 1
            are added to it.
        multi_label: whether to take the area of each column of (samples, labels) by itself and
            average them; otherwise all values are one set.
        num_labels: of a multi-label metric, if known beforehand.
        label_weights: weights of the labels: in the average with `multi_label`, of each value
            otherwise.
        from_logits: whether predictions are scores before the sigmoid.
    """

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        self.curve = _one_of(_CURVES, "curve", curve)
        self.summation_method = _one_of(_METHODS, "summation_method", summation_method)
        if num_labels is not None and not multi_label:
            raise ValueError(
                f"num_labels={num_labels} only has a meaning together with multi_label=True."
            )
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.from_logits = from_logits
        self._given = thresholds is not None
        inner = self._inner_thresholds(num_thresholds, thresholds)
        self.num_thresholds = len(inner) + 2
        fuzz = config.epsilon()
        super().__init__([0.0 - fuzz, *inner, 1.0 + fuzz], name=name, dtype=dtype)
        self._clips = not self._given or evenly_spread([0.0, *inner, 1.0])
        self.label_weights = None if label_weights is None else as_array(label_weights, self.dtype)
        self._check_label_weights(num_labels)

    @staticmethod
    def _inner_thresholds(num_thresholds, thresholds):
        if thresholds is not None:
            return sorted(checked_thresholds(thresholds, None)) if np.size(thresholds) else []
        if isinstance(num_thresholds, bool) or not (
            isinstance(num_thresholds, (int, np.integer)) and num_thresholds > 1
        ):
            raise ValueError(
                f"num_thresholds must be a whole number of at least 2, not {num_thresholds!r}."
            )
        return [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]

    def _add_counters(self, shape):
        if not self.multi_label:
            super()._add_counters(shape)
        elif self.num_labels:
            super()._add_counters((*shape, self.num_labels))

    def _check_label_weights(self, labels):
        weights = self.label_weights
        if weights is not None and (
            weights.ndim != 1
            or (labels is not None and len(weights) != labels)
            or (weights < 0).any()
        ):
            raise ValueError(
                "label_weights must be one number per label, none of them negative: "
                f"{labels or 'as many as there are'} labels, but weights {weights.tolist()}."
            )

    def _build_like(self, other):
        self._build(other.variables[0].shape[-1] if other.variables else None)

    def _build(self, labels):
        if labels is None:
            return
        self.num_labels = labels
        self._add_counters((self.num_thresholds,))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of labels (0 or 1) and predictions of one shape."""
        y_pred = as_array(y_pred, self.dtype)
        if self.from_logits:
            y_pred = 0.5 * np.tanh(0.5 * y_pred) + 0.5
        y_true, y_pred, weights = prepared(self, y_true, y_pred, sample_weight)
        if self.multi_label:
            self._check_labels(y_pred.shape)
        elif self.label_weights is not None:
            self._check_label_weights(y_pred.shape[-1])
            spread = np.broadcast_to(self.label_weights, y_pred.shape)
            weights = spread if weights is None else weights * spread
        self._count(y_true, y_pred, weights, per_label=self.multi_label)

    def _check_labels(self, shape):
        if len(shape) != 2:
            raise ValueError(
                f"{self.name} has multi_label=True and needs predictions of shape (samples, "
                f"labels), not {shape}."
            )
        if not self.variables:
            self._check_label_weights(shape[1])
            self._build(shape[1])
        elif self.num_labels != shape[1]:
            raise ValueError(
                f"{self.name} counts {self.num_labels} labels, but predictions have the shape "
                f"{shape}."
            )

    def result(self):
        """Return the area so far, averaged over labels with `multi_label`."""
        if not self.variables:
            return Scalar(0.0)
        if self.curve == "PR" and self.summation_method == "interpolation":
            slices = self._interpolated_pr()
        else:
            x, y = self._points()
            heights = {
                "interpolation": (y[:-1] + y[1:]) / 2,
                "majoring": np.maximum(y[:-1], y[1:]),
                "minoring": np.minimum(y[:-1], y[1:]),
            }[self.summation_method]
            slices = (x[:-1] - x[1:]) * heights
        areas = slices.sum(axis=0)
        if not self.multi_label:
            return Scalar(areas)
        if self.label_weights is None:
            return Scalar(areas.mean())
        return Scalar(quotient((areas * self.label_weights).sum(), self.label_weights.sum()))

    def _counts(self):
        return (
            self.true_positives.data,
            self.false_positives.data,
            self.true_negatives.data,
            self.false_negatives.data,
        )

    def _points(self):
        """Return the curve's points (x, y), from the lowest threshold to the highest."""
        hits, alarms, rests, misses = self._counts()
        recall = quotient(hits, hits + misses)
        if self.curve == "ROC":
            return quotient(alarms, alarms + rests), recall
        if self.curve == "PR":
            return recall, quotient(hits, hits + alarms)
        odds = quotient(hits + misses, rests + alarms)
        recall_gain = np.where(hits == 0, 0.0, 1.0 - odds * quotient(misses, hits))
        precision_gain = np.where(hits == 0, 1.0, 1.0 - odds * quotient(alarms, hits))
        return np.maximum(recall_gain, 0.0), precision_gain

    def _interpolated_pr(self):
        """Return the areas between thresholds under a PR curve whose counts are interpolated.

        Between two thresholds true positives grow linearly with positives, TP = a + b P. The
        area of precision TP / P over recall is then b (dTP + a log(P_low / P_high)) / (TP + FN).
        """
        hits, alarms, _, misses = self._counts()
        positives = hits + alarms
        more_hits = hits[:-1] - hits[1:]
        slope = quotient(more_hits, np.maximum(positives[:-1] - positives[1:], 0))
        intercept = hits[1:] - slope * positives[1:]
        ratio = np.where(
            (positives[:-1] > 0) & (positives[1:] > 0), quotient(positives[:-1], positives[1:]), 1.0
        )
        area = slope * (more_hits + intercept * np.log(np.where(ratio > 0, ratio, 1.0)))
        return quotient(area, np.maximum(hits[1:] + misses[1:], 0))

    def get_config(self):
        """Return the constructor's arguments."""
        weights = self.label_weights
        config_ = {
            "name": self.name,
            "dtype": self.dtype,
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.tolist(),
            "from_logits": self.from_logits,
        }
        if self._given:
            config_["thresholds"] = self.thresholds[1:-1]
        return config_


def _one_of(choices, argument, value):
    """Return the choice that `value` spells in whatever case, or raise a ValueError."""
    for choice in choices:
        if isinstance(value, str) and value.lower() == choice.lower():
            return choice
    raise ValueError(f"Unknown {argument} {value!r}; choose one of {', '.join(choices)}.")
