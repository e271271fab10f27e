"""Where a line of progress goes: redrawn in place for a reader, or written once into a file.

Someone watches a terminal or a notebook; there a line may be drawn over and over. A file or a pipe
gets whole lines and no control characters.
"""

import functools
import importlib.util
import sys

from .interactive_logging import is_interactive_logging_enabled, log_line


def is_notebook(stream):
    """Return whether a stream shows its text in a notebook (Jupyter, Colab)."""
    return type(stream).__module__.partition(".")[0] == "ipykernel"


def is_interactive(stream=None):
    """Return whether someone may watch a stream (default: `sys.stdout`): terminal or notebook."""
    if not is_interactive_logging_enabled():
        return False
    stream = sys.stdout if stream is None else stream
    if stream is None or getattr(stream, "closed", False):
        return False
    isatty = getattr(stream, "isatty", None)
    return is_notebook(stream) or (isatty is not None and isatty())


def resolve_verbose(verbose, stream=None):
    """Return `verbose=` as 0 (silent), 1 (progress line) or 2 (one line an epoch).

    'auto' is 1 where someone may watch the stream (default: `sys.stdout`), else 2. False and True
    are 0 and 1. Raises ValueError for anything else.
    """
    if isinstance(verbose, str) and verbose == "auto":
        return 1 if is_interactive(stream) else 2
    if not isinstance(verbose, str) and verbose in (0, 1, 2):
        return int(verbose)
    raise ValueError(
        f"verbose={verbose!r} is not one of 0 (silent), 1 (progress line), 2 (one line an epoch) "
        "and 'auto'."
    )


def write_line(text, stream=None):
    """Write a whole line to a stream (default: `sys.stdout`), above any line drawn in place.

    It goes to the logger 'minikeras' instead where `disable_interactive_logging` was called.
    """
    if not is_interactive_logging_enabled():
        log_line(text)
        return
    stream = sys.stdout if stream is None else stream
    if stream is None:  # no output at all, as under pythonw
        return
    tqdm = sys.modules.get("tqdm")  # not imported: no bar of anyone's can be in the way
    if tqdm is not None and is_interactive(stream):
        tqdm.tqdm.write(text, file=stream)
    else:
        stream.write(text + "\n")
    if hasattr(stream, "flush"):
        stream.flush()


def open_line(stream, target):
    """Return a line drawn in place on an interactive stream, `target` being what it counts to.

    It has `show(count, bar, info, done)`, which draws, and `close(keep)`, which removes it or,
    with `keep`, leaves its last state and ends it.
    """
    if is_notebook(stream) and _has_widgets():
        return _line_types().WidgetLine(stream, target)
    return _line_types().TextLine(stream)


@functools.cache
def _has_widgets():
    return importlib.util.find_spec("ipywidgets") is not None


def _line_types():
    # Loading tqdm takes a tenth of the time of `import minikeras`; only a drawn line needs it.
    return importlib.import_module("minikeras.utils.tqdm_lines")
