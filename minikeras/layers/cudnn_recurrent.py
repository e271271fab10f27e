"""CuDNNLSTM and CuDNNGRU: ordinary layers with the arguments and weights of the fast GPU ones.

cuDNN keeps its matrices the other way round and adds two biases. The layers of Keras 2 store what
cuDNN has in arrays of the ordinary shapes; what these mean is worked out at each call, so that
weights can be exchanged with files of either kind.
"""

import numpy as np

from .. import ops
from ..ops import recurrent
from .base import register
from .fused_recurrent import FusedRNN, parted, settings_of_cell
from .gru import GRUCell
from .lstm import LSTMCell


def _turned(cell, kernel):
    """Return an input kernel whose memory, gate by gate, is that of (units, features)."""
    features, units, gates = kernel.shape[0], cell.units, cell.gates
    by_gate = ops.moveaxis(kernel.reshape((features, gates, units)), 1, 0)
    by_gate = by_gate.reshape((gates, units, features))
    return ops.transpose(by_gate, (2, 0, 1)).reshape((features, gates * units))


def _transposed(cell, kernel):
    """Return a recurrent kernel, each gate of it transposed."""
    units, gates = cell.units, cell.gates
    return ops.transpose(kernel.reshape((units, gates, units)), (2, 1, 0)).reshape(kernel.shape)


class _CuDNNLSTMCell(LSTMCell):
    """An LSTM cell with two biases, (8 * units,), whose sum counts."""

    def _bias_shape(self):
        return (8 * self.units,)

    def _first_bias(self, shape, dtype=None):
        bias = np.array(self.bias_initializer(shape, dtype=dtype))
        if self.unit_forget_bias:
            bias[5 * self.units : 6 * self.units] = 1
        return bias

    def weights_in_use(self):
        """Return the weights as the equations of an LSTM have them."""
        half = 4 * self.units
        return (
            _turned(self, self.kernel),
            _transposed(self, self.recurrent_kernel),
            self.bias[:half] + self.bias[half:],
        )


class _CuDNNGRUCell(GRUCell):
    """A GRU cell, the reset gate after the product, with its bias in one row, (6 * units,)."""

    def _bias_shape(self):
        return (6 * self.units,)

    def weights_in_use(self):
        """Return the weights as the equations of a GRU have them."""
        return (
            _turned(self, self.kernel),
            _transposed(self, self.recurrent_kernel),
            self.bias.reshape((2, 3 * self.units)),
        )


class _CuDNN(FusedRNN):
    """What both layers share: their activations are given, and nothing is dropped."""

    def __init__(self, cell, **kwargs):
        for name in ("activation", "recurrent_activation", "dropout", "recurrent_dropout"):
            if name in kwargs:
                raise TypeError(
                    f"{type(self).__name__} takes no argument {name!r}: cuDNN computes with tanh "
                    f"and sigmoid, and drops nothing. {type(self).__name__[5:]} takes it."
                )
        super().__init__(cell, **kwargs)


@register()
@settings_of_cell(LSTMCell)
class CuDNNLSTM(_CuDNN):
    """An `LSTM` with sigmoid gates that has the arguments and weights of cuDNN's.

    Args:
        units: size of the output and of both states.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights begin.
        unit_forget_bias: whether the bias of the forget gate begins with ones.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: penalty on the output.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        return_sequences, return_state, stateful, go_backwards: as for `RNN`.

    Shapes:
        as for `LSTM`, but for the bias, (8 * units,): that of the input, that of the state.
    """

    _operation = staticmethod(recurrent.lstm)

    def __init__(
        self,
        units,
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
        return_sequences=False,
        return_state=False,
        stateful=False,
        **kwargs,
    ):
        settings, others = parted(LSTMCell, locals())
        super().__init__(_CuDNNLSTMCell(recurrent_activation="sigmoid", **settings), **others)


@register()
@settings_of_cell(GRUCell)
class CuDNNGRU(_CuDNN):
    """A `GRU` with sigmoid gates, reset after the product, that has cuDNN's arguments and weights.

    Args:
        units: size of the output and of the state.
        others: as for `CuDNNLSTM`.

    Shapes:
        as for `GRU`, but for the bias, (6 * units,): that of the input, that of the state.
    """

    _operation = staticmethod(recurrent.gru)

    def __init__(
        self,
        units,
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
        return_sequences=False,
        return_state=False,
        stateful=False,
        **kwargs,
    ):
        settings, others = parted(GRUCell, locals())
        cell = _CuDNNGRUCell(recurrent_activation="sigmoid", reset_after=True, **settings)
        super().__init__(cell, **others)
