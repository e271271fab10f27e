"""Order: sorting, the largest k, positions in a sorted sequence."""

import numpy as np

from ..autograd import op
from .indexing import mesh, putitem
from .types import normalize_axis, raw


@op
def argsort(x, /, axis=-1):
    """Return the positions (int32) that sort `x` along `axis`, ties in their order.

    `axis` None sorts `x` flattened.
    """
    return np.argsort(x, axis=axis, kind="stable").astype("int32"), None


@op
def sort(x, /, axis=-1):
    """Return `x` sorted along `axis` from small to large; None sorts `x` flattened."""
    shape = x.shape
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalize_axis(axis, x.ndim)
    order = np.argsort(raw(x), axis=axis, kind="stable")
    back = np.argsort(order, axis=axis, kind="stable")
    return np.take_along_axis(x, order, axis=axis), (
        lambda g: np.take_along_axis(g, back, axis=axis).reshape(shape),
    )


@op
def top_k(x, /, k, sorted=True):
    """Return (values, positions) of the `k` largest elements along the last axis, largest first.

    Of equal elements the one that comes first is taken first. `sorted=False` allows any order.
    """
    if x.ndim == 0:
        raise ValueError("top_k takes an array of at least one dimension, not a number.")
    n = x.shape[-1]
    if not 0 <= k <= n:
        raise ValueError(f"top_k: k must lie between 0 and {n}, the last axis, not {k}.")
    backwards = np.argsort(np.flip(raw(x), -1), axis=-1, kind="stable")
    order = (n - 1 - np.flip(backwards, -1))[..., :k]
    key = mesh(order, x.ndim - 1)

    def vjp(gs, needs):
        return (putitem(gs[0], key=key, shape=x.shape),)

    return (np.take_along_axis(x, order, axis=-1), order.astype("int32")), vjp
