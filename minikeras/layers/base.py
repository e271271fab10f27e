"""Layer: a function with weights.

A layer is built (its weights are made) when it first sees the shape of its input, and called on
arrays and tensors, where it computes, or on symbolic tensors, where it records a node of the
functional graph and only works out the shape of its result.
"""

import functools
import inspect
import warnings

import numpy as np

from .. import config as settings
from .. import initializers, ops, regularizers
from .. import constraints as constraint_registry
from ..autograd import Tensor, Variable
from ..autograd.tensor import wrap
from ..configurable import Configurable, init_parameters, serialize_value
from ..registry import Registry, suggest
from ..utils.nest import as_list, flatten, map_structure, unpack_single
from . import legacy
from .context import context, phase
from .input_spec import InputSpec
from .names import snake_case, unique_name
from .symbolic import KerasTensor, Node, infer_outputs, is_symbolic

registry = Registry("layer")
register = registry.register

_BASE_ARGUMENTS = (
    "activity_regularizer",
    "autocast",
    "batch_input_shape",
    "batch_size",
    "dtype",
    "input_dim",
    "input_dtype",
    "input_shape",
    "name",
    "trainable",
    "weights",
)


class KerasVariable(Variable):
    """A variable that a layer tracks as soon as it is stored in one of its attributes (Keras 3).

    Args:
        initializer: an array, or an initializer with `shape` given.
        shape: tuple of ints; needed when `initializer` is a function or a name.
        dtype: the default float type if None.
        trainable, name: as for any variable.
    """

    def __init__(self, initializer, shape=None, dtype=None, trainable=True, name=None):
        if isinstance(initializer, str) or callable(initializer):
            if shape is None:
                raise ValueError("A Variable made by an initializer needs its shape=.")
            value = initializers.get(initializer)(tuple(shape), dtype=dtype or settings.floatx())
        else:
            value = np.asarray(initializer)
            if dtype is None and value.dtype == np.float64:
                dtype = settings.floatx()
        super().__init__(value, dtype=dtype, name=name, trainable=trainable)


class _LayerMeta(type):
    """Lets constructors understand the argument names of Keras 1, and `build` leave a mark."""

    def __init__(cls, name, bases, namespace, **kwargs):
        super().__init__(name, bases, namespace, **kwargs)
        if "build" in namespace:
            cls.build = _marking(namespace["build"])

    def __call__(cls, *args, **kwargs):
        args, kwargs = legacy.translate(cls, args, kwargs)
        return super().__call__(*args, **kwargs)


def _marking(build):
    """Return a `build` that notes it was called: users may call it themselves, once."""

    @functools.wraps(build)
    def build_and_mark(self, *args, **kwargs):
        result = build(self, *args, **kwargs)
        self.built = True
        return result

    return build_and_mark


@functools.cache
def _call_parameters(cls):
    """Return the names that `cls.call` takes beside its inputs, and whether it takes any."""
    parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    return frozenset(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL)


@functools.cache
def _overrides(cls, name):
    return getattr(cls, name) is not getattr(Layer, name)


