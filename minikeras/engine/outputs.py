"""Output: one output of a model, and how its loss is computed, masked and weighted."""

import functools
import inspect

import numpy as np

from .. import losses as loss_family
from .. import ops
from ..autograd import Tensor
from ..autograd.tensor import wrap
from ..registry import suggest
from .error_places import located

# What labels look like to the losses of ours that do not compare them value by value: see
# `Output.labels`. Keys are names of functions and classes in lower case without underscores.
_LABELS = {
    "sparsecategoricalcrossentropy": "classes",
    "categoricalgeneralizedcrossentropy": "classes",
    "circle": "free",
    "ctc": "free",
}


class Output:
    """One output of a model and all that `compile` said about it.

    Args:
        name: the output's name.
        shape: of the predictions, None for unknown sizes.
        dtype: type of the predictions, to which labels and weights are cast.
        loss: function of (y_true, y_pred), an instance of `Loss`, or None for no loss.
        weight: factor of its loss in the total: a number or a variable.
        sample_weight_mode: None or 'temporal'.

    Attributes:
        labels: what labels look like: 'values' (shaped like the predictions), 'classes' (numbers
            of classes), 'free' (of a shape of their own), 'own' (nobody knows: the loss is the
            user's).
        metrics: slots fed without sample weights; weighted_metrics: slots fed with them.
    """

    def __init__(self, name, shape, dtype, loss, weight=1.0, sample_weight_mode=None):
        self.name = name
        self.shape = shape
        self.dtype = np.dtype(dtype)
        self.weight = weight
        self.sample_weight_mode = sample_weight_mode
        self.metrics = []
        self.weighted_metrics = []
        self.set_loss(loss)

    def set_loss(self, loss):
        """Take a loss: a function, an instance of `Loss`, or None."""
        self.loss = loss
        self.loss_name, self.labels = _describe(loss)
        self._is_object = isinstance(loss, loss_family.Loss)

    @property
    def wants_labels(self):
        """Whether there is a loss or a metric to compare with labels."""
        return self.loss is not None or bool(self.metrics or self.weighted_metrics)

    @property
    def label_dtype(self):
        """The type that labels are cast to; None to leave them: class numbers stay integers."""
        if self.loss is None or self.labels in ("classes", "free") or "sparse" in self.loss_name:
            return None
        return self.dtype

    def compute_loss(self, y_true, y_pred, weights):
        """Return the mean loss of one batch, a scalar tensor.

        As in Keras 2.1.5 the mean runs over all samples; masked steps and samples of weight zero
        do not count. Instances of `Loss` reduce as they were told to.

        Args:
            y_true: array of labels.
            y_pred: tensor of predictions, perhaps with a mask.
            weights: array of one weight per sample or per time step, or None.

        Raises:
            ValueError, TypeError: what the loss raises, with the output and the shapes added.
        """
        if self.labels == "own" and y_true is not None:
            y_true = wrap(y_true)
        try:
            if self._is_object:
                value = self.loss(y_true, y_pred, sample_weight=weights)
            else:
                value = self.loss(y_true, y_pred)
        except (ValueError, TypeError) as error:
            place = (
                f"in the loss {self.loss_name!r} of the output {self.name!r}, for labels of shape "
                f"{np.shape(y_true)} and predictions of shape {y_pred.shape}"
            )
            raise located(error, place) from error
        if type(value) is not Tensor:
            value = self._checked(value)
        if not self._is_object:
            return weighted_mean(value, weights, y_pred.mask)
        return ops.mean(value) if value.data.ndim else value

    def _checked(self, value):
        """Return what a user's loss returned as a tensor, or say what it should have returned."""
        if isinstance(value, Tensor):
            return value
        if isinstance(value, (int, float, np.ndarray, np.generic)) and not isinstance(value, bool):
            return wrap(np.asarray(value, self.dtype))
        raise TypeError(
            f"The loss {self.loss_name!r} of the output {self.name!r} returned "
            f"{type(value).__name__}; it must return a tensor: one value per sample, or one number."
        )


def _describe(loss):
    """Return the name of a loss, and what its labels look like (see `Output.labels`)."""
    if loss is None:
        return "", "values"
    function = loss.func if isinstance(loss, functools.partial) else loss
    name = getattr(function, "name", None) or getattr(function, "__name__", None)
    name = str(name or type(loss).__name__)
    owner = function if inspect.isroutine(function) else type(function)
    module = str(getattr(owner, "__module__", ""))
    if not module.startswith(loss_family.__name__ + ".") or hasattr(loss, "fn"):
        return name, "own"
    return name, _LABELS.get(owner.__name__.lower().replace("_", ""), "values")


def weighted_mean(score, weights, mask):
    """Return the mean of per-sample scores, masked and weighted as in Keras 2.1.5.

    Args:
        score: tensor (batch, ...), or a scalar from a loss that has averaged already.
        weights: array (batch,) or (batch, time), or None.
        mask: array like the leading axes of `score`, or None.
    """
    if mask is not None and score.ndim:
        mask = np.asarray(mask, score.dtype)
        mask = mask.reshape(mask.shape + (1,) * (score.ndim - mask.ndim))
        score = score * mask * (1.0 / max(float(mask.mean()), 1e-12))
    if weights is not None:
        if score.ndim > weights.ndim:
            score = ops.mean(score, axis=tuple(range(weights.ndim, score.ndim)))
        share = float(np.count_nonzero(weights)) / max(weights.size, 1)
        weights = np.asarray(weights, score.dtype)
        weights = weights.reshape(weights.shape + (1,) * (score.ndim - weights.ndim))
        score = score * (weights * weights.dtype.type(1.0 / share if share else 0.0))
    return ops.mean(score) if score.data.ndim else score


def is_by_name(value):
    """Return whether a setting is a dictionary by output name, and not the config of an object."""
    return isinstance(value, dict) and "class_name" not in value


def per_output(value, names, what, spread=True):
    """Return a list with one entry per output from a single setting, a list or a dictionary.

    Args:
        spread: whether a single value stands for every output. If not, it needs a single output.

    Raises:
        ValueError: a list of another length, or a dictionary with unknown names.
    """
    if is_by_name(value):
        for key in value:
            if key not in names:
                raise ValueError(
                    f"Unknown output {key!r} in {what}. {suggest(key, names)} The outputs are "
                    f"{list(names)}."
                )
        return [value.get(name) for name in names]
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise ValueError(
                f"{what} has {len(value)} entries, but the model has {len(names)} "
                f"output{'s' if len(names) != 1 else ''}: {list(names)}."
            )
        return list(value)
    if not spread and value is not None and len(names) > 1:
        raise ValueError(
            f"The model has {len(names)} outputs: give {what} as a list, or as a dictionary by "
            f"output name ({list(names)})."
        )
    return [value] * len(names)
