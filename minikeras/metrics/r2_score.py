"""R2: the share of the targets' variance that predictions explain."""

import warnings

import numpy as np

from .arrays import aligned, as_array, spread_weights
from .base import Metric, Scalar, registry

_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


@registry.register("r2_score")
class R2Score(Metric):
    """Coefficient of determination: 1 - (squared errors) / (squared deviations from the mean).

    Args:
        class_aggregation: how the scores of several outputs become one: 'uniform_average' (their
            mean), 'variance_weighted_average' (weighted by the targets' variance), or None for
            an array with one score per output.
        num_regressors: number of inputs p for the adjusted score
            1 - (1 - R2) (n - 1) / (n - p - 1), n being the number of target values seen; 0 for
            the plain score. Where n is too small the plain score is returned, with a warning.
        name, dtype: see `Metric`.

    A constant target has no variance to explain: the score is then 0, or NaN if the predictions
    equal it.
    """

    def __init__(
        self,
        class_aggregation="uniform_average",
        num_regressors=0,
        name="r2_score",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in _AGGREGATIONS:
            raise ValueError(
                f"Unknown class_aggregation {class_aggregation!r}; choose 'uniform_average', "
                "'variance_weighted_average' or None."
            )
        if isinstance(num_regressors, bool) or not (
            isinstance(num_regressors, (int, np.integer)) and num_regressors >= 0
        ):
            raise ValueError(
                f"num_regressors must be a whole number of at least 0, not {num_regressors!r}."
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.outputs = None
        self.num_samples = self.add_variable((), dtype="float64", name="num_samples")

    def _build(self, outputs):
        self.outputs = outputs
        for name in ("squared_sum", "sum", "residual", "count"):
            setattr(self, name, self.add_variable((outputs,), dtype="float64", name=name))

    def _build_like(self, other):
        if other.outputs is not None and self.outputs is None:
            self._build(other.outputs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of targets and predictions, both (samples, outputs)."""
        y_true, y_pred = as_array(y_true, self.dtype), as_array(y_pred, self.dtype)
        y_true, y_pred = aligned(y_true, y_pred, self.name)
        if y_pred.ndim != 2:
            raise ValueError(
                f"{self.name} needs targets and predictions of shape (samples, outputs), not "
                f"{y_pred.shape}. A vector becomes a column by y[:, None]."
            )
        if self.outputs is None:
            self._build(y_pred.shape[1])
        elif self.outputs != y_pred.shape[1]:
            raise ValueError(
                f"{self.name} has seen batches of {self.outputs} outputs, but this one has "
                f"{y_pred.shape[1]}. Use one metric per output of the model."
            )
        y_true, y_pred = y_true.astype(np.float64), y_pred.astype(np.float64)
        weights = np.ones(()) if sample_weight is None else as_array(sample_weight)
        weights = spread_weights(weights.astype(np.float64), y_true.shape, self.name)
        weighted = weights * y_true
        self.sum.data[...] += weighted.sum(axis=0)
        self.squared_sum.data[...] += (weighted * y_true).sum(axis=0)
        self.residual.data[...] += (weights * (y_true - y_pred) ** 2).sum(axis=0)
        self.count.data[...] += weights.sum(axis=0)
        self.num_samples.data[...] += y_true.size

    def result(self):
        """Return the score so far; NaN before any data."""
        if self.outputs is None:
            return Scalar(float("nan"))
        with np.errstate(divide="ignore", invalid="ignore"):
            total = self.squared_sum.data - self.sum.data**2 / self.count.data
            scores = 1 - self.residual.data / total
            scores = np.where(np.isinf(scores), 0.0, scores)
            if self.class_aggregation == "uniform_average":
                scores = scores.mean()
            elif self.class_aggregation == "variance_weighted_average":
                scores = (total * scores).sum() / total.sum()
        scores = self._adjusted(scores)
        return Scalar(scores) if np.ndim(scores) == 0 else scores.astype(self.dtype)

    def _adjusted(self, score):
        if self.num_regressors == 0:
            return score
        n, p = float(self.num_samples), self.num_regressors
        if p >= n - 1:
            warnings.warn(
                f"{self.name}: {p} regressors leave no degree of freedom in {n:.0f} targets; "
                "returning the plain R2 score instead of the adjusted one.",
                stacklevel=3,
            )
            return score
        return 1 - (1 - score) * (n - 1) / (n - p - 1)
