"""Operators and functions on symbolic tensors give what they give on numbers."""

import json

import numpy as np
import pytest

import minikeras
from minikeras import backend as K
from minikeras import ops
from minikeras.layers import Concatenate, Input
from minikeras.layers.op_layer import OpLayer
from minikeras.models import Model, clone_model, model_from_json

A, B = (
    np.random.default_rng(seed).uniform(0.1, 0.9, (2, 4, 6)).astype("float32") for seed in (0, 1)
)

CASES = {
    "add": lambda a, b: a + b,
    "add a number": lambda a, b: a + 1,
    "a number first": lambda a, b: 1 - a,
    "divide": lambda a, b: 1 / (a + b),
    "power": lambda a, b: a**2 + 2**b,
    "negative": lambda a, b: -a,
    "absolute": lambda a, b: abs(a - 0.5),
    "floor and rest": lambda a, b: a // 0.3 + a % 0.3,
    "compare": lambda a, b: K.cast(a > b, "float32"),
    "matrix product": lambda a, b: a @ K.permute_dimensions(b, (0, 2, 1)),
    "array behind": lambda a, b: a * np.arange(6),
    "array first": lambda a, b: np.ones((4, 6), "float32") + a,
    "numpy number": lambda a, b: np.float32(2) * a,
    "new axis": lambda a, b: a[:, None],
    "ellipsis": lambda a, b: a[..., 0],
    "slices": lambda a, b: a[:, 1:3, ::2],
    "backwards": lambda a, b: a[:, ::-1],
    "list of indices": lambda a, b: a[:, [0, 2]],
    "array of indices": lambda a, b: a[:, np.array([3, 0])],
    "K.mean": lambda a, b: K.mean(a, axis=1),
    "K.sum": lambda a, b: K.sum(a, axis=-1, keepdims=True),
    "K.max": lambda a, b: K.max(a, axis=(1, 2)),
    "K.concatenate": lambda a, b: K.concatenate([a, b], axis=-1),
    "K.stack": lambda a, b: K.stack([a, b], axis=1),
    "K.reshape": lambda a, b: K.reshape(a, (-1, 24)),
    "K.batch_flatten": lambda a, b: K.batch_flatten(a),
    "K.batch_dot": lambda a, b: K.batch_dot(a, b, axes=(2, 2)),
    "K.expand_dims": lambda a, b: K.squeeze(K.expand_dims(a, 1), 1),
    "K.repeat_elements": lambda a, b: K.repeat_elements(a, 2, axis=1),
    "K.tile": lambda a, b: K.tile(a, [1, 2, 1]),
    "K.l2_normalize": lambda a, b: K.l2_normalize(a, axis=-1),
    "K.switch": lambda a, b: K.switch(a > b, a, b),
    "K.argmax": lambda a, b: K.one_hot(K.argmax(a, axis=-1), 6),
    "K.std": lambda a, b: K.std(a, axis=1) + K.var(a, axis=1),
    "K.softmax": lambda a, b: K.softmax(a),
    "K.clip": lambda a, b: K.clip(a, 0.2, 0.8),
    "K.gather": lambda a, b: K.gather(a, [0]),
    "K.temporal_padding": lambda a, b: K.temporal_padding(a, (1, 1)),
    "K.reverse": lambda a, b: K.reverse(a, 1),
    "K.cumsum": lambda a, b: K.cumsum(a, axis=1),
    "K.conv1d": lambda a, b: K.conv1d(a, np.ones((2, 6, 3), "float32")),
    "K.binary_crossentropy": lambda a, b: K.binary_crossentropy(a, b),
    "K.in_train_phase": lambda a, b: K.in_train_phase(a, b),
    "K.dropout": lambda a, b: K.dropout(a, 0.0),
    "K.ones_like": lambda a, b: a + K.ones_like(a),
    "K.shape": lambda a, b: a * K.cast(K.shape(a)[1], "float32"),
    "ops.where": lambda a, b: ops.where(a > b, a, b),
    "ops.einsum": lambda a, b: ops.einsum("bij,bkj->bik", a, b),
    "ops.split": lambda a, b: ops.split(a, 2, axis=1)[1],
    "ops.unstack": lambda a, b: ops.unstack(a, axis=1)[1],
    "ops.swapaxes": lambda a, b: ops.swapaxes(a, 1, 2),
    "ops.logsumexp": lambda a, b: ops.logsumexp(a, axis=-1),
    "numpy's own": lambda a, b: np.exp(a) + np.maximum(a, b),
}


