"""Cross-entropy: values as documented, gradients that never vanish, labels that are checked."""

import functools
import math

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Tensor, Variable, grad, gradients, recording
from tests.ops.gradients import check

RNG = np.random.default_rng(5)
LOGITS = RNG.normal(size=(2, 3, 4))
TARGET = RNG.dirichlet(np.ones(4), size=(2, 3))
LABELS = RNG.integers(0, 4, size=(2, 3))
ONE_HOT = np.eye(4)[LABELS]


def softmax(x):
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# --- several classes -------------------------------------------------------------------------


def test_from_logits():
    expected = -(TARGET * np.log(softmax(LOGITS))).sum(-1)
    np.testing.assert_allclose(ops.softmax_crossentropy(TARGET, LOGITS), expected)
    np.testing.assert_allclose(
        ops.categorical_crossentropy(TARGET, LOGITS, from_logits=True), expected
    )
    check(ops.softmax_crossentropy, TARGET, LOGITS)
    check(ops.softmax_crossentropy, 2 * TARGET, LOGITS)  # sums that are not 1


def test_from_logits_along_another_axis():
    target, logits = np.moveaxis(TARGET, -1, 1), np.moveaxis(LOGITS, -1, 1)
    expected = ops.softmax_crossentropy(TARGET, LOGITS)
    np.testing.assert_allclose(ops.softmax_crossentropy(target, logits, axis=1), expected)
    check(lambda t, z: ops.softmax_crossentropy(t, z, axis=1), target, logits)
    np.testing.assert_allclose(
        ops.categorical_crossentropy(target, ops.softmax(logits, axis=1), axis=1), expected
    )
    np.testing.assert_allclose(
        ops.sparse_categorical_crossentropy(LABELS, logits, from_logits=True, axis=1),
        ops.sparse_softmax_crossentropy(LABELS, LOGITS),
    )


def test_labels_from_logits():
    expected = -(ONE_HOT * np.log(softmax(LOGITS))).sum(-1)
    for labels in (LABELS, LABELS[..., None], LABELS.astype("float32"), LABELS.astype("uint8")):
        np.testing.assert_allclose(ops.sparse_softmax_crossentropy(labels, LOGITS), expected)
        check(functools.partial(ops.sparse_softmax_crossentropy, labels), LOGITS)


def test_probabilities_are_scaled_and_clipped():
    # Row 1: 6 of 8 is 0.75. Row 2: the truth got nothing, which counts as 1e-7.
    output = np.array([[2.0, 6.0], [1.0, 0.0]])
    target = np.array([[0.0, 1.0], [0.0, 1.0]])
    expected = [-math.log(0.75), -math.log(1e-7)]
    np.testing.assert_allclose(ops.categorical_crossentropy(target, output), expected)
    check(lambda p: ops.categorical_crossentropy(TARGET, p), softmax(LOGITS) * 3)
    check(lambda t: ops.categorical_crossentropy(t, softmax(LOGITS)), TARGET)


def test_labels_with_probabilities():
    # As in Keras 2.1.5 clipped first, then scaled to sum 1.
    output = np.array([[0.2, 0.8], [1.0, 0.0]])
    clipped = 1e-7 / (1e-7 + 1 - 1e-7)
    expected = [-math.log(0.8), -math.log(clipped)]
    np.testing.assert_allclose(ops.sparse_categorical_crossentropy([1, 1], output), expected)
    check(lambda p: ops.sparse_categorical_crossentropy(LABELS, p), softmax(LOGITS))


@pytest.mark.parametrize("sparse", [False, True])
def test_through_a_softmax_the_gradient_is_p_minus_t(sparse):
    truth = LABELS if sparse else ONE_HOT
    function = ops.sparse_categorical_crossentropy if sparse else ops.categorical_crossentropy
    check(lambda z: function(truth, ops.softmax(z)), LOGITS)
    z = Variable(LOGITS)
    with recording():
        (g,) = gradients(function(truth, ops.softmax(z)), [z])
    np.testing.assert_allclose(g, softmax(LOGITS) - ONE_HOT, rtol=1e-12)


@pytest.mark.parametrize("sparse", [False, True])
def test_a_hopeless_prediction_still_learns(sparse):
    """In float32 softmax([200, 0]) is [1, 0] and the clipped logarithm is flat."""
    truth = [1] if sparse else np.array([[0, 1]], "float32")
    function = ops.sparse_categorical_crossentropy if sparse else ops.categorical_crossentropy
    z = Variable(np.array([[200.0, 0.0]], "float32"))
    with recording():
        loss = function(truth, ops.softmax(z))
        (g,) = gradients(loss, [z])
    np.testing.assert_allclose(loss.data, [-math.log(1e-7)], rtol=1e-6)
    np.testing.assert_array_equal(g, [[1, -1]])
    with recording():  # without the memory of the softmax
        (g,) = gradients(function(truth, ops.softmax(z) * 1), [z])
    np.testing.assert_array_equal(g, [[0, 0]])


