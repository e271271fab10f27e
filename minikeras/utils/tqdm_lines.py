"""Lines drawn in place by tqdm: it knows terminals, their widths, and other bars beside ours.

The text is not tqdm's but the caller's; tqdm only puts it on the screen. Loaded by
`live_line.open_line` when the first line is drawn.
"""

import functools
import os

from tqdm import tqdm
from tqdm.utils import disp_trim


class TextLine(tqdm):
    """One line of text on a terminal, cut to the terminal's width."""

    monitor_interval = 0  # no watching thread: we say when to draw

    def __init__(self, stream):
        self._text = ""
        self._stream = stream
        # tqdm takes a terminal of unknown size, as under `ssh -T` or CI, for one without a line.
        columns, lines = _screen_size(stream)
        super().__init__(file=stream, leave=False, ncols=columns or 80, nrows=lines or 24)

    def __repr__(self):
        columns, _ = _screen_size(self._stream)
        return disp_trim(self._text, columns - 1) if columns else self._text

    __str__ = __repr__

    def show(self, count, bar, info, done):
        """Draw the line anew."""
        self._text = f"{count} [{bar}]{info}" if bar else count + info
        self.refresh()

    def close(self, keep=False):
        """Remove the line, or end it as it is."""
        if keep:
            self.leave = True
        super().close()


class WidgetLine:
    """The same as a widget of a notebook: the bar is graphical, the text stands around it."""

    def __init__(self, stream, target):
        self._bar = _widget_type()(total=target, leave=False, file=stream)

    def show(self, count, bar, info, done):
        """Draw the line anew."""
        self._bar.n = done
        self._bar.disp(msg=f"{count}<bar/>{info}", check_delay=False)

    def close(self, keep=False):
        """Remove the widget, or leave it as it is."""
        if keep:
            self._bar.leave = True
        self._bar.close()


def _screen_size(stream):
    """Return (columns, lines) of a terminal, 0 for what is unknown."""
    try:
        return os.get_terminal_size(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return 0, 0


@functools.cache
def _widget_type():
    # Needs ipywidgets, which only notebooks have.
    from tqdm.notebook import tqdm_notebook

    class Widget(tqdm_notebook):
        monitor_interval = 0

        @staticmethod
        def format_meter(**_):
            return ""  # tqdm's own text, of which we want none

    return Widget
