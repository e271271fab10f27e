"""What the conformance suite runs: for every registered operation at least one case.

A case names the operation, arrays to call it on, and a reference in plain NumPy. The suite derives
from it the tests of forward values, gradients, second gradients, types and memory layouts.
"""

import dataclasses
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass
class Case:
    """One call of an operation.

    Attributes:
        op: name in `autograd.engine.OPS`.
        arrays: the array arguments; floats in float64. None for one that is left out.
        reference: computes the expected result from the same arguments.
        settings: the keyword settings.
        gradient: False for a result without gradient; a string names why it is refused.
        second: False where the second gradient is refused, or cannot be compared.
        prepare: applied to the arrays first, to give matrices of a kind (symmetric, ...).
        tolerance: relative, in float64.
        single: relative tolerance of the float32 result.
        elementwise: whether any shape will do, so that shapes () and (0, 3) are tried too.
        keeps: whether float32 arrays must give float32 results.
    """

    op: str
    arrays: list
    reference: Callable[..., Any]
    settings: dict = dataclasses.field(default_factory=dict)
    gradient: bool | str = True
    second: bool = True
    prepare: Callable[..., Any] | None = None
    tolerance: float = 1e-12
    single: float = 2e-5
    elementwise: bool = False
    keeps: bool = True

    @property
    def label(self):
        """What pytest calls the case."""
        settings = ",".join(f"{k}={v}" for k, v in self.settings.items())
        shapes = "x".join(str(getattr(a, "shape", a)).replace(" ", "") for a in self.arrays)
        return f"{self.op}-{shapes}-{settings}"[:90]


def all_cases():
    """Return the cases of every module here."""
    from . import arrays, binary, convolutions, images, matrices, networks, reductions, unary

    modules = (unary, binary, reductions, arrays, matrices, networks, convolutions, images)
    return [case for module in modules for case in module.CASES]
