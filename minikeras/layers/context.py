"""What a forward pass tells its layers, and what they tell it: the phase and extra losses."""

import contextlib
import itertools
import threading

_next_number = itertools.count(1).__next__


class _Context(threading.local):
    training = False  # the learning phase: are dropout and batch statistics on?
    losses = None  # list that gathers what layers add to the loss; None: nobody asks
    metrics = None  # list that gathers (name, value) pairs from `add_metric`
    number = 0  # of the forward pass: what was added in an older one is out of date
    depth = 0  # how many layers deep, within a direct call


context = _Context()


@contextlib.contextmanager
def forward_pass(training, losses=None, metrics=None):
    """Set the phase and the collectors for the layers called within a `with` block."""
    before = context.training, context.losses, context.metrics
    context.training, context.losses, context.metrics = training, losses, metrics
    context.number = _next_number()
    context.depth += 1
    try:
        yield
    finally:
        context.training, context.losses, context.metrics = before
        context.depth -= 1


@contextlib.contextmanager
def phase(training):
    """Set the phase alone."""
    before = context.training
    context.training = training
    try:
        yield
    finally:
        context.training = before


class direct_call:  # noqa: N801 - a context manager, used like a function
    """Within this context a layer computes; the outermost one begins a new forward pass."""

    __slots__ = ()

    def __enter__(self):
        if context.depth == 0:
            context.number = _next_number()
        context.depth += 1

    def __exit__(self, *error):
        context.depth -= 1
