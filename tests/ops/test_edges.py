"""Operations at the edges of their domain: no elements, infinities, NaN, lists, mixed types."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Variable, gradients

INFINITE = np.array([-np.inf, -1.0, 7.0, np.inf, np.nan], "float32")


# --- no elements -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax", "layer_normalization"])
@pytest.mark.parametrize(("shape", "axis"), [((0, 3), -1), ((3, 0), -1), ((0, 3), 0), ((0,), 0)])
def test_nothing_gives_nothing(name, shape, axis):
    v = Variable(np.zeros(shape, "float32"))
    y = getattr(ops, name)(v, axis=axis)
    assert y.shape == shape
    assert y.dtype == np.float32
    (g,) = gradients(y, [v])
    assert g.shape == shape


def test_rms_normalization_of_nothing():
    assert ops.rms_normalization(np.zeros((3, 0), "float32")).shape == (3, 0)


def test_logsumexp_of_nothing_is_the_logarithm_of_zero():
    with np.errstate(divide="ignore"):
        y = ops.logsumexp(np.zeros((2, 0), "float32"), axis=1)
    np.testing.assert_array_equal(y, np.full(2, -np.inf, "float32"))
    assert y.dtype == np.float32


# --- infinities and NaN ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"max_value": 6.0}, [0, 0, 6, 6, np.nan]),
        ({"threshold": 1.0}, [0, 0, 7, np.inf, np.nan]),
        ({"negative_slope": 0.5}, [-np.inf, -0.5, 7, np.inf, np.nan]),
    ],
)
def test_relu_of_what_is_not_finite(settings, expected):
    np.testing.assert_array_equal(ops.relu(INFINITE, **settings), np.array(expected, "float32"))


def test_angle_follows_the_sign_bit_and_keeps_nan():
    y = ops.angle(np.array([1.0, 0.0, -0.0, -np.inf, np.nan], "float32"))
    np.testing.assert_allclose(y, np.array([0, 0, np.pi, np.pi, np.nan], "float32"))


@pytest.mark.parametrize("name", ["median", "nanmedian"])
@pytest.mark.parametrize(
    "values", [[np.inf], [1.0, np.inf, np.inf], [-np.inf, 2.0, np.inf], [1.0, np.inf]]
)
def test_an_infinite_neighbour_without_a_share_does_not_count(name, values):
    x = np.array(values, "float32")
    assert getattr(ops, name)(x) == getattr(np, name)(x)


# --- lists, mixed types, integers ------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("median", ()),
        ("quantile", (0.3,)),
        ("percentile", ([10, 90],)),
        ("nanmedian", ()),
        ("nanmean", ()),
        ("nanvar", ()),
        ("nanstd", ()),
        ("diff", ()),
        ("corrcoef", ()),
        ("hstack", ()),
        ("nanmax", ()),
    ],
)
def test_lists_are_arrays_of_the_default_type(name, more):
    values = [[0.5, 2.0, -1.0], [3.0, 0.25, 4.0]]
    result = getattr(ops, name)(values, *more)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, getattr(np, name)(values, *more), rtol=1e-5)


def test_functions_of_vectors_take_lists():
    np.testing.assert_array_equal(ops.vander([1.0, 2.0, 3.0]), np.vander([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(ops.correlate([1, 2, 3], [0, 1]), [2, 3])
    assert ops.trapezoid([1.0, 2.0, 3.0]) == 4.0
    real, imag = ops.rfft([1.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(real, np.ones(3))
    np.testing.assert_allclose(imag, np.zeros(3), atol=1e-7)
    np.testing.assert_allclose(ops.cdist([[0.0, 0.0]], [[3.0, 4.0]]), [[5.0]])


def test_the_correlation_of_a_vector_with_itself_is_one():
    y = ops.corrcoef(np.array([1.0, 2.0, 4.0], "float32"))
    assert y.shape == ()
    np.testing.assert_allclose(y, 1.0, rtol=1e-6)


def test_cross_takes_integers_beside_floats_without_widening():
    a, b = np.array([[1.0, 0.0, 2.0]], "float32"), np.array([[3, 1, 4]], "int32")
    y = ops.cross(a, b)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, np.cross(a, b))
    assert ops.cross(a[:, :2], b[:, :2]).dtype == np.float32


def test_correlate_adds_up_integers_and_truth_values_as_floats():
    x = np.array([1, 200, 7], "uint8")
    np.testing.assert_array_equal(ops.correlate(x, x), [1 + 200 * 200 + 49])
    y = ops.correlate(np.array([True, False, True]), np.array([True, True, True]))
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, [2])


@pytest.mark.parametrize("name", ["nanmax", "nanmin"])
def test_extremes_of_integers_are_integers(name):
    x = np.array([[3, -1], [2, 7]], "int32")
    y = getattr(ops, name)(x, axis=0)
    assert y.dtype == np.int32
    np.testing.assert_array_equal(y, getattr(np, name)(x, axis=0))


@pytest.mark.parametrize("name", ["layer_normalization", "rms_normalization"])
@pytest.mark.parametrize("kind", ["int32", "uint8", "bool"])
def test_whole_numbers_are_normalized_as_floats(name, kind):
    x = np.array([[3, 1, 0], [2, 2, 7]]).astype(kind)
    y = getattr(ops, name)(x)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, getattr(ops, name)(x.astype("float32")))
