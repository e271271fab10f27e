"""The image classifiers against those of real Keras: random weights, handed over in files."""

import importlib
import itertools
import re
import warnings

import keras
import numpy as np
import pytest

import minikeras
from tests.parity.harness import assert_close

TOLERANCE = 1e-4
# (name, arguments); images are small, so that compiling real Keras's networks is what takes time.
CASES = {
    "VGG16": {"include_top": False, "pooling": "max", "input_shape": (32, 48, 3)},
    "VGG19": {"classes": 5, "input_shape": (32, 32, 3)},
    "ResNet50": {"classes": 5, "input_shape": (33, 40, 3)},
    "InceptionV3": {"classes": 5, "input_shape": (75, 76, 3)},
    "Xception": {"classes": 5, "input_shape": (71, 72, 3)},
    "MobileNet": {"classes": 5, "input_shape": (45, 64, 3), "alpha": 0.5, "depth_multiplier": 2},
    "MobileNetV2": {"classes": 5, "input_shape": (45, 64, 3), "alpha": 0.75},
    "DenseNet121": {"classes": 5, "input_shape": (33, 40, 3)},
}
MORE = {
    "ResNet101": {"classes": 5, "input_shape": (32, 32, 3)},
    "DenseNet169": {"include_top": False, "pooling": "avg", "input_shape": (32, 32, 3)},
    "DenseNet201": {"include_top": False, "pooling": "max", "input_shape": (32, 32, 3)},
}
FULL = dict.fromkeys(CASES, {})
SLOW = pytest.mark.slow
# Layers that Keras leaves to name themselves are counted from 1 here, as in Keras 2.
COUNTED = re.compile(r"(_\d+)?$")


def cases():
    slow = itertools.chain(MORE.items(), FULL.items())
    return [pytest.param(name, arguments, id=name) for name, arguments in CASES.items()] + [
        pytest.param(name, arguments, id=name if arguments else f"{name}-full", marks=SLOW)
        for name, arguments in slow
    ]


@pytest.fixture(autouse=True)
def drawn_by_numpy(monkeypatch):
    """Let real Keras draw its first weights by NumPy: JAX compiles a program for each shape."""
    source = np.random.default_rng(0)

    def draw(self, shape, dtype=None):
        # A little below the size that keeps signals as large as they are, layer after layer.
        inputs = np.prod(shape[:2]) if shape[-1] == 1 else np.prod(shape[:-1])
        values = source.standard_normal(shape, "float32") * np.float32(np.sqrt(2 / inputs))
        return keras.ops.convert_to_tensor(values)

    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", draw)
    monkeypatch.setattr(minikeras.initializers.VarianceScaling, "__call__", zeros)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # real Keras remarks on HDF5, and on sizes
        yield


def zeros(self, shape, dtype=None):
    return np.zeros(shape, dtype or "float32")


def disturb(model):
    """Move the weights that begin as zeros and ones, so that each of them counts."""
    source = np.random.default_rng(1)
    for layer in model.layers:
        values = layer.get_weights()
        if values:
            moved = [
                v + source.uniform(-0.2, 0.2, v.shape).astype("float32") if v.ndim == 1 else v
                for v in values
            ]
            layer.set_weights(moved)


def outputs(real, x):
    """What a network of real Keras makes of images, compiled quickly rather than well on JAX."""
    if keras.backend.backend() != "jax":
        return real.predict(x, verbose=0)
    jax = importlib.import_module("jax")
    weights = [v.value for v in real.trainable_variables]
    others = [v.value for v in real.non_trainable_variables]
    run = jax.jit(lambda *given: real.stateless_call(*given, training=False)[0])
    options = {"xla_backend_optimization_level": 0}
    compiled = run.lower(weights, others, x).compile(compiler_options=options)
    return np.asarray(compiled(weights, others, x))


def shape_of(model):
    return [[tuple(w.shape) for w in layer.weights] for layer in model.layers]


@pytest.mark.parametrize(("name", "arguments"), cases())
def test_the_same_network(name, arguments, tmp_path):
    real = getattr(keras.applications, name)(weights=None, **arguments)
    disturb(real)
    build = getattr(minikeras.applications, name)
    ours = build(weights=None, **arguments)

    # The same layers, in the same order, with the same names and weights.
    assert ours.name == real.name
    here, there = [la.name for la in ours.layers[1:]], [la.name for la in real.layers[1:]]
    assert len(here) == len(there)
    for one, other in zip(here, there):
        assert one == other or COUNTED.sub("", one) == COUNTED.sub("", other)
    assert shape_of(ours) == [[s for s in row if s] for row in shape_of(real)]

    # Weights from Keras, in the layout of the published files and in the newer one.
    x = np.random.default_rng(2).uniform(-1, 1, (1, *ours.input_shape[1:])).astype("float32")
    expected = outputs(real, x)
    assert expected.std() > 0
    real.save(tmp_path / "real.h5")
    real.save_weights(tmp_path / "real.weights.h5")
    ours.load_weights(tmp_path / "real.h5")
    found = ours.predict(x)
    assert_close(found, expected, "from .h5", TOLERANCE)
    again = build(weights=tmp_path / "real.weights.h5", **arguments)
    np.testing.assert_array_equal(again.predict(x), found)

    # And back, into a network of Keras that was disturbed once more.
    disturb(real)
    ours.save_weights(tmp_path / "ours.weights.h5")
    real.load_weights(tmp_path / "ours.weights.h5")
    for one, other in zip(ours.get_weights(), real.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["VGG16", "ResNet50", "MobileNet", "MobileNetV2", "DenseNet121"])
def test_weights_by_name(name, tmp_path):
    """Names are those of Keras: what has a name of its own finds its weights by it."""
    size = {} if name in ("VGG16", "ResNet50", "DenseNet121") else {"alpha": 0.5}
    arguments = {"weights": None, "include_top": False, **size}
    real = getattr(keras.applications, name)(**arguments)
    disturb(real)
    real.save(tmp_path / "real.h5")
    ours = getattr(minikeras.applications, name)(**arguments)
    ours.load_weights(tmp_path / "real.h5", by_name=True)
    for one, other in zip(ours.get_weights(), real.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_whole_model_of_ours_in_keras(tmp_path):
    arguments = {"weights": None, "alpha": 0.35, "input_shape": (32, 32, 3), "classes": 3}
    ours = minikeras.applications.MobileNetV2(**arguments)
    source = np.random.RandomState(0)
    ours.set_weights([source.uniform(0.1, 0.3, w.shape) for w in ours.get_weights()])
    x = source.uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    for file in ("m.keras", "m.h5"):
        ours.save(tmp_path / file)
        real = keras.models.load_model(tmp_path / file, compile=False)
        assert_close(ours.predict(x), outputs(real, x), file, TOLERANCE)


@pytest.mark.parametrize("mode", ["caffe", "tf", "torch"])
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_preprocess_input(mode, layout, dtype):
    x = np.random.RandomState(0).uniform(0, 255, (2, 3, 4, 3)).astype(dtype)
    expected = keras.applications.imagenet_utils.preprocess_input(x.copy(), layout, mode)
    found = minikeras.applications.imagenet_utils.preprocess_input(x.copy(), layout, mode)
    assert_close(found, np.asarray(expected), mode)
