"""Sources of batches: arrays in memory or on disk, generators, and `Sequence` objects.

A source yields `(inputs, targets, weights, size)`, checked and cast. The training loop knows
nothing else about data.
"""

import inspect
import itertools

import numpy as np

from .. import config
from ..utils.enqueuers import GeneratorEnqueuer, OrderedEnqueuer
from ..utils.nest import map_structure
from ..utils.sequence import Sequence
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
                _refuse_position(kind, self._kind())
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


class GeneratorSource:
    """Batches from a generator, an iterator, an iterable of batches, or a `Sequence`.

    Args:
        generator: gives batches.
        steps: batches per epoch; None for the length of what has one, or until the end.
        prepare: function of one batch that returns (inputs, targets, weights, size).
        workers: threads or processes that fetch ahead; 0 fetches in the loop itself. None for
            what a Sequence says itself, and 0 for anything else.
        use_multiprocessing: whether workers are processes; None as for `workers`.
        max_queue_size: how many batches may wait; None for what a Sequence says, or 10.
        shuffle: whether the batches of a Sequence come in a new order each epoch.

    Raises:
        TypeError: a generator function, which has not been called.
        ValueError: an empty Sequence, or one without end and without `steps`.
    """

    samples = None  # unknown: only the batches are counted
    batch_size = None

    def __init__(
        self,
        generator,
        steps,
        prepare,
        workers=None,
        use_multiprocessing=None,
        max_queue_size=None,
        shuffle=False,
    ):
        if inspect.isgeneratorfunction(generator):
            raise TypeError(
                f"{generator.__name__} is a generator function; call it to get the generator: "
                f"{generator.__name__}()."
            )
        self.generator = generator
        self.steps = steps if steps is not None else _length(generator)
        self.prepare = prepare
        self.shuffle = shuffle
        self.is_sequence = isinstance(generator, Sequence)
        own = generator if self.is_sequence else _NO_SETTINGS
        self.workers = own.workers if workers is None else workers
        self.use_multiprocessing = (
            own.use_multiprocessing if use_multiprocessing is None else use_multiprocessing
        )
        self.max_queue_size = own.max_queue_size if max_queue_size is None else max_queue_size
        self._enqueuer = None
        self._stream = None
        self._taken = 0  # batches given out since the generator was opened

    @property
    def size(self):
        """Number of batches in an epoch, None until the end of the first has been seen."""
        return self.steps

    @property
    def is_exhaustible(self):
        """Whether there is one pass through the data and nobody knows how long it is."""
        return self.steps is None and hasattr(self.generator, "__next__")

    def epoch(self, done=0):
        """Yield the batches of one epoch, or those after the first `done`."""
        if self._stream is None:
            self._stream = self._open()
        count, begun_again = done, False
        while self.steps is None or count < self.steps:
            batch = next(self._stream, _END)
            if batch is not _END:
                begun_again = False
                self._taken += 1
                yield self.prepare(batch)
                count += 1
            elif self.steps is None and count:  # the first epoch shows how long an epoch is
                self.steps = count
                self.close()
            elif begun_again or hasattr(self.generator, "__next__"):
                raise ValueError(
                    f"The generator ended after {count} batches"
                    + (f" of an epoch of {self.steps}" if self.steps else "")
                    + ". Let it loop for ever, or lower the number of steps or epochs."
                )
            else:
                self.close()
                self._stream, begun_again = self._open(), True

    def rewind(self):
        """Let the next epoch begin with the first batch, where there is more than one pass."""
        ends_inside = self.steps is not None and self.steps != _pass_length(self.generator)
        if ends_inside and not hasattr(self.generator, "__next__"):
            self.close()

    # -----------------------------------------------------------------------------------------
    # Going on where another run was
    # -----------------------------------------------------------------------------------------
    def position(self):
        """Return where this source is, as plain data.

        A data set that changes between epochs, by its `on_epoch_end` for instance, may have
        methods `get_state()`, which returns plain data, and `set_state(state)`.
        """
        memory = getattr(self.generator, "get_state", None)
        return {
            "taken": self._taken,
            "steps": self.steps,
            "pass": self._enqueuer.position() if self.is_sequence and self._enqueuer else None,
            "memory": None if memory is None else memory(),
        }

    def resume(self, position, inside):
        """Go on from a position; `inside` says that it lies within an epoch.

        The generator is taken to be at its beginning: what it gave the other run is drawn again
        and dropped. Batches of a `Sequence` are not: they have numbers.

        Raises:
            ValueError: the generator ends before the position.
        """
        if "taken" not in position or "kind" in position:
            _refuse_position(position, "a generator")
        if inside and self.steps is not None and position["steps"] != self.steps:
            _refuse_position(f"{position['steps']} steps", f"{self.steps} steps")
        self.steps = position["steps"]
        if position["memory"] is not None and hasattr(self.generator, "set_state"):
            self.generator.set_state(position["memory"])
        if not position["taken"]:
            return
        self._stream = self._open(position["pass"])
        while not self.is_sequence and self._taken < position["taken"]:
            self._probe = next(self._stream, _END)
            if self._probe is _END:
                raise ValueError(
                    f"The backup was made after {position['taken']} batches of a generator that "
                    f"ends after {self._taken} now. Give it as it was when training began."
                )
            self._taken += 1
        self._taken = position["taken"]

    def probe(self):
        """Return a batch without taking it."""
        return self.prepare(self.generator[0] if self.is_sequence else self._probe)

    def _open(self, position=None):
        """Return an iterator over batches, made ahead of time by workers where there are some."""
        self._taken = 0
        if self.is_sequence:
            self._enqueuer = OrderedEnqueuer(
                self.generator, self.use_multiprocessing, shuffle=self.shuffle
            )
            if position is not None:
                self._enqueuer.resume(position)
        elif self.workers:
            self._enqueuer = GeneratorEnqueuer(iter(self.generator), self.use_multiprocessing)
        else:
            return iter(self.generator)
        self._enqueuer.start(self.workers, self.max_queue_size)
        return self._enqueuer.get()

    def close(self):
        """Stop the workers."""
        if self._enqueuer is not None:
            self._enqueuer.stop()
            self._enqueuer = None
        self._stream = None


