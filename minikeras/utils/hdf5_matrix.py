"""HDF5Matrix: data that stay in their file and are read batch by batch."""

import os
import weakref

import numpy as np


class HDF5Matrix:
    """A data set of an HDF5 file, or some of its rows, to be used like an array in `fit`.

    Only what is asked for is read. `fit(..., shuffle='batch')` reads whole stretches of rows,
    which is much faster than `shuffle=True`.

    Args:
        datapath: path of the file. Matrices of one file share it; it is closed when the last of
            them is gone.
        dataset: name of the data set in the file.
        start, end: the rows to use, `end` excluded and None for all that follow; negative ones
            count from the end.
        normalizer: function of an array of rows, applied to whatever is read. It must treat every
            row for itself; it may change type and further axes.

    Attributes:
        shape, dtype, ndim, size: of the rows, after the normalizer.
        data: the `h5py.Dataset`.

    Raises:
        OSError: the file is not there, or is no HDF5 file.
        ValueError: there is no such data set, or no row from `start` to `end`.
    """

    refs = weakref.WeakValueDictionary()  # real path -> open file

    def __init__(self, datapath, dataset, start=0, end=None, normalizer=None):
        self.datapath, self.dataset = os.fspath(datapath), dataset
        self.normalizer = normalizer
        self._open()
        if not self.data.shape:
            raise ValueError(f"The data set {dataset!r} of {self.datapath!r} has no rows.")
        self.start, self.end, _ = slice(start, end).indices(self.data.shape[0])
        if self.start >= self.end:
            raise ValueError(
                f"HDF5Matrix: there are no rows from start={start!r} to end={end!r} in "
                f"{dataset!r} of {self.datapath!r}, which has {self.data.shape[0]}."
            )
        self._row = self._normalized(self.data[self.start : self.start + 1])[0]

    def _open(self):
        import h5py  # takes longer to import than all of this library

        path = os.path.realpath(self.datapath)
        file = self.refs.get(path)
        if file is None or not file:  # a closed file is False
            self.refs[path] = file = h5py.File(path, "r")
        self._file = file
        found = file.get(self.dataset)
        if not isinstance(found, h5py.Dataset):
            there = []
            file.visititems(lambda n, thing: there.append(n) if hasattr(thing, "dtype") else None)
            raise ValueError(
                f"There is no data set {self.dataset!r} in {self.datapath!r}. It holds: "
                f"{', '.join(there[:10]) or 'none'}{' ...' if len(there) > 10 else ''}."
            )
        self.data = found

    def __getstate__(self):
        return {k: v for k, v in vars(self).items() if k not in ("data", "_file")}

    def __setstate__(self, state):
        vars(self).update(state)
        self._open()  # a worker process opens the file for itself

    def _normalized(self, rows):
        if self.normalizer is None:
            return rows
        found = np.asarray(self.normalizer(rows))
        if found.shape[:1] != rows.shape[:1]:
            raise ValueError(
                f"The normalizer of HDF5Matrix made {found.shape} of rows of shape {rows.shape}; "
                "the number of rows must stay."
            )
        return found

    def __len__(self):
        return self.end - self.start

    @property
    def shape(self):
        """The shape, rows first."""
        return (len(self), *np.shape(self._row))

    @property
    def dtype(self):
        """The `numpy.dtype` of what is read."""
        return np.asarray(self._row).dtype

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self):
        """The number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    def __getitem__(self, key):
        """Return rows: by a number, a slice, a list or array of numbers or of booleans.

        A tuple goes on into further axes, as with an array.

        Raises:
            IndexError: a row that is not there, or something that is no index.
        """
        if isinstance(key, tuple):
            rows, rest = key[0], key[1:]
            one = isinstance(rows, (int, np.integer))
            return self[rows][rest if one else (slice(None), *rest)]
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step > 0:
                stop = max(start, stop)
                read = slice(self.start + start, self.start + stop, step)
                return self._normalized(self.data[read])
            return self._chosen(np.arange(start, stop, step))
        numbers = np.asarray(key)
        if numbers.dtype == bool and numbers.shape == (len(self),):
            numbers = np.flatnonzero(numbers)
        elif numbers.size == 0 and numbers.ndim == 1:
            numbers = numbers.astype(int)
        if numbers.dtype.kind not in "iu" or numbers.ndim > 1:
            raise IndexError(f"HDF5Matrix takes numbers, slices and lists of rows, not {key!r}.")
        found = self._chosen(np.atleast_1d(numbers))
        return found if numbers.ndim else found[0]

    def _chosen(self, numbers):
        """Return the rows of an array of numbers, in their order."""
        count = len(self)
        if numbers.size and not -count <= numbers.min() <= numbers.max() < count:
            wrong = numbers[(numbers < -count) | (numbers >= count)][0]
            raise IndexError(f"There is no row {wrong} among the {count} rows of this HDF5Matrix.")
        if not numbers.size:
            return self._normalized(self.data[0:0])
        numbers = np.where(numbers < 0, numbers + count, numbers)
        # The file wants each row once, in ascending order.
        ascending, places = np.unique(numbers, return_inverse=True)
        rows = self.data[self.start + ascending]
        return self._normalized(rows[places.reshape(-1)])

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)

    def __repr__(self):
        return f"<HDF5Matrix {self.dataset!r} of {self.datapath!r}, shape {self.shape}>"
