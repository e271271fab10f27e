"""The arguments of an application, and where its weights come from."""

import hashlib
import inspect

import numpy as np
import pytest

import minikeras as keras
from minikeras import applications
from minikeras.applications import densenet, published
from minikeras.applications.blueprint import Form
from minikeras.applications.input_shapes import Sizes
from minikeras.utils.download_errors import DownloadError
from tests.saving import era

FUNCTIONS = [n for n in applications.__all__ if callable(getattr(applications, n))]


def tiny(**arguments):
    """The smallest of the networks."""
    given = {"weights": None, "alpha": 0.25, "input_shape": (32, 32, 3), "include_top": False}
    return applications.MobileNet(**{**given, **arguments})


def same_weights(one, other):
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


# -----------------------------------------------------------------------------------------------
# Arguments
# -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FUNCTIONS)
def test_signatures_are_those_of_keras(name):
    found = list(inspect.signature(getattr(applications, name)).parameters)
    common = ["include_top", "weights", "input_tensor", "input_shape", "pooling", "classes"]
    mobile = [n for n in common if n != "input_shape"]
    wanted = {
        "MobileNet": ["input_shape", "alpha", "depth_multiplier", "dropout", *mobile],
        "MobileNetV2": ["input_shape", "alpha", *mobile],
    }.get(name, common)
    assert [n for n in found if n != "variant"] == [*wanted, "classifier_activation", "name"]
    assert "variant" not in found[:-1]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_is_described(name):
    function = getattr(applications, name)
    for argument in inspect.signature(function).parameters:
        assert argument in function.__doc__, argument


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": "imagnet"}, "Did you mean 'imagenet'"),
        ({"weights": "no/such/file.h5"}, "no weights file 'no/such/file.h5'"),
        ({"weights": "."}, "no weights file '.'"),
        ({"weights": 3}, "not 3"),
        ({"weights": [np.zeros(2)]}, "set_weights"),
        ({"weights": np.zeros(2)}, "set_weights"),
        ({"pooling": "mean"}, "pooling must be None, 'avg' or 'max', not 'mean'"),
        ({"input_shape": (31, 64, 3)}, r"at least 32 x 32 pixels; input_shape=\(31, 64, 3\)"),
        ({"input_shape": (64, 64)}, "three whole numbers without the batch axis"),
        ({"input_shape": (None, 64, 64, 3)}, "three whole numbers without the batch axis"),
        ({"input_shape": 64}, "three whole numbers"),
        ({"input_shape": (64.5, 64, 3)}, "three whole numbers"),
        ({"input_shape": (64, 64, None)}, "channels"),
        ({"input_shape": (None, 64, 3), "include_top": True}, "leaves a size open"),
        ({"input_tensor": np.zeros((1, 32, 32, 3))}, "must be symbolic"),
        ({"alpha": 0}, "alpha"),
        ({"variant": "keras1"}, "variant must be None, 'keras3' or 'keras2', not 'keras1'"),
        ({"weights": "imagenet", "classes": 10, "include_top": True}, "1000 classes, not 10"),
        ({"weights": "imagenet", "depth_multiplier": 2}, "depth_multiplier=1, not 2"),
        ({"weights": "imagenet", "alpha": 0.3}, "alpha 0.25, 0.5, 0.75, 1.0; not for 0.3"),
        ({"weights": "imagenet", "input_shape": (64, 64, 1)}, "has 1"),
        (
            {"weights": "imagenet", "include_top": True, "input_shape": (64, 64, 3)},
            r"input_shape=\(224, 224, 3\) or \(128, 128, 3\).*, not \(64, 64, 3\)",
        ),
        (
            {
                "weights": "imagenet",
                "include_top": True,
                "input_shape": (128, 128, 3),
                "classifier_activation": "sigmoid",
            },
            "'sigmoid' does not go with it",
        ),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        tiny(**arguments)


@pytest.mark.parametrize(
    ("name", "least"),
    [("VGG16", 32), ("ResNet50", 32), ("InceptionV3", 75), ("Xception", 71), ("DenseNet121", 32)],
)
def test_least_sizes(name, least):
    build = getattr(applications, name)
    with pytest.raises(ValueError, match=f"at least {least} x {least}"):
        build(weights=None, include_top=False, input_shape=(least - 1, 300, 3))


def test_least_size_of_a_variant():
    with pytest.raises(ValueError, match="at least 197 x 197"):
        applications.ResNet50(
            weights=None, include_top=False, input_shape=(64, 64, 3), variant="keras2"
        )


def test_other_numbers_of_channels():
    assert tiny(input_shape=(32, 32, 1)).input_shape == (None, 32, 32, 1)
    with pytest.warns(UserWarning, match="1 or 3 channels.*has 4") as caught:
        model = tiny(input_shape=(32, 32, 4))
    assert model.input_shape == (None, 32, 32, 4)
    assert len(caught) == 1


