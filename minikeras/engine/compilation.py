"""Compilation: what a model is trained for. Losses, metrics and weights, sorted out per output."""

import copy
import warnings

import numpy as np

from .. import config, ops
from .. import losses as loss_family
from ..autograd import Tensor
from ..registry import suggest
from ..utils.nest import as_list
from .metric_slots import make_metric_slot
from .outputs import Output, is_by_name, per_output
from .scoreboard import Scoreboard

_BY_SHAPE = ("crossentropy", "ce")  # Keras 3: which cross-entropy is meant, the shapes say


class Compilation:
    """The settings of `compile`, resolved against a model's outputs.

    Args:
        optimizer: an instance.
        loss, metrics, loss_weights, sample_weight_mode, weighted_metrics: as `compile` got them.

    Attributes:
        outputs: list of `Output`, None until `resolve` has been called.
        board: the `Scoreboard` of losses and metrics, None until then.
        is_new: whether no batch has been through yet.
    """

    def __init__(self, optimizer, loss, metrics, loss_weights, sample_weight_mode, weighted):
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.loss_weights = loss_weights
        self.sample_weight_mode = sample_weight_mode
        self.weighted_metrics = weighted
        self.outputs = self.board = None
        self.is_new = True
        self._tracked = ()
        self._labels_seen = False

    @property
    def resolved(self):
        """Whether the outputs are known."""
        return self.outputs is not None

    @property
    def has_metrics(self):
        """Whether there is anything to measure beside the loss."""
        return bool(self.metrics or self.weighted_metrics)

    def unresolve(self):
        """Forget the outputs: those of the model have changed."""
        self.outputs = self.board = None

    # -----------------------------------------------------------------------------------------
    # Sorting out
    # -----------------------------------------------------------------------------------------
    def resolve(self, names, shapes, dtypes, tracked=()):
        """Work out loss, weight and metrics of each output.

        Args:
            names: the output names.
            shapes: their shapes, None for unknown sizes.
            dtypes: their types.
            tracked: metric objects that layers hold, which are reported too (Keras 3).

        Raises:
            ValueError, TypeError: names, lengths or settings that do not fit the outputs.
        """
        losses = self._losses(names, shapes)
        weights = self._weights(names)
        modes = per_output(self.sample_weight_mode, names, "sample_weight_mode")
        for mode in modes:
            if mode not in (None, "temporal"):
                raise ValueError(f"sample_weight_mode is None or 'temporal', not {mode!r}.")
        outputs = [
            Output(*each)
            for each in zip(names, shapes, dtypes, losses, weights, modes, strict=True)
        ]
        for what in ("metrics", "weighted_metrics"):
            self._add_metrics(outputs, getattr(self, what), what)
        self._tracked = tracked
        self._labels_seen = False
        self.outputs = outputs
        self.board = Scoreboard(outputs, self._tracked)

    def _losses(self, names, shapes):
        losses = per_output(self.loss, names, "loss")
        if is_by_name(self.loss):
            left_out = [name for name in names if name not in self.loss]
            if left_out:
                listed = ", ".join(map(repr, left_out))
                warnings.warn(
                    f"The loss dictionary does not mention {listed}, so no targets are expected "
                    "and nothing is trained for there. If that is meant, write None as the loss.",
                    stacklevel=5,
                )
        return [
            _crossentropy_for(shape) if _is_by_shape(loss) else loss_family.get(loss)
            for loss, shape in zip(losses, shapes, strict=True)
        ]

    def _weights(self, names):
        weights = per_output(self.loss_weights, names, "loss_weights", spread=False)
        for weight in weights:
            number = hasattr(weight, "__float__") and np.ndim(weight) == 0
            if weight is not None and (isinstance(weight, (bool, str)) or not number):
                raise TypeError(f"loss_weights must be numbers, not {weight!r}.")
        return [1.0 if weight is None else weight for weight in weights]

    def _add_metrics(self, outputs, given, what):
        """Sort a list, a list of lists or a dictionary of metrics over the outputs."""
        if not given:
            return
        names = [o.name for o in outputs]
        if is_by_name(given):
            _warn_of_unknown(given, names, what)
            sorted_out = [given.get(name) for name in names]
        elif isinstance(given, (list, tuple)) and any(isinstance(m, (list, tuple)) for m in given):
            sorted_out = per_output(given, names, what)
        else:
            # One list for all; outputs without a loss have no labels, unless none has a loss.
            everywhere = all(o.loss is None for o in outputs)
            sorted_out = [given if everywhere or o.loss is not None else None for o in outputs]
        used = set()
        for output, wanted in zip(outputs, sorted_out, strict=True):
            for metric in as_list(wanted):
                if id(metric) in used and hasattr(metric, "variables"):
                    metric = copy.deepcopy(metric)  # one state for each output
                used.add(id(metric))
                slot = make_metric_slot(metric, output.loss, output.shape)
                getattr(output, what).append(slot)

    def see_labels(self, targets):
        """Let 'accuracy' and 'crossentropy' follow the shape of the labels.

        Args:
            targets: list of arrays or None per output. Only the first call has an effect.
        """
        if self._labels_seen:
            return
        self._labels_seen = True
        losses = per_output(self.loss, [o.name for o in self.outputs], "loss")
        changed = False
        for output, loss, target in zip(self.outputs, losses, targets, strict=True):
            if target is None:
                continue
            if _is_by_shape(loss):
                output.set_loss(_crossentropy_for(output.shape, target.shape))
            elif output.labels != "own":
                continue  # the loss says what accuracy means
            for slots in (output.metrics, output.weighted_metrics):
                for i, slot in enumerate(slots):
                    if slot.follows_labels:
                        changed = True
                        slots[i] = make_metric_slot(
                            slot.name, output.loss, output.shape, target.shape
                        )
        if changed:
            self.board = Scoreboard(self.outputs, self._tracked)

    # -----------------------------------------------------------------------------------------
    # Computing
    # -----------------------------------------------------------------------------------------
    def total_loss(self, y_true, y_pred, weights, extra):
        """Return (total loss, list of the outputs' losses), scalar tensors.

        Args:
            y_true, weights: lists of arrays or None per output.
            y_pred: list of tensors.
            extra: tensors or numbers to add, summed up: regularizers and what layers added.

        Raises:
            ValueError: there is nothing to add up.
        """
        total, parts = None, []
        for output, true, pred, weight in zip(self.outputs, y_true, y_pred, weights, strict=True):
            if output.loss is None:
                continue
            loss = output.compute_loss(true, pred, weight)
            parts.append(loss)
            if output.weight != 1:
                loss = loss * float(output.weight)
            total = loss if total is None else total + loss
        for loss in extra:
            if not isinstance(loss, Tensor):
                loss = Tensor(loss, config.floatx())
            if loss.data.ndim:
                loss = ops.sum(loss)
            total = loss if total is None else total + loss
        if total is None:
            raise ValueError(
                "There is nothing to minimise: the model was compiled without a loss, and no "
                "layer adds one. Pass loss= to compile(), or call add_loss()."
            )
        return total, parts


def _warn_of_unknown(given, names, what):
    """Warn of metrics for outputs that there are not; Keras 2.1.5 ignored them silently."""
    unknown = [key for key in given if key not in names]
    if unknown:
        warnings.warn(
            f"{what} names the unknown output {unknown[0]!r}, whose metrics are left out. "
            f"{suggest(unknown[0], names)} The outputs are {names}.",
            stacklevel=6,
        )


def _is_by_shape(loss):
    return isinstance(loss, str) and loss in _BY_SHAPE


def _crossentropy_for(shape, target_shape=None):
    """Return the cross-entropy that fits the shapes of predictions and labels."""
    if shape[-1] == 1:
        return loss_family.binary_crossentropy
    if target_shape is not None and (len(target_shape) < len(shape) or target_shape[-1] == 1):
        return loss_family.sparse_categorical_crossentropy
    return loss_family.categorical_crossentropy
