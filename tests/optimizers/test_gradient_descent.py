"""SGD against steps worked out by hand."""

import numpy as np
import pytest

from minikeras.autograd import Variable
from minikeras.optimizers import SGD
from tests.optimizers.support import one, path


def test_plain():
    # 1 - 0.1 * 2 = 0.8; 0.8 - 0.1 * -1 = 0.9
    assert path(SGD(0.1), 1.0, [2.0, -1.0]) == pytest.approx([0.8, 0.9], abs=1e-12)


def test_momentum():
    # v = -0.2, x = 0.8; v = 0.5 * -0.2 - 0.1 * 1 = -0.2, x = 0.6; v = -0.1, x = 0.5
    found = path(SGD(0.1, momentum=0.5), 1.0, [2.0, 1.0, 0.0])
    assert found == pytest.approx([0.8, 0.6, 0.5], abs=1e-12)


def test_nesterov():
    # v = -0.2, x = 1 + 0.5 * -0.2 - 0.2 = 0.7; v = -0.2, x = 0.7 - 0.1 - 0.1 = 0.5
    found = path(SGD(0.1, momentum=0.5, nesterov=True), 1.0, [2.0, 1.0])
    assert found == pytest.approx([0.7, 0.5], abs=1e-12)


def test_nesterov_without_momentum_is_plain():
    assert path(SGD(0.1, nesterov=True), 1.0, [2.0]) == path(SGD(0.1), 1.0, [2.0])


def test_the_example_of_the_documents():
    sgd = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True, clipnorm=5)
    # The gradient 10 is cut to 5: v = -0.05, x = 1 - 0.045 - 0.05
    assert path(sgd, 1.0, [10.0]) == pytest.approx([0.905], abs=1e-12)


def test_momentum_may_be_switched_on_while_training():
    x, sgd = one(1.0), SGD(0.1)
    sgd.apply([np.array([1.0])], [x])
    sgd.momentum = 0.5
    sgd.apply([np.array([1.0])], [x])  # v = -0.1
    sgd.apply([np.array([0.0])], [x])  # v = -0.05
    assert x.data[0] == pytest.approx(0.75, abs=1e-12)


def test_weights_are_those_of_keras_2():
    xs = [Variable(np.ones((2, 3), "float32")), Variable(np.ones(3, "float32"))]
    for momentum in (0.0, 0.9):
        sgd = SGD(0.1, momentum=momentum)
        sgd.build(xs)
        assert [w.shape for w in sgd.get_weights()] == [(), (2, 3), (3,)]
        sgd.set_weights([np.array(7), np.ones((2, 3)), np.ones(3)])
        assert sgd.iterations == 7


def test_the_order_of_keras_3_is_told_apart_from_decay():
    with pytest.raises(TypeError, match="decay must be a number, not"):
        SGD(0.1, 0.9, True)  # Keras 3's third argument is nesterov


@pytest.mark.parametrize("momentum", [-0.1, 1.5, "fast", None])
def test_momentum_out_of_range(momentum):
    with pytest.raises((ValueError, TypeError), match="momentum must be"):
        SGD(momentum=momentum)
