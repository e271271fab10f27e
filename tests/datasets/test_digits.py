"""digits: the same bits for the same seed, MNIST's format, and a task that needs a network."""

import hashlib

import numpy as np
import pytest

from minikeras.datasets import digit_rendering, digits
from minikeras.datasets.digit_rendering import render
from minikeras.datasets.digit_strokes import SHAPES, Glyph


@pytest.fixture(scope="module")
def data():
    return digits.load_data(6000, 2000)


def test_format(data):
    (x_train, y_train), (x_test, y_test) = data
    assert (x_train.shape, x_train.dtype) == ((6000, 28, 28), np.uint8)
    assert (x_test.shape, x_test.dtype) == ((2000, 28, 28), np.uint8)
    assert (y_train.shape, y_train.dtype) == ((6000,), np.uint8)
    assert (y_test.shape, y_test.dtype) == ((2000,), np.uint8)
    assert np.bincount(y_train).tolist() == [600] * 10
    assert np.bincount(y_test).tolist() == [200] * 10
    assert (x_train[:, 4:24, 4:24].max(axis=(1, 2)) > 200).all()  # ink on every image


def test_same_seed_same_bits_everywhere():
    """The digest holds for NumPy 1.26 and 2.x; a change of it changes everybody's results."""
    (x, y), (x_test, y_test) = digits.load_data(400, 200, seed=7)
    content = b"".join(array.tobytes() for array in (x, y, x_test, y_test))
    assert (
        hashlib.sha256(content).hexdigest()
        == "4b4ab6ad3e1360d1586553da82792928d746fa7fa4bfbfbf40082e65f25eea81"
    )


def test_first_images_do_not_depend_on_the_number(data):
    (x_train, y_train), (x_test, y_test) = data
    for train, test in ((1, 3), (199, 200), (201, 0), (450, 401)):
        (x, y), (xt, yt) = digits.load_data(train, test)
        np.testing.assert_array_equal(x, x_train[:train])
        np.testing.assert_array_equal(y, y_train[:train])
        np.testing.assert_array_equal(xt, x_test[:test])
        np.testing.assert_array_equal(yt, y_test[:test])


def test_no_image_comes_twice(data):
    (x_train, _), (x_test, _) = data
    (other, _), _ = digits.load_data(2000, 0, seed=1)
    everything = np.concatenate([x_train, x_test, other])
    assert len({image.tobytes() for image in everything}) == 10_000


def test_pen_stays_inside():
    """However large and wherever a path is, it is placed with its margin, and in proportion."""
    random = np.random.RandomState(0)
    paths = 10 * random.normal(size=(500, 1, 1)) * random.normal(size=(500, 84, 2)) + 30
    placed = digit_rendering._place(paths, random)
    assert placed.min() >= 1.5 - 1e-9
    assert placed.max() <= 25.5 + 1e-9
    extent, before = np.ptp(placed, axis=1), np.ptp(paths, axis=1)
    np.testing.assert_allclose(extent[:, 0] / extent[:, 1], before[:, 0] / before[:, 1])


def test_ink_is_even_and_lies_where_the_pen_was():
    """A straight line has ink 1 in its middle, none beyond the pen's radius, at any slope."""
    t = np.linspace(-9, 9, 84)
    for angle in np.linspace(0, np.pi, 7):
        path = 13.5 + t[:, None] * [np.cos(angle), np.sin(angle)]
        ink = digit_rendering._lay_ink(path[None], np.ones((1, 84)), np.full((1, 84), 2.0))[0]
        row, column = np.mgrid[:28, :28] - 13.5
        along = column * np.cos(angle) + row * np.sin(angle)
        away = np.abs(row * np.cos(angle) - column * np.sin(angle))
        inside = np.abs(along) < 6
        # The profile (1 - d^2 / r^2)^2 integrated along the line: (1 - away^2 / r^2)^(5/2).
        expected = np.maximum(1 - away**2 / 4, 0) ** 2.5
        np.testing.assert_allclose(ink[inside], expected[inside], atol=0.02)
        assert not ink[np.abs(along) > 11.5].any()


