"""Activation functions by name, and both spellings of their arguments."""

import numpy as np
import pytest

from minikeras import activations, ops
from minikeras.registry import custom_object_scope

NAMES_2_1_5 = "softmax elu selu softplus softsign relu tanh sigmoid hard_sigmoid linear"
NAMES_3 = (
    "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh "
    "leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink "
    "softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh "
    "tanh_shrink threshold"
)
X = np.array([[-2.0, -0.5, 0.0, 1.5]], "float32")


@pytest.mark.parametrize("name", sorted(set(f"{NAMES_2_1_5} {NAMES_3}".split())))
def test_every_name_resolves_and_comes_back(name):
    function = activations.get(name)
    assert getattr(activations, name) is function
    assert activations.get(function) is function
    assert activations.get(activations.serialize(function)) is function
    settings = {"threshold": 0.5, "default_value": 1.0} if name == "threshold" else {}
    assert function(X, **settings).dtype == np.float32


def test_none_is_linear():
    assert activations.get(None) is activations.linear
    assert activations.linear(X) is X


def test_both_spellings_of_the_slope():
    expected = [[-0.2, -0.05, 0, 1]]
    for y in (
        activations.relu(X, 0.1, 1.0),
        activations.relu(X, alpha=0.1, max_value=1.0),
        activations.relu(X, negative_slope=0.1, max_value=1.0),
    ):
        np.testing.assert_allclose(y, expected, rtol=1e-6)
    np.testing.assert_allclose(activations.relu(X, threshold=1.0), [[0, 0, 0, 1.5]])
    np.testing.assert_allclose(activations.leaky_relu(X)[0, :2], [-0.4, -0.1], rtol=1e-6)
    np.testing.assert_allclose(activations.leaky_relu(X, alpha=0.5)[0, :2], [-1, -0.25])
    with pytest.raises(TypeError, match="two names of one argument"):
        activations.relu(X, negative_slope=0.1, alpha=0.1)


def test_the_older_hard_sigmoid_is_the_default():
    x = np.array([-3.0, -2.5, 0.0, 1.0, 2.5])
    np.testing.assert_allclose(activations.get("hard_sigmoid")(x), [0, 0, 0.5, 0.7, 1])
    np.testing.assert_allclose(
        activations.get("hard_sigmoid_keras3")(x), [0, 1 / 12, 0.5, 2 / 3, 11 / 12]
    )


def test_gelu_is_exact_unless_asked():
    np.testing.assert_array_equal(activations.gelu(X), ops.gelu(X, approximate=False))
    np.testing.assert_array_equal(activations.gelu(X, approximate=True), ops.gelu(X))


class Doubling:
    """Stands for a layer: something with a config that can be called."""

    def __init__(self, factor=2):
        self.factor = factor

    def __call__(self, x):
        return x * self.factor

    def get_config(self):
        return {"factor": self.factor}


def test_a_layer_may_be_an_activation():
    layer = Doubling(3)
    assert activations.get(layer) is layer
    assert isinstance(activations.get(Doubling), Doubling)
    config = activations.serialize(layer)
    assert config == {"class_name": "Doubling", "config": {"factor": 3}}
    again = activations.deserialize(config, custom_objects={"Doubling": Doubling})
    assert isinstance(again, Doubling)
    with custom_object_scope({"Doubling": Doubling}):
        assert activations.get(config).factor == 3
        assert isinstance(activations.get("Doubling"), Doubling)


def test_custom_functions():
    def cube(x):
        return x**3

    assert activations.get(cube) is cube
    assert activations.serialize(cube) == "cube"
    assert activations.deserialize("cube", {"cube": cube}) is cube
    config = {"class_name": "function", "config": "relu", "registered_name": "relu"}
    assert activations.get(config) is activations.relu


def test_unknown_activations():
    with pytest.raises(ValueError, match="Unknown activation function: 'rleu'.*'relu'"):
        activations.get("rleu")
    with pytest.raises(ValueError, match="Cannot interpret 3"):
        activations.get(3)


@pytest.mark.parametrize("name", ["linear", "relu", "tanh", "sigmoid", "softmax"])
def test_names_for_the_fused_dense_operation(name):
    function = activations.get(name)
    assert activations.fused_name(function) == name
    x, kernel = np.ones((2, 3)), np.full((3, 2), -0.5)
    np.testing.assert_allclose(
        ops.dense(x, kernel, activation=activations.fused_name(function)), function(x @ kernel)
    )
    assert activations.fused_name(activations.elu) is None
    assert activations.fused_name(Doubling()) is None
