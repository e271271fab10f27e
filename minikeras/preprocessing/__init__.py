"""Data made ready for models: images, sequences of numbers, and texts."""

from ..lazy import lazy_names
from ..utils.timeseries_dataset import timeseries_dataset_from_array
from . import sequence, text

_LAZY = {
    ".image": "",
    ".directory_datasets": "image_dataset_from_directory text_dataset_from_directory",
}

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]

__getattr__, __dir__ = lazy_names(__name__, _LAZY)
