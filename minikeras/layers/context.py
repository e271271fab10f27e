"""What a forward pass tells its layers, and what they tell it: the phase and extra losses."""

import threading


class _Context(threading.local):
    training = False  # the learning phase: are dropout and batch statistics on?
    losses = None  # list that gathers what layers add to the loss; None: nobody asks
    metrics = None  # list that gathers (name, value) pairs from `add_metric`


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
        self.before = context.training, context.losses, context.metrics
        context.training, context.losses, context.metrics = self.inside

    def __exit__(self, *error):
        context.training, context.losses, context.metrics = self.before


def phase(training):
    """Return a context that sets the phase alone."""
    return forward_pass(training, context.losses, context.metrics)
