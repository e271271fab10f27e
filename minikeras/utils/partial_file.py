"""A download in the making: the `.part` file beside its target, and the notes to resume it.

The bytes gathered so far lie in `target.part`. What is known of the original (its address, ETag,
date of change and length) lies in `target.part.json`, so that a later run continues only if the
server still has the very same file. The target itself appears by one rename, whole or not at all.
"""

import contextlib
import json
import os

try:
    import fcntl
except ImportError:  # Windows: there two downloads of one file at the same time are not kept apart
    fcntl = None

from .atomic import sync_folder
from .live_line import write_line


class PartialFile:
    """The locked `.part` file of `target`; a context manager that keeps it for a later resume.

    Another process, or thread, that downloads to the same target is waited for. `waited` tells
    that this happened, so that the target may be there by now.
    """

    def __init__(self, target):
        self.target = target
        self.path = target + ".part"
        self._notes_path = self.path + ".json"
        self.waited = False
        self.continued = False  # whether the bytes come from more than one answer of the server
        self.notes = {}
        self._file = None

    def __enter__(self):
        while self._file is None:
            file = open(self.path, "ab")  # noqa: SIM115 - closed by __exit__, which frees the lock
            self._lock(file)
            if _is_same_file(file, self.path):
                self._file = file
            else:  # The one we waited for renamed it away: what we locked is the target now.
                file.close()
        self.notes = self._read_notes()
        return self

    def __exit__(self, *exc_info):
        if self._file is None:  # finished, or discarded
            return
        if self.size == 0:
            self.discard()
        self._close()

    @property
    def size(self):
        """Bytes gathered so far."""
        self._file.flush()
        return os.fstat(self._file.fileno()).st_size

    def validator(self, origin):
        """Return the ETag or date by which `origin` can be asked for the rest, else None.

        A weak ETag does not promise the same bytes, so it does not count.
        """
        if self.notes.get("origin") != origin:
            return None
        etag = self.notes.get("etag")
        if etag and not etag.startswith("W/"):
            return etag
        return self.notes.get("last_modified")

    def can_resume(self, origin):
        """Whether there are bytes of `origin` here, and a way to tell that it is unchanged."""
        known = self.validator(origin) is not None or self.notes.get("length") is not None
        return self.size > 0 and known and self.notes.get("origin") == origin

    def restart(self, origin="", etag=None, last_modified=None, length=None):
        """Drop all bytes and note what the server says of the file about to be received."""
        self._file.truncate(0)
        self.continued = False
        self.notes = {
            "origin": origin,
            "etag": etag,
            "last_modified": last_modified,
            "length": length,
        }
        with open(self._notes_path, "w", encoding="utf-8") as file:
            json.dump(self.notes, file)

    def append(self, chunk):
        """Add bytes at the end."""
        self._file.write(chunk)

    def flush(self):
        """Hand all bytes to the operating system, so that other readers see them."""
        self._file.flush()

    def finish(self):
        """Make the gathered bytes the target: written to disk, then renamed over it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        if fcntl is None:
            self._close()  # Windows does not rename an open file
        os.replace(self.path, self.target)
        sync_folder(os.path.dirname(self.target))
        self._forget_notes()
        self._close()

    def discard(self):
        """Delete the bytes and the notes."""
        if fcntl is None:
            self._close()
        os.unlink(self.path)
        self._forget_notes()
        self._close()

    def _close(self):
        if self._file is not None:
            self._file.close()
            self._file = None

    def _lock(self, file):
        if fcntl is None:
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            write_line(f"Waiting for another download to {self.target}")
            self.waited = True
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            pass  # A file system without locks: downloads there are not kept apart.

    def _read_notes(self):
        try:
            with open(self._notes_path, encoding="utf-8") as file:
                notes = json.load(file)
        except (OSError, ValueError):
            return {}
        return notes if isinstance(notes, dict) else {}

    def _forget_notes(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._notes_path)


def _is_same_file(file, path):
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False
