"""Files between minikeras and real Keras, both ways: every layer, every format."""

import warnings

import keras
import numpy as np
import pytest

import minikeras
from tests.parity.harness import assert_close
from tests.saving.cases import ALL, CASES, DEFAULTS_DIFFER, OLD
from tests.saving.test_round_trips import data_for, leaves, randomize

# The last: the architecture as JSON, the weights by a file of weights alone.
FORMATS = ("m.keras", "m.h5", "w.weights.h5", "json")
FUNCTIONS = {
    "hard_sigmoid": "hard_sigmoid",
    "hard_sigmoid_keras3": "hard_sigmoid",
    "gelu": "gelu",
    "leaky_relu": "leaky_relu",
}


@pytest.fixture(autouse=True)
def quiet():
    """Keras remarks on HDF5 through warnings that are none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_every_layer_of_both_has_a_case():
    def classes(package):
        held = vars(package.layers).items()
        return {n: c for n, c in held if isinstance(c, type) and issubclass(c, package.Layer)}

    real, mini = classes(keras), classes(minikeras)
    shown = {real.get(name.split("/")[0]) for name in CASES}
    left = {name for name in real.keys() & mini.keys() if real[name] not in shown}
    # No layers of a kind; and texts do not enter models.
    assert left == {"InputLayer", "Lambda", "Layer", "TextVectorization", "Wrapper"}


def real_randomize(model, seed=2):
    source = np.random.RandomState(seed)
    model.set_weights([source.uniform(0.1, 0.9, w.shape) for w in model.get_weights()])
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def compare(ours, theirs, x):
    expected = theirs(x, training=False)
    found = ours.predict(x)
    for one, other in zip(leaves(found), leaves(expected), strict=True):
        assert_close(one, other, "predictions")


@pytest.mark.parametrize("file", FORMATS)
@pytest.mark.parametrize("name", ALL)
def test_real_keras_loads_what_minikeras_saves(tmp_path, name, file):
    if file.startswith("w") and name in DEFAULTS_DIFFER:
        pytest.skip("the packages' defaults make other layers of the same code")
    ours = ALL[name](minikeras)
    randomize(ours)
    x = data_for(ours)
    path = str(tmp_path / file)
    if file.startswith("m"):
        ours.save(path)
        theirs = keras.models.load_model(path, compile=False)
    elif file == "json":
        path = str(tmp_path / "w.h5")
        ours.save_weights(path)
        theirs = keras.models.model_from_json(ours.to_json(keras_version="3"))
        theirs.load_weights(path)
    else:
        ours.save_weights(path)
        theirs = ALL[name](keras)
        theirs.load_weights(path)
    compare(ours, theirs, x)


@pytest.mark.parametrize("file", FORMATS)
@pytest.mark.parametrize("name", ALL)
def test_minikeras_loads_what_real_keras_saves(tmp_path, name, file):
    if file.startswith("w") and name in DEFAULTS_DIFFER:
        pytest.skip("the packages' defaults make other layers of the same code")
    theirs = ALL[name](keras)
    real_randomize(theirs)
    x = data_for(ALL[name](minikeras))
    path = str(tmp_path / file)
    if file.startswith("m"):
        theirs.save(path)
        ours = minikeras.saving.load_model(path, compile=False)
    elif file == "json":
        path = str(tmp_path / "w.weights.h5")
        theirs.save_weights(path)
        ours = minikeras.models.model_from_json(theirs.to_json())
        ours.load_weights(path)
    else:
        theirs.save_weights(path)
        ours = ALL[name](minikeras)
        ours.load_weights(path)
    compare(ours, theirs, x)


@pytest.mark.parametrize("file", FORMATS[:2])
def test_a_layer_that_keras_3_has_under_another_name(tmp_path, file):
    ours = OLD["ThresholdedReLU"](minikeras)
    path = str(tmp_path / file)
    ours.save(path)
    theirs = keras.models.load_model(path, compile=False)
    compare(ours, theirs, np.linspace(-1, 1, 20, dtype="float32").reshape(5, 4))


@pytest.mark.parametrize("file", FORMATS[:2])
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_activations_keep_their_meaning(tmp_path, activation, file):
    x = np.linspace(-4, 4, 20, dtype="float32").reshape(5, 4)
    ours = minikeras.Sequential(
        [
            minikeras.layers.Dense(3, activation=activation, input_shape=(4,)),
            minikeras.layers.Activation(activation),
        ]
    )
    path = str(tmp_path / file)
    ours.save(path)
    compare(ours, keras.models.load_model(path, compile=False), x)
    again = minikeras.saving.load_model(path, compile=False)
    np.testing.assert_array_equal(again.predict(x), ours.predict(x))
    assert again.layers[0].activation is ours.layers[0].activation

    theirs = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, activation=FUNCTIONS[activation])]
    )
    theirs.save(path)
    compare(minikeras.saving.load_model(path, compile=False), theirs, x)


@pytest.mark.parametrize("file", FORMATS[:2])
@pytest.mark.parametrize(
    ("optimizer", "options"),
    [
        ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
        ("Adam", {"learning_rate": 0.01, "amsgrad": True}),
        ("RMSprop", {"learning_rate": 0.01, "momentum": 0.5, "centered": True}),
        ("Adagrad", {"learning_rate": 0.05}),
        ("Adadelta", {"learning_rate": 1.0}),
        ("Nadam", {"learning_rate": 0.01}),
        ("Adamax", {"learning_rate": 0.01}),
        ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.1}),
    ],
)
def test_training_goes_on_alike(tmp_path, optimizer, options, file):
    x = np.linspace(-1, 1, 32, dtype="float32").reshape(8, 4)
    y = np.linspace(0, 1, 16, dtype="float32").reshape(8, 2)
    path = str(tmp_path / file)

    def train(model):
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)

    def fresh():
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(3, activation="tanh"),
                keras.layers.Dense(3, activation="sigmoid"),
                keras.layers.Dense(2),
            ]
        )
        made = getattr(keras.optimizers, optimizer)(**options)
        model.compile(made, keras.losses.MeanSquaredError(), metrics=["mae"])
        return model

    theirs = fresh()
    train(theirs)
    theirs.save(path)
    ours = minikeras.saving.load_model(path)
    compare(ours, theirs, x)
    train(theirs)
    train(ours)
    compare(ours, theirs, x)
    if file.endswith(".h5"):
        return  # real Keras cannot go on training with what it loads from HDF5, its own included
    ours.save(path)  # and back: real Keras goes on where minikeras stopped
    back = keras.models.load_model(path)
    assert int(back.optimizer.iterations) == 8
    train(back)
    train(theirs)
    for one, other in zip(back.get_weights(), theirs.get_weights(), strict=True):
        assert_close(one, other, "weights", tolerance=2e-5)
