import numpy as np
import pytest

from minikeras.preprocessing.image import ImageDataGenerator, save_img

pytest.importorskip("PIL")


@pytest.fixture
def folder(tmp_path, capsys):
    """Five cats of value 10, 20 ... in two folders, three dogs, and a text that is no image."""
    for name, numbers in (("dogs", (1, 2, 3)), ("cats", (1, 2, 3, 4))):
        (tmp_path / name).mkdir()
        for i in numbers:
            save_img(tmp_path / name / f"{i}.png", np.full((6, 4, 3), 10.0 * i), scale=False)
    (tmp_path / "cats" / "young").mkdir()
    save_img(tmp_path / "cats" / "young" / "5.PNG", np.full((6, 4, 3), 50.0), scale=False)
    (tmp_path / "cats" / "notes.txt").write_text("no image")
    return tmp_path


def flow(folder, split=0.0, **settings):
    settings = {"target_size": (3, 2), "shuffle": False, **settings}
    return ImageDataGenerator(validation_split=split).flow_from_directory(folder, **settings)


def test_what_is_found(folder, capsys):
    batches = flow(folder)
    assert capsys.readouterr().out == "Found 8 images belonging to 2 classes.\n"
    assert batches.class_indices == {"cats": 0, "dogs": 1}
    assert batches.classes.tolist() == [0] * 5 + [1] * 3 and batches.classes.dtype == "int32"
    assert batches.samples == batches.n == 8 and batches.image_shape == (3, 2, 3)
    assert [name.replace("\\", "/") for name in batches.filenames[3:6]] == [
        "cats/4.png",
        "cats/young/5.PNG",
        "dogs/1.png",
    ]
    x, y = next(batches)
    assert x.shape == (8, 3, 2, 3) and x.dtype == "float32"
    assert x[:, 0, 0, 0].tolist() == [10, 20, 30, 40, 50, 10, 20, 30]
    assert y.tolist() == [[1, 0]] * 5 + [[0, 1]] * 3


@pytest.mark.parametrize("mode, dtype", [("binary", "float32"), ("sparse", "int32")])
def test_numbers_of_classes(folder, mode, dtype):
    y = next(flow(folder, class_mode=mode))[1]
    assert y.tolist() == [0] * 5 + [1] * 3 and y.dtype == dtype


def test_other_modes(folder):
    x, y = next(flow(folder, class_mode="input"))
    assert np.array_equal(x, y) and x is not y
    assert next(flow(folder, class_mode=None, color_mode="grayscale")).shape == (8, 3, 2, 1)
    x = next(flow(folder, class_mode=None, color_mode="rgba"))
    assert x.shape == (8, 3, 2, 4) and (x[..., 3] == 255).all()
    first = ImageDataGenerator(data_format="channels_first").flow_from_directory(
        folder, target_size=(3, 2)
    )
    assert first.image_shape == (3, 3, 2) and next(first)[0].shape == (8, 3, 3, 2)


def test_classes_may_be_chosen(folder):
    batches = flow(folder, classes=["dogs"])
    assert batches.class_indices == {"dogs": 0} and batches.samples == 3
    with pytest.raises(ValueError, match="no folder 'birds'"):
        flow(folder, classes=["birds"])


def test_subsets_split_every_class(folder):
    taken = flow(folder, 0.4, subset="validation")
    assert taken.classes.tolist() == [0, 0, 1]
    left = flow(folder, 0.4, subset="training")
    assert sorted(taken.filenames + left.filenames) == sorted(flow(folder).filenames)


def test_errors(folder, tmp_path):
    with pytest.raises(ValueError, match="class_mode 'one-hot'"):
        flow(folder, class_mode="one-hot")
    with pytest.raises(ValueError, match="color_mode"):
        flow(folder, color_mode="bgr")
    with pytest.raises(ValueError, match="no folder"):
        flow(folder / "nowhere")
    with pytest.raises(ValueError, match="No images"):
        flow(folder / "dogs")
    (folder / "birds").mkdir()
    with pytest.raises(ValueError, match="binary.*birds, cats, dogs"):
        flow(folder, class_mode="binary")


def test_the_function_of_ones_own_sees_arrays_of_the_target_size(folder):
    seen = []

    def own(image):
        seen.append((type(image), image.shape))
        return image / 10

    generator = ImageDataGenerator(preprocessing_function=own)
    x, _ = next(generator.flow_from_directory(folder, target_size=(3, 2), shuffle=False))
    assert set(seen) == {(np.ndarray, (3, 2, 3))}
    np.testing.assert_allclose(x[:, 0, 0, 0], [1, 2, 3, 4, 5, 1, 2, 3])
