"""float32 stays float32 and float64 stays float64, in everything that training touches."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import config, losses, metrics, optimizers
from minikeras.autograd import Tensor
from minikeras.autograd import tensor as tensor_module
from minikeras.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LeakyReLU,
    MaxPooling2D,
    add,
)
from minikeras.models import Input, Model

OPTIMIZERS = ("sgd", "rmsprop", "adagrad", "adadelta", "adam", "adamax", "nadam", "adamw", "lion")


def make_model():
    inputs = Input((6, 6, 2), name="image")
    extra = Input((3,), name="extra")
    x = Conv2D(3, 3, activation="relu", kernel_regularizer="l2")(inputs)
    x = BatchNormalization()(MaxPooling2D(2)(x))
    x = Dropout(0.2)(Flatten()(x))
    y = LeakyReLU()(Dense(4, kernel_constraint="maxnorm")(GaussianNoise(0.1)(extra)))
    x = add([Dense(4, activation="tanh")(x), y * 2.0])
    model = Model(
        [inputs, extra],
        [Dense(1, name="number")(x), Dense(3, activation="softmax", name="kind")(x)],
    )
    model.add_loss(0.1 * K.mean(K.square(x)))
    model.add_metric(K.max(x), name="top")
    return model


def own_loss(y_true, y_pred):
    return K.mean(K.square(y_pred - y_true) * 0.5, axis=-1)


def own_metric(y_true, y_pred):
    return K.mean(K.abs(y_pred - y_true))


def batch(dtype, samples=10):
    rng = np.random.default_rng(0)
    x = {"image": rng.normal(size=(samples, 6, 6, 2)), "extra": rng.normal(size=(samples, 3))}
    y = {"number": rng.normal(size=(samples, 1)), "kind": rng.integers(0, 3, samples)}
    return {k: v.astype(dtype) for k, v in x.items()}, y


@pytest.fixture
def seen_types(monkeypatch):
    """Collect the types of all floating arrays that become tensors, and of all results of ops."""
    found = {}

    def note(array, where):
        if isinstance(array, np.ndarray) and array.dtype.kind == "f":
            found.setdefault(array.dtype.name, set()).add(where)

    wrapped = tensor_module.wrap

    def noting_wrap(data, *args):
        note(data, "wrap")
        return wrapped(data, *args)

    initialize = Tensor.__init__

    def noting_init(self, data, dtype=None):
        initialize(self, data, dtype)
        note(self.data, "Tensor")

    from minikeras.autograd import engine
    from minikeras.engine import outputs, stepping

    for module in (engine, stepping, outputs):
        monkeypatch.setattr(module, "wrap", noting_wrap)
    monkeypatch.setattr(Tensor, "__init__", noting_init)
    return found


@pytest.mark.parametrize("floatx", ["float32", "float64"])
@pytest.mark.parametrize("given", ["float32", "float64"])
def test_training_computes_in_the_default_type_alone(floatx, given, seen_types):
    config.set_floatx(floatx)
    model = make_model()
    model.compile(
        optimizers.Adam(0.01, clipnorm=1.0),
        {"number": own_loss, "kind": "sparse_categorical_crossentropy"},
        metrics={"number": [own_metric, "mae", metrics.MeanSquaredError()], "kind": "acc"},
        weighted_metrics={"number": "mae", "kind": "acc"},
        loss_weights=[0.5, 2],
    )
    x, y = batch(given)
    seen_types.clear()
    weights = {"number": np.linspace(0, 1, 10)}
    model.fit(
        x, y, batch_size=4, epochs=2, verbose=0, sample_weight=weights, validation_split=0.2,
        class_weight={"kind": {0: 1.0, 1: 2.0, 2: 3.0}},
    )  # fmt: skip
    assert set(seen_types) == {floatx}
    for found in (*model.get_weights(), *model.predict(x)):
        assert found.dtype == floatx
    for found in model.optimizer.get_weights():
        assert found.dtype == floatx or found.shape == ()
    _, found = model.loss_and_gradients(x, y)
    assert {g.dtype.name for g in found} == {floatx}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("floatx", ["float32", "float64"])
def test_optimizers_keep_the_type(name, floatx):
    config.set_floatx(floatx)
    inputs = Input((3,))
    model = Model(inputs, Dense(1)(inputs))
    model.compile(name, losses.MeanSquaredError())
    x = np.random.default_rng(0).normal(size=(8, 3))
    model.fit(x, x[:, :1], epochs=2, verbose=0, sample_weight=np.ones(8))
    assert all(w.dtype == floatx for w in model.get_weights())
    states = [w for w in model.optimizer.get_weights() if w.ndim]
    assert all(w.dtype == floatx for w in states)


def test_float64_is_as_precise_as_it_says():
    config.set_floatx("float64")
    x = np.random.default_rng(0).normal(size=(50, 3))
    target = x @ [[1.0], [2.0], [3.0]] + 0.5
    inputs = Input((3,))
    model = Model(inputs, Dense(1)(inputs))
    model.compile(optimizers.SGD(0.2), "mse")
    model.fit(x, target, batch_size=50, epochs=300, verbose=0)
    assert model.evaluate(x, target, verbose=0) < 1e-20


def test_a_layer_may_have_a_type_of_its_own():
    inputs = Input((3,))
    x = Dense(4, dtype="float64", name="wide")(inputs)
    model = Model(inputs, Dense(1, name="narrow")(x))
    model.compile("adam", "mse")
    data = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    model.fit(data, data[:, :1], verbose=0)
    assert [w.dtype.name for w in model.get_weights()] == ["float64"] * 2 + ["float32"] * 2
    assert model.predict(data).dtype == np.float32


def test_a_leak_would_be_seen(seen_types):
    inputs = Input((3,))
    model = Model(inputs, Dense(1)(Dense(4, dtype="float64")(inputs)))
    model.compile("sgd", "mse")
    x = np.ones((4, 3), "float32")
    seen_types.clear()
    model.fit(x, x[:, :1], verbose=0)
    assert set(seen_types) == {"float32", "float64"}
