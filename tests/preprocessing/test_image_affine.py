import numpy as np
import pytest

from minikeras.preprocessing.image_affine import FILL_MODES, about_centre, affine_transform

ROW = np.array([1.0, 2.0, 4.0, 8.0])


def shifted(by, fill_mode, order=1, cval=0.0):
    """Return the row of four pixels, looked up `by` pixels to the right."""
    matrix = np.array([[1, 0, 0], [0, 1, by], [0, 0, 1]])
    image = ROW.reshape(1, 4, 1)
    return affine_transform(image, matrix, fill_mode, cval, order).ravel().tolist()


@pytest.mark.parametrize(
    "by, fill_mode, expected",
    [
        (2, "constant", [4, 8, -1, -1]),
        (0.5, "constant", [1.5, 3, 6, -1]),
        (-0.5, "constant", [-1, 1.5, 3, 6]),
        (2.5, "nearest", [6, 8, 8, 8]),
        (-2, "nearest", [1, 1, 1, 2]),
        (3, "reflect", [8, 8, 4, 2]),
        (-2, "reflect", [2, 1, 1, 2]),
        (-0.5, "reflect", [1, 1.5, 3, 6]),
        (9, "reflect", [2, 4, 8, 8]),
        (2, "mirror", [4, 8, 4, 2]),
        (-1.5, "mirror", [3, 1.5, 1.5, 3]),
        (1, "wrap", [2, 4, 8, 2]),  # a copy begins every 3 pixels: 8 and 1 lie on one another
        (-1, "wrap", [4, 1, 2, 4]),
        (3, "wrap", [8, 2, 4, 1]),
    ],
)
def test_fill_modes_by_hand(by, fill_mode, expected):
    assert shifted(by, fill_mode, cval=-1) == expected


def test_order_0_takes_the_nearest_pixel():
    assert shifted(0.4, "nearest", order=0) == [1, 2, 4, 8]
    assert shifted(0.6, "nearest", order=0) == [2, 4, 8, 8]
    with pytest.raises(ValueError, match="order 0 .* or 1"):
        shifted(0.4, "nearest", order=3)


def test_a_quarter_turn_about_the_centre_of_keras():
    image = np.arange(9.0).reshape(3, 3, 1)
    turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    matrix = about_centre(turn, 3, 3)  # about (2, 2): (r, c) comes from (4 - c, r)
    found = affine_transform(image, matrix, "constant", cval=-1)[:, :, 0]
    expected = [[-1, -1, 6], [-1, -1, 7], [-1, -1, 8]]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_number_types_stay():
    matrix = np.array([[1, 0, 0], [0, 1, 0.5], [0, 0, 1]])
    for dtype in ("float16", "float32", "float64", "uint8", "int32"):
        image = np.array([[[3], [6]]], dtype)
        found = affine_transform(image, matrix)
        assert found.dtype == dtype
        assert found.ravel().tolist() == ([4.5, 6] if found.dtype.kind == "f" else [4, 6])


def test_unknown_modes_are_refused():
    with pytest.raises(ValueError, match="fill_mode 'nearst'.*nearest"):
        shifted(1, "nearst")


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("order", [0, 1])
def test_same_as_scipy(fill_mode, order):
    ndimage = pytest.importorskip("scipy.ndimage")
    rng = np.random.RandomState(3)
    for height, width in ((7, 5), (1, 4), (2, 2), (16, 16)):
        image = rng.rand(height, width, 2)
        for spread in (0.3, 3.0):
            matrix = np.eye(3) + spread * rng.randn(3, 3) / 3
            matrix[:2, 2] *= 4
            found = affine_transform(image, matrix, fill_mode, 0.7, order)
            for channel in (0, 1):
                expected = ndimage.affine_transform(
                    image[:, :, channel],
                    matrix[:2, :2],
                    matrix[:2, 2],
                    order=order,
                    mode=fill_mode,
                    cval=0.7,
                )
                np.testing.assert_allclose(found[:, :, channel], expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_whole_shifts_are_the_same_as_scipys(fill_mode):
    ndimage = pytest.importorskip("scipy.ndimage")
    image = np.random.RandomState(0).rand(5, 4, 1)
    for by in range(-11, 12):
        matrix = np.array([[1, 0, by], [0, 1, -by], [0, 0, 1]])
        expected = ndimage.affine_transform(
            image[:, :, 0], matrix[:2, :2], matrix[:2, 2], order=1, mode=fill_mode
        )
        found = affine_transform(image, matrix, fill_mode)[:, :, 0]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12, err_msg=str(by))
