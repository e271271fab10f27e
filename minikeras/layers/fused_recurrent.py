"""What LSTM, GRU and SimpleRNN share: whole sequences in one operation where it can be done."""

from ..configurable import init_parameters, passed_on
from .base import Layer
from .recurrent import RNN


def settings_of_cell(cell_class):
    """Decorate a layer: the settings that its cell has can be read from the layer too."""

    def decorate(layer_class):
        for name in _settings(cell_class):
            setattr(layer_class, name, _setting(name))
        return layer_class

    return decorate


def parted(cell_class, arguments):
    """Return the arguments of a layer's constructor: those of its cell, and those of `RNN`.

    Args:
        cell_class: the cell's class.
        arguments: `locals()`, at the beginning of the constructor.
    """
    others = passed_on(arguments)
    names = [name for name in _settings(cell_class) if name in arguments]
    return {name: others.pop(name) for name in names}, others


def _settings(cell_class):
    """Return the constructor parameters of a cell that not every layer has."""
    return [name for name in init_parameters(cell_class) if name not in init_parameters(Layer)]


def _setting(name):
    def read(self):
        return getattr(self.cell, name)

    return property(read, doc=f"The setting {name} of the cell.")


class FusedRNN(RNN):
    """A recurrent layer with a cell of the library's own.

    Args:
        cell: the cell, made by the subclass.
        use_cudnn: 'auto' or False: there is no cuDNN on a processor.
        others: as for `RNN`.

    Attributes:
        fused: set it to False to have the cell run step by step in any case, for example because
            the gradient is to be differentiated again.
    """

    fused = True
    _not_in_config = ("cell", "use_cudnn")
    _operation = None  # of `ops.recurrent`

    def __init__(self, cell, use_cudnn="auto", **kwargs):
        if use_cudnn not in ("auto", False):
            raise ValueError(
                f"use_cudnn must be 'auto' or False, not {use_cudnn!r}: cuDNN runs on graphics "
                "cards. The layer computes the same without it."
            )
        super().__init__(cell, **kwargs)
        cell._dtype = self._dtype
        self.use_cudnn = use_cudnn

    def build(self, input_shape):
        """Build the cell; its weights carry the layer's name."""
        self.cell.name = self.name
        super().build(input_shape)

    def _run(self, inputs, states, mask, training, constants):
        settings = self._fused_settings(states, mask, training, constants)
        if settings is None:
            return super()._run(inputs, states, mask, training, constants)
        cell = self.cell
        dropout, recurrent_dropout = cell.masks_for(
            _Like((inputs.shape[0], inputs.shape[2]), inputs.dtype),
            _Like((inputs.shape[0], cell.units), inputs.dtype),
            training,
        )
        output, *states = self._operation(
            inputs,
            *(states or [None] * cell.state_count),
            *cell.weights_in_use(),
            **settings,
            return_sequences=self.return_sequences,
            go_backwards=self.go_backwards,
            mask=mask,
            zero_output_for_mask=self.zero_output_for_mask,
            dropout_mask=dropout,
            recurrent_dropout_mask=recurrent_dropout,
        )
        return output, states

    def _reset_masks(self):
        # The cell is a layer without layers inside: nothing has to be looked for.
        self.cell.reset_dropout_mask()
        self.cell.reset_recurrent_dropout_mask()

    def _fused_settings(self, states, mask, training, constants):
        """Return the settings of the operation, or None where the cell must run step by step.

        That is where the cell has no operation for its settings, where it is given constants, and
        where unrolling makes a difference: with a mask and initial states.
        """
        differs = self.unroll and mask is not None and states is not None
        if not self.fused or constants or differs:
            return None
        return self.cell.fused_settings(training)


class _Like:
    """The shape and type of an array that a mask is wanted for."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype = shape, dtype
