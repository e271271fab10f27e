"""A real (pseudo) terminal to write to, and a small screen that shows what a reader would see."""

import fcntl
import os
import re
import struct
import termios
import threading


class Terminal:
    """A pseudo-terminal of a given size; `stream` is its writing end, opened for text.

    Used in a `with` block. `close()` ends the writing and gives all that was written, as text.
    """

    def __init__(self, columns=100, lines=30):
        self._reader, writer = os.openpty()
        fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.stream = os.fdopen(writer, "w", encoding="utf-8")
        self._chunks = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        while True:
            try:
                chunk = os.read(self._reader, 65536)
            except OSError:  # the writing end is closed
                chunk = b""
            if not chunk:
                return
            self._chunks.append(chunk)

    def close(self):
        if not self.stream.closed:
            self.stream.close()
            self._thread.join()
            os.close(self._reader)
        return b"".join(self._chunks).decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def screen(written, columns=100):
    """Return the lines that a terminal shows after all this was written to it."""
    rows, row, column = [[]], 0, 0
    for part in re.findall(r"\x1b\[A|.", written, flags=re.DOTALL):
        if part == "\x1b[A":
            row = max(row - 1, 0)
        elif part == "\r":
            column = 0
        elif part == "\n":
            row += 1
        else:
            if column == columns:  # the terminal wraps a line that is too long
                row, column = row + 1, 0
            while len(rows) <= row:
                rows.append([])
            rows[row] += " " * (column - len(rows[row]))
            rows[row][column : column + 1] = part
            column += 1
        while len(rows) <= row:
            rows.append([])
    lines = ["".join(cells).rstrip() for cells in rows]
    while lines and not lines[-1]:
        lines.pop()
    return lines
