"""Compilation: what a model is trained for. Losses, metrics and weights, sorted out per output."""

import inspect

import numpy as np

from .. import losses as loss_family
from .. import metrics as metric_family
from .. import ops
from ..autograd import Tensor
from ..autograd.tensor import wrap
from ..registry import suggest
from ..utils.nest import as_list
from .metric_slots import make_metric_slot


class Output:
    """One output of a model and all that `compile` said about it.

    Attributes:
        name: the output's name.
        loss: function of (y_true, y_pred), an instance of `Loss`, or None for no loss.
        weight: factor of its loss in the total.
        metrics: slots fed without sample weights; weighted_metrics: slots fed with them.
        sample_weight_mode: None or 'temporal'.
        sparse: whether its labels are class numbers rather than one-hot rows.
    """

    def __init__(self, name, shape, loss, weight, sample_weight_mode):
        self.name = name
        self.shape = shape
        self.loss = loss
        self.weight = weight
        self.sample_weight_mode = sample_weight_mode
        self.metrics = []
        self.weighted_metrics = []

    @property
    def sparse(self):
        """Whether labels are class numbers."""
        return "sparse" in _loss_name(self.loss)

    def compute_loss(self, y_true, y_pred, weights):
        """Return the mean loss of one batch, a scalar tensor.

        As in Keras 2.1.5 the mean runs over all samples; masked steps and samples of weight zero
        do not count. Instances of `Loss` reduce as they were told to.
        """
        mask = y_pred.mask
        if isinstance(self.loss, loss_family.Loss):
            if mask is not None:
                mask = np.asarray(mask, y_pred.dtype)
                weights = mask if weights is None else mask * _align(weights, mask.ndim)
            return self.loss(y_true, y_pred, sample_weight=weights)
        return weighted_mean(self.loss(y_true, y_pred), weights, mask)


def _align(weights, ndim):
    return weights.reshape(weights.shape + (1,) * (ndim - weights.ndim))


def weighted_mean(score, weights, mask):
    """Return the mean of per-sample scores, masked and weighted as in Keras 2.1.5.

    Args:
        score: tensor (batch, ...), or a scalar from a loss that has averaged already.
        weights: array (batch,) or (batch, time), or None.
        mask: array like the leading axes of `score`, or None.
    """
    if mask is not None:
        mask = np.asarray(mask, score.dtype)
        mask = mask.reshape(mask.shape + (1,) * (score.ndim - mask.ndim))
        score = score * mask * (1.0 / max(float(mask.mean()), 1e-12))
    if weights is not None:
        if score.ndim > weights.ndim:
            score = ops.mean(score, axis=tuple(range(weights.ndim, score.ndim)))
        share = float(np.count_nonzero(weights)) / max(weights.size, 1)
        if share == 0:
            return ops.sum(score * 0.0)
        score = score * (_align(weights, score.ndim) * weights.dtype.type(1.0 / share))
    return ops.mean(score) if score.ndim else score


def _loss_name(loss):
    return str(getattr(loss, "name", None) or getattr(loss, "__name__", "") or "")


def per_output(value, names, what, single_ok=True):
    """Spread a setting that may be single, a list or a dictionary over the outputs.

    Raises:
        ValueError: a list of another length, or a dictionary with unknown names.
    """
    if isinstance(value, dict):
        for key in value:
            if key not in names:
                raise ValueError(
                    f"Unknown output {key!r} in {what}. {suggest(key, names)} "
                    f"The outputs are {list(names)}."
                )
        return [value.get(name) for name in names]
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise ValueError(
                f"{what} has {len(value)} entries, but the model has {len(names)} outputs: "
                f"{list(names)}."
            )
        return list(value)
    if single_ok:
        return [value] * len(names)
    raise ValueError(f"{what} must be a list or a dictionary by output name, not {value!r}.")


