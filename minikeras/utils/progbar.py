"""Progbar: how far a loop has come, how long it will take, and what it measures on the way."""

import sys
from time import perf_counter

import numpy as np

from .live_line import (
    is_interactive,
    is_notebook,
    open_line,
    resolve_verbose,
    write_line,
)

_NOTEBOOK_INTERVAL = 0.1  # seconds; every redraw is a message to the browser


class Progbar:
    """A line that shows progress: a count, a bar, the time, and named values.

    While it runs: `12800/60000 [=====>.....] - ETA: 9s - loss: 0.3043`; when it is done:
    `60000/60000 [==========] - 18s 301us/step - loss: 0.2434`.

    `target` is what it counts to, None if that is unknown; `width` the length of the bar in
    characters. `verbose` is 1 (the line above), 2 (one short line at the end), 0 (nothing) or
    'auto' (1 where someone may watch, else 2). The line is redrawn at most every `interval`
    seconds, on a terminal or in a notebook; a file or a pipe gets the final line only.

    Values are averaged, weighted by the count they stand for, except the names in
    `stateful_metrics`, which are shown as they are; or else only the names in `stateless_metrics`
    are averaged (Keras 3). `unit_name` is the word in `301us/step`.

    Raises TypeError for both lists of metrics together, ValueError for another `verbose`.
    """

    def __init__(
        self,
        target,
        width=30,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        stateless_metrics=None,
        unit_name="step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise TypeError(
                "Progbar: stateful_metrics= names what is not averaged, stateless_metrics= what "
                "is; give one of them."
            )
        self.target = target
        self.width = width
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._stream = sys.stdout
        self.verbose = resolve_verbose(verbose, self._stream)
        self.interval = interval
        if is_notebook(self._stream):
            self.interval = max(interval, _NOTEBOOK_INTERVAL)
        self._live = self.verbose == 1 and is_interactive(self._stream)
        self._line = None
        self._seen = 0
        self._values = {}  # name: [sum, weight], or the value itself if it is not averaged
        self._start = perf_counter()
        self._next_draw = self._start + self.interval

    def update(self, current, values=None, finalize=None):
        """Set the count to `current`, and add values: a list of (name, value).

        A value stands for the counts since the last update. `finalize` ends the line; by default
        it ends when the target is reached. With `finalize=True` (Keras 3) the values are final
        results and replace the averages; a bar of unknown target needs it to end.
        """
        if values:
            if finalize:
                self._values.update((name, _Final(value)) for name, value in values)
            else:
                self._add_values(current - self._seen, values)
        self._seen = current
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        if finalize:
            self._finish()
        elif self._live:
            now = perf_counter()
            if now >= self._next_draw:
                self._draw(now)
                self._next_draw = perf_counter() + self.interval

    def add(self, n, values=None):
        """Advance the count by `n`; otherwise as `update`."""
        self.update(self._seen + n, values)

    def abort(self):
        """End a line that is being drawn as it is, without a final one."""
        if self._line is not None:
            self._line.close(keep=True)
            self._line = None

    def _add_values(self, weight, values):
        sums = self._values
        stateful = self.stateful_metrics
        stateless = self.stateless_metrics
        for name, value in values:
            if name in stateful or (stateless is not None and name not in stateless):
                sums[name] = _Final(value)
                continue
            if type(value) is not float:
                value = _number(value)
            entry = sums.get(name)
            if entry is None or type(entry) is _Final:
                # A value that comes without progress still has to be seen.
                sums[name] = [value * weight, weight] if weight > 0 else [value, 1]
            elif weight > 0:
                entry[0] += value * weight
                entry[1] += weight

    def _draw(self, now):
        if self._line is None:
            self._line = open_line(self._stream, self.target)
        elapsed = now - self._start
        if self.target is None:
            time = f" - {elapsed:.0f}s {self._pace(elapsed)}"
        else:
            per_unit = elapsed / self._seen if self._seen else 0.0
            time = f" - ETA: {_duration(per_unit * (self.target - self._seen))}"
        self._line.show(self._count(), self._bar(), time + self._results(), self._seen)

    def _finish(self):
        if self._line is not None:
            self._line.close()
            self._line = None
        elapsed = perf_counter() - self._start
        if self.verbose == 1:
            bar = self._bar()
            text = f"{self._count()} [{bar}]" if bar else self._count()
            text += f" - {elapsed:.0f}s {self._pace(elapsed)}{self._results()}"
            write_line(text, self._stream)
        elif self.verbose == 2:
            write_line(f" - {elapsed:.0f}s{self._results()}", self._stream)

    def _count(self):
        if self.target is None:
            return f"{self._seen:7d}/Unknown"
        target = str(self.target)
        return f"{self._seen:>{len(target)}}/{target}"

    def _bar(self):
        """Return `====>....`, or nothing if the target is unknown."""
        if self.target is None:
            return ""
        if self._seen >= self.target:
            return "=" * self.width
        filled = int(self.width * self._seen / self.target)
        head = "=" * (filled - 1) + ">" if filled > 0 else ""
        return head + "." * (self.width - filled)

    def _pace(self, elapsed):
        seconds = elapsed / self._seen if self._seen else 0.0
        if seconds >= 1:
            return f"{seconds:.0f}s/{self.unit_name}"
        if seconds >= 1e-3:
            return f"{seconds * 1e3:.0f}ms/{self.unit_name}"
        return f"{seconds * 1e6:.0f}us/{self.unit_name}"

    def _results(self):
        return "".join(f" - {name}: {_show(entry)}" for name, entry in self._values.items())


class _Final:
    """A value that is shown as it is."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


def _number(value):
    if isinstance(value, (int, float, np.number)):
        return float(value)
    return float(np.mean(value))


def _show(entry):
    if type(entry) is _Final:
        value = entry.value
        if isinstance(value, (str, int)):
            return str(value)
        value = _number(value)
    else:
        total, weight = entry
        value = total / weight
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def _duration(seconds):
    if seconds > 3600:
        return f"{seconds // 3600:.0f}:{seconds % 3600 // 60:02.0f}:{int(seconds % 60):02d}"
    if seconds > 60:
        return f"{seconds // 60:.0f}:{int(seconds % 60):02d}"
    return f"{int(seconds)}s"
