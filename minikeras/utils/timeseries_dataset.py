"""Windows over a long series, as Keras 3 cuts them: a data set of batches.

`TimeseriesGenerator` is what Keras 2 has for this. The two count differently: there a target is
what comes after the window; here `targets[i]` belongs to the window that begins at step i.
"""

import numpy as np

from .. import config
from .sequence import PyDataset


class TimeseriesWindows(PyDataset):
    """Batches of windows, with their targets if there are any; they end after one epoch.

    Args:
        data: array (steps, ...).
        targets: array, one for each window's first step; or None.
        starts: array of the steps that windows begin at.
        offsets: array of the steps of a window, counted from its first one.
        batch_size: windows in a batch (the last may have fewer); None for one at a time, without
            a batch axis.
        shuffle: whether to mix the windows anew for each epoch.
        seed: of the mixtures; the stream 'shuffle' decides if None.
    """

    def __init__(self, data, targets, starts, offsets, batch_size, shuffle, seed, **kwargs):
        super().__init__(**kwargs)
        self.data, self.targets = data, targets
        self.starts, self.offsets = starts, offsets
        self.batch_size = batch_size
        self.shuffle = shuffle
        self._generator = None if seed is None else config.new_generator("shuffle", seed)
        self.on_epoch_end()

    def on_epoch_end(self):
        """Mix the windows for the next epoch, if they are to be mixed."""
        if self.shuffle:
            generator = self._generator or config.stream("shuffle")
            self.starts = generator.permutation(self.starts)

    def __len__(self):
        return -(-len(self.starts) // (self.batch_size or 1))

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"There is no batch {index}; there are {len(self)}.")
        if self.batch_size is None:
            starts = self.starts[index]
            windows = self.data[starts + self.offsets]
        else:
            starts = self.starts[index * self.batch_size : (index + 1) * self.batch_size]
            windows = self.data[starts[:, None] + self.offsets]
        return windows if self.targets is None else (windows, self.targets[starts])

    def __iter__(self):
        """Yield the batches of one epoch, and mix the windows for the next one."""
        yield from self._one_pass()
        self.on_epoch_end()


def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
):
    """Return the windows of a series as a data set of batches (Keras 3).

    Args:
        data: array (steps, ...) of measurements.
        targets: array; `targets[i]` belongs to the window that begins at step i, so that for a
            forecast they are the data shifted. None for windows alone.
        sequence_length: measurements in a window.
        sequence_stride: how many steps lie between one window and the next.
        sampling_rate: take every r-th step only.
        batch_size: windows in a batch; None for one at a time, without a batch axis.
        shuffle: whether to mix the windows.
        seed: int for mixtures that are always the same.
        start_index, end_index: use the steps from the one up to the other only.

    Returns:
        A `PyDataset` of windows (batch, sequence_length, ...), or of (windows, targets).

    Raises:
        ValueError: a size is not positive; indices outside the data; no window fits.
    """
    data = np.asarray(data)
    targets = None if targets is None else np.asarray(targets)
    sizes = {"sequence_length": sequence_length, "sequence_stride": sequence_stride}
    for name, size in {**sizes, "sampling_rate": sampling_rate, "batch_size": batch_size}.items():
        if size is not None and size < 1:
            raise ValueError(f"{name} must be at least 1, not {size}.")
    start = 0 if start_index is None else start_index
    stop = len(data) if end_index is None else end_index
    if not 0 <= start < stop <= len(data):
        raise ValueError(
            f"start_index {start_index} and end_index {end_index} do not lie within the "
            f"{len(data)} steps of the data, one after the other."
        )
    offsets = np.arange(sequence_length) * sampling_rate
    last = stop - offsets[-1]
    if targets is not None:
        last = min(last, len(targets))
    starts = np.arange(start, last, sequence_stride)
    if not len(starts):
        raise ValueError(
            f"No window of {sequence_length} measurements, every {sampling_rate} steps, fits "
            f"between the steps {start} and {stop}"
            + ("." if targets is None else f" with {len(targets)} targets.")
        )
    return TimeseriesWindows(data, targets, starts, offsets, batch_size, shuffle, seed)
