"""Scaled dot-product attention as one operation (Vaswani et al. 2017, section 3.2.1).

Scores, softmax and weighted sum are computed a few samples at a time, in place, so that the
scores, which are the largest arrays by far, stay in the cache; parts of the batch go to different
cores. The weights are what the way back needs.
"""

import math

import numpy as np

from .. import parallel
from ..autograd import Tensor, composite, op
from .shaping import repeat
from .types import floating, raw

_CACHE = 2**17  # scores that are worked on at a time
_WORTH = 2e6  # multiplications worth another thread


def _heads_first(x):
    """Return a view (batch, heads, steps, size) of an array (batch, steps, heads, size)."""
    return x.swapaxes(1, 2)


def _part(x, block):
    """Return the part of a block of samples, of an array that may be the same for all."""
    return x if x is None or len(x) == 1 else x[block]


def _for_blocks(work, shape, size):
    """Call `work(slice of the batch)` for blocks of samples, on several cores.

    Args:
        work: function of a slice.
        shape: of the scores, (batch, heads, steps, keys).
        size: length of a key.
    """
    scores = math.prod(shape[1:])
    step = max(1, _CACHE // max(1, scores))

    def run(start, stop):
        for i in range(start, stop, step):
            work(slice(i, min(i + step, stop)))

    parallel.run(run, shape[0], math.ceil(_WORTH / max(1, scores * (2 * size + 20))))


def _softmax(scores):
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)


@op(register=False)
def attend(query, key, value, bias=None, /, *, scale, mask=None, empty=1, keep=None, lowered=None):
    """Return (attention, weights): what `dot_product_attention` computes, and by which weights.

    Args:
        query, key, value: arrays as there, of the same number of heads.
        bias: array of as many axes as the scores, added to them; or None.
        scale: float that multiplies the scores.
        mask: bools of as many axes as the scores; None for no mask. Where it is False the weight
            is 0.
        empty: what a row that is masked as a whole does: with 1 its weights are all the same, and
            no gradient goes to query and key; with 0 they are 0.
        keep: what multiplies the weights before they are used, of the scores' shape: dropout.
        lowered: a number that masked scores are lowered by, instead of being put far below all
            others: a row that is masked as a whole then keeps its weights (up to rounding), and
            `empty` does not matter.

    Returns:
        attention (batch, steps, heads, value size) and weights (batch, heads, steps, keys),
        without `keep`.

    Raises:
        ValueError: a bias or a mask that does not fit the scores.
    """
    query, key, value = floating(query), floating(key), floating(value)
    if any(isinstance(a, Tensor) for a in (query, key, value, bias)):
        return _attend_by_parts(query, key, value, bias, scale, mask, empty, keep, lowered)
    kind = query.dtype.type
    (batch, steps, heads, size), keys = query.shape, key.shape[1]
    shape = batch, heads, steps, keys
    _check_fits("bias", bias, shape)
    _check_fits("mask", mask, shape)
    scaled = query * kind(scale)
    q, k, v = _heads_first(scaled), _heads_first(key), _heads_first(value)
    floor = _floor(mask, lowered, kind)
    alive = _alive(mask, lowered, kind)
    weights = np.empty(shape, query.dtype)
    result = np.empty((batch, steps, heads, value.shape[-1]), query.dtype)
    sums = _heads_first(result)

    def forward(block):
        p = weights[block]
        np.matmul(q[block], k[block].swapaxes(2, 3), out=p)
        if bias is not None:
            p += _part(bias, block)
        if floor is not None:
            p += _part(floor, block)
        _softmax(p)
        if alive is not None and not empty:
            p *= _part(alive, block)
        np.matmul(p if keep is None else p * keep[block], v[block], out=sums[block])

    if keys:
        _for_blocks(forward, shape, size)
    else:
        result.fill(0)

    def vjp(gs, needs):
        g, for_weights = gs
        if g is None:
            g = np.zeros(result.shape, result.dtype)
        g = _heads_first(g)
        outs = [
            np.empty(a.shape, a.dtype) if n else None for a, n in zip((query, key, value), needs)
        ]
        dq, dk, dv = (o if o is None else _heads_first(o) for o in outs)
        for_bias = np.empty(shape, query.dtype) if bias is not None and needs[3] else None

        def backward(block):
            p = weights[block]
            if dv is not None:
                used = p if keep is None else p * keep[block]
                np.matmul(used.swapaxes(2, 3), g[block], out=dv[block])
            d = np.matmul(g[block], v[block].swapaxes(2, 3))
            if keep is not None:
                d *= keep[block]
            if for_weights is not None:
                d += for_weights[block]
            d -= np.einsum("bnts,bnts->bnt", d, p)[..., None]
            d *= p
            if alive is not None:
                d *= _part(alive, block)
            if for_bias is not None:
                for_bias[block] = d
            if dq is not None:
                np.matmul(d, k[block], out=dq[block])
            if dk is not None:
                np.matmul(d.swapaxes(2, 3), q[block], out=dk[block])

        if keys:
            _for_blocks(backward, shape, 2 * size)
        elif dq is not None:
            dq.fill(0)
        if dq is not None:
            dq *= kind(scale)
        return (*outs, for_bias)

    return (result, weights), vjp


