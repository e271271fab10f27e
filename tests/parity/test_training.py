"""Training beside real Keras: the same weights and data, and the same losses, metrics and weights.

Where the contract differs, which follows Keras 2.1.5 (sample weights of a loss function, the names
of metrics, epoch averages of metrics), the difference itself is what is checked.
"""

import keras
import numpy as np
import pytest

import minikeras
from tests.parity.harness import (
    assert_close,
    assert_same_weights,
    check_steps,
    copy_weights,
    randomize,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 6)).astype("float32")
Y = RNG.normal(size=(24, 2)).astype("float32")
C = RNG.integers(0, 3, 24)
ONE_HOT = np.eye(3, dtype="float32")[C]
IMAGES = RNG.normal(size=(16, 8, 8, 2)).astype("float32")
# Of a loss or metric of size 1, after float32 sums over a few dozen numbers.
CLOSE = 2e-5


def mlp(k, units=2, activation=None, **last):
    inputs = k.Input((6,))
    x = k.layers.Dense(8, activation="relu", kernel_regularizer=k.regularizers.L2(0.01))(inputs)
    return k.Model(inputs, k.layers.Dense(units, activation=activation, **last)(x))


def fork(k):
    inputs = k.Input((6,), name="in")
    x = k.layers.Dense(8, activation="tanh")(inputs)
    number = k.layers.Dense(2, name="number")(x)
    kind = k.layers.Dense(3, activation="softmax", name="kind")(x)
    return k.Model(inputs, [number, kind])


def convnet(k):
    return k.Sequential(
        [
            k.Input((8, 8, 2)),
            k.layers.Conv2D(4, 3, activation="relu", padding="same"),
            k.layers.MaxPooling2D(2),
            k.layers.Flatten(),
            k.layers.Dense(8, activation="relu"),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def pair(make, compile_, seed=0):
    """Return both models with the same weights, compiled."""
    real, mini = make(keras), make(minikeras)
    randomize(real, seed)
    copy_weights(real, mini)
    real.compile(**compile_(keras))
    mini.compile(**compile_(minikeras))
    return real, mini


def numbers(logs):
    return {name: float(value) for name, value in logs.items()}


# --- ten steps -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "loss", "x", "y"),
    [
        (mlp, "mse", X, Y),
        (mlp, "mae", X, Y),
        (mlp, "huber", X, Y),
        (lambda k: mlp(k, 3, "softmax"), "categorical_crossentropy", X, ONE_HOT),
        (lambda k: mlp(k, 3, "softmax"), "sparse_categorical_crossentropy", X, C),
        (lambda k: mlp(k, 3, "sigmoid"), "binary_crossentropy", X, ONE_HOT),
        (convnet, "sparse_categorical_crossentropy", IMAGES, C[:16]),
    ],
    ids=["mse", "mae", "huber", "categorical", "sparse", "binary", "convnet"],
)
def test_ten_steps(make, loss, x, y):
    check_steps(
        make,
        lambda k: {"optimizer": k.optimizers.SGD(0.05, momentum=0.9), "loss": loss},
        x,
        y,
        tolerance=CLOSE,
    )


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Lion"])
def test_ten_steps_of_optimizers_on_which_both_agree(name):
    # without rectifiers: at a kink, rounding may decide which way the two go
    check_steps(
        lambda k: k.Sequential(
            [k.Input((6,)), k.layers.Dense(8, activation="tanh"), k.layers.Dense(2)]
        ),
        lambda k: {
            "optimizer": getattr(k.optimizers, name)(learning_rate=0.01, epsilon=1e-4)
            if name not in ("SGD", "Lion")
            else getattr(k.optimizers, name)(learning_rate=0.01),
            "loss": "mse",
        },
        X,
        Y,
        tolerance=1e-4,
    )


def test_ten_steps_with_several_outputs_and_loss_weights():
    compile_ = {
        "loss": {"number": "mse", "kind": "sparse_categorical_crossentropy"},
        "loss_weights": {"number": 0.25, "kind": 2.0},
    }
    check_steps(
        fork,
        lambda k: {"optimizer": k.optimizers.SGD(0.1), **compile_},
        X,
        {"number": Y, "kind": C},
        tolerance=CLOSE,
    )


# --- losses and metrics of tests ---------------------------------------------------------------


def test_losses_and_metrics_of_several_outputs():
    real, mini = pair(
        fork,
        lambda k: {
            "optimizer": "sgd",
            "loss": ["mse", "sparse_categorical_crossentropy"],
            "loss_weights": [0.5, 3.0],
            "metrics": [["mae", k.metrics.MeanSquaredError(name="m")], ["accuracy"]],
        },
    )
    expected = numbers(real.evaluate(X, [Y, C], batch_size=10, verbose=0, return_dict=True))
    found = numbers(mini.evaluate(X, [Y, C], batch_size=10, verbose=0, return_dict=True))
    # Names are those of Keras 2.1.5; accuracy is found under either.
    spelt = {"number_mae": "number_mean_absolute_error", "kind_accuracy": "kind_acc"}
    assert set(found) == {spelt.get(name, name) for name in expected}
    for name, value in expected.items():
        assert found[spelt.get(name, name)] == pytest.approx(value, rel=CLOSE), name


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "metrics"),
    [
        (3, "softmax", "categorical_crossentropy", ONE_HOT, ["accuracy", "AUC", "Precision"]),
        (3, "softmax", "sparse_categorical_crossentropy", C, ["accuracy"]),
        (1, "sigmoid", "binary_crossentropy", ONE_HOT[:, :1], ["accuracy", "AUC", "Recall"]),
        (2, None, "mse", Y, ["mae", "RootMeanSquaredError", "CosineSimilarity"]),
    ],
)
def test_metrics(units, activation, loss, y, metrics):
    real, mini = pair(
        lambda k: mlp(k, units, activation),
        lambda k: {
            "optimizer": "sgd",
            "loss": loss,
            "metrics": [m if m.islower() else getattr(k.metrics, m)() for m in metrics],
        },
    )
    expected = list(real.evaluate(X, y, verbose=0))
    assert mini.evaluate(X, y, verbose=0) == pytest.approx(expected, rel=CLOSE, abs=1e-6)


