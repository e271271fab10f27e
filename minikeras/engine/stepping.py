"""One step of a model: forward, loss, gradients, update. And the same without the update."""

import numpy as np

from ..autograd import leaf_gradients, leaves_of, no_grad, recording
from ..autograd.tensor import wrap
from ..layers.context import forward_pass
from ..utils.nest import flatten


class Stepping:
    """Mixin of `Model`: what happens to one batch.

    Batches are lists of arrays in the model's order, already checked and cast.
    """

    def _forward(self, inputs):
        """Return the list of output tensors for a list of input arrays."""
        tensors = [None if x is None else wrap(x) for x in inputs]
        if self._graph is not None:
            return self._graph.run(tensors)
        return flatten(self.run(self._pack_inputs(tensors)))

    def _extra_losses(self, gathered):
        """Return all scalar losses beside those of the outputs."""
        extra = [regularizer(w) for regularizer, w in self._penalties]
        extra += [function() for function in self._penalty_functions]
        return extra + gathered

    def _collect_trainable(self):
        """Fix which variables training moves: those that are trainable when it is compiled."""
        self._targets = self.trainable_weights
        self._target_leaves = leaves_of(self._targets)
        self._penalties = self._regularized()
        self._penalty_functions = self._all_loss_functions()

    def _train_batch(self, inputs, targets, weights, size):
        """Make one update and return the batch's numbers in the order of `metrics_names`."""
        gathered, reported = [], []
        compilation = self._compilation
        with recording(self._target_leaves, keep=False), forward_pass(True, gathered, reported):
            outputs = self._forward(inputs)
            outputs, symbolic = self._split_losses(outputs)
            total, parts = compilation.total_loss(
                targets, outputs, weights, self._extra_losses(gathered + symbolic)
            )
            scaled = self.optimizer.scale_loss(total)
            found = leaf_gradients(scaled, self._targets) if scaled._node is not None else None
        if found is None or all(g is None for g in found):
            raise ValueError(
                f"No trainable weight of {self.name!r} has an influence on the loss: there is "
                "nothing to train. Are all layers frozen, or the outputs not connected to them?"
            )
        self.optimizer.apply(found, self._targets)
        return compilation.batch_values(
            float(total.data),
            [float(p.data) for p in parts] if compilation.loss_names else (),
            targets,
            outputs,
            weights,
            size,
            reported,
        )

    def _test_batch(self, inputs, targets, weights, size):
        """Return the batch's numbers without an update, dropout off."""
        gathered, reported = [], []
        compilation = self._compilation
        with no_grad(), forward_pass(False, gathered, reported):
            outputs, symbolic = self._split_losses(self._forward(inputs))
            total, parts = compilation.total_loss(
                targets, outputs, weights, self._extra_losses(gathered + symbolic)
            )
        return compilation.batch_values(
            float(total.data),
            [float(p.data) for p in parts] if compilation.loss_names else (),
            targets,
            outputs,
            weights,
            size,
            reported,
        )

    def _predict_batch(self, inputs):
        """Return the list of output arrays."""
        with no_grad(), forward_pass(False):
            outputs, _ = self._split_losses(self._forward(inputs))
        return [np.asarray(o.data) for o in outputs]

    def _split_losses(self, outputs):
        """Tell the model's outputs from the symbolic losses added to it."""
        n = len(outputs) - self._symbolic_loss_count
        return outputs[:n], outputs[n:]

    def loss_and_gradients(self, x, y, sample_weight=None, training=False):
        """Return the loss and its gradient for each trainable weight, changing nothing.

        Args:
            x, y, sample_weight: one batch, as for `train_on_batch`.
            training: whether dropout and batch statistics are on.

        Returns:
            (float, list of arrays in the order of `trainable_weights`; None where a weight has
            no influence).
        """
        inputs, targets, weights, _ = self._prepare(x, y, sample_weight)
        gathered = []
        with recording(self._target_leaves, keep=False), forward_pass(training, gathered, []):
            outputs, symbolic = self._split_losses(self._forward(inputs))
            total, _ = self._compilation.total_loss(
                targets, outputs, weights, self._extra_losses(gathered + symbolic)
            )
            found = leaf_gradients(total, self._targets)
        dense = [g.dense() if hasattr(g, "dense") else g for g in found]
        return float(total.data), dense
