"""The networks: their published sizes, their ends, both layouts, training, whole files."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import applications

# How many weights Keras's documentation, and its own models, have; None: too large for a test.
COUNTS = {  # name: (with the classifier of 1000 classes, without)
    "VGG16": (None, 14_714_688),
    "VGG19": (None, 20_024_384),
    "ResNet50": (25_636_712, 23_587_712),
    "ResNet101": (44_707_176, 42_658_176),
    "ResNet152": (60_419_944, 58_370_944),
    "InceptionV3": (23_851_784, 21_802_784),
    "Xception": (22_910_480, 20_861_480),
    "MobileNet": (4_253_864, 3_228_864),
    "MobileNetV2": (3_538_984, 2_257_984),
    "DenseNet121": (8_062_504, 7_037_504),
    "DenseNet169": (14_307_880, 12_642_880),
    "DenseNet201": (20_242_984, 18_321_984),
}
# (name, arguments, a small image size)
SMALL = [
    ("VGG16", {}, 32),
    ("VGG19", {"pooling": "max"}, 32),
    ("ResNet50", {"pooling": "avg"}, 32),
    ("InceptionV3", {"pooling": "avg"}, 75),
    ("Xception", {"pooling": "avg"}, 71),
    ("MobileNet", {"pooling": "avg", "alpha": 0.25}, 33),
    ("MobileNetV2", {"pooling": "avg", "alpha": 0.35}, 33),
    ("DenseNet121", {"pooling": "max"}, 32),
]
IDS = [name for name, *_ in SMALL]


@pytest.fixture(autouse=True)
def zeros(monkeypatch):
    """Start from zeros where only shapes matter: drawing 60 million numbers takes a while."""
    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", _zeros, raising=True)


def _zeros(self, shape, dtype=None):
    return np.zeros(shape, dtype or "float32")


def fill(model, seed=0):
    """Give a model random weights, of such sizes that signals neither die nor explode."""
    source = np.random.RandomState(seed)
    for layer in model.layers:
        values = []
        for w in layer.weights:
            if w.ndim > 1:
                inputs = np.prod(w.shape[:2] if "depthwise" in w.name else w.shape[:-1])
                values.append(source.randn(*w.shape) * np.sqrt(2 / inputs))
            else:
                low = 0.5 if "gamma" in w.name or "variance" in w.name else -0.1
                values.append(source.uniform(low, low + 0.2, w.shape))
        layer.set_weights([v.astype("float32") for v in values])


@pytest.mark.parametrize("name", COUNTS)
def test_numbers_of_weights(name):
    full, features = COUNTS[name]
    build = getattr(applications, name)
    assert build(weights=None, include_top=False).count_params() == features
    if full is not None:
        model = build(weights=None)
        assert model.count_params() == full
        size = 299 if name in ("InceptionV3", "Xception") else 224
        assert model.input_shape == (None, size, size, 3)
        assert model.output_shape == (None, 1000)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), [("VGG16", 138_357_544), ("VGG19", 143_667_240)])
def test_numbers_of_weights_of_the_largest(name, count):
    assert getattr(applications, name)(weights=None).count_params() == count


def test_every_network_is_in_the_tables():
    functions = {n for n in applications.__all__ if callable(getattr(applications, n))}
    assert functions == set(COUNTS)


@pytest.mark.parametrize(("name", "arguments", "size"), SMALL, ids=IDS)
def test_both_layouts_compute_the_same(name, arguments, size):
    build = getattr(applications, name)
    arguments = {**arguments, "weights": None, "include_top": False}
    last = build(input_shape=(size, size + 1, 3), **arguments)
    fill(last)
    keras.backend.set_image_data_format("channels_first")
    first = build(input_shape=(3, size, size + 1), **arguments)
    first.set_weights(last.get_weights())
    x = np.random.RandomState(1).uniform(-1, 1, (1, size, size + 1, 3)).astype("float32")
    wanted = last.predict(x)
    found = first.predict(np.moveaxis(x, -1, 1))
    if wanted.ndim == 4:
        found = np.moveaxis(found, 1, -1)
    assert np.abs(wanted).max() > 0
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4 * np.abs(wanted).max())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("VGG16", {}), ("MobileNet", {"alpha": 0.25}), ("MobileNet", {"variant": "keras2"})],
)
def test_both_layouts_classify_the_same(name, arguments):
    build = getattr(applications, name)
    arguments = {**arguments, "weights": None, "classes": 5}
    last = build(input_shape=(64, 64, 3), **arguments)
    fill(last)
    keras.backend.set_image_data_format("channels_first")
    first = build(input_shape=(3, 64, 64), **arguments)
    first.set_weights(last.get_weights())
    x = np.random.RandomState(1).uniform(-1, 1, (1, 64, 64, 3)).astype("float32")
    wanted = last.predict(x)
    assert wanted.std() > 0
    np.testing.assert_allclose(first.predict(np.moveaxis(x, -1, 1)), wanted, rtol=0, atol=1e-4)


def test_pooling():
    x = np.random.RandomState(1).uniform(-1, 1, (2, 70, 80, 3)).astype("float32")
    shared = {"weights": None, "include_top": False, "alpha": 0.25}
    features = applications.MobileNet(**shared)
    fill(features)
    map_ = features.predict(x)
    assert map_.shape == (2, 2, 2, 256)
    for pooling, pooled in (("avg", map_.mean((1, 2))), ("max", map_.max((1, 2)))):
        model = applications.MobileNet(pooling=pooling, **shared)
        model.set_weights(features.get_weights())
        assert model.output_shape == (None, 256)
        atol = 1e-5 * np.abs(pooled).max()
        np.testing.assert_allclose(model.predict(x), pooled, rtol=0, atol=atol)


def test_names_of_the_pooled_features():
    """As in Keras: ResNet and DenseNet name them, the others do not."""
    shared = {"weights": None, "include_top": False}
    assert applications.ResNet50(pooling="avg", **shared).layers[-1].name == "avg_pool"
    assert applications.DenseNet121(pooling="max", **shared).layers[-1].name == "max_pool"
    last = applications.MobileNet(pooling="max", **shared).layers[-1]
    assert last.name.startswith("global_max_pooling2d")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({}, "mobilenet_1.00_224"),
        ({"alpha": 0.5, "input_shape": (96, 96, 3)}, "mobilenet_0.50_96"),
        ({"include_top": False}, "mobilenet_1.00_None"),
        ({"name": "mine"}, "mine"),
    ],
)
def test_names_of_models(arguments, name):
    assert applications.MobileNet(weights=None, **arguments).name == name


def test_logits():
    shared = {"weights": None, "classes": 4, "input_shape": (32, 32, 3), "alpha": 0.35}
    softmax = applications.MobileNetV2(**shared)
    fill(softmax)
    logits = applications.MobileNetV2(classifier_activation=None, **shared)
    logits.set_weights(softmax.get_weights())
    x = np.random.RandomState(1).uniform(-1, 1, (3, 32, 32, 3)).astype("float32")
    powers = np.exp(logits.predict(x).astype("float64"))
    wanted = powers / powers.sum(1, keepdims=True)
    np.testing.assert_allclose(softmax.predict(x), wanted, rtol=0, atol=1e-5)


def test_width_and_depth_multiplier():
    model = applications.MobileNet(weights=None, alpha=0.5, depth_multiplier=2, include_top=False)
    assert model.get_layer("conv1").filters == 16
    assert model.get_layer("conv_pw_13").filters == 512
    assert model.get_layer("conv_dw_1").weights[0].shape == (3, 3, 16, 2)
    wide = applications.MobileNetV2(weights=None, alpha=1.4, include_top=False)
    assert wide.output_shape == (None, None, None, 1792)  # 1280 * 1.4
    narrow = applications.MobileNetV2(weights=None, alpha=0.35, include_top=False)
    assert narrow.output_shape == (None, None, None, 1280)
    assert narrow.get_layer("expanded_conv_project").filters == 8


# -----------------------------------------------------------------------------------------------
# Keras 2.1.5
# -----------------------------------------------------------------------------------------------
def test_resnet_of_keras_2():
    model = applications.ResNet50(weights=None, variant="keras2")
    names = [layer.name for layer in model.layers]
    assert len(names) == 177
    assert names[:6] == ["input_1", "conv1_pad", "conv1", "bn_conv1", "activation_1"] + [
        "max_pooling2d_1"
    ]
    assert names[-4:] == ["activation_49", "avg_pool", "flatten_1", "fc1000"]
    assert model.get_layer("res5c_branch2c").filters == 2048
    assert model.get_layer("bn2a_branch1").epsilon == 1e-3
    assert model.get_layer("activation_1").output_shape == (None, 112, 112, 64)
    assert model.get_layer("max_pooling2d_1").output_shape == (None, 55, 55, 64)
    assert model.count_params() == COUNTS["ResNet50"][0]
    features = applications.ResNet50(
        weights=None, variant="keras2", include_top=False, input_shape=(224, 224, 3)
    )
    assert features.output_shape == (None, 1, 1, 2048)


def test_densenet_of_keras_2():
    names = [la.name for la in applications.DenseNet121(weights=None, variant="keras2").layers]
    assert {"conv1/conv", "conv1/bn", "conv1/relu", "fc1000"} <= set(names)
    assert names[-3:] == ["bn", "avg_pool", "fc1000"]


def test_mobilenet_of_keras_2():
    model = applications.MobileNet(weights=None, variant="keras2", input_shape=(64, 64, 3))
    names = [layer.name for layer in model.layers]
    assert names[-5:] == ["reshape_1", "dropout", "conv_preds", "act_softmax", "reshape_2"]
    assert [n for n in names if "pad" in n] == ["conv1_pad"] + [
        f"conv_pad_{i}" for i in range(1, 14)
    ]
    assert model.output_shape == (None, 1000)


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_whole_models_in_files(suffix, tmp_path):
    """The names of the older DenseNet have slashes, which are groups in an HDF5 file."""
    model = applications.DenseNet121(
        weights=None, variant="keras2", include_top=False, pooling="avg", input_shape=(221, 221, 3)
    )
    fill(model)
    path = tmp_path / f"model{suffix}"
    model.save(path)
    again = keras.models.load_model(path, compile=False)
    assert [la.name for la in again.layers] == [la.name for la in model.layers]
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


# -----------------------------------------------------------------------------------------------
# Training
# -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["MobileNet", "MobileNetV2"])
def test_a_network_learns(name, monkeypatch):
    monkeypatch.undo()
    keras.utils.set_random_seed(0)
    build = getattr(applications, name)
    model = build(weights=None, input_shape=(32, 32, 3), alpha=0.35, classes=2)
    x = np.random.RandomState(0).uniform(-1, 1, (16, 32, 32, 3)).astype("float32")
    y = np.arange(16) % 2
    x[y == 1] += 0.5
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    losses = model.fit(x, y, epochs=6, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]
