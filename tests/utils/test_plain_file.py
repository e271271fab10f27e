"""Files of plain data: exact, without code, and clear errors for what is none."""

import numpy as np
import pytest

from minikeras.utils.plain_file import read_plain, write_plain


def through_a_file(path, data):
    with open(path, "wb") as file:
        write_plain(file, data)
    return read_plain(path)


def test_numbers_come_back_exactly(tmp_path):
    data = {
        "none": None,
        "flags": [True, False],
        "large": 2**127 + 1,
        "floats": [0.1, float("inf"), -0.0, 1e-320],
        "text": "é\n",
        "tuple": (1, (2, "x")),
        "nested": {"a": {"b": []}},
    }
    found = through_a_file(tmp_path / "f", data)
    assert found == {**data, "tuple": [1, [2, "x"]]}
    assert str(found["floats"][2]) == "-0.0"
    assert np.isnan(through_a_file(tmp_path / "f", float("nan")))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint64", "bool"])
def test_arrays_keep_type_shape_and_bits(tmp_path, dtype):
    array = np.random.RandomState(0).randint(0, 2, (3, 0, 2)).astype(dtype)
    filled = np.random.RandomState(0).uniform(0, 9, (3, 2)).astype(dtype)
    found = through_a_file(tmp_path / "f", [array, filled, filled[0, 0]])
    for ours, theirs in zip(found, [array, filled, filled[0, 0]]):
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        assert ours.tobytes() == theirs.tobytes()
    assert isinstance(found[2], np.generic)


def test_generator_states(tmp_path):
    for kind in (np.random.SFC64, np.random.PCG64, np.random.MT19937):
        one = np.random.Generator(kind(3))
        one.random(5)
        two = np.random.Generator(kind(8))
        two.bit_generator.state = through_a_file(tmp_path / "f", one.bit_generator.state)
        assert np.array_equal(one.random(9), two.random(9))


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"a": [1, object()]}, r"data\['a'\]\[1\] is a object"),
        ({"a": {1: 2}}, r"data\['a'\] has the key 1"),
        ([np.array([None])], r"data\[0\] is an array of objects"),
    ],
)
def test_what_is_no_plain_data(tmp_path, data, where):
    with pytest.raises(TypeError, match=where):
        through_a_file(tmp_path / "f", data)


def test_every_cut_and_every_flipped_byte_is_noticed_or_harmless(tmp_path):
    path = tmp_path / "f"
    data = {"a": np.arange(20.0), "b": [1, "two"]}
    with open(path, "wb") as file:
        write_plain(file, data)
    whole = path.read_bytes()
    random = np.random.RandomState(2)
    for _ in range(150):
        torn = bytearray(whole[: random.randint(len(whole))])
        path.write_bytes(torn)
        with pytest.raises(ValueError, match="is damaged|cannot be read"):
            read_plain(path)
        bad = bytearray(whole)
        bad[random.randint(len(bad))] ^= 1 << random.randint(8)
        path.write_bytes(bad)
        try:
            found = read_plain(path)
        except ValueError:
            continue
        assert np.array_equal(found["a"], data["a"])
        assert found["b"] == data["b"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_plain(tmp_path / "f")
