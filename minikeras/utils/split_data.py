"""split_dataset: arrays or samples in two parts, one to train on and one to test on."""

import numpy as np

from .. import config
from .nest import flatten, map_structure
from .sequence import PyDataset, Sequence


class SampleDataset:
    """Samples in memory: has a length, an index and an order; `batch` makes it fit for `fit`.

    Args:
        arrays: array, or nested tuples, lists and dictionaries of arrays of one length.
    """

    def __init__(self, arrays):
        self.arrays = arrays

    def __len__(self):
        """Return the number of samples."""
        return len(flatten(self.arrays)[0])

    def __getitem__(self, index):
        """Return sample `index`, nested as the arrays are; IndexError past the end."""
        return map_structure(lambda array: array[index], self.arrays)

    def __iter__(self):
        """Yield the samples in order."""
        return (self[i] for i in range(len(self)))

    def batch(self, batch_size, drop_remainder=False):
        """Return the samples as a `PyDataset` of batches.

        Args:
            batch_size: samples per batch, at least 1.
            drop_remainder: whether a last batch of fewer samples is left out.
        """
        return SampleBatches(self.arrays, batch_size, drop_remainder)


class SampleBatches(PyDataset):
    """Arrays cut into batches; see `SampleDataset.batch`."""

    def __init__(self, arrays, batch_size, drop_remainder=False, **kwargs):
        super().__init__(**kwargs)
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}.")
        self.arrays = arrays
        self.batch_size = batch_size
        self.drop_remainder = drop_remainder

    def __len__(self):
        samples = len(flatten(self.arrays)[0])
        return samples // self.batch_size if self.drop_remainder else -(-samples // self.batch_size)

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"There is no batch {index}; there are {len(self)}.")
        start = index * self.batch_size
        return map_structure(lambda array: array[start : start + self.batch_size], self.arrays)


def split_dataset(
    dataset, left_size=None, right_size=None, shuffle=False, seed=None, preferred_backend=None
):
    """Return two data sets made of the samples of one (Keras 3).

    Args:
        dataset: array; tuple, list or dictionary of arrays of one length; `SampleDataset`;
            `Sequence` that ends (its batches are taken apart); or another iterable of samples,
            a torch data set for instance.
        left_size: of the first part: a float from 0 to 1 is a share of the samples, an int a
            number; what the other leaves if None.
        right_size: of the second part, likewise. What neither takes is left out.
        shuffle: whether to mix the samples first.
        seed: int for a mixture that is always the same; the stream 'shuffle' decides if None.
        preferred_backend: of no use here, where the parts are NumPy arrays: None or 'numpy'.

    Returns:
        Two `SampleDataset`s: iterable, indexable, with a length. `fit` takes batches:
        `model.fit(train.batch(32), validation_data=test.batch(32))`.

    Raises:
        ValueError: no size, sizes that do not fit the number of samples, lengths that differ.
        TypeError: `dataset` has no samples.
    """
    if preferred_backend not in (None, "numpy"):
        raise ValueError(
            f"preferred_backend={preferred_backend!r}: split_dataset makes NumPy data sets here. "
            "Leave it out."
        )
    arrays = _as_arrays(dataset)
    lengths = {len(array) for array in flatten(arrays)}
    if len(lengths) != 1:
        raise ValueError(f"The arrays of a data set need one length, but have {sorted(lengths)}.")
    total = lengths.pop()
    left, right = _sizes(left_size, right_size, total)
    order = np.arange(total)
    if shuffle:
        generator = (
            config.stream("shuffle") if seed is None else config.new_generator("shuffle", seed)
        )
        order = generator.permutation(total)
    parts = order[:left], order[total - right :]
    if not shuffle:  # parts of the arrays themselves, without a copy
        parts = slice(0, left), slice(total - right, total)
    first, second = (map_structure(lambda array, p=part: array[p], arrays) for part in parts)
    return SampleDataset(first), SampleDataset(second)


def _as_arrays(dataset):
    """Return the data as one array, or as nested arrays, whose first axis counts the samples."""
    if isinstance(dataset, SampleDataset):
        return dataset.arrays
    if isinstance(dataset, np.ndarray):
        return dataset
    if isinstance(dataset, (tuple, list, dict)) and dataset:
        leaves = flatten(dataset)
        if all(hasattr(leaf, "shape") and len(leaf.shape) for leaf in leaves):
            return map_structure(np.asarray, dataset)
        if isinstance(dataset, dict):
            return map_structure(np.asarray, dataset)
    if isinstance(dataset, Sequence):
        batches = [dataset[i] for i in range(len(dataset))]
        return _join(batches, np.concatenate)
    if not hasattr(dataset, "__iter__") and not hasattr(dataset, "__getitem__"):
        raise TypeError(
            "split_dataset takes arrays, a Sequence or an iterable of samples, not a "
            f"{type(dataset).__name__}."
        )
    return _join(list(dataset), np.stack)


def _join(parts, function):
    """Return one structure of arrays made of many structures of the same nesting."""
    if not parts:
        raise ValueError("The data set is empty: it has no samples to split.")
    first = parts[0]
    if isinstance(first, (tuple, list)):
        return type(first)(_join([p[i] for p in parts], function) for i in range(len(first)))
    if isinstance(first, dict):
        return {key: _join([p[key] for p in parts], function) for key in first}
    return function([np.asarray(p) for p in parts])


def _sizes(left, right, total):
    """Return the numbers of samples of both parts."""
    if left is None and right is None:
        raise ValueError("split_dataset needs left_size= or right_size=, or both.")
    left, right = _count(left, "left_size", total), _count(right, "right_size", total)
    left = total - right if left is None else left
    right = total - left if right is None else right
    if left + right > total:
        raise ValueError(f"Parts of {left} and {right} samples do not fit into {total} samples.")
    for name, size in (("left_size", left), ("right_size", right)):
        if size < 1:
            raise ValueError(f"{name} leaves a part without samples: {total} are to be split.")
    return left, right


def _count(size, name, total):
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} is a share (float) or a number of samples (int), not {size!r}.")
    if isinstance(size, (float, np.floating)):
        if not 0 <= size <= 1:
            raise ValueError(f"{name}={size} is a float and so a share, from 0 to 1.")
        return round(size * total)
    if not 0 <= size <= total:
        raise ValueError(f"{name}={size} is not between 0 and the {total} samples there are.")
    return int(size)
