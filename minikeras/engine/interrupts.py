"""Ctrl-C during a training: never in the middle of an update, and with word of how far it came."""

import signal
import threading


class Interrupts:
    """A context in which Ctrl-C waits for the end of an update that is going on.

    Weights, optimizer and counter then belong together, and the model can be trained on, tested
    or saved. A second Ctrl-C does not wait. The KeyboardInterrupt says how far training has come,
    and how to go on. Outside the main thread, or where a program handles the signal itself, only
    the message is added.

    Args:
        how_far: function that returns the words for it.

    Attributes:
        held: set it to True while an interrupt has to wait.
        pending: whether one waits; `deliver` raises it.
    """

    def __init__(self, how_far):
        self._how_far = how_far
        self._ours = False
        self.held = self.pending = False

    def __enter__(self):
        default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if default and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._receive)
            self._ours = True
        return self

    def _receive(self, number, frame):
        if self.held and not self.pending:
            self.pending = True
        else:
            signal.default_int_handler(number, frame)

    def deliver(self):
        """Raise the interrupt that has been waiting."""
        self.held = self.pending = False
        raise KeyboardInterrupt

    def __exit__(self, kind, error, trace):
        if self._ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if isinstance(error, KeyboardInterrupt) and not error.args:
            error.args = (
                f"training was interrupted {self._how_far()}. The model keeps what it has learned "
                "so far: it can be used, saved, or trained on with fit(initial_epoch=...).",
            )
        if error is None and self.pending:  # it came with the last update
            self.deliver()
