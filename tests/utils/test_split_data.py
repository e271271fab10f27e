import numpy as np
import pytest

from minikeras import config
from minikeras.utils import PyDataset, Sequence, split_dataset
from minikeras.utils.split_data import SampleDataset

X = np.arange(20, dtype="float32").reshape(10, 2)
Y = np.arange(10)


def _rows(part):
    return [int(y) for _, y in part]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"left_size": 0.8}, (8, 2)),
        ({"left_size": 7}, (7, 3)),
        ({"right_size": 0.3}, (7, 3)),
        ({"right_size": 4}, (6, 4)),
        ({"left_size": 0.5, "right_size": 0.2}, (5, 2)),
        ({"left_size": 3, "right_size": 0.2}, (3, 2)),
        ({"left_size": np.int64(3), "right_size": np.float32(0.25)}, (3, 2)),
    ],
)
def test_sizes_are_shares_or_numbers(sizes, expected):
    left, right = split_dataset((X, Y), **sizes)
    assert (len(left), len(right)) == expected
    assert _rows(left) == list(range(expected[0]))
    assert _rows(right) == list(range(10 - expected[1], 10))


def test_samples_keep_their_nesting():
    left, _ = split_dataset({"x": X, "y": Y}, left_size=2)
    assert left[1]["x"].tolist() == [2, 3]
    assert left[1]["y"] == 1
    left, _ = split_dataset([X, (Y, Y)], left_size=2)
    assert [type(part) for part in (left[0], left[0][1])] == [list, tuple]
    left, _ = split_dataset(X, left_size=2)
    assert [row.tolist() for row in left] == [[0, 1], [2, 3]]


def test_parts_of_arrays_are_not_copied():
    left, right = split_dataset((X, Y), left_size=0.5)
    assert np.shares_memory(left.arrays[0], X)
    assert np.shares_memory(right.arrays[0], X)


def test_shuffling_mixes_and_follows_the_seed():
    left, right = split_dataset((X, Y), left_size=0.5, shuffle=True, seed=3)
    again, _ = split_dataset((X, Y), left_size=0.5, shuffle=True, seed=3)
    other, _ = split_dataset((X, Y), left_size=0.5, shuffle=True, seed=4)
    assert sorted(_rows(left) + _rows(right)) == list(range(10))
    assert _rows(left) == _rows(again) != _rows(other)
    for x, y in left:
        assert x.tolist() == [2 * y, 2 * y + 1]
    config.set_random_seed(1)
    once = _rows(split_dataset((X, Y), left_size=0.5, shuffle=True)[0])
    config.set_random_seed(1)
    assert once == _rows(split_dataset((X, Y), left_size=0.5, shuffle=True)[0])


def test_batches_for_fit():
    left, _ = split_dataset((X, Y), left_size=7)
    batches = left.batch(3)
    assert isinstance(batches, PyDataset)
    assert [len(y) for _, y in batches] == [3, 3, 1]
    assert len(left.batch(3, drop_remainder=True)) == 2
    assert [len(y) for _, y in left.batch(3, drop_remainder=True)] == [3, 3]
    np.testing.assert_array_equal(batches[1][0], X[3:6])
    with pytest.raises(IndexError, match="no batch 3"):
        batches[3]
    with pytest.raises(ValueError, match="batch_size"):
        left.batch(0)


def test_other_sources_of_samples():
    class Batches(Sequence):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return X[3 * index : 3 * index + 3], Y[3 * index : 3 * index + 3]

    class OneByOne:
        def __len__(self):
            return 10

        def __getitem__(self, index):
            if index >= 10:
                raise IndexError
            return X[index], Y[index]

    for source in (Batches(), OneByOne(), list(zip(X, Y)), zip(X, Y), SampleDataset((X, Y))):
        left, right = split_dataset(source, left_size=0.6)
        assert _rows(left) == list(range(6))
        assert _rows(right) == list(range(6, 10))
        assert left[2][0].tolist() == [4, 5]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({}, "needs left_size= or right_size="),
        ({"left_size": 1.5}, "share, from 0 to 1"),
        ({"left_size": 11}, "not between 0 and the 10"),
        ({"left_size": -1}, "not between 0 and the 10"),
        ({"left_size": 0.7, "right_size": 0.7}, "do not fit into 10"),
        ({"left_size": 10}, "right_size leaves a part without samples"),
        ({"left_size": 0.0}, "left_size leaves a part without samples"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        split_dataset((X, Y), **sizes)


def test_other_mistakes_are_refused():
    with pytest.raises(TypeError, match="a share"):
        split_dataset((X, Y), left_size="half")
    with pytest.raises(ValueError, match=r"one length, but have \[9, 10\]"):
        split_dataset((X, Y[:9]), left_size=0.5)
    with pytest.raises(TypeError, match="not a int"):
        split_dataset(3, left_size=0.5)
    with pytest.raises(ValueError, match="empty"):
        split_dataset(iter([]), left_size=0.5)
    with pytest.raises(ValueError, match="preferred_backend='torch'"):
        split_dataset((X, Y), left_size=0.5, preferred_backend="torch")
