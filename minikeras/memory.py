"""Keeping freed memory for the next step instead of giving it back to the operating system.

A training step allocates the same arrays as the one before. The C library of Linux returns large
arrays to the system as soon as they are freed, and gets them back page by page, each page filled
with zeros first: that can take a third of a step. Two of its settings (`man mallopt`) prevent it.
"""

import ctypes
import functools
import os
import sys

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_MOST = 1 << 30  # bytes of free memory kept, beyond which it is returned after all
_FALLBACK = 1 << 25  # the largest threshold that older versions accept


@functools.cache
def keep_freed_memory():
    """Ask the C library to keep up to 1 GB of freed memory, from now on, for the whole process.

    Training, evaluation and prediction begin with it. It does nothing where the C library is not
    glibc, or where the environment has settings of its own for it (MALLOC_TRIM_THRESHOLD_,
    MALLOC_MMAP_THRESHOLD_, GLIBC_TUNABLES).

    Returns:
        Whether it was done.
    """
    chosen = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")
    if not sys.platform.startswith("linux") or any(name in os.environ for name in chosen):
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    done = library.mallopt(_M_TRIM_THRESHOLD, _MOST)
    for threshold in (_MOST, _FALLBACK):
        if library.mallopt(_M_MMAP_THRESHOLD, threshold):
            return bool(done)
    return False
