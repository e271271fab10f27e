"""Cases: functions of two numbers, with broadcasting, size-1 axes, ties and zeros."""

import numpy as np

from . import Case
from .values import bools, distinct, ints, normal, positive

# Shapes that broadcast in every way: equal, a missing axis, size-1 axes on both sides, a number.
_SHAPES = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((4, 1, 3), (2, 1)), ((), (2, 2))]

_SMOOTH = {
    "add": (normal, normal, np.add),
    "subtract": (normal, normal, np.subtract),
    "multiply": (normal, normal, np.multiply),
    "divide": (normal, normal, np.divide),
    "divide_no_nan": (normal, normal, np.divide),
    "power": (positive, normal, np.power),
    "squared_difference": (normal, normal, lambda a, b: (a - b) ** 2),
    "arctan2": (normal, normal, np.arctan2),
    "hypot": (normal, normal, np.hypot),
    "logaddexp": (normal, normal, np.logaddexp),
    "logaddexp2": (normal, normal, np.logaddexp2),
    "maximum": (normal, normal, np.maximum),
    "minimum": (normal, normal, np.minimum),
    "fmax": (normal, normal, np.fmax),
    "fmin": (normal, normal, np.fmin),
    "mod": (normal, positive, np.mod),
    "fmod": (normal, positive, np.fmod),
}
_QUESTIONS = {
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "isclose": np.isclose,
    "allclose": np.allclose,
}
_BITS = {
    "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor,
    "bitwise_left_shift": np.left_shift,
    "bitwise_right_shift": np.right_shift,
    "gcd": np.gcd,
    "lcm": np.lcm,
}
_TIES = np.array([[1.0, 2.0], [0.0, -1.0]])


def _clip(x, low, high):
    return np.clip(x, low, high)


CASES = [
    *(
        Case(n, [make1(*s1), make2(*s2, salt=1)], f, elementwise=s1 == s2)
        for n, (make1, make2, f) in _SMOOTH.items()
        for s1, s2 in _SHAPES
    ),
    *(
        Case(n, [_TIES, np.array([1.0, 0.0])], f, gradient=False, keeps=False)
        for n, f in _QUESTIONS.items()
    ),
    *(Case(n, [ints(2, 3), ints(3, salt=1)], f, gradient=False) for n, f in _BITS.items()),
    Case("floor_divide", [distinct(2, 3), positive(3)], np.floor_divide, gradient=False),
    Case("nextafter", [normal(2, 3), normal(3)], np.nextafter, gradient=False, single=1e-6),
    Case("heaviside", [normal(2, 3), normal(3)], np.heaviside),
    Case("heaviside", [np.zeros((2, 3)), normal(3)], np.heaviside, gradient="kink"),
    Case("ldexp", [normal(2, 3), ints(3)], np.ldexp),
    Case("divide_no_nan", [normal(3), np.zeros(3)], lambda a, b: 0 * a, gradient="kink"),
    Case("power", [normal(4), np.array([2.0, 3.0, 1.0, 2.0])], np.power, gradient="kink"),
    Case("clip", [normal(3, 4), -0.7, 0.8], _clip),
    Case("clip", [normal(3, 4), None, 0.8], _clip),
    Case("clip", [normal(3, 4), -0.7, None], _clip),
    Case("clip", [normal(3, 4), None, None], lambda x, low, high: x),
    Case("where", [bools(2, 3), normal(2, 3), normal(3, salt=1)], np.where),
    Case("where", [bools(3), normal(2, 1), normal(1, 3)], np.where),
    Case("where", [ints(2, 3, high=2), normal(2, 3), normal(2, 3, salt=1)], np.where),
    Case("where", [bools(2, 3)], np.nonzero, gradient=False),
    Case("isin", [ints(2, 3), ints(4, salt=1)], np.isin, gradient=False),
]