def test_losses_of_layers_and_regularizers():
    def make(k):
        class Penalty(k.layers.Layer):
            def call(self, inputs):
                self.add_loss(k.ops.mean(k.ops.square(inputs)) * 0.1)
                return inputs

            def compute_output_shape(self, input_shape):
                return input_shape

        inputs = k.Input((6,))
        x = k.layers.Dense(
            4,
            kernel_regularizer=k.regularizers.L1L2(0.01, 0.02),
            activity_regularizer=k.regularizers.L2(0.001),
        )(inputs)
        return k.Model(inputs, k.layers.Dense(2)(Penalty()(x)))

    real, mini = pair(make, lambda k: {"optimizer": k.optimizers.SGD(0.1), "loss": "mse"})
    # Real Keras divides the activity regularizer by the batch size, Keras 2.1.5 does not.
    hidden = minikeras.Model(mini.input, mini.layers[1].output).predict(X)
    activity = 0.001 * (hidden**2).sum()
    expected = real.evaluate(X, Y, batch_size=24, verbose=0) + activity * (1 - 1 / 24)
    assert mini.evaluate(X, Y, batch_size=24, verbose=0) == pytest.approx(expected, rel=CLOSE)


# --- weights of samples and classes ------------------------------------------------------------

WEIGHTS = RNG.uniform(0.1, 2.0, 24).astype("float32")
SOME = np.where(np.arange(24) % 3 == 0, 0.0, WEIGHTS).astype("float32")


def weighted(loss, weights):
    """Return the weighted test loss of real Keras and of minikeras."""
    real, mini = pair(
        lambda k: k.Sequential([k.Input((6,)), k.layers.Dense(2)]),
        lambda k: {"optimizer": "sgd", "loss": loss(k)},
    )
    both = (m.evaluate(X, Y, batch_size=24, sample_weight=weights, verbose=0) for m in (real, mini))
    return tuple(float(value) for value in both)