class Layer(Configurable, metaclass=_LayerMeta):
    """Base class of all layers.

    Subclasses implement `call(inputs)`, and usually `build(input_shape)`, which makes weights
    with `add_weight`, and `compute_output_shape(input_shape)`. The config is read off the
    constructor's signature: store each argument under its own name.

    Args:
        name: unique within a model; made from the class name by default.
        trainable: whether the weights may be trained.
        dtype: type of the weights and results; the default float type if None.
        activity_regularizer: function of the output that is added to the loss.
        input_shape: shape of one input sample, for the first layer of a Sequential model.
        batch_input_shape: the same with the batch axis in front.
        input_dim: size of the last axis of a one-axis sample: short for `input_shape=(n,)`.
        batch_size: fixed batch size, with `input_shape`.
        weights: list of arrays, the initial weights.

    Raises:
        TypeError: an argument that no layer of the class knows.
    """

    supports_masking = False
    stateful = False
    input_spec = None

    def __init__(
        self,
        *,
        name=None,
        trainable=True,
        dtype=None,
        activity_regularizer=None,
        input_shape=None,
        batch_input_shape=None,
        input_dim=None,
        batch_size=None,
        weights=None,
        input_dtype=None,
        autocast=True,
        **unknown,
    ):
        if unknown:
            raise TypeError(self._unknown_argument(next(iter(unknown))))
        if name is not None and not isinstance(name, str):
            raise TypeError(f"A layer's name is a string, not {name!r}.")
        if dtype is not None and input_dtype is not None:
            raise ValueError("Give dtype or input_dtype, not both: they are the same thing.")
        self.name = name or unique_name(snake_case(type(self).__name__))
        self.dtype = _dtype_name(dtype or input_dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.autocast = autocast
        self.built = False
        self._trainable = bool(trainable)
        self._own_trainable = []
        self._own_non_trainable = []
        self._inbound_nodes = []
        self._outbound_nodes = []
        self._call_losses = []
        self._loss_functions = []
        self._initial_weights = weights
        if batch_input_shape is None and (input_shape is not None or input_dim is not None):
            sample = (input_dim,) if input_shape is None else _as_tuple(input_shape)
            batch_input_shape = (batch_size, *sample)
        if batch_input_shape is not None:
            self.batch_input_shape = tuple(batch_input_shape)

    def _unknown_argument(self, argument):
        known = [*init_parameters(type(self)), *_BASE_ARGUMENTS]
        return (
            f"Keyword argument not understood: {type(self).__name__} takes no argument "
            f"{argument!r}. {suggest(argument, known)}"
        )

    # -----------------------------------------------------------------------------------------
    # What subclasses implement
    # -----------------------------------------------------------------------------------------
    def build(self, input_shape):
        """Make the weights for inputs of `input_shape` (a list of shapes for several inputs)."""
        self.built = True

    def call(self, inputs):
        """Compute the output; to be overridden."""
        return inputs

    def compute_output_shape(self, input_shape):
        """Return the shape of the output for inputs of `input_shape`.

        Where a subclass does not say, the layer is run on dummies of two batch sizes.
        """
        if not _overrides(type(self), "call"):
            return input_shape
        symbols = _map_shapes(lambda s: KerasTensor(s, self.compute_dtype), input_shape)
        outputs = infer_outputs(self._compute, (symbols,), {})
        return map_structure(lambda t: t.shape, outputs)

    def compute_mask(self, inputs, mask=None):
        """Return the mask of the output: the input's, where the layer supports masking."""
        if self.supports_masking:
            return mask
        if any(m is not None for m in as_list(mask)):
            warnings.warn(
                f"Layer {self.name!r} ({type(self).__name__}) does not support masking: the mask "
                "of its input ends here, and masked steps count like all others from here on.",
                stacklevel=2,
            )
        return None

    # -----------------------------------------------------------------------------------------
    # Weights
    # -----------------------------------------------------------------------------------------
    @property
    def compute_dtype(self):
        """Name of the type that the layer computes in and makes its weights of."""
        return self.dtype or settings.floatx()

    @property
    def variable_dtype(self):
        """Name of the type of the weights."""
        return self.compute_dtype

    def add_weight(
        self,
        name=None,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer=None,
        trainable=True,
        constraint=None,
        **others,
    ):
        """Make a weight and return its variable.

        Both signatures work: `add_weight(name, shape, ...)` of Keras 2 and
        `add_weight(shape, initializer, ...)` of Keras 3. Initializer, regularizer and
        constraint default to the layer's attributes `<name>_initializer` and so on.

        Args:
            name: such as "kernel"; the variable is called "<layer>/<name>:0".
            shape: tuple of ints; () for a single number.
            dtype: the layer's own if None.
            initializer: name, function or instance; glorot_uniform for floats if None.
            regularizer: function of the weight that is added to the loss.
            trainable: False for statistics and counters.
            constraint: function applied after each update.
        """
        if name is not None and not isinstance(name, str):  # Keras 3: shape comes first
            if shape is not None and not isinstance(shape, (tuple, list, int)):
                initializer = shape
            name, shape = others.pop("name", None), name
        others.pop("autocast", None)
        others.pop("aggregation", None)
        if others:
            unknown = next(iter(others))
            raise TypeError(
                f"add_weight takes no argument {unknown!r}. "
                + suggest(unknown, inspect.signature(Layer.add_weight).parameters)
            )
        name = name or f"variable_{len(self._own_trainable) + len(self._own_non_trainable)}"
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if any(d is None for d in shape):
            raise ValueError(
                f"The weight {name!r} of layer {self.name!r} would have shape {shape}: the sizes "
                "it depends on must be known. Define them in the Input or input_shape=."
            )
        dtype = dtype or self.variable_dtype
        initializer = initializer or getattr(self, f"{name}_initializer", None)
        if initializer is None:
            initializer = "glorot_uniform" if np.dtype(dtype).kind == "f" else "zeros"
        regularizer = regularizer or getattr(self, f"{name}_regularizer", None)
        constraint = constraint or getattr(self, f"{name}_constraint", None)
        variable = Variable(
            initializers.get(initializer)(shape, dtype=dtype),
            dtype=dtype,
            name=f"{self.name}/{name}:0",
            trainable=trainable,
            regularizer=regularizers.get(regularizer),
            constraint=constraint_registry.get(constraint),
        )
        (self._own_trainable if trainable else self._own_non_trainable).append(variable)
        return variable

    add_variable = add_weight

    def _sublayers(self):
        """Return the layers held in attributes, directly or in lists and dictionaries."""
        found = []

        def collect(value):
            if isinstance(value, Layer):
                if value is not self and not any(value is f for f in found):
                    found.append(value)
            elif isinstance(value, (list, tuple)):
                for part in value:
                    collect(part)
            elif isinstance(value, dict):
                for part in value.values():
                    collect(part)

        for value in vars(self).values():
            collect(value)
        return found

    def _tracked_variables(self, trainable):
        """Return this layer's own variables of one kind, those in attributes included."""
        own = list(self._own_trainable if trainable else self._own_non_trainable)
        for value in vars(self).values():
            for variable in value if isinstance(value, (list, tuple)) else (value,):
                if (
                    isinstance(variable, KerasVariable)
                    and variable.trainable == trainable
                    and not any(variable is v for v in own)
                ):
                    own.append(variable)
        return own

    @property
    def trainable(self):
        """Whether the weights may be trained; setting it acts on the layers inside too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        for layer in self._sublayers():
            layer.trainable = value

    @property
    def trainable_weights(self):
        """The variables that training moves, own ones first; none where the layer is frozen."""
        if not self.trainable:
            return []
        own = self._tracked_variables(True)
        return _unique(own + [w for s in self._sublayers() for w in s.trainable_weights])

    @trainable_weights.setter
    def trainable_weights(self, variables):
        self._own_trainable = list(variables)

    @property
    def non_trainable_weights(self):
        """The variables that training leaves alone."""
        own = self._tracked_variables(False)
        if not self.trainable:
            own = self._tracked_variables(True) + own
        return _unique(own + [w for s in self._sublayers() for w in s.non_trainable_weights])

    @non_trainable_weights.setter
    def non_trainable_weights(self, variables):
        self._own_non_trainable = list(variables)

    @property
    def weights(self):
        """All variables: the trainable ones, then the others."""
        return self.trainable_weights + self.non_trainable_weights

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

    def get_weights(self):
        """Return copies of all weights, a list of arrays."""
        return [w.data.copy() for w in self.weights]

    def set_weights(self, weights):
        """Set all weights from a list of arrays, in the order of `get_weights`.

        Raises:
            ValueError: the number of arrays or a shape does not fit; nothing is changed then.
        """
        variables = self.weights
        weights = [np.asarray(w) for w in weights]
        if len(variables) != len(weights):
            raise ValueError(
                f"Layer {self.name!r} has {len(variables)} weights, but set_weights got "
                f"{len(weights)}. "
                + ("Build it first: call it on data." if not variables and weights else "")
                + f"Expected shapes: {[v.shape for v in variables]}; "
                f"given: {[w.shape for w in weights]}."
            )
        for variable, value in zip(variables, weights, strict=True):
            if variable.shape != value.shape:
                raise ValueError(
                    f"Weight {variable.name!r} of layer {self.name!r} has shape "
                    f"{variable.shape}, but set_weights got an array of shape {value.shape}."
                )
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self):
        """Return the number of scalars in the weights.

        Raises:
            RuntimeError: the layer has not been built.
        """
        if not self.built:
            raise RuntimeError(
                f"Layer {self.name!r} has no weights to count yet: it has not seen the shape of "
                "its input. Call it on data, or give it an input_shape."
            )
        return sum(w.size for w in self.weights)

    # -----------------------------------------------------------------------------------------
    # Losses and updates
    # -----------------------------------------------------------------------------------------
    def add_loss(self, losses, inputs=None):
        """Add to the loss: tensors computed in `call`, or functions without arguments.

        Args:
            losses: a tensor, a function that returns one, or a list of them.
            inputs: accepted for Keras 2; what a tensor depends on is known from its history.
        """
        for loss in as_list(losses):
            if isinstance(loss, KerasTensor):
                raise ValueError(
                    f"The loss {loss!r} is symbolic: add it to the Model that computes it, not to "
                    f"layer {self.name!r}."
                )
            if callable(loss) and not isinstance(loss, Tensor):
                self._loss_functions.append(loss)
                continue
            if context.losses is not None:
                context.losses.append(loss)
            self._call_losses.append(loss)

    def add_metric(self, value, name=None, aggregation="mean"):
        """Report `value`, computed in `call`, under `name` beside the metrics of the model."""
        if aggregation not in ("mean", None):
            raise ValueError(f"aggregation must be 'mean' or None, not {aggregation!r}.")
        if not name:
            raise ValueError(f"add_metric in layer {self.name!r} needs a name=.")
        if context.metrics is not None:
            context.metrics.append((name, value))

    def add_update(self, updates, inputs=None):
        """Carry out updates of variables now; pairs `(variable, new value)` or None (Keras 2)."""
        for update in as_list(updates):
            if isinstance(update, tuple) and len(update) == 2:
                variable, value = update
                variable.assign(getattr(value, "data", value))

    def _regularized(self):
        """Return the (regularizer, variable) pairs of this layer and those inside it."""
        own = self._tracked_variables(True) + self._tracked_variables(False)
        pairs = [(w.regularizer, w) for w in own if w.regularizer is not None]
        return pairs + [pair for s in self._sublayers() for pair in s._regularized()]

    def _all_loss_functions(self):
        return self._loss_functions + [
            f for s in self._sublayers() for f in s._all_loss_functions()
        ]

    @property
    def losses(self):
        """The losses beside that of `compile`: regularizers, and what the last call added."""
        found = [regularizer(w) for regularizer, w in self._regularized()]
        found += [function() for function in self._all_loss_functions()]
        return found + self._last_call_losses()

    def _last_call_losses(self):
        return self._call_losses + [
            loss for s in self._sublayers() for loss in s._last_call_losses()
        ]

    @property
    def updates(self):
        """Always empty: updates of statistics happen while a layer computes."""
        return []

    def get_losses_for(self, inputs=None):
        """Return the losses (Keras 2's spelling)."""
        return self.losses

    # -----------------------------------------------------------------------------------------
    # Calling
    # -----------------------------------------------------------------------------------------
    def __call__(self, *args, **kwargs):
        """Apply the layer to arrays, tensors or symbolic tensors."""
        if is_symbolic(args) or (kwargs and is_symbolic(kwargs)):
            return self._call_symbolically(args, kwargs)
        if not args:
            first = next(iter(inspect.signature(type(self).call).parameters.values()), None)
            names = list(inspect.signature(type(self).call).parameters)
            if first is None or len(names) < 2 or names[1] not in kwargs:
                raise TypeError(f"Layer {self.name!r} must be called on its inputs.")
            args = (kwargs.pop(names[1]),)
        inputs = self._to_tensors(args[0])
        rest = tuple(_tensors_in(a) for a in args[1:])
        kwargs = {key: _tensors_in(value) for key, value in kwargs.items()}
        if self.input_spec is not None:
            self._check_inputs(inputs)
        return self.run(inputs, rest, kwargs)

    def run(self, inputs, args=(), kwargs=None):
        """Compute on tensors: build if need be, pass phase and mask on, gather extra losses.

        This is the one way through which both a direct call and the functional graph go.
        """
        if not self.built:
            self._build(_shapes_of(inputs))
        if self._call_losses:
            self._call_losses = []
        kwargs = dict(kwargs) if kwargs else {}
        accepted = _call_parameters(type(self))
        if "training" in accepted:
            if kwargs.get("training") is None:
                kwargs["training"] = context.training
        elif "training" in kwargs:
            kwargs.pop("training")
        single = isinstance(inputs, Tensor)
        mask = kwargs.get("mask")
        if mask is None:
            mask = inputs.mask if single else _masks_of(inputs)
            if mask is not None and "mask" in accepted:
                kwargs["mask"] = mask
        elif "mask" not in accepted:
            kwargs.pop("mask")
        try:
            outputs = self._compute(inputs, *args, **kwargs)
        except (ValueError, TypeError) as error:
            raise self._located(error, inputs) from error
        if mask is not None or _overrides(type(self), "compute_mask"):
            outputs = _with_masks(outputs, self.compute_mask(inputs, mask))
        if self.activity_regularizer is not None:
            for output in flatten(outputs):
                self.add_loss(self.activity_regularizer(output))
        return outputs

    def _compute(self, inputs, *args, **kwargs):
        """Run `call`, with `training=` made the phase of the layers inside as well."""
        training = kwargs.get("training")
        if training is None or training == context.training:
            return self.call(inputs, *args, **kwargs)
        with phase(training):
            return self.call(inputs, *args, **kwargs)

    def _located(self, error, inputs):
        """Return the error with the layer's name and its inputs' shapes added, once."""
        if getattr(error, "layer", None) is not None:
            return error
        try:
            located = type(error)(
                f"{error}\n  in layer {self.name!r} ({type(self).__name__}), called on "
                f"{_describe(inputs)}"
            )
        except TypeError:  # an exception class with a signature of its own
            return error
        located.layer = self.name
        return located

    def _to_tensors(self, inputs):
        """Return inputs as tensors of the layer's type: floats are cast, integers are kept."""
        if isinstance(inputs, (list, tuple)):
            if all(isinstance(part, (int, float, bool, list, tuple)) for part in inputs) and all(
                isinstance(leaf, (int, float, bool)) for leaf in flatten(inputs)
            ):
                inputs = np.asarray(inputs)  # a plain Python list of numbers
            else:
                return type(inputs)(self._to_tensors(part) for part in inputs)
        if isinstance(inputs, dict):
            return {key: self._to_tensors(part) for key, part in inputs.items()}
        if inputs is None:
            return None
        if not isinstance(inputs, Tensor):
            inputs = np.asarray(inputs)
            if inputs.dtype.kind not in "fiub":
                raise TypeError(
                    f"Layer {self.name!r} got data of type {inputs.dtype}; it needs numbers."
                )
            inputs = wrap(inputs)
        dtype = self.compute_dtype
        if self.autocast and inputs.data.dtype != dtype and inputs.data.dtype.kind == "f":
            mask = inputs.mask
            inputs = ops.cast(inputs, dtype)
            inputs.mask = mask
        return inputs

    def _check_inputs(self, inputs):
        """Hold the inputs against `input_spec`; a ValueError names the layer and the shapes."""
        specs = as_list(self.input_spec)
        tensors = flatten(inputs)
        if len(specs) > 1 and len(specs) != len(tensors):
            raise ValueError(
                f"Layer {self.name!r} takes {len(specs)} inputs, but got {len(tensors)}."
            )
        for spec, tensor in zip(specs, tensors, strict=False):
            if not isinstance(spec, InputSpec) or not hasattr(tensor, "shape"):
                continue
            wanted = spec.problem(tensor.shape, tensor.dtype)
            if wanted is not None:
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) expects an input of {wanted}, "
                    f"but got shape {tuple(tensor.shape)}."
                )

    def _build(self, input_shape):
        """Build once for `input_shape`, and set the weights given to the constructor."""
        self.build(input_shape)
        self.built = True
        self._input_shape_at_build = input_shape
        if self._initial_weights is not None:
            initial, self._initial_weights = self._initial_weights, None
            self.set_weights(initial)

    def _call_symbolically(self, args, kwargs):
        """Record a node and return its symbolic outputs."""
        inputs = args[0] if args else next(iter(kwargs.values()))
        symbols = flatten(inputs)
        for symbol in symbols:
            if not isinstance(symbol, (KerasTensor, Tensor, np.ndarray, int, float, type(None))):
                raise ValueError(
                    f"Layer {self.name!r} was called on {symbol!r}, which is no symbolic tensor. "
                    "All inputs of a functional model come from Input() or other layers."
                )
        self._check_inputs(inputs)
        input_shape = _shapes_of(inputs)
        if not self.built:
            self._build(input_shape)
        try:
            structure = self.compute_output_spec(*args, **kwargs)
        except (ValueError, TypeError) as error:
            raise self._located(error, inputs) from error
        node = Node(self, args, kwargs, structure)
        for i, output in enumerate(node.outputs):
            suffix = "" if len(node.outputs) == 1 else f":{i}"
            output.name = f"{self.name}/{len(self._inbound_nodes) - 1}{suffix}"
        return structure

    def compute_output_spec(self, *args, **kwargs):
        """Return new symbolic tensors for what the layer gives on symbolic arguments."""
        if not args:
            return infer_outputs(self._compute, args, kwargs)
        inputs, *rest = args
        explicit = _overrides(type(self), "compute_output_shape")
        extras = is_symbolic(rest) or is_symbolic(list(kwargs.values()))
        if (explicit and not extras) or not _overrides(type(self), "call"):
            shapes = self.compute_output_shape(_shapes_of(inputs))
            dtype = self._output_dtype(flatten(inputs))
            return _map_shapes(lambda s: KerasTensor(s, dtype), shapes)
        return infer_outputs(self._compute, args, kwargs)

    def _output_dtype(self, inputs):
        """Return the type of the output: the layer's, or integers passed through untouched."""
        dtype = getattr(inputs[0], "dtype", None) if inputs else None
        if dtype is not None and np.dtype(dtype).kind not in "fc" and not self.weights:
            return dtype
        return self.compute_dtype

    # -----------------------------------------------------------------------------------------
    # The graph around this layer
    # -----------------------------------------------------------------------------------------
    @property
    def inbound_nodes(self):
        """The calls of this layer on symbolic tensors."""
        return self._inbound_nodes

    @property
    def outbound_nodes(self):
        """The calls that use an output of this layer."""
        return self._outbound_nodes

    def _node_attribute(self, index, attribute, what):
        if not self._inbound_nodes:
            raise RuntimeError(f"Layer {self.name!r} has never been called, so it has no {what}.")
        if not 0 <= index < len(self._inbound_nodes):
            raise ValueError(
                f"Layer {self.name!r} has no {what} at node {index}: it was called "
                f"{len(self._inbound_nodes)} times."
            )
        return unpack_single(getattr(self._inbound_nodes[index], attribute))

    def _only(self, attribute, what, spelling):
        if not self._inbound_nodes:
            raise AttributeError(
                f"Layer {self.name!r} has never been called, so it has no {what}."
            )
        values = [unpack_single(getattr(n, attribute)) for n in self._inbound_nodes]
        different = len({str(v) for v in values}) > 1 if "shape" in attribute else len(values) > 1
        if different:
            raise AttributeError(
                f"Layer {self.name!r} was called {len(values)} times: the {what} is not one. "
                f"Use {spelling}(node_index)."
            )
        return values[0]

    def get_input_at(self, node_index):
        """Return the input of the call number `node_index`."""
        return self._node_attribute(node_index, "inputs", "input")

    def get_output_at(self, node_index):
        """Return the output of the call number `node_index`."""
        return self._node_attribute(node_index, "outputs", "output")

    def get_input_shape_at(self, node_index):
        """Return the input's shape at the call number `node_index`."""
        return self._node_attribute(node_index, "input_shapes", "input shape")

    def get_output_shape_at(self, node_index):
        """Return the output's shape at the call number `node_index`."""
        return self._node_attribute(node_index, "output_shapes", "output shape")

    @property
    def input(self):
        """The symbolic input, where the layer was called exactly once."""
        return self._only("inputs", "input", "get_input_at")

    @property
    def output(self):
        """The symbolic output, where the layer was called exactly once."""
        return self._only("outputs", "output", "get_output_at")

    @property
    def input_shape(self):
        """The shape of the input, where all calls agree."""
        return self._only("input_shapes", "input shape", "get_input_shape_at")

    @property
    def output_shape(self):
        """The shape of the output, where all calls agree."""
        return self._only("output_shapes", "output shape", "get_output_shape_at")

    # -----------------------------------------------------------------------------------------
    # Config
    # -----------------------------------------------------------------------------------------
    def get_config(self):
        """Return the constructor arguments as a JSON-ready dictionary."""
        config = {"name": self.name, "trainable": self._trainable, "dtype": self.compute_dtype}
        if getattr(self, "batch_input_shape", None) is not None:
            config["batch_input_shape"] = self.batch_input_shape
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = serialize_value(self.activity_regularizer)
        for key, value in super().get_config().items():
            if key not in _BASE_ARGUMENTS or (key not in config and key == "input_dim"):
                config[key] = value
        return config

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}, built={self.built}>"


