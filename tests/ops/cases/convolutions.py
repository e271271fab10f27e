"""Cases: convolutions, pooling and CTC, against loops over every place and path."""

import itertools

import numpy as np

from . import Case
from .values import distinct, ints, normal, probability


def _pair(value, rank):
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _margins(sizes, windows, strides, padding):
    """Return (before, after) for each spatial axis."""
    if padding == "valid":
        return [(0, 0)] * len(sizes)
    if padding == "causal":
        return [(w - 1, 0) for w in windows]
    missing = [
        max((-(-n // s) - 1) * s + w - n, 0)
        for n, w, s in zip(sizes, windows, strides, strict=True)
    ]
    return [(m // 2, m - m // 2) for m in missing]


def _convolve(
    x, kernel, bias=None, strides=1, padding="valid", data_format=None, dilation=1, activation=None
):
    if data_format == "channels_first":
        x = np.moveaxis(x, 1, -1)
    rank = x.ndim - 2
    strides, dilation = _pair(strides, rank), _pair(dilation, rank)
    windows = [(k - 1) * d + 1 for k, d in zip(kernel.shape, dilation, strict=False)]
    margins = _margins(x.shape[1:-1], windows, strides, padding)
    x = np.pad(x, [(0, 0), *margins, (0, 0)])
    out = [(n - w) // s + 1 for n, w, s in zip(x.shape[1:-1], windows, strides, strict=True)]
    y = np.zeros((len(x), *out, kernel.shape[-1]))
    groups = x.shape[-1] // kernel.shape[-2]
    for place in itertools.product(*map(range, out)):
        for tap in itertools.product(*map(range, kernel.shape[:rank])):
            at = tuple(
                p * s + t * d for p, s, t, d in zip(place, strides, tap, dilation, strict=True)
            )
            seen = np.split(x[(slice(None), *at)], groups, axis=-1)
            taps = np.split(kernel[tap], groups, axis=-1)
            parts = [a @ w for a, w in zip(seen, taps, strict=True)]
            y[(slice(None), *place)] += np.concatenate(parts, axis=-1)
    y = y if bias is None else y + bias
    y = np.tanh(y) if activation == "tanh" else y
    return np.moveaxis(y, -1, 1) if data_format == "channels_first" else y


def _transposed(x, kernel, bias=None, strides=1, padding="valid"):
    rank = x.ndim - 2
    strides = _pair(strides, rank)
    sizes = [(n - 1) * s + k for n, s, k in zip(x.shape[1:-1], strides, kernel.shape, strict=False)]
    sizes = [max(n, m * s) for n, m, s in zip(sizes, x.shape[1:-1], strides, strict=True)]
    y = np.zeros((len(x), *sizes, kernel.shape[-2]))
    for place in itertools.product(*map(range, x.shape[1:-1])):
        for tap in itertools.product(*map(range, kernel.shape[:rank])):
            at = tuple(p * s + t for p, s, t in zip(place, strides, tap, strict=True))
            y[(slice(None), *at)] += x[(slice(None), *place)] @ kernel[tap].T
    if padding == "same":
        for axis, (n, s) in enumerate(zip(x.shape[1:-1], strides, strict=True), 1):
            extra = y.shape[axis] - n * s
            y = np.take(y, np.arange(extra // 2, extra // 2 + n * s), axis=axis)
    return y if bias is None else y + bias


def _depthwise(x, kernel, *more):
    """Convolve each channel with filters of its own: as many groups as channels."""
    *taps, channels, multiplier = kernel.shape
    return _convolve(x, kernel.reshape(*taps, 1, channels * multiplier), *more)


def _separable(x, depthwise, pointwise, bias=None, strides=1, padding="valid"):
    return _convolve(_depthwise(x, depthwise, None, strides, padding), pointwise, bias)


def _pool(function):
    def pool(x, size, strides=None, padding="valid", data_format=None):
        if data_format == "channels_first":
            x = np.moveaxis(x, 1, -1)
        rank = x.ndim - 2
        size, strides = _pair(size, rank), _pair(size if strides is None else strides, rank)
        margins = _margins(x.shape[1:-1], size, strides, padding)
        x = np.pad(x, [(0, 0), *margins, (0, 0)], constant_values=np.nan)
        out = [(n - w) // s + 1 for n, w, s in zip(x.shape[1:-1], size, strides, strict=True)]
        y = np.zeros((len(x), *out, x.shape[-1]))
        for place in itertools.product(*map(range, out)):
            window = tuple(
                slice(p * s, p * s + w) for p, s, w in zip(place, strides, size, strict=True)
            )
            seen = x[(slice(None), *window)].reshape(len(x), -1, x.shape[-1])
            y[(slice(None), *place)] = function(seen, axis=1)
        return np.moveaxis(y, -1, 1) if data_format == "channels_first" else y

    return pool


_max_pool, _average_pool = _pool(np.nanmax), _pool(np.nanmean)


def _conv_max_pool(x, kernel, bias, strides, padding, data_format, dilation, activation, size):
    y = _convolve(x, kernel, bias, strides, padding, data_format, dilation)
    return _max_pool(
        np.maximum(y, 0) if activation == "relu" else y, size, None, "valid", data_format
    )


def _ctc(target, output, target_length, output_length):
    """Add up the probabilities of all paths that spell the target, blanks (0) taken out."""
    p = np.exp(output) / np.exp(output).sum(-1, keepdims=True)
    losses = []
    for labels, rows, n, steps in zip(target, p, target_length, output_length, strict=True):
        total = 0.0
        for path in itertools.product(range(rows.shape[-1]), repeat=int(steps)):
            spelled = [c for c, _ in itertools.groupby(path) if c != 0]
            if spelled == labels[:n].tolist():
                total += np.prod([rows[t, c] for t, c in enumerate(path)])
        losses.append(-np.log(total))
    return np.array(losses)


def _resize(x, size, interpolation="bilinear"):
    """Look pixels up where their middles lie in the old image, straight lines between them."""
    for axis, m in enumerate(size, 1):
        n = x.shape[axis]
        middles = (np.arange(m) + 0.5) * n / m - 0.5
        if interpolation == "nearest":
            x = np.take(x, np.floor(middles + 0.5).clip(0, n - 1).astype(int), axis)
        else:
            x = np.apply_along_axis(
                lambda row, n=n, at=middles: np.interp(at, np.arange(n), row), axis, x
            )
    return x


def _upsample(x, factor, data_format=None, interpolation="nearest"):
    return _resize(x, [n * factor for n in x.shape[1:-1]], interpolation)


# The best classes are 2, 1, 0, 1 and 3, 3, 2, 1, of which the last step does not count.
_LOGITS = np.eye(4)[[[2, 1, 0, 1], [3, 3, 2, 1]]] * 2.0

CASES = [
    Case("convolution", [normal(2, 7, 3), normal(3, 3, 2), normal(2)], _convolve),
    Case("convolution", [normal(2, 7, 3), normal(3, 3, 2), None, 2, "causal"], _convolve),
    Case(
        "convolution",
        [normal(2, 5, 6, 2), normal(3, 2, 2, 4), normal(4), (2, 1), "same"],
        _convolve,
    ),
    Case(
        "convolution",
        [normal(1, 2, 6, 6), normal(3, 3, 2, 2), None, 1, "valid", "channels_first", 2, "tanh"],
        _convolve,
    ),
    Case("convolution", [normal(2, 4, 4, 4), normal(2, 2, 2, 6)], _convolve),
    Case("convolution", [normal(1, 3, 4, 3, 2), normal(2, 2, 2, 2, 3)], _convolve),
    Case("transposed_convolution", [normal(2, 4, 3), normal(3, 2, 3), normal(2), 2], _transposed),
    Case(
        "transposed_convolution",
        [normal(1, 3, 2, 2), normal(3, 2, 3, 2), None, 2, "same"],
        _transposed,
    ),
    Case("depthwise_convolution", [normal(2, 7, 3), normal(3, 3, 2), normal(6)], _depthwise),
    Case(
        "depthwise_convolution",
        [normal(1, 5, 6, 2), normal(3, 2, 2, 1), None, 2, "same"],
        _depthwise,
    ),
    Case(
        "separable_convolution",
        [normal(1, 5, 6, 2), normal(3, 2, 2, 2), normal(1, 1, 4, 3), normal(3), 2, "same"],
        _separable,
    ),
    Case("max_pool", [distinct(2, 7, 3), 2], _max_pool),
    Case("max_pool", [distinct(2, 5, 6, 2), (3, 2), 2, "same"], _max_pool),
    Case("max_pool", [distinct(1, 2, 6, 6), 3, 1, "valid", "channels_first"], _max_pool),
    Case("max_pool", [distinct(1, 4, 4, 4, 1), 2], _max_pool),
    Case("upsample", [normal(2, 3, 2), 2], _upsample),
    Case("upsample", [normal(1, 3, 2, 2), 3], _upsample),
    Case("upsample", [normal(1, 3, 2, 2), 2, None, "bilinear"], _upsample),
    Case("resize", [normal(1, 4, 3, 2), (6, 5)], _resize),
    Case("resize", [normal(1, 6, 4, 2), (3, 2), "nearest"], _resize),
    Case("average_pool", [normal(2, 7, 3), 2], _average_pool),
    Case("average_pool", [normal(2, 5, 6, 2), (3, 2), 2, "same"], _average_pool),
    Case("average_pool", [normal(1, 2, 6, 6), 3, 1, "valid", "channels_first"], _average_pool),
    *(
        Case(
            "conv_max_pool",
            [distinct(1, 6, 6, 2), normal(3, 3, 2, 3), normal(3), 1, "same", None, 1, act, 2],
            _conv_max_pool,
            second=False,
        )
        for act in (None, "relu")
    ),
    Case(
        "ctc_batch_cost",  # the blank is the last class, and predictions are probabilities
        [ints(2, 2, low=0, high=2), probability(2, 4, 3), np.full((2, 1), 4), np.full((2, 1), 2)],
        lambda y, p, steps, n: _ctc(y + 1, np.roll(np.log(p + 1e-7), 1, -1), n[:, 0], steps[:, 0])[
            :, None
        ],
        second=False,
    ),
    Case(
        "ctc_decode",
        [_LOGITS, np.array([4, 3])],
        lambda x, steps: (
            np.array([[[2, 1, 1, -1], [3, 2, -1, -1]]]),
            -np.array([[x[0].max(-1).sum()], [x[1, :3].max(-1).sum()]]),
        ),
        gradient=False,
    ),
    Case(
        "ctc_loss",
        [
            np.array([[1, 2], [2, 2], [1, 0]]),
            normal(3, 4, 3),
            np.array([2, 2, 1]),
            np.array([4, 4, 3]),
        ],
        _ctc,
    ),
]
