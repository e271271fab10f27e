"""Structure: the layers, inputs and outputs of a model, as its users look at them."""

import inspect

from ..registry import suggest
from ..utils.nest import flatten, unpack_single


class Structure:
    """Mixin of `Model`: what it is made of."""

    @property
    def layers(self):
        """The layers, inputs first."""
        return self._graph.layers if self._graph is not None else self._sublayers()

    def _sublayers(self):
        if self._graph is None:
            return super()._sublayers()
        found = list(self._graph.layers)
        known = {id(layer) for layer in found}
        return found + [la for la in super()._sublayers() if id(la) not in known]

    @property
    def inputs(self):
        """The symbolic inputs, a list; None for a subclassed model."""
        return None if self._graph is None else self._graph.inputs

    @property
    def outputs(self):
        """The symbolic outputs, a list; None for a subclassed model."""
        return None if self._graph is None else self._graph.outputs

    @outputs.setter
    def outputs(self, tensors):
        """Let the model end at other symbolic tensors, as scripts of Keras 2 cut their models.

        `keras.Model(model.inputs, tensors)` leaves the model as it is, and makes another one.
        """
        self._need_graph("outputs")
        self._end_at(unpack_single(flatten(tensors)))
        self._forget_outputs()

    def _end_at(self, outputs):
        self._init_graph(self._input_structure, outputs)

    @property
    def input(self):
        """The symbolic input, or the list of them."""
        return unpack_single(self._need_graph("input").inputs)

    @property
    def output(self):
        """The symbolic output, or the list of them."""
        self._need_graph("output")
        return unpack_single(self.outputs)

    @property
    def input_shape(self):
        """The shape of the input, or the list of them."""
        return unpack_single([t.shape for t in self._need_graph("input shape").inputs])

    @property
    def output_shape(self):
        """The shape of the output, or the list of them."""
        self._need_graph("output shape")
        return unpack_single([t.shape for t in self.outputs])

    @property
    def input_layers(self):
        """The layers that the inputs come from."""
        return [t.history[0] for t in self._need_graph("input layers").inputs]

    @property
    def output_layers(self):
        """The layers that the outputs come from."""
        self._need_graph("output layers")
        return [t.history[0] for t in self.outputs]

    def _need_graph(self, what):
        if self._graph is None:
            raise AttributeError(
                f"The model {self.name!r} has no {what} yet: it is subclassed or not built."
            )
        return self._graph

    @property
    def stateful(self):
        """Whether a layer keeps its state from batch to batch."""
        return any(layer.stateful for layer in self._sublayers())

    @property
    def uses_learning_phase(self):
        """Whether any layer behaves differently while training."""
        return any(
            layer.uses_learning_phase
            if isinstance(layer, Structure)
            else "training" in inspect.signature(type(layer).call).parameters
            for layer in self._sublayers()
        )

    def reset_states(self):
        """Forget the state of all stateful layers."""
        for layer in self._sublayers():
            if hasattr(layer, "reset_states") and getattr(layer, "stateful", False):
                layer.reset_states()

    reset_state = reset_states

    def get_layer(self, name=None, index=None):
        """Return a layer by name or by position.

        Raises:
            ValueError: there is no such layer.
        """
        if index is not None:
            if name is not None:
                raise ValueError("Give name or index, not both.")
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"There is no layer number {index}: the model has {len(self.layers)} layers."
                )
            return self.layers[index]
        if not name:
            raise ValueError("Give the name or the index of the layer.")
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"There is no layer {name!r}. {suggest(name, [la.name for la in self.layers])}"
        )
