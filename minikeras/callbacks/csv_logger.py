"""CSVLogger: one line of a text file for every epoch, written as soon as the epoch ends."""

import csv
import io
import os
import warnings
from collections.abc import Iterable

import numpy as np

from ..utils.atomic import write_bytes
from .base import Callback
from .logs import Logs


class CSVLogger(Callback):
    """Write each epoch's logs to a CSV file: the column `epoch` (from 0), then names in order.

    `separator` stands between values. With `append=False` an existing file is replaced when
    training begins. With `append=True` training continues it: its columns are kept, its header is
    not repeated, and a last line that a crash cut short is removed.

    With `BackupAndRestore` a training that was killed continues the file either way, and lines of
    epochs that are run again are not there twice.

    Each line is written whole and the file closed again, so that what happened up to a crash is
    on file and any program may read along. A name without a value in some epoch gives `NA`; one
    that has no column gives a RuntimeWarning. A list or array is written as "[1, 2]".

    Raises ValueError if the file to be continued does not begin with such a header.
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys = None
        self._warned = False

    def on_train_begin(self, logs=None):
        self.keys = None
        self._warned = False
        if self.append and os.path.exists(self.filename):
            _drop_torn_line(self.filename)
            self.keys = self._existing_columns()
        else:
            with open(self.filename, "w"):
                pass

    def get_state(self):
        """Return the columns and the content of the file so far."""
        with open(self.filename, "rb") as file:
            return {"keys": self.keys, "content": np.frombuffer(file.read(), np.uint8)}

    def set_state(self, state):
        """Make the file what it was at the time of `get_state`: later lines come again."""
        self.keys = state["keys"]
        write_bytes(self.filename, state["content"].tobytes())

    def on_epoch_end(self, epoch, logs=None):
        logs = logs if isinstance(logs, Logs) else Logs(logs or ())
        lines = []
        if self.keys is None:
            self.keys = self._choose_columns(logs)
            lines.append(["epoch", *self.keys])
        self._warn_of_strangers(logs)
        lines.append([epoch, *(_text(logs.get(key, "NA")) for key in self.keys)])
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.sep).writerows(lines)
        with open(self.filename, "a", newline="") as file:
            file.write(text.getvalue())

    def _choose_columns(self, logs):
        """Return all names of the first epoch, and those of a validation that is still to come."""
        expected = (self.params or {}).get("metrics") or ()
        later = [k for k in expected if k.startswith("val_") and k not in logs]
        return sorted([*logs, *later])

    def _existing_columns(self):
        """Return the columns of the file to be continued, or None if it is empty."""
        with open(self.filename, newline="") as file:
            header = next(csv.reader(file, delimiter=self.sep), None)
        if header is None:
            return None
        if header[0] != "epoch":
            raise ValueError(
                f"CSVLogger cannot continue {self.filename!r}: its first line does not begin with "
                f"the column `epoch` and the separator {self.sep!r}. Give the separator it was "
                "written with, another filename, or append=False to replace it."
            )
        return header[1:]

    def _warn_of_strangers(self, logs):
        columns = Logs.fromkeys(self.keys)
        strangers = [name for name in logs if name not in columns]
        if strangers and not self._warned:
            self._warned = True
            warnings.warn(
                f"CSVLogger does not write {', '.join(strangers)}: {self.filename!r} has no such "
                "column, because its first epoch had no such value.",
                RuntimeWarning,
                stacklevel=3,
            )


def _drop_torn_line(filename):
    """Cut off what follows the last line end, which a crash left behind."""
    with open(filename, "rb+") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)


def _text(value):
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'