class Compilation:
    """The settings of `compile`, resolved against a model's outputs.

    Args:
        optimizer: an instance.
        loss, metrics, loss_weights, sample_weight_mode, weighted_metrics: as `compile` got them.
    """

    def __init__(self, optimizer, loss, metrics, loss_weights, sample_weight_mode, weighted):
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.loss_weights = loss_weights
        self.sample_weight_mode = sample_weight_mode
        self.weighted_metrics = weighted
        self.outputs = None
        self.extra = {}  # name -> running (sum, count) of what layers report by add_metric

    @property
    def resolved(self):
        """Whether the outputs are known."""
        return self.outputs is not None

    def resolve(self, names, shapes):
        """Work out loss, weight and metrics of each output.

        Args:
            names: the output names.
            shapes: their shapes, None for unknown sizes.

        Raises:
            ValueError: names, lengths or settings that do not fit the outputs.
        """
        if isinstance(self.loss, (list, tuple)) or isinstance(self.loss, dict):
            losses = per_output(self.loss, names, "loss")
        else:
            losses = [self.loss] * len(names)
        losses = [loss_family.get(loss) for loss in losses]
        if self.loss_weights is None:
            weights = [1.0] * len(names)
        else:
            given = self.loss_weights
            if isinstance(given, (int, float)) and len(names) == 1:
                given = [given]
            weights = per_output(given, names, "loss_weights", single_ok=False)
            weights = [1.0 if w is None else w for w in weights]
        modes = per_output(self.sample_weight_mode, names, "sample_weight_mode")
        for mode in modes:
            if mode not in (None, "temporal", "samplewise"):
                raise ValueError(f"sample_weight_mode is None or 'temporal', not {mode!r}.")
        outputs = [
            Output(name, shape, loss, weight, mode)
            for name, shape, loss, weight, mode in zip(
                names, shapes, losses, weights, modes, strict=True
            )
        ]
        self._add_metrics(outputs, self.metrics, "metrics")
        self._add_metrics(outputs, self.weighted_metrics, "weighted_metrics")
        self.outputs = outputs
        self._name_slots()

    def _add_metrics(self, outputs, given, what):
        """Sort a list, a list of lists or a dictionary of metrics over the outputs."""
        if given is None:
            return
        names = [o.name for o in outputs]
        if isinstance(given, dict):
            sorted_out = per_output(given, names, what)
        elif isinstance(given, (list, tuple)) and any(isinstance(m, (list, tuple)) for m in given):
            if len(outputs) == 1 and len(given) == 1:
                sorted_out = [given[0]]
            else:
                sorted_out = per_output(given, names, what)
        else:
            sorted_out = [given] * len(outputs)
        for output, wanted in zip(outputs, sorted_out, strict=True):
            for metric in as_list(wanted):
                if isinstance(metric, (dict,)) and "class_name" not in metric:
                    for label, inner in metric.items():
                        output_slot = make_metric_slot(inner, output.loss, output.shape)
                        output_slot.name = label
                        getattr(output, what).append(output_slot)
                else:
                    slot = make_metric_slot(metric, output.loss, output.shape)
                    getattr(output, what).append(slot)

    def _name_slots(self):
        """Give every number in the logs its name, in the order of `metrics_names`."""
        several = len(self.outputs) > 1
        self.loss_names = [
            f"{o.name}_loss" for o in self.outputs if several and o.loss is not None
        ]
        self.slots = []  # (slot, output index, weighted)
        taken = set()
        for index, output in enumerate(self.outputs):
            for kind in ("metrics", "weighted_metrics"):
                for slot in getattr(output, kind):
                    name = f"{output.name}_{slot.name}" if several else slot.name
                    base, n = name, 1
                    while name in taken:
                        name, n = f"{base}_{n}", n + 1
                    taken.add(name)
                    slot.log_name = name
                    self.slots.append((slot, index, kind == "weighted_metrics"))
        self.names = ["loss", *self.loss_names, *(slot.log_name for slot, _, _ in self.slots)]

    def total_loss(self, y_true, y_pred, weights, extra):
        """Return (total loss tensor, list of the outputs' losses as floats).

        Args:
            y_true, weights: lists of arrays or None per output.
            y_pred: list of tensors.
            extra: scalar tensors to add: regularizers and what layers added.
        """
        total, parts = None, []
        for output, true, pred, weight in zip(
            self.outputs, y_true, y_pred, weights, strict=True
        ):
            if output.loss is None:
                continue
            loss = output.compute_loss(true, pred, weight)
            parts.append(loss)
            if output.weight != 1:
                loss = loss * float(output.weight)
            total = loss if total is None else total + loss
        for loss in extra:
            if loss.ndim:
                loss = ops.mean(loss)
            total = loss if total is None else total + loss
        if total is None:
            raise ValueError(
                "There is nothing to minimise: the model was compiled without a loss, and no "
                "layer adds one. Pass loss= to compile(), or call add_loss()."
            )
        return total, parts

    def batch_values(self, total, parts, y_true, y_pred, weights, size, reported):
        """Feed the metrics one batch, and return all its numbers in the order of `names`."""
        values = [total]
        if self.loss_names:
            values += parts
        arrays = None
        for slot, index, weighted in self.slots:
            pred = y_pred[index]
            if slot.wants_tensors:
                true = None if y_true[index] is None else wrap(y_true[index])
                scores = wrap(pred.data)
            else:
                true, scores = y_true[index], pred.data
            arrays = weights[index] if weighted else None
            values.append(slot.update(true, scores, arrays, pred.mask, size))
        for name, value in reported:
            number = float(np.mean(value.data if isinstance(value, Tensor) else value))
            sums = self.extra.setdefault(name, [0.0, 0])
            sums[0] += number * size
            sums[1] += size
            values.append(number)
        return values

    def reset(self):
        """Forget what the metrics have seen."""
        for slot, _, _ in self.slots:
            slot.reset()
        self.extra.clear()

    @property
    def all_names(self):
        """The names of all numbers, those that layers report included."""
        return self.names + list(self.extra)


def loss_accepts_none(loss):
    """Return whether a loss can do without labels (its y_true has a default)."""
    try:
        parameters = list(inspect.signature(loss).parameters.values())
    except (TypeError, ValueError):
        return False
    return bool(parameters) and parameters[0].default is not inspect.Parameter.empty
