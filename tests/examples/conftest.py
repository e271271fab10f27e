"""How tests get hold of an example and run it as from the command line."""

import importlib
import os
import sys
from pathlib import Path

import pytest

from minikeras import config

EXAMPLES = Path(__file__).parents[2] / "examples"
DATA = os.environ.get("MINIKERAS_DATA")  # as it was before any test hid it


@pytest.fixture
def example(monkeypatch):
    """Import an example by its name, where no data are at hand unless a test names them."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.delenv("MINIKERAS_DATA", raising=False)
    return importlib.import_module


@pytest.fixture
def run(monkeypatch, capsys):
    """Run an example's main() with these command-line arguments; return what it printed."""

    def run_main(module, *arguments):
        monkeypatch.setattr(sys, "argv", [module.__name__, "--verbose", "0", *map(str, arguments)])
        config.set_random_seed(0)
        module.main()
        return capsys.readouterr().out

    return run_main


@pytest.fixture
def real_data():
    """Return a function that finds a file in the folder MINIKERAS_DATA, or skips the test."""

    def find(name):
        if DATA is None or not Path(DATA, name).is_file():
            pytest.skip(f"needs {name} in the folder MINIKERAS_DATA")
        return Path(DATA, name)

    return find
