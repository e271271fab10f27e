"""Weights spread over several files: `name.weights.json`, which says what lies where, beside them.

The map is `{"metadata": {"total_size"}, "weight_map": {"/layers/dense/vars": file or files}}`; the
files are `name_00000.weights.h5` and so on, each with a part of the tree of Keras 3.

Weights saved again go into files of other numbers, and the old ones are deleted when the new map is
in its place: whenever a save is broken off, the map there is names files that belong together.
"""

import contextlib
import itertools
import os
import re

import numpy as np

from .atomic import atomic_path, write_bytes
from .broken import BrokenFileError
from .hdf5_file import import_h5py, open_hdf5
from .json_text import read_json, write_json
from .weights_v3 import Hdf5Reader, write_weights

_GIGABYTE = 2**30
_SUFFIX = ".weights.json"
_MAX_FILES = 10_000
_MAX_MAP = 64 * 2**20  # bytes


# -----------------------------------------------------------------------------------------------
# Writing
# -----------------------------------------------------------------------------------------------
def save_sharded(model, path, max_shard_size):
    """Write the weights of a model into files of at most `max_shard_size` gigabytes each.

    The map is renamed into its place last: it names only files that are whole, and of one save.

    Args:
        path: where the map goes; it ends in `.weights.json`.

    Raises:
        ValueError: a single weight is larger than a file may be, or `max_shard_size` is no size.
    """
    base = path.removesuffix(_SUFFIX)
    limit = _bytes(max_shard_size)
    before = _files_before(path)
    plan = _Plan(os.path.basename(base), limit, before)
    write_weights(plan, model)
    h5py = import_h5py()
    folder = os.path.dirname(path)
    for number, entries in enumerate(plan.files):
        target = os.path.join(folder, plan.name_of(number))
        with atomic_path(target) as part, h5py.File(part, "w") as file:
            for place, name, arrays in entries:
                group = file.create_group(place)
                if isinstance(name, str):
                    group.attrs["name"] = name
                for key, array in arrays.items():
                    group.create_dataset(key, data=array)
    document = {"metadata": {"total_size": plan.total}, "weight_map": plan.weight_map}
    write_bytes(path, write_json(document).encode("utf-8"))
    written = {plan.name_of(number) for number in range(len(plan.files))}
    _delete_before(folder, plan.base, before - written)


def _bytes(gigabytes):
    number = isinstance(gigabytes, (int, float, np.number)) and not isinstance(gigabytes, bool)
    if not number or not gigabytes > 0:
        raise ValueError(
            f"max_shard_size is a number of gigabytes above 0, such as 0.5, not {gigabytes!r}."
        )
    return float(gigabytes) * _GIGABYTE


