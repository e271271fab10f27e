"""Sources of batches cut from arrays: orders, steps across epochs."""

import numpy as np

from minikeras import config
from minikeras.engine.sources import ArraySource, StructureSource

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
