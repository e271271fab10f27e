"""The weights of a layer: making and finding them, freezing, reading and writing them."""

import numpy as np

from .. import config, constraints, regularizers
from ..autograd import Variable
from .signature import overrides
from .weight_arguments import initial_value, weight_arguments

# Functions (name, shape, dtype) that are asked before a weight is made, and refuse it by raising:
# a model file must not make weights larger than it could hold.
weight_checks = []


class KerasVariable(Variable):
    """A variable that a layer tracks as soon as it is stored in one of its attributes (Keras 3).

    Args:
        initializer: a number or array, or an initializer with `shape` given.
        shape: tuple of ints; needed when `initializer` is a function or a name.
        dtype: if None the default float type for fractions, int32 for whole numbers.
        trainable, name: as for any variable.
        autocast, aggregation, synchronization: of no effect: there is one device, and a layer
            computes in the type of its weights.

    Raises:
        ValueError: an initializer without a shape.
    """

    def __init__(
        self,
        initializer,
        shape=None,
        dtype=None,
        trainable=True,
        autocast=True,
        aggregation="none",
        synchronization="auto",
        name=None,
    ):
        if isinstance(initializer, str) or callable(initializer):
            if shape is None:
                raise ValueError("A Variable made by an initializer needs its shape=.")
            value, _ = initial_value(initializer, tuple(shape), dtype or config.floatx())
        else:
            value = np.asarray(initializer)
            wide = {np.dtype("float64"): config.floatx(), np.dtype("int64"): "int32"}
            dtype = dtype or wide.get(value.dtype)
        super().__init__(value, dtype=dtype, name=name, trainable=trainable)


_trainable_changes = 0


def trainable_changes():
    """Return how often a layer's `trainable` was set: as long as it stays, no layer was frozen."""
    return _trainable_changes


