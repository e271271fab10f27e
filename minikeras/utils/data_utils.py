"""Files from the network for data sets and weights: fetched once, checked, kept in Keras's cache.

`get_file` fetches (and unpacks); `hash_file` and `validate_file` compute and compare checksums.
Keras 2 has its sequences of batches in this module too.
"""

import hashlib
import importlib
import os
import re
import warnings
from urllib.parse import unquote, urlsplit

from .cache import cache_path, writable_cache_path
from .enqueuers import GeneratorEnqueuer, OrderedEnqueuer, SequenceEnqueuer
from .live_line import write_line
from .sequence import PyDataset, Sequence

__all__ = [
    "GeneratorEnqueuer",
    "OrderedEnqueuer",
    "PyDataset",
    "Sequence",
    "SequenceEnqueuer",
    "get_file",
    "hash_file",
    "validate_file",
]

_HEX_DIGITS = {"md5": 32, "sha256": 64}


def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
    force_download=False,
):
    """Return the path of a file in the cache, downloading it first if it is not there.

    Where things go follows Keras 2.1.5 when `fname` is given, and Keras 3, whose invention that
    is, when it is left out:

    =====================  ==============================  =====================================
    call                   files in the folder             returns
    =====================  ==============================  =====================================
    `fname`                fname                           .../fname
    `fname, untar=True`    fname.tar.gz, its contents      .../fname (the contents' top folder)
    `fname, extract=True`  fname, its contents             .../fname
    no `fname`             NAME                            .../NAME
    no `fname`, `extract`  NAME_archive, and a folder      .../NAME (the folder of the contents)
    or `untar`             NAME with its contents
    =====================  ==============================  =====================================

    (NAME is the last part of the address.)

    Arguments:
        fname: name of the file in the cache; an absolute path is taken as it is.
        origin: the address: http, https, ftp or file.
        untar: unpack a tar archive. Given `fname`, only if it was just downloaded or the path
            returned is not there yet.
        md5_hash: expected MD5, as hex digits; if `file_hash` is given too, both must fit.
        file_hash: expected checksum, as hex digits. A file in the cache that has another one is
            downloaded again.
        cache_subdir: folder within the cache; an absolute path is taken as it is.
        hash_algorithm: of `file_hash`: 'md5', 'sha256', or 'auto' to tell by its length.
        extract: unpack the file, anew at each call.
        archive_format: of `extract`: 'auto' (tar, then zip), 'tar', 'zip', a list of these, or
            None to unpack nothing. 'tar' may be compressed by gzip, bzip2 or xz.
        cache_dir: the cache; by default $KERAS_HOME, or else ~/.keras.
        force_download: download even if the file is there.

    A broken transfer is tried again and resumed; the file appears under its name only when it is
    complete and its checksum right. Raises DownloadError (an OSError) that names the address and
    the path where the file can be put by hand, ChecksumError (also a ValueError) if what came has
    another checksum, and ValueError for arguments that make no sense.
    """
    if origin is None:
        raise ValueError("origin is missing: the address of the file to download.")
    archives, downloads = _network_modules()
    downloads.check_address(origin)
    checksums = _expected_checksums(md5_hash, file_hash, hash_algorithm)
    formats = ["tar"] if untar else archives.archive_formats(archive_format)
    unpack = untar or extract

    keras2_layout = bool(fname)
    name = os.fspath(fname) if keras2_layout else _name_of(origin)
    stored = name
    if unpack and not keras2_layout:
        stored = name + "_archive"
    elif untar:
        stored = name + ".tar.gz"

    def fault(path):
        return _checksum_fault(path, checksums)

    path = cache_path(stored, cache_subdir, cache_dir)
    fetched = False
    if force_download or not _usable(path, fault):
        writable = writable_cache_path(stored, cache_subdir, cache_dir)
        # In the fallback folder it may be there from an earlier call.
        if force_download or path == writable or not _usable(writable, fault):
            downloads.download(origin, writable, fault, lambda: not _usable(writable, fault))
            fetched = True
        path = writable
    if not unpack:
        return path

    folder = os.path.dirname(path)
    contents = path[: -len(".tar.gz")] if untar else path
    if not keras2_layout:
        folder = contents = path[: -len("_archive")]
    elif untar and os.path.exists(contents) and not fetched:
        return contents
    if formats and not archives.extract_archive(path, folder, formats):
        warnings.warn(
            f"{path} was not unpacked: it is no {' or '.join(formats)} archive.", stacklevel=2
        )
    elif untar and not os.path.exists(contents):
        warnings.warn(
            f"The archive {path} has no top folder {os.path.basename(contents)!r}: its contents "
            f"are now in {folder}. Give fname= the name of that top folder.",
            stacklevel=2,
        )
    return contents


