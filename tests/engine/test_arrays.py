"""Arrays in: anything array-like, put in order, nothing read or copied before its time."""

import re

import numpy as np
import pytest

from minikeras.autograd import Tensor
from minikeras.engine.arrays import (
    arrange,
    as_array,
    batch_of,
    check_input,
    common_length,
    is_number_list,
    yields_batches,
)
from tests.engine.test_targets import OnDisk


class Frame:
    """Looks like a pandas DataFrame: shape and iloc, no dtype of its own."""

    def __init__(self, array):
        self.array, self.shape, self.iloc = array, array.shape, None

    def __array__(self, dtype=None, copy=None):
        return self.array


class Series(Frame):
    """Looks like a pandas Series: a dtype too, and an index that is not a position."""

    def __init__(self, array):
        super().__init__(array)
        self.dtype = array.dtype

    def __getitem__(self, label):
        raise KeyError(label)


class Sparse:
    """Looks like a scipy.sparse matrix: rows that must be made dense."""

    def __init__(self, array):
        self.array, self.shape, self.dtype = array, array.shape, array.dtype

    def __getitem__(self, index):
        return Sparse(self.array[index])

    def toarray(self):
        return self.array


NUMBERS = np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    "value",
    [
        NUMBERS,
        NUMBERS.tolist(),
        tuple(map(tuple, NUMBERS)),
        list(NUMBERS),
        Tensor(NUMBERS),
        Frame(NUMBERS),
        Series(NUMBERS),
        NUMBERS.view(np.recarray),
        NUMBERS.astype(object),
        np.ma.masked_array(NUMBERS),
    ],
    ids=lambda v: type(v).__name__,
)
def test_anything_array_like_becomes_an_array(value):
    array = as_array(value, "x")
    assert type(array) is np.ndarray
    np.testing.assert_array_equal(array, NUMBERS)


def test_arrays_are_not_copied():
    assert as_array(NUMBERS, "x") is NUMBERS


@pytest.mark.parametrize("value", [OnDisk(NUMBERS), Sparse(NUMBERS)])
def test_what_is_read_batch_by_batch_stays_where_it_is(value):
    assert as_array(value, "x") is value


def test_a_memory_map_stays_one(tmp_path):
    np.save(tmp_path / "x.npy", NUMBERS)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert isinstance(as_array(mapped, "x").base, np.memmap)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([[1, 2], [3]], ValueError, "x is a ragged list.*pad_sequences"),
        (np.array(["a", "b"]), TypeError, "x has dtype <U1; a model needs numbers.*Encode"),
        (np.array([1 + 2j]), TypeError, "complex128"),
        (np.array([1, None], object), ValueError, "x holds objects"),
        (OnDisk(np.array(["a"])), TypeError, "dtype <U1"),
        (np.array(["2020-01-01"], "datetime64[D]"), TypeError, "datetime64"),
    ],
)
def test_what_is_no_numbers_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        as_array(value, "x")


def test_number_lists():
    assert is_number_list([1, 2.5, True, np.float32(1)])
    assert is_number_list([[1, 2], [3, 4]])
    assert not is_number_list([np.zeros(2)])
    assert not is_number_list(3)


def test_what_yields_batches():
    class Batches:
        def __iter__(self):
            return iter([])

    assert yields_batches(Batches())
    assert yields_batches(range(3))
    for other in (None, [1], (1,), {"a": 1}, np.zeros(2), Frame(NUMBERS), "text"):
        assert not yields_batches(other)


# --- order ---------------------------------------------------------------------------------


def test_arrange_by_position_and_by_name():
    a, b = np.zeros((2, 1)), np.ones((2, 1))
    for given in ([a, b], (a, b), {"b": b, "a": a}, {"b": b, "a": a, "unused": a}):
        first, second = arrange(given, ["a", "b"], "input")
        assert first is a
        assert second is b
    assert arrange(a, ["a"], "input")[0] is a
    assert arrange([a], ["a"], "input")[0] is a
    assert arrange(None, ["a", "b"], "target") == [None, None]
    assert arrange([a, None], ["a", "b"], "input") == [a, None]


def test_a_list_of_numbers_is_one_array():
    (array,) = arrange([[0, 1], [1, 0]], ["a"], "input")
    assert array.shape == (2, 2)
    (array,) = arrange([0, 1, 1], ["a"], "target")
    assert array.shape == (3,)


