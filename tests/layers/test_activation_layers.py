"""Activations with parameters: values at and around their kinks, and what they refuse."""

import numpy as np
import pytest

from minikeras.autograd import Tensor, Variable, gradients, recording
from minikeras.layers import ELU, Input, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU

X = np.array([[-2.0, -0.5, 0.0, 0.5, 3.0]])


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (LeakyReLU(), [-0.6, -0.15, 0, 0.5, 3]),
        (LeakyReLU(alpha=0.1), [-0.2, -0.05, 0, 0.5, 3]),
        (LeakyReLU(negative_slope=0.5), [-1, -0.25, 0, 0.5, 3]),
        (ELU(), [np.exp(-2) - 1, np.exp(-0.5) - 1, 0, 0.5, 3]),
        (ELU(alpha=2.0), [2 * np.exp(-2) - 2, 2 * np.exp(-0.5) - 2, 0, 0.5, 3]),
        (ThresholdedReLU(), [0, 0, 0, 0, 3]),
        (ThresholdedReLU(theta=0.5), [0, 0, 0, 0, 3]),  # the threshold itself is below
        (ReLU(), [0, 0, 0, 0.5, 3]),
        (ReLU(max_value=1), [0, 0, 0, 0.5, 1]),
        (ReLU(negative_slope=0.5, threshold=0.5), [-1.25, -0.5, -0.25, 0, 3]),
        (ReLU(max_value=2, negative_slope=0.1, threshold=1), [-0.3, -0.15, -0.1, -0.05, 2]),
        (PReLU(alpha_initializer="ones"), [-2, -0.5, 0, 0.5, 3]),
    ],
)
def test_values(layer, expected):
    np.testing.assert_allclose(layer(X).numpy()[0], expected, rtol=1e-6, atol=1e-7)


def test_slopes_at_the_kinks():
    x = Tensor(np.array([[0.0]], "float32"))
    for layer, slope in ((ReLU(), 0), (LeakyReLU(0.3), 0.3), (ThresholdedReLU(0.0), 0)):
        with recording():
            v = Variable(x.data)
            (found,) = gradients(layer(v), [v])
        assert found[0, 0] == pytest.approx(slope)


def test_the_learned_slopes():
    layer = PReLU(shared_axes=[1])
    x = np.array([[[-1.0, -2.0], [3.0, -4.0]]])
    layer(x)
    assert layer.alpha.shape == (1, 2)
    layer.set_weights([[[0.5, 2.0]]])
    with recording():
        out = layer(x)
        (slope,) = gradients(out, [layer.alpha])
    assert out.numpy().tolist() == [[[-0.5, -4], [3, -8]]]
    assert slope.tolist() == [[-1, -6]]  # the negative inputs, added up along the shared axis
    assert PReLU(shared_axes=1).shared_axes == [1]
    assert PReLU(shared_axes=[1])(Input((None, 4))).shape == (None, None, 4)


def test_softmax():
    out = Softmax()(np.array([[0.0, np.log(3)]])).numpy()
    np.testing.assert_allclose(out, [[0.25, 0.75]], rtol=1e-6)
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    np.testing.assert_allclose(Softmax(axis=1)(x).numpy().sum(axis=1), 1, rtol=1e-6)
    both = Softmax(axis=[1, 2])(x).numpy()
    np.testing.assert_allclose(both.sum(axis=(1, 2)), 1, rtol=1e-6)
    assert Softmax(axis=(1,)).axis == (1,)


def test_softmax_with_a_mask():
    x = np.array([[1.0, 5.0, 1.0]])
    out = Softmax()(x, mask=[[True, False, True]]).numpy()
    np.testing.assert_allclose(out, [[0.5, 0, 0.5]])
    spread = Softmax()(np.ones((2, 2, 3)), mask=[True, True, False]).numpy()
    np.testing.assert_allclose(spread[1, 1], [0.5, 0.5, 0])
    half = Softmax(dtype="float16")(x, mask=[[True, False, True]])
    assert half.dtype == np.float16
    assert np.isfinite(half.numpy()).all()
    # A mask that comes with the data is passed on: Keras 2.1.5 pays it no heed.
    carried = Tensor(x.astype("float32"))
    carried.mask = np.array([[True, False, True]])
    out = Softmax()(carried)
    assert out.mask is carried.mask
    assert out.numpy()[0, 1] > 0.9
    with pytest.raises(ValueError, match="(?s)broadcast.*in layer"):
        Softmax()(np.ones((2, 3)), mask=[True, False])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LeakyReLU(alpha=0.1, negative_slope=0.1), "not both"),
        (lambda: LeakyReLU(alpha="x"), "alpha must be a number"),
        (lambda: ELU(alpha=None), "alpha must be a number"),
        (lambda: ThresholdedReLU(theta=-1), "theta must be at least 0.0"),
        (lambda: ReLU(max_value=-1), "max_value must be at least 0.0"),
        (lambda: PReLU(shared_axes=[3])(X), "cannot share along axis 3"),
        (lambda: PReLU(shared_axes=[0])(X), "cannot share along axis 0"),
        (lambda: PReLU()(Input((None,))), "must be known"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_configs_have_the_names_of_keras_2():
    assert LeakyReLU(negative_slope=0.25).get_config()["alpha"] == 0.25
    assert "negative_slope" not in LeakyReLU().get_config()
    assert LeakyReLU(0.5).negative_slope == 0.5


def test_the_slope_of_a_leaky_rectifier_may_be_negative():
    out = LeakyReLU(alpha=-0.5)(np.array([[-2.0, 3.0]], "float32")).numpy()
    np.testing.assert_array_equal(out, [[1.0, 3.0]])
