"""ProgbarLogger: the line that shows how training is getting on."""

from ..utils.live_line import resolve_verbose, write_line
from ..utils.progbar import Progbar
from .base import Callback
from .logs import Logs

# Entries of a batch's logs that are not results.
_COUNTS = frozenset(("batch", "size"))


class ProgbarLogger(Callback):
    """Show the progress of `fit`, or of an `evaluate` or `predict` of its own.

    `count_mode` is 'samples' (the default) or 'steps'; samples are counted only where their number
    is known beforehand. Names in `stateful_metrics` are shown as they are, all others as the
    average over the epoch so far. `params['verbose']` decides how much is shown: 0 nothing; 1 a
    line that is redrawn while an epoch runs and stays when it ends, on a terminal or in a
    notebook, and in a file the last state only; 2 one short line an epoch; 'auto' is 1 on a
    terminal or in a notebook and 2 elsewhere.

    `fit`, `evaluate` and `predict` add one by themselves, according to `verbose=`.

    Raises ValueError for another `count_mode`.
    """

    remembered = ("seen", "_steps_found")

    def __init__(self, count_mode="samples", stateful_metrics=None):
        super().__init__()
        if count_mode not in ("samples", "steps"):
            raise ValueError(
                f"ProgbarLogger counts 'samples' or 'steps'; count_mode={count_mode!r} is neither."
            )
        self.use_steps = count_mode == "steps"
        self.stateful_metrics = set(stateful_metrics or ())
        self.progbar = None
        self.seen = 0
        self._names = frozenset()
        self._by_samples = False
        self._steps_found = None
        self._in_fit = False

    def on_train_begin(self, logs=None):
        self._in_fit = True
        self._steps_found = None

    def on_train_end(self, logs=None):
        self._in_fit = False

    def on_epoch_begin(self, epoch, logs=None):
        verbose = self._verbose()
        if verbose:
            write_line(f"Epoch {epoch + 1}/{self._setting('epochs')}")
        self._start(verbose)

    def on_batch_end(self, batch, logs=None):
        bar = self.progbar
        if bar is None:
            return
        logs = logs or {}
        self.seen += self._counted(logs)
        names = self._names or logs.keys() - _COUNTS
        bar.update(self.seen, [item for item in logs.items() if item[0] in names], finalize=False)

    def on_epoch_end(self, epoch, logs=None):
        self._finish(self._results(logs))

    def on_test_begin(self, logs=None):
        if not self._in_fit:
            self._start(self._verbose())

    def on_test_batch_end(self, batch, logs=None):
        if not self._in_fit:
            self._count(logs)

    def on_test_end(self, logs=None):
        if not self._in_fit:
            # Keras 2.1.5 showed no results here, and only had the bar.
            self._finish(self._results(logs) if self._verbose() == 2 else ())

    def on_predict_begin(self, logs=None):
        self._start(self._verbose())

    def on_predict_batch_end(self, batch, logs=None):
        self._count(logs)

    def on_predict_end(self, logs=None):
        self._finish(())

    def abort(self):
        """Leave the line as it is and end it: an exception is about to be shown."""
        self._in_fit = False
        if self.progbar is not None:
            self.progbar.abort()
            self.progbar = None

    def _setting(self, name):
        return (self.params or {}).get(name)

    def _verbose(self):
        verbose = self._setting("verbose")
        return resolve_verbose(1 if verbose is None else verbose)

    def _start(self, verbose):
        self.seen = 0
        self.progbar = None
        self._names = frozenset(self._setting("metrics") or ())
        if verbose:
            self._by_samples = not self.use_steps and self._setting("samples") is not None
            target = self._setting("samples" if self._by_samples else "steps")
            if target is None:  # data of unknown length: as much as the epoch before had
                target = self._steps_found
            self.progbar = Progbar(target, verbose=verbose, stateful_metrics=self.stateful_metrics)

    def _counted(self, logs):
        """Return by how much one batch moves the bar: samples, or one step."""
        if not self._by_samples:
            return 1
        size = logs.get("size")
        if size is None:  # a loop that does not tell the sizes of its batches
            samples = self._setting("samples")
            size = min(self._setting("batch_size") or 1, samples - self.seen)
        return size

    def _count(self, logs):
        if self.progbar is not None:
            self.seen += self._counted(logs or {})
            self.progbar.update(self.seen, finalize=False)

    def _results(self, logs):
        logs = logs if isinstance(logs, Logs) else Logs(logs or ())
        names = self._setting("metrics") or [k for k in logs if k not in _COUNTS]
        return [(name, logs[name]) for name in names if name in logs]

    def _finish(self, results):
        if self.progbar is not None:
            if self.progbar.target is None:
                self.progbar.target = self._steps_found = self.seen
            self.progbar.update(self.seen, results, finalize=True)
            self.progbar = None
