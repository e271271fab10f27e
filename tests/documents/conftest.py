"""The documents say `import keras`: for the time of a test that is this package."""

import sys

import pytest

import minikeras
from tests.documents.support import STYLES, Reader


def forget_keras(monkeypatch):
    """Put whatever goes by the name of keras out of sight."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "keras":
            monkeypatch.delitem(sys.modules, name)


@pytest.fixture(params=STYLES)
def style(request, monkeypatch):
    """Run a test under each name; another keras that is loaded is out of sight meanwhile."""
    if request.param == "minikeras":
        yield request.param
        return
    forget_keras(monkeypatch)
    if request.param == "installed":
        with minikeras.install_as_keras():
            yield request.param
    else:
        sys.modules["keras"] = minikeras
        yield request.param
    for name in [n for n in sys.modules if n.partition(".")[0] == "keras"]:
        del sys.modules[name]


@pytest.fixture
def reader(style):
    """Return a reader who has nothing yet."""
    return Reader(style)
