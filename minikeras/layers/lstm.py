"""LSTM: long short-term memory, as a cell and as a layer."""

import numpy as np

from ..configurable import passed_on
from ..ops import recurrent
from .base import register
from .fused_recurrent import FusedRNN, parted, settings_of_cell
from .rnn_cell_base import GatedCell, fused_name


@register()
class LSTMCell(GatedCell):
    """One step of an LSTM (Hochreiter and Schmidhuber 1997; Gers et al. 2000).

        i, f, o = s(x W_i + h R_i + b_i), ...       g = a(x W_g + h R_g + b_g)
        c' = f c + i g                              h' = o a(c')

    with s the recurrent activation and a the activation.

    Args:
        units: size of the output and of both states, a positive int.
        activation: name or function, for the candidate and the output.
        recurrent_activation: name or function, for the gates. Keras 3 has 'sigmoid'.
        use_bias: whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights begin.
        unit_forget_bias: whether the bias of the forget gate begins with ones
            (Jozefowicz et al. 2015).
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout: the part of the inputs that is dropped while training, the same for all steps.
        recurrent_dropout: the part of the state that is dropped on its way into the gates
            (Gal and Ghahramani 2016).
        implementation: 1 (or 0) for a dropout mask of its own for each gate, 2 for one for all.
        seed: makes the dropout masks a sequence of their own.

    Shapes:
        inputs (batch, features), states h and c (batch, units); kernel (features, 4 * units),
        recurrent_kernel (units, 4 * units), bias (4 * units,), gates in the order i, f, g, o.
    """

    gates = 4
    state_count = 2

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        implementation=1,
        seed=None,
        **kwargs,
    ):
        super().__init__(**passed_on(locals(), "unit_forget_bias"))
        self.unit_forget_bias = bool(unit_forget_bias)

    def _first_bias(self, shape, dtype=None):
        if not self.unit_forget_bias:
            return super()._first_bias(shape, dtype)
        units = self.units
        before, after = ((n,) for n in (units, 2 * units))
        return np.concatenate(
            [
                np.asarray(self.bias_initializer(before, dtype=dtype)),
                np.ones(units, dtype),
                np.asarray(self.bias_initializer(after, dtype=dtype)),
            ]
        )

    def call(self, inputs, states, training=None):
        """Return the output and the new states [h, c]."""
        h, c = states
        kernel, recurrent_kernel, bias = self.weights_in_use()
        dropout, recurrent_dropout = self.masks_for(inputs, h, training)
        from_x = self.lines(inputs, dropout, kernel, bias)
        from_h = self.lines(h, recurrent_dropout, recurrent_kernel, None)
        i, f, g, o = (x + y for x, y in zip(from_x, from_h))
        gate, activation = self.recurrent_activation, self.activation
        c = gate(f) * c + gate(i) * activation(g)
        h = gate(o) * activation(c)
        return h, [h, c]

    def fused_settings(self, training):
        """Return the activations, where both are among those of whole sequences."""
        settings, name = super().fused_settings(training), fused_name(self.recurrent_activation)
        if settings is None or name is None or type(self).call is not LSTMCell.call:
            return None
        return {**settings, "recurrent_activation": name}


@register()
@settings_of_cell(LSTMCell)
class LSTM(FusedRNN):
    """Long short-term memory: runs an `LSTMCell` over sequences.

    Args:
        units ... recurrent_dropout: as for `LSTMCell`.
        activity_regularizer: penalty on the output.
        implementation: 1 (or 0) for a dropout mask of its own for each gate, 2 for one for all.
        return_sequences ... unroll, zero_output_for_mask: as for `RNN`.
        seed: makes the dropout masks a sequence of their own.
        use_cudnn: 'auto' or False.

    Shapes:
        as for `RNN`; states h and c.
    """

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        implementation=1,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        use_cudnn="auto",
        **kwargs,
    ):
        settings, others = parted(LSTMCell, locals())
        super().__init__(LSTMCell(**settings), **others)

    _operation = staticmethod(recurrent.lstm)
