"""Sources of batches: arrays in memory or on disk, generators, and `Sequence` objects.

A source yields `(inputs, targets, weights, size)`, the first three being lists of arrays in the
model's order, checked and cast. The training loop knows nothing else about data.
"""

import inspect

import numpy as np

from .. import config
from ..utils.enqueuers import GeneratorEnqueuer, OrderedEnqueuer
from ..utils.sequence import Sequence
from .arrays import as_array, batch_of


class ArraySource:
    """Batches cut from arrays.

    Args:
        inputs, targets, weights: lists of arrays (None where missing), all of `samples` rows.
        samples: number of rows.
        batch_size: rows per batch; the last batch may be smaller.
        input_types, target_types: per array the type to cast to, None to leave it.
        shuffle: True for a new order each epoch, 'batch' to shuffle whole batches (which keeps
            reads from disk contiguous), False for the given order.
        steps: batches per epoch; None for one pass. A smaller or larger number goes on through
            the data where the last epoch stopped.
    """

    def __init__(
        self,
        inputs,
        targets,
        weights,
        samples,
        batch_size,
        input_types,
        target_types,
        shuffle=False,
        steps=None,
    ):
        self.inputs, self.targets, self.weights = inputs, targets, weights
        self.samples = samples
        self.batch_size = batch_size
        self.input_types, self.target_types = input_types, target_types
        self.shuffle = shuffle
        self.passes = -(-samples // batch_size)
        self.steps = steps
        self._endless = None

    @property
    def size(self):
        """Number of batches in an epoch."""
        return self.steps if self.steps is not None else self.passes

    def epoch(self):
        """Yield the batches of one epoch."""
        if self.steps is None:
            return self._one_pass()
        return self._several_passes()

    def _several_passes(self):
        for _ in range(self.steps):
            batch = None if self._endless is None else next(self._endless, None)
            if batch is None:
                self._endless = self._one_pass()
                batch = next(self._endless)
            yield batch

    def _one_pass(self):
        for index, size in self._indices():
            yield (
                [batch_of(a, index, t) for a, t in zip(self.inputs, self.input_types)],
                [batch_of(a, index, t) for a, t in zip(self.targets, self.target_types)],
                [None if w is None else w[index] for w in self.weights],
                size,
            )

    def _indices(self):
        """Yield (index array or slice, size) per batch."""
        n, step = self.samples, self.batch_size
        starts = range(0, n, step)
        if self.shuffle == "batch":
            # The ragged last batch stays last, as in Keras 2.
            order = config.stream("shuffle").permutation(n // step)
            starts = [int(i) * step for i in order] + list(range(n // step * step, n, step))
        if self.shuffle is True:
            order = config.stream("shuffle").permutation(n)
            for start in starts:
                chosen = order[start : start + step]
                yield chosen, len(chosen)
        else:
            for start in starts:
                stop = min(start + step, n)
                yield slice(start, stop), stop - start


class GeneratorSource:
    """Batches from a generator, an iterator, or a `Sequence`.

    Args:
        generator: yields `x`, `(x, y)` or `(x, y, sample_weight)`.
        steps: batches per epoch; None for the length of a Sequence, or until the end.
        prepare: function (x, y, sample_weight) -> (inputs, targets, weights, size).
        workers: threads or processes that fetch ahead; 0 fetches in the loop itself.
        use_multiprocessing: whether workers are processes.
        max_queue_size: how many batches may wait.
        shuffle: whether the batches of a Sequence come in a new order each epoch.
    """

    def __init__(
        self,
        generator,
        steps,
        prepare,
        workers=0,
        use_multiprocessing=False,
        max_queue_size=10,
        shuffle=False,
    ):
        self.indexed = isinstance(generator, Sequence)
        if inspect.isgeneratorfunction(generator):
            raise TypeError(
                "A generator function was given; call it to get the generator: fit(f(), ...)."
            )
        self.generator = generator
        if steps is None and self.indexed:
            steps = len(generator)
            if steps == 0:
                raise ValueError("The Sequence is empty: its len() is 0, so there is no batch.")
        self.steps = steps
        self.prepare = prepare
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size
        self.shuffle = shuffle
        self.samples = None
        self._enqueuer = None
        self._stream = None

    @property
    def size(self):
        """Number of batches in an epoch, or None."""
        return self.steps

    def epoch(self):
        """Yield the batches of one epoch."""
        if self._stream is None:
            self._stream = self._open()
        count = 0
        while self.steps is None or count < self.steps:
            try:
                batch = next(self._stream)
            except StopIteration:
                if self.steps is None and count:
                    self.steps = count
                    self._stream = self._reopen()
                    return
                raise ValueError(
                    f"The generator ended after {count} batches"
                    + (f" of an epoch of {self.steps}" if self.steps else "")
                    + ". Let it loop for ever, or lower steps_per_epoch or epochs."
                ) from None
            yield self.prepare(*_unpack(batch))
            count += 1
        if self.indexed and not self.workers:
            self._stream = None

    def _reopen(self):
        """Return a new pass over something that can be iterated again, else what is left."""
        if hasattr(self.generator, "__next__"):
            return iter(self.generator)
        return iter(self.generator)

    def _open(self):
        if self.workers:
            if self.indexed:
                self._enqueuer = OrderedEnqueuer(
                    self.generator,
                    use_multiprocessing=self.use_multiprocessing,
                    shuffle=self.shuffle,
                )
            else:
                self._enqueuer = GeneratorEnqueuer(
                    self.generator, use_multiprocessing=self.use_multiprocessing
                )
            self._enqueuer.start(workers=self.workers, max_queue_size=self.max_queue_size)
            return self._enqueuer.get()
        if self.indexed:
            return self._indexed_pass()
        return iter(self.generator)

    def _indexed_pass(self):
        order = range(len(self.generator))
        if self.shuffle:
            order = config.stream("shuffle").permutation(len(self.generator))
        for i in order:
            yield self.generator[int(i)]
        self.generator.on_epoch_end()

    def close(self):
        """Stop the workers."""
        if self._enqueuer is not None:
            self._enqueuer.stop()
            self._enqueuer = None
            self._stream = None


def _unpack(batch):
    """Return (x, y, sample_weight) from what a generator yielded."""
    if not isinstance(batch, tuple):
        return batch, None, None
    if len(batch) == 1:
        return batch[0], None, None
    if len(batch) == 2:
        return batch[0], batch[1], None
    if len(batch) == 3:
        return batch
    raise ValueError(
        "A generator yields (x, y) or (x, y, sample_weight), but it yielded a tuple of "
        f"{len(batch)} items."
    )


def is_generator(x):
    """Return whether `x` yields batches by itself."""
    return isinstance(x, Sequence) or (
        hasattr(x, "__next__") and not isinstance(x, np.ndarray)
    ) or inspect.isgeneratorfunction(x)


__all__ = ["ArraySource", "GeneratorSource", "as_array", "is_generator"]
