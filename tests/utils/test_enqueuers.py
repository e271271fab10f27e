import gc
import itertools
import multiprocessing
import os
import random
import threading
import time
import traceback
import warnings

import numpy as np
import pytest

from minikeras import config
from minikeras.utils import (
    GeneratorEnqueuer,
    OrderedEnqueuer,
    PyDataset,
    Sequence,
    SequenceEnqueuer,
    enqueuers,
)
from tests.utils.hanging import fail_instead_of_hanging  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("fail_instead_of_hanging")

forks = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="generators are copied by forking"
)
KINDS = [
    pytest.param(0, False, id="in the consumer"),
    pytest.param(1, False, id="1 thread"),
    pytest.param(4, False, id="4 threads"),
    pytest.param(1, True, id="1 process"),
    pytest.param(3, True, id="3 processes"),
]


@pytest.fixture(autouse=True)
def _no_leftovers():
    """Every test leaves the threads and processes it found."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before]
    assert not left, left
    assert not multiprocessing.active_children()


class Numbers(Sequence):
    """Batch i of epoch e is 100 * e + i."""

    def __init__(self, batches=5):
        self.batches = batches
        self.epoch = 0
        self.events = []

    def __len__(self):
        return self.batches

    def __getitem__(self, index):
        time.sleep(0.002 * ((index * 7) % 3))  # so that later batches overtake earlier ones
        return 100 * self.epoch + index

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")
        self.epoch += 1


def _started(enqueuer, workers, max_queue_size=10):
    enqueuer.start(workers=workers, max_queue_size=max_queue_size)
    return enqueuer


def _take(enqueuer, count):
    batches = list(itertools.islice(enqueuer.get(), count))
    enqueuer.stop()
    return batches


# ---------------------------------------------------------------------------------------------
# OrderedEnqueuer
# ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_queue_size", [0, 1, 2, 10])
@pytest.mark.parametrize(("workers", "processes"), KINDS)
def test_batches_come_in_order_over_epochs(workers, processes, max_queue_size):
    enqueuer = OrderedEnqueuer(Numbers(), use_multiprocessing=processes)
    _started(enqueuer, workers, max_queue_size)
    assert _take(enqueuer, 12) == [0, 1, 2, 3, 4, 100, 101, 102, 103, 104, 200, 201]


@pytest.mark.parametrize(("workers", "processes"), KINDS)
def test_epoch_hooks_are_called_once_per_epoch(workers, processes):
    data = Numbers(2)
    enqueuer = _started(OrderedEnqueuer(data, use_multiprocessing=processes), workers)
    batches = enqueuer.get()
    next(batches), next(batches)
    # The consumer still works on the last batch, which may be a view of what the hook changes.
    assert data.events == ["begin"]
    next(batches)
    assert data.events == ["begin", "end", "begin"]
    next(batches)
    enqueuer.stop()
    assert data.events == ["begin", "end", "begin", "end"]


def test_stopping_amid_an_epoch_does_not_end_it():
    data = Numbers(2)
    enqueuer = _started(OrderedEnqueuer(data), 2)
    next(enqueuer.get())
    enqueuer.stop()
    assert data.events == ["begin"]


@pytest.mark.parametrize(("workers", "processes"), KINDS)
def test_end_epoch_lets_the_next_epoch_begin(workers, processes):
    data = Numbers(2)
    enqueuer = _started(OrderedEnqueuer(data, use_multiprocessing=processes), workers)
    batches = enqueuer.get()
    next(batches)
    enqueuer.end_epoch()  # not through: nothing happens
    assert data.events == ["begin"]
    next(batches)
    enqueuer.end_epoch()
    enqueuer.end_epoch()  # begun, not through
    assert data.events == ["begin", "end", "begin"]
    assert [next(batches), next(batches)] == [100, 101]
    enqueuer.stop()


def test_a_data_set_may_change_its_length_between_epochs():
    class Growing(Numbers):
        def on_epoch_end(self):
            super().on_epoch_end()
            self.batches += 1

    enqueuer = _started(OrderedEnqueuer(Growing(1)), 2)
    assert _take(enqueuer, 6) == [0, 100, 101, 200, 201, 202]


def test_batches_are_made_ahead_but_no_more_than_asked_for():
    made = []

    class Watched(Numbers):
        def __getitem__(self, index):
            made.append(index)
            return index

    enqueuer = _started(OrderedEnqueuer(Watched(50)), 3, max_queue_size=4)
    batches = enqueuer.get()
    assert next(batches) == 0
    deadline = time.monotonic() + 5
    while len(made) < 5 and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.02)
    assert sorted(made) == [0, 1, 2, 3, 4]  # one handed out, four ahead
    enqueuer.stop()


def test_threads_work_at_the_same_time():
    together = threading.Barrier(4)

    class Meeting(Numbers):
        def __getitem__(self, index):
            together.wait(timeout=30)  # passes only when four threads are in here
            return index

    assert _take(_started(OrderedEnqueuer(Meeting(8)), 4), 8) == list(range(8))


@pytest.mark.parametrize(("workers", "processes"), KINDS)
def test_shuffling_follows_the_seed_and_not_the_workers(workers, processes):
    config.set_random_seed(5)
    generator = config.stream("shuffle")
    expected = [*generator.permutation(6)] + [100 + i for i in generator.permutation(6)]
    config.set_random_seed(5)
    enqueuer = OrderedEnqueuer(Numbers(6), use_multiprocessing=processes, shuffle=True)
    batches = _take(_started(enqueuer, workers), 12)
    assert batches == expected
    assert sorted(batches[:6]) == list(range(6))
    assert batches[:6] != list(range(6))


@pytest.mark.parametrize(("workers", "processes"), KINDS)
def test_a_data_set_without_end_goes_on(workers, processes):
    data = Endless()
    enqueuer = OrderedEnqueuer(data, use_multiprocessing=processes, shuffle=True)
    assert _take(_started(enqueuer, workers), 25) == list(range(25))


class Endless(PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return index


def test_objects_that_only_look_like_a_sequence_do():
    class Alike:
        ended = 0

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return index

        def on_epoch_end(self):
            self.ended += 1

    data = Alike()
    assert _take(_started(OrderedEnqueuer(data), 2), 4) == [0, 1, 0, 1]
    assert data.ended == 2


def test_an_empty_sequence_is_refused():
    with pytest.raises(ValueError, match="Numbers is empty"):
        OrderedEnqueuer(Numbers(0)).start()


class Noisy(Numbers):
    def __getitem__(self, index):
        return os.getpid(), random.random(), np.random.rand(), config.stream("dropout").random()


def test_processes_draw_by_the_seed_and_the_number_of_the_batch():
    def draw(workers):
        config.set_random_seed(11)
        enqueuer = _started(OrderedEnqueuer(Noisy(4), use_multiprocessing=True), workers)
        return [numbers for _, *numbers in _take(enqueuer, 8)]

    once, again, alone = draw(3), draw(3), draw(1)
    assert once == again == alone
    assert len({tuple(numbers) for numbers in once}) == 8


def test_processes_are_processes():
    enqueuer = _started(OrderedEnqueuer(Noisy(4), use_multiprocessing=True), 2)
    assert os.getpid() not in {batch[0] for batch in _take(enqueuer, 4)}


def test_none_is_left_out():
    class Holes(Numbers):
        def __getitem__(self, index):
            return None if index % 2 else index

    assert _take(_started(OrderedEnqueuer(Holes()), 2), 3) == [0, 2, 4]


# ---------------------------------------------------------------------------------------------
# Errors
# ---------------------------------------------------------------------------------------------


class Bad(Numbers):
    def __getitem__(self, index):
        if index == 2:
            return broken_helper(index)
        return index


def broken_helper(index):
    raise KeyError(f"no picture {index}")


@pytest.mark.parametrize(("workers", "processes"), KINDS)
def test_an_exception_comes_out_in_its_place_with_its_traceback(workers, processes):
    enqueuer = _started(OrderedEnqueuer(Bad(), use_multiprocessing=processes), workers)
    batches = enqueuer.get()
    assert [next(batches), next(batches)] == [0, 1]
    with pytest.raises(KeyError, match="no picture 2") as raised:
        next(batches)
    shown = "".join(traceback.format_exception(raised.value))
    assert "broken_helper" in shown
    assert ("In the worker process" in shown) == processes
    assert not enqueuer.is_running()
    assert list(batches) == []
    enqueuer.stop()


class StrangeError(Exception):
    """An exception that pickle cannot make again."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


