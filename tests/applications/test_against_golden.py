"""The layers of every network against those of real Keras, as recorded in `tests/golden`."""

import json

import numpy as np
import pytest

import minikeras as keras
from tests.golden import record_applications as golden

RECORDED = json.loads(golden.PATH.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def zeros(monkeypatch):
    def call(self, shape, dtype=None):
        return np.zeros(shape, dtype or "float32")

    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", call)


@pytest.mark.parametrize("name", golden.NETWORKS)
def test_names_order_classes_and_shapes(name):
    model = getattr(keras.applications, name)(**golden.arguments(name))
    assert golden.fingerprint(model) == RECORDED["networks"][name], golden.layer_list(model)


def test_a_difference_shows():
    arguments = golden.arguments("MobileNet")
    model = keras.applications.MobileNet(**{**arguments, "classes": 4})
    assert golden.fingerprint(model) != RECORDED["networks"]["MobileNet"]
    older = keras.applications.MobileNet(**arguments, variant="keras2")
    assert golden.fingerprint(older) != RECORDED["networks"]["MobileNet"]