class WeightHolder:
    """Base of `Layer`: holds variables of its own, and other holders in its attributes.

    Args:
        trainable: whether the weights may be trained.

    The lists `_trainable_weights` and `_non_trainable_weights` have their names from Keras 2:
    layers of the era append to them.
    """

    name = None

    def __init__(self, trainable=True):
        self._trainable = bool(trainable)
        self._trainable_weights = []
        self._non_trainable_weights = []

    @property
    def variable_dtype(self):
        """Name of the type of the weights."""
        return config.floatx()

    def add_weight(self, *args, **kwargs):
        """Make a weight and return its variable.

        Both signatures work: Keras 2's `add_weight(name, shape, dtype, initializer, regularizer,
        trainable, constraint)` and Keras 3's `add_weight(shape, initializer, dtype, trainable,
        ...)`. Initializer, regularizer and constraint default to the layer's attributes
        `<name>_initializer` and so on.

        Args:
            name: such as "kernel"; the variable is called "<layer>/<name>:0".
            shape: tuple of ints; () for a single number.
            dtype: the layer's own if None.
            initializer: name, function or instance; if None glorot_uniform for floats, zeros for
                other types.
            regularizer: function of the weight that is added to the loss.
            trainable: False for statistics and counters.
            constraint: function applied after each update.

        Raises:
            TypeError: an unknown argument, or one given twice.
            ValueError: a size is unknown.
        """
        return self._make_weight(**weight_arguments(args, kwargs))

    add_variable = add_weight

    def _make_weight(
        self,
        name=None,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer=None,
        trainable=True,
        constraint=None,
    ):
        trainable = trainable is None or bool(trainable)
        count = len(self._trainable_weights) + len(self._non_trainable_weights)
        name = name or ("variable" if count == 0 else f"variable_{count}")
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if any(d is None for d in shape):
            raise ValueError(
                f"The weight {name!r} of layer {self.name!r} would have shape {shape}: the sizes "
                "it depends on must be known. Define them in the Input or input_shape=."
            )
        dtype = np.dtype(dtype or self.variable_dtype)
        if initializer is None:
            default = "glorot_uniform" if dtype.kind == "f" else "zeros"
            initializer = getattr(self, f"{name}_initializer", None) or default
        regularizer = regularizer or getattr(self, f"{name}_regularizer", None)
        constraint = constraint or getattr(self, f"{name}_constraint", None)
        for check in weight_checks:
            check(f"{self.name}/{name}", shape, dtype)
        value, is_ours = initial_value(initializer, shape, dtype)
        variable = Variable(
            value,
            dtype=dtype,
            copy=not is_ours,
            name=f"{self.name}/{name}:0",
            trainable=trainable,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )
        if variable.shape != shape:
            raise ValueError(
                f"The initializer of the weight {name!r} of layer {self.name!r} returned an array "
                f"of shape {variable.shape}; {shape} was asked for."
            )
        (self._trainable_weights if trainable else self._non_trainable_weights).append(variable)
        return variable

    # -----------------------------------------------------------------------------------------
    # Finding them
    # -----------------------------------------------------------------------------------------
    def _sublayers(self):
        """Return the layers held in attributes, directly or in lists and dictionaries."""
        return self._held()[1]

    def _held(self):
        """Return (tracked variables, layers) in the attributes, in the order of storing."""
        variables, layers = {}, {}
        waiting = [v for v in vars(self).values() if type(v) not in _PLAIN][::-1]
        while waiting:
            value = waiting.pop()
            if isinstance(value, KerasVariable):
                variables[id(value)] = value
            elif isinstance(value, WeightHolder):
                if value is not self:
                    layers[id(value)] = value
            elif isinstance(value, (list, tuple)):
                waiting.extend(value[::-1])
            elif isinstance(value, dict):
                waiting.extend(list(value.values())[::-1])
        return list(variables.values()), list(layers.values())

    def _flatten_layers(self):
        """Return this layer and all those inside it, each once, in the order of storing."""
        found, waiting = {}, [self]
        while waiting:
            layer = waiting.pop()
            if id(layer) not in found:
                found[id(layer)] = layer
                waiting.extend(layer._sublayers()[::-1])
        return list(found.values())

    def _own_weights(self, trainable):
        """Return the variables of one kind that are this layer's own."""
        own = self._trainable_weights if trainable else self._non_trainable_weights
        return [*own, *(v for v in self._held()[0] if v.trainable == trainable)]

    def _weights_as_if_free(self, trainable, visited):
        """Return the weights of one kind, own ones first, as if this layer were not frozen."""
        public = "trainable_weights" if trainable else "non_trainable_weights"
        found = self._own_weights(trainable)
        for layer in self._sublayers():
            if overrides(type(layer), WeightHolder, public):
                found += getattr(layer, public)
            elif id(layer) not in visited:
                found += layer._list_weights(trainable, visited | {id(layer)})
        return found

    def _list_weights(self, trainable, visited):
        """Return the weights that count as trainable, or as not; `visited` guards from cycles."""
        if self._trainable:
            return self._weights_as_if_free(trainable, visited)
        if trainable:
            return []
        return self._weights_as_if_free(True, visited) + self._weights_as_if_free(False, visited)

    @property
    def trainable(self):
        """Whether the weights may be trained; setting it acts on the layers inside too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        global _trainable_changes
        _trainable_changes += 1
        for layer in self._flatten_layers():
            layer._trainable = bool(value)

    @property
    def trainable_weights(self):
        """The variables that training moves, own ones first; none where the layer is frozen."""
        return _unique(self._list_weights(True, {id(self)}))

    @trainable_weights.setter
    def trainable_weights(self, variables):
        self._trainable_weights = list(variables)

    @property
    def non_trainable_weights(self):
        """The variables that training leaves alone; all of them where the layer is frozen."""
        return _unique(self._list_weights(False, {id(self)}))

    @non_trainable_weights.setter
    def non_trainable_weights(self, variables):
        self._non_trainable_weights = list(variables)

    @property
    def weights(self):
        """All variables: the trainable ones, then the others."""
        return _unique(self.trainable_weights + self.non_trainable_weights)

    @property
    def variables(self):
        """All variables (Keras 3's spelling)."""
        return self.weights

    @property
    def trainable_variables(self):
        """The variables that training moves (Keras 3's spelling)."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self):
        """The variables that training leaves alone (Keras 3's spelling)."""
        return self.non_trainable_weights

    # -----------------------------------------------------------------------------------------
    # Reading and writing them
    # -----------------------------------------------------------------------------------------
    def get_weights(self):
        """Return copies of all weights, a list of arrays."""
        return [w.data.copy() for w in self.weights]

    def set_weights(self, weights):
        """Set all weights from a list of arrays, in the order of `get_weights`.

        Raises:
            ValueError: the number of arrays or a shape does not fit; nothing is changed then.
        """
        assign_all(self.weights, weights, f"layer {self.name!r}")

    def save_own_variables(self, store):
        """Put copies of this layer's own weights, numbered from '0', into a dictionary (Keras 3).

        A subclass may override it to save more, or other things, in `.keras` and `.weights.h5`
        files; `load_own_variables` then reads them. Layers inside are saved by themselves.
        """
        for number, weight in enumerate(self._own_weights(True) + self._own_weights(False)):
            store[str(number)] = weight.data.copy()

    def load_own_variables(self, store):
        """Take this layer's own weights from what `save_own_variables` filled.

        Raises:
            ValueError: the number of arrays or a shape does not fit; nothing is changed then.
        """
        arrays = [store[key] for key in sorted(store, key=int)]
        own = self._own_weights(True) + self._own_weights(False)
        assign_all(own, arrays, f"layer {self.name!r}")


def assign_all(variables, arrays, owner):
    """Give variables the values of as many arrays of the same shapes.

    Args:
        owner: who has the variables, for messages.

    Raises:
        TypeError: `arrays` is no list of arrays.
        ValueError: the number of arrays or a shape does not fit; nothing is changed then.
    """
    if isinstance(arrays, (str, dict)) or not hasattr(arrays, "__iter__"):
        raise TypeError(f"set_weights takes a list of arrays, not {type(arrays).__name__}.")
    arrays = [np.asarray(a) for a in arrays]
    wanted, given = [v.shape for v in variables], [a.shape for a in arrays]
    if len(wanted) != len(given):
        unbuilt = "" if wanted or not given else " It has not been built: call it on data first."
        raise ValueError(
            f"{owner[0].upper()}{owner[1:]} has {len(wanted)} weights, but set_weights got "
            f"{len(given)} arrays.{unbuilt} Expected shapes: {wanted}; given: {given}."
        )
    for variable, array in zip(variables, arrays, strict=True):
        if variable.shape != array.shape:
            raise ValueError(
                f"The weight {variable.name!r} of {owner} has shape {variable.shape}, but "
                f"set_weights got an array of shape {array.shape}."
            )
        if array.dtype.kind not in "fiub":
            raise ValueError(
                f"The weight {variable.name!r} of {owner} holds numbers, but set_weights got an "
                f"array of type {array.dtype}."
            )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


# What can hold no layer: most attributes are of these types, and are passed over at once.
_PLAIN = frozenset({str, int, float, bool, type(None), Variable, np.ndarray})


def _unique(variables):
    """Return the variables without repeats, in order."""
    return list({id(v): v for v in variables}.values())