def test_hands_differ(data):
    (x, y), _ = data
    ink = x.sum(axis=(1, 2)) / 255
    for digit in range(10):
        thin, thick = np.percentile(ink[y == digit], [5, 95])
        assert thick > 1.7 * thin
    rows = np.arange(28)
    middle = (x.sum(axis=2) * rows).sum(axis=1) / x.sum(axis=(1, 2))
    assert middle.std() > 0.8


def test_global_generators_are_left_alone():
    np.random.seed(5)
    expected = np.random.RandomState(5).random_sample(3)
    digits.load_data(10, 10)
    np.testing.assert_array_equal(np.random.random_sample(3), expected)


def test_default_numbers(monkeypatch):
    monkeypatch.setattr(digits, "render", lambda labels, random: np.zeros((200, 28, 28), np.uint8))
    (x, y), (xt, yt) = digits.load_data()
    assert (len(x), len(y), len(xt), len(yt)) == (60000, 60000, 10000, 10000)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"num_train": -1}, ValueError, "num_train"),
        ({"num_test": 2.5}, TypeError, "num_test"),
        ({"num_test": True}, TypeError, "num_test"),
        ({"seed": None}, TypeError, "seed"),
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": 2**32}, ValueError, "seed"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        digits.load_data(**arguments)


def test_numbers_of_numpy():
    (x, _), _ = digits.load_data(np.int64(3), np.uint8(0), seed=np.int32(4))
    (same, _), (none, _) = digits.load_data(3, 0, 4)
    np.testing.assert_array_equal(x, same)
    assert none.shape == (0, 28, 28)


def accuracy(x, y, x_test, y_test):
    """Return the test accuracy of ridge regression onto the classes, solved exactly."""
    normal = x.T @ x + 10 * np.eye(x.shape[1], dtype=np.float32)
    weights = np.linalg.solve(normal, x.T @ np.eye(10, dtype=np.float32)[y])
    return np.mean((x_test @ weights).argmax(axis=1) == y_test)


def test_linear_classifier_stays_far_below_a_network(data):
    """A hidden layer, even one of 1000 random units, makes well under two thirds of the errors."""
    (x, y), (x_test, y_test) = data
    x, x_test = (a.reshape(len(a), 784).astype(np.float32) / 255 for a in (x, x_test))
    hidden = np.random.RandomState(0).normal(size=(784, 1000)).astype(np.float32) / 28
    linear = accuracy(x, y, x_test, y_test)
    network = accuracy(np.maximum(x @ hidden, 0), y, np.maximum(x_test @ hidden, 0), y_test)
    assert 0.70 < linear < 0.82
    assert 1 - network < 0.65 * (1 - linear)


@pytest.mark.parametrize("digit", range(10))
def test_each_digit_has_four_ways(digit):
    assert len(SHAPES[digit]) == 4
    images = render(np.full(200, digit), np.random.RandomState(0))
    assert images.shape == (200, 28, 28)


def test_glyph_follows_its_points():
    """Two straight strokes that share a corner: the pen visits every point at even distances."""
    glyph = Glyph([[(0.0, 0.0), (0.0, 1.0)], [(0.0, 1.0), (2.0, 1.0)]], samples=34)
    np.testing.assert_array_equal(glyph.points, [[0, 0], [0, 1], [2, 1]])
    path = glyph.basis @ glyph.points
    assert path.shape == (34, 2)
    np.testing.assert_allclose(path[[0, -1]], [[0, 0], [2, 1]], atol=1e-12)
    starts = np.flatnonzero(glyph.links == 0)
    assert starts[0] == 0
    assert len(starts) == 2
    np.testing.assert_allclose(path[starts[1] - 1 : starts[1] + 1], [[0, 1], [0, 1]], atol=1e-12)
    steps = np.linalg.norm(np.diff(path[: starts[1]], axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=0.1)
    # Basis rows sum to one: moving all points moves the path alike.
    np.testing.assert_allclose(glyph.basis.sum(axis=1), 1)
