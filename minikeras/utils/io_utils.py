"""Data on disk and questions to the user, under their path of Keras 2: `keras.utils.io_utils`."""

from .hdf5_matrix import HDF5Matrix
from .interactive_logging import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)

__all__ = [
    "HDF5Matrix",
    "ask_to_proceed_with_overwrite",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "is_interactive_logging_enabled",
]


def ask_to_proceed_with_overwrite(filepath):
    """Ask on the terminal whether an existing file may be overwritten; return True or False.

    Where nobody can answer, an EOFError says how to do without the question.
    """
    question = f"The file {filepath} exists. Overwrite it? [y/n] "
    while True:
        try:
            answer = input(question).strip().lower()
        except EOFError:
            raise EOFError(
                f"The file {filepath} exists, and there is no terminal to ask whether to "
                "overwrite it. Pass overwrite=True or overwrite=False."
            ) from None
        if answer in ("y", "n"):
            return answer == "y"
        question = "Please answer y (overwrite) or n (leave it): "
