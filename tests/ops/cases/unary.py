"""Cases: functions of one number, element by element."""

import math

import numpy as np

from . import Case
from .values import bools, distinct, inside, ints, normal, positive

_erf = np.vectorize(math.erf, otypes="d")
_erfc = np.vectorize(math.erfc, otypes="d")


def _erfinv(y):
    """Return the inverse error function by bisection."""
    low, high = np.full(np.shape(y), -6.0), np.full(np.shape(y), 6.0)
    for _ in range(80):
        middle = (low + high) / 2
        below = _erf(middle) < y
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


_SMOOTH = {
    "negative": (normal, np.negative),
    "absolute": (normal, np.abs),
    "fabs": (normal, np.abs),
    "square": (normal, np.square),
    "sqrt": (positive, np.sqrt),
    "rsqrt": (positive, lambda x: x**-0.5),
    "cbrt": (normal, np.cbrt),
    "reciprocal": (normal, lambda x: 1 / x),
    "exp": (normal, np.exp),
    "exp2": (normal, np.exp2),
    "expm1": (normal, np.expm1),
    "log": (positive, np.log),
    "log2": (positive, np.log2),
    "log10": (positive, np.log10),
    "log1p": (positive, np.log1p),
    "sin": (normal, np.sin),
    "cos": (normal, np.cos),
    "tan": (inside, np.tan),
    "arcsin": (inside, np.arcsin),
    "arccos": (inside, np.arccos),
    "arctan": (normal, np.arctan),
    "sinh": (normal, np.sinh),
    "cosh": (normal, np.cosh),
    "tanh": (normal, np.tanh),
    "arcsinh": (normal, np.arcsinh),
    "arctanh": (inside, np.arctanh),
    "sinc": (normal, np.sinc),
    "deg2rad": (normal, np.deg2rad),
    "rad2deg": (normal, np.rad2deg),
    "nan_to_num": (normal, np.nan_to_num),
    "copy": (normal, np.copy),
    "erf": (normal, _erf),
    "erfc": (normal, _erfc),
    "erfinv": (inside, _erfinv),
}
_STEPS = {
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "round": np.round,
    "stop_gradient": np.copy,
    "zeros_like": np.zeros_like,
    "ones_like": np.ones_like,
}
_QUESTIONS = {
    "logical_not": np.logical_not,
    "isnan": np.isnan,
    "isinf": np.isinf,
    "isfinite": np.isfinite,
    "isposinf": np.isposinf,
    "isneginf": np.isneginf,
    "isreal": np.isreal,
    "signbit": np.signbit,
}
_SPECIAL = np.array([[0.0, -0.0, np.inf], [-np.inf, np.nan, 2.5]])


def _clean(x):
    return np.nan_to_num(x, nan=7.0, posinf=8.0, neginf=9.0)


CASES = [
    *(Case(n, [make(2, 3)], f, elementwise=True) for n, (make, f) in _SMOOTH.items()),
    *(Case(n, [distinct(3, 4)], f, gradient=False, elementwise=True) for n, f in _STEPS.items()),
    *(Case(n, [_SPECIAL], f, gradient=False, keeps=False) for n, f in _QUESTIONS.items()),
    Case("arccosh", [positive(2, 3) + 1], np.arccosh),
    Case("erf", [np.array([0.0, 1e-9, 0.49999, 0.5, 3.0, 6.0, -30.0])], _erf, tolerance=2e-15),
    Case("erfc", [np.array([0.0, 0.3, 0.5, 2.0, 5.0, 9.0, -3.0])], _erfc, tolerance=1e-13),
    Case("sinc", [np.array([0.5, -2.0, 3.3])], np.sinc),
    Case("round", [distinct(3, 4)], lambda x, decimals: np.round(x, 1), {"decimals": 1}, False),
    Case(
        "nan_to_num",
        [np.array([1.5, np.nan, np.inf, -np.inf])],
        lambda x, **_: _clean(x),
        {"nan": 7.0, "posinf": 8.0, "neginf": 9.0},
        second=False,
    ),
    Case("full_like", [normal(2, 3)], np.full_like, {"fill_value": 2.5}, gradient=False),
    Case("i0", [normal(2, 3)], np.i0, gradient="no gradient"),
    Case("cast", [normal(2, 3)], lambda x, dtype: x, {"dtype": "float64"}, keeps=False),
    Case(
        "cast",
        [distinct(2, 3)],
        lambda x, dtype: x.astype(dtype),
        {"dtype": "int32"},
        gradient=False,
        keeps=False,
    ),
    Case("saturate_cast", [normal(3, 3)], lambda x, dtype: x, {"dtype": "float64"}, keeps=False),
    Case(
        "saturate_cast",
        [normal(3, 3) * 300],
        lambda x, dtype: np.clip(x, 0, 255).astype(dtype),
        {"dtype": "uint8"},
        gradient=False,
        keeps=False,
    ),
    Case("bitwise_not", [ints(2, 3)], np.invert, gradient=False),
    Case("logical_not", [bools(2, 3)], np.logical_not, gradient=False),
]