def test_sample_weights_of_a_loss_function_differ_by_what_they_are_divided_by():
    # Keras 2.1.5: the number of weights that are not 0. Keras 3: the batch size.
    expected, found = weighted(lambda k: "mse", WEIGHTS)
    assert found == pytest.approx(expected, rel=CLOSE)
    expected, found = weighted(lambda k: "mse", SOME)
    assert found == pytest.approx(expected * 24 / 16, rel=CLOSE)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("weights", [WEIGHTS, SOME])
def test_sample_weights_of_a_loss_object_are_those_of_keras_3(reduction, weights):
    expected, found = weighted(lambda k: k.losses.MeanSquaredError(reduction=reduction), weights)
    assert found == pytest.approx(expected, rel=CLOSE)


def test_steps_with_sample_weights():
    check_steps(
        mlp,
        lambda k: {"optimizer": k.optimizers.SGD(0.05), "loss": k.losses.MeanSquaredError()},
        X,
        Y,
        tolerance=CLOSE,
        sample_weight=SOME,
    )


def test_steps_with_class_weights():
    check_steps(
        lambda k: mlp(k, 3, "softmax"),
        lambda k: {"optimizer": k.optimizers.SGD(0.05), "loss": "sparse_categorical_crossentropy"},
        X,
        C,
        tolerance=CLOSE,
        class_weight={0: 0.5, 1: 2.0, 2: 1.25},
    )


def test_weighted_metrics():
    real, mini = pair(
        lambda k: k.Sequential([k.Input((6,)), k.layers.Dense(2)]),
        lambda k: {
            "optimizer": "sgd",
            "loss": "mse",
            "weighted_metrics": [k.metrics.MeanAbsoluteError(name="m")],
        },
    )
    settings = {"batch_size": 24, "sample_weight": SOME, "verbose": 0, "return_dict": True}
    expected, found = (m.evaluate(X, Y, **settings)["m"] for m in (real, mini))
    assert found == pytest.approx(float(expected), rel=CLOSE)


# --- whole trainings ---------------------------------------------------------------------------


def test_epochs_with_validation():
    real, mini = pair(
        lambda k: mlp(k, 3, "softmax"),
        lambda k: {
            "optimizer": k.optimizers.SGD(0.05),
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy"],
        },
    )
    settings = {
        "batch_size": 6, "epochs": 4, "verbose": 0, "shuffle": False, "validation_split": 0.25
    }  # fmt: skip
    expected = real.fit(X, ONE_HOT, **settings).history
    found = mini.fit(X, ONE_HOT, **settings).history
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, rel=1e-4), name
    assert_same_weights(real, mini, tolerance=1e-4)
    assert_close(mini.predict(X), real.predict(X, verbose=0), "predictions", 1e-4)


def test_masked_sequences():
    steps = RNG.normal(size=(8, 5, 3)).astype("float32")
    steps[:, 3:] = 0.0
    steps[0, 1:] = 0.0
    y = RNG.normal(size=(8, 5, 2)).astype("float32")
    real, mini = pair(
        lambda k: k.Sequential([k.Input((5, 3)), k.layers.Masking(0.0), k.layers.Dense(2)]),
        lambda k: {
            "optimizer": k.optimizers.SGD(0.1),
            "loss": k.losses.MeanSquaredError(),
            "metrics": [k.metrics.MeanSquaredError(name="m")],
        },
    )
    expected = real.evaluate(steps, y, verbose=0, return_dict=True)
    found = mini.evaluate(steps, y, verbose=0, return_dict=True)
    for name in ("loss", "m"):
        assert found[name] == pytest.approx(float(expected[name]), rel=CLOSE)
    for model in (real, mini):
        model.train_on_batch(steps, y)
    assert_same_weights(real, mini, tolerance=CLOSE)


def test_predictions():
    real, mini = pair(fork, lambda k: {"optimizer": "sgd", "loss": "mse"})
    expected = real.predict(X, batch_size=7, verbose=0)
    assert_close(mini.predict(X, batch_size=7), list(expected), "predictions")
    assert_close(mini.predict_on_batch(X), list(real.predict_on_batch(X)), "one batch")
