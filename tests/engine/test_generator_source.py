"""Batches that generators and Sequences make: ends, steps across epochs, workers."""

import threading

import numpy as np
import pytest

from minikeras import config
from minikeras.engine.generator_source import GeneratorSource, is_generator
from minikeras.utils import PyDataset, Sequence


def numbered(generator, steps=None, **settings):
    """Return a source whose batches are what the generator yields."""
    return GeneratorSource(generator, steps, lambda batch: batch, **settings)


def count(limit=None):
    number = 0
    while limit is None or number < limit:
        yield number
        number += 1


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_generator_goes_on_from_epoch_to_epoch(workers):
    counted = numbered(count(), steps=3, workers=workers)
    assert list(counted.epoch()) == [0, 1, 2]
    counted.rewind()  # there is only one pass
    assert list(counted.epoch()) == [3, 4, 5]
    counted.close()


def test_the_first_epoch_of_an_exhaustible_generator_tells_its_length():
    counted = numbered(count(4))
    assert counted.size is None
    assert counted.is_exhaustible
    assert list(counted.epoch()) == [0, 1, 2, 3]
    assert counted.size == 4
    with pytest.raises(ValueError, match="ended after 0 batches of an epoch of 4"):
        list(counted.epoch())


@pytest.mark.parametrize("workers", [0, 1])
def test_a_generator_that_ends_too_early(workers):
    counted = numbered(count(4), steps=3, workers=workers)
    assert list(counted.epoch()) == [0, 1, 2]
    with pytest.raises(ValueError, match="ended after 1 batches of an epoch of 3. Let it loop"):
        list(counted.epoch())
    counted.close()


@pytest.mark.parametrize("workers", [0, 1])
def test_an_iterable_begins_again(workers):
    class Batches:
        def __iter__(self):
            return iter("abc")

    batches = numbered(Batches(), workers=workers)
    assert not batches.is_exhaustible
    assert list(batches.epoch()) == ["a", "b", "c"]
    assert list(batches.epoch()) == ["a", "b", "c"]
    stepped = numbered(Batches(), steps=2, workers=workers)
    assert [list(stepped.epoch()) for _ in range(3)] == [["a", "b"], ["c", "a"], ["b", "c"]]
    list(stepped.epoch())
    stepped.rewind()
    assert list(stepped.epoch()) == ["a", "b"]
    batches.close()
    stepped.close()


def test_an_iterable_without_batches():
    class Nothing:
        def __iter__(self):
            return iter(())

    with pytest.raises(ValueError, match="ended after 0 batches"):
        list(numbered(Nothing()).epoch())


def test_the_length_of_an_iterable_counts():
    class Batches(list):
        pass

    assert numbered(Batches("abc")).size == 3
    with pytest.raises(ValueError, match="Batches is empty: its length is 0"):
        numbered(Batches())


def test_an_error_in_a_generator_comes_through():
    def broken():
        yield 1
        raise OSError("disk on fire")

    stream = numbered(broken(), steps=2).epoch()
    assert next(stream) == 1
    with pytest.raises(OSError, match="disk on fire"):
        next(stream)


def test_a_generator_function_must_be_called():
    with pytest.raises(TypeError, match=r"count is a generator function; call it.*count\(\)"):
        numbered(count)


class Letters(Sequence):
    """Three batches; counts epochs, and remembers the threads that made batches."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.epochs = 0
        self.threads = set()

    def __len__(self):
        return 3

    def __getitem__(self, index):
        self.threads.add(threading.current_thread())
        return "abc"[index] + str(self.epochs)

    def on_epoch_end(self):
        self.epochs += 1


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_sequence_is_told_of_the_end_of_each_epoch(workers):
    letters = Letters()
    batches = numbered(letters, workers=workers)
    assert batches.size == 3
    assert list(batches.epoch()) == ["a0", "b0", "c0"]
    assert list(batches.epoch()) == ["a1", "b1", "c1"]
    batches.close()
    assert letters.epochs == 2


def test_a_sequence_says_itself_how_it_is_read():
    letters = Letters(workers=0)
    batches = numbered(letters)
    list(batches.epoch())
    batches.close()
    assert letters.threads == {threading.current_thread()}
    letters = Letters(workers=1)
    batches = numbered(letters)
    list(batches.epoch())
    batches.close()
    assert threading.current_thread() not in letters.threads


def test_a_shuffled_sequence():
    config.set_random_seed(3)
    batches = numbered(Letters(), shuffle=True, workers=0)
    orders = ["".join(batch[0] for batch in batches.epoch()) for _ in range(12)]
    assert {"".join(sorted(order)) for order in orders} == {"abc"}
    assert len(set(orders)) > 2


def test_steps_across_the_epochs_of_a_sequence():
    batches = numbered(Letters(), steps=2, workers=0)
    assert list(batches.epoch()) == ["a0", "b0"]
    assert list(batches.epoch()) == ["c0", "a1"]
    batches.rewind()
    assert [batch[0] for batch in batches.epoch()] == ["a", "b"]


@pytest.mark.parametrize("workers", [0, 1])
def test_rewinding_after_a_whole_pass_changes_nothing(workers):
    letters = Letters()
    batches = numbered(letters, workers=workers)
    for epoch in range(3):
        batches.rewind()
        assert list(batches.epoch()) == [f"a{epoch}", f"b{epoch}", f"c{epoch}"]
    batches.close()
    assert letters.epochs == 3


def test_sequences_without_batches_or_without_end():
    class Empty(Letters):
        def __len__(self):
            return 0

    class Endless(PyDataset):
        num_batches = None

        def __getitem__(self, index):
            return index

    with pytest.raises(ValueError, match="Empty is empty"):
        numbered(Empty())
    with pytest.raises(ValueError, match="Endless has no end: say how many batches"):
        numbered(Endless())
    assert list(numbered(Endless(), steps=4, workers=0).epoch()) == [0, 1, 2, 3]


def test_what_is_a_generator():
    assert is_generator(count())
    assert is_generator(iter([1]))
    assert is_generator(Letters())
    assert is_generator(count)
    assert not is_generator([1])
    assert not is_generator(np.arange(3))
