"""What LSTMCell, GRUCell and SimpleRNNCell share: settings, weights, dropout masks, zero states.

A cell takes one step: `cell.call(inputs of one time, states)` returns the output and the new
states. `RNN` runs any cell over a sequence, step by step. For these cells the layers LSTM, GRU and
SimpleRNN can do it in one operation.
"""

import numpy as np

from .. import activations, config, constraints, initializers, ops, regularizers
from ..autograd import Tensor
from ..ops.dropout import keep_mask
from ..ops.recurrent import FUSED_ACTIVATIONS
from .base import Layer
from .conv_base import positive

# What a whole sequence can be computed with in one operation, by the function.
_FUSED = {getattr(activations, name): name for name in FUSED_ACTIVATIONS} | {ops.relu: "relu"}


class DropoutMasks:
    """Mixin of cells: masks of dropout that stay the same for all steps of a sequence.

    A mask lasts until it is reset, which `RNN` does before and after each sequence.

    Args:
        dropout: the part of the inputs that is set to zero while training, from 0 up to, but not
            including, 1.
        recurrent_dropout: the same for the state that goes into the gates.
        seed: makes the masks a sequence of their own.
        mask_count: how many masks of each kind there are, one for each gate; None for one mask
            without an axis for gates.
    """

    def _init_masks(self, dropout, recurrent_dropout, seed, mask_count):
        self.dropout = self._rate("dropout", dropout)
        self.recurrent_dropout = self._rate("recurrent_dropout", recurrent_dropout)
        self.seed = seed
        self._own_stream = None if seed is None else config.new_generator("dropout", seed)
        self._mask_count = mask_count
        self._masks = {}

    def _rate(self, name, rate):
        if isinstance(rate, bool) or not 0 <= rate < 1:
            raise ValueError(
                f"{type(self).__name__}: {name} is the part that is dropped, from 0 up to, but not "
                f"including, 1, not {rate!r}."
            )
        return float(rate)

    def _mask(self, name, rate, like):
        """Return the mask called `name`, made anew where there is none for inputs like these."""
        if rate == 0:
            return None
        gates = () if self._mask_count is None else (self._mask_count,)
        shape = (*gates, *like.shape)
        mask = self._masks.get(name)
        if mask is None or mask.shape != shape:
            generator = config.stream("dropout") if self._own_stream is None else self._own_stream
            mask = keep_mask(shape, rate, np.dtype(like.dtype), generator)
            self._masks[name] = mask
        return mask

    def get_dropout_mask(self, step_input):
        """Return what the inputs of one step are multiplied by, (gates,) in front; or None."""
        return self._mask("input", self.dropout, step_input)

    def get_recurrent_dropout_mask(self, step_input):
        """Return what a state is multiplied by on its way into the gates; or None."""
        return self._mask("state", self.recurrent_dropout, step_input)

    def reset_dropout_mask(self):
        """Forget the mask of the inputs: the next step makes a new one."""
        self._masks.pop("input", None)

    def reset_recurrent_dropout_mask(self):
        """Forget the mask of the states."""
        self._masks.pop("state", None)


