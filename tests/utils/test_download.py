"""download: interrupted, resumed, repeated, refused; the target is whole and right or untouched."""

import errno
import io
import os
import pickle
import random
import socket
import sys
import threading

import numpy as np
import pytest

from minikeras.utils import download as download_module
from minikeras.utils.download import download
from minikeras.utils.download_errors import ChecksumError, DownloadError
from minikeras.utils.partial_file import PartialFile
from tests.utils.downloading import BODY, assert_complete, content, fetch, has_digest
from tests.utils.file_server import serving


@pytest.fixture
def server():
    with serving() as script:
        script.files["/data.bin"] = BODY
        yield script


@pytest.fixture
def target(tmp_path):
    return str(tmp_path / "data.bin")


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Note the pauses instead of taking them."""
    taken = []
    monkeypatch.setattr(download_module.time, "sleep", taken.append)
    return taken


def test_plain_download(server, target, capsys):
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)
    out, err = capsys.readouterr()
    assert out == f"Downloading data from {server.url}/data.bin\n"
    assert err == ""  # no bar in a file
    assert server.requests[0]["Accept-Encoding"] == "identity"
    assert "Range" not in server.requests[0]


def test_empty_file(server, target):
    server.files["/data.bin"] = b""
    fetch(server, target)
    assert_complete(target, b"")


def test_bar_on_a_terminal(server, target, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    fetch(server, target)
    assert "data.bin:" in terminal.getvalue()
    assert "293k" in terminal.getvalue()  # 300,000 bytes in KiB


def test_replaces_what_was_there(server, target):
    with open(target, "wb") as file:
        file.write(b"old")
    fetch(server, target)
    assert_complete(target)


def test_broken_transfer_goes_on_where_it_stopped(server, target, pauses):
    server.cuts = [100_000, 50_000]
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)
    assert [request.get("Range") for request in server.requests] == [
        None,
        "bytes=100000-",
        "bytes=150000-",
    ]
    assert server.requests[1]["If-Range"] == server.etag(BODY)
    assert server.sent == [100_000, 50_000, 150_000]
    assert pauses == [0.5, 0.5]  # each try brought something, so the pauses do not grow


def test_server_without_ranges(server, target):
    server.ranges = False
    server.cuts = [100_000]
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)
    assert server.sent == [100_000, 300_000]


def test_unknown_length(server, target):
    server.length = False
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)


def test_broken_chunks_are_noticed(server, target):
    server.chunked = True
    server.cuts = [100_000]
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_errors_are_retried(server, target, pauses, status):
    server.statuses = [status, status, status]
    fetch(server, target)
    assert_complete(target)
    assert pauses == [0.5, 1.0, 2.0]


def test_server_says_how_long_to_wait(server, target, pauses):
    server.statuses = [
        (503, {"Retry-After": "7"}),
        (503, {"Retry-After": "86400"}),
        (503, {"Retry-After": "Tue, 01 Jan 2019 00:00:00 GMT"}),
        (503, {"Retry-After": "soon"}),
    ]
    fetch(server, target)
    assert pauses == [7.0, 30.0, 0.0, 4.0]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_lasting_errors_are_not_retried(server, target, status):
    server.statuses = [status] * 9
    with pytest.raises(DownloadError, match=f"answered {status}"):
        fetch(server, target)
    assert len(server.requests) == 1
    assert os.listdir(os.path.dirname(target)) == []


def test_gives_up_in_the_end(server, target, pauses):
    server.statuses = [500] * 99
    with pytest.raises(DownloadError, match="500"):
        fetch(server, target)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert len(server.requests) == 6


def test_tries_are_bounded_even_with_progress(server, target):
    server.cuts = [10] * 1000
    with pytest.raises(DownloadError, match="ended after 400 of 300000"):
        fetch(server, target)
    assert len(server.requests) == 40


def test_nobody_answers(target, pauses):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{unused.getsockname()[1]}/data.bin"
        with pytest.raises(DownloadError, match="Connection refused") as caught:
            download(origin, target)
    assert pauses == [0.5]  # two tries: without a network the answer comes soon
    assert origin in str(caught.value)
    assert target in str(caught.value)
    assert (caught.value.origin, caught.value.path) == (origin, target)


@pytest.mark.parametrize(
    ("code", "tries"), [(socket.EAI_NONAME, 1), (socket.EAI_AGAIN, 2)], ids=["unknown", "offline"]
)
def test_host_name_not_found(target, pauses, monkeypatch, code, tries):
    asked = []

    def no_name(host, *args, **kwargs):
        asked.append(host)
        raise socket.gaierror(code, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    with pytest.raises(DownloadError, match="host name could not be looked up"):
        download("http://nowhere.invalid/data.bin", target)
    assert asked == ["nowhere.invalid"] * tries


def test_errors_are_oserrors_and_can_be_pickled():
    error = pickle.loads(pickle.dumps(ChecksumError("wrong", "http://x/y", "/z")))
    assert isinstance(error, OSError)
    assert isinstance(error, ValueError)
    assert (str(error), error.origin, error.path) == ("wrong", "http://x/y", "/z")


def test_wrong_checksum_is_not_kept(server, target):
    with open(target, "wb") as file:
        file.write(b"old")
    with pytest.raises(ChecksumError, match="its sha256 is") as caught:
        fetch(server, target, verify=has_digest(b"something else"))
    assert server.url in str(caught.value)
    assert target in str(caught.value)
    assert_complete(target, b"old")
    assert len(server.requests) == 1


def test_two_at_once_download_once(server, target):
    server.gate.clear()

    def run():
        fetch(server, target, still_needed=lambda: not os.path.exists(target))

    first, second = threading.Thread(target=run), threading.Thread(target=run)
    first.start()
    assert server.arrived.wait(10)
    second.start()
    server.gate.set()
    first.join(10)
    second.join(10)
    assert_complete(target)
    assert len(server.requests) == 1


def test_interruption_keeps_the_bytes_for_later(server, target, monkeypatch):
    append = PartialFile.append

    def append_and_stop(self, chunk):
        append(self, chunk[:1000])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PartialFile, "append", append_and_stop)
        with pytest.raises(KeyboardInterrupt):
            fetch(server, target)
    assert not os.path.exists(target)
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)
    assert server.requests[1]["Range"] == "bytes=1000-"


def test_full_disk_is_not_taken_for_a_broken_connection(server, target, monkeypatch):
    def full(self, chunk):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(PartialFile, "append", full)
    with pytest.raises(OSError, match="No space left") as caught:
        fetch(server, target)
    assert not isinstance(caught.value, DownloadError)
    assert len(server.requests) == 1


def test_folder_in_the_way(server, target):
    os.mkdir(target)
    with pytest.raises(IsADirectoryError, match="is a folder"):
        fetch(server, target)
    assert server.requests == []


def test_local_file(tmp_path, target):
    source = tmp_path / "source.bin"
    source.write_bytes(BODY)
    download(source.as_uri(), target)
    assert content(target) == BODY
    with pytest.raises(DownloadError, match="No such file"):
        download((tmp_path / "missing").as_uri(), target)


@pytest.mark.parametrize("origin", ["data.bin", "/data.bin", "gopher://x/y", "C:\\data.bin", "", 3])
def test_address_that_is_none(target, origin):
    with pytest.raises(ValueError, match="https"):
        download(origin, target)


def test_global_random_state_is_left_alone(server, target):
    server.statuses = [500]
    python, numpy = random.getstate(), np.random.get_state()[1].copy()
    fetch(server, target)
    assert random.getstate() == python
    assert (np.random.get_state()[1] == numpy).all()