def _files_before(path):
    """Return the names of the files that the map at `path` names, a set; none if it is no map."""
    try:
        with open(path, "rb") as file:
            document = read_json(file.read(_MAX_MAP).decode("utf-8"), path, "")
        return set(_files_of(document["weight_map"], path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()


def _delete_before(folder, base, names):
    """Delete files of the last save; the first one is emptied, for Keras opens it in any case."""
    first = _numbered(base, 0)
    pattern = re.compile(re.escape(base) + r"_[0-9]{5,}\.weights\.h5")
    for name in names:
        target = os.path.join(folder, name)
        if name == first:
            with atomic_path(target) as part, import_h5py().File(part, "w"):
                pass
        elif pattern.fullmatch(name):  # a map of someone else's may name any file of the folder
            with contextlib.suppress(FileNotFoundError):
                os.unlink(target)


def _numbered(base, number):
    return f"{base}_{number:05d}.weights.h5"


class _Plan:
    """A store that only notes which array goes into which file.

    Args:
        base: what the names of the files begin with.
        limit: the most bytes per file.
        taken: names that are not to be used.
    """

    def __init__(self, base, limit, taken):
        self.base, self.limit = base, limit
        free = (n for n in itertools.count() if _numbered(base, n) not in taken)
        self._free, self._numbers = free, []
        self.files = [[]]
        self.weight_map = {}
        self.total = self._size = 0

    def name_of(self, number):
        """Return the name of a file by its place among the files."""
        while len(self._numbers) <= number:
            self._numbers.append(next(self._free))
        return _numbered(self.base, self._numbers[number])

    def group(self, path, name):
        """Begin the group of the variables at `path`."""
        entry = (f"{path}/vars" if path else "vars", name, {})
        self.files[-1].append(entry)
        return entry

    def put(self, group, key, array):
        """Note an array, in a new file where the present one would grow too large."""
        array = getattr(array, "data", array) if not hasattr(array, "nbytes") else array
        size = array.nbytes
        if size > self.limit:
            raise ValueError(
                f"The weight {key} at {group[0]!r} has {size} bytes, more than a file may have "
                f"with this max_shard_size ({int(self.limit)} bytes)."
            )
        self.total += size
        self._size += size
        if self._size > self.limit:
            self.files.append([])
            self._size = size
        place, name, _ = group
        here = next((e for e in self.files[-1] if e[0] == place), None)
        if here is None:
            here = (place, name, {})
            self.files[-1].append(here)
        here[2][key] = array
        names = self.weight_map.setdefault(f"/{place}", [])
        file = self.name_of(len(self.files) - 1)
        if file not in names:
            names.append(file)


# -----------------------------------------------------------------------------------------------
# Reading
# -----------------------------------------------------------------------------------------------
@contextlib.contextmanager
def open_sharded(path):
    """Give a reader of weights spread over several files.

    Raises:
        BrokenFileError: the map is damaged, names files elsewhere, or a file is missing.
    """
    path = str(path)
    if os.path.getsize(path) > _MAX_MAP:
        raise BrokenFileError(path, "", "it is too large for a map of weights")
    with open(path, "rb") as file:
        try:
            text = file.read().decode("utf-8")
        except UnicodeDecodeError:
            raise BrokenFileError(path, "", "it is no UTF-8 text") from None
    document = read_json(text, path, "")
    weight_map = document.get("weight_map") if isinstance(document, dict) else None
    if not isinstance(weight_map, dict):
        raise BrokenFileError(path, "", "it holds no weight_map: this is no map of weights")
    names = _files_of(weight_map, path)
    with contextlib.ExitStack() as stack:
        readers = {}
        for name in names:
            place = os.path.join(os.path.dirname(path), name)
            if not os.path.isfile(place):
                raise BrokenFileError(path, "weight_map", f"the file {name!r} beside it is missing")
            readers[name] = Hdf5Reader(stack.enter_context(open_hdf5(place)))
        yield _ShardedReader(path, readers)


def _files_of(weight_map, path):
    """Return the names of the files, each a plain name in the same folder."""
    found = {}
    for place, names in weight_map.items():
        for name in names if isinstance(names, list) else [names]:
            if not isinstance(name, str) or not name or name in (".", ".."):
                raise BrokenFileError(path, f"weight_map, {place!r}", "it names no file")
            if "/" in name or "\\" in name or "\0" in name or ":" in name:
                raise BrokenFileError(
                    path, f"weight_map, {place!r}", f"{name!r} lies in another folder: refused"
                )
            found[name] = True
    if len(found) > _MAX_FILES:
        raise BrokenFileError(path, "weight_map", f"it names {len(found)} files")
    return list(found)


class _ShardedReader:
    """The variables in several files, as `Hdf5Reader` gives those in one."""

    def __init__(self, file, readers):
        self.file, self._readers = file, readers

    def variables(self, path):
        """Return {key: Dataset} of the variables at a path, None where there is no such group."""
        parts = [r.variables(path) for r in self._readers.values()]
        parts = [part for part in parts if part is not None]
        if not parts:
            return None
        joined = {}
        for part in parts:
            for key, dataset in part.items():
                if key in joined:
                    raise dataset.fail("it is in two of the files")
                joined[key] = dataset
        return joined

    def filled_paths(self):
        """Return the paths at which there are variables, a set."""
        return set().union(*(r.filled_paths() for r in self._readers.values()))
