"""Work on several cores: fixed parts, one thread each, matrix products single-threaded inside.

NumPy lets go of Python's lock while it computes, so threads that each take their share of a
batch keep all cores busy, with copies and elementwise passes as well as with products. The
threads that BLAS would start for a single product are switched off meanwhile: two threads with
their own halves are faster than two on one product, and where the machine is busy, BLAS threads
that wait for one another are slower by orders of magnitude.

    def work(start, stop):                       # images, rows, elements: any range
        np.multiply(x[start:stop], 2, out=y[start:stop])

    parallel.run(work, len(x), least=1000)       # two calls on two cores, at least 1000 each

    y = parallel.matmul(a, b)                    # one product, shared

Parts depend on the number of threads and of items alone, never on timing, and results come back
in the order of the parts: a sum over them has the same bits in every run.
"""

import ctypes
import functools
import os
import queue
import sys
import threading

import numpy as np

_busy = threading.Lock()  # one parallel section at a time; others run their parts in sequence
_workers = []
_limit = None  # what set_num_threads said
_WORTH_A_THREAD = 4_000_000  # multiplications of a matrix product that repay the hand-over


def num_threads():
    """Return the number of threads that `run` uses: as many as NumPy's BLAS would, or 1.

    It is 1 where BLAS cannot be told to use one thread (its library is not OpenBLAS). The
    environment variables OPENBLAS_NUM_THREADS and OMP_NUM_THREADS, set before Python starts,
    limit it.
    """
    return _default_threads() if _limit is None else _limit


def set_num_threads(count):
    """Set the number of threads that `run` uses; None for the default."""
    global _limit
    if count is not None and (not isinstance(count, int) or count < 1):
        raise ValueError(f"The number of threads must be a positive integer, not {count!r}.")
    _limit = count


def run(work, count, least=1):
    """Call `work(start, stop)` on consecutive parts of `range(count)`, side by side.

    Args:
        work: function of a range. It may run in another thread: it must write to no place that
            another part writes to.
        count: number of items.
        least: the smallest part worth another thread. Handing over costs about 0.03 ms.

    Returns:
        The list of results in the order of the parts. An exception in a part is raised here
        after all parts have ended.
    """
    parts = min(num_threads(), count // max(least, 1))
    if parts <= 1:
        return [work(0, count)]
    bounds = [count * i // parts for i in range(parts + 1)]
    ranges = list(zip(bounds, bounds[1:], strict=False))
    if not _busy.acquire(blocking=False):  # inside another section, or another thread is in one
        return [work(start, stop) for start, stop in ranges]
    try:
        with blas_in_one_thread:
            while len(_workers) < parts - 1:
                _workers.append(_start_worker())
            tasks = [_Task(work, start, stop) for start, stop in ranges]
            for tasks_of_worker, task in zip(_workers, tasks[1:], strict=False):
                tasks_of_worker.put(task)
            tasks[0]()
            for task in tasks:
                task.done.acquire()
    finally:
        _busy.release()
    return [task.outcome() for task in tasks]


def matmul(a, b):
    """Return the product of two matrices, rows or columns of the result shared among threads.

    Small products are left to one thread; so are tensors and arrays of other ranks, to `a @ b`.
    """
    if a.ndim != 2 or b.ndim != 2:
        return a @ b
    if a.size * b.shape[1] < 2 * _WORTH_A_THREAD or num_threads() == 1:
        return np.dot(a, b)  # half a microsecond less than @
    plain = type(a) is np.ndarray and type(b) is np.ndarray and a.dtype == b.dtype
    (m, k), n = a.shape, b.shape[1]
    if not plain or k != len(b):
        return np.dot(a, b)
    out = np.empty((m, n), a.dtype)

    def work(start, stop):
        if m >= n:
            np.matmul(a[start:stop], b, out=out[start:stop])
        else:
            np.matmul(a, b[:, start:stop], out=out[:, start:stop])

    longest = max(m, n)
    run(work, longest, -(-_WORTH_A_THREAD * longest // (m * k * n)))
    return out


class _Task:
    """One part of a section, and how it ended."""

    __slots__ = ("done", "errors", "failure", "result", "start", "stop", "work")

    def __init__(self, work, start, stop):
        self.work, self.start, self.stop = work, start, stop
        self.result = self.failure = None
        self.errors = np.geterr()
        self.done = threading.Lock()
        self.done.acquire()

    def __call__(self):
        try:
            with np.errstate(**self.errors):  # floating-point errors as in the calling thread
                self.result = self.work(self.start, self.stop)
        except BaseException as failure:
            self.failure = failure
        finally:
            self.done.release()

    def outcome(self):
        """Return the result, or raise what was raised."""
        if self.failure is not None:
            try:
                raise self.failure
            finally:
                self.failure = None  # the traceback refers to this task: break the cycle
        return self.result


def _start_worker():
    """Start a thread that waits for tasks without using the processor; return its queue."""
    tasks = queue.SimpleQueue()

    def serve():
        while True:
            task = tasks.get()
            task()
            del task  # keep no array alive while waiting

    threading.Thread(target=serve, daemon=True, name="minikeras").start()
    return tasks


def _forget_threads():
    """Begin anew in a forked child: threads do not survive a fork."""
    global _busy
    _busy = threading.Lock()
    _workers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)


# ---------------------------------------------------------------------------------------------
# The number of threads of NumPy's BLAS
# ---------------------------------------------------------------------------------------------
class _OpenBlas:
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
        blas = _blas()
        if blas is not None:
            with self._lock:
                if self._depth == 0:
                    _default_threads()  # remembers how many there were
                    self._before = blas.get()
                    if self._before != 1:
                        blas.set(1)
                self._depth += 1
        return self

    def __exit__(self, *error):
        blas = _blas()
        if blas is not None:
            with self._lock:
                self._depth -= 1
                if self._depth == 0 and self._before != 1:
                    blas.set(self._before)


blas_in_one_thread = _BlasInOneThread()


@functools.cache
def _blas():
    """Return the OpenBLAS that NumPy has loaded, or None where it has another BLAS."""
    for path in _loaded_libraries():
        try:
            library = ctypes.CDLL(path, mode=ctypes.DEFAULT_MODE | getattr(os, "RTLD_NOLOAD", 0))
        except OSError:
            continue
        for prefix in ("scipy_", ""):
            for suffix in ("64_", ""):
                try:
                    return _OpenBlas(library, prefix, suffix)
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
def _default_threads():
    """Return as many threads as BLAS would use, on the cores this process may use."""
    blas = _blas()
    if blas is None:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(blas.get(), cores or 1))
