"""Cross-entropies and their kin as metrics: means of the losses of the same name."""

from .. import losses
from ..autograd import Tensor
from .base import registry
from .reduction import MeanMetricWrapper


@registry.register("kl_divergence")
class KLDivergence(MeanMetricWrapper):
    """Mean of sum(y_true log(y_true / y_pred))."""

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(losses.kl_divergence, name, dtype)


@registry.register()
class Poisson(MeanMetricWrapper):
    """Mean of y_pred - y_true log(y_pred)."""

    def __init__(self, name="poisson", dtype=None):
        super().__init__(losses.poisson, name, dtype)


@registry.register()
class BinaryCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of labels 0 or 1 and predicted probabilities.

    Args:
        from_logits: whether predictions are scores before the sigmoid.
        label_smoothing: s turns labels 0 and 1 into s/2 and 1 - s/2.
    """

    def __init__(
        self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0
    ):
        super().__init__(
            losses.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing


@registry.register()
class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of one-hot labels and predicted class probabilities.

    Args:
        from_logits: whether predictions are scores before the softmax.
        label_smoothing: share of every label that is spread over all classes evenly.
        axis: of the classes.
    """

    def __init__(
        self,
        name="categorical_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
        axis=-1,
    ):
        super().__init__(
            losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


@registry.register()
class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of class numbers and predicted class probabilities.

    Args:
        from_logits: whether predictions are scores before the softmax.
        ignore_class: a class number, such as the void of a segmentation, whose samples count as
            0. Where samples have weights or a mask they do not count at all, as in Keras 3.
        axis: of the classes.
    """

    def __init__(
        self,
        name="sparse_categorical_crossentropy",
        dtype=None,
        from_logits=False,
        ignore_class=None,
        axis=-1,
    ):
        super().__init__(
            losses.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of class numbers and predictions."""
        if self.ignore_class is not None and not isinstance(y_pred, Tensor):
            y_pred = Tensor(y_pred)  # the loss of a tensor says by a mask what it ignored
        super().update_state(y_true, y_pred, sample_weight)
