"""HDF5 files from strangers: groups, attributes and datasets, looked at before they are read.

An HDF5 file can point to other files, hold computed datasets, and claim any size. Here a group is
entered, an attribute taken and a dataset read only after a look at what it is; whatever is not
plain data in this very file is refused with the file and the place named.
"""

import contextlib
import os

import numpy as np

from .broken import BrokenFileError
from .hdf5_heaps import check_heaps

# Filters that the HDF5 library itself has: gzip, shuffle, fletcher32, szip, nbit, scaleoffset, lzf.
# Any other would be code to be loaded from somewhere.
_KNOWN_FILTERS = {1, 2, 3, 4, 5, 6, 32000}
_MAX_CHUNK = 256 * 2**20  # bytes; a chunk is unpacked as a whole
_MAX_NAMES = 1_000_000
_LOW_LEVEL_ERRORS = (
    OSError,
    RuntimeError,
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
    SystemError,
)


def import_h5py():
    """Return h5py, which is imported only when a file of that kind is touched."""
    import h5py

    return h5py


@contextlib.contextmanager
def open_hdf5(source, name=None, heaps=None):
    """Give the root `Group` of an HDF5 file.

    Args:
        source: a path, or an open binary file object.
        name: how messages call the file; the path by default.
        heaps: for a file object, what checks its heaps before a text is read from them.

    Raises:
        FileNotFoundError: there is no such file.
        BrokenFileError: it is no HDF5 file, or one cut off.
    """
    h5py = import_h5py()
    name = str(name or source)
    if isinstance(source, (str, os.PathLike)):
        check_is_file(source)
        size = os.path.getsize(source)
        heaps = _Heaps(source, 0, size, name)
    else:
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        heaps = heaps or _Heaps(None, 0, 0, name)
    try:
        file = h5py.File(source, "r")
    except _LOW_LEVEL_ERRORS as error:
        raise BrokenFileError(name, "", f"it is no complete HDF5 file ({_short(error)})") from None
    try:
        yield Group(file, name, "", size, heaps)
    finally:
        with contextlib.suppress(*_LOW_LEVEL_ERRORS):
            file.close()


def check_is_file(path):
    """Raise the fitting OSError where `path` is no plain file."""
    path = os.fspath(path)
    if not os.path.exists(path):
        raise FileNotFoundError(f"There is no file {path!r}.")
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path!r} is a folder, not a model file.")
    if not os.path.isfile(path):
        raise OSError(f"{path!r} is no plain file.")


