"""What a forward pass tells its layers, and what they tell it: the phase and extra losses."""

import contextlib
import threading


class _Context(threading.local):
    training = False  # the learning phase: are dropout and batch statistics on?
    losses = None  # list that gathers what layers add to the loss; None: nobody asks
    metrics = None  # list that gathers (name, value) pairs from `add_metric`


context = _Context()


@contextlib.contextmanager
def forward_pass(training, losses=None, metrics=None):
    """Set the phase and the collectors for the layers called within a `with` block."""
    before = context.training, context.losses, context.metrics
    context.training, context.losses, context.metrics = training, losses, metrics
    try:
        yield
    finally:
        context.training, context.losses, context.metrics = before


@contextlib.contextmanager
def phase(training):
    """Set the phase alone."""
    before = context.training
    context.training = training
    try:
        yield
    finally:
        context.training = before
