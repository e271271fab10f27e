"""An empty cache for every test of a data set, and a server in place of the published addresses."""

import pytest

from minikeras.utils import download
from tests.datasets.support import Publisher
from tests.utils.file_server import serving


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Return the folder of data sets in a cache of the test's own."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(download, "_PAUSES", ())
    folder = tmp_path / "home" / "datasets"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def publisher(monkeypatch):
    with serving() as server:
        yield Publisher(server, monkeypatch)
