"""Sources of batches: orders, steps across epochs, ends of generators, workers."""

import threading

import numpy as np
import pytest

from minikeras import config
from minikeras.engine.sources import ArraySource, GeneratorSource, StructureSource, is_generator
from minikeras.utils import PyDataset, Sequence

X = np.arange(10, dtype="float64")


def source(batch_size=4, shuffle=False, steps=None):
    weights = X / 10
    types = [np.dtype("float32")], [None]
    return ArraySource([X], [X.astype(int)], [weights], 10, batch_size, *types, shuffle, steps)


def rows(source):
    """Return the batches of an epoch as lists of row numbers, after checking each."""
    found = []
    for (x,), (y,), (w,), size in source.epoch():
        assert x.dtype == np.float32
        assert len(x) == len(y) == size
        np.testing.assert_array_equal(x, y)
        np.testing.assert_allclose(w, x / 10)
        found.append(y.tolist())
    return found


def test_batches_in_order():
    assert rows(source()) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert source().size == 3


def test_shuffled_rows():
    config.set_random_seed(0)
    shuffled = source(shuffle=True)
    first, second = rows(shuffled), rows(shuffled)
    assert [len(batch) for batch in first] == [4, 4, 2]
    assert sorted(sum(first, [])) == sorted(sum(second, [])) == list(range(10))
    assert first != second
    config.set_random_seed(0)
    assert rows(source(shuffle=True)) == first


def test_shuffled_batches():
    config.set_random_seed(0)
    orders = {str(rows(source(shuffle="batch"))) for _ in range(20)}
    # whole batches change places, the ragged one stays last
    assert orders == {
        "[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]",
        "[[4, 5, 6, 7], [0, 1, 2, 3], [8, 9]]",
    }


def test_steps_go_on_where_the_last_epoch_stopped():
    stepped = source(steps=2)
    assert stepped.size == 2
    assert rows(stepped) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert rows(stepped) == [[8, 9], [0, 1, 2, 3]]
    assert rows(stepped) == [[4, 5, 6, 7], [8, 9]]
    assert len(rows(source(steps=7))) == 7
    stepped.rewind()
    assert rows(stepped) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_nested_batches():
    data = {"a": X, "b": [np.arange(10), None]}, X[:, None], None
    (x, y, w, size), *rest = StructureSource(data, 10, 8).epoch()
    assert size == 8
    assert x["a"].dtype == np.float32
    assert x["b"][0].dtype == np.arange(1).dtype
    assert x["b"][1] is None
    assert y.shape == (8, 1)
    assert w is None
    assert rest[0][3] == 2


# --- generators ------------------------------------------------------------------------------


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
    assert not is_generator(X)
