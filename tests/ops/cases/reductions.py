"""Cases: reductions, cumulations, quantiles, sorting, segments."""

import numpy as np

from . import Case
from .values import bools, distinct, ints, normal, positive

_AXES = [{}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 2)}]


def _numpy(function):
    return lambda x, axis=None, keepdims=False, **more: function(
        x, axis=axis, keepdims=keepdims, **more
    )


def _logsumexp(x, axis=None, keepdims=False):
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


def _length(x, axis=None, keepdims=False):
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))


_REDUCTIONS = {
    "sum": np.sum,
    "mean": np.mean,
    "var": np.var,
    "std": np.std,
    "max": np.max,
    "min": np.min,
    "prod": np.prod,
    "logsumexp": _logsumexp,
    "euclidean_norm": _length,
}


def _top_k(x, k, **_):
    order = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    return np.take_along_axis(x, order, -1), order


def _segments(function, start):
    def reduce(data, ids, num_segments=3):
        y = np.full((num_segments, *data.shape[1:]), start)
        function.at(y, ids, data)
        return y

    return reduce


_IDS = np.array([0, 2, 0, 1, 2])
_ZEROS = np.array([[1.5, 0.0, 2.0], [0.0, 3.0, 0.0], [1.0, 2.0, -1.0]])

CASES = [
    *(
        Case(n, [distinct(2, 3, 4)], _numpy(f), settings)
        for n, f in _REDUCTIONS.items()
        for settings in _AXES
    ),
    *(
        Case(n, [normal(1, 3, 1)], _numpy(f), {"axis": 0})
        for n, f in _REDUCTIONS.items()
        if n != "std"
    ),
    Case("max", [distinct(2, 3)], _numpy(np.max), {"axis": 1, "initial": 0.5}),
    Case("min", [distinct(2, 3)], _numpy(np.min), {"axis": 1, "initial": 0.5}),
    Case("logsumexp", [normal(3, 4) * 300], lambda x, axis: x.max(axis), {"axis": 1}, single=1e-4),
    Case("prod", [_ZEROS], _numpy(np.prod), {"axis": 1}),
    Case("prod", [_ZEROS], _numpy(np.prod)),
    Case("prod", [normal(2, 3)], lambda x, dtype: np.prod(x), {"dtype": "float64"}, keeps=False),
    Case("cumsum", [normal(2, 3)], lambda x: np.cumsum(x)),
    Case("cumsum", [normal(2, 3)], np.cumsum, {"axis": 1}),
    Case("cumsum", [normal(2, 3)], np.cumsum, {"axis": -2}),
    Case("cumprod", [normal(2, 3)], lambda x: np.cumprod(x)),
    Case("cumprod", [_ZEROS], np.cumprod, {"axis": 1}),
    Case("cumprod", [_ZEROS], np.cumprod, {"axis": 0}),
    Case("all", [bools(3, 4)], _numpy(np.all), {"axis": 1}, gradient=False),
    Case("any", [bools(3, 4)], _numpy(np.any), {"axis": 0, "keepdims": True}, gradient=False),
    Case("argmax", [normal(3, 4)], lambda x: np.argmax(x), gradient=False),
    Case("shape_of", [normal(3, 4)], lambda x: np.array(x.shape, "int32"), gradient=False),
    Case("argmax", [normal(3, 4)], np.argmax, {"axis": 1, "keepdims": True}, gradient=False),
    Case("argmin", [normal(3, 4)], np.argmin, {"axis": 0}, gradient=False),
    Case("count_nonzero", [_ZEROS], np.count_nonzero, {"axis": 1}, gradient=False),
    Case("average", [normal(2, 3), None], lambda x, weights: x.mean()),
    Case("average", [normal(2, 3), 1, positive(3)], lambda x, axis, w: np.average(x, 1, w)),
    Case("average", [normal(2, 3), 0, positive(2, 3)], lambda x, axis, w: np.average(x, 0, w)),
    Case("corrcoef", [normal(3, 5)], np.corrcoef),
    *(
        Case(
            "quantile",
            [distinct(4, 5), [0.13, 0.5, 0.87], axis, method, keep, False],
            lambda x, q, axis, method, keep, nan: np.quantile(
                x, q, axis=axis, method=method, keepdims=keep
            ),
        )
        for axis, method, keep in [
            (None, "linear", False),
            (0, "lower", True),
            (1, "higher", False),
            ((0, 1), "nearest", False),
            (-1, "midpoint", True),
        ]
    ),
    Case("sort", [distinct(3, 4)], np.sort),
    Case("sort", [distinct(3, 4)], np.sort, {"axis": 0}),
    Case("sort", [distinct(3, 4)], lambda x, axis: np.sort(x, axis=None), {"axis": None}),
    Case("argsort", [distinct(3, 4)], np.argsort, {"axis": 0}, gradient=False),
    Case("top_k", [distinct(3, 5)], _top_k, {"k": 2}),
    Case("top_k", [ints(3, 5, high=3)], _top_k, {"k": 3}, gradient=False),
    Case("searchsorted", [np.arange(5.0), distinct(3, 4)], np.searchsorted, gradient=False),
    Case("digitize", [distinct(3, 4), np.array([-0.5, 0.0, 0.5])], np.digitize, gradient=False),
    Case("bincount", [ints(20, high=6)], np.bincount, gradient=False),
    Case("bincount", [ints(20, high=6), normal(20)], np.bincount, gradient=False),
    Case("histogram", [normal(40)], np.histogram, {"bins": 5}, gradient=False),
    Case("argpartition", [distinct(7)], np.argpartition, {"kth": 3}, gradient=False),
    Case(
        "unique",
        [ints(4, 5, high=6)],
        lambda x, axis: (
            np.unique(x),
            np.unique(x, return_index=True)[1],
            np.unique(x, return_inverse=True)[1].reshape(x.shape),
            np.unique(x, return_counts=True)[1],
        ),
        {"axis": None},
        gradient=False,
    ),
    Case("segment_sum", [normal(5, 2), _IDS], _segments(np.add, 0.0)),
    Case("segment_sum", [normal(5), _IDS], _segments(np.add, 0.0), {"num_segments": 4}),
    Case("segment_max", [distinct(5, 2), _IDS], _segments(np.maximum, -np.inf)),
    Case("segment_min", [distinct(5, 2), _IDS], _segments(np.minimum, np.inf)),
    Case("segment_prod", [normal(5, 2), _IDS], _segments(np.multiply, 1.0)),
]
