"""Model: layers between inputs and outputs, or a `call` of one's own, that can be trained."""

import copy

import numpy as np

from .. import config as settings
from .. import ops
from ..autograd import no_grad
from ..autograd.tensor import wrap
from ..engine.arguments import known_arguments
from ..engine.graph import Graph
from ..engine.summary import print_summary
from ..engine.training import Training
from ..layers.base import Layer
from ..layers.context import forward_pass
from ..layers.inputs import shapes_of, with_mask, with_masks
from ..layers.symbolic import KerasTensor, Node
from ..layers.weights import assign_all
from ..utils.nest import as_list, flatten, pack_like, unpack_single
from .ends import Ends, name_ends
from .graph_config import graph_config, graph_from_config
from .structure import Structure


class Model(Structure, Ends, Training, Layer):
    """A trainable model, in one of two forms.

    The functional form `Model(inputs, outputs)` takes symbolic tensors: every layer between them
    belongs to the model. The subclassed form defines `call(self, inputs)`; the layers it uses are
    attributes of the object.

    Args:
        inputs: symbolic tensor, list or dictionary of them.
        outputs: symbolic tensor, list or dictionary of them.
        name: `model_1`, `model_2`, ... by default.

    Raises:
        TypeError: only one of inputs and outputs, or none in a model without a `call`.
        ValueError: the outputs cannot be computed from the inputs.
    """

    supports_masking = True
    _graph = None
    _training_graph = None  # the graph with the losses and metrics that were added to it

    def __init__(self, inputs=None, outputs=None, name=None, **kwargs):
        inputs = kwargs.pop("input", None) if inputs is None else inputs
        outputs = kwargs.pop("output", None) if outputs is None else outputs
        super().__init__(name=name, **kwargs)
        self.autocast = False
        if (inputs is None) != (outputs is None):
            missing = "outputs" if outputs is None else "inputs"
            raise TypeError(
                f"A functional model needs both inputs= and outputs=; {missing} is missing."
            )
        if inputs is not None:
            self._init_graph(inputs, outputs)
        elif type(self) is Model:
            raise TypeError(
                "Model() needs inputs= and outputs=, or to be subclassed with a call() method."
            )

    def _init_graph(self, inputs, outputs):
        """Become the functional model from `inputs` to `outputs`."""
        if isinstance(outputs, (list, tuple)) and len(flatten(outputs)) == 1:
            (outputs,) = flatten(outputs)  # a call gives one tensor then, as in Keras 2
        graph = Graph(flatten(inputs), flatten(outputs))
        self._input_structure, self._output_structure = inputs, outputs
        self._graph, self._training_graph = graph, None
        self._symbolic_losses, self._symbolic_metrics = (), ()
        self._kept_symbols = ()
        self.input_names, self.output_names = name_ends(graph, inputs, outputs)
        self.built = True
        self._note_own_call()

    def _note_own_call(self):
        """Count the way from inputs to outputs as the first of the model's calls, as Keras does."""
        own = Node(self, (self._input_structure,), {}, self._output_structure)
        self._inbound_nodes[:1] = [own]

    @property
    def _runs_graph(self):
        """Whether calling the model is running its graph, and nothing else."""
        return self._graph is not None and type(self).call is Model.call

    # -----------------------------------------------------------------------------------------
    # Weights
    # -----------------------------------------------------------------------------------------
    def get_weights(self):
        """Return copies of all weights, layer by layer, as Keras 2 orders them."""
        if self._graph is None:
            return super().get_weights()
        return [w.data.copy() for w in self._weights_by_layer()]

    def _weights_by_layer(self):
        """Return all variables, layer by layer where the model has a graph."""
        if self._graph is None:
            return self.weights
        seen = {id(w): w for layer in self._sublayers() for w in layer.weights}
        return list(seen.values())

    def set_weights(self, weights):
        """Set all weights from a list as `get_weights` returns it.

        Raises:
            ValueError: number or shapes do not fit; nothing is changed then.
        """
        assign_all(self._weights_by_layer(), weights, f"the model {self.name!r}")

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
        losses, metrics = [], []
        outputs = self._run_graph(self._graph_inputs(inputs), losses, metrics)
        for loss in losses:
            super().add_loss(loss)
        for name, value in metrics:
            super().add_metric(value, name)
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
        self._check_given(given)
        return given

    def compute_output_spec(self, *args, **kwargs):
        """Return symbolic outputs for symbolic inputs of possibly other shapes."""
        if self._graph is None or len(args) != 1:
            return super().compute_output_spec(*args, **kwargs)
        outputs = self._graph.infer(self._graph_inputs(args[0]))
        fresh = [KerasTensor(t.shape, t.dtype) for t in outputs]
        return pack_like(self._output_structure, fresh)

    def compute_output_shape(self, input_shape):
        """Return the shape of the output, or the list of them, for inputs of `input_shape`."""
        if self._graph is None:
            return self._try_output_shape(input_shape)
        shapes = [input_shape] if len(self.inputs) == 1 else list(input_shape)
        symbols = [KerasTensor(s, t.dtype) for s, t in zip(shapes, self._graph.inputs, strict=True)]
        return unpack_single([t.shape for t in self._graph.infer(symbols)])

    def compute_mask(self, inputs, mask=None):
        """Return the masks of the outputs: those that the layers gave them already."""
        if self._graph is None:
            return super().compute_mask(inputs, mask)
        return None

    def run(self, inputs, args=(), kwargs=None):
        """Compute on tensors; the outputs keep the masks that the layers inside gave them."""
        if self._graph is None:
            built = self.built
            try:
                return super().run(inputs, args, kwargs)
            except BaseException:
                self.built = built
                raise
        if kwargs and kwargs.get("mask") is not None:
            inputs = with_masks(inputs, kwargs["mask"])
        if self._call_losses:
            self._forget_old_losses()
        training = (kwargs or {}).get("training")
        if type(self).call is Model.call:
            return self._compute(inputs, **({} if training is None else {"training": training}))
        return super().run(inputs, args, kwargs)

    def _to_tensors(self, inputs):
        """Return inputs as tensors of the types that the inputs of the graph have."""
        tensors = super()._to_tensors(inputs)
        if self._graph is None:
            return tensors
        cast = [
            t
            if t is None or t.data.dtype == s.dtype
            else with_mask(ops.cast(t, dtype=s.dtype), t.mask)
            for t, s in zip(self._graph_inputs(tensors), self._graph.inputs, strict=True)
        ]
        return cast[0] if len(cast) == 1 else cast

    # -----------------------------------------------------------------------------------------
    # Losses and metrics added to a graph
    # -----------------------------------------------------------------------------------------
    def add_loss(self, losses, inputs=None):
        """Add to the loss: symbolic tensors of the graph, or what any layer may add.

        Args:
            losses: symbolic tensor, tensor computed in `call`, function without arguments, or a
                list of them. What is no single number is summed up.
            inputs: accepted for Keras 2; what a tensor depends on is known from its history.

        Raises:
            ValueError: a symbolic tensor where there is no graph, or that does not belong to it.
        """
        symbolic = tuple(x for x in as_list(losses) if isinstance(x, KerasTensor))
        if symbolic:
            self._extend_graph(self._symbolic_losses + symbolic, self._symbolic_metrics, "loss")
        rest = [x for x in as_list(losses) if not isinstance(x, KerasTensor)]
        if rest:
            super().add_loss(rest, inputs)
            if self._targets is not None:
                self._penalty_functions = self._all_loss_functions()

    def add_metric(self, value, name=None, aggregation="mean"):
        """Report a value beside the metrics: a symbolic tensor of the graph, or one of `call`.

        Args:
            value: tensor; its mean is reported.
            name: what logs call it; that of the layer that computes a symbolic one by default.
            aggregation: 'mean' or None: values are averaged over an epoch.
        """
        if not isinstance(value, KerasTensor):
            super().add_metric(value, name, aggregation)
            return
        if aggregation not in ("mean", None):
            raise ValueError(f"aggregation must be 'mean' or None, not {aggregation!r}.")
        named = (name or value.history[0].name, value)
        self._extend_graph(self._symbolic_losses, (*self._symbolic_metrics, named), "metric")

    def _extend_graph(self, losses, metrics, what):
        if self._graph is None:
            raise ValueError(
                f"A symbolic {what} can only be added to a model that has a graph: build it first, "
                f"or compute the {what} in call()."
            )
        graph = self._graph
        extra = [*losses, *(tensor for _, tensor in metrics), *self._kept_symbols]
        self._training_graph = Graph(graph.inputs, graph.outputs + extra)
        self._symbolic_losses, self._symbolic_metrics = losses, metrics

    # -----------------------------------------------------------------------------------------
    # Description
    # -----------------------------------------------------------------------------------------
    @known_arguments
    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ):
        """Print a table of the layers.

        Args:
            line_length: width in characters, 65 for a plain stack of layers and 98 otherwise.
            positions: ends of the columns, as parts of the width (or absolute).
            print_fn: called with each line instead of print.
            expand_nested: whether to list the layers of nested models too.
            show_trainable: whether to add a column that says which layers may be trained.
            layer_range: names of the first and the last layer to list, or patterns (`re`) that
                their names match from the beginning.

        Raises:
            ValueError: the model has no shapes yet; no layer matches.
        """
        if not self.built:
            raise ValueError(
                f"The model {self.name!r} has not been built: it does not know the shape of its "
                "input. Call build(input_shape), fit() on data, or give the first layer an "
                "input_shape."
            )
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

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
        self.built = True
        try:
            with no_grad(), forward_pass(False):
                self.run(_zeros(input_shape))
        except BaseException:
            self.built = False
            raise

    def _build_on_call(self, inputs, args=(), kwargs=None):
        """Leave it to the call to build the layers, where a subclass has no `build` of its own."""
        if self._graph is None and type(self).build is Model.build:
            self.built = True
            self._build_shapes = ((shapes_of(inputs),), {})  # what a file has to say of it
        else:
            super()._build_on_call(inputs, args, kwargs)

    def get_config(self):
        """Return the description of layers and connections.

        Raises:
            NotImplementedError: for a subclassed model that does not describe itself.
        """
        if self._graph is None:
            if type(self) is not Model:
                config = super().get_config()
                return {k: v for k, v in config.items() if k not in ("inputs", "outputs") or v}
            raise NotImplementedError("A model without a graph has no config.")
        return graph_config(self)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build a model from what `get_config` returned; its weights are new."""
        if "layers" not in config and "output_layers" not in config:
            return cls(**config)
        inputs, outputs = graph_from_config(config, custom_objects)
        return cls(inputs=inputs, outputs=outputs, name=config.get("name"))

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

    def __setstate__(self, state):
        vars(self).update(state)
        if self._graph is not None:
            self._note_own_call()


def _zeros(shape):
    """Return zeros for a shape with its batch axis, or nested lists and dictionaries of shapes."""
    if isinstance(shape, dict):
        return {key: _zeros(part) for key, part in shape.items()}
    if any(isinstance(part, (tuple, list, dict)) for part in shape):
        return [_zeros(part) for part in shape]
    return wrap(np.zeros([2 if d is None else d for d in shape], settings.floatx()))
