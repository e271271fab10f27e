"""Enqueuers: threads or processes that make batches while the training loop computes.

The batches come out in order whatever the number of workers, and a worker's exception is raised
again where the batches are consumed. Nobody polls: who waits sleeps.
"""

import operator
import sys
import threading
import time
import warnings
import weakref

import numpy as np

from .. import config
from .conveyor import END, Conveyor
from .worker_process import WorkerProcess

# How long `stop` waits for a batch in the making. A thread that takes longer ends by itself.
_PATIENCE = 10.0


class SequenceEnqueuer:
    """Base of the enqueuers: `start()`, `get()` the batches, `stop()`.

    A subclass writes `_launch(workers)`, which fills `_threads` and `_processes`, and
    `_make_next()`, which makes an item in this thread when there are no workers.
    """

    _conveyor = None
    _threads = ()
    _processes = ()

    def is_running(self):
        """Return whether the enqueuer was started, and neither stopped nor ended by an error."""
        return self._conveyor is not None and not self._conveyor.closed

    def start(self, workers=1, max_queue_size=10):
        """Start making batches.

        Args:
            workers: number of threads or processes; 0 makes every batch in the consumer's
                thread, when it is asked for.
            max_queue_size: how many batches may be ready or in the making.
        """
        if self.is_running():
            raise RuntimeError("The enqueuer is running already; stop() it first.")
        workers, capacity = operator.index(workers), operator.index(max_queue_size)
        if workers < 0:
            raise ValueError(f"workers must be 0 or more, not {workers}.")
        self.stop()
        self._conveyor = Conveyor(self._capacity(capacity))
        # An enqueuer that is dropped without stop() lets its threads go.
        weakref.finalize(self, self._conveyor.close)
        self._threads, self._processes = [], []
        try:
            self._launch(workers)
        except BaseException:
            self.stop()
            raise

    def _capacity(self, max_queue_size):
        if max_queue_size < 1:
            raise ValueError(f"max_queue_size must be at least 1, not {max_queue_size}.")
        return max_queue_size

    def _run(self, function, *arguments):
        thread = threading.Thread(
            target=function, args=arguments, name="minikeras-enqueuer", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def get(self):
        """Yield the batches in order, without those that are None.

        Ends when the source of the batches ends or `stop` is called; raises what a worker raised.
        """
        if self._conveyor is None:
            raise RuntimeError("The enqueuer is not running: call start() before get().")
        while True:
            outcome = self._take()
            if outcome is END:
                return
            kind, value = outcome
            if kind == "error":
                self._conveyor.close()
                try:
                    raise value
                finally:
                    del outcome, value  # the exception's frames hold them: no cycle
            if kind == "end":
                self._conveyor.close()
                return
            if value is not None:
                yield value

    def _take(self):
        if not self._threads:
            self._make_next()
        return self._conveyor.take()

    def stop(self, timeout=None):
        """Stop the workers and wait until they are gone.

        Args:
            timeout: how many seconds to wait at most. With None a batch in the making has ten
                seconds to be finished; its thread is then left to end by itself, with a warning.
        """
        if self._conveyor is None:
            return
        self._conveyor.close()
        for process in self._processes:
            process.end()
        deadline = time.monotonic() + (_PATIENCE if timeout is None else timeout)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
        late = any(thread.is_alive() for thread in self._threads)
        self._conveyor, self._threads, self._processes = None, (), ()
        if late and timeout is None:
            warnings.warn(
                f"A batch is still being made {_PATIENCE:g} seconds after the enqueuer was told to "
                "stop. Its thread will end when the batch is done.",
                RuntimeWarning,
                stacklevel=2,
            )


class OrderedEnqueuer(SequenceEnqueuer):
    """Makes the batches of a `Sequence` ahead of time, epoch after epoch.

    When the consumer is done with the last batch of an epoch, which it shows by asking for the
    next one, by `end_epoch` or by `stop`, the Sequence's `on_epoch_end` is called, in the
    consumer's thread and while no batch is in the making.

    In processes, random numbers of Python's, NumPy's and our generators depend on the seed and on
    the number of the batch alone, not on which process makes it.

    Args:
        sequence: a `Sequence`, or any object with `__len__`, `__getitem__` and `on_epoch_end`.
        use_multiprocessing: processes if True, else threads.
        shuffle: whether each epoch has an order of its own, drawn from the stream 'shuffle'. A
            data set without end always comes in its own order.
    """

    def __init__(self, sequence, use_multiprocessing=False, shuffle=False):
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self.shuffle = shuffle
        self._plan = None
        self._began = None  # the stream of orders when the present pass began
        self._entropy = None  # from which processes have their random numbers
        self._start = None  # where the consumer of another enqueuer was
        self._first = self._taken = self._skip = 0  # batches before this pass, and of it

    def position(self):
        """Return where the consumer is, as plain data: `resume` goes on there."""
        return {
            "taken": self._taken,
            "began": self._began,
            "first": self._first,
            "entropy": self._entropy,
        }

    def resume(self, position):
        """Begin at a position that `position` returned; to be called before `start`."""
        self._start = position
        if self.shuffle and position["began"] is not None:
            config.stream("shuffle").bit_generator.state = position["began"]

    def _capacity(self, max_queue_size):
        # As in Keras 2, 0 means no bound; the end of the epoch is one.
        return max_queue_size if max_queue_size > 0 else None

    def _launch(self, workers):
        self._plan = _Plan()
        start, self._start = self._start or {}, None
        self._skip = start.get("taken", 0)
        self._first = start.get("first", 0)
        self._entropy = start.get("entropy")
        before = self._first + self._skip
        batches = self._plan_epoch()
        if self.use_multiprocessing and workers:
            if self._entropy is None:
                self._entropy = int(config.stream("workers").integers(2**32))
            entropy = self._entropy
            for _ in range(workers):
                self._processes.append(WorkerProcess(self.sequence, operator.getitem))
            for process in self._processes:
                arguments = self._conveyor, process, self._plan, entropy, before
                self._run(_serve_from_process, *arguments)
        else:
            for _ in range(workers):
                self._run(_serve_from_sequence, self._conveyor, self.sequence, self._plan)
        self._conveyor.release(batches)

    def _plan_epoch(self):
        """Begin an epoch of the data set; return how many batches it has."""
        skip, self._skip = self._skip, 0
        begin = getattr(self.sequence, "on_epoch_begin", None)
        # One that remembers where another run was had been told of this pass there.
        if begin is not None and not (skip and hasattr(self.sequence, "set_state")):
            begin()
        batches = _number_of_batches(self.sequence)
        self._taken = skip
        if batches is None:
            self._plan.add(range(skip, sys.maxsize))
            return float("inf")
        if batches < 1:
            raise ValueError(
                f"The {type(self.sequence).__name__} is empty: its length is {batches}, so there "
                "is no batch to get."
            )
        order = range(batches)
        if self.shuffle:
            self._began = config.stream("shuffle").bit_generator.state
            order = config.stream("shuffle").permutation(batches).tolist()
        self._plan.add(order[skip:])
        return max(0, batches - skip)

    def end_epoch(self):
        """Call the data set's `on_epoch_end` now if its epoch is through, and begin the next.

        A training loop may call it after the last step of an epoch, so that the first batches of
        the next are made while it validates. Otherwise the next batch that is asked for does it.
        """
        if self._conveyor is None or not self._conveyor.exhausted():
            return
        self.sequence.on_epoch_end()
        self._first += self._taken
        batches = self._plan_epoch()
        for process in self._processes:
            process.refresh(self.sequence)
        self._conveyor.release(batches)

    def _take(self):
        if self.is_running():
            self.end_epoch()
        outcome = super()._take()
        if outcome is not END:
            self._taken += 1
        return outcome

    def _make_next(self):
        number = self._conveyor.claim()
        if number is not None:
            self._conveyor.put(number, _attempt(self.sequence, self._plan.index(number)))

    def stop(self, timeout=None):
        """Stop the workers, as any enqueuer does; then `on_epoch_end` if the epoch is through."""
        through = self.is_running() and self._plan is not None and self._conveyor.exhausted()
        super().stop(timeout)
        if through:
            self.sequence.on_epoch_end()


class GeneratorEnqueuer(SequenceEnqueuer):
    """Gets the batches of a generator ahead of time.

    Threads would have to wait for one another, since only one at a time can advance a generator:
    whatever the number of workers there is one thread, and the order is the generator's.

    Processes each have a copy of the generator as it was at `start`, and take turns: a generator
    that walks through data gives everything once per worker. Only forked processes can copy a
    generator.

    Args:
        generator: a generator or other iterator; a `Sequence` has the `OrderedEnqueuer`.
        use_multiprocessing: processes if True, else a thread.
        wait_time: seconds between two looks at a full queue in Keras 2. Here nobody looks twice,
            so that it makes no difference.
        seed: worker process i is seeded with `seed + i`; by default from the stream 'workers'.

    Raises:
        TypeError: `generator` is no iterator.
    """

    def __init__(self, generator, use_multiprocessing=False, wait_time=0.05, seed=None):
        if not hasattr(generator, "__next__"):
            raise TypeError(
                f"GeneratorEnqueuer needs a generator or another iterator, not a "
                f"{type(generator).__name__}. Call a generator function first; take iter() of a "
                "list; use OrderedEnqueuer for a Sequence."
            )
        self._generator = generator
        self.use_multiprocessing = use_multiprocessing
        self.wait_time = wait_time
        self.seed = seed
        self._lanes = 1
        self._position = 0
        self._ended = set()

    def _launch(self, workers):
        self._position = 0
        self._ended = set()
        self._lanes = 1
        if self.use_multiprocessing and workers:
            self._lanes = workers
            seed = self.seed
            if seed is None:
                seed = int(config.stream("workers").integers(2**32 - workers))
            for lane in range(workers):
                self._processes.append(WorkerProcess(self._generator, _advance, seed + lane))
            for lane, process in enumerate(self._processes):
                self._run(_serve_lane, self._conveyor, process, lane, workers)
        elif workers:
            self._run(_serve_from_generator, self._conveyor, self._generator)
        self._conveyor.release(float("inf"))

    def _make_next(self):
        number = self._conveyor.claim()
        if number is not None:
            self._conveyor.put(number, _attempt(self._generator, None, _advance))

    def _take(self):
        while len(self._ended) < self._lanes:
            lane = self._position % self._lanes
            self._position += 1
            if lane in self._ended:
                self._conveyor.skip()
                continue
            outcome = super()._take()
            if outcome is END or outcome[0] != "end":
                return outcome
            self._ended.add(lane)
        return END


class _Plan:
    """Which batch of the data set the conveyor's item of some number is."""

    def __init__(self):
        self._first = 0
        self._order = None

    def add(self, order):
        """Follow the previous epoch, all of whose numbers are taken, by this order."""
        if self._order is not None:
            self._first += len(self._order)
        self._order = order

    def index(self, number):
        return number if self._order is None else self._order[number - self._first]


def _number_of_batches(sequence):
    if hasattr(sequence, "num_batches"):
        return sequence.num_batches
    return len(sequence)


def _advance(generator, _):
    return next(generator)


def _attempt(source, argument, step=operator.getitem):
    """Return ("item", value), ("end", None) or ("error", exception) of one step."""
    try:
        return "item", step(source, argument)
    except StopIteration:
        return "end", None
    except BaseException as error:  # the consumer raises it again, KeyboardInterrupt included
        return "error", error


# What the threads run. None of them knows the enqueuer, so that it can be dropped.


def _serve_from_sequence(conveyor, sequence, plan):
    while (number := conveyor.claim()) is not None:
        conveyor.put(number, _attempt(sequence, plan.index(number)))


def _serve_from_process(conveyor, process, plan, entropy, before):
    while (number := conveyor.claim()) is not None:
        seed = int(np.random.SeedSequence((entropy, before + number)).generate_state(1)[0])
        conveyor.put(number, process.request(plan.index(number), seed))
    process.disconnect()


def _serve_from_generator(conveyor, generator):
    while (number := conveyor.claim()) is not None:
        outcome = _attempt(generator, None, _advance)
        conveyor.put(number, outcome)
        if outcome[0] == "end":
            return


def _serve_lane(conveyor, process, lane, lanes):
    number = lane
    while conveyor.wait_for_room(number):
        outcome = process.request(None)
        conveyor.put(number, outcome)
        if outcome[0] == "end":
            break
        number += lanes
    process.disconnect()
