"""Data made ready for models: sequences of numbers, and texts."""

from ..utils.timeseries_dataset import timeseries_dataset_from_array
from . import sequence, text

__all__ = ["sequence", "text", "timeseries_dataset_from_array"]
