"""Data made ready for models: images, sequences of numbers, and texts."""

from ..lazy import lazy_names
from ..utils.timeseries_dataset import timeseries_dataset_from_array
from . import sequence, text

__all__ = ["image", "sequence", "text", "timeseries_dataset_from_array"]

__getattr__, __dir__ = lazy_names(__name__, {".image": ""})
