"""Bidirectional: a recurrent layer run both ways over its input."""

import copy

from .. import ops
from ..registry import custom_object_scope
from ..utils.nest import as_list
from .base import Layer, register, registry
from .inputs import map_shapes, shapes_of
from .signature import call_signature
from .stacked_cells import flat_states
from .symbolic import KerasTensor
from .wrappers import Wrapper

MERGE_MODES = ("concat", "sum", "mul", "ave", None)
_SHARED = ("return_sequences", "return_state", "stateful")


@register()
class Bidirectional(Wrapper):
    """Runs a recurrent layer forwards and a second one backwards, and merges their outputs.

    Args:
        layer: a recurrent layer, or any with the attributes go_backwards, return_sequences,
            return_state and stateful. The layer that runs forwards is made from its config, or is
            a copy that shares its weights where it has been built.
        merge_mode: 'concat', 'sum', 'mul' or 'ave'; None for a list of both outputs.
        weights: list of the initial weights of both layers, the forward ones first.
        backward_layer: the layer that runs backwards; made from `layer`'s config if None.

    Shapes:
        output as that of the layer, with twice the units for 'concat'. With `return_state` a list:
        the output (or both of them), the states of the forward layer, those of the backward one.
        Outputs of the backward layer are put in the order of the input.

    Called with:
        initial_state: the states of the forward layer, then those of the backward one.
        mask: as for the layers.

    Raises:
        ValueError: an unknown merge mode, or layers that do not go together.
    """

    supports_masking = True

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        if merge_mode not in MERGE_MODES:
            raise ValueError(
                f"merge_mode must be one of {', '.join(map(repr, MERGE_MODES))}, "
                f"not {merge_mode!r}."
            )
        for given in (layer, backward_layer):
            if isinstance(given, Layer) and not hasattr(given, "go_backwards"):
                raise ValueError(
                    f"Bidirectional runs a recurrent layer, such as LSTM, both ways; "
                    f"{type(given).__name__} goes no way at all."
                )
        super().__init__(layer, **kwargs)
        self.merge_mode = merge_mode
        self.forward_layer = _forward_copy(layer)
        self._has_own_backward_layer = backward_layer is not None
        self.backward_layer = _backward_copy(layer) if backward_layer is None else backward_layer
        self._check_pair()
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.stateful = layer.stateful
        self.input_spec = self.forward_layer.input_spec
        if not hasattr(self, "batch_input_shape") and hasattr(layer, "batch_input_shape"):
            self.batch_input_shape = layer.batch_input_shape
        if weights:
            half = len(weights) // 2
            self.forward_layer._initial_weights = weights[:half]
            self.backward_layer._initial_weights = weights[half:]

    @property
    def layer(self):
        """The layer that runs forwards."""
        return self.forward_layer

    @layer.setter
    def layer(self, layer):
        self.forward_layer = layer

    def _check_pair(self):
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "The two layers of a Bidirectional must go different ways, but both have "
                f"go_backwards={forward.go_backwards}."
            )
        for name in _SHARED:
            if getattr(forward, name) != getattr(backward, name):
                raise ValueError(
                    f"The two layers of a Bidirectional must have the same {name}, but these have "
                    f"{getattr(forward, name)} and {getattr(backward, name)}."
                )

    # -----------------------------------------------------------------------------------------
    # Shapes
    # -----------------------------------------------------------------------------------------
    def compute_output_shape(self, input_shape):
        """Return the shape of the merged output, or a list of shapes."""
        forward = as_list_of_shapes(self.forward_layer.compute_output_shape(input_shape))
        backward = as_list_of_shapes(self.backward_layer.compute_output_shape(input_shape))
        (first, *states), (second, *others) = forward, backward
        outputs = [first]
        if self.merge_mode is None:
            outputs = [first, second]
        elif self.merge_mode == "concat":
            both = None if None in (first[-1], second[-1]) else first[-1] + second[-1]
            outputs = [(*first[:-1], both)]
        outputs += [*states, *others]
        return outputs if len(outputs) > 1 else outputs[0]

    def compute_output_spec(self, inputs, *args, **kwargs):
        """Return symbolic outputs; the states that are given must fit."""
        given = call_signature(type(self)).by_name(inputs, args, kwargs)
        sequences, *states = self._sort_inputs(inputs, given.get("initial_state"))
        for layer, own in zip((self.forward_layer, self.backward_layer), states):
            if own is not None:
                layer.compute_output_spec(sequences, initial_state=own)
        shapes = self.compute_output_shape(shapes_of(inputs))
        return map_shapes(lambda s: KerasTensor(s, self.compute_dtype), shapes)

    def compute_mask(self, inputs, mask=None):
        """Return the input's mask for sequences, None for states and for last outputs."""
        mask = as_list(mask)[0] if isinstance(mask, (list, tuple)) else mask
        outputs = [mask if self.return_sequences else None] * (1 + (self.merge_mode is None))
        if self.return_state:
            outputs += [None] * (2 * len(flat_states(self.forward_layer.state_size)))
        return outputs if len(outputs) > 1 else outputs[0]

    # -----------------------------------------------------------------------------------------
    # Building and calling
    # -----------------------------------------------------------------------------------------
    def build(self, input_shape):
        """Build both layers."""
        if isinstance(input_shape, list) and input_shape and isinstance(input_shape[0], tuple):
            input_shape = input_shape[0]
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(input_shape)
        self.input_spec = self.forward_layer.input_spec

    def _sort_inputs(self, inputs, initial_state):
        """Return the sequences and the states of both layers, None where there are none."""
        if isinstance(inputs, (list, tuple)):
            inputs, *others = inputs
            if others and initial_state is not None:
                raise ValueError(
                    f"{self.name!r} was given initial states twice: in the list of inputs and as "
                    "initial_state. Give them in one place."
                )
            initial_state = others or initial_state
        if initial_state is None:
            return inputs, None, None
        states = flat_states(initial_state)
        if len(states) % 2:
            raise ValueError(
                f"{self.name!r} needs initial states for both of its layers, the forward ones "
                f"first, but was given {len(states)}."
            )
        half = len(states) // 2
        return inputs, states[:half], states[half:]

    def call(self, inputs, initial_state=None, mask=None, training=None):
        """Return the merged output, or both; in a list with all states if they are wanted."""
        inputs, forward_states, backward_states = self._sort_inputs(inputs, initial_state)
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        first, *states = self._run_layer(self.forward_layer, inputs, forward_states, mask, training)
        second, *others = self._run_layer(
            self.backward_layer, inputs, backward_states, mask, training
        )
        if self.return_sequences:
            first, second = (
                ops.flip(output, axis=1) if layer.go_backwards else output
                for layer, output in ((self.forward_layer, first), (self.backward_layer, second))
            )
        outputs = [*self._merge(first, second), *states, *others]
        return outputs if len(outputs) > 1 else outputs[0]

    def _run_layer(self, layer, inputs, states, mask, training):
        """Return a layer's output and states, a list."""
        takes = call_signature(type(layer))
        settings = {"training": training} if takes.takes("training") else {}
        if mask is not None and takes.takes("mask"):
            settings["mask"] = mask
        if states is not None:
            settings["initial_state"] = states
        return as_list(layer(inputs, **settings))

    def _merge(self, first, second):
        if self.merge_mode is None:
            return [first, second]
        if self.merge_mode == "concat":
            return [ops.concatenate([first, second], axis=-1)]
        if self.merge_mode == "mul":
            return [first * second]
        total = first + second
        return [total * 0.5 if self.merge_mode == "ave" else total]

    def reset_states(self):
        """Set the states of both layers to zero."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    def reset_state(self):
        """Set the states to zero (Keras 3's spelling); nothing where the layer is not stateful."""
        if self.stateful:
            self.reset_states()

    # -----------------------------------------------------------------------------------------
    # Config
    # -----------------------------------------------------------------------------------------
    def get_config(self):
        """Return the constructor arguments; the layer under the name that it was given with."""
        config = super().get_config()
        inner = config["layer"]["config"]
        inner["name"] = inner["name"].removeprefix("forward_")
        if not self._has_own_backward_layer:
            config["backward_layer"] = None
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the wrapper and the layers inside."""
        config = dict(config)
        config.pop("num_constants", None)  # written by later releases of Keras 2
        if config.get("backward_layer") is not None:
            config["backward_layer"] = registry.deserialize(
                config["backward_layer"], custom_objects
            )
        return super().from_config(config, custom_objects)


def as_list_of_shapes(shapes):
    """Return one shape, a tuple, as a list of one."""
    return shapes if isinstance(shapes, list) else [shapes]


def _forward_copy(layer):
    """Return the layer that runs forwards: one that is built keeps its weights."""
    name = f"forward_{layer.name.removeprefix('forward_')}"
    if layer.built:
        forward = copy.copy(layer)
        forward.name = name
        return forward
    return _made_like(layer, {**layer.get_config(), "name": name})


def _backward_copy(layer):
    """Return a layer like this one that goes the other way."""
    config = layer.get_config()
    config["go_backwards"] = not config["go_backwards"]
    config["name"] = f"backward_{layer.name.removeprefix('forward_')}"
    return _made_like(layer, config)


def _made_like(layer, config):
    """Return a layer of the same class; cells inside may be of classes not registered."""
    cell = getattr(layer, "cell", layer)
    cells = [cell, *getattr(cell, "cells", ())]
    with custom_object_scope({type(cell).__name__: type(cell) for cell in cells}):
        return type(layer).from_config(config)
