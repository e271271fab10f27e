"""A source of batches that others make: a generator, an iterable, or a `Sequence`."""

import inspect

import numpy as np

from ..utils.enqueuers import GeneratorEnqueuer, OrderedEnqueuer
from ..utils.sequence import Sequence
from .sources import refuse_position


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
        return self.steps is None and _goes_one_way(self.generator)

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
            elif begun_again or _goes_one_way(self.generator):
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
        if ends_inside and not _goes_one_way(self.generator):
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
            refuse_position(position, "a generator")
        if inside and self.steps is not None and position["steps"] != self.steps:
            refuse_position(f"{position['steps']} steps", f"{self.steps} steps")
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


def _goes_one_way(generator):
    """Return whether batches can be had in one pass alone: a `Sequence` has them by number."""
    return hasattr(generator, "__next__") and not isinstance(generator, Sequence)


def is_generator(x):
    """Return whether `x` yields batches by itself."""
    return (
        isinstance(x, Sequence)
        or (hasattr(x, "__next__") and not isinstance(x, np.ndarray))
        or inspect.isgeneratorfunction(x)
    )


def refuse_endless(generator, steps, argument):
    """Raise a ValueError for a generator of unknown length; `argument` says how to give one."""
    if steps is None and _goes_one_way(generator):
        raise ValueError(
            f"A generator has no length: say how many batches to take with {argument}=."
        )
