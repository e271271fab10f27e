"""What a forward pass tells its layers, and what they tell it: the phase and extra losses."""

import itertools
import threading

_next_number = itertools.count(1).__next__


class _Context(threading.local):
    training = False  # the learning phase: are dropout and batch statistics on?
    losses = None  # list that gathers what layers add to the loss; None: nobody asks
    metrics = None  # list that gathers (name, value) pairs from `add_metric`
    symbols = None  # says what symbolic tensors stand for now, see `outside_symbols`
    number = 0  # of the forward pass: what was added in an older one is out of date
    depth = 0  # how many layers deep, within a direct call


context = _Context()


class forward_pass:  # noqa: N801 - read like a function in a `with` statement
    """Set the phase and the collectors for the layers called within a `with` block.

    Args:
        training: the phase.
        losses, metrics: lists to collect in, or None.
    """

    __slots__ = ("before", "inside")

    def __init__(self, training, losses=None, metrics=None):
        self.inside = training, losses, metrics

    def __enter__(self):
        self.before = context.training, context.losses, context.metrics, context.symbols
        context.training, context.losses, context.metrics = self.inside
        context.symbols = None
        context.number = _next_number()
        context.depth += 1

    def __exit__(self, *error):
        context.training, context.losses, context.metrics, context.symbols = self.before
        context.depth -= 1


class phase:  # noqa: N801 - read like a function in a `with` statement
    """Set the phase alone."""

    __slots__ = ("before", "training")

    def __init__(self, training):
        self.training = training

    def __enter__(self):
        self.before = context.training
        context.training = self.training

    def __exit__(self, *error):
        context.training = self.before


class direct_call:  # noqa: N801 - a context manager, used like a function
    """Within this context a layer computes; the outermost one begins a new forward pass."""

    __slots__ = ()

    def __enter__(self):
        if context.depth == 0:
            context.number = _next_number()
        context.depth += 1

    def __exit__(self, *error):
        context.depth -= 1
