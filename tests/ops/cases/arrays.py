"""Cases: shapes, joining and splitting, indexing, signals, loops."""

import numpy as np

from . import Case
from .values import bools, distinct, ints, normal


def _putitem(g, key, shape):
    y = np.zeros(shape, g.dtype)
    np.add.at(y, key, g)
    return y


def _add_rows(values, indices, rows):
    return _putitem(values, indices, (rows, *values.shape[1:]))


def _scatter(indices, values, shape):
    return _putitem(values, tuple(np.moveaxis(indices, -1, 0)), shape)


def _scatter_update(inputs, indices, updates, reduction=None):
    y, key = inputs.copy(), tuple(np.moveaxis(indices, -1, 0))
    if reduction is None:
        y[key] = updates
        return y
    function = {"add": np.add, "sub": np.subtract, "max": np.maximum, "mul": np.multiply}
    function[reduction].at(y, key, updates)
    return y


def _write(inputs, updates, key):
    y = inputs.copy()
    y[key] = updates
    return y


def _pad(x, pad_width, value=0):
    return np.pad(x, pad_width, constant_values=value)


def _windows(x, length, stride):
    return np.lib.stride_tricks.sliding_window_view(x, length, axis=-1)[..., ::stride, :]


def _rnn(step, inputs, states, backwards=False, mask=None):
    """Run the step of the case below in plain NumPy."""
    state, outputs = states[0], []
    times = range(inputs.shape[1])
    for t in reversed(times) if backwards else times:
        new = inputs[:, t] * 0.5 + np.tanh(state)
        state = new if mask is None else np.where(mask[:, t, None], new, state)
        outputs.append(state)
    return state, np.stack(outputs, 1), state


def _step(x, states):
    new = x * 0.5 + np.tanh(states[0])
    return new, [new]


def _join(function):
    return lambda *xs, axis: function(xs, axis=axis)


def _moments_of(x, mean, var, beta, gamma, epsilon=1e-3):
    y = (x - mean) / np.sqrt(var + epsilon)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


def _normalize_in_training(x, gamma, beta, axes, epsilon=1e-3):
    m, v = x.mean(axis=tuple(axes)), x.var(axis=tuple(axes))
    return _moments_of(x, m, v, beta, gamma, epsilon), m, v


_BOTH = (np.array([0, 2, 0]), np.array([1, 1, 1]))
_KEYS = [
    1,
    (slice(None), 2),
    (slice(None, None, -1), slice(1, None, 2)),
    (Ellipsis, None, 0),
    (None, slice(0, 2)),
    np.array([0, 2, 0]),
    _BOTH,
    (slice(None), np.array([[1, 3], [1, 1]])),
    (np.array([1, 1]), None, slice(1, 3)),
]
_WHERE = np.array([[0, 1], [2, 3], [0, 1]])
_APART = np.array([[0, 1], [2, 3], [1, 1]])


def _fourier(function):
    def transform(real, imag):
        z = function(real + 1j * imag)
        return z.real, z.imag

    return transform


def _rfft(x, n=None):
    z = np.fft.rfft(x, n)
    return z.real, z.imag


def _irfft(real, imag, n=None):
    return np.fft.irfft(real + 1j * imag, n)


def _space_to_depth(x, b, data_format="channels_last"):
    """Cut the pictures into blocks, one by one."""
    last = data_format == "channels_last"
    x = x if last else np.moveaxis(x, 1, -1)
    rows, columns = x.shape[1] // b, x.shape[2] // b
    y = np.zeros((len(x), rows, columns, b * b * x.shape[-1]))
    for i in range(rows):
        for j in range(columns):
            block = x[:, i * b : i * b + b, j * b : j * b + b]
            block = block if last else np.moveaxis(block, -1, 1)
            y[:, i, j] = block.reshape(len(x), -1)
    return y if last else np.moveaxis(y, -1, 1)


def _undo(function, *shape):
    """Return the inverse of a function that moves elements about."""

    def inverse(x, *args):
        places = function(np.arange(x.size, dtype="d").reshape(shape), *args)
        y = np.zeros(x.size)
        y[places.astype(int).ravel()] = x.ravel()
        return y.reshape(shape)

    return inverse