class GatedCell(DropoutMasks, Layer):
    """Base of the three cells.

    Subclasses give the number of gates, and compute in `call` from `input_lines` and
    `state_lines`.

    Attributes:
        gates: how many gates of `units` columns each the kernels have.
        state_count: how many states there are, all of `units`; the first is the output.
    """

    gates = 1
    state_count = 1

    def __init__(
        self,
        units,
        *,
        activation,
        recurrent_activation=None,
        use_bias,
        kernel_initializer,
        recurrent_initializer,
        bias_initializer,
        kernel_regularizer,
        recurrent_regularizer,
        bias_regularizer,
        kernel_constraint,
        recurrent_constraint,
        bias_constraint,
        dropout,
        recurrent_dropout,
        seed,
        implementation=1,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = positive(units, "units", type(self).__name__)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        if implementation not in (0, 1, 2):
            raise ValueError(
                f"{type(self).__name__}: implementation must be 0 or 1 (a dropout mask for each "
                f"gate) or 2 (one for all of them), not {implementation!r}."
            )
        self.implementation = int(implementation) or 1
        by_gate = self.gates > 1 and self.implementation == 1
        self._init_masks(dropout, recurrent_dropout, seed, self.gates if by_gate else None)

    @property
    def state_size(self):
        """Size of the state, or the sizes of several."""
        return self.units if self.state_count == 1 else [self.units] * self.state_count

    @property
    def output_size(self):
        """Size of the output."""
        return self.units

    # -----------------------------------------------------------------------------------------
    # Weights
    # -----------------------------------------------------------------------------------------
    def build(self, input_shape):
        """Make the kernels and the bias for inputs (batch, features) of one step."""
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                f"The last axis of the input of {self.name!r} has no known size "
                f"(shape {tuple(input_shape)}): {type(self).__name__} needs it for its kernel. "
                "Define it in the Input or input_shape=."
            )
        columns = self.gates * self.units
        self.kernel = self.add_weight("kernel", (features, columns))
        self.recurrent_kernel = self.add_weight(
            "recurrent_kernel",
            (self.units, columns),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = None
        if self.use_bias:
            initializer = self._first_bias
            self.bias = self.add_weight("bias", self._bias_shape(), initializer=initializer)

    def _bias_shape(self):
        return (self.gates * self.units,)

    def _first_bias(self, shape, dtype=None):
        """Return the bias to begin with."""
        return self.bias_initializer(shape, dtype=dtype)

    def weights_in_use(self):
        """Return kernel, recurrent kernel and bias as the equations have them."""
        return self.kernel, self.recurrent_kernel, self.bias

    # -----------------------------------------------------------------------------------------
    # Computing
    # -----------------------------------------------------------------------------------------
    def masks_for(self, inputs, state, training):
        """Return the dropout masks for inputs (batch, features) and states, None for no dropout."""
        if not training:
            return None, None
        return self.get_dropout_mask(inputs), self.get_recurrent_dropout_mask(state)

    def lines(self, x, mask, kernel, bias, gates=None):
        """Return x @ kernel + bias, gate by gate, a list.

        Args:
            x: tensor (batch, n).
            mask: what `x` is multiplied by first, for each gate (gates, batch, n) or for all of
                them (batch, n); or None.
            gates: numbers of the gates wanted; all if None.
        """
        gates = range(self.gates) if gates is None else gates
        columns = [slice(k * self.units, (k + 1) * self.units) for k in range(self.gates)]
        if mask is not None and mask.ndim == x.ndim:
            x, mask = x * mask, None
        if mask is None and len(gates) == self.gates:
            whole = ops.dense(x, kernel, bias)
            return [whole] if self.gates == 1 else [whole[:, columns[k]] for k in gates]
        return [
            ops.dense(
                x if mask is None else x * mask[k],
                kernel[:, columns[k]],
                None if bias is None else bias[columns[k]],
            )
            for k in gates
        ]

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Return zeros for all states, a list of tensors (batch, units).

        Args:
            inputs: tensor whose first axis is the batch; or give `batch_size`.
        """
        batch = batch_size if inputs is None else inputs.shape[0]
        shape = (batch, self.units)
        return [Tensor(np.zeros(shape, dtype or self.dtype)) for _ in range(self.state_count)]

    def fused_settings(self, training):
        """Return the settings of the operation for whole sequences, or None where there is none.

        There is one for the activations that it knows, and for a cell whose step is the library's
        own.
        """
        if self.activity_regularizer is not None or self.activation not in _FUSED:
            return None
        return {"activation": _FUSED[self.activation]}


def fused_name(activation):
    """Return the name by which whole sequences know an activation function, or None."""
    return _FUSED.get(activation)
