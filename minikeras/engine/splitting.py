"""validation_split: the last part of the data is held out."""

import numpy as np

from .arrays import as_array, is_number_list, yields_batches
from .generator_source import is_generator


def hold_out(x, y, sample_weight, share):
    """Split off the last samples, before any shuffling.

    Args:
        x, y, sample_weight: arrays, or nested lists and dictionaries of them, or None.
        share: of the samples that are held out, between 0 and 1.

    Returns:
        ((x, y, sample_weight) to train on, (x, y, sample_weight) held out).

    Raises:
        ValueError: a share that leaves nothing for one of the parts; data that cannot be split.
        TypeError: the share is no number.
    """
    if isinstance(share, (bool, str)) or not hasattr(share, "__float__"):
        raise TypeError(f"validation_split is a number between 0 and 1, not {share!r}.")
    if not 0 < share < 1:
        raise ValueError(f"validation_split lies between 0 and 1, not {share!r}.")
    if is_generator(x) or yields_batches(x):
        raise ValueError(
            "validation_split needs arrays: batches that are generated cannot be split. Pass "
            "validation_data= instead."
        )
    x, y, sample_weight = (_as_arrays(part) for part in (x, y, sample_weight))
    samples = _rows(x)
    cut = int(samples * (1.0 - share))
    if not 0 < cut < samples:
        raise ValueError(
            f"validation_split={share} of {samples} samples leaves nothing to "
            f"{'train' if cut == 0 else 'validate'} on."
        )
    data = (x, y, sample_weight)
    return (
        tuple(_part(part, slice(0, cut)) for part in data),
        tuple(_part(part, slice(cut, None)) for part in data),
    )


def _as_arrays(data):
    """Return nested data with arrays at its leaves; a list of numbers is one array."""
    if data is None:
        return None
    if isinstance(data, dict):
        return {key: _as_arrays(part) for key, part in data.items()}
    if isinstance(data, (list, tuple)) and not is_number_list(data):
        return [_as_arrays(part) for part in data]
    return as_array(data, "The data")


def _rows(data):
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        counts = [_rows(part) for part in data if part is not None]
        return counts[0] if counts else 0
    return 0 if data is None or not data.shape else data.shape[0]


def _part(data, rows):
    if isinstance(data, dict):
        return {key: _part(part, rows) for key, part in data.items()}
    if isinstance(data, list):
        return [_part(part, rows) for part in data]
    if data is None or isinstance(data, np.ndarray):
        return None if data is None else data[rows]
    return Rows(data, rows)


class Rows:
    """Some consecutive rows of a data set that is read, or made dense, batch by batch.

    Args:
        data: has `shape`, `dtype` and rows that can be cut out.
        rows: a slice, with a start and possibly a stop.
    """

    def __init__(self, data, rows):
        self._data = data
        self._start, stop, _ = rows.indices(data.shape[0])
        self.shape = (stop - self._start, *data.shape[1:])
        self.dtype = data.dtype

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, index):
        if isinstance(index, slice):
            start, stop, _ = index.indices(len(self))
            return self._data[start + self._start : stop + self._start]
        return self._data[np.asarray(index) + self._start]