CASES = [
    Case("reshape", [normal(2, 6)], lambda x, newshape: x.reshape(newshape), {"newshape": (3, -1)}),
    Case("reshape", [normal(2, 6)], lambda x, newshape: x.reshape(newshape), {"newshape": -1}),
    Case("ravel", [normal(2, 3)], np.ravel),
    Case("transpose", [normal(2, 3, 4)], np.transpose),
    Case("transpose", [normal(2, 3, 4)], np.transpose, {"axes": (1, 2, 0)}),
    Case("transpose", [normal(2, 3, 4)], np.transpose, {"axes": (-1, 0, 1)}),
    Case("swapaxes", [normal(2, 3, 4)], np.swapaxes, {"axis1": 0, "axis2": -1}),
    Case("moveaxis", [normal(2, 3, 4)], np.moveaxis, {"source": 0, "destination": -1}),
    Case("moveaxis", [normal(2, 3, 4)], np.moveaxis, {"source": (0, 1), "destination": (2, 0)}),
    Case("expand_dims", [normal(2, 3)], np.expand_dims, {"axis": 1}),
    Case("expand_dims", [normal(2, 3)], np.expand_dims, {"axis": (0, -1)}),
    Case("squeeze", [normal(1, 2, 1)], np.squeeze),
    Case("squeeze", [normal(1, 2, 1)], np.squeeze, {"axis": -1}),
    Case("broadcast_to", [normal(2, 1)], np.broadcast_to, {"shape": (3, 2, 4)}),
    Case("broadcast_to", [normal()], np.broadcast_to, {"shape": (3, 2)}),
    Case("flip", [normal(2, 3)], np.flip),
    Case("flip", [normal(2, 3)], np.flip, {"axis": 1}),
    Case("rot90", [normal(2, 3)], np.rot90),
    Case("rot90", [normal(2, 3, 2)], np.rot90, {"k": 3, "axes": (1, 2)}),
    Case("roll", [normal(2, 3)], np.roll, {"shift": 2}),
    Case("roll", [normal(2, 3)], np.roll, {"shift": (1, -1), "axis": (0, 1)}),
    Case("tile", [normal(2, 3)], lambda x, repeats: np.tile(x, repeats), {"repeats": 2}),
    Case("tile", [normal(2, 3)], lambda x, repeats: np.tile(x, repeats), {"repeats": (2, 1, 3)}),
    Case("tile", [normal(2, 1, 3)], lambda x, repeats: np.tile(x, repeats), {"repeats": (2, 3)}),
    Case("repeat", [normal(2, 3)], np.repeat, {"repeats": 2}),
    Case("repeat", [normal(2, 3)], np.repeat, {"repeats": 3, "axis": -1}),
    Case("repeat", [normal(2, 3)], np.repeat, {"repeats": [2, 0, 1], "axis": 1}),
    Case("pad", [normal(2, 3)], _pad, {"pad_width": ((1, 0), (2, 1))}),
    Case("pad", [normal(2, 3)], _pad, {"pad_width": 1, "value": 4.0}),
    *(
        Case("pad_mirrored", [normal(3, 4)], np.pad, {"pad_width": ((1, 2), (2, 0)), "mode": mode})
        for mode in ("edge", "reflect", "symmetric", "wrap")
    ),
    Case("concatenate", [normal(2, 3), normal(1, 3)], _join(np.concatenate), {"axis": 0}),
    Case(
        "concatenate",
        [normal(2, 3), normal(2, 0), normal(2, 1)],
        _join(np.concatenate),
        {"axis": -1},
    ),
    Case("stack", [normal(2, 3), normal(2, 3, salt=1)], _join(np.stack), {"axis": 0}),
    Case("stack", [normal(2, 3), normal(2, 3, salt=1)], _join(np.stack), {"axis": -1}),
    Case("unstack", [normal(2, 3)], lambda x, axis: tuple(x.T), {"axis": 1}),
    Case("split", [normal(2, 6)], np.split, {"indices_or_sections": 3, "axis": 1}),
    Case("split", [normal(5, 2)], np.split, {"indices_or_sections": [1, 4]}),
    Case("array_split", [normal(5, 2)], np.array_split, {"indices_or_sections": 3}),
    *(Case("getitem", [normal(3, 4)], lambda x, key: x[key], {"key": key}) for key in _KEYS),
    Case("getitem", [normal(2, 3)], lambda x, key: x[key], {"key": bools(2, 3)}),
    Case("putitem", [normal(3)], _putitem, {"key": _BOTH, "shape": (3, 4)}),
    Case("putitem", [normal(3)], _putitem, {"key": (slice(None), 1), "shape": (3, 4)}),
    Case("take", [normal(3, 4), ints(2, 2, low=-3, high=3)], np.take, {"axis": 0}),
    Case("take", [normal(3, 4), np.array([3, 3, 0])], np.take, {"axis": -1}),
    Case("take", [normal(2, 3, 2), ints(2, 2, high=3)], np.take, {"axis": 1}),
    Case("take", [normal(3, 4), np.array([11, 0, 5, 5])], np.take),
    Case("embedding_lookup", [normal(4, 3), ints(2, 3, high=4)], lambda table, i: table[i]),
    Case("add_rows", [normal(4, 2), np.array([1, 0, 1, 4])], _add_rows, {"rows": 5}),
    Case("take_along_axis", [normal(3, 4), ints(3, 2, high=4)], np.take_along_axis, {"axis": 1}),
    Case("take_along_axis", [normal(3, 1), ints(2, 4, high=3)], np.take_along_axis, {"axis": 0}),
    Case(
        "take_along_axis",
        [normal(3, 4), ints(5, high=12)],
        lambda x, i: np.take_along_axis(x, i, axis=None),
    ),
    Case("scatter", [_WHERE, normal(3)], _scatter, {"shape": (3, 4)}),
    Case("scatter", [_WHERE[:, :1], normal(3, 2)], _scatter, {"shape": (3, 2)}),
    Case("scatter_update", [normal(3, 4), _APART, normal(3)], _scatter_update),
    *(
        Case("scatter_update", [normal(3, 4), _WHERE, normal(3)], _scatter_update, {"reduction": r})
        for r in ("add", "sub")
    ),
    *(
        Case(
            "scatter_update",
            [normal(3, 4), _WHERE, normal(3)],
            _scatter_update,
            {"reduction": r},
            gradient="refused",
        )
        for r in ("max", "mul")
    ),
    Case("slice_update", [normal(3, 4), normal(2, 2)], _write, {"key": (slice(0, 2), slice(1, 3))}),
    Case("nonzero", [ints(3, 4, high=2)], np.nonzero, gradient=False),
    Case("unravel_index", [ints(5, high=12)], np.unravel_index, {"shape": (3, 4)}, gradient=False),
    *(
        Case("correlate", [normal(5), normal(3, salt=1), mode], np.correlate)
        for mode in ("valid", "same", "full")
    ),
    Case("correlate", [normal(3), normal(5, salt=1), "valid"], np.correlate),
    Case("correlate", [normal(3), normal(4, salt=1), "same"], np.correlate),
    Case("vander", [normal(4)], np.vander),
    Case("vander", [normal(4), 3, True], np.vander),
    Case("extract_sequences", [normal(2, 9), 4, 2], _windows),
    Case("rnn", [_step, normal(2, 3, 4), [normal(2, 4)]], _rnn),
    Case("rnn", [_step, normal(2, 3, 4), [normal(2, 4)], True, bools(2, 3)], _rnn),
    Case("batch_flatten", [normal(2, 3, 4)], lambda x: x.reshape(2, 12)),
    Case(
        "select_by",
        [bools(2), normal(2, 3), normal(2, 3, salt=1)],
        lambda c, a, b: np.where(c[:, None], a, b),
    ),
    Case("print_tensor", [normal(2)], lambda x: x),
    Case("by_phase", [normal(2), normal(2, salt=1)], lambda x, alt: alt),
    Case(
        "normalize_by_moments",
        [normal(4, 3), normal(3), distinct(3) ** 2 + 1, normal(3, salt=2), normal(3, salt=3)],
        _moments_of,
    ),
    Case(
        "normalize_by_moments",
        [normal(4, 3), normal(3), distinct(3) ** 2 + 1, None, None],
        _moments_of,
    ),
    Case(
        "normalize_batch_in_training",
        [normal(4, 3), normal(3, salt=1), normal(3, salt=2), [0]],
        _normalize_in_training,
    ),
    *(
        Case(name, [normal(2, 3, 4), normal(2, 3, 4, salt=1)], _fourier(function))
        for name, function in [
            ("fft", np.fft.fft),
            ("ifft", np.fft.ifft),
            ("fft2", np.fft.fft2),
            ("ifft2", np.fft.ifft2),
        ]
    ),
    *(Case("rfft", [normal(2, 6), n], _rfft) for n in (None, 4, 5, 9)),
    *(Case("irfft", [normal(2, 4), normal(2, 4, salt=1), n], _irfft) for n in (None, 4, 7, 9)),
    Case("space_to_depth", [normal(2, 4, 6, 3), 2], _space_to_depth),
    Case("space_to_depth", [normal(2, 3, 4, 6), 2, "channels_first"], _space_to_depth),
    Case("depth_to_space", [normal(2, 2, 3, 12), 2], _undo(_space_to_depth, 2, 4, 6, 3)),
    Case(
        "depth_to_space",
        [normal(2, 12, 2, 3), 2, "channels_first"],
        _undo(_space_to_depth, 2, 3, 4, 6),
    ),
    Case("real", [normal(2, 3)], np.real),
    Case("imag", [normal(2, 3)], np.imag, gradient=False),
    Case("conjugate", [normal(2, 3)], np.conjugate),
    Case("angle", [normal(2, 3)], np.angle, gradient=False),
    Case(
        "polar",
        [normal(3), normal(3, salt=1)],
        lambda r, t: r * np.exp(1j * t),
        gradient="refused",
        keeps=False,
    ),
    Case(
        "view_as_complex",
        [normal(3, 2)],
        lambda x: x[:, 0] + 1j * x[:, 1],
        gradient="refused",
        keeps=False,
    ),
    Case("view_as_real", [normal(3)], lambda x: np.stack([x, 0 * x], 1), gradient="refused"),
    Case(
        "view",
        [normal(3)],
        lambda x, dtype: x.view(dtype),
        {"dtype": "int64"},
        gradient=False,
        keeps=False,
    ),
]
