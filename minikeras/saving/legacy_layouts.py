"""Arrays of one layer as older files hold them, turned into today's layout.

Keras 1 stored gates one by one and kernels channels first; Theano computed true convolutions, so
that its kernels are flipped; CuDNN layers hold transposed kernels and two biases. Each function
takes a list of arrays and returns one. The facts are those of Keras 2.1.5's own conversions.
"""

import numpy as np

from ..utils.nest import as_list
from .legacy_order import matching_order, saved_order
from .versions import major

_CONVOLUTIONS = {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D"}
# How the gates of Keras 1 follow one another: input, cell, forget, output; later ones: i, f, c, o.
_LSTM_1_TO_2 = (0, 2, 1, 3)


def convert(layer, arrays, version, backend, names=None):
    """Return the arrays of one layer in today's layout.

    Args:
        layer: the layer they are for, built; a model within the model has its layers' arrays.
        arrays: list of arrays in the file's order.
        names: list of their names, by which those of a model are told apart.
        version: the Keras version of the file, a text; backend: "tensorflow", "theano", ..., or
            None where the file does not say.

    Raises:
        ValueError: the arrays fit no layout that is known.
    """
    kind = _kind(layer)
    if kind == "Bidirectional":
        half = len(arrays) // 2
        return convert(layer.forward_layer, arrays[:half], version, backend) + convert(
            layer.backward_layer, arrays[half:], version, backend
        )
    if kind == "TimeDistributed":
        return convert(layer.layer, arrays, version, backend, names)
    if kind in ("Model", "Sequential"):
        return _convert_model(layer, list(arrays), version, backend, names)
    if major(version) == 1:
        arrays = _from_keras_1(layer, kind, arrays)
    if kind in _CONVOLUTIONS and arrays:
        arrays = _convolution(layer, kind, arrays, backend)
    if kind in ("LSTM", "CuDNNLSTM") and len(arrays) == 3:
        arrays = _lstm(layer, kind, arrays)
    if kind in ("GRU", "CuDNNGRU") and len(arrays) == 3:
        arrays = _gru(layer, kind, arrays)
    return arrays


def needs_conversion(layer, version, backend):
    """Return whether `convert` may change arrays of a layer, or of a layer inside it."""
    kinds = {_kind(layer)} | {_kind(part) for part in _parts(layer)}
    if kinds & {"LSTM", "CuDNNLSTM", "GRU", "CuDNNGRU"}:
        return True
    flipped = major(version) == 1 or backend == "theano"
    return flipped and bool(kinds & (_CONVOLUTIONS | {"Model", "Sequential"}))


def _kind(layer):
    """Return the name of the nearest class that the conversions know, the class's own if none."""
    for cls in type(layer).__mro__:
        if cls.__name__ in _CONVOLUTIONS or cls.__name__ in (
            "Bidirectional",
            "TimeDistributed",
            "CuDNNLSTM",
            "CuDNNGRU",
            "LSTM",
            "GRU",
            "Sequential",
            "Model",
        ):
            return cls.__name__
    return type(layer).__name__


def _parts(layer):
    found = []
    for part in layer._sublayers():
        found.append(part)
        found.extend(_parts(part))
    return found


# -----------------------------------------------------------------------------------------------
# A model within the model
# -----------------------------------------------------------------------------------------------
def _convert_model(model, arrays, version, backend, names):
    """Convert the arrays of each layer of a model; each stays in its place."""
    parts = _leaves(model)
    if major(version) == 1 and len(arrays) != len(saved_order(model)):
        return _convert_gates(model, parts, arrays, version, backend)
    if names is None or len(names) != len(arrays):
        names = [""] * len(arrays)
    place = {id(v): i for i, v in enumerate(matching_order(model, names, None))}
    if len(place) != len(arrays):
        return arrays  # what does not fit is told where the shapes are compared
    for part in parts:
        places = [place[id(v)] for v in saved_order(part) if id(v) in place]
        for i, array in zip(places, convert(part, [arrays[i] for i in places], version, backend)):
            arrays[i] = array
    return arrays


def _convert_gates(model, parts, arrays, version, backend):
    """Convert a model whose recurrent layers have three arrays per gate, as Keras 1 stored them."""
    counts = [_count_in_keras_1(part) for part in parts]
    fixed = [len(part.non_trainable_weights) for part in parts]
    if sum(counts) + sum(fixed) != len(arrays):
        return arrays
    rest, first, last = [], [], []
    for part, count in zip(parts, counts):
        own, arrays = arrays[:count], arrays[count:]
        rest.append((part, own))
    for (part, own), count in zip(rest, fixed):
        both, arrays = [*own, *arrays[:count]], arrays[count:]
        made = convert(part, both, version, backend)
        first += made[: len(made) - count]
        last += made[len(made) - count :]
    return first + last


def _count_in_keras_1(layer):
    kind = _kind(layer)
    if kind == "Bidirectional":
        return 2 * _count_in_keras_1(layer.forward_layer)
    if kind == "TimeDistributed":
        return _count_in_keras_1(layer.layer)
    return {"LSTM": 12, "ConvLSTM2D": 12, "GRU": 9}.get(kind, len(layer.trainable_weights))


def _leaves(model):
    """Return the layers of a model that are no models, in its order."""
    found = []
    for layer in model.layers:
        found += _leaves(layer) if _kind(layer) in ("Model", "Sequential") else [layer]
    return list({id(layer): layer for layer in found if layer.weights}.values())


# -----------------------------------------------------------------------------------------------
# Keras 1
# -----------------------------------------------------------------------------------------------
def _from_keras_1(layer, kind, arrays):
    if not arrays:
        return arrays
    first = arrays[0]
    channels_first = getattr(layer, "data_format", None) == "channels_first"
    if kind == "Conv1D" and first.ndim == 4:
        length = as_list(layer.kernel_size)[0]
        if first.shape[:2] != (length, 1) or first.shape[3] != layer.filters:
            first = first.transpose(2, 3, 1, 0)  # (filters, channels, length, 1) of Keras 1.1
        return [first[:, 0], *arrays[1:]]
    if kind == "Conv2D" and channels_first and first.ndim == 4:
        return [first.transpose(2, 3, 1, 0), *arrays[1:]]
    if kind == "Conv2DTranspose" and first.ndim == 4:
        axes = (2, 3, 0, 1) if channels_first else (0, 1, 3, 2)
        return [first.transpose(axes), *arrays[1:]]
    if kind == "Conv3D" and channels_first and first.ndim == 5:
        return [first.transpose(2, 3, 4, 1, 0), *arrays[1:]]
    if kind == "GRU" and len(arrays) == 9:
        return _joined(arrays, (0, 1, 2))
    if kind in ("LSTM", "ConvLSTM2D") and len(arrays) == 12:
        kernel, recurrent, bias = _joined(arrays, _LSTM_1_TO_2)
        if kind == "ConvLSTM2D" and channels_first:
            kernel, recurrent = (k.transpose(2, 3, 1, 0) for k in (kernel, recurrent))
        return [kernel, recurrent, bias]
    return arrays


def _joined(arrays, order):
    """Return [kernel, recurrent kernel, bias] from three arrays per gate."""
    return [np.concatenate([arrays[3 * gate + i] for gate in order], axis=-1) for i in range(3)]


# -----------------------------------------------------------------------------------------------
# Convolutions
# -----------------------------------------------------------------------------------------------
def _convolution(layer, kind, arrays, backend):
    count = 2 if kind == "ConvLSTM2D" else 1
    kernels, rest = list(arrays[:count]), list(arrays[count:])
    if backend == "theano":
        kernels = [_flipped(k) for k in kernels]
    wanted = layer.weights[0].shape if layer.weights else None
    if wanted is not None and kernels[0].shape != wanted and kernels[0].ndim == 4:
        turned = [k.transpose(3, 2, 0, 1) for k in kernels]
        if turned[0].shape == wanted:
            kernels = turned
    return kernels + rest


def _flipped(kernel):
    """Return a kernel turned round along its space axes, which come first."""
    return kernel[(slice(None, None, -1),) * (kernel.ndim - 2)]


# -----------------------------------------------------------------------------------------------
# Recurrent layers
# -----------------------------------------------------------------------------------------------
def _lstm(layer, kind, arrays):
    kernel, recurrent, bias = arrays
    units = recurrent.shape[0]
    from_cudnn = bias.shape == (8 * units,)
    if not from_cudnn and bias.shape != (4 * units,):
        return arrays
    if from_cudnn == (_bias_shape(layer) == (8 * units,)):
        return arrays
    kernels = [_turned(kernel, 4, from_cudnn), _transposed(recurrent, 4)]
    if from_cudnn:
        return [*kernels, bias[: 4 * units] + bias[4 * units :]]
    return [*kernels, np.tile(bias * bias.dtype.type(0.5), 2)]


def _gru(layer, kind, arrays):
    kernel, recurrent, bias = arrays
    units = recurrent.shape[0]
    wanted = _bias_shape(layer)
    forms = {(6 * units,): "CuDNN", (2, 3 * units): "after", (3 * units,): "before"}
    source, target = forms.get(bias.shape), forms.get(wanted)
    if source is None or target is None or source == target:
        return arrays
    if "before" in (source, target):
        raise ValueError(
            f"the GRU layer {layer.name!r} resets its state "
            f"{'before' if target == 'before' else 'after'} the product, but the saved one does "
            "it the other way round: set reset_after= accordingly"
        )
    from_cudnn = source == "CuDNN"
    return [
        _turned(kernel, 3, from_cudnn),
        _transposed(recurrent, 3),
        bias.reshape((2, -1) if from_cudnn else -1),
    ]


def _bias_shape(layer):
    return layer.weights[-1].shape if layer.weights else None


def _turned(kernel, gates, from_cudnn):
    """Return the input kernels of all gates, between row-wise and column-wise storage."""
    order = "F" if from_cudnn else "C"
    return np.hstack([k.T.reshape(k.shape, order=order) for k in np.hsplit(kernel, gates)])


def _transposed(kernel, gates):
    return np.hstack([k.T for k in np.hsplit(kernel, gates)])