def test_the_classifier_of_some_takes_images_of_any_size():
    model = applications.InceptionV3(weights=None, classes=2, input_shape=(None, None, 3))
    assert model.input_shape == (None, None, None, 3)
    assert model.output_shape == (None, 2)


def test_beginning_at_a_tensor():
    images = keras.Input((40, 40, 3), name="images")
    scaled = keras.applications.mobilenet.preprocess_input(images)
    model = tiny(input_tensor=scaled, input_shape=None)
    assert model.input_names == ["images"]
    plain = tiny(input_shape=(40, 40, 3))
    plain.set_weights(model.get_weights())
    x = np.random.RandomState(0).uniform(0, 255, (2, 40, 40, 3)).astype("float32")
    wanted = plain.predict(x / 127.5 - 1)
    atol = 1e-5 * np.abs(wanted).max()
    np.testing.assert_allclose(model.predict(x), wanted, rtol=0, atol=atol)


def test_a_tensor_is_checked_like_a_shape():
    with pytest.raises(ValueError, match="at least 32"):
        tiny(input_tensor=keras.Input((16, 16, 3)), input_shape=None)
    with pytest.raises(ValueError, match=r"\(40, 40, 3\), which is not the input_shape=\(32, "):
        tiny(input_tensor=keras.Input((40, 40, 3)))
    assert tiny(input_tensor=keras.Input((32, 32, 3))).input_shape == (None, 32, 32, 3)


# -----------------------------------------------------------------------------------------------
# Weights from a file
# -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("file", ["w.h5", "w.weights.h5", "m.h5", "m.keras"])
def test_weights_from_a_path(file, tmp_path):
    model = tiny()
    path = tmp_path / file
    (model.save if file.startswith("m") else model.save_weights)(path)
    assert same_weights(tiny(weights=path), model)
    assert same_weights(tiny(weights=str(path)), model)


def test_an_activation_of_ones_own_with_weights_of_ones_own(tmp_path):
    arguments = {"include_top": True, "classes": 3, "classifier_activation": "sigmoid"}
    model = tiny(**arguments)
    model.save_weights(tmp_path / "w.h5")
    again = tiny(weights=tmp_path / "w.h5", **arguments)
    assert same_weights(again, model)


def test_a_file_of_another_network(tmp_path):
    tiny(alpha=0.5).save_weights(tmp_path / "w.h5")
    with pytest.raises(ValueError, match="conv1"):
        tiny(weights=tmp_path / "w.h5")
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(ValueError, match=r"text\.h5"):
        tiny(weights=tmp_path / "text.h5")


def test_the_layers_in_a_file_tell_the_variant(tmp_path):
    older = tiny(variant="keras2")
    older.save_weights(tmp_path / "w.h5")
    older.save(tmp_path / "m.h5")
    for file in ("w.h5", "m.h5"):
        again = tiny(weights=tmp_path / file)
        assert [la.name for la in again.layers[1:]] == [la.name for la in older.layers[1:]]
        assert same_weights(again, older)
    forced = tiny(weights=tmp_path / "w.h5", variant="keras3")
    assert [la.name for la in forced.layers[1:]] == [la.name for la in tiny().layers[1:]]


def test_names_fit_too(tmp_path):
    model = tiny(include_top=True, classes=4)
    model.save_weights(tmp_path / "w.h5")
    features = tiny()
    features.load_weights(tmp_path / "w.h5", by_name=True)
    for layer in features.layers[1:]:
        for one, other in zip(layer.get_weights(), model.get_layer(layer.name).get_weights()):
            np.testing.assert_array_equal(one, other)


# What the weights of a layer are called in files of Keras 1 and of Keras 2.
OLD_NAMES = {
    "kernel": "W",
    "bias": "b",
    "gamma": "gamma",
    "beta": "beta",
    "moving_mean": "running_mean",
    "moving_variance": "running_std",
}


@pytest.mark.parametrize("age", [1, 2])
@pytest.mark.parametrize(
    ("name", "variant"), [("VGG16", None), ("ResNet50", "keras2"), ("DenseNet121", "keras2")]
)
def test_files_of_the_age_of_the_published_ones(name, variant, age, tmp_path):
    """The first of them were written by Keras 1, which says neither its version nor its backend."""
    build = getattr(applications, name)
    more = {} if variant is None else {"variant": variant}
    model = build(weights=None, include_top=False, **more)
    listed = []
    for layer in model.layers:
        names = [w.name.split("/")[-1].split(":")[0] for w in layer.weights]
        if age == 1:
            called = [f"{layer.name}_{OLD_NAMES[n]}_1:0" for n in names]
        else:
            called = [f"{layer.name}_1/{n}:0" for n in names]
        listed.append((layer.name, list(zip(called, layer.get_weights()))))
    origin = (None, None) if age == 1 else ("2.0.8", "tensorflow")
    era.write(tmp_path / "w.h5", None, listed, *origin)
    found = build(weights=tmp_path / "w.h5", include_top=False)
    assert [la.name for la in found.layers if la.weights] == [n for n, w in listed if w]
    assert same_weights(found, model)


