"""SimpleRNN: the output fed back as it is, as a cell and as a layer."""

from ..configurable import passed_on
from ..ops import recurrent
from .base import register
from .fused_recurrent import FusedRNN, parted, settings_of_cell
from .rnn_cell_base import GatedCell


@register()
class SimpleRNNCell(GatedCell):
    """One step of a simple recurrent layer (Elman 1990): h' = a(x W + h R + b).

    Args:
        units: size of the output and of the state, a positive int.
        activation: name or function a.
        use_bias: whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights begin.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout: the part of the inputs that is dropped while training, the same for all steps.
        recurrent_dropout: the part of the state that is dropped before it is multiplied.
        seed: makes the dropout masks a sequence of their own.

    Shapes:
        inputs (batch, features), state (batch, units); kernel (features, units),
        recurrent_kernel (units, units), bias (units,).
    """

    def __init__(
        self,
        units,
        activation="tanh",
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
        seed=None,
        **kwargs,
    ):
        super().__init__(**passed_on(locals()))

    def call(self, inputs, states, training=None):
        """Return the output and the new states [h]."""
        h = states[0]
        kernel, recurrent_kernel, bias = self.weights_in_use()
        dropout, recurrent_dropout = self.masks_for(inputs, h, training)
        (x,) = self.lines(inputs, dropout, kernel, bias)
        (y,) = self.lines(h, recurrent_dropout, recurrent_kernel, None)
        h = self.activation(x + y)
        return h, [h]

    def fused_settings(self, training):
        """Return the activation, where it is among those of whole sequences."""
        own = type(self).call is SimpleRNNCell.call
        return super().fused_settings(training) if own else None


@register()
@settings_of_cell(SimpleRNNCell)
class SimpleRNN(FusedRNN):
    """Runs a `SimpleRNNCell` over sequences.

    Args:
        units ... recurrent_dropout: as for `SimpleRNNCell`.
        activity_regularizer: penalty on the output.
        return_sequences ... unroll, zero_output_for_mask: as for `RNN`.
        seed: makes the dropout masks a sequence of their own.
        implementation: 0, 1, 2 or None; there is one gate, so it makes no difference.

    Shapes:
        as for `RNN`; one state.
    """

    _not_in_config = ("cell", "use_cudnn", "implementation")

    def __init__(
        self,
        units,
        activation="tanh",
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
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        implementation=None,
        **kwargs,
    ):
        implementation = 1 if implementation is None else implementation
        settings, others = parted(SimpleRNNCell, locals())
        super().__init__(SimpleRNNCell(**settings), **others)

    _operation = staticmethod(recurrent.simple_rnn)
