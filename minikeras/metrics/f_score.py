"""F-scores: precision and recall in one number."""

import numbers

import numpy as np

from .. import config
from ..autograd import op
from .arrays import aligned, as_array
from .base import Metric, Scalar, registry
from .reduction import quotient


@registry.register()
@op(indices=(0, 1))
def fbeta_score(y_true, y_pred, /, beta=1):
    """Return the F-score of a batch, one number from 0 to 1, over all its samples and labels.

    (1 + beta^2) P R / (beta^2 P + R) with precision P and recall R of predictions rounded to 0
    or 1, as in Keras 1. Averaged over batches it is only near the score of the whole data set:
    for that, use the class `FBetaScore`.

    Args:
        y_true, y_pred: arrays of one shape; labels 0 or 1, probabilities.
        beta: how many times as much recall counts as precision; not negative.
    """
    if beta < 0:
        raise ValueError(f"beta must not be negative, but it is {beta!r}.")
    y_true, y_pred = aligned(y_true, y_pred, "fbeta_score")
    true, said = np.rint(np.clip(y_true, 0, 1)), np.rint(np.clip(y_pred, 0, 1))
    hits = float((true * said).sum(dtype=np.float64))
    weight = beta * beta
    # the same fraction without a division by zero: P = hits / said, R = hits / true
    below = weight * float(true.sum(dtype=np.float64)) + float(said.sum(dtype=np.float64))
    score = (1 + weight) * hits / below if below else 0.0
    return np.asarray(score, dtype=config.floatx()), None


@registry.register("f_beta_score")
class FBetaScore(Metric):
    """F-score of many batches: (1 + beta^2) P R / (beta^2 P + R).

    Args:
        average: None for one score per class (an array); 'micro' for the score of all decisions
            together; 'macro' for the mean of the classes' scores; 'weighted' for their mean
            weighted by how often each class is true.
        beta: how many times as much recall R counts as precision P; positive.
        threshold: predictions above it are positive; from above 0 to 1. None: the largest
            prediction of each sample is (all of them where several are equally large).
        name, dtype: see `Metric`.

    Labels are 0 or 1, (samples, classes). Weights are one per sample.
    """

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                f"Unknown average {average!r}; choose None, 'micro', 'macro' or 'weighted'."
            )
        if isinstance(beta, bool) or not isinstance(beta, numbers.Real) or not beta > 0:
            raise ValueError(f"beta must be a positive number, not {beta!r}.")
        if threshold is not None and not (
            isinstance(threshold, numbers.Real) and 0 < threshold <= 1
        ):
            raise ValueError(
                f"threshold must be a number above 0 and at most 1, or None, not {threshold!r}."
            )
        self.average = average
        self.beta = float(beta)
        self.threshold = threshold
        self.classes = None

    def _build(self, classes):
        self.classes = classes
        self.true_positives = self._counter("true_positives")
        self.false_positives = self._counter("false_positives")
        self.false_negatives = self._counter("false_negatives")
        self.support = self._counter("intermediate_weights")

    def _counter(self, name):
        return self.add_variable((self.classes,), dtype="float64", name=name)

    def _build_like(self, other):
        if other.classes is not None:
            self._build(other.classes)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of labels and predictions, both (samples, classes)."""
        y_true, y_pred = as_array(y_true, self.dtype), as_array(y_pred, self.dtype)
        if y_pred.ndim != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                f"{self.name} needs labels and predictions of one shape (samples, classes), but "
                f"y_true has the shape {y_true.shape} and y_pred {y_pred.shape}. Class numbers "
                "become such labels by keras.utils.to_categorical."
            )
        if self.classes is None:
            self._build(y_pred.shape[1])
        elif self.classes != y_pred.shape[1]:
            raise ValueError(
                f"{self.name} has seen batches of {self.classes} classes, but this one has "
                f"{y_pred.shape[1]}. Use one metric per output."
            )
        said = self._decide(y_pred)
        weights = np.ones(len(y_true)) if sample_weight is None else as_array(sample_weight)
        if weights.ndim == 2 and weights.shape[1] == 1:
            weights = weights[:, 0]
        if weights.shape != (len(y_true),):
            raise ValueError(
                f"{self.name} needs one weight per sample, shape ({len(y_true)},), but "
                f"sample_weight has the shape {weights.shape}."
            )
        weights = weights.astype(np.float64, copy=False)
        hits = weights @ (y_true * said)
        positives, true = weights @ said, weights @ y_true
        self.true_positives.data[...] += hits
        self.false_positives.data[...] += positives - hits
        self.false_negatives.data[...] += true - hits
        self.support.data[...] += true

    def _decide(self, y_pred):
        """Return 1.0 where a prediction counts as positive, else 0.0."""
        if self.threshold is not None:
            return (y_pred > self.threshold).astype(np.float64)
        largest = y_pred >= y_pred.max(axis=-1, keepdims=True)
        # a row of zeros says nothing; it does not say yes to everything
        return (largest & (np.abs(y_pred) > 1e-9)).astype(np.float64)

    def result(self):
        """Return the score so far: a float, or an array of one per class; 0 before any data."""
        if self.classes is None:
            return Scalar(0.0)
        hits, wrong, missed = (
            v.data for v in (self.true_positives, self.false_positives, self.false_negatives)
        )
        if self.average == "micro":
            hits, wrong, missed = hits.sum(), wrong.sum(), missed.sum()
        precision = quotient(hits, hits + wrong)
        recall = quotient(hits, hits + missed)
        weight = self.beta**2
        score = quotient((1 + weight) * precision * recall, weight * precision + recall)
        if self.average is None:
            return score.astype(self.dtype)
        if self.average == "weighted":
            return Scalar((score * quotient(self.support.data, self.support.data.sum())).sum())
        return Scalar(np.mean(score))


@registry.register("f1_score")
class F1Score(FBetaScore):
    """F-score that weighs precision and recall alike: 2 P R / (P + R).

    Args:
        average, threshold, name, dtype: see `FBetaScore`.
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average=average, threshold=threshold, name=name, dtype=dtype)
