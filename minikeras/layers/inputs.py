"""What a layer is given: arrays made tensors, shapes, masks, and checks against `input_spec`."""

import numpy as np

from .. import ops
from ..autograd import Tensor, Variable
from ..autograd.tensor import wrap
from ..utils.nest import as_list, flatten
from .input_spec import InputSpec


def to_tensors(inputs, dtype, layer):
    """Return inputs as tensors; floats are cast to `dtype`, whole numbers and booleans are kept.

    Args:
        inputs: an array, tensor or Python list of numbers; lists and dictionaries of those.
        dtype: name of the type for floats, None to keep each as it is.
        layer: who asks, for messages.

    Raises:
        TypeError: data that are no numbers.
    """
    if isinstance(inputs, (list, tuple)) and not _is_number_list(inputs):
        return type(inputs)(to_tensors(part, dtype, layer) for part in inputs)
    if isinstance(inputs, dict):
        return {key: to_tensors(part, dtype, layer) for key, part in inputs.items()}
    if inputs is None:
        return None
    if not isinstance(inputs, Tensor):
        array = np.asarray(inputs)
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"Layer {layer.name!r} ({type(layer).__name__}) got data of type {array.dtype}; "
                f"it needs numbers. Given: {_shortened(inputs)}."
            )
        inputs = wrap(array)
    if dtype is not None and inputs.data.dtype.kind == "f" and inputs.data.dtype != dtype:
        return with_mask(ops.cast(inputs, dtype), inputs.mask)
    return inputs


def _is_number_list(value):
    """Return whether a list holds numbers, or lists of them, and no array or tensor."""
    leaves = flatten(value)
    return bool(leaves) and all(isinstance(leaf, (int, float, bool)) for leaf in leaves)


def _shortened(value):
    text = repr(value).replace("\n", " ")
    return text if len(text) <= 60 else text[:57] + "..."


def to_tensor_arguments(value, dtype, layer):
    """Return a further argument of a call: arrays as `to_tensors` has them, others as they are."""
    if isinstance(value, (list, tuple)) and any(isinstance(v, (np.ndarray, Tensor)) for v in value):
        return type(value)(to_tensor_arguments(v, dtype, layer) for v in value)
    if isinstance(value, (np.ndarray, Tensor)) and not isinstance(value, Variable):
        return to_tensors(value, dtype, layer)
    return value


def to_outputs(outputs):
    """Return what `call` gave as tensors: NumPy arrays and numbers are wrapped."""
    if isinstance(outputs, (list, tuple)):
        return type(outputs)(to_outputs(part) for part in outputs)
    if isinstance(outputs, dict):
        return {key: to_outputs(part) for key, part in outputs.items()}
    if outputs is None or isinstance(outputs, Tensor):
        return outputs
    return Tensor(outputs)


# ---------------------------------------------------------------------------------------------
# Shapes
# ---------------------------------------------------------------------------------------------
def shapes_of(inputs):
    """Return the shape of one input; a list or dictionary of shapes for several."""
    if isinstance(inputs, (list, tuple)):
        return [shapes_of(part) for part in inputs]
    if isinstance(inputs, dict):
        return {key: shapes_of(part) for key, part in inputs.items()}
    return None if inputs is None else tuple(getattr(inputs, "shape", np.shape(inputs)))


def checked_batch_shape(shape):
    """Return a batch shape as a tuple of ints and None.

    Raises:
        ValueError: a size is neither a whole number of at least 0 nor None.
    """
    if not isinstance(shape, (tuple, list)) or not all(map(_is_size, shape)):
        raise ValueError(
            "A shape is a tuple of whole numbers, with None where a size may vary. With the batch "
            f"axis in front this one is {shape!r}."
        )
    return tuple(None if size is None else int(size) for size in shape)


def _is_size(size):
    if size is None:
        return True
    return isinstance(size, (int, np.integer)) and not isinstance(size, bool) and size >= 0


def is_shape(value):
    """Return whether a value is one shape: a tuple or list of sizes and None."""
    return isinstance(value, (tuple, list)) and all(
        d is None or isinstance(d, (int, np.integer)) for d in value
    )


