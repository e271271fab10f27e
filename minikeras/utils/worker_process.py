"""A process that makes batches on request, for work that would hold the interpreter's lock.

One thread of the parent drives each process: it sends a request, sleeps until the answer is there
and hands it on. So whatever keeps order among threads keeps order among processes too.
"""

import multiprocessing
import pickle
import signal
import traceback
import warnings
import weakref
from multiprocessing.reduction import ForkingPickler

from .. import config

# The ends of all pipes that belong to this process. A forked child inherits copies; it closes
# them, since as long as one copy is open nobody notices that the parent has died.
_our_ends = weakref.WeakSet()


class RemoteTraceback(Exception):  # noqa: N818 - it is no error, it shows where one happened
    """The traceback of an exception in a worker process, shown as that exception's cause."""

    def __init__(self, text):
        super().__init__(text)
        self.text = text

    def __str__(self):
        return f"\n\nIn the worker process:\n{self.text}"


class WorkerProcess:
    """A process that holds a copy of `source` and answers `request` with `step(source, ...)`.

    Args:
        source: what batches come from. It travels to the process as the platform's start method
            has it: a forked process inherits it, any other gets it pickled.
        step: function `(source, argument)` at the top of a module.
        seed: seeds Python's, NumPy's and our generators in the process when it starts; or None.

    Raises:
        ValueError: `source` cannot be pickled, where it has to be.
    """

    def __init__(self, source, step, seed=None):
        self._step = step
        self._context = multiprocessing.get_context()
        self._begin(source, seed)

    def _begin(self, source, seed):
        self._connection, theirs = self._context.Pipe()
        _our_ends.add(self._connection)
        self._process = self._context.Process(
            target=_serve, args=(theirs, source, self._step, seed), daemon=True
        )
        try:
            with warnings.catch_warnings():
                # Python 3.12 warns of any fork beside threads. This child touches nothing that
                # another thread could have locked: it serves its pipe and ends.
                warnings.filterwarnings("ignore", ".*multi-threaded.*", DeprecationWarning)
                self._process.start()
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            self._connection.close()
            method = self._context.get_start_method()
            raise ValueError(
                f"A {type(source).__name__} cannot be sent to a worker process: {error}. "
                f"Processes are started by {method!r} here, which pickles what they need. Use "
                "threads (use_multiprocessing=False), or a Sequence whose attributes can all be "
                "pickled; on Linux multiprocessing.set_start_method('fork') needs no pickling."
            ) from error
        finally:
            theirs.close()

    def refresh(self, source):
        """Give the process the present state of `source`, which lives on in the parent."""
        if self._context.get_start_method() == "fork":
            self.end()
            self._connection.close()
            self._begin(source, None)
        else:
            self._connection.send(("source", source, None))

    def request(self, argument, seed=None):
        """Return ("item", value), ("end", None) or ("error", exception) from the process.

        Args:
            argument: passed to `step`.
            seed: seeds the generators in the process just before; None leaves them.
        """
        try:
            self._connection.send(("step", argument, seed))
            kind, value = self._connection.recv()
        except (EOFError, OSError) as error:
            self._process.join(1)
            return "error", _death_notice(self._process.exitcode, error)
        if kind == "error":
            value, text = value
            value.__cause__ = RemoteTraceback(text)
        return kind, value

    def end(self):
        """End the process at once, whatever it is doing."""
        self._process.terminate()
        self._process.join(5)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()

    def disconnect(self):
        """Close the pipe; only the thread that drives the process may."""
        self._connection.close()


def _death_notice(exitcode, error):
    notice = RuntimeError(
        f"A worker process ended (exit code {exitcode}) without an answer. Its own messages, if "
        "any, are above. Code -9 usually means that memory ran out. Where processes are spawned, "
        "not forked, the script's training code must be under if __name__ == '__main__':."
    )
    notice.__cause__ = error
    return notice


def _serve(connection, source, step, seed):
    """Answer requests until the parent goes away: what runs in the process."""
    for end in list(_our_ends):
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if seed is not None:
        config.set_random_seed(seed)
    while True:
        try:
            kind, argument, seed = connection.recv()
        except (EOFError, OSError):
            return
        if kind == "source":
            source = argument
            continue
        if seed is not None:
            config.set_random_seed(seed)
        try:
            answer = ForkingPickler.dumps(("item", step(source, argument)))
        except StopIteration:
            answer = ForkingPickler.dumps(("end", None))
        except BaseException as error:
            answer = ForkingPickler.dumps(("error", (_portable(error), traceback.format_exc())))
        connection.send_bytes(answer)


def _portable(error):
    """Return the exception, or one that says the same if it does not survive pickling."""
    try:
        if type(pickle.loads(pickle.dumps(error))) is type(error):
            return error
    except Exception:  # whatever pickling an unknown class may raise
        pass
    return RuntimeError(f"{type(error).__name__}: {error}")
