"""GRU: gated recurrent units, as a cell and as a layer."""

from ..configurable import passed_on
from ..ops import recurrent
from .base import register
from .fused_recurrent import FusedRNN, parted, settings_of_cell
from .rnn_cell_base import GatedCell, fused_name


@register()
class GRUCell(GatedCell):
    """One step of a GRU (Cho et al. 2014).

        z = s(x W_z + h R_z + b_z)                        r = s(x W_r + h R_r + b_r)
        after:   m = a(x W_h + b_h + r (h R_h + d))       before:   m = a(x W_h + b_h + (r h) R_h)
        h' = z h + (1 - z) m

    with s the recurrent activation and a the activation.

    Args:
        units: size of the output and of the state, a positive int.
        activation: name or function, for the candidate m.
        recurrent_activation: name or function, for the gates. Keras 3 has 'sigmoid'.
        use_bias: whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights begin.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout: the part of the inputs that is dropped while training, the same for all steps.
        recurrent_dropout: the part of the state that is dropped on its way into the gates.
        implementation: 1 (or 0) for a dropout mask of its own for each gate, 2 for one for all.
            With 2 the state is dropped in z h too, as in Keras 2.1.5.
        reset_after: whether the reset gate acts after the recurrent product (as in cuDNN, and in
            Keras 3 by default) or before it.
        seed: makes the dropout masks a sequence of their own.

    Shapes:
        inputs (batch, features), state (batch, units); kernel (features, 3 * units),
        recurrent_kernel (units, 3 * units), bias (3 * units,), with `reset_after`
        (2, 3 * units); gates in the order z, r, h.
    """

    gates = 3

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        implementation=1,
        reset_after=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(**passed_on(locals(), "reset_after"))
        self.reset_after = bool(reset_after)

    def _bias_shape(self):
        columns = super()._bias_shape()
        return (2, *columns) if self.reset_after else columns

    def call(self, inputs, states, training=None):
        """Return the output and the new states [h]."""
        h = states[0]
        kernel, recurrent_kernel, bias = self.weights_in_use()
        dropout, recurrent_dropout = self.masks_for(inputs, h, training)
        if recurrent_dropout is not None and self.implementation == 2:
            h, recurrent_dropout = h * recurrent_dropout, None
        input_bias, state_bias = bias, None
        if bias is not None and self.reset_after:
            input_bias, state_bias = bias[0], bias[1]
        z, r, m = self.lines(inputs, dropout, kernel, input_bias)
        if self.reset_after:
            from_h = self.lines(h, recurrent_dropout, recurrent_kernel, state_bias)
        else:
            from_h = self.lines(h, recurrent_dropout, recurrent_kernel, None, gates=(0, 1))
        z = self.recurrent_activation(z + from_h[0])
        r = self.recurrent_activation(r + from_h[1])
        if self.reset_after:
            m = m + r * from_h[2]
        else:
            m = m + self.lines(r * h, recurrent_dropout, recurrent_kernel, None, gates=(2,))[0]
        m = self.activation(m)
        h = z * h + (1 - z) * m
        return h, [h]

    def fused_settings(self, training):
        """Return the settings, where both activations are among those of whole sequences."""
        settings, name = super().fused_settings(training), fused_name(self.recurrent_activation)
        if settings is None or name is None or type(self).call is not GRUCell.call:
            return None
        if training and self.implementation == 2 and self.recurrent_dropout:
            return None  # there the state itself is dropped, not what goes into the gates
        return {**settings, "recurrent_activation": name, "reset_after": self.reset_after}


@register()
@settings_of_cell(GRUCell)
class GRU(FusedRNN):
    """Gated recurrent units: runs a `GRUCell` over sequences.

    Args:
        units ... recurrent_dropout, implementation, reset_after: as for `GRUCell`.
        activity_regularizer: penalty on the output.
        return_sequences ... unroll, zero_output_for_mask: as for `RNN`.
        seed: makes the dropout masks a sequence of their own.
        use_cudnn: 'auto' or False.

    Shapes:
        as for `RNN`; one state.
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
        reset_after=False,
        seed=None,
        use_cudnn="auto",
        **kwargs,
    ):
        settings, others = parted(GRUCell, locals())
        super().__init__(GRUCell(**settings), **others)

    _operation = staticmethod(recurrent.gru)
