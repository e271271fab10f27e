"""BackupAndRestore: a training that was killed goes on where it was, as if nothing had happened."""

import contextlib
import os
import shutil

from ..utils.atomic import atomic_path
from ..utils.live_line import write_line
from ..utils.plain_file import read_plain, write_plain
from .base import Callback

_LATEST, _PREVIOUS = "latest.backup", "previous.backup"


class BackupAndRestore(Callback):
    """Back a training up every epoch or every so many batches; the next `fit` continues it.

    Run the same script again after a crash: it builds and compiles the model, and `fit` with this
    callback finds the backup and goes on at the very batch. The weights at the end are bit for
    bit those of a run that was never disturbed. To that end the backup holds weights, optimizers,
    the epoch and the batch, the order of the present pass through the data, all random streams
    (dropout, shuffling, NumPy's and Python's global generators), the running metrics, the
    history, and the states of callbacks that have one (`Callback.get_state`).

    Args:
        backup_dir: folder of the backup, made if need be. One training has one folder.
        save_freq: 'epoch' for a backup after every epoch and its validation, or a number of
            batches, counted across epochs.
        double_checkpoint: whether to keep the backup before the last too, which is used where
            the last has been damaged.
        delete_checkpoint: whether to delete the backup when training has ended as it should.

    A backup is written beside the old one and renamed over it, with the data on disk first: a kill
    at any moment leaves one of the two, whole. It is a file of plain data, and loading it runs no
    code.

    Data from a plain generator are drawn again and dropped up to the batch. A data set that
    changes by itself may have methods `get_state()`, returning plain data, and `set_state(state)`.
    Metrics in Python lists, and callbacks of one's own without `get_state`, start afresh.

    Raises:
        ValueError: an argument is wrong; the backup is of another model or of other data, or is
            damaged and there is none before it.
    """

    told_last = True  # others are to have done their part when the state is taken
    remembered = ("_batches",)

    def __init__(
        self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True
    ):
        super().__init__()
        if not backup_dir:
            raise ValueError("BackupAndRestore needs backup_dir, the folder for its files.")
        whole = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
        if save_freq != "epoch" and not whole:
            raise ValueError(
                "BackupAndRestore: save_freq is 'epoch' or a number of batches of at least 1, not "
                f"{save_freq!r}."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._latest = os.path.join(self.backup_dir, _LATEST)
        self._previous = os.path.join(self.backup_dir, _PREVIOUS)
        self._batches = 0  # since the last backup

    def on_train_begin(self, logs=None):
        self._batches = 0
        state = self._read()
        if state is None:
            return
        run = self._run()
        run.resume(state)
        if (self.params or {}).get("verbose"):
            write_line(f"Training goes on from the backup {run.how_far()}")

    def on_batch_end(self, batch, logs=None):
        if self.save_freq == "epoch":
            return
        self._batches += 1
        if self._batches >= self.save_freq:
            self._batches = 0
            self._save()

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save()

    def on_train_end(self, logs=None):
        if not self.delete_checkpoint:
            return
        for path in (self._previous, self._latest):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        with contextlib.suppress(OSError):  # other files are in it
            os.rmdir(self.backup_dir)

    def _run(self):
        run = getattr(self.model, "training_run", None)
        if run is None:
            raise ValueError(
                "BackupAndRestore works with fit(), which knows how far the training is; there is "
                "no fit() going on."
            )
        return run

    def _save(self):
        state = self._run().state()
        if self.double_checkpoint and os.path.exists(self._latest):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._previous)
            _link_or_copy(self._latest, self._previous)
        with atomic_path(self._latest) as part, open(part, "wb") as file:
            write_plain(file, state)

    def _read(self):
        """Return the state of the newest backup that can be read, None if there is none."""
        damaged = None
        for path in (self._latest, self._previous):
            try:
                return read_plain(path)
            except FileNotFoundError:
                continue
            except ValueError as error:
                damaged = damaged or error
        if damaged is not None:
            raise ValueError(
                f"The backup in {self.backup_dir!r} is damaged. Delete it to start afresh. "
                f"({damaged})"
            ) from damaged
        return None


def _link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        with atomic_path(target) as part:
            shutil.copyfile(source, part)
