"""What a layer adds to the loss and to the metrics: penalties, `add_loss`, `add_metric`."""

from ..autograd import Tensor
from ..utils.nest import as_list
from .context import context
from .symbolic import KerasTensor
from .weights import WeightHolder


class LossHolder(WeightHolder):
    """Base of `Layer`: regularized weights, loss functions, and what the last pass has added.

    Args:
        trainable: whether the weights may be trained.
    """

    def __init__(self, trainable=True):
        super().__init__(trainable)
        self._loss_functions = []
        self._call_losses = []
        self._losses_pass = 0  # the forward pass that `_call_losses` are of

    def add_loss(self, losses, inputs=None):
        """Add to the loss: tensors computed in `call`, or functions without arguments.

        Args:
            losses: a tensor or number, a function that returns one, or a list of them.
            inputs: what the losses depend on, in Keras 2; their history tells as much.

        Raises:
            ValueError: a symbolic tensor, which only a functional model can compute.
        """
        for loss in as_list(losses):
            if isinstance(loss, KerasTensor):
                raise ValueError(
                    f"The loss {loss!r} is symbolic: add it to the Model that computes it, not to "
                    f"layer {self.name!r}."
                )
            if callable(loss) and not isinstance(loss, Tensor):
                self._loss_functions.append(loss)
            else:
                self._note_loss(loss)

    def _note_loss(self, loss):
        """Keep a loss for `losses`, and hand it to the training step that is under way."""
        self._forget_old_losses()
        self._losses_pass = context.number
        self._call_losses.append(loss)
        if context.losses is not None:
            context.losses.append(loss)

    def add_metric(self, value, name=None, aggregation="mean"):
        """Report `value`, computed in `call`, under `name` beside the metrics of the model.

        Args:
            value: tensor; its mean is reported.
            name: string, needed.
            aggregation: 'mean' or None: batches are averaged.

        Raises:
            ValueError: no name, or another aggregation.
        """
        if aggregation not in ("mean", None):
            raise ValueError(f"aggregation must be 'mean' or None, not {aggregation!r}.")
        if not isinstance(name, str) or not name:
            raise ValueError(f"add_metric in layer {self.name!r} needs a name=, a string.")
        if context.metrics is not None:
            context.metrics.append((name, value))

    def add_update(self, updates, inputs=None):
        """Carry out updates of variables now.

        Args:
            updates: a pair (variable, new value), or a list of such pairs; what `K.update`
                returned has been carried out already.
            inputs: what the updates depend on, in Keras 2; of no effect.
        """
        pairs = [updates] if isinstance(updates, tuple) else as_list(updates)
        for pair in pairs:
            if isinstance(pair, tuple) and len(pair) == 2:
                variable, value = pair
                variable.assign(value)

    def _regularized(self):
        """Return the (regularizer, variable) pairs of this layer and those inside, each once."""
        weights = {}
        for layer in self._flatten_layers():
            for weight in layer._own_weights(True) + layer._own_weights(False):
                if weight.regularizer is not None:
                    weights[id(weight)] = weight
        return [(w.regularizer, w) for w in weights.values()]

    def _all_loss_functions(self):
        """Return the functions given to `add_loss`, of this layer and those inside."""
        return [f for layer in self._flatten_layers() for f in layer._loss_functions]

    def _forget_old_losses(self):
        """Drop what an earlier pass added: called when the layer computes again."""
        if self._losses_pass != context.number:
            self._call_losses = []

    @property
    def losses(self):
        """The losses beside that of `compile`: regularizers, and what the last pass added."""
        found = [regularizer(w) for regularizer, w in self._regularized()]
        found += [function() for function in self._all_loss_functions()]
        layers = [layer for layer in self._flatten_layers() if layer._call_losses]
        last = max((layer._losses_pass for layer in layers), default=0)
        return found + [
            loss for layer in layers if layer._losses_pass == last for loss in layer._call_losses
        ]

    def get_losses_for(self, inputs=None):
        """Return the losses (Keras 2's spelling)."""
        return self.losses

    @property
    def updates(self):
        """Always empty: updates of statistics happen while a layer computes."""
        return []

    def get_updates_for(self, inputs=None):
        """Return an empty list, as `updates` is."""
        return []
