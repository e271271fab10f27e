"""A look at the heaps of an HDF5 file, where texts of variable length lie, before HDF5 reads them.

The HDF5 library walks through a damaged heap without end where an entry claims to have no length.
A heap ("global heap collection" in the file format specification) is: "GCOL", version 1, three
zero bytes, its size; then entries of number, references, four bytes, size, and content padded to
eight bytes. Entry number 0 is what is left free, and its size counts its own header.
"""

import mmap
import struct

from .broken import BrokenFileError

_MARK = b"GCOL\x01\0\0\0"
_HEADER = struct.Struct("<8sQ")
_ENTRY = struct.Struct("<HH4xQ")


def check_heaps(descriptor, start, size, file):
    """Raise a BrokenFileError where a heap of the file could not be walked through.

    Args:
        descriptor: number of the open file.
        start, size: where the HDF5 file lies in it.
        file: its name, for messages.
    """
    if not size:
        return
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as content:
        end = start + size
        place = content.find(_MARK, start, end)
        while place >= 0:
            if not _can_be_walked(content, place, end):
                raise BrokenFileError(file, f"byte {place - start}", "its heap of texts is damaged")
            place = content.find(_MARK, place + 1, end)


def _can_be_walked(content, place, end):
    if place + _HEADER.size > end:
        return False
    _, size = _HEADER.unpack_from(content, place)
    if size < _HEADER.size or place + size > end:
        return False
    end = place + size
    place += _HEADER.size
    while place + _ENTRY.size <= end:
        number, _, length = _ENTRY.unpack_from(content, place)
        step = length if number == 0 else _ENTRY.size + (length + 7) // 8 * 8
        if step < _ENTRY.size or place + step > end:
            return False
        place += step
    return True
