"""Which operation answers for which function of NumPy when it is called on a tensor.

Each entry of `FUNCTIONS` names the arguments as NumPy orders them. What our operation does not
know must have a value that changes nothing; otherwise the answer is `Unanswered`.
"""

import numpy as np

from . import (
    arithmetic,
    comparison,
    complex_numbers,
    creation,
    decompositions,
    diagonals,
    elementwise,
    indexing,
    joining,
    norms,
    products,
    reduction,
    searching,
    shaping,
    sorting,
    statistics,
)
from .einsum import einsum

_UNSET = getattr(np, "_NoValue", None)  # NumPy's mark for an argument that was not given
# NumPy's arguments that change nothing at these values.
_HARMLESS = {
    "casting": ("same_kind",),
    "copy": (True, None),
    "correction": (0,),
    "ddof": (0,),
    "kind": (None, "stable"),
    "mode": ("raise",),
    "order": ("C", "K", "A", None),
    "stable": (None, True),
    "subok": (True, False),
    "where": (True,),
}


class Unanswered(Exception):  # noqa: N818 (a message between two modules)
    """The call asks for something that our operation does not do."""


def _answer(ours, names, arrays=1, **renamed):
    """Return a function with NumPy's arguments `names` that calls our operation.

    The first `arrays` arguments are arrays. `renamed` maps names of NumPy to ours.
    """
    names = names.split()
    code = getattr(ours, "raw", ours).__code__
    settings = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])

    def answer(*args, **kwargs):
        if len(args) > len(names):
            raise Unanswered
        given = dict(zip(names, args))
        given.update(kwargs)
        if any(name not in given for name in names[:arrays]):
            raise Unanswered
        found = {}
        for name, value in given.items():
            if name in names[:arrays] or value is _UNSET:
                continue
            ours_name = renamed.get(name, name)
            if ours_name in settings:
                found[ours_name] = value
            elif value is not None and not (
                name in _HARMLESS and isinstance(value, (str, int)) and value in _HARMLESS[name]
            ):
                raise Unanswered
        return ours(*(given[name] for name in names[:arrays]), **found)

    return answer


def _summing(ours, names="a axis dtype out keepdims"):
    """Answer a reduction whose `dtype` names the type to compute in."""
    answer = _answer(ours, names)

    def cast_first(*args, **kwargs):
        given = dict(zip(names.split(), args))
        given.update(kwargs)
        dtype = given.pop("dtype", None)
        if dtype is not None and dtype is not _UNSET:
            given["a"] = elementwise.cast(given["a"], dtype=dtype)
        return answer(**given)

    return cast_first


def _clip(a, a_min=None, a_max=None, out=None, min=None, max=None):
    if out is not None:
        raise Unanswered
    low, high = (y if x is None or x is _UNSET else x for x, y in ((a_min, min), (a_max, max)))
    return arithmetic.clip(a, *(None if v is _UNSET else v for v in (low, high)))


def _einsum(subscripts, *operands, out=None, optimize=False):
    if out is not None:
        raise Unanswered
    return einsum(subscripts, *operands)


def _quantile(ours):
    return _answer(ours, "a q axis out overwrite_input method keepdims", arrays=2)


def _where(condition, x=None, y=None):
    return arithmetic.where(condition, x, y)