def test_a_softmax_that_is_used_elsewhere_too_gets_both_gradients():
    check(
        lambda z: (
            ops.categorical_crossentropy(ONE_HOT, ops.softmax(z)) + ops.sum(ops.softmax(z) ** 2, -1)
        ),
        LOGITS,
    )

    def shared(z):
        p = ops.softmax(z)
        return ops.categorical_crossentropy(ONE_HOT, p) + ops.sum(p**2, -1)

    check(shared, LOGITS)


@pytest.mark.parametrize(
    "loss",
    [
        lambda z: ops.categorical_crossentropy(ONE_HOT, ops.softmax(z)),
        lambda z: ops.sparse_categorical_crossentropy(LABELS, ops.softmax(z)),
        lambda z: ops.softmax_crossentropy(ONE_HOT, z),
        lambda z: ops.sparse_softmax_crossentropy(LABELS, z),
        lambda z: ops.categorical_crossentropy(ONE_HOT, ops.softmax(z) * 1),
    ],
)
def test_second_derivatives(loss):
    weights = RNG.normal(size=LOGITS.shape)
    first = grad(lambda z: ops.sum(loss(z)))
    second = grad(lambda z: ops.sum(first(z) * weights))(LOGITS)
    p = softmax(LOGITS)
    along = p * weights
    expected = along - p * along.sum(-1, keepdims=True)
    np.testing.assert_allclose(second, expected, rtol=1e-6, atol=1e-9)


# --- yes or no -------------------------------------------------------------------------------

YES = RNG.integers(0, 2, size=(3, 4)).astype("float64")
SCORES = RNG.normal(size=(3, 4)) * 3


def test_binary():
    p = sigmoid(SCORES)
    expected = -(YES * np.log(p) + (1 - YES) * np.log(1 - p))
    np.testing.assert_allclose(ops.binary_crossentropy(YES, p), expected)
    np.testing.assert_allclose(ops.sigmoid_crossentropy(YES, SCORES), expected)
    np.testing.assert_allclose(ops.binary_crossentropy(YES, SCORES, from_logits=True), expected)
    check(ops.sigmoid_crossentropy, RNG.uniform(size=(3, 4)), SCORES)
    check(ops.binary_crossentropy, RNG.uniform(size=(3, 4)), p)


def test_binary_through_a_sigmoid():
    check(lambda t, z: ops.binary_crossentropy(t, ops.sigmoid(z)), YES, SCORES)
    z = Variable(np.array([-300.0, 300.0], "float32"))
    target = np.array([1.0, 0.0], "float32")
    with recording():
        loss = ops.binary_crossentropy(target, ops.sigmoid(z))
        (g,) = gradients(loss, [z])
    # In float32, 1 - 1e-7 is 1 - 2**-23.
    np.testing.assert_allclose(loss.data, [-math.log(1e-7), 23 * math.log(2)], rtol=1e-6)
    np.testing.assert_array_equal(g, [-1, 1])


@pytest.mark.parametrize(
    "loss",
    [
        lambda z: ops.binary_crossentropy(YES, ops.sigmoid(z)),
        lambda z: ops.sigmoid_crossentropy(YES, z),
    ],
)
def test_binary_second_derivatives(loss):
    first = grad(lambda z: ops.sum(loss(z)))
    second = grad(lambda z: ops.sum(first(z) ** 2) / 2)(SCORES)
    p = sigmoid(SCORES)
    np.testing.assert_allclose(second, (p - YES) * p * (1 - p), rtol=1e-9)


def test_the_other_activation_is_not_mistaken():
    """A softmax of two classes before a binary loss, a sigmoid before a categorical one."""
    two = RNG.normal(size=(3, 2))
    truth = np.eye(2)[[0, 1, 1]]
    check(lambda z: ops.binary_crossentropy(truth, ops.softmax(z)), two)
    check(lambda z: ops.categorical_crossentropy(truth, ops.sigmoid(z)), two)


# --- types and refusals ----------------------------------------------------------------------


