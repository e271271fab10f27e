"""Linear algebra: inverses, systems of equations, decompositions of matrices.

All work on the matrices in the last two axes; leading axes are a stack of them. The gradients are
those of Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008); of the Cholesky factor, Murray (2016); of QR, Walter and Lehmann (2018).
"""

import numpy as np

from ..autograd import op
from .diagonals import diagonal
from .elementwise import log
from .products import matmul
from .reduction import sum
from .types import floating, refuse_gradient


def _t(x):
    """Transpose the matrices of a stack."""
    return np.swapaxes(x, -1, -2)


def _check_square(x, name):
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"{name} needs square matrices, not an array of shape {x.shape}.")


@op
def inv(x, /):
    """Return the inverse; numpy.linalg.LinAlgError where there is none."""
    x = floating(x)
    _check_square(x, "inv")
    y = np.linalg.inv(x)
    return y, (lambda g: -(_t(y) @ g @ _t(y)),)


@op
def det(x, /):
    """Return the determinant. Its gradient needs an invertible matrix."""
    x = floating(x)
    _check_square(x, "det")
    y = np.linalg.det(x)
    return y, (lambda g: (g * y)[..., None, None] * _t(np.linalg.inv(x)),)


@op
def slogdet(x, /):
    """Return (sign, logarithm of the absolute value) of the determinant."""
    x = floating(x)
    _check_square(x, "slogdet")
    sign, logarithm = np.linalg.slogdet(x)

    def vjp(gs, needs):
        if gs[1] is None:
            return (np.zeros(x.shape, x.dtype),)
        return (gs[1][..., None, None] * _t(np.linalg.inv(x)),)

    return (sign, logarithm), vjp


def logdet(x):
    """Return the logarithm of the determinant of symmetric, positive definite matrices."""
    return 2 * sum(log(diagonal(cholesky(x), axis1=-2, axis2=-1)), axis=-1)


@op
def solve(a, b, /):
    """Return x with `a @ x = b`; `b` is a matrix, or a vector with one axis less than `a`."""
    a, b = floating(a), floating(b)
    _check_square(a, "solve")
    vector = b.ndim == a.ndim - 1
    right = b[..., None] if vector else b
    x = np.linalg.solve(a, right)

    def by_right(g):
        return np.linalg.solve(_t(a), g[..., None] if vector else g)

    return (x[..., 0] if vector else x), (
        lambda g: -(by_right(g) @ _t(x)),
        lambda g: by_right(g)[..., 0] if vector else by_right(g),
    )


@op
def solve_triangular(a, b, /, lower=False):
    """Return x with `a @ x = b`, looking at the upper (or lower) triangle of `a` only."""
    a, b = floating(a), floating(b)
    _check_square(a, "solve_triangular")
    triangle = np.tril if lower else np.triu
    a = triangle(a)
    vector = b.ndim == a.ndim - 1
    x = np.linalg.solve(a, b[..., None] if vector else b)

    def by_right(g):
        return np.linalg.solve(_t(a), g[..., None] if vector else g)

    return (x[..., 0] if vector else x), (
        lambda g: -triangle(by_right(g) @ _t(x)),
        lambda g: by_right(g)[..., 0] if vector else by_right(g),
    )


def _half_diagonal(x):
    """Return the lower triangle with its diagonal halved."""
    n = x.shape[-1]
    return x * (np.tril(np.ones((n, n), x.dtype)) - 0.5 * np.eye(n, dtype=x.dtype))


@op
def cholesky(x, /, upper=False):
    """Return the lower triangular L with `L @ L.T = x` (its transpose with `upper`).

    `x` must be symmetric and positive definite; the gradient is symmetric too.
    """
    x = floating(x)
    _check_square(x, "cholesky")
    y = np.linalg.cholesky(x)

    def vjp(g):
        inverse = np.linalg.inv(y)
        middle = _half_diagonal(_t(y) @ (_t(g) if upper else g))
        out = _t(inverse) @ middle @ inverse
        return 0.5 * (out + _t(out))

    return (_t(y) if upper else y), (vjp,)


def cholesky_inverse(x, upper=False):
    """Return the inverse of a matrix of which `x` is the Cholesky factor."""
    inverse = inv(x)
    turned = np.swapaxes(inverse, -1, -2)
    return matmul(inverse, turned) if upper else matmul(turned, inverse)