# -----------------------------------------------------------------------------------------------
# Published weights
# -----------------------------------------------------------------------------------------------
def test_without_network_the_error_says_where_to_put_the_file(cache):
    with pytest.raises(DownloadError) as caught:
        applications.VGG16()
    path = str(cache / "vgg16_weights_tf_dim_ordering_tf_kernels.h5")
    assert caught.value.path == path
    assert path in str(caught.value)
    assert (
        "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
        "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
    ) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "address"),
    [
        ("ResNet50", {"include_top": False}, "keras-applications/resnet/resnet50_weights_tf_dim_"),
        ("ResNet50", {"variant": "keras2"}, "deep-learning-models/releases/download/v0.2/resnet50"),
        ("DenseNet201", {}, "keras-applications/densenet/densenet201_weights_"),
        ("DenseNet201", {"variant": "keras2"}, "/releases/download/v0.8/densenet201_weights_"),
        ("MobileNet", {"alpha": 0.75}, "mobilenet/mobilenet_7_5_224_tf.h5"),
        (
            "MobileNetV2",
            {"alpha": 1.3, "input_shape": (96, 96, 3), "include_top": False},
            "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.3_96_no_top.h5",
        ),
        (
            "InceptionV3",
            {"include_top": False},
            "inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        ),
        ("Xception", {}, "xception/xception_weights_tf_dim_ordering_tf_kernels.h5"),
    ],
)
def test_addresses(name, arguments, address):
    with pytest.raises(DownloadError) as caught:
        getattr(applications, name)(**arguments)
    assert address in caught.value.origin


def test_published_weights_from_the_cache(cache):
    model = tiny(include_top=True, input_shape=(128, 128, 3), classes=1000)
    model.save_weights(cache / "mobilenet_2_5_128_tf.h5")
    found = applications.MobileNet(alpha=0.25, input_shape=(128, 128, 3))
    assert same_weights(found, model)
    assert found.name == "mobilenet_0.25_128"


def test_other_sizes_get_the_weights_for_the_usual_one(cache):
    model = tiny()
    model.save_weights(cache / "mobilenet_2_5_224_tf_no_top.h5")
    with pytest.warns(UserWarning, match="no weights for images of 32 x 32 .* 224 x 224") as caught:
        found = tiny(weights="imagenet")
    assert len(caught) == 1
    assert same_weights(found, model)
    assert found.name == "mobilenet_0.25_224"


def test_the_file_in_the_cache_tells_the_variant(cache, monkeypatch):
    """The files of Keras 2.1.5 and Keras 3 have one name; their checksums tell them apart."""
    older = applications.DenseNet121(weights=None, include_top=False, variant="keras2")
    path = cache / "densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5"
    older.save_weights(path)
    checksum = hashlib.md5(path.read_bytes()).hexdigest()

    def form(md5, mark):
        files = published.tensorflow_files("densenet121", "https://example.org/", None, md5)
        return Form(Sizes(224, 32), files, mark)

    newer = form("0" * 32, None)
    monkeypatch.setattr(
        densenet, "_FORMS_121", {"keras3": newer, "keras2": form(checksum, "conv1/conv")}
    )
    found = applications.DenseNet121(include_top=False)
    assert found.get_layer("conv1/conv").filters == 64
    assert same_weights(found, older)
    with pytest.raises(DownloadError):
        applications.DenseNet121(include_top=False, variant="keras3")
    assert path.exists()


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("applications", " ".join(FUNCTIONS)),
        ("applications.densenet", "DenseNet121 DenseNet169 DenseNet201"),
        ("applications.imagenet_utils", ""),
        ("applications.inception_v3", "InceptionV3"),
        ("applications.mobilenet", "MobileNet DepthwiseConv2D relu6"),
        ("applications.mobilenet_v2", "MobileNetV2"),
        ("applications.resnet", "ResNet50 ResNet101 ResNet152"),
        ("applications.resnet50", "ResNet50"),
        ("applications.vgg16", "VGG16"),
        ("applications.vgg19", "VGG19"),
        ("applications.xception", "Xception"),
    ],
)
def test_paths_of_keras(path, names):
    if path != "applications":
        names += " preprocess_input decode_predictions"
    for name in names.split():
        exec(f"from minikeras.{path} import {name}", {})


def test_one_thing_under_several_paths():
    assert applications.resnet50.ResNet50 is applications.resnet.ResNet50 is applications.ResNet50
    assert applications.vgg16.VGG16 is applications.VGG16
    assert applications.mobilenet.DepthwiseConv2D is keras.layers.DepthwiseConv2D
    x = np.array([-1.0, 3.0, 7.0], "float32")
    np.testing.assert_array_equal(applications.mobilenet.relu6(x), [0, 3, 6])
