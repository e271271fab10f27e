"""RemoteMonitor: what it posts, and what happens when there is nobody, or no `requests`."""

import json
import sys
import types

import numpy as np
import pytest

from minikeras.callbacks import RemoteMonitor
from tests.callbacks.fakes import train

EPOCH = {"loss": np.float32(0.5), "acc": 0.75, "each": np.array([1.0, 2.0])}
EVENT = {"epoch": 0, "loss": 0.5, "acc": 0.75, "each": [1.0, 2.0]}


@pytest.fixture
def posts(monkeypatch):
    """Put a `requests` in place that notes what is posted."""
    posts = []
    fake = types.ModuleType("requests")
    fake.exceptions = types.SimpleNamespace(RequestException=ConnectionError)
    fake.post = lambda url, **options: posts.append((url, options))
    monkeypatch.setitem(sys.modules, "requests", fake)
    return posts


def test_a_form_field_of_json(posts):
    train([RemoteMonitor()], [EPOCH])
    [(url, options)] = posts
    assert url == "http://localhost:9000/publish/epoch/end/"
    assert json.loads(options["data"]["data"]) == EVENT
    assert options["headers"] is None
    assert options["timeout"] == 10
    assert "json" not in options


def test_all_settings(posts):
    train([RemoteMonitor("http://host", "/path/", "field", {"key": "value"})], [EPOCH])
    [(url, options)] = posts
    assert url == "http://host/path/"
    assert json.loads(options["data"]["field"]) == EVENT
    assert options["headers"] == {"key": "value"}


def test_json_itself(posts):
    train([RemoteMonitor(send_as_json=True)], [EPOCH])
    [(_, options)] = posts
    assert options["json"] == EVENT
    assert "data" not in options


def test_a_server_that_is_not_there_does_not_end_the_training(posts):
    def refuse(url, **options):
        raise ConnectionError("refused")

    sys.modules["requests"].post = refuse
    with pytest.warns(RuntimeWarning, match="could not reach http://localhost.*epoch 1: refused"):
        _, ran = train([RemoteMonitor()], [EPOCH])
    assert ran == [0]


def test_without_requests_it_says_how_to_get_it_before_training(monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)  # makes the import fail
    monitor = RemoteMonitor()
    with pytest.raises(ImportError, match=r"pip install 'minikeras\[remote\]'"):
        monitor.on_train_begin()