@op
def qr(x, /, mode="reduced"):
    """Return (Q, R) with `Q @ R = x`, Q orthonormal and R upper triangular.

    `mode` is 'reduced' or 'complete'. There is a gradient for matrices that have at least as many
    rows as columns and a full rank; in mode 'complete' for square ones.
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr: mode must be 'reduced' or 'complete', not {mode!r}.")
    x = floating(x)
    q, r = np.linalg.qr(x, mode)
    rows, columns = x.shape[-2:]
    if rows < columns or (mode == "complete" and rows != columns):
        return (q, r), refuse_gradient(f"qr of {rows} x {columns} matrices in mode {mode!r}")

    def vjp(gs, needs):
        gq, gr = (
            np.zeros(part.shape, part.dtype) if g is None else g
            for g, part in zip(gs, (q, r), strict=True)
        )
        m = r @ _t(gr) - _t(gq) @ q
        symmetric = np.tril(m, -1) + _t(np.tril(m))
        return ((gq + q @ symmetric) @ _t(np.linalg.inv(r)),)

    return (q, r), vjp


def _gaps(values):
    """Return 1 / (values[j] - values[i]), and 0 on the diagonal."""
    n = values.shape[-1]
    same = np.eye(n, dtype=bool)
    gap = values[..., None, :] - values[..., :, None]
    return np.where(same, 0, 1 / np.where(same, 1, gap))


@op
def eigh(x, /):
    """Return (eigenvalues ascending, eigenvectors in columns) of symmetric matrices.

    The gradient of the eigenvectors needs distinct eigenvalues.
    """
    x = floating(x)
    _check_square(x, "eigh")
    values, vectors = np.linalg.eigh(x)

    def vjp(gs, needs):
        n = values.shape[-1]
        middle = np.zeros(x.shape, x.dtype)
        if gs[0] is not None:
            middle = middle + gs[0][..., None] * np.eye(n, dtype=x.dtype)
        if gs[1] is not None:
            middle = middle + _gaps(values) * (_t(vectors) @ gs[1])
        out = vectors @ middle @ _t(vectors)
        return (0.5 * (out + _t(out)),)

    return (values, vectors), vjp


@op
def eig(x, /):
    """Return (eigenvalues, eigenvectors in columns) of square matrices. It has no gradient."""
    x = floating(x)
    _check_square(x, "eig")
    return tuple(np.linalg.eig(x)), refuse_gradient("eig")


@op(name="svd")
def _svd(x, /, full_matrices):
    x = floating(x)
    u, s, vh = np.linalg.svd(x, full_matrices=full_matrices)
    rows, columns = x.shape[-2:]

    def vjp(gs, needs):
        gu, gs_, gvh = gs
        if full_matrices and rows != columns and (gu is not None or gvh is not None):
            refuse_gradient("svd(full_matrices=True) of matrices that are not square")(gs, needs)
        k = s.shape[-1]
        left, right = u[..., :k], vh[..., :k, :]
        middle = np.zeros((*x.shape[:-2], k, k), x.dtype)
        if gs_ is not None:
            middle = middle + gs_[..., None] * np.eye(k, dtype=x.dtype)
        out = 0
        gaps = _gaps(s * s)
        if gu is not None:
            inside = _t(left) @ gu
            middle = middle + (gaps * (inside - _t(inside))) * s[..., None, :]
            if rows > k:
                out = out + ((gu - left @ inside) / s[..., None, :]) @ right
        if gvh is not None:
            inside = right @ _t(gvh)
            middle = middle + s[..., :, None] * (gaps * (inside - _t(inside)))
            if columns > k:
                out = out + left @ ((gvh - _t(inside) @ right) / s[..., :, None])
        return (out + left @ middle @ right,)

    return (u, s, vh), vjp


def svd(x, full_matrices=True, compute_uv=True):
    """Return (U, s, V^T) with `U @ diag(s) @ V^T = x`; with `compute_uv=False` only s.

    The gradient of U and V^T needs distinct singular values, and full_matrices=False where `x`
    is not square.
    """
    u, s, vh = _svd(x, full_matrices=full_matrices and compute_uv)
    return (u, s, vh) if compute_uv else s


@op
def pinv(x, /, rcond=None):
    """Return the Moore-Penrose inverse; singular values below `rcond` times the largest are 0.

    The gradient (Golub and Pereyra, 1973) holds while the rank stays what it is.
    """
    x = floating(x)
    if rcond is None:
        rcond = max(x.shape[-2:]) * np.finfo(x.dtype).eps
    p = np.linalg.pinv(x, rcond)

    def vjp(g):
        rows, columns = x.shape[-2:]
        no_row = np.eye(rows, dtype=x.dtype) - x @ p
        no_column = np.eye(columns, dtype=x.dtype) - p @ x
        inside = _t(p) @ g @ _t(p)
        return no_row @ _t(g) @ p @ _t(p) + _t(p) @ p @ _t(g) @ no_column - inside

    return p, (vjp,)


def lstsq(a, b, rcond=None):
    """Return the x of least length that makes `a @ x - b` shortest (see `pinv` for `rcond`)."""
    return matmul(pinv(a, rcond=rcond), b)


@op
def matrix_rank(x, /, tol=None):
    """Return the number of singular values above `tol` (int32); None chooses by the type."""
    return np.asarray(np.linalg.matrix_rank(x, tol)).astype("int32"), None
