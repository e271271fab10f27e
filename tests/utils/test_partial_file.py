"""Resuming: a later run continues the very same file, and starts anew where it cannot be sure."""

import json
import os

import numpy as np
import pytest

from minikeras.utils import download as download_module
from minikeras.utils.download import download
from minikeras.utils.download_errors import DownloadError
from tests.utils.downloading import BODY, assert_complete, fetch, has_digest
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


def leave_part(server, target, size):
    """Run a download that stops for good after `size` bytes."""
    server.cuts = [size]
    server.statuses = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download_module, "_PAUSES", ())
        with pytest.raises(DownloadError, match=f"ended after {size} of 300000 bytes"):
            fetch(server, target)
    assert not os.path.exists(target)
    assert os.path.getsize(target + ".part") == size
    server.requests.clear()
    server.sent.clear()


def test_later_run_resumes(server, target):
    leave_part(server, target, 123_456)
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)
    assert server.requests[0]["Range"] == "bytes=123456-"
    assert server.sent == [300_000 - 123_456]


def test_resumes_by_date(server, target):
    server.validators = ("Last-Modified",)
    leave_part(server, target, 1000)
    fetch(server, target)
    assert_complete(target)
    assert server.requests[0]["If-Range"] == "Tue, 01 Jan 2019 00:00:00 GMT"
    assert server.sent == [299_000]


def test_resumes_by_length_alone(server, target):
    server.validators = ()
    leave_part(server, target, 1000)
    fetch(server, target)
    assert_complete(target)
    assert "If-Range" not in server.requests[0]
    assert server.sent == [299_000]


def test_weak_etag_is_no_condition(server, target):
    server.weak = True
    leave_part(server, target, 1000)
    fetch(server, target)
    assert_complete(target)
    assert server.requests[0]["Range"] == "bytes=1000-"
    assert "If-Range" not in server.requests[0]


def test_no_resume_without_any_validation(server, target):
    server.validators = ()
    leave_part(server, target, 1000)
    notes = target + ".part.json"
    with open(notes, "w", encoding="utf-8") as file:
        json.dump({"origin": server.url + "/data.bin", "length": None}, file)
    fetch(server, target)
    assert_complete(target)
    assert "Range" not in server.requests[0]


@pytest.mark.parametrize("notes", ["", "[1]", "{", None])
def test_damaged_notes_start_anew(server, target, notes):
    leave_part(server, target, 1000)
    os.unlink(target + ".part.json")
    if notes is not None:
        with open(target + ".part.json", "w", encoding="utf-8") as file:
            file.write(notes)
    fetch(server, target)
    assert_complete(target)
    assert "Range" not in server.requests[0]


def test_part_of_another_address_is_not_continued(server, target):
    leave_part(server, target, 1000)
    server.files["/other.bin"] = b"x" * 5000
    download(server.url + "/other.bin", target)
    assert_complete(target, b"x" * 5000)
    assert "Range" not in server.requests[0]


@pytest.mark.parametrize("if_range", [True, False])
@pytest.mark.parametrize("length", [300_000, 300_001])
def test_changed_file_is_fetched_whole(server, target, if_range, length):
    leave_part(server, target, 1000)
    new = np.random.RandomState(1).bytes(length)
    server.files["/data.bin"] = new
    server.if_range = if_range  # a server that ignores it sends the end of another file
    fetch(server, target)
    assert_complete(target, new)
    assert server.sent[-1] == length


def test_changed_length_without_validators(server, target):
    server.validators = ()
    leave_part(server, target, 1000)
    server.files["/data.bin"] = BODY + b"more"
    fetch(server, target)
    assert_complete(target, BODY + b"more")


def test_part_that_is_already_complete(server, target):
    leave_part(server, target, 1000)
    with open(target + ".part", "wb") as file:
        file.write(BODY)
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)
    assert len(server.requests) == 1  # answered by 416: nothing was sent


def test_part_longer_than_the_file(server, target):
    leave_part(server, target, 1000)
    with open(target + ".part", "wb") as file:
        file.write(BODY + b"too much")
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)


def test_damaged_part_is_found_and_replaced(server, target):
    leave_part(server, target, 1000)
    with open(target + ".part", "r+b") as file:
        file.write(b"garbage")
    fetch(server, target, verify=has_digest(BODY))
    assert_complete(target)
    assert server.sent == [299_000, 300_000]