def _network_modules():
    # Together they take 50 ms to load, a fifth of what `import minikeras` may take.
    return (
        importlib.import_module("minikeras.utils.archives"),
        importlib.import_module("minikeras.utils.download"),
    )


def hash_file(fpath, algorithm="sha256", chunk_size=65535):
    """Return the checksum of a file as hex digits.

    algorithm: 'sha256', 'md5', a `hashlib` object to use, or 'auto', which without a checksum to
        compare with means MD5, as in Keras.
    chunk_size: bytes read at a time.
    """
    if isinstance(algorithm, str):
        hasher = _new_hasher("md5" if algorithm == "auto" else algorithm)
    else:
        hasher = algorithm
    with open(fpath, "rb") as file:
        while chunk := file.read(chunk_size):
            hasher.update(chunk)
    return hasher.hexdigest()


_hash_file = hash_file  # the name in Keras 2


def validate_file(fpath, file_hash, algorithm="auto", chunk_size=65535):
    """Return whether the file `fpath` has the checksum `file_hash`, given as hex digits.

    algorithm: 'md5', 'sha256', or 'auto': SHA-256 for 64 digits, else MD5.
    chunk_size: bytes read at a time.
    """
    file_hash = str(file_hash)
    if algorithm == "auto":
        algorithm = "sha256" if len(file_hash) == _HEX_DIGITS["sha256"] else "md5"
    return hash_file(fpath, _new_hasher(algorithm), chunk_size) == file_hash.lower()


def _new_hasher(algorithm):
    if algorithm not in _HEX_DIGITS:
        raise ValueError(f"Unknown hash algorithm {algorithm!r}; choose 'md5', 'sha256' or 'auto'.")
    # These are checksums against damage; some systems forbid MD5 for security only.
    return hashlib.new(algorithm, usedforsecurity=False)


def _expected_checksums(md5_hash, file_hash, hash_algorithm):
    """Return {algorithm: digits}; ValueError for what cannot be a checksum."""
    if hash_algorithm != "auto":
        _new_hasher(hash_algorithm)
    given = []
    if md5_hash is not None:
        given.append(("md5_hash", "md5", str(md5_hash)))
    if file_hash is not None:
        given.append(("file_hash", hash_algorithm, str(file_hash)))
    checksums = {}
    for argument, algorithm, digits in given:
        lengths = _HEX_DIGITS if algorithm == "auto" else {algorithm: _HEX_DIGITS[algorithm]}
        fitting = [name for name, length in lengths.items() if length == len(digits)]
        if not fitting or not re.fullmatch("[0-9a-fA-F]+", digits):
            wanted = " or ".join(f"{n} hex digits ({name})" for name, n in lengths.items())
            raise ValueError(f"{argument}={digits!r} is no checksum: expected {wanted}.")
        digits = digits.lower()
        if checksums.setdefault(fitting[0], digits) != digits:
            raise ValueError("md5_hash and file_hash are two different MD5 checksums.")
    return checksums


def _checksum_fault(path, checksums):
    """Return None if the file has all the `checksums`, else what is wrong."""
    for algorithm, digits in checksums.items():
        found = hash_file(path, algorithm)
        if found != digits:
            return f"its {algorithm} is {found}, not {digits}"
    return None


def _usable(path, fault):
    """Whether the file is there and has the right checksum; says so if only the first is true."""
    if not os.path.isfile(path):
        return False
    wrong = fault(path)
    if wrong:
        write_line(f"The file {path} is incomplete or outdated ({wrong}): it is downloaded again.")
    return not wrong


def _name_of(origin):
    name = os.path.basename(unquote(urlsplit(origin).path))
    if name in ("", ".", ".."):
        raise ValueError(f"The address {origin!r} ends without a file name: give fname=.")
    return name
