"""to_categorical and normalize: shapes, types, and labels that no class has."""

import numpy as np
import pytest

from minikeras import config
from minikeras.autograd import Tensor
from minikeras.utils.np_utils import normalize, to_categorical

# --- to_categorical --------------------------------------------------------------------------


def test_class_numbers_become_rows():
    expected = [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    np.testing.assert_array_equal(to_categorical([0, 2, 1]), expected)


def test_keras_3_calls_them_x():
    np.testing.assert_array_equal(to_categorical(x=[0, 2]), to_categorical([0, 2]))
    for wrong in ({}, {"y": [0], "x": [0]}):
        with pytest.raises(TypeError, match="takes the class numbers as y, which Keras 3 calls x"):
            to_categorical(**wrong)


def test_num_classes_widens_the_rows():
    assert to_categorical([0, 1], 4).tolist() == [[1, 0, 0, 0], [0, 1, 0, 0]]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), (5,)),
        ((4,), (4, 5)),
        ((4, 1), (4, 5)),  # a column is a vector
        ((1,), (1, 5)),
        ((2, 3), (2, 3, 5)),
        ((2, 3, 1), (2, 3, 5)),
        ((0,), (0, 5)),
    ],
)
def test_shapes(shape, expected):
    labels = np.random.default_rng(0).integers(0, 5, shape)
    rows = to_categorical(labels, 5)
    assert rows.shape == expected
    np.testing.assert_array_equal(rows.argmax(-1).reshape(-1), labels.reshape(-1))
    np.testing.assert_array_equal(rows.sum(-1), 1.0)


def test_type_is_the_default_float_type_unless_asked_for():
    assert to_categorical([0, 1]).dtype == np.float32
    assert to_categorical([0, 1], dtype="int8").dtype == np.int8
    try:
        config.set_floatx("float64")
        assert to_categorical([0, 1]).dtype == np.float64
    finally:
        config.set_floatx("float32")


@pytest.mark.parametrize(
    "labels",
    [
        np.array([2, 0], "uint8"),
        np.array([2.0, 0.0], "float32"),
        np.array([2, 0], object),
        ["2", "0"],
        Tensor(np.array([2, 0])),
    ],
)
def test_every_type_of_whole_numbers_is_taken(labels):
    assert to_categorical(labels).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_truth_values_are_two_classes():
    assert to_categorical([True, False]).tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("labels", "num_classes", "message"),
    [
        ([0, 3, -2], None, r"class number -2 at position 2 is negative"),
        ([-1], None, r"class number -1 at position 0 is negative"),
        ([0, 3], 3, r"class number 3 at position 1 is too large.*0 to 2.*num_classes=4"),
        ([[0, 1], [7, 9]], 5, r"class number 7 at position \(1, 0\).*num_classes=10"),
        ([0.5], None, r"0.5 at position 0"),
        ([0.0, np.nan], None, r"nan at position 1"),
        ([np.inf], None, r"inf at position 0"),
        (["cat", "dog"], None, r"np.unique"),
        ([], None, r"Give num_classes"),
        ([0], -1, r"must not be negative"),
    ],
)
def test_labels_without_a_class_are_refused(labels, num_classes, message):
    with pytest.raises(ValueError, match=message):
        to_categorical(labels, num_classes)


# --- normalize -------------------------------------------------------------------------------


def test_rows_get_length_one_and_zeros_stay():
    # sqrt(3^2 + 4^2) = 5
    np.testing.assert_allclose(
        normalize(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0.0, 0.0]], rtol=1e-15
    )


def test_columns():
    np.testing.assert_allclose(normalize([[3.0, 0.0], [4.0, 2.0]], axis=0), [[0.6, 0], [0.8, 1]])


def test_other_norms():
    np.testing.assert_allclose(normalize([1.0, -3.0], order=1), [0.25, -0.75])
    np.testing.assert_allclose(normalize([1.0, -4.0], order=np.inf), [0.25, -1.0])


def test_the_whole_array_as_one_vector():
    # sqrt(4 * 3^2) = 6
    np.testing.assert_allclose(normalize(np.full((2, 2), 3.0), axis=None), np.full((2, 2), 0.5))


def test_type_is_kept():
    assert normalize(np.ones((2, 2), "float32")).dtype == np.float32
    assert normalize(np.ones((2, 2), "float32"), axis=None).dtype == np.float32
    assert normalize(np.ones((2, 2), "float64")).dtype == np.float64
    assert normalize([[3, 4]]).dtype == np.float32  # ints
