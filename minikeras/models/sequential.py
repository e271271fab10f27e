"""Sequential: a plain stack of layers, one behind the other."""

import warnings

from ..engine.arguments import known_arguments
from ..layers import registry as layer_registry
from ..layers.base import Layer
from ..layers.input_layer import Input, InputLayer
from ..layers.keras1_merge import Merge
from ..layers.symbolic import KerasTensor
from ..utils.nest import flatten
from .model import Model


class _Layers(list):
    """The layers of a Sequential model, as a list from which the last one can be taken."""

    def __init__(self, model, layers):
        super().__init__(layers)
        self._model = model

    def pop(self, index=-1):
        """Remove and return the last layer, from the model too; others are taken off the list."""
        if self and index in (-1, len(self) - 1):
            self._model.pop()
        return super().pop(index)


class Sequential(Model):
    """A stack of layers with one input and one output.

    The weights are made as soon as the shape of the input is known: from the first layer's
    `input_shape` (or an `Input` as first element), from `build(input_shape)`, or from the first
    data.

    Args:
        layers: list of layers; `add` appends more.
        name: `sequential_1`, `sequential_2`, ... by default.
    """

    _stack = ()
    _values = ()  # the symbolic input, then the output of each layer of the stack
    _listed_input = ()  # an InputLayer that was added as one of the layers

    def __init__(self, layers=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self._stack = []
        self._values = []
        for layer in [layers] if isinstance(layers, Layer) else layers or []:
            self.add(layer)

    @property
    def layers(self):
        """The layers of the stack; an `InputLayer` that was added by itself comes first.

        A list; `layers.pop()`, with which scripts of Keras 2 take a layer off, does so.
        """
        return _Layers(self, [*self._listed_input, *self._stack])

    @property
    def model(self):
        """The model itself; Keras 2 kept a second one inside, which scripts ask for."""
        return self

    @property
    def _entry_symbol(self):
        """The symbolic input of the stack; None if not known, or brought along by a Merge."""
        begins_apart = bool(self._stack) and isinstance(self._stack[0], Merge)
        return self._values[0] if self._values and not begins_apart else None

    def _sublayers(self):
        return list(self._stack)

    def add(self, layer, rebuild=True):
        """Put a layer on top of the stack.

        Args:
            layer: a layer, a model, or the symbolic tensor that `Input` returns.
            rebuild: accepted for Keras 3; what is known of the shapes is always worked out.

        Raises:
            TypeError: not a layer.
            ValueError: the layer does not fit, or its name is taken; the stack stays as it was.
        """
        if isinstance(layer, (KerasTensor, InputLayer)):
            self._begin(layer)
            return
        if not isinstance(layer, Layer):
            hint = ""
            if isinstance(layer, type) and issubclass(layer, Layer):
                hint = f" Write {layer.__name__}(...) with parentheses: this is the class."
            raise TypeError(f"add() takes a layer, but got {layer!r}.{hint}")
        if any(layer.name == known.name for known in self._stack):
            raise ValueError(
                f"The stack already has a layer called {layer.name!r}. All layer names of a model "
                "must be different: give this one another name=."
            )
        values = self._values
        if not self._stack and not values:
            entry = _source_of(layer)
            values = [] if entry is None else [entry]
        if isinstance(layer, Merge) and layer.branches and not self._stack:
            values = list(layer.symbols)  # it has been called on what the branches give
        elif values:
            try:
                values = [*values, _output_of(layer, values[-1])]
            except ValueError:
                if not _has_length_to_come((self._stack or [layer])[0]):
                    raise
                values = []  # the data will say how long sequences are
        self._stack.append(layer)
        self._values = values
        if values:
            self._connect()
        else:
            self._graph, self.built = None, False

    def _begin(self, entry):
        """Take an Input as the first element."""
        if self._stack or self._values:
            raise ValueError("An Input can only be the first element of a Sequential model.")
        if isinstance(entry, InputLayer):
            self._listed_input = (entry,)
            entry = entry._inbound_nodes[0].outputs[0]
        elif not isinstance(entry.history[0], InputLayer):
            raise TypeError(
                "add() takes a layer, or what Input() returns, but got the output of the layer "
                f"{entry.history[0].name!r}. For a graph of layers use Model(inputs, outputs)."
            )
        self._values = [entry]

    def _connect(self):
        """Become the model from the first to the last of the symbolic values."""
        self._init_graph(self._values[0], self._values[-1])
        self._forget_outputs()

    def pop(self, rebuild=True):
        """Remove and return the top layer.

        Raises:
            TypeError: the stack is empty.
        """
        if not self._stack:
            raise TypeError("There are no layers in the model, so none can be removed.")
        layer = self._stack.pop()
        self._graph, self.built = None, False
        self._forget_outputs()
        if self._values:
            self._values = self._values[:-1]
        if self._stack and self._values:
            self._connect()
        elif not self._stack and getattr(layer, "batch_input_shape", None) is not None:
            self._values = []  # the next first layer brings an input shape of its own
        return layer

    def _end_at(self, outputs):
        """Take off what lies above the layer that gives `outputs`."""
        places = [i for i, value in enumerate(self._values) if value is outputs and i]
        if not places:
            raise ValueError(
                f"The Sequential model {self.name!r} can end only at the output of one of its "
                "layers. For anything else make a Model(model.inputs, outputs)."
            )
        while len(self._stack) > places[0]:
            self.pop()

    def build(self, input_shape=None):
        """Make the weights for inputs of `input_shape`, the batch axis included.

        Raises:
            ValueError: no shape, no layers, or layers that do not fit the shape.
        """
        if self._graph is not None:
            return
        if not self._stack:
            raise ValueError(f"The Sequential model {self.name!r} has no layers yet: add() some.")
        if input_shape is None:
            raise ValueError(
                f"The Sequential model {self.name!r} does not know its input's shape: give build() "
                "the shape, or the first layer an input_shape."
            )
        shape = (None, *tuple(input_shape)[1:])
        values = [Input(batch_shape=shape, dtype=_input_type(self._stack[0]))]
        for layer in self._stack:
            values.append(_output_of(layer, values[-1]))
        self._values = values
        self._connect()
        self._input_shape_at_build = tuple(input_shape)

    def run(self, inputs, args=(), kwargs=None):
        """Compute on tensors, building first where need be."""
        if self._graph is None:
            self._build_for(inputs)
        return super().run(inputs, args, kwargs)

    def compute_output_spec(self, *args, **kwargs):
        """Return symbolic outputs, building on the symbolic input where need be."""
        if self._graph is None and args:
            self._build_for(args[0])
        return super().compute_output_spec(*args, **kwargs)

    def _build_for(self, inputs):
        """Build for the shape of arrays or tensors, real or symbolic."""
        shape = tuple(flatten(inputs)[0].shape)
        self.build(shape if len(shape) > 1 else (None, 1))

    def _build_on(self, inputs):
        self._build_for(inputs)

    def _arrange_inputs(self, x):
        if not self._stack:
            raise ValueError(f"The Sequential model {self.name!r} has no layers yet: add() some.")
        return super()._arrange_inputs(x)

    # -----------------------------------------------------------------------------------------
    # Single batches (Keras 2 has other positions here than in Model)
    # -----------------------------------------------------------------------------------------
    @known_arguments
    def train_on_batch(
        self,
        x,
        y=None,
        class_weight=None,
        sample_weight=None,
        reset_metrics=True,
        return_dict=False,
    ):
        """Make one update on one batch; see `Model.train_on_batch`.

        The third position is `class_weight`, as in Keras 2; an array there is taken for the
        `sample_weight` that Keras 3 has there.
        """
        if class_weight is not None and not isinstance(class_weight, dict):
            class_weight, sample_weight = sample_weight, class_weight
        return super().train_on_batch(x, y, sample_weight, class_weight, reset_metrics, return_dict)

    # -----------------------------------------------------------------------------------------
    # Classes and probabilities (Keras 2)
    # -----------------------------------------------------------------------------------------
    @known_arguments
    def predict_proba(self, x, batch_size=None, verbose=0, steps=None):
        """Return the outputs for `x`, which should be probabilities."""
        scores = self.predict(x, batch_size=batch_size, verbose=verbose, steps=steps)
        if scores.size and (scores.min() < 0.0 or scores.max() > 1.0):
            warnings.warn(
                "The model's outputs are no probabilities: some lie outside [0, 1]. Does the last "
                "layer lack a softmax or sigmoid?",
                stacklevel=2,
            )
        return scores

    @known_arguments
    def predict_classes(self, x, batch_size=None, verbose=0, steps=None):
        """Return the most likely class of each sample, or 0/1 for a single output unit."""
        scores = self.predict(x, batch_size=batch_size, verbose=verbose, steps=steps)
        if scores.shape[-1] > 1:
            return scores.argmax(axis=-1)
        return (scores > 0.5).astype("int32")

    # -----------------------------------------------------------------------------------------
    # Config
    # -----------------------------------------------------------------------------------------
    def get_config(self):
        """Return the list of layer configs, as Keras 2.1.5 has it.

        What is known of the input comes first where the first layer does not say it.
        """
        entries = [_entry(layer) for layer in self.layers]
        says_it = self._listed_input or (self._stack and _says_its_input(self._stack[0]))
        if self._entry_symbol is not None and not says_it:
            entries.insert(0, {**_entry(self._entry_symbol.history[0]), "listed": False})
        return entries

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build a stack from a list of layer configs, or from the dictionary of later versions."""
        name, shape, entries = None, None, config
        if isinstance(config, dict):
            name, entries = config.get("name"), config["layers"]
            shape = config.get("build_input_shape")
        model = cls(name=name)
        for entry in entries:
            layer = layer_registry.deserialize(entry, custom_objects)
            listed = not isinstance(layer, InputLayer) or entry.get("listed", True)
            model.add(layer if listed else layer._inbound_nodes[0].outputs[0])
        if model._graph is None and shape and model._stack:
            model.build(shape)
        return model


def _entry(layer):
    return {"class_name": type(layer).__name__, "config": layer.get_config()}


def _says_its_input(layer):
    """Return whether a layer that is built from its config knows the shape of its input."""
    if isinstance(layer, Model):
        return layer._graph is not None
    return getattr(layer, "batch_input_shape", None) is not None


def _output_of(layer, value):
    """Return the symbolic output of a layer of the stack; a ValueError if it has several."""
    output = layer(value)
    if isinstance(output, (list, tuple, dict)) and len(flatten(output)) != 1:
        raise ValueError(
            f"Layer {layer.name!r} has several outputs: a Sequential model is for layers with one. "
            "Use the functional Model."
        )
    return flatten(output)[0]


def _source_of(layer):
    """Return the symbolic input that the first layer of a stack asks for, or None."""
    if isinstance(layer, Model):
        if layer._graph is None:
            return None
        if len(layer._graph.inputs) > 1:
            raise ValueError(
                f"The model {layer.name!r} has {len(layer._graph.inputs)} inputs: a Sequential "
                "model has one. Use the functional Model."
            )
        shape = layer._graph.inputs[0].shape
    else:
        shape = getattr(layer, "batch_input_shape", None)
    if shape is None:
        return None
    return Input(batch_shape=shape, dtype=_input_type(layer), name=f"{layer.name}_input")


def _has_length_to_come(layer):
    """Return whether a layer takes sequences and does not say how long: Embedding of Keras 3."""
    return getattr(layer, "input_length", 0) is None


def _input_type(layer):
    """Return the type of data that a layer takes, None for the default."""
    if isinstance(layer, Model) and layer._graph is not None:
        return layer._graph.inputs[0].dtype
    return getattr(layer, "input_type", layer.dtype)  # an Embedding takes integers