class BadInAStrangeWay(Numbers):
    def __getitem__(self, index):
        raise StrangeError("salt", "pepper")


def test_an_exception_that_cannot_be_pickled_is_told():
    enqueuer = _started(OrderedEnqueuer(BadInAStrangeWay(), use_multiprocessing=True), 1)
    with pytest.raises(RuntimeError, match="StrangeError: salt and pepper"):
        next(enqueuer.get())
    enqueuer.stop()


class Unpicklable(Numbers):
    def __getitem__(self, index):
        return lambda: index


def test_a_batch_that_cannot_be_pickled_is_an_error():
    enqueuer = _started(OrderedEnqueuer(Unpicklable(), use_multiprocessing=True), 1)
    with pytest.raises((AttributeError, TypeError, RuntimeError), match=r"(?i)pickle"):
        next(enqueuer.get())
    enqueuer.stop()


class Deadly(Numbers):
    def __getitem__(self, index):
        if index == 1:
            os._exit(7)
        return index


def test_a_process_that_dies_is_an_error():
    enqueuer = _started(OrderedEnqueuer(Deadly(), use_multiprocessing=True), 1)
    batches = enqueuer.get()
    assert next(batches) == 0
    with pytest.raises(RuntimeError, match=r"ended \(exit code 7\)"):
        next(batches)
    enqueuer.stop()


