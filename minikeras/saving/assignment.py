"""Weights from a file into a model: everything is checked and read before anything changes."""

import math
import warnings

_SPARE = 64 * 2**20  # bytes that a layer may store beyond four times its weights


class Assignments:
    """Pairs of variables and arrays to come, collected, checked, read, and only then written.

    Args:
        file: name of the file, for messages.
        skip_mismatch: whether what does not fit is left out with a warning instead of an error.
    """

    def __init__(self, file, skip_mismatch=False):
        self.file = file
        self.skip_mismatch = skip_mismatch
        self._pairs = []
        self._owners = {}
        self._handed_over = []

    def mismatch(self, message):
        """Raise a ValueError that says what does not fit, or warn and go on."""
        if not self.skip_mismatch:
            raise ValueError(f"{self.file}: {message}")
        warnings.warn(f"{self.file}: {message} It is skipped.", stacklevel=4)

    def add(self, variable, source, where):
        """Note that `variable` takes the value of `source`, an array or a dataset not yet read."""
        if variable.shape != tuple(source.shape):
            self.mismatch(
                f"{where}: the saved array has shape {tuple(source.shape)}, but the weight "
                f"{variable.name!r} has shape {variable.shape}."
            )
            return
        self._pairs.append((variable, source))

    def touches(self, layer):
        """Note that a layer has something to work out anew from its weights, if it has."""
        if hasattr(layer, "finalize_state"):
            self._owners[id(layer)] = layer

    def hand_over(self, layer, stored, where):
        """Note that a layer takes a dictionary of arrays by its own `load_own_variables`.

        Args:
            stored: {key: dataset}; far more bytes than the layer's weights have are refused.
        """
        limit = 4 * sum(w.data.nbytes for w in layer.weights) + _SPARE
        claimed = sum(math.prod(d.shape) * d.dtype.itemsize for d in stored.values())
        if claimed > limit:
            self.mismatch(f"{where}: the file claims to hold {claimed} bytes for it.")
            return
        self._handed_over.append((layer, stored, where))

    def carry_out(self):
        """Read every array, then write every variable.

        Raises:
            ValueError: a layer's own `load_own_variables` failed; all weights are as they were.
        """
        stores = [
            (layer, {key: source.read() for key, source in stored.items()}, where)
            for layer, stored, where in self._handed_over
        ]
        read = [(v, s.read(v.dtype) if hasattr(s, "read") else s) for v, s in self._pairs]
        self._let_layers_read(stores)
        for variable, array in read:
            own = variable.data.base is None and variable.data.flags.owndata
            if own and array.dtype == variable.dtype and array.flags.owndata:
                variable.data = array  # it has just been read: no need to copy it
            else:
                variable.assign(array)
        for layer in self._owners.values():
            layer.finalize_state()

    def _let_layers_read(self, stores):
        """Let layers take what is stored for them; where one fails, put all of them back."""
        before = [(layer, layer.get_weights()) for layer, _, _ in stores]
        for layer, store, where in stores:
            try:
                layer.load_own_variables(store)
            except Exception as error:
                for changed, weights in before:
                    changed.set_weights(weights)
                raise ValueError(
                    f"{self.file}, {where}: its load_own_variables() failed. "
                    f"{type(error).__name__}: {error}"
                ) from error
