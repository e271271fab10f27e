"""Sequential: a plain stack of layers, one behind the other."""

import warnings

from ..layers import registry as layer_registry
from ..layers.base import Layer
from ..layers.input_layer import Input, InputLayer
from ..layers.symbolic import KerasTensor
from ..utils.nest import flatten
from .model import Model


class Sequential(Model):
    """A stack of layers with one input and one output.

    The weights are made as soon as the shape of the input is known: from the first layer's
    `input_shape` (or an `Input` as first element), from `build(input_shape)`, or from the first
    data.

    Args:
        layers: list of layers; `add` appends more.
        name: `sequential_1`, `sequential_2`, ... by default.
    """

    def __init__(self, layers=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self._stack = []
        self._entry = None  # the symbolic input, once known
        for layer in layers or []:
            self.add(layer)

    @property
    def layers(self):
        """The layers of the stack, the input left out."""
        return list(self._stack)

    def _sublayers(self):
        return list(self._stack)

    def add(self, layer, rebuild=True):
        """Put a layer on top of the stack.

        Raises:
            TypeError: not a layer.
            ValueError: the layer does not fit, or its name is taken; the stack stays as it was.
        """
        if isinstance(layer, KerasTensor):
            layer = layer.history[0]
        if isinstance(layer, InputLayer):
            if self._stack or self._entry is not None:
                raise ValueError("An Input can only be the first element of a Sequential model.")
            self._entry = layer._inbound_nodes[0].outputs[0]
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
        if not self._stack and self._entry is None:
            self._entry = _source_of(layer)
        self._stack.append(layer)
        if self._entry is not None:
            try:
                self._extend()
            except BaseException:
                self._stack.pop()
                raise

    def _extend(self):
        """Connect the new top of the stack, or the whole stack where nothing is connected yet."""
        if self._graph is None or len(self._stack) == 1:
            self._connect()
            return
        output = self._stack[-1](self._output_structure)
        self._finish(output)

    def _connect(self):
        output = self._entry
        for layer in self._stack:
            output = layer(output)
        self._finish(output)

    def _finish(self, output):
        if len(flatten(output)) != 1:
            raise ValueError(
                f"Layer {self._stack[-1].name!r} has several outputs: a Sequential model is for "
                "layers with one. Use the functional Model."
            )
        self._init_graph(self._entry, flatten(output)[0])
        if self._compilation is not None:
            self._targets = None
            self._compilation.outputs = None

    def pop(self, rebuild=True):
        """Remove and return the top layer.

        Raises:
            TypeError: the stack is empty.
        """
        if not self._stack:
            raise TypeError("There are no layers in the model, so none can be removed.")
        layer = self._stack.pop()
        self._graph, self.built = None, False
        if self._entry is not None and self._stack:
            self._finish(self._stack[-1].get_output_at(self._call_index(self._stack[-1])))
        return layer

    def _call_index(self, layer):
        """Return which call of `layer` belongs to this stack: the latest one."""
        return len(layer._inbound_nodes) - 1

    def build(self, input_shape=None):
        """Make the weights for inputs of `input_shape`, the batch axis included."""
        if self._graph is not None:
            return
        if input_shape is None:
            raise ValueError(
                "The Sequential model does not know its input's shape: give build() the shape, or "
                "the first layer an input_shape."
            )
        if not self._stack:
            raise ValueError("The Sequential model has no layers yet: add() some first.")
        dtype = getattr(self, "_first_type", None)
        self._entry = Input(batch_shape=(None, *tuple(input_shape)[1:]), dtype=dtype)
        try:
            self._connect()
        except BaseException:
            self._entry = None
            raise
        self._input_shape_at_build = tuple(input_shape)

    def run(self, inputs, args=(), kwargs=None):
        """Compute on tensors, building first where need be."""
        if self._graph is None:
            if not self._stack:
                raise ValueError("The Sequential model has no layers yet: add() some first.")
            self.build(flatten(inputs)[0].shape)
        return super().run(inputs, args, kwargs)

    def compute_output_spec(self, *args, **kwargs):
        """Return symbolic outputs, building on the symbolic input where need be."""
        if self._graph is None and args:
            self.build(flatten(args[0])[0].shape)
        return super().compute_output_spec(*args, **kwargs)

    def _build_on(self, inputs):
        (first,) = inputs
        self._first_type = None if first.dtype.kind == "f" else first.dtype
        self.build(tuple(first.shape) if len(first.shape) > 1 else (None, 1))

    def _arrange_inputs(self, x):
        if not self._stack:
            raise ValueError("The Sequential model has no layers yet: add() some first.")
        return super()._arrange_inputs(x)

    # -----------------------------------------------------------------------------------------
    # Classes and probabilities (Keras 2)
    # -----------------------------------------------------------------------------------------
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
        """Return the list of layer configs, as Keras 2.1.5 has it."""
        return [
            {"class_name": type(layer).__name__, "config": layer.get_config()}
            for layer in self._stack
        ]

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build a stack from a list of layer configs, or from the dictionary of later versions."""
        name, shape, entries = None, None, config
        if isinstance(config, dict):
            name, entries = config.get("name"), config["layers"]
            shape = config.get("build_input_shape")
        model = cls(name=name)
        for entry in entries:
            model.add(layer_registry.deserialize(entry, custom_objects))
        if model._graph is None and shape and model._stack:
            model.build(shape)
        return model


def _source_of(layer):
    """Return the symbolic input that the first layer of a stack asks for, or None."""
    if isinstance(layer, Model):
        if layer._graph is None:
            return None
        first = layer._graph.inputs[0]
        return Input(batch_shape=first.shape, dtype=first.dtype, name=f"{layer.name}_input")
    shape = getattr(layer, "batch_input_shape", None)
    if shape is None:
        return None
    dtype = getattr(layer, "input_type", layer.dtype)  # an Embedding takes integers
    return Input(batch_shape=shape, dtype=dtype, name=f"{layer.name}_input")
