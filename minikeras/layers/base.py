"""Layer: a function with weights.

A layer is built (its weights are made) when it first sees the shape of its input, and called on
arrays and tensors, where it computes, or on symbolic tensors, where it records a node of the
functional graph and only works out the shape of its result.
"""

import warnings

import numpy as np

from .. import activations, regularizers
from .. import config as settings
from ..autograd import Tensor
from ..configurable import Configurable, init_parameters, serialize_value
from ..registry import Registry, suggest
from ..utils.class_names import keras_2_snake_case
from ..utils.nest import as_list, flatten, map_structure
from .call_history import CallHistory
from .construction import LayerMeta
from .context import context, direct_call, phase
from .dtypes import dtype_name
from .extra_losses import LossHolder
from .inputs import (
    as_masks,
    check_inputs,
    checked_batch_shape,
    is_shape,
    located,
    map_shapes,
    masks_of,
    shapes_of,
    to_outputs,
    to_tensor_arguments,
    to_tensors,
    with_masks,
)
from .names import unique_name
from .signature import (
    call_signature,
    names_activity_regularizer,
    overrides,
    required_shapes,
    shape_parameters,
)
from .symbolic import KerasTensor, is_symbolic
from .symbolic_call import call_symbolically, infer_call
from .weights import KerasVariable, trainable_changes

__all__ = ["KerasVariable", "Layer", "register", "registry", "trainable_changes"]

registry = Registry("layer")
register = registry.register
activations.registry.understand(registry)  # a layer may be the activation of another

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


