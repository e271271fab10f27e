"""Parity tests compare minikeras with real Keras, and run only where real Keras is installed.

Every test in this folder is marked ``parity``. Where real Keras is missing, no test module here is
even imported, so all of them may say ``import keras`` at their top; each shows as skipped.
"""

import importlib.util
import os

import pytest

BACKENDS = ("jax", "torch", "tensorflow")
REAL_KERAS = importlib.util.find_spec("keras") is not None

if REAL_KERAS:
    # Before the first import of Keras, which reads these once.
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    os.environ.setdefault("KERAS_BACKEND", installed[0] if installed else "jax")
    # Keras stays at its floatx of float32; this only permits float64 where a test asks for it.
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


class WithoutKeras(pytest.Module):
    """A test module that is not imported."""

    def collect(self):
        pytest.skip("needs real Keras: pip install 'minikeras[parity]'", allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    """Mark every module of this folder, and let only minikeras turn warnings into errors."""
    kind = pytest.Module if REAL_KERAS else WithoutKeras
    module = kind.from_parent(parent, path=module_path)
    module.add_marker(pytest.mark.parity)
    for package in ("keras", *BACKENDS):
        module.add_marker(pytest.mark.filterwarnings(f"ignore:::{package}"))
    return module


@pytest.fixture
def float64():
    """Both packages compute in float64 during the test, where they agree to about 1e-10."""
    from tests.parity.harness import floatx

    with floatx("float64"):
        yield
