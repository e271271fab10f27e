"""One request to one address through urllib, with every way it can fail told in one exception.

The caller learns whether trying again can help (`retry`), whether anyone answered at all
(`answered`) and how long the server asked it to wait (`wait`).
"""

import email.utils
import http.client
import socket
import time
import urllib.error
import urllib.request

SCHEMES = ("http", "https", "ftp", "file")

# Seconds that one step (connecting, or waiting for the next bytes) may take.
TIMEOUT = 20.0

# Answers that another try may change: timeouts, too many requests, trouble inside the server.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 30.0


class TransportError(Exception):
    """A request failed, or its answer broke off.

    `retry`: whether another try may succeed. `answered`: whether a server was reached.
    `status`: the HTTP status code, or None. `wait`: seconds the server asked to wait, or None.
    """

    def __init__(self, reason, retry, answered, status=None, wait=None):
        super().__init__(reason)
        self.retry = retry
        self.answered = answered
        self.status = status
        self.wait = wait


class Response:
    """The answer to a request: `status` (None for ftp and file), `headers`, and `read`."""

    def __init__(self, raw):
        self._raw = raw
        self.status = getattr(raw, "status", None)
        self.headers = raw.headers

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._raw.close()

    def read(self, size):
        """Return up to `size` bytes, b'' at the end; TransportError if the connection broke."""
        try:
            return self._raw.read(size)
        except (OSError, http.client.HTTPException) as error:
            raise TransportError(_describe(error), retry=True, answered=True) from error


def open_url(url, headers):
    """Open `url` with the request headers `headers`, following redirections.

    Returns a `Response`. Raises TransportError, for an HTTP status of 400 and above too.
    """
    request = urllib.request.Request(url, headers=headers)
    try:
        return Response(urllib.request.urlopen(request, timeout=TIMEOUT))
    except urllib.error.HTTPError as error:
        error.close()
        raise TransportError(
            f"the server answered {error.code} {error.reason}".rstrip(),
            retry=error.code in _PASSING,
            answered=True,
            status=error.code,
            wait=_seconds_to_wait(error.headers),
        ) from error
    except urllib.error.URLError as error:
        cause = error.reason
        raise TransportError(_describe(cause), retry=_may_pass(cause), answered=False) from error
    except (OSError, http.client.HTTPException) as error:
        raise TransportError(_describe(error), retry=True, answered=True) from error


def _may_pass(cause):
    """Whether a failure to connect may be over in a moment."""
    if isinstance(cause, socket.gaierror):
        return cause.errno == socket.EAI_AGAIN
    # Refused, reset, unreachable, timed out. Not: a bad certificate, a missing local file.
    return isinstance(cause, (ConnectionError, TimeoutError)) or (
        type(cause) is OSError and cause.errno is not None
    )


def _describe(cause):
    if isinstance(cause, socket.gaierror):
        return f"the host name could not be looked up ({cause.strerror})"
    if isinstance(cause, TimeoutError):
        return f"no answer within {TIMEOUT:g} seconds"
    text = str(getattr(cause, "strerror", None) or cause)
    return text or type(cause).__name__


def _seconds_to_wait(headers):
    """Read `Retry-After`: a number of seconds or a date. Returns None where there is none."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        then = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return min(max(0.0, then.timestamp() - time.time()), _LONGEST_WAIT)
