"""One step of a model: forward, loss, gradients, update. And the same without the update."""

import warnings

import numpy as np

from ..autograd import RowGradient, leaf_gradients, no_grad, recording
from ..autograd.tensor import wrap
from ..layers.context import context, forward_pass
from ..layers.outside_symbols import StepValues
from ..memory import keep_freed_memory
from ..parallel import blas_in_one_thread
from ..utils.nest import flatten
from .kept_symbols import KeptSymbols


class Stepping(KeptSymbols):
    """Mixin of `Model`: what happens to one batch.

    Batches are lists of arrays in the model's order, already checked and cast.
    """

    _symbolic_losses = ()
    _symbolic_metrics = ()  # pairs (name, symbolic tensor)

    def _forward(self, inputs, gathered=None, reported=None):
        """Return the list of output tensors for a list of input arrays.

        Losses and metrics that were added to the graph go into the lists `gathered` (tensors)
        and `reported` (pairs of name and tensor); they are not computed where there is no list.
        """
        tensors = [None if x is None else wrap(x) for x in inputs]
        kept = []
        if self._runs_graph:
            outputs = self._run_graph(tensors, gathered, reported, kept)
        else:
            outputs = flatten(self.run(self._pack_inputs(tensors)))
        if gathered is not None:  # losses and metrics may ask, until the pass ends
            symbols = self._kept_symbols if kept else ()
            context.symbols = StepValues(symbols, kept, self._gradient_sources)
        return outputs

    def _run_graph(self, tensors, gathered, reported, kept=None):
        """Return the list of output tensors of the graph; see `_forward`.

        The values of the symbolic tensors that losses and metrics ask for go into `kept`.
        """
        if self._training_graph is None or gathered is None:
            return self._graph.run(tensors)
        values = self._run_training_graph(tensors, kept)
        outputs = len(self._graph.outputs)
        losses = outputs + len(self._symbolic_losses)
        gathered += values[outputs:losses]
        names = [name for name, _ in self._symbolic_metrics]
        reported += zip(names, values[losses:], strict=True)
        return values[:outputs]

    def _total_loss(self, targets, outputs, weights, gathered):
        """Return (total loss, list of the outputs' losses), with penalties and added losses."""
        extra = [regularizer(w) for regularizer, w in self._penalties]
        extra += [function() for function in self._penalty_functions]
        return self._compilation.total_loss(targets, outputs, weights, extra + gathered)

    def _update(self, total):
        """Move the trainable weights against the gradient of a recorded loss."""
        if not self._targets:
            self._warn_of_nothing_to_train()
            return
        if total._node is None:
            self._refuse_detached_loss()
        optimizer = self.optimizer
        if optimizer.loss_scale_factor is not None:
            total = optimizer.scale_loss(total)
        grads = leaf_gradients(total, self._targets, defer=optimizer.takes_products())
        optimizer.apply(grads, self._targets)

    def _warn_of_nothing_to_train(self):
        warnings.warn(
            f"The model {self.name!r} has no trainable weights: training it changes nothing.",
            stacklevel=5,
        )

    def _refuse_detached_loss(self):
        raise ValueError(
            f"No trainable weight of {self.name!r} has an influence on the loss, so there is "
            "nothing to train. Are the outputs not connected to the weights, or was the loss, or a "
            "layer, computed with functions of NumPy, which leave no trace for the gradient? "
            "Use minikeras.ops or minikeras.backend there."
        )

    def _record(self):
        """Return the context in which a step is recorded for the gradients by the targets."""
        if self._keeps_record:
            return recording()
        return recording(self._target_leaves, keep=False)

    def _record_if_wanted(self):
        """Return the context of a step without an update: recorded if layers take gradients."""
        return recording() if self._keeps_record else no_grad()

    def _train_batch(self, inputs, targets, weights):
        """Make one update and return the batch's numbers in the order of `metrics_names`."""
        gathered, reported = [], []
        keep_freed_memory()
        with blas_in_one_thread, self._record(), forward_pass(True, gathered, reported):
            outputs = self._forward(inputs, gathered, reported)
            total, parts = self._total_loss(targets, outputs, weights, gathered)
            # Measured first: a metric that does not fit the labels fails before a weight moves.
            values = self._add_batch(total, parts, targets, outputs, weights, reported)
            self._update(total)
        return values

    def _test_batch(self, inputs, targets, weights):
        """Return the batch's numbers without an update, dropout off."""
        gathered, reported = [], []
        record = self._record_if_wanted()
        with blas_in_one_thread, record, forward_pass(False, gathered, reported):
            outputs = self._forward(inputs, gathered, reported)
            total, parts = self._total_loss(targets, outputs, weights, gathered)
            return self._add_batch(total, parts, targets, outputs, weights, reported)

    def _add_batch(self, total, parts, targets, outputs, weights, reported):
        """Feed the metrics, and return the batch's numbers in the order of `metrics_names`."""
        board = self._compilation.board
        parts = [float(p.data) for p in parts] if board.loss_names else ()
        return board.add_batch(float(total.data), parts, targets, outputs, weights, reported)

    def _loss_of(self, inputs, targets):
        """Return the loss of a batch, a float; nothing else is measured, and nothing changes."""
        gathered = []
        record = self._record_if_wanted()
        with np.errstate(all="ignore"), record, forward_pass(False, gathered, []):
            outputs = self._forward(inputs, gathered, [])
            total, _ = self._total_loss(targets, outputs, [None] * len(targets), gathered)
            return float(total.data)

    def _predict_batch(self, inputs):
        """Return the list of output arrays."""
        outputs = self._until_kept(self._predict_tensors, inputs)
        arrays = [np.asarray(o.data) for o in outputs]
        # What a model passes through must not be the user's own data, which may be changed.
        return [
            a.copy() if any(i is not None and np.may_share_memory(a, i) for i in inputs) else a
            for a in arrays
        ]

    def _predict_tensors(self, inputs):
        with blas_in_one_thread, self._record_if_wanted(), forward_pass(False):
            return self._forward(inputs)

    def loss_and_gradients(self, x, y=None, sample_weight=None, training=False):
        """Return the loss and its gradient for each trainable weight, changing nothing.

        Args:
            x, y, sample_weight: one batch, as for `train_on_batch`.
            training: whether dropout and batch statistics are on.

        Returns:
            (float, list of arrays in the order of `trainable_weights`; None where a weight has
            no influence).
        """
        self._require_compiled("its loss can be computed")
        inputs, targets, weights, _ = self._feeder().batch(x, y, sample_weight)
        return self._until_kept(self._loss_and_gradients, inputs, targets, weights, training)

    def _loss_and_gradients(self, inputs, targets, weights, training):
        """Return the loss of a batch and the gradients by `_targets`; see above."""
        gathered = []
        with self._record(), forward_pass(training, gathered, []):
            outputs = self._forward(inputs, gathered, [])
            total, _ = self._total_loss(targets, outputs, weights, gathered)
            if total._node is None:
                return float(total.data), [None] * len(self._targets)
            found = leaf_gradients(total, self._targets)
        dense = [g.dense() if isinstance(g, RowGradient) else g for g in found]
        return float(total.data), dense