@pytest.fixture
def spawning(monkeypatch):
    """Start worker processes from nothing, as on Windows and macOS."""
    context = multiprocessing.get_context("spawn")
    monkeypatch.setattr(multiprocessing, "get_context", lambda: context)


def test_what_cannot_be_sent_to_a_spawned_process_is_explained(spawning):
    data = Numbers()
    data.trouble = lambda: None
    with pytest.raises(ValueError, match="Numbers cannot be sent to a worker process.*spawn"):
        OrderedEnqueuer(data, use_multiprocessing=True).start(1)
    with pytest.raises(ValueError, match="generator cannot be sent"):
        GeneratorEnqueuer((i for i in range(3)), use_multiprocessing=True).start(1)


def test_spawned_processes_draw_what_forked_ones_draw(spawning, monkeypatch):
    config.set_random_seed(11)
    enqueuer = _started(OrderedEnqueuer(Noisy(2), use_multiprocessing=True), 2)
    spawned = _take(enqueuer, 3)
    monkeypatch.undo()
    config.set_random_seed(11)
    enqueuer = _started(OrderedEnqueuer(Noisy(2), use_multiprocessing=True), 1)
    assert [batch[1:] for batch in spawned] == [batch[1:] for batch in _take(enqueuer, 3)]


def test_processes_that_are_not_forked_get_the_state_of_each_epoch(spawning):
    enqueuer = _started(OrderedEnqueuer(Numbers(2), use_multiprocessing=True), 2)
    assert _take(enqueuer, 5) == [0, 1, 100, 101, 200]


def test_an_error_in_a_hook_comes_out_too():
    class Sour(Numbers):
        def on_epoch_end(self):
            raise OSError("disk full")

    enqueuer = _started(OrderedEnqueuer(Sour(1)), 2)
    batches = enqueuer.get()
    next(batches)
    with pytest.raises(OSError, match="disk full"):
        next(batches)
    with pytest.raises(OSError, match="disk full"):
        enqueuer.stop()
    assert not enqueuer.is_running()


def test_stop_iteration_in_a_batch_ends_the_stream():
    class Short(Numbers):
        def __getitem__(self, index):
            if index == 3:
                raise StopIteration
            return index

    for workers in (0, 2):
        enqueuer = _started(OrderedEnqueuer(Short()), workers)
        assert list(enqueuer.get()) == [0, 1, 2]
        enqueuer.stop()


# ---------------------------------------------------------------------------------------------
# GeneratorEnqueuer
# ---------------------------------------------------------------------------------------------


def count_to(number):
    for i in range(number):
        time.sleep(0.001)
        yield i


@pytest.mark.parametrize("max_queue_size", [1, 3])
@pytest.mark.parametrize("workers", [0, 1, 8])
def test_a_generator_keeps_its_order(workers, max_queue_size):
    enqueuer = _started(GeneratorEnqueuer(count_to(20)), workers, max_queue_size)
    assert list(enqueuer.get()) == list(range(20))
    assert list(enqueuer.get()) == []
    enqueuer.stop()


