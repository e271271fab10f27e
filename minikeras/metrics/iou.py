"""Intersection over union of predicted and true regions, for segmentation."""

import numpy as np

from .arrays import as_array
from .base import Metric, Scalar, registry
from .reduction import quotient


@registry.register("io_u")
class IoU(Metric):
    """Mean over chosen classes of TP / (TP + FP + FN), counted over all pixels seen.

    Args:
        num_classes: how many classes there are. Labels outside 0 to num_classes - 1 are skipped.
        target_class_ids: list of the classes to average over, all if None. Classes that occur
            neither in labels nor in predictions are left out.
        name: see `Metric`.
        dtype: type that class numbers are turned into; 'int32' if None. Weights add up in
            float64, fractions included (Keras 3 cuts them off in an integer type).
        ignore_class: a label whose pixels are skipped, such as the void of a segmentation.
        sparse_y_true: whether labels are class numbers; False for one-hot ones.
        sparse_y_pred: whether predictions are class numbers; False for one score per class.
        axis: of the classes where they are not sparse.

    Raises:
        ValueError: a target class is not among the classes; scores or one-hot labels have not
            num_classes classes; labels and predictions differ in number.
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(name=name, dtype=dtype or "int32")
        if isinstance(num_classes, bool) or not (
            isinstance(num_classes, (int, np.integer)) and num_classes > 0
        ):
            raise ValueError(
                f"num_classes must be a whole number of at least 1, not {num_classes!r}."
            )
        ids = list(range(num_classes) if target_class_ids is None else target_class_ids)
        wrong = [i for i in ids if not 0 <= i < num_classes]
        if wrong or not ids:
            raise ValueError(
                f"target_class_ids {ids} must be some of the classes 0 to {num_classes - 1}"
                + (f", but {wrong} are not." if wrong else ".")
            )
        self.num_classes = num_classes
        self.target_class_ids = ids
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), dtype="float64", name="total_confusion_matrix"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch: class numbers, or scores along `axis`; one weight per pixel, or one."""
        true = self._classes(y_true, self.sparse_y_true, "y_true")
        said = self._classes(y_pred, self.sparse_y_pred, "y_pred")
        if true.size != said.size:
            raise ValueError(
                f"{self.name} compares {true.size} labels with {said.size} predictions; give one "
                "prediction per label, or set sparse_y_true or sparse_y_pred to False for one "
                "score per class."
            )
        known = (true >= 0) & (true < self.num_classes) & (said >= 0) & (said < self.num_classes)
        if self.ignore_class is not None:
            known &= true != self.ignore_class
        weights = None
        if sample_weight is not None:
            weights = as_array(sample_weight).reshape(-1)
            if weights.size not in (1, true.size):
                raise ValueError(
                    f"{self.name} needs one weight per pixel ({true.size}) or a single one, but "
                    f"sample_weight holds {weights.size}."
                )
            weights = np.broadcast_to(weights, true.shape)[known]
        n = self.num_classes
        cells = true[known].astype(np.intp) * n + said[known].astype(np.intp)
        counts = np.bincount(cells, weights, minlength=n * n)
        self.total_cm.data[...] += counts.reshape(n, n)

    def _classes(self, values, sparse, what):
        """Return class numbers as one long vector."""
        if sparse:
            return as_array(values, self.dtype).reshape(-1)
        values = as_array(values)
        if not -values.ndim <= self.axis < values.ndim or (
            values.shape[self.axis] != self.num_classes
        ):
            raise ValueError(
                f"{self.name} expects {what} with {self.num_classes} classes along axis "
                f"{self.axis}, but its shape is {values.shape}. Class numbers need "
                f"sparse_{what}=True."
            )
        return values.argmax(axis=self.axis).reshape(-1)

    def result(self):
        """Return the mean so far, 0 before any pixel."""
        matrix = self.total_cm.data
        hits = np.diag(matrix)
        union = matrix.sum(axis=0) + matrix.sum(axis=1) - hits
        hits, union = hits[self.target_class_ids], union[self.target_class_ids]
        present = union > 1e-9
        return Scalar(quotient(quotient(hits, union)[present].sum(), np.count_nonzero(present)))


@registry.register("binary_io_u")
class BinaryIoU(IoU):
    """Intersection over union of two classes told apart by a threshold.

    Args:
        target_class_ids: (0,) for the background, (1,) for the foreground, (0, 1) for their mean.
        threshold: predictions of at least that much are of class 1.
        name, dtype: see `IoU`.
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of labels 0 or 1 and predicted probabilities."""
        super().update_state(y_true, as_array(y_pred) >= self.threshold, sample_weight)


@registry.register("mean_io_u")
class MeanIoU(IoU):
    """Intersection over union averaged over all classes. Arguments: see `IoU`."""

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(
            num_classes,
            None,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=sparse_y_true,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )


@registry.register("one_hot_io_u")
class OneHotIoU(IoU):
    """Intersection over union for one-hot labels. Arguments: see `IoU`."""

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(
            num_classes,
            target_class_ids,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )


@registry.register("one_hot_mean_io_u")
class OneHotMeanIoU(MeanIoU):
    """Intersection over union for one-hot labels, averaged over all classes. See `IoU`."""

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(
            num_classes,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )
