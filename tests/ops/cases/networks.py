"""Cases: the operations of neural networks, which here meet the standard of all."""

import math

import numpy as np

from . import Case
from .values import distinct, ints, normal, probability, rows

_erf = np.vectorize(math.erf, otypes="d")


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _softplus(x):
    return np.log1p(np.exp(x))


def _softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(x))


def _sparse_plus(x):
    return np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x))


def _sparsemax(x, axis=-1):
    """Return the Euclidean projection onto the simplex, by bisection for its threshold."""
    low, high = x.max(axis, keepdims=True) - 1, x.max(axis, keepdims=True)
    for _ in range(80):
        middle = (low + high) / 2
        enough = np.maximum(x - middle, 0).sum(axis, keepdims=True) >= 1
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return np.maximum(x - low, 0)


def _glu(x, axis=-1):
    a, b = np.split(x, 2, axis)
    return a * _sigmoid(b)


def _crossentropy(target, p, from_logits=False, axis=-1):
    p = _softmax(p, axis) if from_logits else p / p.sum(axis, keepdims=True)
    return -(target * np.log(p)).sum(axis)


def _sparse(labels, p, from_logits=False):
    p = _softmax(p) if from_logits else p
    return -np.log(np.take_along_axis(p, labels[:, None].astype(int), 1)[:, 0])


def _binary(target, p, from_logits=False):
    p = _sigmoid(p) if from_logits else p
    return -(target * np.log(p) + (1 - target) * np.log(1 - p))


def _normalized(x, m, v, axis, offset=None, scale=None, epsilon=1e-3):
    shape = [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)]
    m, v = m.reshape(shape), v.reshape(shape)
    y = (x - m) / np.sqrt(v + epsilon)
    y = y if scale is None else y * scale.reshape(shape)
    return y if offset is None else y + offset.reshape(shape)


def _normalize_batch(x, scale=None, offset=None, axis=-1, epsilon=1e-3):
    others = tuple(i for i in range(x.ndim) if i != axis % x.ndim)
    m, v = x.mean(others), x.var(others)
    return _normalized(x, m, v, axis, offset, scale, epsilon), m, v


def _layer_norm(x, gamma=None, beta=None, axis=-1, epsilon=1e-7):
    y = (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + epsilon)
    return y * (1 if gamma is None else gamma) + (0 if beta is None else beta)


def _in_top(targets, predictions, k):
    own = predictions[np.arange(len(targets)), targets]
    return (predictions > own[:, None]).sum(1) < k


_UNARY = {
    "sigmoid": _sigmoid,
    "silu": lambda x: x * _sigmoid(x),
    "softplus": _softplus,
    "log_sigmoid": lambda x: -_softplus(-x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "gelu": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "mish": lambda x: x * np.tanh(_softplus(x)),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "elu": _elu,
    "selu": lambda x: 1.0507009873554805 * _elu(x, 1.6732632423543772),
    "celu": _elu,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "relu6": lambda x: np.clip(x, 0, 6),
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "hard_sigmoid_keras3": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
}
_LABELS = np.array([0, 2, 1, 3])
_MASK = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0], [1, 1, 1]], bool)


