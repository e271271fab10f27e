"""Windows over a long series of measurements, as batches."""

import json

import numpy as np

from ..utils.sequence import Sequence


class TimeseriesGenerator(Sequence):
    """A data set of windows: what was measured in the last `length` steps, and what came next.

    Args:
        data: array or list (steps, ...) of measurements.
        targets: as long; `targets[i]` belongs to the window of the steps before i.
        length: length of a window, in steps of `data`.
        sampling_rate: take every r-th step of the window only.
        stride: how many steps lie between one window and the next.
        start_index: windows begin here at the earliest.
        end_index: targets come from before this step; the last step if None, which therefore is
            itself not used, as in Keras 2.1.5.
        shuffle: whether to draw windows at random, from NumPy's global generator.
        reverse: whether windows run backwards in time.
        batch_size: windows in a batch; the last one may have fewer.

    A batch is (windows, targets), arrays (batch, ceil(length / sampling_rate), ...) and
    (batch, ...) of the types that data and targets have.

    Raises:
        ValueError: data and targets differ in length; no window fits; a size is not positive.
    """

    def __init__(
        self,
        data,
        targets,
        length,
        sampling_rate=1,
        stride=1,
        start_index=0,
        end_index=None,
        shuffle=False,
        reverse=False,
        batch_size=128,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                f"TimeseriesGenerator needs one target for each step, but data has {len(data)} "
                f"steps and targets has {len(targets)}."
            )
        sizes = {"length": length, "sampling_rate": sampling_rate, "stride": stride}
        for name, size in {**sizes, "batch_size": batch_size}.items():
            if not isinstance(size, (int, np.integer)) or size < 1:
                raise ValueError(
                    f"TimeseriesGenerator: {name} must be a whole number of at least 1, not "
                    f"{size!r}."
                )
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if start_index < 0 or self.end_index > len(data):
            raise ValueError(
                f"start_index {start_index} and end_index {self.end_index} do not lie within the "
                f"{len(data)} steps of data."
            )
        if self.start_index >= self.end_index:
            raise ValueError(
                f"No window of {length} steps fits: the first target would be step "
                f"{self.start_index}, but targets end before step {self.end_index}."
            )

    def __len__(self):
        """Return the number of batches."""
        steps = self.end_index - self.start_index
        return -(-steps // (self.batch_size * self.stride))

    def __getitem__(self, index):
        """Return batch number `index`, (windows, targets); negative ones count from the end."""
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index, size=self.batch_size)
        else:
            if not -len(self) <= index < len(self):
                raise IndexError(f"There is no batch {index}: there are {len(self)}.")
            start = self.start_index + self.batch_size * self.stride * (index % len(self))
            stop = min(start + self.batch_size * self.stride, self.end_index)
            rows = np.arange(start, stop, self.stride)
        windows = np.array([self.data[r - self.length : r : self.sampling_rate] for r in rows])
        targets = np.array([self.targets[r] for r in rows])
        return (windows[:, ::-1] if self.reverse else windows), targets

    def get_config(self):
        """Return the constructor's arguments, data and targets as JSON text.

        Raises:
            TypeError: data or targets hold something that JSON has no place for.
        """
        return {
            "data": json.dumps(np.asarray(self.data).tolist()),
            "targets": json.dumps(np.asarray(self.targets).tolist()),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            "start_index": self.start_index - self.length,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs):
        """Return class name and config as JSON text; `kwargs` go to `json.dumps`."""
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def timeseries_generator_from_json(json_string):
    """Return the `TimeseriesGenerator` that `to_json` wrote."""
    config = json.loads(json_string)["config"]
    data, targets = (np.array(json.loads(config.pop(key))) for key in ("data", "targets"))
    return TimeseriesGenerator(data, targets, **config)