@pytest.mark.parametrize("compute", CASES.values(), ids=CASES.keys())
def test_symbols_promise_what_numbers_give(compute):
    expected = compute(ops.convert_to_tensor(A), ops.convert_to_tensor(B)).numpy()
    a, b = Input((4, 6)), Input((4, 6))
    symbol = compute(a, b)
    assert len(symbol.shape) == expected.ndim
    assert all(s in (None, n) for s, n in zip(symbol.shape, expected.shape))
    assert None not in symbol.shape[1:]
    assert symbol.dtype == expected.dtype
    model = Model([a, b], symbol)
    found = model([A, B]).numpy()
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    for again in (
        model_from_json(model.to_json()),
        Model.from_config(json.loads(json.dumps(model.get_config()))),
        clone_model(model),
    ):
        np.testing.assert_array_equal(again([A, B]).numpy(), found)


def test_operations_are_layers_with_names():
    x = Input((3,), name="x")
    total = x + 1
    layer = total.history[0]
    assert isinstance(layer, OpLayer)
    assert layer.name == "add_1"
    assert (x + 2).history[0].name == "add_2"
    assert (layer.input, layer.output) == (x, total)


def test_the_variables_of_an_operation_are_read_when_it_runs():
    weight = K.variable(np.ones(3))
    x = Input((3,))
    model = Model(x, x * weight)
    assert model.predict(np.ones((1, 3))).tolist() == [[1, 1, 1]]
    K.set_value(weight, np.array([1.0, 2.0, 3.0]))
    assert model.predict(np.ones((1, 3))).tolist() == [[1, 2, 3]]


def test_a_variable_of_keras_3_in_an_operation_is_trained():
    weight = minikeras.Variable(np.zeros(2, "float32"))
    x = Input((2,))
    model = Model(x, x + weight)
    assert [w is weight for w in model.trainable_weights] == [True]
    model.compile(minikeras.optimizers.SGD(0.5), "mse")
    model.train_on_batch(np.zeros((1, 2)), np.ones((1, 2)))
    np.testing.assert_allclose(weight.numpy(), [0.5, 0.5])


def test_unknown_sizes():
    image, other = Input((None, None, 3)), Input((None, 7, 3))
    assert (image * 2).shape == (None, None, None, 3)
    assert (image + other).shape == (None, None, 7, 3)  # what fits a known size is of that size
    assert Concatenate(axis=2)([image, other]).shape == (None, None, None, 3)
    assert ops.concatenate([image, other], axis=2).shape == (None, None, None, 3)
    assert ops.mean(image, axis=(1, 2)).shape == (None, 3)
    assert ops.reshape(image, (-1, 3)).shape == (None, 3)
    with pytest.raises(ValueError, match="broadcast"):
        image + Input((4, 7, 5))


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (np.asarray, "turning it into an array"),
        (bool, "a decision on its value"),
        (float, "reading its value"),
        (len, "batch size is not known"),
        (list, "slice it instead"),
        (lambda t: [1, 2, 3][t], "reading its value"),
    ],
)
def test_what_symbols_cannot_do(use, message):
    with pytest.raises(TypeError, match=f"is symbolic.*{message}"):
        use(Input((3,)))


def test_a_symbol_of_a_fixed_batch_can_be_gone_through():
    x = Input(batch_shape=(2, 3))
    assert len(x) == 2
    assert [row.shape for row in x] == [(3,), (3,)]


def test_unknown_operations():
    with pytest.raises(ValueError, match="Did you mean 'multiply'"):
        OpLayer("multipy")


def test_a_symbolic_tensor_can_be_looked_for_in_a_list():
    """Two of them are equal if they are the same; with a number the values are compared."""
    a, b = Input((2,)), Input((3,))
    assert a in [b, a]
    assert b not in [a]
    assert (a == None) is False  # noqa: E711 - the operator itself is looked at
    zeros = Model(a, K.cast(a == 0, "float32")).predict(np.array([[0.0, 1.0]]))
    np.testing.assert_array_equal(zeros, [[1.0, 0.0]])


def test_the_input_tensor_of_an_input_is_the_tensor():
    a = Input((2,))
    layer, index, _ = a.history
    assert layer._inbound_nodes[index].input_tensors == [a]