def _attention(query, key, value, bias=None, mask=None, scale=None, is_causal=False):
    """Attend with one head after the other; a head of the key may serve several of the query."""
    times, size = query.shape[2] // key.shape[2], query.shape[3]
    results = []
    for head in range(query.shape[2]):
        q, k, v = query[:, :, head], key[:, :, head // times], value[:, :, head // times]
        scores = q @ k.swapaxes(1, 2) * (size**-0.5 if scale is None else scale)
        if bias is not None:
            scores = scores + np.broadcast_to(bias, (1, query.shape[2], 1, 1))[:, head]
        kept = np.ones(scores.shape[1:], bool) if mask is None else mask
        if is_causal:
            kept = kept & np.tri(*kept.shape, dtype=bool)
        scores = np.where(kept, scores, -1e200)
        results.append(_softmax(scores) @ v)
    return np.stack(results, axis=2)


_HEADS = [normal(2, 4, 2, 3), normal(2, 3, 2, 3, salt=1), normal(2, 3, 2, 5, salt=2)]
_ONE_KEY = [normal(2, 4, 2, 3), normal(2, 3, 1, 3, salt=1), normal(2, 3, 1, 5, salt=2)]

CASES = [
    *(Case(n, [2 * distinct(3, 5)], f, elementwise=True) for n, f in _UNARY.items()),
    Case("gelu", [normal(3, 4), False], lambda x, a: 0.5 * x * (1 + _erf(x / math.sqrt(2)))),
    Case(
        "threshold",
        [distinct(3, 4)],
        lambda x, threshold, default_value: np.where(x > 0.2, x, 9.0),
        {"threshold": 0.2, "default_value": 9.0},
    ),
    Case("glu", [normal(3, 4)], _glu),
    Case("glu", [normal(4, 3), 0], _glu),
    Case("softmax", [normal(3, 4)], _softmax),
    Case("softmax", [normal(3, 4), 0], _softmax),
    Case("log_softmax", [normal(3, 4)], lambda x: np.log(_softmax(x))),
    Case("sparsemax", [distinct(3, 4)], _sparsemax),
    Case("dot_product_attention", _HEADS, _attention),
    Case("dot_product_attention", [*_HEADS, normal(2, 1, 1)], _attention),
    Case("dot_product_attention", _HEADS, _attention, {"mask": _MASK, "scale": 0.5}),
    Case("dot_product_attention", _ONE_KEY, _attention, {"is_causal": True}),
    Case(
        "one_hot",
        [ints(2, 3, low=-1, high=5)],
        lambda x, num_classes: np.eye(6)[x][..., :5] * (x >= 0)[..., None],
        {"num_classes": 5},
        gradient=False,
    ),
    Case(
        "multi_hot",
        [np.array([[0, 2], [1, 1]])],
        lambda x, num_classes: np.array([[1.0, 0, 1], [0, 1, 0]]),
        {"num_classes": 3},
        gradient=False,
    ),
    Case("in_top", [_LABELS, normal(4, 5)], _in_top, {"k": 2}, gradient=False),
    Case(
        "softmax_crossentropy", [rows(3, 4), normal(3, 4)], lambda t, x: _crossentropy(t, x, True)
    ),
    Case("categorical_crossentropy", [rows(3, 4), probability(3, 4, salt=1)], _crossentropy),
    Case("categorical_crossentropy", [rows(3, 4), normal(3, 4), True], _crossentropy),
    Case("sparse_softmax_crossentropy", [_LABELS, normal(4, 5)], lambda t, x: _sparse(t, x, True)),
    Case("sparse_categorical_crossentropy", [_LABELS, rows(4, 5)], _sparse, second=False),
    Case("sparse_categorical_crossentropy", [_LABELS, normal(4, 5), True], _sparse),
    Case(
        "sigmoid_crossentropy", [probability(3, 4), normal(3, 4)], lambda t, x: _binary(t, x, True)
    ),
    Case("binary_crossentropy", [probability(3, 4), probability(3, 4, salt=1)], _binary),
    Case("binary_crossentropy", [probability(3, 4), normal(3, 4), True], _binary),
    Case("dense", [normal(3, 4), normal(4, 2), normal(2)], lambda x, w, b: x @ w + b),
    Case("dense", [normal(2, 3, 4), normal(4, 2), None, "tanh"], lambda x, w, b, a: np.tanh(x @ w)),
    Case(
        "dense_dropout",
        [normal(3, 4), normal(4, 2), normal(2)],
        lambda x, w, b, activation, rate: np.maximum(x @ w + b, 0),
        {"activation": "relu", "rate": 0.0},
    ),
    Case("dropout", [normal(3, 4), 0.0], lambda x, rate: x),
    Case(
        "normalize_batch",
        [normal(5, 3), normal(3, salt=1), normal(3, salt=2)],
        _normalize_batch,
        second=False,
    ),
    Case(
        "normalize_batch",
        [normal(2, 3, 4), None, None],
        _normalize_batch,
        {"axis": 1},
        second=False,
    ),
    Case(
        "batch_normalization",
        [normal(5, 3), normal(3), probability(3), -1, normal(3, salt=1), normal(3, salt=2)],
        _normalized,
        second=False,
    ),
    Case(
        "layer_normalization",
        [normal(5, 3), normal(3, salt=1), normal(3, salt=2)],
        _layer_norm,
        second=False,
    ),
    Case(
        "rms_normalization",
        [normal(5, 3), normal(3, salt=1)],
        lambda x, s: s * x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-7),
        second=False,
    ),
    Case("moments", [normal(5, 3), 0], lambda x, axes: (x.mean(0), x.var(0))),
    Case("l2_normalize", [normal(3, 4)], lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True)),
    Case(
        "normalize",
        [normal(3, 4), 0, 3],
        lambda x, axis, order: x / np.linalg.norm(x, ord=3, axis=0, keepdims=True),
    ),
]
