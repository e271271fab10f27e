"""Where cached files are: KERAS_HOME, ~/.keras, and the way out where neither can be written."""

import os
import tempfile

import pytest

from minikeras.utils.cache import cache_path, keras_home, writable_cache_path


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    return tmp_path


def test_home_without_keras_home(home, monkeypatch):
    assert keras_home() == str(home / ".keras")
    monkeypatch.setenv("KERAS_HOME", "")
    assert keras_home() == str(home / ".keras")
    assert os.listdir(home) == []  # asking creates nothing


def test_keras_home_is_read_at_each_call(home, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(home / "elsewhere"))
    assert keras_home() == str(home / "elsewhere")
    monkeypatch.setenv("KERAS_HOME", os.path.join("~", "mine"))
    assert keras_home() == str(home / "mine")


def test_paths(home):
    assert cache_path("a.npz") == str(home / ".keras" / "datasets" / "a.npz")
    assert cache_path("a", "models") == str(home / ".keras" / "models" / "a")
    assert cache_path("a", "m", home / "c") == str(home / "c" / "m" / "a")
    assert cache_path("a", "m", "~/c") == str(home / "c" / "m" / "a")
    assert cache_path("a", str(home / "m")) == str(home / "m" / "a")
    assert cache_path(str(home / "a"), "m") == str(home / "a")


def test_writable_folder_is_made(home):
    path = writable_cache_path("a.npz")
    assert path == cache_path("a.npz")
    assert os.path.isdir(os.path.dirname(path))


def test_fallback_to_the_temporary_folder(home, monkeypatch):
    (home / "file").write_bytes(b"")
    monkeypatch.setenv("KERAS_HOME", str(home / "file"))  # no folder can be made in a file
    monkeypatch.setattr(tempfile, "tempdir", str(home / "tmp"))
    with pytest.warns(UserWarning, match="KERAS_HOME"):
        path = writable_cache_path("a.npz")
    assert path == str(home / "tmp" / ".keras" / "datasets" / "a.npz")


def test_nowhere_to_write(home, monkeypatch):
    (home / "file").write_bytes(b"")
    monkeypatch.setenv("KERAS_HOME", str(home / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(home / "file"))
    with pytest.raises(PermissionError, match="Make it writable"):
        writable_cache_path("a.npz")
