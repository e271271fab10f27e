"""Scoreboard: all the numbers that a step reports, and their names."""

import numpy as np

from ..autograd import Tensor
from ..callbacks import Logs
from .error_places import located
from .metric_slots import ObjectSlot
from .metric_state import metric_state, restore_metric


class Scoreboard:
    """The loss, the outputs' losses, the metrics, and what layers report, under their names.

    Args:
        outputs: list of `Output` with their metric slots.
        tracked: metric objects that layers hold (Keras 3).

    Attributes:
        names: of all numbers, in the order of `metrics_names`. Names that only the first batch
            brings (of a metric that returns a dictionary, of `add_metric`) are added then.
        loss_names: those of the outputs' losses, where there are several outputs.
    """

    def __init__(self, outputs, tracked=()):
        several = len(outputs) > 1
        self.loss_names = [f"{o.name}_loss" for o in outputs if several and o.loss is not None]
        self.names = ["loss", *self.loss_names]
        self._rows = []  # (slot, index of its output, whether it is weighted)
        for index, output in enumerate(outputs):
            before = f"{output.name}_" if several else ""
            for slot in output.metrics:
                self._add_row(slot, index, False, before)
            for slot in output.weighted_metrics:
                # The name of an object was chosen by its user; that of a function says all.
                marked = not isinstance(slot, ObjectSlot) or before + slot.name in self.names
                self._add_row(slot, index, True, before + ("weighted_" if marked else ""))
        self._tracked = []
        for metric in tracked:
            slot = ObjectSlot(metric, metric.name)
            self._name(slot, "")
            self._tracked.append(slot)
        self._with_state = [s for s, _, _ in self._rows if s.has_state] + self._tracked
        self._reported = []  # names of what `add_metric` reports

    def _add_row(self, slot, index, weighted, prefix):
        self._name(slot, prefix)
        self._rows.append((slot, index, weighted))

    def _name(self, slot, prefix):
        slot.prefix, slot.spelled_out = prefix, False
        slot.log_names = [self._take(prefix + slot.name)]

    def _take(self, name):
        """Return a name that is not taken yet, and take it."""
        base, n = name, 1
        while name in self.names:
            name, n = f"{base}_{n}", n + 1
        self.names.append(name)
        return name

    def reset(self):
        """Let metrics with a state forget what they have seen."""
        for slot in self._with_state:
            slot.reset()

    def add_batch(self, total, parts, y_true, y_pred, weights, reported):
        """Feed the metrics one batch, and return its numbers in the order of `names`.

        Args:
            total, parts: the loss, and the outputs' losses, as floats.
            y_true, weights: lists of arrays or None per output.
            y_pred: list of tensors.
            reported: list of (name, value) that layers reported by `add_metric`.
        """
        values = [total]
        if self.loss_names:
            values += parts
        for slot, index, weighted in self._rows:
            weight = weights[index] if weighted else None
            try:
                value = slot.update(y_true[index], y_pred[index], weight)
            except (ValueError, TypeError) as error:
                raise located(error, f"in the metric {slot.log_names[0]!r}") from error
            if slot.keys is None:
                values.append(value)
            else:
                values += self._spelled_out(slot, value)
        for slot in self._tracked:
            value = slot.result()
            if slot.keys is None:
                values.append(value)
            else:
                values += self._spelled_out(slot, value)
        if reported or self._reported:
            values += self._numbers_of(reported)
        return values

    def _spelled_out(self, slot, values):
        """Return the values of a metric's dictionary, its keys taking the place of its name."""
        if not slot.spelled_out:
            slot.spelled_out = True
            at = self.names.index(slot.log_names[0])
            after = self.names[at + 1 :]
            del self.names[at:]
            slot.log_names = [self._take(slot.prefix + str(key)) for key in slot.keys]
            self.names += after
        return values

    def _numbers_of(self, reported):
        """Return what `add_metric` reported for a batch, in the order in which it first did."""
        found = {
            name: float(np.mean(value.data if isinstance(value, Tensor) else value))
            for name, value in reported
        }
        for name in found:
            if name not in self._reported:
                self._reported.append(name)
                self.names.append(name)
        return [found.get(name, float("nan")) for name in self._reported]

    def state(self):
        """Return the metrics' states as plain data, and the names that layers have reported."""
        return {
            "reported": list(self._reported),
            "metrics": [metric_state(slot.metric) for slot in self._with_state],
        }

    def set_state(self, state):
        """Put back what `state` returned."""
        new = [name for name in state["reported"] if name not in self._reported]
        self._reported += new
        self.names += new
        for slot, saved in zip(self._with_state, state["metrics"]):
            restore_metric(slot.metric, saved)

    def results(self, means):
        """Return the numbers of an epoch as logs.

        Args:
            means: of all numbers over the epoch's samples; metrics with a state know better.
        """
        logs = Logs(zip(self.names, means))
        for slot in self._with_state:
            value = slot.result()
            logs.update(zip(slot.log_names, [value] if slot.keys is None else value))
        return logs


class Averages:
    """Means of a step's numbers over batches, weighted by their sizes, in double precision."""

    def __init__(self):
        self._sums = []
        self._samples = 0

    def add(self, values, size):
        """Add the numbers of a batch of `size` samples."""
        sums = self._sums
        if len(sums) < len(values):  # in the first batch
            sums += [0.0] * (len(values) - len(sums))
        for i, value in enumerate(values):
            sums[i] += value * size
        self._samples += size

    def state(self):
        """Return the sums as plain data."""
        return {"sums": list(self._sums), "samples": self._samples}

    def set_state(self, state):
        """Put back what `state` returned."""
        self._sums, self._samples = list(state["sums"]), state["samples"]

    def means(self):
        """Return the list of means; an empty one before any batch."""
        return [total / self._samples for total in self._sums]
