"""Sources of batches: arrays in memory or on disk.

A source yields `(inputs, targets, weights, size)`, checked and cast. The training loop knows
nothing else about data. Those that others make batches for are in `generator_source`.
"""

import itertools

import numpy as np

from .. import config
from ..utils.nest import map_structure
from .arrays import batch_of


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
        self.input_types, self.target_types = input_types, target_types
        self.samples = samples
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.steps = steps
        self.passes = -(-samples // batch_size)
        self._endless = None  # the present pass, where an epoch may end in the middle of one
        self._resumed = None  # the rest of a pass that another run has begun
        self._taken = 0  # batches of the present pass that have been given out
        self._began = None  # the stream of orders when the present pass began

    @property
    def size(self):
        """Number of batches in an epoch."""
        return self.passes if self.steps is None else self.steps

    def epoch(self, done=0):
        """Return an iterator over the batches of one epoch, or those after the first `done`."""
        if self.steps is not None:
            return self._several_passes(self.steps - done)
        rest, self._resumed = self._resumed, None
        return rest if done and rest is not None else self._one_pass()

    def rewind(self):
        """Let the next epoch begin with the first row."""
        self._endless = None

    def _several_passes(self, steps):
        for _ in range(steps):
            batch = None if self._endless is None else next(self._endless, None)
            if batch is None:
                self._endless = self._one_pass()
                batch = next(self._endless)
            yield batch

    def _one_pass(self, skip=0):
        if self.shuffle:
            self._began = config.stream("shuffle").bit_generator.state
        self._taken = skip
        return self._batches(self._order(), skip)

    def _batches(self, order, skip):
        for index, size in itertools.islice(self._indices(order), skip, None):
            self._taken += 1
            yield self._cut(index, size)

    # -----------------------------------------------------------------------------------------
    # Going on where another run was
    # -----------------------------------------------------------------------------------------
    def position(self):
        """Return where this source is in the data, as plain data."""
        return {"kind": self._kind(), "taken": self._taken, "began": self._began}

    def _kind(self):
        return [self.samples, self.batch_size, self.shuffle, self.steps]

    def resume(self, position, inside):
        """Go on from a position; `inside` says that it lies within an epoch.

        Raises:
            ValueError: the data are cut into other batches here, and a pass is not through.
        """
        kind = position.get("kind")
        if kind is None or list(kind) != self._kind():
            if inside or kind is None or position["taken"] % -(-kind[0] // kind[1]):
                refuse_position(kind, self._kind())
            return
        if self.shuffle and position["began"] is not None:
            config.stream("shuffle").bit_generator.state = position["began"]
        rest = self._one_pass(position["taken"])
        if self.steps is None:
            self._resumed = rest
        elif position["taken"]:
            self._endless = rest

    def probe(self):
        """Return a batch without taking it."""
        size = min(self.batch_size, self.samples)
        return self._cut(slice(0, size), size)

    def _cut(self, index, size):
        return (
            [batch_of(a, index, t) for a, t in zip(self.inputs, self.input_types)],
            [batch_of(a, index, t) for a, t in zip(self.targets, self.target_types)],
            [None if w is None else w[index] for w in self.weights],
            size,
        )

    def _order(self):
        """Draw the order of a pass: of rows, or of whole batches; None for the given order."""
        if not self.shuffle:
            return None
        # The ragged last batch stays last, as in Keras 2.
        items = self.samples // self.batch_size if self.shuffle == "batch" else self.samples
        return config.stream("shuffle").permutation(items)

    def _indices(self, order):
        """Yield (index array or slice, size) per batch."""
        n, step = self.samples, self.batch_size
        starts = range(0, n, step)
        if self.shuffle == "batch":
            starts = [int(i) * step for i in order] + list(range(n // step * step, n, step))
        elif self.shuffle:
            for start in starts:
                chosen = order[start : start + step]
                yield chosen, len(chosen)
            return
        for start in starts:
            stop = min(start + step, n)
            yield slice(start, stop), stop - start

    def close(self):
        """Nothing is open."""


class StructureSource(ArraySource):
    """Batches cut from nested lists and dictionaries of arrays.

    Args:
        data: tuple (x, y, sample_weight), each nested, or None.
        samples, batch_size, shuffle, steps: see `ArraySource`.
    """

    def __init__(self, data, samples, batch_size, shuffle=False, steps=None):
        super().__init__([], [], [], samples, batch_size, [], [], shuffle, steps)
        self.data = data

    def _cut(self, index, size):
        floats = np.dtype(config.floatx())

        def cut(array):
            if array is None:
                return None
            return batch_of(array, index, floats if array.dtype.kind == "f" else None)

        return (*(map_structure(cut, part) for part in self.data), size)


def refuse_position(there, here):
    """Raise a ValueError: training cannot go on within data that are cut otherwise here."""
    raise ValueError(
        f"The backup is from the middle of a pass through other data: {there} then, {here} now "
        "(samples, batch size, shuffle, steps). Give fit the same data and arguments, or delete "
        "the backup to start afresh."
    )