def test_float32_in_and_out():
    z = Variable(LOGITS.astype("float32"))
    for loss in (
        lambda: ops.categorical_crossentropy(ONE_HOT, ops.softmax(z)),  # float64 targets
        lambda: ops.categorical_crossentropy(ONE_HOT.astype("int64"), ops.softmax(z) * 1),
        lambda: ops.categorical_crossentropy(ONE_HOT, z, from_logits=True),
        lambda: ops.sparse_categorical_crossentropy(LABELS.astype("float64"), ops.softmax(z)),
        lambda: ops.sparse_categorical_crossentropy(LABELS, ops.softmax(z) * 1),
        lambda: ops.sparse_categorical_crossentropy(LABELS, z, from_logits=True),
        lambda: ops.binary_crossentropy(ONE_HOT, ops.sigmoid(z)),
        lambda: ops.binary_crossentropy(ONE_HOT.astype(bool), ops.sigmoid(z) * 1),
        lambda: ops.binary_crossentropy(ONE_HOT, z, from_logits=True),
    ):
        with recording():
            y = loss()
            (g,) = gradients(y, [z])
        assert y.dtype == g.dtype == np.float32


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 4], r"label 4 is no class number: with 4 classes.*from 0 to 3"),
        ([-1, 0], r"label -1 is no class number"),
        ([0.5, 0], r"label 0.5 is no class number"),
        ([np.nan, 0], r"label nan is no class number"),
        ([0, 1, 2], r"shape \(3,\) do not fit predictions of shape \(2, 4\): expected \(2,\)"),
        (np.eye(4)[:2], r"one-hot rows, use categorical_crossentropy"),
    ],
)
@pytest.mark.parametrize("from_logits", [False, True])
def test_wrong_labels(labels, message, from_logits):
    output = np.full((2, 4), 0.25)
    for p in (output, ops.softmax(Tensor(output))):
        with pytest.raises(ValueError, match=message):
            ops.sparse_categorical_crossentropy(labels, p, from_logits=from_logits)


def test_wrong_shapes():
    for function in (
        ops.categorical_crossentropy,
        ops.softmax_crossentropy,
        ops.binary_crossentropy,
        ops.sigmoid_crossentropy,
    ):
        with pytest.raises(ValueError, match=r"targets have shape \(2,\).*predictions \(2, 3\)"):
            function(np.zeros(2), np.full((2, 3), 0.3))


def test_one_hot():
    expected = np.eye(4, dtype="float32")[LABELS]
    np.testing.assert_array_equal(ops.one_hot(LABELS, 4), expected)
    assert ops.one_hot(LABELS, 4).dtype == np.float32
    assert ops.one_hot(LABELS, 4, dtype="int32").dtype == np.int32
    np.testing.assert_array_equal(ops.one_hot(LABELS, 4, axis=1), np.moveaxis(expected, -1, 1))
    np.testing.assert_array_equal(ops.one_hot([-1, 7], 3), np.zeros((2, 3)))
    np.testing.assert_array_equal(ops.multi_hot([[0, 2], [1, 1]], 4), [[1, 0, 1, 0], [0, 1, 0, 0]])
    np.testing.assert_array_equal(ops.multi_hot([0, 2], 3), [1, 0, 1])
    with pytest.raises(ValueError, match="sparse arrays"):
        ops.one_hot([0], 2, sparse=True)


@pytest.mark.parametrize("labels", [ONE_HOT, TARGET, 2 * TARGET])
def test_the_short_way_and_the_long_way_give_one_value(labels):
    """Knowing the logits changes the gradient only; so does a sum of labels that is not 1."""
    z = Tensor(LOGITS)
    known, unknown = ops.softmax(z), ops.softmax(z) * 1
    np.testing.assert_allclose(
        ops.categorical_crossentropy(labels, known).data,
        ops.categorical_crossentropy(labels, unknown).data,
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        ops.sparse_categorical_crossentropy(LABELS, known).data,
        ops.sparse_categorical_crossentropy(LABELS, unknown).data,
        rtol=1e-12,
    )
    known, unknown = ops.sigmoid(z), ops.sigmoid(z) * 1
    np.testing.assert_allclose(
        ops.binary_crossentropy(labels, known).data,
        ops.binary_crossentropy(labels, unknown).data,
        rtol=1e-12,
    )
    check(lambda t, z: ops.categorical_crossentropy(t, ops.softmax(z)), labels, LOGITS)


def test_second_derivatives_by_the_labels_too():
    def both(t, z):
        value = ops.sum(ops.categorical_crossentropy(t, ops.softmax(z)))
        return value + ops.sum(ops.binary_crossentropy(t, ops.sigmoid(z)))

    by_labels = grad(both, argnums=0)
    mixed = grad(lambda z: ops.sum(by_labels(TARGET, z) * ONE_HOT))(LOGITS)
    # Minus log p of the true class, and of the sigmoid, log((1 - p) / p) = -z.
    expected = softmax(LOGITS) - ONE_HOT - ONE_HOT
    np.testing.assert_allclose(mixed, expected, rtol=1e-6)