@pytest.mark.parametrize(
    ("given", "names", "message"),
    [
        ([NUMBERS], ["a", "b"], "2 inputs ('a', 'b'), but a list of 1 array was given"),
        ([NUMBERS] * 3, ["a"], "1 input ('a'), but a list of 3 arrays was given. Join them"),
        (NUMBERS, ["a", "b"], "2 inputs ('a', 'b'), but one array was given"),
        ({"A": NUMBERS, "b": NUMBERS}, ["a", "b"], "No data for the input 'a'. Given were"),
        ({"imput": NUMBERS}, ["input"], "Did you mean 'input'"),
        ([[1, 2], [3]], ["a"], "is a ragged list"),
    ],
)
def test_arrange_refuses_what_does_not_fit(given, names, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        arrange(given, names, "input")


def test_lengths():
    assert common_length([("x", [np.zeros((4, 2)), None]), ("y", [np.zeros(4)])]) == 4
    assert common_length([("x", [None])]) is None
    with pytest.raises(ValueError, match="same number of samples.*x: 4, y: 5"):
        common_length([("x", [np.zeros(4)]), ("y", [np.zeros(5)])])
    with pytest.raises(ValueError, match="0 samples"):
        common_length([("x", [np.zeros((0, 3))])])
    with pytest.raises(ValueError, match="x is a single number"):
        common_length([("x", [np.array(3.0)])])


# --- shapes of inputs --------------------------------------------------------------------------


def test_a_vector_becomes_a_column():
    assert check_input(np.zeros(5), "a", (None, 1)).shape == (5, 1)
    assert check_input(np.zeros(5), "a", (None, None)).shape == (5, 1)
    assert check_input(np.zeros(5), "a", (None,)).shape == (5,)
    assert check_input(OnDisk(np.zeros(5)), "a", (None, 1)).shape == (5, 1)
    assert check_input(None, "a", (None, 1)) is None


def test_unknown_sizes_fit_anything():
    x = np.zeros((5, 7, 2))
    assert check_input(x, "a", (None, None, 2)) is x
    assert check_input(x, "a", None) is x


@pytest.mark.parametrize(
    ("shape", "wanted", "message"),
    [
        ((5, 3), (None, 4), r"expected a to have shape \(None, 4\).*\(5, 3\)"),
        ((4,), (None, 4), r"looks like one sample.*x\[None\]"),
        ((5, 784), (None, 28, 28, 1), r"x.reshape\(-1, 28, 28, 1\) fits"),
        ((5, 3, 8, 8), (None, 8, 8, 3), "axes seem to be in another order"),
        ((5, 8, 8), (None, 8, 8, 1), r"x.reshape\(-1, 8, 8, 1\)"),
        ((5, 3), (None, None, 4), r"\(5, 3\)\.$"),
    ],
)
def test_shapes_that_do_not_fit(shape, wanted, message):
    with pytest.raises(ValueError, match=message):
        check_input(np.zeros(shape), "a", wanted)


# --- batches ---------------------------------------------------------------------------------


def test_batches_are_cast_only_where_need_be():
    x = np.arange(6, dtype="float32")
    assert batch_of(x, slice(0, 3), np.dtype("float32")).base is x
    assert batch_of(x, slice(0, 3), np.dtype("float64")).dtype == np.float64
    assert batch_of(np.arange(3), slice(0, 2), None).dtype == np.arange(3).dtype
    assert batch_of(None, slice(0, 2), None) is None
    swapped = x.astype(">f4")
    assert batch_of(swapped, slice(0, 3), np.dtype("float32")).dtype.isnative


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e20])
def test_a_value_that_is_no_whole_number_is_named(value):
    x = np.array([[1.0, 2.0], [value, 3.0]])
    with pytest.raises(
        ValueError, match=rf"\(int32\), but the data hold {value}".replace("+", r"\+")
    ):
        batch_of(x, slice(0, 2), "int32")
    assert batch_of(x, slice(0, 1), "int32").tolist() == [[1, 2]]
    assert batch_of(x, slice(0, 2), "float32").shape == (2, 2)


def test_reads_from_disk_ascend_and_do_not_repeat():
    stored = OnDisk(np.arange(10) * 10)
    batch = batch_of(stored, np.array([7, 2, 7, 0]), None)
    np.testing.assert_array_equal(batch, [70, 20, 70, 0])
    np.testing.assert_array_equal(stored.reads[0], [0, 2, 7])


def test_sparse_rows_become_dense():
    batch = batch_of(Sparse(NUMBERS), np.array([2, 0]), np.dtype("float32"))
    np.testing.assert_array_equal(batch, NUMBERS[[2, 0]])
    assert batch.dtype == np.float32
