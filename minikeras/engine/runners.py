"""Runners: what the loops know of a step. They run it on a batch, and tell its numbers.

There are two kinds: the model's own steps, and steps that a model overrides.
"""

import numpy as np

from ..autograd import no_grad
from ..autograd.tensor import Tensor, wrap
from ..callbacks import Logs
from ..memory import keep_freed_memory
from ..metrics.base import plain
from ..parallel import blas_in_one_thread
from ..utils.data_tuples import pack_x_y_sample_weight
from ..utils.nest import flatten, map_structure, pack_like
from .scoreboard import Averages


class StandardRunner:
    """Runs one of the model's own steps on batch after batch, and averages what it returns.

    Args:
        model: compiled and ready.
        run: `model._train_batch` or `model._test_batch`.
    """

    def __init__(self, model, run):
        self._model = model
        self._compilation = model._compilation
        self._run = run

    @property
    def _board(self):
        # A model that gets its shape from the first batch of a generator has none before it.
        return self._compilation.board

    def begin(self, reset=True):
        """Begin an epoch; `reset` lets metrics with a state forget what they have seen."""
        if reset and self._board is not None:
            self._board.reset()
        self._averages = self._model._averages = Averages()
        self._values = ()

    def run(self, inputs, targets, weights, size):
        """Run the step on one batch."""
        run = self._run_first if self._compilation.is_new else self._run
        values = self._model._until_kept(run, inputs, targets, weights)
        self._values = values
        self._averages.add(values, size)

    def _run_first(self, inputs, targets, weights):
        """Run the first batch since `compile`; a loss that fails in it shall leave no trace.

        Layers may have noted something on the way to it: moving averages, for instance. (Weights
        of frozen layers are not looked at: nothing moves them.)
        """
        noted = [w for w in self._model.non_trainable_weights if not w.trainable]
        notes = [(w, w.data.copy()) for w in noted]
        try:
            values = self._run(inputs, targets, weights)
        except BaseException:
            for weight, before in notes:
                weight.assign(before)
            if self._board is not None:
                self._board.reset()
            raise
        self._compilation.is_new = False
        return values

    def warm_up(self, batch):
        """Test on a batch, so that all names are known and all metrics have their variables."""
        self._model._until_kept(self._model._test_batch, *batch[:3])
        self._compilation.board.reset()

    def state(self):
        """Return the running means and the metrics' states, as plain data."""
        return {
            "values": list(self._values),
            "averages": self._averages.state(),
            "board": self._board.state(),
        }

    def set_state(self, state):
        """Put back what `state` returned, after `begin`."""
        self._values = state["values"]
        self._averages.set_state(state["averages"])
        self._board.set_state(state["board"])

    def batch_logs(self):
        """Return the numbers of the last batch."""
        return Logs(zip(self._board.names, self._values, strict=True))

    def epoch_logs(self):
        """Return the numbers of the epoch: averages over samples, results of metrics."""
        return self._board.results(self._averages.means())


class CustomRunner:
    """Runs a step that a model overrides; its last answer is the epoch's, as in Keras 3.

    Args:
        model: whose metrics are reset when an epoch begins.
        run: the method: tuple of nested tensors -> dictionary of numbers.
    """

    def __init__(self, model, run):
        self._model = model
        self._run = run
        self._logs = Logs()

    def begin(self, reset=True):
        """Begin an epoch; `reset` lets all metrics forget what they have seen."""
        if reset:
            self._model.reset_metrics()
        self._model._averages = None
        self._logs = Logs()

    def run(self, x, y, sample_weight, size):
        """Run the step on one batch."""
        data = pack_x_y_sample_weight(*(_as_tensors(part) for part in (x, y, sample_weight)))
        keep_freed_memory()
        with blas_in_one_thread:
            logs = self._run(data)
        if not isinstance(logs, dict):
            name = getattr(self._run, "__name__", "the step")
            raise TypeError(
                f"{type(self._model).__name__}.{name} must return a dictionary of numbers for the "
                f"logs, such as {{'loss': loss}}, but it returned {type(logs).__name__}."
            )
        self._logs = Logs(_numbers(logs))

    def warm_up(self, batch):
        """Build a model that is not built yet; what is measured is for its step to say."""
        if not self._model.built:
            with no_grad():
                self._model(_as_tensors(batch[0]))

    def state(self):
        """Return the last answer and the states of the model's metrics, as plain data."""
        return {"logs": dict(self._logs), "metrics": self._model._metric_states()}

    def set_state(self, state):
        """Put back what `state` returned, after `begin`."""
        self._logs = Logs(state["logs"])
        self._model._restore_metrics(state["metrics"])

    def batch_logs(self):
        """Return the numbers after the last batch."""
        return Logs(self._logs)

    epoch_logs = batch_logs


def _numbers(logs):
    """Yield (name, number) pairs from a dictionary that may hold tensors and dictionaries."""
    for name, value in logs.items():
        value = plain(value.data if isinstance(value, Tensor) else value)
        if isinstance(value, dict):
            yield from _numbers(value)
        else:
            yield name, float(np.mean(value)) if isinstance(value, np.ndarray) else value


def _as_tensors(structure):
    return None if structure is None else map_structure(_as_tensor, structure)


def _as_tensor(array):
    return None if array is None else wrap(array)


class CustomPredictor:
    """Runs a `predict_step` that a model overrides.

    Args:
        run: the method: tuple (x,) of nested tensors -> nested tensors.

    Attributes:
        structure: the nesting of what it returned.
    """

    def __init__(self, run):
        self._run = run
        self.structure = None

    def run(self, x, y, sample_weight, size):
        """Return the outputs for one batch, a list of arrays."""
        with blas_in_one_thread:
            outputs = self._run((_as_tensors(x),))
        self.structure = map_structure(lambda leaf: None, outputs)
        return [np.asarray(leaf) for leaf in flatten(outputs)]

    def pack(self, arrays):
        """Return a list of arrays nested as the step returned them."""
        return pack_like(self.structure, arrays)