def _check_fits(name, array, shape):
    """Refuse what does not broadcast to the scores: blocks of samples would pass it over."""
    if array is None:
        return
    given = array.shape
    if len(given) != 4 or any(n not in (1, wanted) for n, wanted in zip(given, shape)):
        raise ValueError(
            f"Attention has scores of shape {shape}: batch, heads, steps, keys. A {name} of shape "
            f"{given} does not broadcast to it."
        )


def _floor(mask, lowered, kind):
    """Return what to add to scores so that those that `mask` excludes get no weight, or None."""
    if mask is None:
        return None
    # So far down that nothing is left of a score it is added to.
    depth = kind(-0.7) * np.finfo(kind).max if lowered is None else -kind(lowered)
    return np.where(mask, kind(0), depth)


def _alive(mask, lowered, kind):
    """Return 1 for rows in which `mask` excludes not everything, else 0; None if all are 1."""
    if mask is None or lowered is not None:
        return None
    some = mask.any(axis=-1, keepdims=True)
    return None if some.all() else some.astype(kind)


def _attend_by_parts(query, key, value, bias, scale, mask, empty, keep, lowered):
    """Do what `attend` does with operations on tensors, so that its gradient has a gradient."""
    kind = raw(query).dtype.type
    scale = kind(scale)
    result, weights = attend(
        query,
        key,
        value,
        bias,
        scale=scale,
        mask=mask,
        empty=empty,
        keep=keep,
        lowered=lowered,
    )
    q, k, v = _heads_first(query), _heads_first(key), _heads_first(value)
    alive = _alive(mask, lowered, kind)

    def vjp(gs, needs):
        g, for_weights = gs
        d = for_used = None
        if g is not None:
            g = _heads_first(g)
            for_used = _heads_first(
                (weights if keep is None else weights * keep).swapaxes(2, 3) @ g
            )
            d = g @ v.swapaxes(2, 3)
            d = d if keep is None else d * keep
        if for_weights is not None:
            d = for_weights if d is None else d + for_weights
        d = (d - (d * weights).sum(axis=-1, keepdims=True)) * weights
        d = d if alive is None else d * alive
        return (
            _heads_first(d @ k) * scale,
            _heads_first(d.swapaxes(2, 3) @ q) * scale,
            for_used,
            None if bias is None else d,
        )

    return (result, weights), vjp


def causal_mask(steps, keys):
    """Return bools (1, 1, steps, keys): whether a step may look at a key, none of a later step."""
    return np.tri(steps, keys, dtype=bool)[None, None]


def mask_of_scores(mask):
    """Return a mask of up to four axes as bools (batch, heads, steps, keys), 1 where shared."""
    if mask is None:
        return None
    mask = np.asarray(raw(mask)).astype(bool)
    return mask.reshape((1,) * (4 - mask.ndim) + mask.shape)


@composite
def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """Return softmax(scale * query @ key^T + bias) @ value, for each head.

    Args:
        query: array (batch, steps, heads, size).
        key: array (batch, keys, key heads, size). There may be fewer heads than in the query, by
            a whole factor: each then serves as many heads of the query that follow one another.
        value: array (batch, keys, key heads, value size).
        bias: array added to the scores; like the mask, it broadcasts to (batch, heads, steps,
            keys).
        mask: bools, True where a key takes part. Where none does, all count the same.
        scale: 1 / sqrt(size) if None.
        is_causal: whether to mask the keys behind a step.
        flash_attention: None or False: the name of a routine for graphics cards.
        attn_logits_soft_cap: only None, as in Keras on CPUs.

    Returns:
        Array (batch, steps, heads, value size).

    Raises:
        ValueError: shapes that do not fit.
    """
    if flash_attention or attn_logits_soft_cap is not None:
        raise ValueError(
            "dot_product_attention computes attention in the plain way: leave flash_attention and "
            "attn_logits_soft_cap out."
        )
    query, key, value = (a if isinstance(a, Tensor) else np.asarray(a) for a in (query, key, value))
    heads = _check_shapes(query.shape, key.shape, value.shape)
    if key.shape[2] != heads:
        times = heads // key.shape[2]
        key, value = repeat(key, times, axis=2), repeat(value, times, axis=2)
    mask = mask_of_scores(mask)
    if is_causal:
        causal = causal_mask(query.shape[1], key.shape[1])
        mask = causal if mask is None else mask & causal
    if bias is not None:
        bias = bias if isinstance(bias, Tensor) else np.asarray(bias)
        bias = bias.reshape((1,) * (4 - bias.ndim) + tuple(bias.shape))
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    return attend(query, key, value, bias, scale=scale, mask=mask)[0]


def _check_shapes(query, key, value):
    """Return the number of heads; a ValueError says which shapes do not fit."""
    if not len(query) == len(key) == len(value) == 4:
        wrong = "each needs four axes: batch, steps, heads, size"
    elif query[0] != key[0] or key[:3] != value[:3]:
        wrong = "batch sizes must be the same, and steps and heads of key and value, too"
    elif query[3] != key[3]:
        wrong = "query and key must have the same size (last axis)"
    elif key[2] == 0 or query[2] % key[2]:
        wrong = "the number of heads of the query must be a multiple of those of the key"
    else:
        return query[2]
    raise ValueError(
        f"Attention got a query of shape {query}, a key of shape {key} and a value of shape "
        f"{value}: {wrong}."
    )
