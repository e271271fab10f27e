"""The documents say `import keras`: for the time of a test that is this package."""

import sys

import pytest

import minikeras
from tests.documents.support import STYLES, Reader


@pytest.fixture(params=STYLES)
def style(request, monkeypatch):
    """Run a test under either name; another keras that is loaded is out of sight meanwhile."""
    if request.param == "keras":
        for name in list(sys.modules):
            if name.partition(".")[0] == "keras":
                monkeypatch.delitem(sys.modules, name)
        with minikeras.install_as_keras():
            yield request.param
    else:
        yield request.param


@pytest.fixture
def reader(style):
    """Return a reader who has nothing yet."""
    return Reader(style)