class Layer(Configurable, LossHolder, CallHistory, metaclass=LayerMeta):
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
        autocast: whether floating inputs are cast to the layer's type.

    Raises:
        TypeError: an argument that no layer of the class knows.
    """

    supports_masking = False
    stateful = False
    input_spec = None
    # A layer may take a mask that its caller gives, yet not heed the one that comes with the data.
    _heeds_carried_mask = True

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
        LossHolder.__init__(self, trainable)
        CallHistory.__init__(self)
        self.name = name or unique_name(keras_2_snake_case(type(self).__name__))
        self._dtype = dtype_name(dtype or input_dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.autocast = autocast
        self.built = False
        self._being_built = False
        self._build_shapes = None
        self._initial_weights = weights
        if batch_input_shape is None and (input_shape is not None or input_dim is not None):
            sample = (input_dim,) if input_shape is None else _as_tuple(input_shape)
            batch_input_shape = (batch_size, *sample)
        if batch_input_shape is not None:
            self.batch_input_shape = checked_batch_shape(batch_input_shape)

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

    def call(self, inputs):
        """Compute the output; to be overridden."""
        return inputs

    def compute_output_shape(self, input_shape):
        """Return the shape of the output for inputs of `input_shape`.

        Where a subclass does not say, the layer is run on dummies of two batch sizes. To one that
        says, and asks its base class first, this is the input's shape, as in Keras 2.
        """
        says_itself = overrides(type(self), Layer, "compute_output_shape")
        if says_itself or not overrides(type(self), Layer, "call"):
            return input_shape
        return self._try_output_shape(input_shape)

    def _try_output_shape(self, input_shape):
        """Return the shape of the output, found by running the layer on dummies."""
        symbols = map_shapes(lambda s: KerasTensor(s, self.compute_dtype), input_shape)
        return map_structure(lambda t: t.shape, infer_call(self, (symbols,), {}))

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
    # Types
    # -----------------------------------------------------------------------------------------
    @property
    def dtype(self):
        """Name of the type that the layer computes in and makes its weights of."""
        return self._dtype or settings.floatx()

    @dtype.setter
    def dtype(self, value):
        self._dtype = dtype_name(value)

    @property
    def compute_dtype(self):
        """Name of the type that the layer computes in."""
        return self.dtype

    @property
    def variable_dtype(self):
        """Name of the type of the weights."""
        return self.dtype

    # -----------------------------------------------------------------------------------------
    # Building
    # -----------------------------------------------------------------------------------------
    def _build_on_call(self, inputs, args=(), kwargs=None):
        """Build for the inputs of a call, symbolic or not."""
        names = shape_parameters(type(self))
        if len(names) < 2:
            self.build(shapes_of(inputs))
            return
        arguments = call_signature(type(self)).by_name(inputs, args, kwargs or {})
        shapes = {f"{name}_shape": shapes_of(a) for name, a in arguments.items() if a is not None}
        missing = [name for name in required_shapes(type(self)) if name not in shapes]
        if missing:
            raise TypeError(
                f"Layer {self.name!r} ({type(self).__name__}) takes several inputs, and was called "
                f"without {', '.join(name.removesuffix('_shape') for name in missing)}."
            )
        self.build(**{name: shapes[name] for name in names if name in shapes})

    def _after_build(self, args, kwargs):
        """Note that `build` is through; set the weights given to the constructor."""
        self.built = True
        self._build_shapes = (args, kwargs)
        if self._initial_weights is not None:
            initial, self._initial_weights = self._initial_weights, None
            self.set_weights(initial)

    def get_build_config(self):
        """Return the shapes that the layer was built for, None if it was not built for any."""
        if self._build_shapes is None:
            return None
        args, kwargs = self._build_shapes
        if kwargs or len(args) > 1:
            return {**dict(zip(shape_parameters(type(self)), args)), **kwargs}
        return {"input_shape": args[0]} if args else None

    def build_from_config(self, config):
        """Build for the shapes that `get_build_config` returned."""
        shapes = {key: _as_shapes(shape) for key, shape in config.items()}
        if set(shapes) == {"input_shape"}:
            self.build(shapes["input_shape"])
        else:
            self.build(**shapes)

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
    # Calling
    # -----------------------------------------------------------------------------------------
    def __call__(self, *args, **kwargs):
        """Apply the layer to arrays, tensors or symbolic tensors.

        Further arguments go to `call`; `training` and `mask` are understood by every layer: None
        stands for the phase of the surrounding pass, and for the mask that came with the inputs.
        """
        inputs, args, kwargs = self._sort_arguments(args, kwargs)
        if is_symbolic(inputs) or (args and is_symbolic(args)) or (kwargs and is_symbolic(kwargs)):
            return call_symbolically(self, inputs, args, kwargs)
        dtype = self.compute_dtype if self.autocast else None
        inputs = self._to_tensors(inputs)
        args = tuple(to_tensor_arguments(a, dtype, self) for a in args)
        kwargs = {key: to_tensor_arguments(a, dtype, self) for key, a in kwargs.items()}
        if self.input_spec is not None:
            check_inputs(self, inputs)
        with direct_call():
            return self.run(inputs, args, kwargs)

    def _sort_arguments(self, args, kwargs):
        """Return (inputs, further positional arguments, keyword arguments)."""
        if len(args) > 1:
            return args[0], *call_signature(type(self)).phase_by_name(args[1:], kwargs)
        if args:
            return args[0], (), kwargs
        first = call_signature(type(self)).first
        if first not in kwargs:
            raise TypeError(
                f"Layer {self.name!r} ({type(self).__name__}) must be called on its inputs."
            )
        return kwargs.pop(first), (), kwargs

    def _to_tensors(self, inputs):
        """Return inputs as tensors, floats in the layer's type."""
        return to_tensors(inputs, self.compute_dtype if self.autocast else None, self)

    def run(self, inputs, args=(), kwargs=None):
        """Compute on tensors: build if need be, pass phase and mask on, gather extra losses.

        This is the one way through which both a direct call and the functional graph go.
        """
        if not self.built:
            self._build_on_call(inputs, args, kwargs)
        if self._call_losses:
            self._forget_old_losses()
        takes = call_signature(type(self))
        kwargs = dict(kwargs) if kwargs else {}
        mask = inputs.mask if type(inputs) is Tensor else masks_of(inputs)
        if kwargs or mask is not None or takes.other_masks:
            mask = self._pass_masks(takes, mask, inputs, args, kwargs)
        if takes.training and kwargs.get("training") is None:
            kwargs["training"] = context.training
        try:
            outputs = self._compute(inputs, *args, **kwargs)
        except (ValueError, TypeError) as error:
            raise located(error, self, inputs) from error
        if type(outputs) is not Tensor:
            outputs = to_outputs(outputs)
        if mask is not None or overrides(type(self), Layer, "compute_mask"):
            outputs = with_masks(outputs, self.compute_mask(inputs, mask))
        if self.activity_regularizer is not None:
            for output in flatten(outputs):
                self._note_loss(self.activity_regularizer(output))
        return outputs

    def _compute(self, inputs, *args, **kwargs):
        """Run `call`, with `training=` made the phase of the layers inside as well."""
        training = kwargs.get("training")
        if training is not None and not call_signature(type(self)).takes("training"):
            del kwargs["training"]
        if training is None or training == context.training:
            return self.call(inputs, *args, **kwargs)
        with phase(training):
            return self.call(inputs, *args, **kwargs)

    def _pass_masks(self, takes, mask, inputs, args, kwargs):
        """Put the masks that `call` takes into `kwargs`; return the mask of the inputs."""
        given = as_masks(kwargs.get("mask"))
        if given is not None:
            mask = kwargs["mask"] = given
        elif takes.mask and self._heeds_carried_mask:
            kwargs["mask"] = mask
        if not takes.takes("mask"):
            kwargs.pop("mask", None)
        if takes.other_masks:
            arguments = takes.by_name(inputs, args, kwargs)
            for name in takes.other_masks:
                if arguments.get(name) is None:
                    kwargs[name] = masks_of(arguments.get(name[: -len("_mask")]))
        return mask

    def compute_output_spec(self, inputs, *args, **kwargs):
        """Return new symbolic tensors for what the layer gives on symbolic arguments."""
        extras = is_symbolic(args) or is_symbolic(kwargs)
        explicit = overrides(type(self), Layer, "compute_output_shape") and not extras
        if overrides(type(self), Layer, "call") and not explicit:
            return infer_call(self, (inputs, *args), kwargs)
        shapes = self.compute_output_shape(shapes_of(inputs))
        first = next((t for t in flatten(inputs) if hasattr(t, "dtype")), None)
        floats = first is None or np.dtype(first.dtype).kind in "fc"
        if floats and all(layer.built for layer in self._sublayers()):
            return map_shapes(lambda s: KerasTensor(s, self.compute_dtype), shapes)
        # Running the layer tells what becomes of whole numbers, and builds the layers inside.
        types = iter(flatten(infer_call(self, (inputs, *args), kwargs)))
        return map_shapes(lambda s: KerasTensor(s, next(types).dtype), shapes)

    # -----------------------------------------------------------------------------------------
    # Config
    # -----------------------------------------------------------------------------------------
    def get_config(self):
        """Return the constructor arguments as a JSON-ready dictionary."""
        config = {"name": self.name, "trainable": self._trainable, "dtype": self.dtype}
        if getattr(self, "batch_input_shape", None) is not None:
            config["batch_input_shape"] = self.batch_input_shape
        if self.activity_regularizer is not None or names_activity_regularizer(type(self), Layer):
            config["activity_regularizer"] = serialize_value(self.activity_regularizer)
        for key, value in super().get_config().items():
            if key not in _BASE_ARGUMENTS or (key not in config and key == "input_dim"):
                config[key] = value
        return config

    def __getstate__(self):
        """Return what a copy, or a pickle, keeps: all but the place in functional graphs."""
        state = dict(vars(self))
        state.update(_inbound_nodes=[], _outbound_nodes=[], _call_losses=[])
        return state

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}, built={self.built}>"


# ---------------------------------------------------------------------------------------------
# Small helpers
# ---------------------------------------------------------------------------------------------
def _as_tuple(shape):
    return (shape,) if shape is None or isinstance(shape, (int, np.integer)) else tuple(shape)


def _as_shapes(value):
    """Return shapes read from JSON, where tuples have become lists."""
    return tuple(value) if is_shape(value) else map_shapes(tuple, value)
