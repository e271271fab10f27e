"""Merge and merge: the one way of Keras 1 to merge, which Keras 2 still took.

`Merge([left, right], mode="concat")` as first layer of a Sequential model joins two models; the
model then has the inputs of both. Today's scripts write `add([a, b])`, `concatenate([a, b])`, ...
"""

import warnings

from .base import Layer, register, registry
from .input_layer import Input, InputLayer
from .lambda_layer import Lambda
from .merge import Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply

_MODES = {
    "sum": Add,
    "mul": Multiply,
    "ave": Average,
    "max": Maximum,
    "min": Minimum,
    "concat": Concatenate,
    "dot": Dot,
    "cos": Dot,
}
_FUNCTION_SETTINGS = ("output_shape", "output_mask", "arguments")


@register()
class Merge(Layer):
    """Merges tensors, or the outputs of layers and models, in one of several ways.

    Args:
        layers: list of layers or models whose outputs are merged at once; None for a layer that is
            called on a list of tensors.
        mode: 'sum', 'mul', 'ave', 'max', 'min', 'concat', 'dot', 'cos', or a function from a list
            of tensors to a tensor.
        concat_axis: axis for 'concat'; the batch axis counts as 0.
        dot_axes: axis, or one for each of the two inputs, for 'dot' and 'cos'.
        output_shape: shape of one sample of what the function gives, or a function of the list of
            shapes; found by running the function if None.
        output_mask: mask of what the function gives, or a function of the list of masks.
        arguments: dictionary of further keyword arguments for the function.
        node_indices, tensor_indices: which of a layer's calls, and which output, a number for
            each of `layers`; 0 by default.

    Raises:
        ValueError: an unknown mode, fewer than two layers, or one that has no output yet.
    """

    supports_masking = True

    def __init__(
        self,
        layers=None,
        mode="sum",
        concat_axis=-1,
        dot_axes=-1,
        output_shape=None,
        output_mask=None,
        arguments=None,
        node_indices=None,
        tensor_indices=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        warnings.warn(
            "Merge is of Keras 1; use layers.add, multiply, concatenate, dot, ...",
            DeprecationWarning,
            stacklevel=3,
        )
        self.mode, self.concat_axis, self.dot_axes = mode, concat_axis, dot_axes
        self.output_shape_argument, self._output_mask = output_shape, output_mask
        self.arguments = dict(arguments or {})
        self._merging = self._make_merging()
        self.branches = list(layers or [])
        if layers is not None:
            self._merge_branches(node_indices, tensor_indices)

    def _make_merging(self):
        """Return the layer of Keras 2 that does the work."""
        if callable(self.mode):
            mask = self._output_mask
            of_inputs = (lambda inputs, masks: mask(masks)) if callable(mask) else mask
            return Lambda(
                self.mode, self.output_shape_argument, of_inputs, self.arguments, name=self.name
            )
        given = (self.output_shape_argument, self._output_mask, self.arguments or None)
        for name, value in zip(_FUNCTION_SETTINGS, given, strict=True):
            if value is not None:
                raise ValueError(f"{name}= goes with a function as mode, not with {self.mode!r}.")
        return _layer_of_today(self.mode, self.concat_axis, self.dot_axes, self.name)

    def _merge_branches(self, node_indices, tensor_indices):
        """Merge the outputs of the layers given."""
        if len(self.branches) < 2:
            raise ValueError(
                f"Merge {self.name!r} takes a list of at least two layers or models to merge."
            )
        count = len(self.branches)
        places = zip(
            self.branches, node_indices or [0] * count, tensor_indices or [0] * count, strict=True
        )
        self([_output_of(branch, node, tensor, self.name) for branch, node, tensor in places])

    @property
    def symbols(self):
        """(inputs, output): what the branches begin with and what merging them gives."""
        node = self._inbound_nodes[0]
        return _sources(node.inputs), node.outputs[0]

    def call(self, inputs, mask=None, training=None):
        """Merge a list of tensors."""
        if isinstance(self._merging, Lambda):
            return self._merging.call(inputs, mask, training)
        return self._merging.call(inputs)

    def compute_output_shape(self, input_shape):
        """Return the shape of what merging gives."""
        return self._merging.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs, *args, **kwargs):
        """Return the symbolic output of merging."""
        return self._merging.compute_output_spec(inputs)

    def compute_mask(self, inputs, mask=None):
        """Return the mask of what merging gives."""
        return self._merging.compute_mask(inputs, mask)

    def get_config(self):
        """Return the settings; functions and branches as configs of layers."""
        config = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": self.dtype,
            "mode": self.mode,
            "concat_axis": self.concat_axis,
            "dot_axes": self.dot_axes,
        }
        if callable(self.mode):
            made = Lambda(self.mode, self.output_shape_argument, arguments=self.arguments)
            config["mode"] = _entry(made)
            mask = self._output_mask
            config["output_mask"] = _entry(Lambda(mask)) if callable(mask) else mask
        if self.branches:
            config["layers"] = [_entry(branch) for branch in self.branches]
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the layer, and the branches that it merges; Keras 2's config is understood too."""
        config = _with_functions_as_layers(config)
        if isinstance(config["mode"], dict):
            made = registry.deserialize(config["mode"], custom_objects)
            config.update(
                mode=made.function,
                output_shape=made.output_shape_argument,
                arguments=made.arguments,
            )
        if isinstance(config.get("output_mask"), dict):
            config["output_mask"] = registry.deserialize(
                config["output_mask"], custom_objects
            ).function
        if config.get("layers"):
            config["layers"] = _made(config["layers"], custom_objects)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return cls(**config)


