"""The checker must find planted errors, and find none where there are none."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import (
    GradientError,
    Tensor,
    Variable,
    check_gradients,
    check_layer,
    check_model,
    check_second_order,
    check_variables,
    op,
)
from minikeras.autograd.engine import OPS

rng = np.random.default_rng(0)


def planted(wrong):
    """Return tanh with a gradient that is wrong in one way."""

    @op(register=False)
    def broken(x, y):
        h = np.tanh(x) * y
        return h, (lambda g: wrong(g * y * (1 - np.tanh(x) ** 2)), lambda g: g * np.tanh(x))

    return broken


@pytest.mark.parametrize("size", [5, 300])
@pytest.mark.parametrize(
    "wrong",
    [
        lambda g: -g,
        lambda g: g * 1.0001,
        lambda g: g + 1e-4,
        lambda g: g[::-1],
        lambda g: g * (np.arange(len(g)) != 2),
        lambda g: np.zeros_like(g),
        lambda g: g * np.nan,
    ],
)
def test_planted_errors_are_caught(wrong, size):
    with pytest.raises(GradientError, match="argument 0"):
        check_gradients(planted(wrong), rng.normal(size=size), rng.normal(size=size))
    # The other argument's gradient is right.
    check_gradients(planted(wrong), rng.normal(size=size), rng.normal(size=size), argnums=[1])
    report = check_gradients(planted(lambda g: g), rng.normal(size=size), rng.normal(size=size))
    assert report.worst < 0.1
    assert report.checked == (2 * (3 + size) if size <= 32 else 6)


@pytest.mark.parametrize("name", ["exp", "sum", "max", "cumsum", "transpose", "tanh"])
def test_one_spoiled_element_is_caught_and_named(name):
    @op(register=False)
    def spoiled(x):
        y, (right,) = OPS[name].raw(x)

        def vjp(g):
            gradient = np.array(right(g))
            gradient[0, 1] *= 1.001
            return gradient

        return y, (vjp,)

    x = np.array([[0.3, 1.4], [-0.7, 0.9]])
    check_gradients(OPS[name], x)
    with pytest.raises(GradientError, match=r"element is \(0, 1\)"):
        check_gradients(spoiled, x)


def test_a_planted_error_in_the_second_gradient_is_caught():
    @op(register=False)
    def cube(x):
        # The first gradient is right; its own gradient is lost.
        slope = 3 * np.asarray(x) ** 2
        return x * x * x, (lambda g: g * slope,)

    x = rng.normal(size=4)
    check_gradients(cube, x)
    with pytest.raises(GradientError):
        check_second_order(cube, x)
    check_second_order(lambda x: x * x * x, x)


def test_the_message_names_argument_and_element():
    with pytest.raises(GradientError, match=r"argument 0, an array of shape \(3, 2\).*\(1, 0\)"):
        check_gradients(
            planted(lambda g: g + np.array([[0, 0], [0.5, 0], [0, 0]])),
            rng.normal(size=(3, 2)),
            rng.normal(size=(3, 2)),
        )


def test_it_is_a_value_error():
    assert issubclass(GradientError, ValueError)


def test_kinks_are_left_out_and_counted():
    x = np.array([0.0, 1.0, -2.0])
    report = check_gradients(ops.relu, x)
    assert report.skipped == 4  # three directions and the element at the kink
    assert report.checked == 2
    with pytest.raises(GradientError, match="kink"):
        check_gradients(ops.relu, np.zeros(3))


def test_a_wrong_gradient_beside_a_kink_is_still_caught():
    @op(register=False)
    def broken(x):
        return np.maximum(x, 0), (lambda g: g * (x > 0) * 1.01,)

    with pytest.raises(GradientError):
        check_gradients(broken, np.array([0.0, 1.0, -2.0]))


def test_integers_and_float32():
    report = check_gradients(
        lambda x, i: ops.take(x, i, axis=0), rng.normal(size=4).astype("float32"), np.array([1, 1])
    )
    assert report.checked == 7


def test_functions_that_do_not_depend_on_an_argument():
    check_gradients(lambda x, y: x * 2.0, rng.normal(size=3), rng.normal(size=3))
    check_gradients(lambda x: Tensor(np.ones(2)), rng.normal(size=3))


def test_lost_gradients_are_caught():
    with pytest.raises(GradientError):
        check_gradients(lambda x: ops.stop_gradient(x) * 2.0, rng.normal(size=3))


def test_several_outputs():
    check_gradients(lambda x: list(ops.split(x, 3)), rng.normal(size=6))


def test_empty_arrays_pass():
    assert check_gradients(ops.exp, np.zeros((0, 3))).checked == 0


def test_random_functions_are_refused():
    with pytest.raises(ValueError, match="another value each time"):
        check_gradients(lambda x: x * rng.normal(size=3), np.ones(3))


def test_variables_must_be_float64():
    v = Variable(np.ones(3, "float32"), name="w")
    with pytest.raises(ValueError, match="'w' is float32"):
        check_variables(lambda: v * 2.0, [v])


def test_values_are_put_back():
    v = Variable(np.array([1.0, 2.0]))
    check_variables(lambda: v * v, [v])
    np.testing.assert_array_equal(v.data, [1, 2])


class Affine:
    """A layer by duck typing."""

    def __init__(self, wrong=0.0):
        self.kernel = None
        self.wrong = wrong

    @property
    def trainable_weights(self):
        return [] if self.kernel is None else [self.kernel]

    def __call__(self, inputs, training=False):
        a, b = inputs if isinstance(inputs, list) else (inputs, 0.0)
        if self.kernel is None:
            self.kernel = Variable(rng.normal(size=(3, 2)), name="kernel")
        leak = ops.stop_gradient(self.kernel) * self.wrong
        return (a + b) @ (self.kernel + leak) * (2.0 if training else 1.0)


@pytest.mark.parametrize("training", [None, True])
def test_layers(training):
    check_layer(Affine(), rng.normal(size=(4, 3)), training=training)
    check_layer(Affine(), [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))], training=training)
    with pytest.raises(GradientError, match="kernel"):
        check_layer(Affine(wrong=0.01), rng.normal(size=(4, 3)), training=training)


class Regression(Affine):
    """A model by duck typing."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
        weight = 1.0 if sample_weight is None else sample_weight[:, None]
        return ops.mean((y_pred - y) ** 2 * weight)


def test_models():
    x, y, w = rng.normal(size=(4, 3)), rng.normal(size=(4, 2)), rng.random(4)
    for training in (False, True):
        assert check_model(Regression(), x, y, training=training).checked == 3 + 6
        check_model(Regression(), x, y, sample_weight=w, training=training)
        with pytest.raises(GradientError, match="kernel"):
            check_model(Regression(wrong=0.01), x, y, training=training)


def test_no_direction_is_too_short_to_measure(monkeypatch):
    """Rounding of the values would drown a step a million times as short as the usual one."""

    class Tiny:
        def standard_normal(self, shape):
            return np.full(shape, 1e-6)

    v = Variable(np.array([[0.7]]))
    monkeypatch.setattr(np.random, "default_rng", lambda seed: Tiny())
    report = check_variables(lambda: [ops.tanh(v) + 3.0], [v], atol=0.0)
    assert report.checked == 4
