import io
import subprocess
import sys

import numpy as np
import pytest

from minikeras import utils
from minikeras.preprocessing import image
from minikeras.preprocessing.image_files import to_bytes


def test_arrays_become_arrays_of_rank_3():
    grey = np.arange(6, dtype="uint8").reshape(2, 3)
    assert image.img_to_array(grey).shape == (2, 3, 1)
    assert image.img_to_array(grey).dtype == "float32"
    assert image.img_to_array(grey, "channels_first", "float64").shape == (1, 2, 3)
    assert image.img_to_array(grey, "channels_first", "float64").dtype == "float64"
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        image.img_to_array(np.ones(2))


def test_scaling_to_bytes():
    x = np.array([-1.0, 0, 1]).reshape(1, 3, 1)
    assert to_bytes(x).ravel().tolist() == [0, 127, 255]
    assert to_bytes(np.zeros((1, 1, 3))).tolist() == [[[0, 0, 0]]]
    x = np.array([3.7, 255, 300]).reshape(1, 3, 1)
    assert to_bytes(x, scale=False).ravel().tolist() == [3, 255, 255]
    with pytest.raises(ValueError, match="has 2"):
        to_bytes(np.ones((4, 4, 2)))
    with pytest.raises(ValueError, match="rank 3"):
        to_bytes(np.ones((4, 4)))


def test_names_of_utils_are_the_same_functions():
    for name in ("load_img", "img_to_array", "array_to_img", "save_img"):
        assert getattr(utils, name) is getattr(image, name)


def test_without_pillow_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['PIL'] = None\n"
        "import numpy as np\n"
        "from minikeras.preprocessing import image\n"
        "flow = image.ImageDataGenerator(rotation_range=9, brightness_range=(1, 2))\n"
        "next(flow.flow(np.ones((2, 4, 4, 3))))\n"
        "for needs in (lambda: image.load_img('x.png'), lambda: image.array_to_img(\n"
        "        np.ones((2, 2, 3))), lambda: flow.flow_from_directory('.')):\n"
        "    try: needs()\n"
        "    except ImportError as error: print(error)\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.count("pip install 'minikeras[images]'") == 3


def test_files_there_and_back(tmp_path):
    pytest.importorskip("PIL")
    x = np.random.RandomState(0).randint(0, 256, (5, 4, 3)).astype("float32")
    path = tmp_path / "picture.png"
    image.save_img(path, x, scale=False)
    assert np.array_equal(image.img_to_array(image.load_img(path)), x)
    image.save_img(path, x.transpose(2, 0, 1), "channels_first", scale=False)
    assert np.array_equal(image.img_to_array(image.load_img(path), "channels_first")[0], x[..., 0])
    assert image.load_img(path, True).mode == "L"
    assert image.load_img(path, "grayscale").mode == "L"
    assert image.load_img(path, color_mode="rgba").mode == "RGBA"
    assert image.load_img(path, target_size=(7, 9)).size == (9, 7)
    assert image.load_img(io.BytesIO(path.read_bytes())).size == (4, 5)
    buffer = io.BytesIO()
    image.save_img(buffer, x, file_format="png", scale=False)
    assert np.array_equal(image.img_to_array(image.load_img(buffer)), x)
    with pytest.raises(ValueError, match="interpolation 'bilinaer'.*bilinear"):
        image.load_img(path, target_size=(2, 2), interpolation="bilinaer")
    with pytest.raises(ValueError, match="color_mode 'grey'"):
        image.load_img(path, color_mode="grey")
    with pytest.raises(ValueError, match="contradicts"):
        image.load_img(path, grayscale=True, color_mode="rgb")
    with pytest.raises(ValueError, match="JPEG"):
        image.save_img(tmp_path / "x.jpg", np.ones((2, 2, 4)))
    assert image.list_pictures(tmp_path) == [str(path)]


def test_proportions_may_be_kept(tmp_path):
    pytest.importorskip("PIL")
    x = np.zeros((4, 12, 1), "float32")
    x[:, 4:8] = 200  # the middle square
    image.save_img(tmp_path / "a.png", x, scale=False)
    found = image.load_img(
        tmp_path / "a.png", "grayscale", target_size=(2, 2), keep_aspect_ratio=True
    )
    assert (np.asarray(found) == 200).all()


def test_deep_grey_images_keep_their_values(tmp_path):
    pillow = pytest.importorskip("PIL.Image")
    x = np.array([[0, 1000], [40000, 65535]], "uint16")
    pillow.fromarray(x).save(tmp_path / "deep.png")
    found = image.img_to_array(image.load_img(tmp_path / "deep.png", color_mode="grayscale"))
    assert np.array_equal(found[:, :, 0], x)
