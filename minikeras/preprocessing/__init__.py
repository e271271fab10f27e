"""Data made ready for models: images, sequences of numbers, and texts."""

from ..lazy import lazy_names
from . import sequence, text

__all__ = ["image", "sequence", "text"]

__getattr__, __dir__ = lazy_names(__name__, {".image": ""})
