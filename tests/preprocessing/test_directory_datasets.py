import numpy as np
import pytest

from minikeras import preprocessing, utils
from minikeras.layers import Dense, Flatten
from minikeras.models import Sequential
from minikeras.preprocessing.image import save_img
from minikeras.utils import image_dataset_from_directory, text_dataset_from_directory


@pytest.fixture
def texts(tmp_path):
    for name, count in (("good", 5), ("bad", 3)):
        (tmp_path / name).mkdir()
        for i in range(count):
            (tmp_path / name / f"{i}.txt").write_text(f"{name} é {i}", encoding="utf-8")
    (tmp_path / "good" / "notes.md").write_text("no text")
    return tmp_path


def read(folder, **settings):
    return text_dataset_from_directory(folder, **{"shuffle": False, "verbose": False, **settings})


def test_other_names():
    for name in ("image_dataset_from_directory", "text_dataset_from_directory"):
        assert getattr(preprocessing, name) is getattr(utils, name)


def test_texts_and_classes(texts, capsys):
    batches = text_dataset_from_directory(texts, shuffle=False, batch_size=5)
    assert capsys.readouterr().out == "Found 8 files belonging to 2 classes.\n"
    assert batches.class_names == ["bad", "good"] and len(batches) == 2
    (x, y), (z, _) = batches
    assert x.tolist() == ["bad é 0", "bad é 1", "bad é 2", "good é 0", "good é 1"]
    assert y.tolist() == [0, 0, 0, 1, 1] and y.dtype == "int32" and len(z) == 3
    assert read(texts, max_length=3)[0][0][0] == "bad"
    assert read(texts, class_names=["good", "bad"])[0][1].tolist() == [0] * 5 + [1] * 3
    assert read(texts, batch_size=None)[7][0] == "good é 4"


def test_kinds_of_labels(texts):
    assert read(texts, label_mode="categorical")[0][1][0].tolist() == [1, 0]
    binary = read(texts, label_mode="binary")[0][1]
    assert binary.shape == (8, 1) and binary.dtype == "float32" and binary.sum() == 5
    assert read(texts, labels=None)[0].shape == (8,)
    assert read(texts, label_mode=None)[0].shape == (8,)
    own = read(texts, labels=[3, 1, 1, 1, 1, 1, 1, 3])
    assert own[0][1].tolist() == [3, 1, 1, 1, 1, 1, 1, 3] and own.class_names == ["1", "3"]


def test_parts(texts):
    settings = {"shuffle": True, "seed": 4, "validation_split": 0.3, "verbose": False}
    both = text_dataset_from_directory(texts, subset="both", **settings)
    assert [len(part.file_paths) for part in both] == [6, 2]
    assert len({path for part in both for path in part.file_paths}) == 8
    one = text_dataset_from_directory(texts, subset="validation", **settings)
    assert one.file_paths == both[1].file_paths


def test_mixing(texts):
    batches = read(texts, shuffle=True, seed=1)
    first, second = [x.tolist() for _ in range(2) for x, _ in batches]
    assert first != second and sorted(first) == sorted(second)
    assert [x.tolist() for x, _ in read(texts, shuffle=True, seed=1)] == [first]
    x, y = read(texts, shuffle=True)[0]
    assert all(text.startswith(("bad", "good")[label]) for text, label in zip(x, y))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"labels": "guessed"}, "guessed"),
        ({"label_mode": "one-hot"}, "label_mode"),
        ({"batch_size": 0}, "batch_size"),
        ({"subset": "training"}, "go together"),
        ({"validation_split": 2, "subset": "both"}, "between 0 and 1"),
        ({"validation_split": 0.5, "subset": "test"}, "'both'"),
        ({"validation_split": 0.5, "subset": "both", "shuffle": True}, "seed"),
        ({"validation_split": 0.01, "subset": "both"}, "No file is left for validation"),
        ({"labels": [1, 2]}, "2 labels for 8 files"),
        ({"labels": None, "class_names": ["bad"]}, "go with labels='inferred'"),
        ({"class_names": ["worse"]}, "no folder 'worse'"),
        ({"class_names": ["bad"], "label_mode": "binary"}, "two classes"),
    ],
)
def test_what_is_refused(texts, settings, message):
    with pytest.raises(ValueError, match=message):
        read(texts, **settings)


def test_images(tmp_path):
    pytest.importorskip("PIL")
    for name, value in (("black", 0.0), ("white", 255.0)):
        (tmp_path / name).mkdir()
        for i in range(3):
            save_img(tmp_path / name / f"{i}.png", np.full((4, 6, 3), value), scale=False)
    settings = {"image_size": (3, 3), "batch_size": 4, "verbose": False}
    batches = image_dataset_from_directory(tmp_path, seed=2, label_mode="binary", **settings)
    for x, y in batches:
        assert x.shape[1:] == (3, 3, 3) and x.dtype == "float32"
        assert np.array_equal(x[:, 0, 0, 0], 255 * y[:, 0])
    first = image_dataset_from_directory(
        tmp_path, color_mode="grayscale", data_format="channels_first", **settings
    )
    assert first[0][0].shape == (4, 1, 3, 3)
    model = Sequential([Flatten(input_shape=(3, 3, 3)), Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    history = model.fit(batches, validation_data=batches, epochs=2, verbose=0)
    assert np.isfinite(history.history["val_loss"]).all()
    with pytest.raises(ValueError, match="interpolation"):
        image_dataset_from_directory(tmp_path, interpolation="mitchellcubic", **settings)
