"""An empty cache for every test, from which nothing is downloaded unless a test says so."""

import pytest

from minikeras.utils import download, transport


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Return the folder of weight files in a cache of the test's own, without a network."""

    def unreachable(url, headers):
        raise transport.TransportError("the network is down", retry=False, answered=False)

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(download, "open_url", unreachable)
    folder = tmp_path / "home" / "models"
    folder.mkdir(parents=True)
    return folder
