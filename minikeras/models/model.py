"""Model: layers between inputs and outputs, or a `call` of one's own, that can be trained."""

import copy
import json

import numpy as np

from .. import config as settings
from .._version import KERAS_VERSION, __version__
from ..autograd import no_grad
from ..autograd.tensor import wrap
from ..engine.arrays import arrange, is_number_list
from ..engine.graph import Graph
from ..engine.summary import print_summary
from ..engine.training import Training
from ..layers.base import Layer, _call_parameters
from ..layers.context import forward_pass
from ..layers.symbolic import KerasTensor
from ..registry import suggest
from ..utils.nest import as_list, flatten, map_structure, pack_like, unpack_single
from .graph_config import graph_config, graph_from_config


class Model(Training, Layer):
    """A trainable model, in one of two forms.

    The functional form `Model(inputs, outputs)` takes symbolic tensors: every layer between them
    belongs to the model. The subclassed form defines `call(self, inputs)`; the layers it uses are
    attributes of the object.

    Args:
        inputs: symbolic tensor, list or dictionary of them.
        outputs: symbolic tensor, list or dictionary of them.
        name: `model_1`, `model_2`, ... by default.

    Raises:
        ValueError: the outputs cannot be computed from the inputs.
    """

    supports_masking = True

    def __init__(self, inputs=None, outputs=None, name=None, **kwargs):
        inputs = kwargs.pop("input", None) if inputs is None else inputs
        outputs = kwargs.pop("output", None) if outputs is None else outputs
        super().__init__(name=name, **kwargs)
        self._warned_frozen = False
        self._symbolic_losses = []
        self._symbolic_metrics = []
        self._graph = None
        self._input_structure = None
        self._output_structure = None
        self._seen_names = None
        self.autocast = False
        if (inputs is None) != (outputs is None):
            missing = "outputs" if outputs is None else "inputs"
            raise TypeError(f"A functional model needs both inputs= and outputs=; {missing} is missing.")
        if inputs is not None:
            self._init_graph(inputs, outputs)
        elif type(self).call is Model.call and type(self) is Model:
            raise TypeError(
                "Model() needs inputs= and outputs=, or to be subclassed with a call() method."
            )

    def _init_graph(self, inputs, outputs):
        """Become the functional model from `inputs` to `outputs`."""
        self._input_structure, self._output_structure = inputs, outputs
        self._graph = Graph(flatten(inputs), flatten(outputs))
        self._rename_outputs()
        self._symbolic_loss_count = 0
        self.built = True

    def _rename_outputs(self):
        """Name inputs and outputs after their layers, or after the keys of a dictionary."""
        graph = self._graph
        self.input_names = [t.history[0].name for t in graph.inputs]
        if isinstance(self._input_structure, dict):
            self.input_names = [str(k) for k in sorted(self._input_structure, key=str)]
        names = [t.history[0].name for t in graph.outputs]
        if isinstance(self._output_structure, dict):
            names = [str(k) for k in sorted(self._output_structure, key=str)]
        counts, unique = {}, []
        for name in names:
            counts[name] = counts.get(name, 0) + 1
            unique.append(name if counts[name] == 1 else f"{name}_{counts[name]}")
        self.output_names = unique

    # -----------------------------------------------------------------------------------------
    # Structure
    # -----------------------------------------------------------------------------------------
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
        if self._graph is None:
            return None
        count = len(self._graph.outputs) - self._symbolic_loss_count
        return self._graph.outputs[:count]

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
            "training" in _call_parameters(type(layer))
            and (not isinstance(layer, Model) or layer.uses_learning_phase)
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

    def get_weights(self):
        """Return copies of all weights, layer by layer, as Keras 2 orders them."""
        if self._graph is None:
            return super().get_weights()
        return [w.data.copy() for w in self._weights_by_layer()]

    def _weights_by_layer(self):
        seen = {id(w): w for layer in self.layers for w in layer.weights}
        return list(seen.values()) if self._graph is not None else self.weights

    def set_weights(self, weights):
        """Set all weights from a list as `get_weights` returns it.

        Raises:
            ValueError: number or shapes do not fit; nothing is changed then.
        """
        variables = self._weights_by_layer()
        weights = [np.asarray(w) for w in weights]
        if len(weights) != len(variables):
            raise ValueError(
                f"The model {self.name!r} has {len(variables)} weights, but set_weights got "
                f"{len(weights)}."
                + ("" if self.built else " The model is not built: call it on data first.")
            )
        for variable, value in zip(variables, weights, strict=True):
            if variable.shape != value.shape:
                raise ValueError(
                    f"The weight {variable.name!r} has shape {variable.shape}, but the array "
                    f"given for it has shape {value.shape}."
                )
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    # -----------------------------------------------------------------------------------------
    # Computing
    # -----------------------------------------------------------------------------------------
    def call(self, inputs, training=None, mask=None):
        """Run the layers on tensors (functional form); to be overridden in the other."""
        if self._graph is None:
            raise NotImplementedError(
                f"{type(self).__name__} is a subclassed model without a call() method, or a "
                "Sequential model without layers."
            )
        tensors = self._graph_inputs(inputs)
        outputs = self._graph.run(tensors)
        for loss in outputs[len(outputs) - self._symbolic_loss_count :]:
            self.add_loss(loss)
        outputs = outputs[: len(outputs) - self._symbolic_loss_count]
        return pack_like(self._output_structure, outputs)

    def _graph_inputs(self, inputs):
        """Return the inputs of a call as a list in the graph's order."""
        given = flatten(inputs)
        if isinstance(inputs, dict) and not isinstance(self._input_structure, dict):
            missing = [n for n in self.input_names if n not in inputs]
            if missing:
                raise ValueError(
                    f"The model {self.name!r} needs the input {missing[0]!r}; given were "
                    f"{sorted(inputs)}."
                )
            given = [inputs[n] for n in self.input_names]
        if len(given) != len(self._graph.inputs):
            raise ValueError(
                f"The model {self.name!r} takes {len(self._graph.inputs)} inputs, but was called "
                f"on {len(given)}."
            )
        return given

    def compute_output_spec(self, *args, **kwargs):
        """Return symbolic outputs for symbolic inputs of possibly other shapes."""
        if self._graph is None or len(args) != 1:
            return super().compute_output_spec(*args, **kwargs)
        outputs = self._graph.infer(self._graph_inputs(args[0]))
        outputs = outputs[: len(outputs) - self._symbolic_loss_count]
        fresh = [KerasTensor(t.shape, t.dtype) for t in outputs]
        return pack_like(self._output_structure, fresh)

    def compute_output_shape(self, input_shape):
        """Return the shape of the output, or the list of them, for inputs of `input_shape`."""
        if self._graph is None:
            return super().compute_output_shape(input_shape)
        shapes = [input_shape] if len(self.inputs) == 1 else list(input_shape)
        symbols = [
            KerasTensor(s, t.dtype) for s, t in zip(shapes, self._graph.inputs, strict=True)
        ]
        count = len(self.outputs)
        return unpack_single([t.shape for t in self._graph.infer(symbols)[:count]])

    def compute_mask(self, inputs, mask=None):
        """Return the masks of the outputs: those that the layers gave them already."""
        if self._graph is None:
            return super().compute_mask(inputs, mask)
        return None

    def run(self, inputs, args=(), kwargs=None):
        """Compute on tensors; the outputs keep the masks that the layers inside gave them."""
        if self._graph is None:
            return super().run(inputs, args, kwargs)
        if kwargs and kwargs.get("mask") is not None:
            inputs = _attach_masks(inputs, kwargs["mask"])
        if self._call_losses:
            self._call_losses = []
        training = (kwargs or {}).get("training")
        if type(self).call is Model.call:
            return self._compute(inputs, **({} if training is None else {"training": training}))
        return super().run(inputs, args, kwargs)

    def _to_tensors(self, inputs):
        """Return inputs as tensors of the types that the inputs of the graph have."""
        tensors = super()._to_tensors(inputs)
        if self._graph is None:
            return tensors
        listed = self._graph_inputs(tensors)
        cast = [
            t
            if t is None or t.data.dtype == s.dtype or (t._node is not None)
            else _keep_mask(wrap(t.data.astype(s.dtype)), t)
            for t, s in zip(listed, self._graph.inputs, strict=True)
        ]
        return cast[0] if len(cast) == 1 else cast

    def add_loss(self, losses, inputs=None):
        """Add to the loss; symbolic tensors of the model's graph are accepted too."""
        symbolic = [x for x in as_list(losses) if isinstance(x, KerasTensor)]
        if symbolic:
            if self._graph is None:
                raise ValueError("A symbolic loss can only be added to a functional model.")
            self._graph = Graph(self._graph.inputs, self._graph.outputs + symbolic)
            self._symbolic_loss_count += len(symbolic)
            self._symbolic_losses += symbolic
        rest = [x for x in as_list(losses) if not isinstance(x, KerasTensor)]
        if rest:
            super().add_loss(rest, inputs)

    # -----------------------------------------------------------------------------------------
    # Inputs and outputs as training sees them
    # -----------------------------------------------------------------------------------------
    _symbolic_loss_count = 0

    def _arrange_inputs(self, x):
        """Return the input arrays as a list in the order of `input_names`."""
        if self._graph is None:
            self._remember_structure(x)
        if x is None:
            return []
        return arrange(x, self.input_names, "input")

    def _remember_structure(self, x):
        """Name the inputs of a subclassed model after what it is first given."""
        if isinstance(x, dict):
            names = sorted(x, key=str)
        elif isinstance(x, (list, tuple)) and not is_number_list(x):
            names = [f"input_{i + 1}" for i in range(len(x))]
        else:
            names = ["input_1"]
        if self._seen_names is not None and self._seen_names != names:
            raise ValueError(
                f"The model {self.name!r} was first called on the inputs {self._seen_names}, but "
                f"now got {names}."
            )
        self._seen_names = self.input_names = names
        self._input_structure = x if isinstance(x, dict) else names if len(names) > 1 else None

    def _pack_inputs(self, tensors):
        """Return a list of tensors in the form that a subclassed `call` expects."""
        if isinstance(self._input_structure, dict):
            return dict(zip(self.input_names, tensors, strict=True))
        return tensors if len(self.input_names) > 1 else tensors[0]

    def _input_shapes(self):
        if self._graph is None:
            return [None] * len(self.input_names)
        return [t.shape for t in self._graph.inputs]

    def _input_types(self, inputs):
        """Return per input the type that batches are cast to."""
        if self._graph is not None:
            return [t.dtype for t in self._graph.inputs]
        dtype = np.dtype(self.compute_dtype)
        return [dtype if a is not None and a.dtype.kind == "f" else None for a in inputs]

    def _build_on(self, inputs):
        """Build a subclassed model by calling it on a small part of the data."""
        self._forward_sample(inputs)

    def _forward_sample(self, inputs):
        types = self._input_types(inputs)
        sample = [
            np.asarray(a[:2]) if t is None else np.asarray(a[:2], dtype=t)
            for a, t in zip(inputs, types, strict=True)
        ]
        with no_grad(), forward_pass(False):
            tensors = [wrap(a) for a in sample]
            structure = self.run(self._pack_inputs(tensors))
        self._output_structure = map_structure(lambda t: None, structure)
        return structure

    def _output_names_and_shapes(self, inputs):
        """Return names and shapes of the outputs, found by running a small part of the data."""
        if self._graph is not None:
            return self.output_names, [t.shape for t in self.outputs]
        structure = self._forward_sample(inputs)
        leaves = flatten(structure)
        if isinstance(structure, dict):
            names = sorted(structure, key=str)
        else:
            names = [f"output_{i + 1}" for i in range(len(leaves))]
        self.output_names = names
        return names, [(None, *leaf.shape[1:]) for leaf in leaves]

    def _pack_outputs(self, arrays):
        """Return a list of output arrays in the form of the model's outputs."""
        if isinstance(self._output_structure, dict):
            return pack_like(self._output_structure, arrays)
        return unpack_single(arrays)

    # -----------------------------------------------------------------------------------------
    # Description
    # -----------------------------------------------------------------------------------------
    def summary(self, line_length=None, positions=None, print_fn=None, **options):
        """Print a table of the layers.

        Args:
            line_length: width in characters, 65 for a plain stack of layers and 98 otherwise.
            positions: ends of the columns, as parts of the width (or absolute).
            print_fn: called with each line instead of print.
            options: `expand_nested` and `show_trainable`, as in later versions of Keras.

        Raises:
            ValueError: the model has no shapes yet.
        """
        if not self.built:
            raise ValueError(
                f"The model {self.name!r} has not been built: it does not know the shape of its "
                "input. Call build(input_shape), fit() on data, or give the first layer an "
                "input_shape."
            )
        print_summary(self, line_length, positions, print_fn, **options)

    def count_params(self):
        """Return the number of scalars in all weights."""
        if not self.built:
            return super().count_params()
        return sum(w.size for w in self._weights_by_layer())

    def build(self, input_shape):
        """Build a subclassed model by calling it on zeros of the given shape."""
        if self._graph is not None:
            self.built = True
            return
        if self.built:
            return
        if input_shape is None:
            raise ValueError(
                f"The model {self.name!r} needs a shape to be built for: build((None, 10)), for "
                "instance, with None for the batch axis. Or call it on data."
            )
        shapes = [input_shape] if not isinstance(input_shape[0], (tuple, list)) else input_shape
        arrays = [
            np.zeros([2 if d is None else d for d in s], settings.floatx()) for s in shapes
        ]
        self.built = True
        try:
            with no_grad(), forward_pass(False):
                self.run(unpack_single([wrap(a) for a in arrays]))
        except BaseException:
            self.built = False
            raise

    def get_config(self):
        """Return the description of layers and connections.

        Raises:
            NotImplementedError: for a subclassed model that does not describe itself.
        """
        if self._graph is None:
            if type(self) is not Model:
                return super().get_config()
            raise NotImplementedError("A model without a graph has no config.")
        return graph_config(self)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build a model from what `get_config` returned; its weights are new."""
        if "layers" not in config and "output_layers" not in config:
            return cls(**config)
        inputs, outputs = graph_from_config(config, custom_objects)
        return cls(inputs=inputs, outputs=outputs, name=config.get("name"))

    def to_json(self, **kwargs):
        """Return the architecture as a JSON string; `kwargs` go to `json.dumps`."""
        document = {
            "class_name": type(self).__name__,
            "config": self.get_config(),
            "keras_version": KERAS_VERSION,
            "backend": "numpy",
            "minikeras_version": __version__,
        }
        return json.dumps(document, default=_jsonable, **kwargs)

    def to_yaml(self, **kwargs):
        """Refuse: YAML can carry code, and Keras itself has dropped it.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "to_yaml() is not offered: loading YAML can run code, which is why Keras removed it. "
            "Use to_json()."
        )

    def __copy__(self):
        return copy.deepcopy(self)


def _jsonable(value):
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be written as JSON.")


def _attach_masks(inputs, masks):
    if isinstance(inputs, (list, tuple)):
        masks = masks if isinstance(masks, (list, tuple)) else [masks] * len(inputs)
        return [_attach_masks(i, m) for i, m in zip(inputs, masks, strict=True)]
    if inputs is None or masks is None:
        return inputs
    tensor = wrap(inputs.data, inputs._node, inputs._index)
    tensor.mask = getattr(masks, "data", masks) if not isinstance(masks, np.ndarray) else masks
    return tensor


def _keep_mask(tensor, source):
    tensor.mask = source.mask
    return tensor


