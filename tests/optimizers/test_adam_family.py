"""Adam, AdamW, Adamax and Nadam against steps worked out in plain Python."""

from math import sqrt

import numpy as np
import pytest

from minikeras.autograd import Variable
from minikeras.optimizers import Adam, Adamax, AdamW, Nadam
from tests.optimizers.support import assert_same_bits, path, run, values, variables

SLOPES = [2.0, -1.0, 0.5, 0.1]


def adam(slopes, lr=0.1, b1=0.7, b2=0.8, epsilon=0.01, amsgrad=False, weight_decay=0.0):
    x, m, v, top, found = 1.0, 0.0, 0.0, 0.0, []
    for t, g in enumerate(slopes, 1):
        x -= lr * weight_decay * x
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        top = max(top, v) if amsgrad else v
        x -= lr * sqrt(1 - b2**t) / (1 - b1**t) * m / (sqrt(top) + epsilon)
        found.append(x)
    return found


@pytest.mark.parametrize("amsgrad", [False, True])
def test_adam(amsgrad):
    optimizer = Adam(0.1, beta_1=0.7, beta_2=0.8, epsilon=0.01, amsgrad=amsgrad)
    expected = adam(SLOPES, amsgrad=amsgrad)
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-12)


def test_the_first_step_of_adam_is_the_rate():
    assert path(Adam(0.1, epsilon=0), 1.0, [123.0]) == pytest.approx([0.9], abs=1e-12)


def test_amsgrad_differs():
    settings = {"lr": 0.1, "beta_1": 0.7, "beta_2": 0.8, "epsilon": 0.01}
    assert path(Adam(**settings), 1.0, SLOPES) != path(Adam(**settings, amsgrad=True), 1.0, SLOPES)


def test_adamw():
    optimizer = AdamW(0.1, weight_decay=0.3, beta_1=0.7, beta_2=0.8, epsilon=0.01)
    expected = adam(SLOPES, weight_decay=0.3)
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-7)


def test_adamw_needs_a_weight_decay():
    with pytest.raises(ValueError, match="use Adam"):
        AdamW(weight_decay=None)
    assert AdamW().weight_decay == 0.004


def test_adamax():
    x, m, u, expected = 1.0, 0.0, 0.0, []
    for t, g in enumerate(SLOPES, 1):
        m = 0.7 * m + 0.3 * g
        u = max(0.8 * u, abs(g))
        x -= 0.1 / (1 - 0.7**t) * m / (u + 0.01)
        expected.append(x)
    optimizer = Adamax(0.1, beta_1=0.7, beta_2=0.8, epsilon=0.01)
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("schedule_decay", [0.004, 1.0])
def test_nadam(schedule_decay):
    def mu(t):
        return 0.7 * (1 - 0.5 * 0.96 ** (t * schedule_decay))

    x, m, v, product, expected = 1.0, 0.0, 0.0, 1.0, []
    for t, g in enumerate(SLOPES, 1):
        product *= mu(t)
        m = 0.7 * m + 0.3 * g
        v = 0.8 * v + 0.2 * g * g
        ahead = (1 - mu(t)) * g / (1 - product) + mu(t + 1) * m / (1 - product * mu(t + 1))
        x -= 0.1 * ahead / (sqrt(v / (1 - 0.8**t)) + 0.01)
        expected.append(x)
    settings = {"beta_1": 0.7, "beta_2": 0.8, "epsilon": 0.01}
    optimizer = Nadam(0.1, **settings, schedule_decay=schedule_decay)
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-12)


def test_nadam_finds_its_momentum_again_after_many_steps():
    """The weights of Keras 2.1.5 leave the product of momenta out."""
    xs = variables([(2, 2)])
    nadam = Nadam()
    run(nadam, xs, 250)  # the product has become zero on the way
    others = [Variable(values(xs)[0])]
    again = Nadam()
    again.build(others)
    again.set_weights(nadam.get_weights())
    assert_same_bits([again.variables[-1].data], [nadam.variables[-1].data])
    run(again, others, 3)
    run(nadam, xs, 3)
    assert_same_bits(values(others), values(xs))


def test_defaults_are_those_of_keras_2():
    assert Adam().lr == AdamW().lr == 0.001
    assert Adamax().lr == Nadam().lr == 0.002
    assert Nadam().schedule_decay == 0.004
    for cls in (Adam, AdamW, Adamax, Nadam):
        assert cls().beta_1 == 0.9
        assert cls().beta_2 == 0.999
        assert cls().epsilon == 1e-7


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (Adam(), [(), (2, 3), (3,), (2, 3), (3,), (1,), (1,)]),
        (Adam(amsgrad=True), [(), (2, 3), (3,), (2, 3), (3,), (2, 3), (3,)]),
        (Adamax(), [(), (2, 3), (3,), (2, 3), (3,)]),
        (Nadam(), [(), (2, 3), (3,), (2, 3), (3,)]),
    ],
    ids=["Adam", "amsgrad", "Adamax", "Nadam"],
)
def test_weights_are_those_of_keras_2(optimizer, expected):
    optimizer.build([Variable(np.ones((2, 3), "float32")), Variable(np.ones(3, "float32"))])
    assert [w.shape for w in optimizer.get_weights()] == expected


def test_variables_are_those_of_keras_3():
    xs = [Variable(np.ones((2, 3), "float32"), name="k"), Variable(np.ones(3, "f4"), name="b")]
    optimizer = Adam(amsgrad=True, use_ema=True, gradient_accumulation_steps=2)
    optimizer.build(xs)
    names = ["average", "gradient_accumulator"]
    expected = [f"{x}_{n}" for n in names for x in "kb"]
    expected += [f"{x}_{n}" for x in "kb" for n in ("momentum", "velocity")]
    expected += ["k_velocity_hat", "b_velocity_hat"]
    assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate", *expected]


@pytest.mark.parametrize("beta", [1.0, -0.1, 2])
@pytest.mark.parametrize("which", ["beta_1", "beta_2"])
def test_betas_out_of_range(which, beta):
    with pytest.raises(ValueError, match=rf"{which} must be between 0 and 1 \(excluded\)"):
        Adam(**{which: beta})