def _with_functions_as_layers(config):
    """Return a copy of a config in which functions are configs of Lambda layers.

    Keras 2 wrote a function as code or by its name, and how it did beside it.
    """
    config = dict(config)
    mode, shape, mask = (
        config.pop(f"{name}_type", "raw") for name in ("mode", "output_shape", "output_mask")
    )
    if mode != "raw":
        config["mode"] = _function(
            config["mode"],
            mode,
            output_shape=config.pop("output_shape", None),
            output_shape_type=shape,
            arguments=config.pop("arguments", None),
        )
    if mask != "raw":
        config["output_mask"] = _function(config["output_mask"], mask)
    return config


def _function(stored, kind, **settings):
    config = {"function": stored, "function_type": kind, **settings}
    return {"class_name": "Lambda", "config": config}


def _made(entries, custom_objects):
    """Return the layers of a list of configs; one that is there twice is one layer."""
    found = []
    for number, entry in enumerate(entries):
        first = entries.index(entry)
        known = first < number
        found.append(found[first] if known else registry.deserialize(entry, custom_objects))
    return found


def _entry(layer):
    return {"class_name": type(layer).__name__, "config": layer.get_config()}


def _output_of(layer, node_index, tensor_index, merge):
    """Return an output of a layer, which is called on an input of its own if it has to be."""
    outputs = getattr(layer, "outputs", None)
    if node_index == 0 and outputs:  # a model: what it was made of is its first call
        return outputs[tensor_index]
    if not layer._inbound_nodes and getattr(layer, "batch_input_shape", None) is not None:
        kind = getattr(layer, "input_type", layer.dtype)
        layer(Input(batch_shape=layer.batch_input_shape, dtype=kind))
    if node_index >= len(layer._inbound_nodes):
        raise ValueError(
            f"Merge {merge!r} cannot merge {layer.name!r}, which has no output yet: give its first "
            "layer an input_shape, or call it on a symbolic tensor."
        )
    return layer._inbound_nodes[node_index].outputs[tensor_index]


def _sources(symbols):
    """Return the tensors of the `Input` layers that symbolic tensors come from, each once."""
    found, seen, waiting = [], set(), list(symbols)[::-1]
    while waiting:
        symbol = waiting.pop()
        if id(symbol) in seen:
            continue
        seen.add(id(symbol))
        layer, index, _ = symbol.history
        if isinstance(layer, InputLayer):
            found.append(symbol)
        else:
            waiting.extend(layer._inbound_nodes[index].inputs[::-1])
    return found


def merge(
    inputs,
    mode="sum",
    concat_axis=-1,
    dot_axes=-1,
    output_shape=None,
    output_mask=None,
    arguments=None,
    name=None,
):
    """Return merged tensors: Keras 1's single function for all merging layers.

    Args:
        inputs: list of tensors.
        mode, concat_axis, dot_axes, output_shape, output_mask, arguments: see `Merge`.
        name: name of the layer.
    """
    warnings.warn(
        "merge() is of Keras 1; use layers.add, multiply, concatenate, dot, ...",
        DeprecationWarning,
        stacklevel=2,
    )
    if not callable(mode) and output_shape is output_mask is arguments is None:
        return _layer_of_today(mode, concat_axis, dot_axes, name)(inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        layer = Merge(
            None, mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name=name
        )
    return layer(inputs)


def _layer_of_today(mode, concat_axis, dot_axes, name):
    """Return the layer of Keras 2 for a mode given by name."""
    if mode not in _MODES:
        raise ValueError(f"Unknown mode {mode!r}; choose one of {sorted(_MODES)}.")
    if mode == "concat":
        return Concatenate(axis=concat_axis, name=name)
    if mode in ("dot", "cos"):
        return Dot(axes=dot_axes, normalize=mode == "cos", name=name)
    return _MODES[mode](name=name)
