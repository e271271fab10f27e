"""Zip archives from strangers: members are looked at before anything is unpacked."""

import contextlib
import io
import os
import stat
import struct
import tempfile
import zipfile
import zlib

from .broken import BrokenFileError

_MAX_MEMBERS = 10_000
_MAX_TEXT = 256 * 2**20  # bytes
_FREE_TEXT = 8 * 2**20  # bytes that any text may unpack to; Keras itself packs nothing
_DENSEST_TEXT = 4  # times its packed size, for one longer than that
_HEADER = 30  # bytes of a member's header before its name
_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
)


@contextlib.contextmanager
def open_archive(path):
    """Give the `Archive` at a path.

    Raises:
        BrokenFileError: it is no archive, is cut off, or holds what no model file holds: members
            with paths that lead out of it, links, encrypted or doubled ones.
    """
    name = str(path)
    try:
        archive = zipfile.ZipFile(path)
    except _ERRORS as error:
        raise BrokenFileError(name, "", f"it is no complete zip archive ({error})") from None
    with archive:
        yield Archive(archive, name)


class Archive:
    """An open archive whose list of members has been checked."""

    def __init__(self, archive, name):
        self._archive, self.file = archive, name
        infos = archive.infolist()
        if len(infos) > _MAX_MEMBERS:
            raise self._fail("", f"it has {len(infos)} members")
        self._members = {}
        for info in infos:
            self._check(info)
            self._members[info.filename] = info

    def _fail(self, where, what):
        return BrokenFileError(self.file, where, what)

    def _check(self, info):
        name = info.filename
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
            raise self._fail(repr(name), "its path leads out of the archive, which is refused")
        if name in self._members:
            raise self._fail(repr(name), "it is in the archive twice")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise self._fail(repr(name), "it is a link or a device, which is refused")
        if info.flag_bits & 0x1:
            raise self._fail(repr(name), "it is encrypted")

    def __contains__(self, member):
        return member in self._members

    def _info(self, member):
        if member not in self._members:
            raise self._fail(member, "the archive has no such member: it is no Keras model")
        return self._members[member]

    def text(self, member):
        """Return a member as text."""
        info = self._info(member)
        if info.file_size > min(_MAX_TEXT, max(_FREE_TEXT, _DENSEST_TEXT * info.compress_size)):
            raise self._fail(member, f"it claims to unpack to {info.file_size} bytes")
        try:
            with self._archive.open(info) as file:
                return file.read(info.file_size + 1).decode("utf-8")
        except UnicodeDecodeError:
            raise self._fail(member, "it is no UTF-8 text") from None
        except _ERRORS as error:
            raise self._fail(member, f"it cannot be unpacked ({str(error)[:200]})") from None

    @contextlib.contextmanager
    def open(self, member, limit):
        """Give an HDF5 file among the members as a binary file that can be searched.

        Args:
            limit: the most bytes that it may unpack to.
        """
        info = self._info(member)
        if info.file_size > limit:
            raise self._fail(
                member, f"it claims to hold {info.file_size} bytes; the model needs at most {limit}"
            )
        if info.compress_type == zipfile.ZIP_STORED:
            with open(self._archive.filename, "rb") as file:
                yield io.BufferedReader(self._window(info, file), 2**20)
            return
        with tempfile.TemporaryFile() as file:
            self._unpack(info, file)
            yield file

    def _window(self, info, file):
        """Return the part of the archive in which a member lies as it is."""
        size = os.fstat(file.fileno()).st_size
        file.seek(info.header_offset)
        header = file.read(_HEADER)
        if len(header) < _HEADER or header[:4] != b"PK\x03\x04":
            raise self._fail(info.filename, "its place in the archive is wrong")
        start = info.header_offset + _HEADER + sum(struct.unpack("<HH", header[26:30]))
        if start + info.file_size > size or info.file_size != info.compress_size:
            raise self._fail(info.filename, "it claims to be larger than the archive")
        return _Window(file, start, info.file_size)

    def _unpack(self, info, file):
        try:
            with self._archive.open(info) as source:
                left = info.file_size
                while chunk := source.read(min(2**20, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        raise self._fail(info.filename, "it unpacks to more than it claims")
                    file.write(chunk)
        except BrokenFileError:
            raise
        except _ERRORS as error:
            raise self._fail(info.filename, f"it cannot be unpacked ({str(error)[:200]})") from None
        file.flush()
        file.seek(0)


class _Window(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, file, start, size):
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self):
        """Return True."""
        return True

    def seekable(self):
        """Return True."""
        return True

    def tell(self):
        """Return the position."""
        return self._at

    def seek(self, offset, whence=os.SEEK_SET):
        """Move the position, and return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer):
        """Fill a buffer as far as the part goes; return the number of bytes."""
        view = memoryview(buffer).cast("B")[: max(0, self._size - self._at)]
        self._file.seek(self._start + self._at)
        count = self._file.readinto(view) if len(view) else 0
        self._at += count
        return count
