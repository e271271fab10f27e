# ruff: noqa: F401
"""Linear algebra under one roof: the names of `keras.ops.linalg`."""

from .decompositions import (
    cholesky,
    cholesky_inverse,
    det,
    eig,
    eigh,
    inv,
    logdet,
    lstsq,
    matrix_rank,
    pinv,
    qr,
    slogdet,
    solve,
    solve_triangular,
    svd,
)
from .norms import cdist, norm
