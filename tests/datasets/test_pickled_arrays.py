"""Reading arrays from pickles: NumPy's own are read, and nothing a file asks for is ever run."""

import builtins
import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from minikeras.datasets.checks import UnfitFileError
from minikeras.datasets.pickled_arrays import read_npz, restricted_load
from tests.datasets.support import npz, ragged


def load(data, **kwargs):
    return restricted_load(io.BytesIO(data), **kwargs)


def same(found, wanted):
    assert type(found) is type(wanted)
    if isinstance(wanted, np.ndarray):
        assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
        if wanted.dtype.kind == "O":
            for a, b in zip(found.ravel(), wanted.ravel()):
                same(a, b)
        else:
            np.testing.assert_array_equal(found, wanted)
    elif isinstance(wanted, (list, tuple)):
        assert len(found) == len(wanted)
        for a, b in zip(found, wanted):
            same(a, b)
    elif isinstance(wanted, dict):
        assert list(found) == list(wanted)
        for key in wanted:
            same(found[key], wanted[key])
    else:
        assert found == wanted


SOUND = [
    {"a": [1, 2.5, "text", b"bytes", None, True], "b": (1, (2,))},
    np.arange(6, dtype=np.uint8).reshape(2, 3),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.arange(4, dtype=">i2"),
    np.zeros((0, 3), np.float32),
    np.array(2.5),
    np.array([True, False]),
    ragged([[1, 2, 3], [4], []]),
    ragged([[np.int64(3), np.arange(2)], (np.float32(0.5),), {"k": np.ones(1)}]),
    [np.arange(3)] * 2,
]


@pytest.mark.parametrize("value", SOUND, ids=range(len(SOUND)))
@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_sound_pickles(value, protocol):
    same(load(pickle.dumps(value, protocol)), value)


def test_array_is_writable_and_owned():
    array = load(pickle.dumps(np.arange(3), 2))
    array += 1
    assert array.tolist() == [1, 2, 3]


# A dictionary with an array of shape (2, 3) and a list, as Python 2's cPickle wrote it.
PYTHON2 = (
    b"\x80\x02}q\x00(U\x04dataq\x01cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n"
    b"(K\x00tU\x01btR(K\x01K\x02K\x03\x86cnumpy\ndtype\n(U\x02u1K\x00K\x01tR"
    b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x06abc\xfd\xfe\xfftb"
    b"U\x06labels](K\x01K\x02eu."
)


@pytest.mark.parametrize("encoding", ["bytes", "latin1"])
def test_pickles_of_python_2(encoding):
    found = load(PYTHON2, encoding=encoding)
    data, labels = (b"data", b"labels") if encoding == "bytes" else ("data", "labels")
    same(found[data], np.array([[97, 98, 99], [253, 254, 255]], np.uint8))
    assert found[labels] == [1, 2]


class Calls:
    """Pickles as a call of `function` with `arguments`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


HARMFUL = {
    "shell": Calls(os.system, "exit 1"),
    "eval": Calls(eval, "1 + 1"),
    "exec": Calls(exec, "import os"),
    "import": Calls(__import__, "os"),
    "getattr": Calls(getattr, "text", "join"),
    "open": Calls(open, "/etc/hostname"),
    "numpy function": Calls(np.load, "x.npy"),
    "bytearray": bytearray(5),
    "set": {1, 2},
    "complex": 1 + 2j,
    "records": np.zeros(2, [("a", int)]),
    "dates": np.zeros(2, "M8[s]"),
    "text array": np.array(["a", "b"]),
    "codec": Calls(__import__("_codecs").encode, "a", "utf-8"),
    "class": Calls,
    "exception": ValueError("x"),
}


@pytest.mark.parametrize("kind", HARMFUL)
@pytest.mark.parametrize("place", ["top", "list", "dict", "array"])
@pytest.mark.parametrize("protocol", [2, 4])
def test_harmful_pickles(monkeypatch, kind, place, protocol):
    value = HARMFUL[kind]
    value = {"top": value, "list": [value], "dict": {"a": value}, "array": ragged([[value]])}[place]
    data = pickle.dumps(value, protocol)

    def called(*args, **kwargs):
        pytest.fail("code from the file was run")

    monkeypatch.setattr(os, "system", called)
    monkeypatch.setattr(builtins, "eval", called)
    with pytest.raises(UnfitFileError):
        load(data)


def test_refusal_names_what_is_asked_for():
    with pytest.raises(UnfitFileError, match=r"(posix|nt)\.system.*any code"):
        load(pickle.dumps(Calls(os.system, "exit 1")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"\x80\x02",
        PYTHON2[:100],
        PYTHON2.replace(b"K\x02K\x03\x86", b"K\x02K\x04\x86"),  # the shape does not fit the bytes
        PYTHON2.replace(b"u1", b"O8"),  # bytes given for an array of objects
        PYTHON2.replace(b"u1", b"zz"),  # no such type
        PYTHON2.replace(b"tb\x89U", b"t\x89U"),  # a state that is none
        b"\x80\x02cnumpy\nndarray\n.",  # a class instead of an array
        b"\x80\x02cnumpy\nndarray\n)R.",  # an array never filled
        b"\x80\x02cnumpy\ndtype\nU\x02u1\x85R.",
    ],
    ids=range(11),
)
def test_damaged_pickles(data):
    with pytest.raises(UnfitFileError):
        load(data, encoding="bytes")


def write(path, data):
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("compressed", [True, False])
def test_npz(tmp_path, compressed):
    numbers, texts = np.arange(5.0), ragged([[1, 2], [3]])
    path = write(tmp_path / "a.npz", npz(compressed, n=numbers, t=texts, other=numbers))
    found = read_npz(path, ["t", "n"])
    same(found[0], texts)
    same(found[1], numbers)


def test_npz_faults(tmp_path):
    good = npz(False, n=np.arange(1000))
    path = write(tmp_path / "a.npz", good)
    with pytest.raises(UnfitFileError, match="no array 'x'"):
        read_npz(path, ["x"])
    flipped = bytearray(good)
    flipped[len(flipped) // 2] ^= 1
    with pytest.raises(UnfitFileError, match="CRC"):
        read_npz(write(tmp_path / "b.npz", flipped), ["n"])
    for data in (b"", b"text", good[:2000]):
        with pytest.raises(UnfitFileError, match="no .npz archive"):
            read_npz(write(tmp_path / "c.npz", data), ["n"])


def npz_of(payload, shape="(1,)"):
    """Return an .npz archive with an array of objects whose pickle is `payload`."""
    header = f"{{'descr': '|O', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    member = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + payload
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.npy", member)
    return file.getvalue()


def test_npz_of_objects_is_restricted(tmp_path):
    sound = npz_of(pickle.dumps(ragged([[1]])))
    same(read_npz(write(tmp_path / "a.npz", sound), ["x"])[0], ragged([[1]]))
    for payload in (
        pickle.dumps(ragged([Calls(os.getcwd)])),
        pickle.dumps(ragged([[1], [2]])),  # not the shape that the header announces
        pickle.dumps([1]),
    ):
        with pytest.raises(UnfitFileError):
            read_npz(write(tmp_path / "b.npz", npz_of(payload)), ["x"])
