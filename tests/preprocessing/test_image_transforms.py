import numpy as np
import pytest

from minikeras.preprocessing import image

PICTURE = np.random.RandomState(1).rand(3, 6, 8).astype("float32")  # channels first


@pytest.mark.parametrize(
    "change",
    [
        lambda x: image.random_rotation(x, 30),
        lambda x: image.random_shift(x, 0.3, 0.2),
        lambda x: image.random_shear(x, 20),
        lambda x: image.random_zoom(x, (0.5, 2)),
        lambda x: image.random_channel_shift(x, 0.2),
        lambda x: image.random_brightness(x, (0.5, 0.9)),
    ],
)
def test_random_changes_repeat_with_the_seed(change):
    before = PICTURE.copy()
    np.random.seed(5)
    first, second = change(PICTURE), change(PICTURE)
    np.random.seed(5)
    assert np.array_equal(change(PICTURE), first)
    assert not np.array_equal(first, second)
    assert first.shape == PICTURE.shape and first.dtype == "float32"
    assert np.array_equal(PICTURE, before)


def test_no_range_changes_nothing():
    np.testing.assert_allclose(image.random_rotation(PICTURE, 0), PICTURE, rtol=1e-6)
    np.testing.assert_allclose(image.random_zoom(PICTURE, (1, 1)), PICTURE, rtol=1e-6)
    assert image.apply_affine_transform(PICTURE) is PICTURE


def test_ranges_must_be_two_numbers():
    with pytest.raises(ValueError, match="zoom_range must be two numbers"):
        image.random_zoom(PICTURE, (1, 2, 3))
    with pytest.raises(ValueError, match="brightness_range must be two numbers"):
        image.random_brightness(PICTURE, 0.5)
    with pytest.raises(ValueError, match=r"rank 3, not shape \(2, 2\)"):
        image.apply_transform(np.ones((2, 2)), np.eye(3))


def test_axes_may_lie_anywhere():
    last = PICTURE.transpose(1, 2, 0)
    matrix = np.array([[0.9, 0.1, 1], [-0.2, 1.1, 0.5], [0, 0, 1]])
    first = image.apply_transform(PICTURE, matrix, 0)
    assert np.array_equal(image.apply_transform(last, matrix, 2), first.transpose(1, 2, 0))
    np.random.seed(2)
    a = image.random_shift(PICTURE, 0.5, 0.5)
    np.random.seed(2)
    b = image.random_shift(last, 0.5, 0.5, 0, 1, 2)
    assert np.array_equal(a, b.transpose(2, 0, 1))


def test_shift_is_rows_then_columns():
    found = image.apply_affine_transform(PICTURE, tx=2, ty=-1, fill_mode="constant", cval=9)
    assert np.array_equal(found[:, :4, 1:], PICTURE[:, 2:, :-1])
    assert (found[:, 4:] == 9).all() and (found[:, :, 0] == 9).all()


def test_channel_shifts_stay_within_the_range_of_the_image():
    x = np.array([0.0, 1, 2, 3], "float32").reshape(1, 2, 2)
    assert image.apply_channel_shift(x, 1.5, 2).ravel().tolist() == [1.5, 2.5, 3, 3]


def test_brightness_stretches_first():
    # [0, 50, 100] -> [0, 127.5, 255] -> whole [0, 127, 255] -> times 0.5, cut: [0, 63, 127]
    x = np.array([0.0, 50, 100], "float32").reshape(1, 3, 1)
    np.random.seed(0)
    assert image.random_brightness(x, (0.5, 0.5)).ravel().tolist() == [0, 63, 127]


def test_brightness_is_pillows():
    pillow = pytest.importorskip("PIL.Image")
    enhance = pytest.importorskip("PIL.ImageEnhance")
    pixels = np.arange(256, dtype="uint8").reshape(16, 16)
    for factor in (0.0, 0.3, 0.77, 1.0, 1.6):
        expected = np.asarray(enhance.Brightness(pillow.fromarray(pixels)).enhance(factor))
        np.random.seed(0)
        found = image.random_brightness(pixels[:, :, None].astype("float32"), (factor, factor))
        # a product that is a whole number but for rounding may be cut to either side
        assert np.abs(found[:, :, 0] - expected).max() <= 1
        assert (found[:, :, 0] == expected).mean() > 0.98


def test_flip():
    assert image.flip_axis([[1, 2], [3, 4]], 1).tolist() == [[2, 1], [4, 3]]
