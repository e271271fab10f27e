"""Data sets that hand out batches by number: `Sequence` of Keras 2 and `PyDataset` of Keras 3.

A batch that is asked for by its number can be made by any worker, in any order, and no sample is
seen twice in an epoch: that is what a plain generator cannot promise.
"""

import itertools


class Sequence:
    """A data set of numbered batches; subclass it and write `__getitem__` and `__len__`.

    `__getitem__(i)` returns batch `i`: `x`, `(x, y)` or `(x, y, sample_weight)`. With more than
    one worker it is called from several threads or processes at once.

    Args:
        workers: how many threads or processes make batches ahead of time in `fit`, `evaluate`
            and `predict`, 1 by default. `fit_generator` and its kin have arguments of their own
            for this and the two below.
        use_multiprocessing: whether the workers are processes.
        max_queue_size: how many batches may lie ready, 10 by default.

    A subclass that does not call `super().__init__()` has the defaults.
    """

    workers = 1
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index):
        """Return the batch of number `index`, from 0 to `len(self) - 1`."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __getitem__(self, index) that returns one "
            "batch: (x, y), for example."
        )

    def __len__(self):
        """Return the number of batches in an epoch."""
        if type(self).num_batches is Sequence.num_batches:
            raise NotImplementedError(
                f"{type(self).__name__} needs a method __len__(self) that returns the number of "
                "batches in an epoch."
            )
        batches = self.num_batches
        if batches is None:
            raise TypeError(f"This {type(self).__name__} has no end, and so no length.")
        return batches

    @property
    def num_batches(self):
        """Number of batches in an epoch; a subclass may override it, with None for no end."""
        return len(self)

    def on_epoch_begin(self):
        """Called before the first batch of every epoch; a subclass may override it."""

    def on_epoch_end(self):
        """Called when an epoch is through, to shuffle for instance; may be overridden."""

    def __iter__(self):
        """Yield the batches in order, over and over, as Keras 2 does: this never ends."""
        while True:
            yield from self._one_pass()

    def _one_pass(self):
        batches = self.num_batches
        for index in itertools.count() if batches is None else range(batches):
            yield self[index]


class PyDataset(Sequence):
    """The `Sequence` of Keras 3, which differs when iterated over: it ends after one epoch."""

    def __iter__(self):
        """Yield the batches of one epoch in order."""
        return self._one_pass()
