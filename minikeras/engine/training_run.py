"""TrainingRun: how far a `fit` has come, and everything that its going on depends on.

What the weights will be at the end follows from the data and from this state: weights, optimizers,
random streams, the order of the present pass through the data, running means, and what callbacks
remember. A run that is given the state of another goes on as that one would have, bit for bit.
"""

import random

import numpy as np

from .. import config
from ..utils.nest import as_list
from .model_state import model_state, restore_model


class TrainingRun:
    """One `fit` on its way; `model.training_run` while it lasts.

    Args:
        model: being trained.
        runner, source: of the training.
        validation: (runner, source) of the validation, or None.
        listeners: the `CallbackList`.
        epochs: range of the epochs to run.

    Attributes:
        epoch: the present epoch, or the next one between two epochs; counted from 0.
        step: batches of this epoch that are done.
        last: the number of epochs to end after.
        over: whether no further epoch is to begin.
    """

    def __init__(self, model, runner, source, validation, listeners, epochs):
        self._model = model
        self._runner = runner
        self._sources = [source] + ([] if validation is None else [validation[1]])
        self._listeners = listeners
        self.epoch, self.step, self.last = epochs.start, 0, epochs.stop
        self.over = False
        self._resumed = None

    def __reduce__(self):
        return type(None), ()  # a copy of the model, or its pickle, is not being trained

    # -----------------------------------------------------------------------------------------
    # For the loop
    # -----------------------------------------------------------------------------------------
    @property
    def goes_on(self):
        """Whether another epoch is to be run, or the rest of one."""
        return not self.over and self.epoch < self.last

    def begin_epoch(self):
        """Return how many batches of the epoch that has begun are done: 0 but in a resumed run."""
        if self._resumed is not None and self.step:
            # What callbacks do when an epoch begins they had done before the state was taken.
            self._restore(self._resumed)
            self._runner.set_state(self._resumed["runner"])
        self._resumed = None
        return self.step

    def end_epoch(self):
        """Count an epoch as done; the callbacks are told afterwards."""
        self.epoch, self.step = self.epoch + 1, 0

    def how_far(self):
        """Return in words how far the training has come."""
        steps = self._sources[0].size
        batches = f"{self.step} of {steps} batches" if steps else f"{self.step} batches"
        return f"in epoch {self.epoch + 1} of {self.last}, after {batches}"

    # -----------------------------------------------------------------------------------------
    # State
    # -----------------------------------------------------------------------------------------
    def state(self):
        """Return all that the rest of the training depends on.

        Returns:
            Dictionaries and lists of arrays, numbers and strings, which are not changed by
            further training (see `utils.plain_file`).
        """
        return {
            "epoch": self.epoch,
            "step": self.step,
            "stopping": bool(self._model.stop_training),
            "sources": [source.position() for source in self._sources],
            "model": model_state(self._model),
            "runner": self._runner.state() if self.step else None,
            "callbacks": _callback_states(self._listeners),
            "streams": config.stream_states(),
            "numpy": list(np.random.get_state()),
            "python": _as_lists(random.getstate()),
        }

    def resume(self, state):
        """Go on where the run was that `state` was taken from.

        Called before the first epoch, when all callbacks have been told that training begins.

        Raises:
            ValueError: model, optimizer or data are others than those of the state.
        """
        for source, position in zip(self._sources, state["sources"]):
            source.resume(position, state["step"] > 0 and source is self._sources[0])
        if state["step"] or len(self._model.weights) != len(state["model"]["weights"]):
            self._runner.warm_up(self._sources[0].probe())
        self.epoch, self.step = state["epoch"], state["step"]
        self.over = state["stopping"] and not self.step
        self._resumed = state
        self._restore(state)

    def _restore(self, state):
        restore_model(self._model, state["model"])
        self._model.stop_training = state["stopping"]
        _restore_callbacks(self._listeners, state["callbacks"])
        config.restore_streams(state["streams"])
        np.random.set_state(tuple(state["numpy"]))
        random.setstate(_as_tuples(state["python"]))


def _callback_states(listeners):
    """Return [class name, state] of every callback that has a state."""
    return [
        [type(callback).__name__, callback.get_state()]
        for callback in listeners
        if getattr(callback, "get_state", None) is not None
    ]


def _restore_callbacks(listeners, states):
    """Hand states out by class, in the order of the list; who finds none is left as it is."""
    waiting = [(name, state) for name, state in as_list(states)]
    for callback in listeners:
        if getattr(callback, "set_state", None) is None:
            continue
        for i, (name, state) in enumerate(waiting):
            if name == type(callback).__name__:
                if state is not None:
                    callback.set_state(state)
                del waiting[i]
                break


def _as_lists(value):
    return [_as_lists(v) for v in value] if isinstance(value, tuple) else value


def _as_tuples(value):
    return tuple(_as_tuples(v) for v in value) if isinstance(value, (list, tuple)) else value
