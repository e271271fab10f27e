"""MaxoutDense and Highway: numbers by hand, gradients, penalties, configs, files."""

import numpy as np
import pytest

from minikeras.autograd import check_layer
from minikeras.layers import Highway, Input, MaxoutDense
from minikeras.models import Model, Sequential, load_model
from minikeras.utils.test_utils import layer_test

pytestmark = pytest.mark.filterwarnings("ignore:.* is of Keras 1")

X = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])


def rows(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def test_maxout_takes_the_greatest_of_its_maps():
    layer = MaxoutDense(2, nb_feature=3, input_dim=3, dtype="float64")
    kernel, bias = rows(3, 3, 2), rows(3, 2, seed=1)
    layer.build((None, 3))
    layer.set_weights([kernel, bias])
    expected = np.max([X @ k + b for k, b in zip(kernel, bias, strict=True)], axis=0)
    np.testing.assert_allclose(layer(X).numpy(), expected)


def test_highway_mixes_what_it_computes_with_its_input():
    layer = Highway(activation="tanh", dtype="float64")
    layer.build((None, 3))
    kernel, carry = rows(3, 3), rows(3, 3, seed=1)
    assert [w.name.split("/")[-1] for w in layer.weights] == [
        "W:0",
        "b:0",
        "W_carry:0",
        "b_carry:0",
    ]
    np.testing.assert_array_equal(layer.get_weights()[3], np.ones(3))
    layer.set_weights([kernel, np.full(3, 0.5), carry, np.full(3, -1.0)])
    gate = 1 / (1 + np.exp(-(X @ carry - 1)))
    expected = gate * np.tanh(X @ kernel + 0.5) + (1 - gate) * X
    np.testing.assert_allclose(layer(X).numpy(), expected)


SETTINGS = {
    "W_regularizer": "l2",
    "b_regularizer": "l1",
    "activity_regularizer": "l2",
    "W_constraint": "max_norm",
    "b_constraint": "max_norm",
}
MAKERS = [
    pytest.param(MaxoutDense, {"output_dim": 3}, id="maxout"),
    pytest.param(MaxoutDense, {"output_dim": 3, "bias": False}, id="maxout without bias"),
    pytest.param(Highway, {"activation": "tanh"}, id="highway"),
    pytest.param(Highway, {"bias": False}, id="highway without bias"),
]


@pytest.mark.parametrize(("kind", "settings"), MAKERS)
def test_what_every_layer_does(kind, settings):
    layer_test(kind, settings, input_shape=(4, 2))
    layer_test(kind, {**settings, **SETTINGS}, input_shape=(4, 2))
    check_layer(kind(**settings, dtype="float64"), rows(3, 4))


def test_penalties():
    layer = Highway(W_regularizer="l2", b_regularizer="l1")
    layer.build((None, 2))
    assert len(layer.losses) == 2


@pytest.mark.parametrize(("kind", "settings"), MAKERS)
def test_files(kind, settings, tmp_path):
    model = Sequential([kind(**settings, input_dim=3)])
    model.compile("sgd", "mse")
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        again = load_model(tmp_path / name)
        np.testing.assert_allclose(again.predict(X), model.predict(X), rtol=1e-6)


def test_what_is_refused():
    with pytest.raises(ValueError, match="positive numbers of units"):
        MaxoutDense(0)
    with pytest.raises(ValueError, match="Highway"):
        Model(x := Input((2, 3)), Highway()(x))


def test_they_say_that_they_are_old():
    with pytest.warns(DeprecationWarning, match="Highway is of Keras 1"):
        Highway()
