"""Questions to layers and models, under their path of Keras 2: `keras.utils.layer_utils`."""

import numpy as np

from ..engine.summary import print_summary
from ..layers.input_layer import InputLayer
from ..layers.symbolic import KerasTensor
from .conv_utils import convert_kernel
from .nest import flatten

__all__ = [
    "convert_all_kernels_in_model",
    "convert_dense_weights_data_format",
    "count_params",
    "get_source_inputs",
    "is_keras_tensor",
    "print_summary",
]

_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose")


def count_params(weights):
    """Return how many numbers a list of variables or arrays holds; one listed twice counts once."""
    distinct = {id(w): w for w in weights}
    return sum(int(np.prod(w.shape)) for w in distinct.values())


def is_keras_tensor(x):
    """Return whether `x` is symbolic: made by `Input` or by a layer or operation on such."""
    return isinstance(x, KerasTensor)


def get_source_inputs(tensor, layer=None, node_index=None):
    """Return the `Input` tensors that a symbolic tensor (or a list of them) depends on.

    Args:
        tensor: symbolic tensor or nested lists of them; anything else is returned as it is.
        layer: layer whose call made it, if it is another one than the tensor knows.
        node_index: which of the layer's calls, if `layer` is given.

    Returns:
        A list in the order in which the inputs are met on the way back, each once.
    """
    if layer is not None and node_index is not None and layer._inbound_nodes:
        waiting = _inputs_of(layer, node_index) or [tensor]
    else:
        waiting = flatten(tensor)
        if not all(isinstance(t, KerasTensor) for t in waiting):
            return tensor
    found, seen = {}, set()
    waiting = waiting[::-1]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        maker, index, _ = current.history
        before = _inputs_of(maker, index)
        if before is None:
            found[id(current)] = current
        else:
            waiting.extend(before[::-1])
    return list(found.values())


def _inputs_of(layer, node_index):
    """Return what a layer was called on, or None for an Input."""
    return None if isinstance(layer, InputLayer) else layer._inbound_nodes[node_index].inputs


def convert_all_kernels_in_model(model):
    """Turn all convolution kernels of a model around, in place.

    Theano convolved with kernels turned by 180 degrees: this makes weights trained there fit,
    and weights from here fit there. Layers of nested models are turned too.
    """
    for layer in model.layers:
        if hasattr(layer, "layers"):
            convert_all_kernels_in_model(layer)
        elif type(layer).__name__ in _CONVOLUTIONS:
            layer.kernel.assign(convert_kernel(np.asarray(layer.kernel.data)))


def convert_dense_weights_data_format(
    dense, previous_feature_map_shape, target_data_format="channels_first"
):
    """Reorder a Dense layer's kernel, in place, for images of the other data format.

    Flattening an image gives its numbers in another order when its channels come first; the rows
    of the kernel of the Dense layer behind a `Flatten` have to follow.

    Args:
        dense: the Dense layer, built.
        previous_feature_map_shape: shape of the image before the `Flatten`, without the batch
            axis, as it will be: in `target_data_format`.
        target_data_format: 'channels_first' if the images change from 'channels_last' to it, or
            'channels_last' for the reverse.

    Raises:
        ValueError: the shape does not fit the kernel, or the format is unknown.
    """
    if target_data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            "target_data_format is 'channels_first' or 'channels_last', not "
            f"{target_data_format!r}."
        )
    weights = dense.get_weights()
    kernel, shape = weights[0], tuple(previous_feature_map_shape)
    if len(shape) != 3 or np.prod(shape) != len(kernel):
        raise ValueError(
            f"An image of shape {shape} does not flatten to the {len(kernel)} inputs of the layer "
            f"{dense.name!r}."
        )
    units = kernel.shape[1]
    if target_data_format == "channels_first":
        channels, rows, columns = shape
        turned = kernel.reshape(rows, columns, channels, units).transpose(2, 0, 1, 3)
    else:
        rows, columns, channels = shape
        turned = kernel.reshape(channels, rows, columns, units).transpose(1, 2, 0, 3)
    dense.set_weights([turned.reshape(-1, units), *weights[1:]])