def map_shapes(function, shapes):
    """Apply `function` to each shape in a nested structure of shapes."""
    if is_shape(shapes) and (isinstance(shapes, tuple) or shapes):
        return function(tuple(shapes))
    if isinstance(shapes, dict):
        return {key: map_shapes(function, part) for key, part in shapes.items()}
    if isinstance(shapes, (list, tuple)):
        return type(shapes)(map_shapes(function, part) for part in shapes)
    raise ValueError(f"{shapes!r} is no shape: a shape is a tuple of sizes, None where unknown.")


# ---------------------------------------------------------------------------------------------
# Masks
# ---------------------------------------------------------------------------------------------
def masks_of(inputs):
    """Return the mask that came with an input, or the list of those of several; None for none."""
    if isinstance(inputs, (list, tuple)):
        masks = [masks_of(part) for part in inputs]
        return masks if any(m is not None for m in masks) else None
    return getattr(inputs, "mask", None)


def as_masks(masks):
    """Return masks that a user gave as boolean arrays: a list where they are for several inputs."""
    several = isinstance(masks, (list, tuple))
    if several and any(m is None or hasattr(m, "shape") for m in masks):
        return [as_masks(m) for m in masks]
    if masks is None:
        return None
    return np.asarray(masks.data if isinstance(masks, Tensor) else masks, bool)


def with_mask(tensor, mask):
    """Return the tensor with a mask on it; one that had another mask stays as it was."""
    if tensor.mask is mask:
        return tensor
    logits = tensor.logits
    tensor = wrap(tensor.data, tensor._node, tensor._index)
    tensor.logits, tensor.mask = logits, mask
    return tensor


def with_masks(outputs, masks):
    """Return outputs with their masks on them; a single mask goes to all of several outputs."""
    if isinstance(outputs, (list, tuple)):
        several = isinstance(masks, (list, tuple))
        masks = masks if several else [masks] * len(outputs)
        return type(outputs)(with_masks(o, m) for o, m in zip(outputs, masks, strict=True))
    if not isinstance(outputs, Tensor):
        return outputs
    return with_mask(outputs, masks.data if isinstance(masks, Tensor) else masks)


# ---------------------------------------------------------------------------------------------
# Checks
# ---------------------------------------------------------------------------------------------
def check_inputs(layer, inputs):
    """Hold inputs against a layer's `input_spec`.

    Raises:
        ValueError: number, rank, sizes or type do not fit; the message names layer and shapes.
    """
    specs, given = as_list(layer.input_spec), flatten(inputs)
    if isinstance(layer.input_spec, dict):
        specs = [layer.input_spec[key] for key in sorted(layer.input_spec, key=str)]
    if len(specs) > 1 and len(specs) != len(given):
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) takes {len(specs)} inputs, but got "
            f"{len(given)}."
        )
    for spec, value in zip(specs, given, strict=False):
        if value is None and len(specs) == 1:
            raise ValueError(
                f"Layer {layer.name!r} ({type(layer).__name__}) was called on None, not on data. "
                "Does a function before it lack its return statement?"
            )
        if not isinstance(spec, InputSpec) or not hasattr(value, "shape"):
            continue
        wanted = spec.problem(value.shape, value.dtype)
        if wanted is not None:
            raise ValueError(
                f"Layer {layer.name!r} ({type(layer).__name__}) expects an input of {wanted}, "
                f"but got shape {tuple(value.shape)}."
            )


def located(error, layer, inputs):
    """Return an error with the layer's name and its inputs' shapes added, once."""
    if getattr(error, "layer", None) is not None:
        return error
    what = "inputs of shapes" if isinstance(inputs, (list, tuple, dict)) else "an input of shape"
    try:
        found = type(error)(
            f"{error}\n  in layer {layer.name!r} ({type(layer).__name__}), called on {what} "
            f"{shapes_of(inputs)}"
        )
    except TypeError:  # an exception class with a signature of its own
        return error
    found.layer = layer.name
    return found
