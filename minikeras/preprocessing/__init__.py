"""Data made ready for models: sequences of numbers, and texts."""

from . import sequence, text

__all__ = ["sequence", "text"]