class _NO_SETTINGS:  # noqa: N801 - stands in for an object
    """How generators are read that say nothing of it."""

    workers = 0
    use_multiprocessing = False
    max_queue_size = 10


_END = object()


def _refuse_position(there, here):
    raise ValueError(
        f"The backup is from the middle of a pass through other data: {there} then, {here} now "
        "(samples, batch size, shuffle, steps). Give fit the same data and arguments, or delete "
        "the backup to start afresh."
    )


def _pass_length(generator):
    """Return how many batches there are; None without an end, or where nobody knows."""
    if isinstance(generator, Sequence):
        return generator.num_batches
    return len(generator) if hasattr(generator, "__len__") else None


def _length(generator):
    """Return how many batches make an epoch of what knows its length, None otherwise."""
    batches = _pass_length(generator)
    if batches is None and isinstance(generator, Sequence):
        raise ValueError(
            f"This {type(generator).__name__} has no end: say how many batches make an epoch, "
            "with steps_per_epoch, validation_steps or steps."
        )
    if batches == 0:
        raise ValueError(
            f"The {type(generator).__name__} is empty: its length is 0, so there is no batch."
        )
    return batches


def is_generator(x):
    """Return whether `x` yields batches by itself."""
    return (
        isinstance(x, Sequence)
        or (hasattr(x, "__next__") and not isinstance(x, np.ndarray))
        or inspect.isgeneratorfunction(x)
    )


def refuse_endless(generator, steps, argument):
    """Raise a ValueError for a generator of unknown length; `argument` says how to give one."""
    if steps is None and hasattr(generator, "__next__"):
        raise ValueError(
            f"A generator has no length: say how many batches to take with {argument}=."
        )
