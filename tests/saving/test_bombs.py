"""Small files that ask for much: memory, time, or a look at other files of this computer."""

import json
import zipfile

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import load_model, model_from_json


def small():
    return keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])


def graph(operation, settings, shape):
    """Return the JSON text of a Keras 3 model that is one operation."""
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"shape": shape, "dtype": "float32", "keras_history": ["i", 0, 0]},
    }
    entry = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": shape, "dtype": "float32", "name": "i"},
        "registered_name": None,
        "name": "i",
        "inbound_nodes": [],
    }
    made = {
        "module": "keras.src.ops.numpy",
        "class_name": operation,
        "config": {"name": "o", **settings},
        "registered_name": operation,
        "name": "o",
        "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
    }
    ends = {"input_layers": ["i", 0, 0], "output_layers": ["o", 0, 0]}
    config = {"name": "f", "trainable": True, "layers": [entry, made], **ends}
    module = "keras.src.models.functional"
    return json.dumps(
        {
            "module": module,
            "class_name": "Functional",
            "registered_name": "Functional",
            "config": config,
        }
    )


@pytest.mark.parametrize("packed", [True, False])
def test_lists_upon_lists(tmp_path, packed):
    """An empty list takes thirty times as much memory as its three characters."""
    path = tmp_path / "m.keras"
    small().save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["config.json"] = b"[" + b"[]," * (4_000_000 if packed else 1_000_001) + b"[]]"
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    message = "claims to unpack to 12000004 bytes" if packed else "more than 1000000 lists"
    with pytest.raises(ValueError, match=message):
        load_model(path)


def test_groups_with_two_names_each(tmp_path):
    """Forty groups, but 2 ** 40 ways to the last."""
    model, path = small(), tmp_path / "m.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        group = file.create_group("layers/more")
        for _ in range(40):
            inner = group.create_group("a")
            group["b"], group = inner, inner
    before = model.get_weights()
    with pytest.raises(ValueError, match="in the file at two places"):
        model.load_weights(path)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


@pytest.mark.parametrize(
    ("operation", "settings", "shape"),
    [
        ("Tile", {"repeats": [1, 10**9]}, [None, 1]),
        ("Repeat", {"repeats": 10**9, "axis": 1}, [None, 1]),
        ("Pad", {"pad_width": [[0, 0], [0, 10**9]], "mode": "constant"}, [None, 1]),
        ("Exp", {}, [1, 20_000, 20_000]),
        ("Exp", {}, [10**12, 10**12]),
    ],
)
def test_operations_that_make_much_of_little(operation, settings, shape):
    with pytest.raises(ValueError, match="takes or makes [0-9]+ numbers"):
        model_from_json(graph(operation, settings, shape))


def test_operations_of_some_size_are_taken():
    model = model_from_json(graph("Tile", {"repeats": [1, 1000]}, [None, 4]))
    assert model.output_shape == (None, 4000)
    square = model_from_json(graph("Exp", {}, [1, 100, 100]))
    assert square.output_shape == (1, 100, 100)


def test_states_beyond_memory():
    config = {
        "module": "keras",
        "class_name": "Sequential",
        "registered_name": None,
        "config": {
            "name": "s",
            "layers": [
                {
                    "module": "keras.layers",
                    "class_name": "LSTM",
                    "registered_name": None,
                    "config": {"units": 9, "stateful": True, "batch_input_shape": [10**15, 2, 2]},
                }
            ],
        },
    }
    with pytest.raises(ValueError, match="more memory than there is"):
        model_from_json(json.dumps(config))


def test_a_vocabulary_elsewhere_is_not_read_unasked(tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("my\nsecret")
    layer = keras.layers.TextVectorization(vocabulary=str(words))
    config = {**layer.get_config(), "vocabulary": str(words), "vocabulary_size": None}
    entry = {"class_name": "TextVectorization", "config": config}
    text = json.dumps({"class_name": "Sequential", "config": [entry], "keras_version": "2.15"})
    with pytest.raises(ValueError, match=r"names the file .*words\.txt' as vocabulary"):
        model_from_json(text)
    assert keras.layers.TextVectorization.from_config(layer.get_config()).get_vocabulary() == [
        "",
        "[UNK]",
        "my",
        "secret",
    ]


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_a_version_that_is_no_number(tmp_path, suffix):
    """What looks like digits to Python, and more of them than it takes."""
    path = tmp_path / f"m.{suffix}"
    model = small()
    for version in ("\u00b2", "3" * 5000):
        model.save(path)
        if suffix == "h5":
            with h5py.File(path, "r+") as file:
                file.attrs["keras_version"] = version
        else:
            with zipfile.ZipFile(path) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
            members["metadata.json"] = json.dumps({"keras_version": version}).encode()
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in members.items():
                    archive.writestr(name, content)
        same = load_model(path, compile=False)
        np.testing.assert_array_equal(same.get_weights()[0], model.get_weights()[0])


def test_complex_numbers_are_no_weights(tmp_path):
    model, path = small(), tmp_path / "m.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = np.full((3, 2), 1 + 2j, "complex64")
    with pytest.raises(ValueError, match="complex numbers"):
        model.load_weights(path)