# ---------------------------------------------------------------------------------------------
# Small helpers
# ---------------------------------------------------------------------------------------------
def _dtype_name(dtype):
    """Return a type's name from a name, a NumPy type or a Keras 3 dtype policy."""
    if dtype is None:
        return None
    if isinstance(dtype, dict):
        dtype = dtype.get("config", {}).get("name")
    dtype = getattr(dtype, "compute_dtype", dtype)
    if isinstance(dtype, str) and dtype.startswith("mixed_"):
        raise ValueError(
            f"The dtype policy {dtype!r} saves memory on accelerators and has no use on a CPU. "
            "Use 'float32'."
        )
    try:
        return np.dtype(dtype).name
    except TypeError:
        raise ValueError(
            f"Unknown dtype {dtype!r}; use one of 'float32', 'float64', 'float16', 'int32', ..."
        ) from None


def _as_tuple(shape):
    return (shape,) if shape is None or isinstance(shape, (int, np.integer)) else tuple(shape)


def _unique(variables):
    """Return the variables without repeats, in order."""
    return list({id(v): v for v in variables}.values())


def _is_shape(value):
    return isinstance(value, (tuple, list)) and all(
        d is None or isinstance(d, (int, np.integer)) for d in value
    )


def _map_shapes(function, shapes):
    """Apply `function` to each shape in a nested structure of shapes."""
    if _is_shape(shapes) and not (isinstance(shapes, list) and not shapes):
        return function(tuple(shapes))
    if isinstance(shapes, dict):
        return {key: _map_shapes(function, part) for key, part in shapes.items()}
    return type(shapes)(_map_shapes(function, part) for part in shapes)


