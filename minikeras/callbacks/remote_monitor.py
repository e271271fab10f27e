"""RemoteMonitor: send every epoch's results to a server."""

import json
import warnings

import numpy as np

from .base import Callback

_TIMEOUT_SECONDS = 10  # a server that hangs must not hang the training


class RemoteMonitor(Callback):
    """POST each epoch's logs, with the number of the `epoch`, as JSON to `root + path`.

    The JSON text is sent as the form field `field`; with `send_as_json=True` (Keras 3) it is the
    body itself. `headers` is a dictionary of further HTTP headers. A server that cannot be reached
    within 10 s gives a RuntimeWarning; the training goes on.

    Needs the `requests` package, and raises an ImportError before the first epoch if it is not
    installed.
    """

    def __init__(
        self,
        root="http://localhost:9000",
        path="/publish/epoch/end/",
        field="data",
        headers=None,
        send_as_json=False,
    ):
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_train_begin(self, logs=None):
        _requests()

    def on_epoch_end(self, epoch, logs=None):
        requests = _requests()
        event = {"epoch": epoch}
        for name, value in (logs or {}).items():
            event[name] = value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
        body = {"json": event} if self.send_as_json else {"data": {self.field: json.dumps(event)}}
        try:
            requests.post(
                self.root + self.path, headers=self.headers, timeout=_TIMEOUT_SECONDS, **body
            )
        except requests.exceptions.RequestException as error:
            warnings.warn(
                f"RemoteMonitor could not reach {self.root + self.path} after epoch {epoch + 1}: "
                f"{error}",
                RuntimeWarning,
                stacklevel=2,
            )


def _requests():
    """Import `requests`, which only this callback needs."""
    try:
        import requests
    except ImportError as error:
        raise ImportError(
            "RemoteMonitor sends its events with the `requests` package, which is not installed. "
            "Install it with: pip install 'minikeras[remote]'"
        ) from error
    return requests
