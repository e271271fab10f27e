"""Read NumPy arrays out of pickles and .npz archives without running any code they may contain.

Unpickling calls whatever functions a file names. Here the only names it may use are those that
NumPy writes for arrays, and each stands for a class of this module that does nothing but take
down shape, type and bytes. Arrays are then built from these with every claim checked.
"""

import pickle
import zipfile
import zlib

import numpy as np

from .checks import UnfitFileError

# What reading a damaged file may raise, before any of our own checks.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    MemoryError,
    ImportError,
    NotImplementedError,
    RuntimeError,
)


def read_npz(path, names):
    """Return the arrays `names` of the .npz archive `path` as a list, in that order.

    Arrays of numbers are read without pickle, arrays of objects by `restricted_load`. Raises
    UnfitFileError if the file is damaged, lacks one of them or holds more than arrays and lists.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_read_member(archive, name) for name in names]
    except UnfitFileError:
        raise
    except _DAMAGE as error:
        raise UnfitFileError(f"it is damaged or no .npz archive: {error}") from error


def _read_member(archive, name):
    member = name + ".npy"
    if member not in archive.namelist():
        raise UnfitFileError(f"it has no array {name!r}")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read_header(file)
        if dtype.kind == "O":
            array = restricted_load(file)
            if not isinstance(array, np.ndarray) or array.shape != shape:
                raise UnfitFileError(f"its array {name!r} is not the array its header announces")
            return array
    with archive.open(member) as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
        file.read(1)  # at the end of the member zipfile compares the CRC
        return array


def restricted_load(file, encoding="latin1"):
    """Unpickle the open `file`: numbers, strings, lists, tuples, dicts and NumPy arrays of these.

    `encoding` is for strings that Python 2 wrote, as in `pickle.load`. Raises UnfitFileError for a
    damaged pickle and for one that holds, or would call, anything else.
    """
    try:
        return _plain(_Unpickler(file, encoding=encoding).load())
    except UnfitFileError:
        raise
    except _DAMAGE as error:
        raise UnfitFileError(f"it is no readable pickle: {error}") from error


class _Dtype:
    """Stands for `numpy.dtype` while unpickling: a type code, and the byte order set later."""

    def __init__(self, code, align=False, copy=True):
        self.code = _text(code)
        self.order = "="

    def __setstate__(self, state):
        _, order, subtype, names, fields = state[:5]
        if subtype is not None or names is not None or fields is not None:
            raise UnfitFileError("it holds an array of records")
        self.order = _text(order)

    def resolve(self):
        dtype = np.dtype(self.code)
        if dtype.kind not in "biufO":
            raise UnfitFileError(f"it holds an array of {dtype}")
        return dtype if self.order == "|" else dtype.newbyteorder(self.order)


class _Array:
    """Stands for `numpy.ndarray` while unpickling: takes down the state, builds the array later."""

    def __init__(self):
        self._state = None
        self._built = None

    def __setstate__(self, state):
        self._state = state

    def build(self):
        if self._built is None:
            _, shape, dtype, fortran, data = self._state
            dtype = dtype.resolve()
            if dtype.hasobject:
                if not isinstance(data, list):
                    raise UnfitFileError("it holds an array of objects without a list of them")
                flat = np.empty(len(data), dtype=object)
                for index, item in enumerate(data):
                    flat[index] = _plain(item)
            else:
                flat = np.frombuffer(_bytes(data), dtype=dtype).copy()
            self._built = flat.reshape(shape, order="F" if fortran else "C")
        return self._built


class _Scalar:
    """Stands for a NumPy scalar while unpickling."""

    def __init__(self, dtype, data):
        self._dtype, self._data = dtype, data

    def build(self):
        dtype = self._dtype.resolve()
        if dtype.hasobject:
            raise UnfitFileError("it holds a scalar of objects")
        return np.frombuffer(_bytes(self._data), dtype=dtype)[0]


def _reconstruct(subtype, shape, typecode):
    return _Array()


def _encode(text, encoding):
    """Stands for `_codecs.encode`, by which Python 3 writes bytes for Python 2 to read."""
    if encoding != "latin1":
        raise UnfitFileError(f"it asks for the text encoding {encoding!r}")
    return text.encode("latin1")


def _empty_bytes():
    """Stands for `bytes`, by which Python 3 writes empty bytes for Python 2 to read."""
    return b""


_STAND_INS = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.multiarray", "scalar"): _Scalar,
    ("numpy._core.multiarray", "scalar"): _Scalar,
    ("_codecs", "encode"): _encode,
    ("__builtin__", "bytes"): _empty_bytes,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise UnfitFileError(
                f"it wants to use {module}.{name}, which no data set needs; such a file can run "
                "any code when it is unpickled"
            ) from None


def _plain(value):
    """Replace the stand-ins in `value` by what they stand for, in place where it can be."""
    if isinstance(value, (_Array, _Scalar)):
        return value.build()
    if isinstance(value, list):
        # Millions of plain numbers are common: look, at the speed of C, before touching.
        if not set(map(type, value)) <= {int}:
            value[:] = [_plain(item) for item in value]
        return value
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return value
    raise UnfitFileError(f"it holds a {type(value).__name__}")


def _text(value):
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _bytes(value):
    return value.encode("latin1") if isinstance(value, str) else bytes(value)
