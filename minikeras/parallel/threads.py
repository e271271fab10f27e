"""Consecutive parts of a range, each in a thread of its own."""

import os
import queue
import threading

import numpy as np

from .blas import blas_in_one_thread, default_threads

_busy = threading.Lock()  # one parallel section at a time; others run their parts in sequence
_workers = []  # queues of tasks, one for each thread besides the calling one
_limit = None  # what set_num_threads said


def num_threads():
    """Return the number of threads that `run` uses: as many as NumPy's BLAS would, or 1.

    It is 1 where BLAS cannot be told to use one thread (its library is not OpenBLAS). The
    environment variables OPENBLAS_NUM_THREADS and OMP_NUM_THREADS, set before Python starts,
    limit it.
    """
    return default_threads() if _limit is None else _limit


def set_num_threads(count):
    """Set the number of threads that `run` uses; None for the default."""
    global _limit
    if count is not None and (type(count) is not int or count < 1):
        raise ValueError(f"The number of threads must be a positive integer, not {count!r}.")
    _limit = count


def run(work, count, least=1, ahead=None):
    """Call `work(start, stop)` on consecutive parts of `range(count)`, side by side.

    Args:
        work: function of a range. It may run in another thread: it must write to no place that
            another part writes to.
        count: number of items.
        least: the smallest part worth another thread. Handing over costs about 0.04 ms.
        ahead: items that take about as long; half of `least` by default.

    Returns:
        The list of results in the order of the parts. An exception in a part is raised here
        after all parts have ended.
    """
    parts = min(num_threads(), count // max(least, 1))
    if parts <= 1:
        return [work(0, count)]
    # The calling thread begins before the others have woken, and would have to be woken itself if
    # it were done first: it takes more than they do, by about what a hand-over costs.
    ahead = min(least // 2 if ahead is None else ahead, count // 16)
    bounds = [0, *(ahead + (count - ahead) * i // parts for i in range(1, parts + 1))]
    ranges = list(zip(bounds, bounds[1:], strict=False))
    if not _busy.acquire(blocking=False):  # inside another section, or another thread is in one
        return [work(start, stop) for start, stop in ranges]
    try:
        with blas_in_one_thread:
            while len(_workers) < parts - 1:
                _workers.append(_start_worker())
            errors = np.geterr()
            tasks = [_Task(work, start, stop, errors) for start, stop in ranges[1:]]
            for tasks_of_worker, task in zip(_workers, tasks, strict=False):
                tasks_of_worker.put(task)
            try:
                results = [work(*ranges[0])]
            finally:
                for task in tasks:
                    task.finish()
    finally:
        _busy.release()
    return results + [task.outcome() for task in tasks]


class _Task:
    """One part of a section, and how it ended.

    Whoever takes the lock `_begun` performs it: a worker, or, where the machine is busy and no
    worker has come to it yet, the thread that waits for it.
    """

    __slots__ = ("_begun", "_done", "_errors", "_failure", "_range", "_result", "_work")

    def __init__(self, work, start, stop, errors):
        self._work, self._range, self._errors = work, (start, stop), errors
        self._result = self._failure = None
        self._begun = threading.Lock()
        self._done = threading.Lock()
        self._done.acquire()

    def begin(self):
        """Perform it, unless another thread does; return whether it was done here."""
        if not self._begun.acquire(blocking=False):
            return False
        try:
            with np.errstate(**self._errors):  # floating-point errors as in the calling thread
                self._result = self._work(*self._range)
        except BaseException as failure:
            self._failure = failure
        finally:
            self._done.release()
        return True

    def finish(self):
        """Return when it has been performed."""
        if not self.begin():
            self._done.acquire()

    def outcome(self):
        """Return the result, or raise what was raised."""
        if self._failure is not None:
            try:
                raise self._failure
            finally:
                self._failure = None  # the traceback refers to this task: break the cycle
        return self._result


def _start_worker():
    """Start a thread that waits for tasks without using the processor; return its queue."""
    tasks = queue.SimpleQueue()

    def serve():
        while True:
            task = tasks.get()
            task.begin()
            del task  # keep no array alive while waiting

    threading.Thread(target=serve, daemon=True, name="minikeras").start()
    return tasks


def _forget_threads():
    """Begin anew in a forked child: threads do not survive a fork."""
    global _busy
    _busy = threading.Lock()
    _workers.clear()
    blas_in_one_thread.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
