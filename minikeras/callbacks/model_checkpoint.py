"""ModelCheckpoint: save the model as training goes on, always or whenever it is the best so far."""

import contextlib
import os
import warnings

import numpy as np

from ..utils.atomic import atomic_path
from ..utils.live_line import write_line
from .logs import Logs
from .monitor import MonitorCallback


class ModelCheckpoint(MonitorCallback):
    """Save the model, or its weights, to a file after epochs or batches.

    `filepath` may hold fields that are filled in as by `str.format`: `{epoch:02d}` (from 1), the
    names in the logs in either spelling (`{val_loss:.2f}`, `{val_acc:.3f}`,
    `{val_accuracy:.3f}`), and `{batch:03d}` (from 1) where batches are counted. The suffix says
    which format: `.keras`, `.weights.h5`, and HDF5 for any other. Folders are made if need be. A
    file is written beside its target and renamed: a kill leaves the old one or the new one.

    Args:
        filepath: where to save.
        monitor: name of the quantity that decides which model is best.
        verbose: 1 prints a line for every decision.
        save_best_only: whether to save only when `monitor` has improved. Without `monitor` in the
            logs nothing is saved, with a RuntimeWarning, as in Keras 2.1.5.
        save_weights_only: `model.save_weights` in the place of `model.save`.
        mode: 'min', 'max' or 'auto' (see `MonitorCallback`).
        period: save every so many epochs.
        save_freq: from Keras 3: 'epoch', or a number of batches, counted across epochs, after
            which to save; the logs are those of the epoch so far then.
        initial_value_threshold: from Keras 3: the value that is to be improved on first.

    `best` is the best value so far; a second training with the same callback goes on from it.

    Raises:
        TypeError: both `period` and a number of batches are given.
        ValueError: an argument out of range; `filepath` has a field that is not in the logs.
    """

    remembered = ("best", "epochs_since_last_save", "_batches", "_epoch")

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        period=1,
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        if isinstance(initial_value_threshold, str):
            raise ValueError(
                "ModelCheckpoint: initial_value_threshold is a number or None, not "
                f"{initial_value_threshold!r}."
            )
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.period = _count("period", period)
        self.save_freq = save_freq
        if save_freq != "epoch":
            self.save_freq = _count("save_freq", save_freq, "'epoch' or ")
            if period != 1:
                raise TypeError(
                    f"ModelCheckpoint: period={period} counts epochs and save_freq={save_freq} "
                    "batches; give one of them."
                )
        self.epochs_since_last_save = 0
        self._batches = 0
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.save_freq == "epoch":
            return
        self._batches += 1
        if self._batches >= self.save_freq:
            self._batches = 0
            self._consider(self._epoch, {**(logs or {}), "batch": batch + 1})

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq != "epoch":
            return
        self.epochs_since_last_save += 1
        if self.epochs_since_last_save >= self.period:
            self.epochs_since_last_save = 0
            self._consider(epoch, logs)

    def _consider(self, epoch, logs):
        """Save if this is a model to be saved."""
        logs = Logs(logs or ())
        label = f"Epoch {epoch + 1:05d}:"
        if not self.save_best_only:
            path = self._path(epoch, logs)
            self._say(f"{label} saving model to {path}")
            self._save(path)
            return
        current = self._current(logs)
        if current is None:
            return
        if not self.is_improvement(current, self.best):
            self._say(f"{label} {self.monitor} did not improve")
            return
        path = self._path(epoch, logs)
        self._say(
            f"{label} {self.monitor} improved from {self.best:0.5f} to {current:0.5f}, saving "
            f"model to {path}"
        )
        self._save(path)
        self.best = current

    def _current(self, logs):
        """Return the watched number; warn and return None where there is none."""
        value = logs.get(self.monitor)
        if value is not None and np.ndim(value) == 0:
            return float(value)
        problem = "is not in the logs" if value is None else "is no single number"
        held = ", ".join(name for name in logs if name not in ("batch", "size")) or "nothing"
        hint = ""
        if self.monitor.startswith("val_") and not any(name.startswith("val_") for name in logs):
            hint = " Nothing is validated here: monitor='loss' needs no validation."
        warnings.warn(
            f"ModelCheckpoint saves the best model by {self.monitor!r}, which {problem}: nothing "
            f"is saved. Available: {held}.{hint}",
            RuntimeWarning,
            stacklevel=2,
        )
        return None

    def _path(self, epoch, logs):
        """Return the path with its fields filled in."""
        fields = Logs(logs)
        fields["epoch"] = epoch + 1
        try:
            return self.filepath.format_map(fields)
        except KeyError as error:
            raise ValueError(
                f"ModelCheckpoint: filepath {self.filepath!r} has a field without a value. "
                f"{error.args[0]}"
            ) from None
        except (ValueError, IndexError, AttributeError, TypeError) as error:
            raise ValueError(
                f"ModelCheckpoint: filepath {self.filepath!r} cannot be filled in ({error}). "
                "Fields look like {epoch:02d} and {val_loss:.2f}."
            ) from error

    def _save(self, path):
        """Save to a path of any suffix: HDF5 where it names no format, as in Keras 2.1.5."""
        save = self.model.save_weights if self.save_weights_only else self.model.save
        if _names_a_format(path, self.save_weights_only):
            os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
            save(path, overwrite=True)
            return
        with atomic_path(path) as part:
            beside = part + ".h5"
            try:
                save(beside, overwrite=True)
                os.replace(beside, part)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(beside)

    def _say(self, text):
        if self.verbose:
            write_line("\n" + text)


def _names_a_format(path, weights_only):
    """Return whether `save_weights` or `save` knows the suffix, and takes it as it is meant."""
    if path.endswith(".weights.h5"):
        return weights_only
    return path.endswith((".h5", ".hdf5")) or (path.endswith(".keras") and not weights_only)


def _count(name, value, others=""):
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(
            f"ModelCheckpoint: {name} is {others}a whole number of at least 1, not {value!r}."
        )
    return int(value)
