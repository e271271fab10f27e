"""Cases: products of matrices, diagonals, norms, decompositions."""

import numpy as np

from . import Case
from .values import normal


def _spd(x):
    """Make symmetric, positive definite matrices."""
    return x @ np.swapaxes(x, -1, -2) + 4 * np.eye(x.shape[-1], dtype=x.dtype)


def _symmetric(x):
    return x + np.swapaxes(x, -1, -2)


def _upper(x):
    return np.triu(x) + 4 * np.eye(x.shape[-1], dtype=x.dtype)


def _einsum(*operands, subscripts):
    return np.einsum(subscripts, *operands)


def _solve(a, b):
    if b.ndim == a.ndim - 1:
        return np.linalg.solve(a, b[..., None])[..., 0]
    return np.linalg.solve(a, b)


def _local1d(x, kernel, size, strides, layout="channels_last"):
    x = x if layout == "channels_last" else x.transpose(0, 2, 1)
    patches = [x[:, i * strides[0] : i * strides[0] + size[0]] for i in range(len(kernel))]
    y = np.stack([p.reshape(len(x), -1) @ k for p, k in zip(patches, kernel)], axis=1)
    return y if layout == "channels_last" else y.transpose(0, 2, 1)


def _local2d(x, kernel, size, strides, shape, layout="channels_last"):
    y = []
    for n, k in enumerate(kernel):
        r, c = (n // shape[1]) * strides[0], (n % shape[1]) * strides[1]
        rows, columns = slice(r, r + size[0]), slice(c, c + size[1])
        patch = x[:, rows, columns] if layout == "channels_last" else x[:, :, rows, columns]
        y.append(patch.reshape(len(x), -1) @ k)
    y = np.stack(y, axis=1).reshape(len(x), *shape, -1)
    return y if layout == "channels_last" else y.transpose(0, 3, 1, 2)


def _batch_dot(x, y, axes=None):
    ax, ay = (x.ndim - 1, y.ndim - 2) if axes is None else np.atleast_1d(axes)[[0, -1]]
    x, y = np.moveaxis(x, ax, -1), np.moveaxis(y, ay, -1)
    out = np.stack([np.tensordot(a, b, axes=(-1, -1)) for a, b in zip(x, y)])
    return out[:, None] if out.ndim == 1 else out


_MATMUL = [
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((4, 2, 3), (3, 2)),
    ((4, 2, 3), (4, 3, 2)),
    ((2, 1, 2, 3), (4, 3, 2)),
    ((4, 2, 3), (3,)),
    ((3,), (4, 3, 2)),
    ((1, 2), (2, 1)),
]
_BATCH_DOT = [
    ((4, 3, 5), (4, 5, 2), None),
    ((4, 3, 5), (4, 5, 2), (2, 1)),
    ((4, 3, 5), (4, 2, 5), 2),
    ((4, 5, 3), (4, 5, 2), 1),
    ((4, 5), (4, 5), 1),
    ((4, 5), (4, 3, 5), (1, 2)),
    ((4, 3, 5), (4, 5), (2, 1)),
]
_EINSUM = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
    ("...ij,...jk->...ik", (4, 2, 3), (3, 2)),
    ("i,j->ij", (2,), (3,)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("bii,b->i", (2, 3, 3), (2,)),
    ("ij,ij,ij->i", (2, 3), (2, 3), (2, 3)),
    ("ij,k->i", (2, 3), (4,)),
]
_NORMS = [
    ((3,), {}),
    ((2, 3), {"axis": 1, "ord": 2}),
    ((2, 3), {"axis": 0, "ord": 1, "keepdims": True}),
    ((2, 3), {"axis": 1, "ord": np.inf}),
    ((2, 3), {"axis": 1, "ord": -np.inf}),
    ((2, 3), {"axis": -1, "ord": 3}),
    ((2, 3), {"ord": "fro", "axis": (0, 1)}),
    ((2, 3), {"ord": 1, "axis": (0, 1)}),
    ((2, 3), {"ord": -np.inf, "axis": (0, 1), "keepdims": True}),
    ((2, 3), {"ord": "nuc", "axis": (0, 1)}),
    ((2, 4, 3), {"ord": 2, "axis": (1, 2)}),
    ((2, 4, 3), {"ord": -2, "axis": (2, 0), "keepdims": True}),
]
_SQUARE = normal(2, 3, 3) + 2 * np.eye(3)

CASES = [
    *(Case("matmul", [normal(*a), normal(*b, salt=1)], np.matmul) for a, b in _MATMUL),
    *(
        Case("tensordot", [normal(*a), normal(*b, salt=1)], np.tensordot, {"axes": axes})
        for a, b, axes in [
            ((2, 3, 4), (3, 4, 2), 2),
            ((2, 3), (3, 2), ([0, 1], [1, 0])),
            ((2, 3, 4), (2, 4, 3), ([-1], [1])),
            ((2, 3), (4,), 0),
        ]
    ),
    *(
        Case("batch_dot", [normal(*a), normal(*b, salt=1), axes], _batch_dot)
        for a, b, axes in _BATCH_DOT
    ),
    *(
        Case(
            "einsum", [normal(*s, salt=i) for i, s in enumerate(shapes)], _einsum, {"subscripts": s}
        )
        for s, *shapes in _EINSUM
    ),
    Case("outer", [normal(2, 2), normal(3)], np.outer),
    Case("kron", [normal(2, 3), normal(3, 2)], np.kron),
    Case("kron", [normal(2), normal(3, 2)], np.kron),
    Case("cross", [normal(2, 3), normal(2, 3, salt=1)], np.cross),
    Case(
        "cross",
        [normal(3, 4), normal(3, 4, salt=1), -1, -1, -1, 0],
        lambda a, b, *_: np.cross(a, b, axis=0),
    ),
    Case(
        "cross",
        [normal(4, 2), normal(4, 2, salt=1)],
        lambda a, b: a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
    ),
    Case("diagonal", [normal(3, 4)], np.diagonal, {"offset": 1}),
    Case("diagonal", [normal(3, 2, 4)], np.diagonal, {"offset": -1, "axis1": 0, "axis2": 2}),
    Case("diag", [normal(3)], np.diag, {"k": -1}),
    Case("diag", [normal(3, 4)], np.diag, {"k": 2}),
    Case("tril", [normal(2, 3, 4)], np.tril, {"k": 1}),
    Case("triu", [normal(3, 3)], np.triu),
    *(Case("norm", [normal(*shape)], np.linalg.norm, settings) for shape, settings in _NORMS),
    Case(
        "cdist",
        [normal(2, 3, 4), normal(2, 5, 4, salt=1)],
        lambda x, y: np.linalg.norm(x[:, :, None] - y[:, None], axis=-1),
    ),
    Case("inv", [_SQUARE], np.linalg.inv, single=1e-4),
    Case("det", [_SQUARE], np.linalg.det, single=1e-4),
    Case("slogdet", [_SQUARE], np.linalg.slogdet, single=1e-4),
    Case("solve", [_SQUARE, normal(2, 3, 2)], _solve, single=1e-4),
    Case("solve", [_SQUARE, normal(2, 3)], _solve, single=1e-4),
    Case("solve", [_SQUARE[0], normal(3)], _solve, single=1e-4),
    Case("solve_triangular", [_upper(normal(3, 3)), normal(3, 2)], _solve, single=1e-4),
    Case(
        "solve_triangular",
        [_upper(normal(2, 3, 3)).swapaxes(1, 2).copy(), normal(2, 3)],
        lambda a, b, lower: _solve(a, b),
        {"lower": True},
        single=1e-4,
    ),
    Case("cholesky", [normal(2, 3, 3)], np.linalg.cholesky, prepare=_spd, single=1e-4),
    Case(
        "cholesky",
        [normal(3, 3)],
        lambda x, upper: np.linalg.cholesky(x).T,
        {"upper": True},
        prepare=_spd,
        single=1e-4,
    ),
    Case("qr", [normal(4, 3)], np.linalg.qr, single=1e-4),
    Case("qr", [normal(2, 3, 3)], np.linalg.qr, {"mode": "complete"}, single=1e-4),
    Case("qr", [normal(2, 3)], np.linalg.qr, gradient="refused", single=1e-4),
    Case("eigh", [normal(3, 3)], np.linalg.eigh, prepare=_symmetric, single=1e-3),
    Case("eig", [normal(3, 3)], np.linalg.eig, gradient="refused", keeps=False, single=1e-3),
    Case("svd", [normal(4, 3)], np.linalg.svd, {"full_matrices": False}, single=1e-3),
    Case("svd", [normal(2, 2, 3)], np.linalg.svd, {"full_matrices": False}, single=1e-3),
    Case("svd", [normal(3, 3)], np.linalg.svd, {"full_matrices": True}, single=1e-3),
    Case(
        "svd",
        [normal(2, 3)],
        np.linalg.svd,
        {"full_matrices": True},
        gradient="refused",
        single=1e-3,
    ),
    Case("pinv", [normal(4, 3)], np.linalg.pinv, single=1e-3),
    Case("pinv", [normal(2, 2, 3)], np.linalg.pinv, single=1e-3),
    Case(
        "matrix_rank",
        [np.outer(np.arange(3.0), np.arange(3.0))],
        np.linalg.matrix_rank,
        gradient=False,
    ),
    Case("local_conv1d", [normal(2, 5, 3), normal(2, 6, 4), (2,), (3,)], _local1d),
    Case(
        "local_conv1d", [normal(2, 3, 5), normal(2, 6, 4), (2,), (3,), "channels_first"], _local1d
    ),
    Case("local_conv2d", [normal(2, 4, 5, 2), normal(4, 12, 3), (2, 3), (2, 2), (2, 2)], _local2d),
    Case(
        "local_conv2d",
        [normal(2, 2, 4, 5), normal(4, 12, 3), (2, 3), (2, 2), (2, 2), "channels_first"],
        _local2d,
    ),
]
