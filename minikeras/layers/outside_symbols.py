"""Symbolic tensors that a function takes from around it, not through its arguments.

Losses of Keras 2 scripts are closures over tensors of the model (the penalty of a variational
autoencoder, the advantage of an actor), and so are custom layers and Lambdas. Such a function is
run on data here, where those tensors have no value of their own. Whoever runs it says through
`context.symbols` what they stand for; `KerasTensor` asks whenever an operation meets one.
"""

import dis
import types

from ..utils.nest import flatten, map_structure
from .context import context
from .symbolic import KerasTensor, newest_symbol

_OURS = __name__.split(".")[0]


class SymbolWanted(Exception):  # noqa: N818 - a question, not an error
    """A function needs the value of a symbolic tensor that the running step has not kept.

    Attributes:
        symbol: the tensor; None if it is only the record of the step that is missing.
        as_source: whether a gradient is to be taken by it, within the step.
    """

    def __init__(self, symbol, as_source=False):
        super().__init__(f"The value of {symbol!r} has not been kept.")
        self.symbol = symbol
        self.as_source = as_source


class RecordWanted(SymbolWanted, ValueError):  # noqa: N818 - as above
    """A layer takes a gradient inside a step that has not been recorded for that."""

    def __init__(self):
        super().__init__(None, as_source=True)
        self.args = (
            "K.gradients() was given a value without the history that it needs: it was computed "
            "inside no_grad(), or from no tensor that requires a gradient.",
        )


class _Outside:
    """Answers what symbolic tensors stand for that are older than the function's run.

    A function may build a model of its own while it runs: those tensors are newer, and stay.
    """

    def __init__(self):
        self._newest = newest_symbol()

    def is_outside(self, leaf):
        return isinstance(leaf, KerasTensor) and leaf.number <= self._newest

    def in_place_of(self, structure):
        """Return nested arguments with values in the place of symbolic tensors from outside."""
        return map_structure(self.value, structure)


class StepValues(_Outside):
    """The values that a step on a batch has kept.

    Args:
        symbols: list of symbolic tensors.
        values: list of their values.
        sources: ids of those that gradients can be taken by.
    """

    def __init__(self, symbols=(), values=(), sources=frozenset()):
        self._newest = newest_symbol()
        self._values = {}  # as a rule nothing was asked for, and this is made in every step
        if symbols:
            self._values = {id(s): v for s, v in zip(symbols, values, strict=True)}
        self._sources = sources

    def value(self, leaf, as_source=False):
        """Return what `leaf` stands for; itself if it is no symbolic tensor from outside.

        Raises:
            SymbolWanted: the value has not been kept, or not as one to take gradients by.
        """
        if not self.is_outside(leaf):
            return leaf
        known = id(leaf) in self._values and (not as_source or id(leaf) in self._sources)
        if not known:
            raise SymbolWanted(leaf, as_source)
        return self._values[id(leaf)]


class Met(_Outside):
    """Notes which symbolic tensors from outside a function meets when it is run on dummies.

    Attributes:
        symbols: those met so far, in order.
        has_run: whether the function has been run at all.
        dummy: function symbolic tensor -> its dummy in the present trial; None between trials.
    """

    def __init__(self):
        super().__init__()
        self.symbols = []
        self.has_run = False
        self.dummy = None

    def value(self, leaf):
        """Return the dummy for a symbolic tensor from outside, any other leaf as it is."""
        if self.dummy is None or not self.is_outside(leaf):
            return leaf
        self.note(leaf)
        return self.dummy(leaf)

    def note(self, symbol):
        """Note a symbolic tensor, once."""
        if not any(symbol is known for known in self.symbols):
            self.symbols.append(symbol)


class standing_for:  # noqa: N801 - a context manager, used like a function
    """Within this context symbolic tensors from outside stand for what `outside` says.

    Args:
        outside: a `StepValues`, a `Met`, or None: symbolic tensors stay symbolic.
    """

    __slots__ = ("before", "inside")

    def __init__(self, outside):
        self.inside = outside

    def __enter__(self):
        self.before, context.symbols = context.symbols, self.inside
        return self.inside

    def __exit__(self, *error):
        context.symbols = self.before


def symbols_in(layer, function):
    """Return the symbolic tensors that the code of a function names, found without running it.

    Looked at are its closure, the globals and the methods of `layer` that it names, and so on
    through functions of the user's that it finds there.
    """
    met, seen, waiting = Met(), set(), [function]
    while waiting:
        function = waiting.pop()
        function = getattr(function, "__func__", function)
        if not isinstance(function, types.FunctionType) or id(function) in seen:
            continue
        seen.add(id(function))
        if str(function.__module__).split(".")[0] == _OURS:
            continue
        for value in _values_named(function, layer):
            if isinstance(value, (types.FunctionType, types.MethodType)):
                waiting.append(value)
                continue
            for leaf in flatten(value) if isinstance(value, (list, tuple, dict)) else [value]:
                if met.is_outside(leaf):
                    met.note(leaf)
    return met.symbols


def _values_named(function, layer):
    """Yield what the names in a function's code stand for."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not set yet
            continue
    yield from function.__defaults__ or ()
    for kind, name in _names_in(function.__code__):
        if kind == "LOAD_GLOBAL" and name in function.__globals__:
            yield function.__globals__[name]
        if kind in ("LOAD_ATTR", "LOAD_METHOD") and name in vars(type(layer)):
            yield vars(type(layer))[name]


def _names_in(code):
    """Yield (instruction, name) for each name in a code object and those inside it."""
    for instruction in dis.get_instructions(code):
        if isinstance(instruction.argval, str):
            yield instruction.opname, instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)