def _shapes_of(inputs):
    """Return the shape of one input, or the shapes of several in the same nesting."""
    if isinstance(inputs, (list, tuple)):
        return [_shapes_of(part) for part in inputs]
    if isinstance(inputs, dict):
        return {key: _shapes_of(part) for key, part in inputs.items()}
    return None if inputs is None else tuple(getattr(inputs, "shape", np.shape(inputs)))


def _masks_of(inputs):
    """Return the list of masks of several inputs, or None where none has one."""
    if isinstance(inputs, (list, tuple)):
        masks = [getattr(part, "mask", None) for part in inputs]
        return masks if any(m is not None for m in masks) else None
    return None


def _with_masks(outputs, masks):
    """Attach masks to output tensors; an output that is an input is wrapped anew first."""
    if isinstance(outputs, (list, tuple)):
        masks = masks if isinstance(masks, (list, tuple)) else [masks] * len(outputs)
        return type(outputs)(_with_masks(o, m) for o, m in zip(outputs, masks, strict=False))
    if isinstance(outputs, Tensor) and outputs.mask is not masks:
        logits = outputs.logits
        outputs = wrap(outputs.data, outputs._node, outputs._index)
        outputs.logits = logits
        outputs.mask = masks
    return outputs


def _tensors_in(value):
    """Return keyword data as tensors: arrays are wrapped, everything else is left alone."""
    if isinstance(value, (list, tuple)) and any(isinstance(v, (np.ndarray, Tensor)) for v in value):
        return type(value)(_tensors_in(v) for v in value)
    return wrap(value) if isinstance(value, np.ndarray) else value


def _describe(inputs):
    """Return 'an input of shape (32, 10)' or 'inputs of shapes [...]'."""
    shapes = _shapes_of(inputs)
    several = isinstance(inputs, (list, tuple, dict))
    return f"inputs of shapes {shapes}" if several else f"an input of shape {shapes}"