@forks
def test_processes_take_turns_with_copies_of_a_generator():
    enqueuer = GeneratorEnqueuer(count_to(3), use_multiprocessing=True)
    assert list(_started(enqueuer, 3, 1).get()) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    enqueuer.stop()


def uneven():
    """Ends sooner in the process whose first random number is smaller."""
    for i in range(2 + int(np.random.rand() * 3)):
        yield os.getpid(), i


@forks
def test_a_process_that_ends_sooner_is_passed_over():
    enqueuer = _started(GeneratorEnqueuer(uneven(), use_multiprocessing=True, seed=4), 3, 2)
    batches = list(enqueuer.get())
    enqueuer.stop()
    lengths = [2 + int(np.random.RandomState(4 + lane).rand() * 3) for lane in range(3)]
    assert len(set(lengths)) > 1
    expected = [i for i in range(5) for length in lengths if i < length]
    assert [i for _, i in batches] == expected


def draws():
    while True:
        yield np.random.randint(2**31), random.random()


@forks
def test_processes_have_seeds_of_their_own_that_repeat():
    def draw(**settings):
        enqueuer = GeneratorEnqueuer(draws(), use_multiprocessing=True, **settings)
        return _take(_started(enqueuer, 2), 6)

    seeded = draw(seed=9)
    assert seeded == draw(seed=9)
    assert seeded[0][0] == np.random.RandomState(9).randint(2**31)
    assert seeded[1][0] == np.random.RandomState(10).randint(2**31)
    config.set_random_seed(3)
    once = draw()
    config.set_random_seed(3)
    assert once == draw()
    assert len(set(once)) == 6


@forks
def test_exceptions_of_generators_in_processes_come_out():
    def bad():
        yield 1
        broken_helper(5)

    enqueuer = _started(GeneratorEnqueuer(bad(), use_multiprocessing=True), 1)
    batches = enqueuer.get()
    assert next(batches) == 1
    with pytest.raises(KeyError, match="no picture 5"):
        next(batches)
    enqueuer.stop()


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_exceptions_of_generators_come_out_after_what_was_made(workers):
    def bad():
        yield 1
        yield 2
        broken_helper(3)

    enqueuer = _started(GeneratorEnqueuer(bad()), workers)
    batches = enqueuer.get()
    assert [next(batches), next(batches)] == [1, 2]
    with pytest.raises(KeyError, match="no picture 3") as raised:
        next(batches)
    assert "broken_helper" in [frame.name for frame in raised.traceback]
    enqueuer.stop()


def test_a_generator_is_advanced_ahead_but_no_further_than_asked_for():
    count = itertools.count()
    enqueuer = _started(GeneratorEnqueuer(count), 5, max_queue_size=4)
    batches = enqueuer.get()
    assert [next(batches) for _ in range(3)] == [0, 1, 2]
    time.sleep(0.05)
    enqueuer.stop()
    assert next(count) == 7


def test_what_is_no_generator_is_refused():
    for wrong in ([1, 2], count_to, Numbers()):
        with pytest.raises(TypeError, match="needs a generator or another iterator"):
            GeneratorEnqueuer(wrong)


def test_a_generator_cannot_have_an_endless_queue():
    with pytest.raises(ValueError, match="max_queue_size must be at least 1"):
        GeneratorEnqueuer(iter([])).start(max_queue_size=0)


# ---------------------------------------------------------------------------------------------
# Starting and stopping
# ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("workers", "processes"), KINDS)
def test_running_from_start_to_stop_and_again(workers, processes):
    enqueuer = OrderedEnqueuer(Numbers(), use_multiprocessing=processes)
    assert isinstance(enqueuer, SequenceEnqueuer)
    assert not enqueuer.is_running()
    for _ in range(2):
        enqueuer.start(workers)
        assert enqueuer.is_running()
        assert next(enqueuer.get()) == 0
        enqueuer.stop()
        assert not enqueuer.is_running()
    enqueuer.stop()  # once too often does no harm


