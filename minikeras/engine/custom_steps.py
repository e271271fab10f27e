"""train_step, test_step, predict_step, compute_loss: what a model of one's own may override.

The loops of `fit` and its kin run these methods only where a model overrides one of them; the
general way below gives the numbers of the short one in `stepping.py`. As in Keras 3 what a step
reports is a dictionary, values of metrics being those since the epoch began.
"""

import inspect

from ..autograd import gradients, no_grad, recording
from ..layers.context import forward_pass
from ..metrics import Mean, Metric
from ..metrics.base import plain
from ..utils.data_tuples import unpack_x_y_sample_weight
from ..utils.nest import flatten
from .metric_state import metric_state, restore_metric
from .scoreboard import Averages

TRAINING_STEP = ("train_step", "compute_loss", "compute_metrics")
TESTING_STEP = ("test_step", "compute_loss", "compute_metrics")
PREDICTING_STEP = ("predict_step",)
STEPS = {*TRAINING_STEP, *TESTING_STEP}


class CustomSteps:
    """Mixin of `Model`: the steps in their general form."""

    _step_metrics = None  # name -> Metric: mean losses, and those of `compile` as one
    _averages = None  # running means of the steps in `stepping.py`, where those were run last

    def _overrides(self, names):
        """Return whether this model has a method of its own for any of these names."""
        return any(
            name in vars(self) or getattr(type(self), name) is not getattr(CustomSteps, name)
            for name in names
        )

    def _check_steps(self):
        """Refuse steps in the style of a backend that has no state of its own."""
        for name in ("train_step", "test_step", "predict_step"):
            parameters = inspect.signature(getattr(self, name)).parameters.values()
            needed = [p for p in parameters if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
            if len(needed) > 1:
                raise TypeError(
                    f"{type(self).__name__}.{name} wants {len(needed)} arguments "
                    f"({', '.join(p.name for p in needed)}). A step takes the data only here: "
                    f"write {name}(self, data), as for a backend that trains in place."
                )

    # -----------------------------------------------------------------------------------------
    # Steps
    # -----------------------------------------------------------------------------------------
    def train_step(self, data):
        """Make one update on a batch; to be overridden.

        An override computes the loss inside `autograd.recording()`, takes `autograd.gradients` of
        it, and hands them to `self.optimizer.apply`.

        Args:
            data: x, (x, y) or (x, y, sample_weight), tensors nested as `fit` was given them.

        Returns:
            A dictionary of numbers for the logs.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        reported = []
        with recording(keep=False), forward_pass(True, [], reported):
            y_pred = self(x, training=True)
            loss = self._call_compute_loss(x, y, y_pred, sample_weight, True)
            if self._targets is None:
                self._collect_trainable()
            if not self._targets:
                self._warn_of_nothing_to_train()
            elif getattr(loss, "_node", None) is None:
                self._refuse_detached_loss()
            else:
                scaled = self.optimizer.scale_loss(loss)
                self.optimizer.apply(gradients(scaled, self._targets), self._targets)
        return self._measured(loss, x, y, y_pred, sample_weight, reported)

    def test_step(self, data):
        """Return a dictionary of numbers for a batch, without an update; to be overridden.

        Args:
            data: x, (x, y) or (x, y, sample_weight), nested as `evaluate` was given them.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        reported = []
        with no_grad(), forward_pass(False, [], reported):
            y_pred = self(x, training=False)
            loss = self._call_compute_loss(x, y, y_pred, sample_weight, False)
        return self._measured(loss, x, y, y_pred, sample_weight, reported)

    def predict_step(self, data):
        """Return the outputs for a batch, tensors in any nesting; to be overridden.

        Args:
            data: (x,), nested as `predict` was given it.
        """
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def _measured(self, loss, x, y, y_pred, sample_weight, reported):
        """Return what a step reports: the mean loss, and what `compute_metrics` says."""
        self._add_to_mean("loss", loss, len(flatten(x)[0]))
        return {**self.compute_metrics(x, y, y_pred, sample_weight), **dict(reported)}

    # -----------------------------------------------------------------------------------------
    # Loss
    # -----------------------------------------------------------------------------------------
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Return the total loss, a scalar tensor: that of `compile`, and all that layers add.

        Args:
            x, y, y_pred, sample_weight: nested tensors or arrays of one batch.
            training: whether the model is being trained.

        Raises:
            ValueError: there is no loss at all, or a loss without labels.
        """
        outputs, targets, weights = self._in_order(y_pred, y, sample_weight)
        total, parts = self._compilation.total_loss(targets, outputs, weights, self.losses)
        for name, part in zip(self._compilation.board.loss_names, parts):
            self._add_to_mean(name, part, len(outputs[0]))
        return total

    def _call_compute_loss(self, x, y, y_pred, sample_weight, training):
        """Call `compute_loss`, which had no argument `training` before Keras 3.3."""
        accepted = inspect.signature(self.compute_loss).parameters
        several = any(p.kind is p.VAR_KEYWORD for p in accepted.values())
        extra = {"training": training} if several or "training" in accepted else {}
        return self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, **extra)

    def _in_order(self, y_pred, y, sample_weight):
        """Return outputs, labels and weights as lists, one entry for each output."""
        compilation = self._compilation
        if not compilation.resolved:
            described = self._describe_structure(y_pred)
            compilation.resolve(*described, self._tracked_metrics())
        outputs = flatten(y_pred)
        targets = _arrays(y, len(outputs), "y")
        for output, target in zip(compilation.outputs, targets, strict=True):
            if target is None and output.loss is not None:
                raise ValueError(f"The loss of {output.name!r} needs labels: pass y.")
        compilation.see_labels(targets)
        return outputs, targets, _arrays(sample_weight, len(outputs), "sample_weight")

    # -----------------------------------------------------------------------------------------
    # Metrics
    # -----------------------------------------------------------------------------------------
    def compute_metrics(self, x=None, y=None, y_pred=None, sample_weight=None):
        """Feed the metrics of `compile` one batch, and return all values so far, a dictionary."""
        self._step_objects()["compile_metrics"].update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _step_objects(self):
        if self._step_metrics is None:
            self._step_metrics = {
                "loss": Mean(name="loss"),
                "compile_metrics": CompiledMetrics(self),
            }
        return self._step_metrics

    def _add_to_mean(self, name, loss, size):
        """Add the loss of a batch of `size` samples to the mean that is called `name`."""
        means = self._step_objects()
        if name not in means:
            means[name] = Mean(name=name)
        means[name].update_state(float(loss), float(size))

    def _metric_objects(self):
        """Return everything measured, as objects: what `metrics` is in Keras 3."""
        means = dict(self._step_objects())
        compiled = means.pop("compile_metrics")
        return [*means.values(), compiled, *self._tracked_metrics()]

    def get_metrics_result(self):
        """Return the values of all metrics since the epoch began, a dictionary by name."""
        if self._averages is not None:
            return dict(self._compilation.board.results(self._averages.means()))
        found = {}
        for metric in self._metrics_in_use():
            value = plain(metric.result())
            found.update(value if isinstance(value, dict) else {metric.name: value})
        return found

    def reset_metrics(self):
        """Let all metrics forget what they have seen; `fit` does so when an epoch begins."""
        self._averages = None
        for metric in self._metrics_in_use():
            metric.reset_state()

    def _metric_states(self):
        """Return [name, state] of all metrics as plain data."""
        return [[metric.name, metric_state(metric)] for metric in self._metrics_in_use()]

    def _restore_metrics(self, states):
        """Put back what `_metric_states` returned."""
        known = [metric.name for metric in self._metrics_in_use()]
        for name, _ in states:
            if name not in known and not self._lists_its_metrics:
                self._step_objects()[name] = Mean(name=name)  # of an output's loss
        for metric, (_, saved) in zip(self._metrics_in_use(), states):
            restore_metric(metric, saved)

    def _metrics_in_use(self):
        """Return what the property `metrics` lists where a model overrides it, else everything."""
        listed = [m for m in self.metrics if isinstance(m, Metric)]
        return listed if self._lists_its_metrics else self._metric_objects()


class CompiledMetrics(Metric):
    """All metrics that `compile` was given, as one: its result is a dictionary (Keras 3).

    Args:
        model: whose compilation they are in.
    """

    def __init__(self, model):
        super().__init__(name="compile_metrics")
        self._model = model
        self._averages = Averages()

    @property
    def variables(self):
        """None of its own: the metrics inside keep their states."""
        return []

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Feed every metric of `compile` one batch of nested tensors or arrays."""
        if not self._model._compilation.has_metrics:
            return  # whatever labels there are, none is compared
        outputs, targets, weights = self._model._in_order(y_pred, y_true, sample_weight)
        board = self._model._compilation.board
        losses = [0.0] * len(board.loss_names)
        values = board.add_batch(0.0, losses, targets, outputs, weights, ())
        self._averages.add(values, len(outputs[0]))

    def result(self):
        """Return the values so far, a dictionary by name."""
        board = self._board()
        if board is None:
            return {}
        means = self._averages.means() or [0.0] * len(board.names)
        losses = ("loss", *board.loss_names)
        return {name: v for name, v in board.results(means).items() if name not in losses}

    def get_state(self):
        """Return the averages and the states of the metrics inside, as plain data."""
        board = self._board()
        return {
            "averages": self._averages.state(),
            "board": None if board is None else board.state(),
        }

    def set_state(self, state):
        """Put back what `get_state` returned."""
        self._averages.set_state(state["averages"])
        if self._board() is not None and state["board"] is not None:
            self._board().set_state(state["board"])

    def reset_state(self):
        """Let every metric of `compile` forget what it has seen."""
        self._averages = Averages()
        if self._board() is not None:
            self._board().reset()

    def _board(self):
        compilation = self._model._compilation
        return None if compilation is None else compilation.board


def _arrays(structure, count, what):
    """Return the leaves of a nested structure as arrays, one per output; None for each if none."""
    if structure is None:
        return [None] * count
    leaves = [getattr(leaf, "data", leaf) for leaf in flatten(structure)]
    if len(leaves) != count:
        raise ValueError(f"The model has {count} outputs, but {what} holds {len(leaves)} arrays.")
    return leaves
