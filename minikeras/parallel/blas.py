"""How many threads NumPy's BLAS uses, and a context in which it uses one."""

import ctypes
import functools
import os
import sys
import threading

import numpy as np


class OpenBlas:
    """The two functions of an OpenBLAS library that read and set its number of threads."""

    def __init__(self, library, prefix, suffix):
        self.get = getattr(library, f"{prefix}openblas_get_num_threads{suffix}")
        self.set = getattr(library, f"{prefix}openblas_set_num_threads{suffix}")
        self.get.argtypes, self.get.restype = (), ctypes.c_int
        self.set.argtypes, self.set.restype = (ctypes.c_int,), None


class _BlasInOneThread:
    """A context in which NumPy's matrix products use one thread each; contexts may be nested.

    Threads of BLAS go on waiting for work, busily, for a while after each product: beside threads
    of our own they do more harm than good. Training, evaluation and prediction run inside.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._depth = 0
        self._before = 1

    def __enter__(self):
        blas = openblas()
        if blas is not None:
            with self._lock:
                if self._depth == 0:
                    default_threads()  # remembers how many there were
                    self._before = blas.get()
                    if self._before != 1:
                        blas.set(1)
                self._depth += 1
        return self

    def after_fork(self):
        """Renew the lock in a forked child: another thread may have held it at that moment."""
        self._lock = threading.Lock()

    def __exit__(self, *error):
        blas = openblas()
        if blas is not None:
            with self._lock:
                self._depth -= 1
                if self._depth == 0 and self._before != 1:
                    blas.set(self._before)


blas_in_one_thread = _BlasInOneThread()


@functools.cache
def openblas():
    """Return the OpenBLAS that NumPy has loaded, or None where it has another BLAS."""
    for path in _loaded_libraries():
        try:
            library = ctypes.CDLL(path, mode=ctypes.DEFAULT_MODE | getattr(os, "RTLD_NOLOAD", 0))
        except OSError:
            continue
        for prefix in ("scipy_", ""):
            for suffix in ("64_", ""):
                try:
                    return OpenBlas(library, prefix, suffix)
                except AttributeError:
                    continue
    return None


def _loaded_libraries():
    """Return the files of the OpenBLAS libraries that may be loaded, NumPy's own first."""
    package = os.path.dirname(np.__file__)
    folders = (
        os.path.join(os.path.dirname(package), "numpy.libs"),  # wheels for Linux and Windows
        os.path.join(package, ".dylibs"),  # wheels for macOS
    )
    found = [
        os.path.join(folder, name)
        for folder in folders
        if os.path.isdir(folder)
        for name in sorted(os.listdir(folder))
        if "openblas" in name
    ]
    if not found and sys.platform == "linux":  # distributions and conda link a shared one
        with open("/proc/self/maps") as lines:
            found = sorted({line.split()[-1] for line in lines if "openblas" in line})
    return found


@functools.cache
def default_threads():
    """Return as many threads as BLAS would use, on the cores this process may use."""
    blas = openblas()
    if blas is None:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(blas.get(), cores or 1))