FUNCTIONS = {
    np.sum: _summing(reduction.sum),
    np.mean: _summing(reduction.mean),
    np.prod: _summing(reduction.prod),
    np.var: _summing(reduction.var, "a axis dtype out ddof keepdims"),
    np.std: _summing(reduction.std, "a axis dtype out ddof keepdims"),
    np.max: _answer(reduction.max, "a axis out keepdims initial"),
    np.min: _answer(reduction.min, "a axis out keepdims initial"),
    np.all: _answer(reduction.all, "a axis out keepdims"),
    np.any: _answer(reduction.any, "a axis out keepdims"),
    np.argmax: _answer(reduction.argmax, "a axis out keepdims"),
    np.argmin: _answer(reduction.argmin, "a axis out keepdims"),
    np.count_nonzero: _answer(reduction.count_nonzero, "a axis"),
    np.cumsum: _answer(reduction.cumsum, "a axis dtype out"),
    np.cumprod: _answer(reduction.cumprod, "a axis dtype out"),
    np.concatenate: _answer(joining.concatenate, "arrays axis out"),
    np.stack: _answer(joining.stack, "arrays axis out"),
    np.split: _answer(joining.split, "ary indices_or_sections axis"),
    np.array_split: _answer(joining.array_split, "ary indices_or_sections axis"),
    np.where: _where,
    np.clip: _clip,
    np.reshape: _answer(shaping.reshape, "a newshape order", shape="newshape"),
    np.ravel: _answer(shaping.ravel, "a order"),
    np.transpose: _answer(shaping.transpose, "a axes"),
    np.swapaxes: _answer(shaping.swapaxes, "a axis1 axis2"),
    np.moveaxis: _answer(shaping.moveaxis, "a source destination"),
    np.expand_dims: _answer(shaping.expand_dims, "a axis"),
    np.squeeze: _answer(shaping.squeeze, "a axis"),
    np.broadcast_to: _answer(shaping.broadcast_to, "array shape subok"),
    np.flip: _answer(shaping.flip, "m axis"),
    np.rot90: _answer(shaping.rot90, "m k axes"),
    np.roll: _answer(shaping.roll, "a shift axis"),
    np.tile: _answer(shaping.tile, "A reps", reps="repeats"),
    np.repeat: _answer(shaping.repeat, "a repeats axis"),
    np.pad: _answer(shaping.pad, "array pad_width mode"),
    np.take: _answer(indexing.take, "a indices axis out mode", arrays=2),
    np.take_along_axis: _answer(indexing.take_along_axis, "arr indices axis", arrays=2),
    np.nonzero: _answer(indexing.nonzero, "a"),
    np.sort: _answer(sorting.sort, "a axis kind order"),
    np.argsort: _answer(sorting.argsort, "a axis kind order"),
    np.dot: _answer(products.dot, "a b out", arrays=2),
    np.tensordot: _answer(products.tensordot, "a b axes", arrays=2),
    np.round: _answer(elementwise.round, "a decimals out"),
    np.nan_to_num: _answer(elementwise.nan_to_num, "x copy nan posinf neginf"),
    np.sinc: _answer(elementwise.sinc, "x"),
    np.copy: _answer(elementwise.copy, "a order subok"),
    np.isclose: _answer(comparison.isclose, "a b rtol atol equal_nan", arrays=2),
    np.allclose: _answer(comparison.allclose, "a b rtol atol equal_nan", arrays=2),
    np.zeros_like: _answer(creation.zeros_like, "a dtype order subok shape"),
    np.ones_like: _answer(creation.ones_like, "a dtype order subok shape"),
    np.full_like: _answer(creation.full_like, "a fill_value dtype order subok shape"),
    np.shape: creation.shape,
    np.ndim: creation.ndim,
    np.size: _answer(creation.size, "a axis"),
    np.append: _answer(joining.append, "arr values axis", arrays=2),
    np.vstack: _answer(joining.vstack, "tup"),
    np.hstack: _answer(joining.hstack, "tup"),
    np.dstack: _answer(joining.dstack, "tup"),
    np.vsplit: _answer(joining.vsplit, "ary indices_or_sections"),
    np.hsplit: _answer(joining.hsplit, "ary indices_or_sections"),
    np.dsplit: _answer(joining.dsplit, "ary indices_or_sections"),
    np.diagonal: _answer(diagonals.diagonal, "a offset axis1 axis2"),
    np.trace: _answer(diagonals.trace, "a offset axis1 axis2 dtype out"),
    np.diag: _answer(diagonals.diag, "v k"),
    np.diagflat: _answer(diagonals.diagflat, "v k"),
    np.tril: _answer(diagonals.tril, "m k"),
    np.triu: _answer(diagonals.triu, "m k"),
    np.outer: _answer(products.outer, "a b out", arrays=2),
    np.inner: _answer(products.inner, "a b", arrays=2),
    np.vdot: _answer(products.vdot, "a b", arrays=2),
    np.kron: _answer(products.kron, "a b", arrays=2),
    np.cross: _answer(products.cross, "a b axisa axisb axisc axis", arrays=2),
    np.einsum: _einsum,
    np.average: _answer(statistics.average, "a axis weights"),
    np.median: _answer(statistics.median, "a axis out overwrite_input keepdims"),
    np.quantile: _quantile(statistics.quantile),
    np.percentile: _quantile(statistics.percentile),
    np.nanquantile: _quantile(statistics.nanquantile),
    np.nanpercentile: _quantile(statistics.nanpercentile),
    np.nansum: _summing(statistics.nansum),
    np.nanmean: _summing(statistics.nanmean),
    np.nanprod: _summing(statistics.nanprod),
    np.nanmax: _answer(statistics.nanmax, "a axis out keepdims"),
    np.nanmin: _answer(statistics.nanmin, "a axis out keepdims"),
    np.ptp: _answer(statistics.ptp, "a axis out keepdims"),
    np.diff: _answer(statistics.diff, "a n axis"),
    np.real: _answer(complex_numbers.real, "val"),
    np.imag: _answer(complex_numbers.imag, "val"),
    np.angle: _answer(complex_numbers.angle, "z"),
    np.searchsorted: _answer(searching.searchsorted, "a v side", arrays=2),
    np.digitize: _answer(searching.digitize, "x bins", arrays=2),
    np.isin: _answer(comparison.isin, "x1 x2 assume_unique invert", arrays=2),
    np.linalg.norm: _answer(norms.norm, "x ord axis keepdims"),
    np.linalg.inv: _answer(decompositions.inv, "a"),
    np.linalg.pinv: _answer(decompositions.pinv, "a rcond"),
    np.linalg.det: _answer(decompositions.det, "a"),
    np.linalg.slogdet: _answer(decompositions.slogdet, "a"),
    np.linalg.solve: _answer(decompositions.solve, "a b", arrays=2),
    np.linalg.cholesky: _answer(decompositions.cholesky, "a upper"),
    np.linalg.qr: _answer(decompositions.qr, "a mode"),
    np.linalg.svd: _answer(decompositions.svd, "a full_matrices compute_uv"),
    np.linalg.eigh: _answer(decompositions.eigh, "a"),
}
FUNCTIONS[np.amax], FUNCTIONS[np.amin] = FUNCTIONS[np.max], FUNCTIONS[np.min]
# NumPy 2's new names of old functions are objects of their own only in some versions.
for _new, _old in (("permute_dims", "transpose"), ("concat", "concatenate"), ("pow", "power")):
    if hasattr(np, _new) and getattr(np, _old) in FUNCTIONS:
        FUNCTIONS.setdefault(getattr(np, _new), FUNCTIONS[getattr(np, _old)])