def _short(error):
    """Return the first line of a low-level message, not too long."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


class _Heaps:
    """The heaps of a file, checked once, when the first text of variable length is read."""

    def __init__(self, path, start, size, name):
        self._path, self._place, self._name = path, (start, size), name

    def check(self):
        """Raise a BrokenFileError where a heap is damaged."""
        if self._path is not None:
            with open(self._path, "rb") as file:
                check_heaps(file.fileno(), *self._place, self._name)
            self._path = None


def _is_text(attribute):
    """Return whether an attribute holds texts of variable length."""
    kind = attribute.get_type()
    return isinstance(kind, import_h5py().h5t.TypeStringID) and kind.is_variable_str()


class Group:
    """A group of an HDF5 file.

    Attributes:
        file: the name of the file, for messages.
        where: the path of the group in it.
        file_size: the length of the file in bytes.
    """

    def __init__(self, handle, file, where, file_size, heaps):
        self._heaps = heaps
        self._handle = handle
        self.file = file
        self.where = where
        self.file_size = file_size

    def fail(self, what, where=None):
        """Return the error to raise about this group."""
        return BrokenFileError(self.file, self.where if where is None else where, what)

    @contextlib.contextmanager
    def _guard(self, where):
        try:
            yield
        except BrokenFileError:
            raise
        except _LOW_LEVEL_ERRORS as error:
            raise self.fail(f"it cannot be read ({_short(error)})", where) from None

    @property
    def address(self):
        """Where the group lies in the file: one number, by however many names it is called."""
        with self._guard(self.where):
            return import_h5py().h5o.get_info(self._handle.id).addr

    # -- members ------------------------------------------------------------------------------
    def names(self):
        """Return the names of the members, a list."""
        with self._guard(self.where):
            if len(self._handle) > _MAX_NAMES:
                raise self.fail(f"it claims to hold {len(self._handle)} members")
            return list(self._handle)

    def __contains__(self, path):
        return self._find(path) is not None

    def _find(self, path):
        """Return the h5py object at a relative path, or None; links are never followed."""
        h5py = import_h5py()
        handle, where = self._handle, self.where
        for part in str(path).split("/"):
            if part in ("", "."):
                continue
            where = f"{where}/{part}"
            if not isinstance(handle, h5py.Group):
                raise self.fail("its parent is no group", where)
            with self._guard(where):
                link = handle.get(part, getlink=True)
                if link is None:
                    return None
                if not isinstance(link, h5py.HardLink):
                    raise self.fail(
                        "it is a link to another place or file, which is refused", where
                    )
                handle = handle[part]
        return handle

    def is_group(self, path):
        """Return whether there is a group at `path`."""
        return isinstance(self._find(path), import_h5py().Group)

    def group(self, path):
        """Return the group at `path`, or raise."""
        h5py = import_h5py()
        found, where = self._find(path), f"{self.where}/{path}"
        if found is None:
            raise self.fail("there is no such group", where)
        if not isinstance(found, h5py.Group):
            raise self.fail("a group was expected here", where)
        return Group(found, self.file, where, self.file_size, self._heaps)

    def dataset(self, path):
        """Return the `Dataset` at `path`, checked but not read, or raise."""
        h5py = import_h5py()
        found, where = self._find(path), f"{self.where}/{path}"
        if found is None:
            raise self.fail("there is no such dataset", where)
        if not isinstance(found, h5py.Dataset):
            raise self.fail("a dataset was expected here", where)
        return Dataset(found, self, where)

    # -- attributes ---------------------------------------------------------------------------
    def has_attribute(self, name):
        """Return whether there is an attribute of that name."""
        with self._guard(self._at(name)):
            return name in self._handle.attrs

    def _at(self, name):
        return f"{self.where or '/'} (attribute {name!r})"

    def _attribute(self, name):
        """Return the raw value of an attribute, its size looked at first."""
        where = self._at(name)
        with self._guard(where):
            attribute = self._handle.attrs.get_id(name)
            shape = attribute.shape or ()
            count = int(np.prod(shape, dtype=object)) if shape else 1
            if not isinstance(attribute.get_type(), import_h5py().h5t.TypeStringID) or _is_text(
                attribute
            ):
                self._heaps.check()
            itemsize = max(attribute.get_type().get_size(), 1)
            if count > _MAX_NAMES or count * itemsize > max(self.file_size, 4096):
                raise self.fail("it claims to be larger than the file", where)
            return self._handle.attrs[name]

    def text(self, name, default=None):
        """Return an attribute that is one text, `default` where there is none."""
        if not self.has_attribute(name):
            return default
        value = self._attribute(name)
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.reshape(-1)[0]
        return self._as_text(value, name)

    def texts(self, name):
        """Return an attribute that is a list of texts, put together from `name0`, `name1`, ...

        None where there is no such attribute.
        """
        if self.has_attribute(name):
            return self._text_list(name)
        found, number = None, 0
        while self.has_attribute(f"{name}{number}"):
            found = (found or []) + self._text_list(f"{name}{number}")
            if len(found) > _MAX_NAMES:
                raise self.fail("it claims to hold too many names", self._at(name))
            number += 1
        return found

    def _text_list(self, name):
        value = self._attribute(name)
        if not isinstance(value, np.ndarray):
            if type(value).__name__ == "Empty":
                return []
            value = np.asarray([value], dtype=object)
        if not value.size:
            return []
        return [self._as_text(item, name) for item in value.reshape(-1)]

    def _as_text(self, value, name):
        if isinstance(value, bytes):
            try:
                value = value.decode("utf-8")
            except UnicodeDecodeError:
                raise self.fail("it is no UTF-8 text", self._at(name)) from None
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode("utf-8")  # h5py hides bytes that are no text behind surrogates
            except UnicodeEncodeError:
                raise self.fail("it is no UTF-8 text", self._at(name)) from None
        if not isinstance(value, str):
            raise self.fail(f"a text was expected, not {type(value).__name__}", self._at(name))
        return str(value)


class Dataset:
    """A dataset of numbers, stored in this file, not read yet.

    Attributes:
        shape, dtype: what it claims to hold.
        where: its path in the file.
    """

    def __init__(self, handle, group, where):
        self._handle, self._group, self.where = handle, group, where
        with group._guard(where):
            self._check(handle)
            self.shape = tuple(int(n) for n in handle.shape)
            self.dtype = handle.dtype

    def fail(self, what):
        """Return the error to raise about this dataset."""
        return self._group.fail(what, self.where)

    def _check(self, handle):
        if handle.shape is None:
            raise self.fail("it holds no data space")
        if handle.dtype.kind == "c":
            raise self.fail("it holds complex numbers, whose imaginary parts would be lost")
        if handle.dtype.kind not in "fiub" or handle.dtype.hasobject:
            raise self.fail(f"an array of numbers was expected, not {handle.dtype}")
        if handle.external:
            raise self.fail("its data lie in another file, which is refused")
        if handle.is_virtual:
            raise self.fail("it is put together from other datasets, which is refused")
        creation = handle.id.get_create_plist()
        for number in range(creation.get_nfilters()):
            code = creation.get_filter(number)[0]
            if code not in _KNOWN_FILTERS:
                raise self.fail(f"it is packed by the unknown filter {code}")
        chunk = int(np.prod(handle.chunks or (0,), dtype=object)) * handle.dtype.itemsize
        if chunk > _MAX_CHUNK:
            raise self.fail(f"it is stored in pieces of {chunk} bytes, which is refused")
        plain = creation.get_nfilters() == 0
        size = int(np.prod(handle.shape, dtype=object)) * handle.dtype.itemsize
        if plain and 0 < handle.id.get_storage_size() < size and not handle.chunks:
            raise self.fail("it claims to be larger than what is stored")

    def read(self, dtype=None):
        """Return the whole as an array, of `dtype` if given."""
        dtype = np.dtype(dtype or self.dtype)
        with self._group._guard(self.where):
            if not self.shape or 0 in self.shape:
                return np.asarray(self._handle[()], dtype)
            if dtype.kind == "f" and self.dtype.kind == "f" and dtype.itemsize >= 4:
                array = np.empty(self.shape, dtype)
                self._handle.read_direct(array)
                return array
            return np.asarray(self._handle[()]).astype(dtype, copy=False)