def test_starting_twice_is_refused():
    enqueuer = _started(OrderedEnqueuer(Numbers()), 1)
    with pytest.raises(RuntimeError, match="running already"):
        enqueuer.start()
    enqueuer.stop()


def test_getting_from_what_is_not_started_is_refused():
    with pytest.raises(RuntimeError, match=r"call start\(\) before"):
        next(OrderedEnqueuer(Numbers()).get())


@pytest.mark.parametrize("workers", [-1, 1.5, "2"])
def test_strange_numbers_of_workers_are_refused(workers):
    with pytest.raises((ValueError, TypeError)):
        OrderedEnqueuer(Numbers()).start(workers)


@pytest.mark.parametrize("processes", [False, True])
def test_stopping_does_not_wait_for_a_full_queue(processes):
    enqueuer = OrderedEnqueuer(Numbers(1000), use_multiprocessing=processes)
    _started(enqueuer, 2, max_queue_size=2)
    next(enqueuer.get())
    time.sleep(0.05)  # the queue is full now, and the workers wait
    begin = time.monotonic()
    enqueuer.stop()
    assert time.monotonic() - begin < 5


class Slow(Numbers):
    def __getitem__(self, index):
        time.sleep(600)


def test_stopping_ends_a_process_that_is_busy():
    enqueuer = _started(OrderedEnqueuer(Slow(), use_multiprocessing=True), 2)
    time.sleep(0.05)
    begin = time.monotonic()
    enqueuer.stop()
    assert time.monotonic() - begin < 5


def test_stopping_gives_up_on_a_thread_that_does_not_come_back(monkeypatch):
    has_begun, may_end = threading.Semaphore(0), threading.Event()

    class Stuck(Numbers):
        def __getitem__(self, index):
            has_begun.release()
            may_end.wait()

    monkeypatch.setattr(enqueuers, "_PATIENCE", 0.05)
    enqueuer = _started(OrderedEnqueuer(Stuck()), 1)
    (thread,) = enqueuer._threads
    has_begun.acquire()
    with pytest.warns(RuntimeWarning, match="still being made"):
        enqueuer.stop()
    enqueuer.start(1)
    (second,) = enqueuer._threads
    has_begun.acquire()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        enqueuer.stop(timeout=0.01)
    may_end.set()
    thread.join()
    second.join()


def test_stopping_wakes_a_consumer_that_waits():
    release = threading.Event()

    def waiting():
        release.wait()
        yield 1

    enqueuer = _started(GeneratorEnqueuer(waiting()), 1)
    got = []
    consumer = threading.Thread(target=lambda: got.extend(enqueuer.get()))
    consumer.start()
    time.sleep(0.02)
    stopper = threading.Thread(target=enqueuer.stop)
    stopper.start()
    consumer.join()
    release.set()
    stopper.join()
    assert got == []


@pytest.mark.parametrize("processes", [False, True])
def test_an_enqueuer_that_is_forgotten_lets_its_workers_go(processes):
    enqueuer = OrderedEnqueuer(Numbers(1000), use_multiprocessing=processes)
    _started(enqueuer, 2, max_queue_size=2)
    threads, children = list(enqueuer._threads), list(multiprocessing.active_children())
    assert bool(children) == processes
    del enqueuer
    gc.collect()
    for worker in threads + children:
        worker.join(30)
        assert not worker.is_alive()


def test_two_enqueuers_do_not_disturb_each_other():
    first = _started(OrderedEnqueuer(Numbers(4), use_multiprocessing=True), 2)
    second = _started(OrderedEnqueuer(Numbers(3), use_multiprocessing=True), 2)
    pairs = list(itertools.islice(zip(first.get(), second.get()), 6))
    assert pairs == [(0, 0), (1, 1), (2, 2), (3, 100), (100, 101), (101, 102)]
    first.stop()
    assert list(itertools.islice(second.get(), 1))  # goes on without the first
    second.stop()


def test_large_batches_pass_through_processes_whole():
    class Big(Numbers):
        def __getitem__(self, index):
            return np.full((300, 1000), index, "float32"), np.arange(300)

    enqueuer = _started(OrderedEnqueuer(Big(3), use_multiprocessing=True), 2)
    for i, (x, y) in enumerate(_take(enqueuer, 3)):
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x, np.full((300, 1000), i))
        np.testing.assert_array_equal(y, np.arange(300))
