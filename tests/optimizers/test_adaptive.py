"""Adagrad, RMSprop and Adadelta against steps worked out in plain Python."""

from math import sqrt

import numpy as np
import pytest

from minikeras import config
from minikeras.autograd import Variable
from minikeras.optimizers import Adadelta, Adagrad, RMSprop
from tests.optimizers.support import one, path

SLOPES = [2.0, -1.0, 0.5]


def rmsprop(slopes, lr, rho, epsilon, inside, momentum=0.0, centered=False):
    x, a, mean, speed, found = 1.0, 0.0, 0.0, 0.0, []
    for g in slopes:
        a = rho * a + (1 - rho) * g * g
        mean = rho * mean + (1 - rho) * g
        spread = a - mean * mean if centered else a
        root = sqrt(spread + epsilon) if inside else sqrt(spread) + epsilon
        speed = momentum * speed + lr * g / root
        x -= speed
        found.append(x)
    return found


@pytest.mark.parametrize("inside", [False, True])
def test_rmsprop(inside):
    optimizer = RMSprop(0.1, rho=0.8, epsilon=0.01, epsilon_inside_sqrt=inside)
    expected = rmsprop(SLOPES, 0.1, 0.8, 0.01, inside)
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-12)


def test_rmsprop_by_hand():
    # a = 0.1 * 4 = 0.4, x = 1 - 0.1 * 2 / (sqrt(0.4) + 0)
    found = path(RMSprop(0.1, epsilon=0), 1.0, [2.0])
    assert found == pytest.approx([1 - 0.2 / sqrt(0.4)], abs=1e-12)


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_what_rmsprop_has_from_keras_3(momentum, centered):
    optimizer = RMSprop(0.1, rho=0.8, epsilon=0.01, momentum=momentum, centered=centered)
    inside = bool(momentum or centered)
    assert optimizer.epsilon_inside_sqrt == inside
    expected = rmsprop(SLOPES, 0.1, 0.8, 0.01, inside, momentum, centered)
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-12)


def test_rmsprop_cannot_centre_with_epsilon_outside():
    with pytest.raises(ValueError, match="epsilon_inside_sqrt=True"):
        RMSprop(centered=True, epsilon_inside_sqrt=False)


def test_rmsprop_cannot_gain_momentum():
    x, optimizer = one(1.0), RMSprop()
    optimizer.build([x])
    optimizer.momentum = 0.5
    with pytest.raises(ValueError, match="built without momentum"):
        optimizer.apply([np.ones(1)], [x])
    assert x.data[0] == 1.0


@pytest.mark.parametrize("inside", [False, True])
def test_adagrad(inside):
    x, a, expected = 1.0, 0.3, []
    for g in SLOPES:
        a += g * g
        x -= 0.1 * g / (sqrt(a + 0.01) if inside else sqrt(a) + 0.01)
        expected.append(x)
    settings = {"initial_accumulator_value": 0.3, "epsilon_inside_sqrt": inside}
    optimizer = Adagrad(0.1, epsilon=0.01, **settings)
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-12)


def test_adagrad_begins_at_zero():
    # The first step has the length of the rate, whatever the gradient.
    assert path(Adagrad(0.1, epsilon=0), 1.0, [123.0]) == pytest.approx([0.9], abs=1e-12)


def test_adadelta():
    x, a, s, rho, epsilon, expected = 1.0, 0.0, 0.0, 0.8, 0.01, []
    for g in SLOPES:
        a = rho * a + (1 - rho) * g * g
        d = g * sqrt(s + epsilon) / sqrt(a + epsilon)
        x -= 0.5 * d
        s = rho * s + (1 - rho) * d * d
        expected.append(x)
    optimizer = Adadelta(0.5, rho=rho, epsilon=epsilon)
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-12)


def test_defaults_are_those_of_keras_2():
    assert RMSprop().lr == 0.001
    assert Adagrad().lr == 0.01
    assert Adadelta().lr == 1.0
    assert RMSprop().rho == 0.9
    assert Adadelta().rho == 0.95
    for cls in (RMSprop, Adagrad, Adadelta):
        assert cls().epsilon == config.epsilon() == 1e-7


@pytest.mark.parametrize("cls", [RMSprop, Adagrad, Adadelta])
def test_weights_leave_the_counter_out(cls):
    xs = [Variable(np.ones((2, 3), "float32")), Variable(np.ones(3, "float32"))]
    optimizer = cls()
    assert optimizer.get_weights() == []
    optimizer.build(xs)
    kinds = 2 if cls is Adadelta else 1
    assert [w.shape for w in optimizer.get_weights()] == [(2, 3), (3,)] * kinds


def test_weights_have_the_counter_where_keras_3_needs_it():
    xs = [Variable(np.ones((2, 3), "float32"))]
    optimizer = RMSprop(momentum=0.5)
    optimizer.build(xs)
    assert [w.shape for w in optimizer.get_weights()] == [(), (2, 3), (2, 3)]
    averaged = Adagrad(use_ema=True)
    averaged.build(xs)
    assert [w.shape for w in averaged.get_weights()] == [(), (2, 3), (2, 3)]


@pytest.mark.parametrize("cls", [RMSprop, Adagrad, Adadelta])
def test_a_negative_epsilon(cls):
    with pytest.raises(ValueError, match="epsilon of .* must not be negative"):
        cls(epsilon=-1.0)
