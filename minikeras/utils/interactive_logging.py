"""Whether progress and messages are printed or logged (Keras 3)."""

import logging

_interactive = True
_logger = logging.getLogger("minikeras")


def enable_interactive_logging():
    """Print progress and messages, as is usual."""
    global _interactive
    _interactive = True


def disable_interactive_logging():
    """Send the lines of progress and messages to the logger 'minikeras', level INFO.

    Python shows this level only if asked to, by `logging.basicConfig(level="INFO")` for instance.
    """
    global _interactive
    _interactive = False


def is_interactive_logging_enabled():
    """Return whether progress and messages are printed: True unless it was disabled."""
    return _interactive


def log_line(text):
    """Send one line to the logger."""
    _logger.info(text)
