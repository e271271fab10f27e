"""Download one address into one file: whole and right, or not there at all.

A transfer that breaks off is tried again after a growing pause and continues where it stopped, in
this run or a later one, if the server proves that its file is unchanged. The checksum is looked at
before the file gets its name.
"""

import os
import re
import time
from urllib.parse import urlsplit

from .download_errors import ChecksumError, DownloadError
from .live_line import write_line
from .partial_file import PartialFile
from .progress import progress_bar
from .transport import SCHEMES, TransportError, open_url

_CHUNK = 1 << 18  # bytes read at a time

# Seconds to pause before each further try, and how many tries are made if nobody answers at all:
# without a network the answer should not take long.
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
_TRIES_UNANSWERED = 2
# A try that brings new bytes starts the pauses anew; this bounds the tries of one download.
_TRIES_IN_ALL = 40


def check_address(origin):
    """Raise ValueError unless `origin` is an address of a kind that can be downloaded."""
    if not isinstance(origin, str) or urlsplit(origin).scheme.lower() not in SCHEMES:
        raise ValueError(
            f"origin must be an address that begins with {', '.join(s + ':' for s in SCHEMES)} "
            f"not {origin!r}. (For a local file: pathlib.Path(name).absolute().as_uri().)"
        )


def download(origin, target, verify=None, still_needed=None):
    """Download the address `origin` to the file path `target`, replacing what is there.

    verify: called with the path of the complete download before it is renamed to `target`;
        returns None, or a string that tells what is wrong with it.
    still_needed: called after waiting for another process that downloaded to the same target;
        if it returns False the download is left out.

    Shows a progress bar on a terminal and in a notebook, one plain line elsewhere. Raises
    DownloadError (an OSError), or its subclass ChecksumError if `verify` found fault; what was at
    `target` before is then untouched.
    """
    check_address(origin)
    if os.path.isdir(target):
        raise IsADirectoryError(
            f"{target} is a folder, so no file can be kept there: remove it or choose another name."
        )
    with PartialFile(target) as part:
        if part.waited and still_needed is not None and not still_needed():
            part.discard()
            return
        write_line(f"Downloading data from {origin}")
        _transfer(origin, target, part)
        fault = verify(part.path) if verify is not None else None
        if fault and part.continued:
            # Perhaps the pieces do not belong together: once more, from the beginning.
            part.restart()
            _transfer(origin, target, part)
            fault = verify(part.path)
        if fault:
            part.discard()
            raise ChecksumError(
                f"What {origin} sent is damaged or is another file than expected: {fault}. "
                + _by_hand(target),
                origin,
                target,
            )
        part.finish()


def _by_hand(target):
    return (
        f"You may fetch the file in another way and put it at {target} by hand; it is then found "
        "there. (The folder for such files is ~/.keras, or $KERAS_HOME where that is set.)"
    )


def _transfer(origin, target, part):
    """Bring all bytes of `origin` into `part`, in as many tries as it takes.

    Raises DownloadError where they do not come.
    """
    failures = 0
    for _ in range(_TRIES_IN_ALL):
        before = part.size
        try:
            _try_once(origin, part)
        except TransportError as error:
            failures = 1 if part.size > before else failures + 1
            allowed = len(_PAUSES) if error.answered else _TRIES_UNANSWERED - 1
            if not error.retry or failures > allowed:
                raise _failure(origin, target, error) from error
            time.sleep(_PAUSES[failures - 1] if error.wait is None else error.wait)
            last = error
        else:
            return
    raise _failure(origin, target, last) from last


def _failure(origin, target, error):
    message = f"Could not download {origin}: {error}. {_by_hand(target)}"
    return DownloadError(message, origin, target)


def _try_once(origin, part):
    """Ask for what is missing and append it to `part`; TransportError if it stays incomplete."""
    offset = part.size if part.can_resume(origin) else 0
    # The checksums are those of the bytes as stored, so no encoding on the way.
    headers = {"User-Agent": "minikeras", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        validator = part.validator(origin)
        if validator:
            headers["If-Range"] = validator
    try:
        response = open_url(origin, headers)
    except TransportError as error:
        if error.status == 416 and offset:  # the range is not there: complete, or another file
            if offset == part.notes.get("length"):
                return
            part.restart()
            raise TransportError(str(error), retry=True, answered=True, status=416) from error
        raise
    with response:
        if response.status == 206:
            _check_continuation(response, part, offset)
            part.continued = True
        else:
            offset = 0
            part.restart(
                origin,
                etag=response.headers.get("ETag"),
                last_modified=response.headers.get("Last-Modified"),
                length=_integer(response.headers.get("Content-Length")),
            )
        _copy(response, part, offset)


def _check_continuation(response, part, offset):
    """Make sure that a 206 answer continues the file begun; else drop it, to begin anew."""
    notes = part.notes.get
    span = re.match(r"bytes (\d+)-\d+/(\d+|\*)$", response.headers.get("Content-Range") or "")
    etag = response.headers.get("ETag")
    date = response.headers.get("Last-Modified")
    fits = (
        span is not None
        and int(span[1]) == offset
        and (span[2] == "*" or notes("length") is None or int(span[2]) == notes("length"))
        and (not etag or not notes("etag") or etag == notes("etag"))
        and (not date or not notes("last_modified") or date == notes("last_modified"))
    )
    if not fits:
        part.restart()
        raise TransportError(
            "the file has changed on the server since its first part was received",
            retry=True,
            answered=True,
        )


def _copy(response, part, offset):
    """Append the body to `part` under a progress bar; TransportError if it ends too soon."""
    total = part.notes.get("length")
    name = os.path.basename(part.target)
    with progress_bar(total, name, "B", offset) as bar:
        received = offset
        while chunk := response.read(_CHUNK):
            part.append(chunk)
            received += len(chunk)
            bar.update(len(chunk))
    part.flush()
    if total is not None and received < total:
        raise TransportError(
            f"the connection ended after {received} of {total} bytes", retry=True, answered=True
        )
    if total is not None and received > total:
        part.restart()
        raise TransportError(
            f"{received} bytes came where {total} were announced", retry=True, answered=True
        )


def _integer(text):
    return int(text) if text is not None and text.strip().isdigit() else None
