"""Loss functions: values worked by hand, gradients, shapes, types."""

import math

import numpy as np
import pytest

from minikeras import losses, ops
from minikeras.autograd import Tensor, Variable, grad, gradients, recording
from tests.ops.gradients import check

RNG = np.random.default_rng(6)
T = np.array([[1.0, 2.0], [0.0, -1.0]])
P = np.array([[2.0, 0.0], [0.5, -1.0]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mean_squared_error", [2.5, 0.125]),
        ("mean_absolute_error", [1.5, 0.25]),
        # |error / truth|: 1 and 1; 0.5 / 1e-7 and 0
        ("mean_absolute_percentage_error", [100, 0.5e7 / 2 * 100]),
        ("huber", [(0.5 + 1.5) / 2, 0.0625]),
        (
            "logcosh",
            [(math.log(math.cosh(1)) + math.log(math.cosh(2))) / 2, math.log(math.cosh(0.5)) / 2],
        ),
        ("cosine_proximity", [-2 / (5**0.5 * 2), -1 / 1.25**0.5]),
        ("cosine_similarity", [-2 / (5**0.5 * 2), -1 / 1.25**0.5]),
        # y_pred - y_true log(y_pred + 1e-7)
        ("poisson", [(2 - math.log(2 + 1e-7) - 2 * math.log(1e-7)) / 2, math.nan]),
    ],
)
def test_regression_by_hand(name, expected):
    with np.errstate(invalid="ignore"):
        values = getattr(losses, name)(T, P)
    np.testing.assert_allclose(values, expected, rtol=1e-6)


def test_logarithms_by_hand():
    t, p = np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])
    log = math.log
    expected = ((log(2) - log(1 + 1e-7)) ** 2 + (log(4) - log(2)) ** 2) / 2
    np.testing.assert_allclose(losses.mean_squared_logarithmic_error(t, p), [expected])


def test_hinges_by_hand():
    p = np.array([[0.5, -2.0, 0.25]])
    for t in (np.array([[1.0, -1.0, -1.0]]), np.array([[1, 0, 0]])):
        np.testing.assert_allclose(losses.hinge(t, p), [(0.5 + 0 + 1.25) / 3])
        np.testing.assert_allclose(losses.squared_hinge(t, p), [(0.25 + 1.5625) / 3])
    np.testing.assert_allclose(losses.categorical_hinge(np.array([[1.0, 0, 0]]), p), [0.75])
    three_kinds = np.array([[1.0, 0.0, -1.0]])  # not binary: taken as they are
    np.testing.assert_allclose(losses.hinge(three_kinds, p), [(0.5 + 1 + 1.25) / 3])


def test_entropies_by_hand():
    t, p = np.array([[0.25, 0.75], [0.0, 1.0]]), np.array([[0.5, 0.5], [0.2, 0.8]])
    log = math.log
    np.testing.assert_allclose(
        losses.categorical_crossentropy(t, p), [log(2), -log(0.8)], rtol=1e-12
    )
    np.testing.assert_allclose(
        losses.sparse_categorical_crossentropy([0, 1], p), [log(2), -log(0.8)], rtol=1e-12
    )
    np.testing.assert_allclose(losses.binary_crossentropy(t, p), [log(2), -log(0.8)], rtol=1e-12)
    np.testing.assert_allclose(
        losses.kl_divergence(t, p)[0], 0.25 * log(0.5) + 0.75 * log(1.5), rtol=1e-12
    )
    np.testing.assert_allclose(
        losses.categorical_focal_crossentropy(t, p),
        [0.25 * 0.25 * log(2), -0.25 * 0.04 * log(0.8)],
    )
    np.testing.assert_allclose(
        losses.categorical_focal_crossentropy(t, p, alpha=[0.5, 0.1], gamma=1.0)[1],
        -0.1 * 0.2 * log(0.8),
    )
    np.testing.assert_allclose(losses.binary_focal_crossentropy(t, p)[1], -0.04 * log(0.8))
    np.testing.assert_allclose(
        losses.binary_focal_crossentropy(t, p, apply_class_balancing=True)[1],
        -0.04 * log(0.8) * (0.25 + 0.75) / 2,
    )
    np.testing.assert_allclose(
        losses.categorical_generalized_cross_entropy([[0], [1]], p, q=0.5),
        [2 * (1 - 0.5**0.5), 2 * (1 - 0.8**0.5)],
    )


def test_label_smoothing():
    t, p = np.array([[0.0, 1.0]]), np.array([[0.3, 0.7]])
    expected = -0.1 * math.log(0.3) - 0.9 * math.log(0.7)
    for loss in (losses.categorical_crossentropy, losses.binary_crossentropy):
        np.testing.assert_allclose(loss(t, p, label_smoothing=0.2), [expected])
        with pytest.raises(ValueError, match="share from 0 to 1, not 1.5"):
            loss(t, p, label_smoothing=1.5)


def test_overlaps_by_hand():
    t, p = np.array([[1.0, 1.0, 0.0]]), np.array([[0.5, 1.0, 0.5]])
    # overlap 1.5, missed 0.5, invented 0.5
    np.testing.assert_allclose(losses.dice(t, p), 1 - 3 / 4, rtol=1e-6)
    np.testing.assert_allclose(losses.tversky(t, p), 1 - 1.5 / 2, rtol=1e-6)
    uneven = losses.tversky(t, p, alpha=0.2, beta=1.0)
    np.testing.assert_allclose(uneven, 1 - 1.5 / (1.5 + 0.1 + 0.5), rtol=1e-6)
    assert losses.dice(t, p, axis=-1).shape == (1,)


def test_circle():
    angles = np.array([0.0, 0.3, 2.0, 2.5])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    labels = np.array([0, 0, 1, 1])

    def by_hand(i):
        d = 1 - np.cos(angles[i] - angles)
        like = [
            80 * (d[j] + 0.4) * (d[j] - 0.4) for j in range(4) if labels[j] == labels[i] and j != i
        ]
        unlike = [
            80 * max(1.4 - d[j], 0) * (0.6 - d[j]) for j in range(4) if labels[j] != labels[i]
        ]
        x = np.logaddexp.reduce(like) + np.logaddexp.reduce(unlike)
        return np.logaddexp(0, x)

    np.testing.assert_allclose(
        losses.circle(labels, embeddings), [by_hand(i) for i in range(4)], rtol=1e-9
    )
    check(lambda e: losses.circle(labels, e, gamma=3), embeddings)
    alone = losses.circle([0, 1, 1, 1], Tensor(embeddings), gamma=3)
    assert alone.data[0] == 0
    np.testing.assert_array_equal(alone.mask, [False, True, True, True])
    g = grad(lambda e: ops.sum(losses.circle([0, 0, 0, 0], e)))(embeddings)
    np.testing.assert_array_equal(g, 0)


PROBABILITIES = RNG.dirichlet(np.ones(3), size=(4,))
ONE_HOT = np.eye(3)[[0, 2, 1, 1]]
SCORES = RNG.normal(size=(4, 3))
EVERY = {
    "mean_squared_error": (SCORES, SCORES[::-1]),
    "mean_absolute_error": (SCORES, SCORES[::-1] + 0.1),
    "mean_absolute_percentage_error": (SCORES, SCORES[::-1]),
    "mean_squared_logarithmic_error": (PROBABILITIES, PROBABILITIES[::-1]),
    "logcosh": (SCORES, SCORES[::-1]),
    "huber": (SCORES, SCORES[::-1] * 3),
    "cosine_proximity": (SCORES, SCORES[::-1]),
    "cosine_similarity": (SCORES, SCORES[::-1]),
    "hinge": (ONE_HOT, SCORES),
    "squared_hinge": (ONE_HOT, SCORES),
    "categorical_hinge": (ONE_HOT, SCORES),
    "kullback_leibler_divergence": (PROBABILITIES[::-1], PROBABILITIES),
    "poisson": (PROBABILITIES[::-1], PROBABILITIES),
    "categorical_crossentropy": (ONE_HOT, PROBABILITIES),
    "sparse_categorical_crossentropy": (np.array([0, 2, 1, 1]), PROBABILITIES),
    "binary_crossentropy": (ONE_HOT, PROBABILITIES),
    "categorical_focal_crossentropy": (ONE_HOT, PROBABILITIES),
    "binary_focal_crossentropy": (ONE_HOT, PROBABILITIES),
    "categorical_generalized_cross_entropy": (np.array([0, 2, 1, 1]), PROBABILITIES),
    "dice": (ONE_HOT, PROBABILITIES),
    "tversky": (ONE_HOT, PROBABILITIES),
    "ctc": (np.array([[1, 2], [2, 0], [1, 1], [0, 0]]), RNG.normal(size=(4, 5, 3))),
    "circle": (np.array([0, 0, 1, 1]), SCORES / np.sqrt((SCORES**2).sum(1, keepdims=True))),
}
SETTINGS = {"categorical_generalized_cross_entropy": {"q": 0.7}, "circle": {"gamma": 2.0}}


def function(name):
    settings = SETTINGS.get(name, {})
    return lambda t, p: getattr(losses, name)(t, p, **settings)


def test_every_function_has_a_case():
    functions = {f.__name__ for _, f in losses.registry.items() if not isinstance(f, type)}
    assert functions == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_gradients(name):
    true, pred = EVERY[name]
    check(lambda p: function(name)(true, p), pred)


@pytest.mark.parametrize("name", EVERY)
def test_one_value_per_sample_in_the_type_of_the_prediction(name):
    true, pred = EVERY[name]
    for dtype in ("float32", "float64"):
        p = Variable(pred.astype(dtype))
        for t in (true, true.astype("float64"), true.astype("float32"), Tensor(true)):
            with recording():
                y = function(name)(t, p)
                (g,) = gradients(y, [p])
            assert y.dtype == g.dtype == dtype
            assert y.shape == (() if name in ("dice", "tversky") else (4,))
        raw = function(name)(true, p.data)
        assert not isinstance(raw, Tensor)
        assert raw.dtype == dtype
        np.testing.assert_allclose(raw, y.data, rtol=1e-6)


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"circle", "ctc", "dice", "tversky"}))
def test_steps_of_sequences(name):
    true, pred = EVERY[name]
    longer = function(name)(np.stack([true] * 5, axis=1), np.stack([pred] * 5, axis=1))
    assert longer.shape == (4, 5)
    np.testing.assert_allclose(longer[:, 2], function(name)(true, pred))


@pytest.mark.parametrize("name", ["mean_squared_error", "hinge", "binary_crossentropy", "poisson"])
def test_vectors_beside_columns(name):
    true, pred = EVERY[name]
    column = function(name)(true[:, :1], pred[:, :1])
    np.testing.assert_allclose(function(name)(true[:, 0], pred[:, :1]), column)
    np.testing.assert_allclose(function(name)(true[:, :1], pred[:, 0]), column)


@pytest.mark.parametrize("name", ["mean_squared_error", "categorical_crossentropy"])
def test_lists_are_taken_as_floatx(name):
    value = getattr(losses, name)([[0.0, 1.0]], [[0.5, 0.5]])
    assert value.dtype == np.float32
    assert getattr(losses, name)([[0, 1]], [[1, 2]]).dtype == np.float32


def test_shapes_that_do_not_fit():
    for name in ("mean_squared_error", "hinge", "categorical_crossentropy", "dice"):
        with pytest.raises(ValueError, match=r"labels have shape \(4, 3\).*predictions \(4, 2\)"):
            getattr(losses, name)(np.zeros((4, 3)), np.full((4, 2), 0.5))


# --- sparse ----------------------------------------------------------------------------------


@pytest.mark.parametrize("as_logits", [False, True])
def test_an_ignored_class(as_logits):
    labels = np.array([0, 255, 1, 255])
    prediction = SCORES if as_logits else PROBABILITIES
    settings = {"from_logits": as_logits}
    plain = losses.sparse_categorical_crossentropy([0, 0, 1, 0], prediction, **settings)
    for shape in [(4,), (4, 1)]:
        value = losses.sparse_categorical_crossentropy(
            labels.reshape(shape), Tensor(prediction), ignore_class=255, **settings
        )
        np.testing.assert_allclose(value.data, plain * [1, 0, 1, 0])
        np.testing.assert_array_equal(value.mask, [True, False, True, False])
    check(lambda p: losses.sparse_categorical_crossentropy(labels, p, as_logits, 255), prediction)
    with pytest.raises(ValueError, match="label 255 is no class number"):
        losses.sparse_categorical_crossentropy(labels, prediction)
    with pytest.raises(ValueError, match="label 7 is no class number"):
        losses.sparse_categorical_crossentropy([7, 255, 0, 0], prediction, ignore_class=255)


def test_an_ignored_class_through_a_softmax():
    z = Variable(SCORES)
    with recording():
        loss = losses.sparse_categorical_crossentropy(
            [0, -1, 1, 2], ops.softmax(z), ignore_class=-1
        )
        (g,) = gradients(loss, [z])
    p = np.exp(SCORES) / np.exp(SCORES).sum(1, keepdims=True)
    np.testing.assert_allclose(g[1], 0)
    np.testing.assert_allclose(g[[0, 2, 3]], (p - np.eye(3)[[0, 0, 1, 2]])[[0, 2, 3]])


def test_classes_along_another_axis():
    p = RNG.dirichlet(np.ones(3), size=(2, 5))  # (2, 5, 3)
    labels = RNG.integers(0, 3, size=(2, 5))
    expected = losses.sparse_categorical_crossentropy(labels, p)
    moved = np.moveaxis(p, -1, 1)
    np.testing.assert_allclose(
        losses.sparse_categorical_crossentropy(labels, moved, axis=1), expected
    )
    np.testing.assert_allclose(
        losses.sparse_categorical_crossentropy(labels[:, None], moved, axis=1), expected
    )
    one_hot = np.moveaxis(np.eye(3)[labels], -1, 1)
    np.testing.assert_allclose(losses.categorical_crossentropy(one_hot, moved, axis=1), expected)


def test_logits_and_probabilities_agree():
    p = np.exp(SCORES) / np.exp(SCORES).sum(1, keepdims=True)
    s = 1 / (1 + np.exp(-SCORES))
    pairs = [
        ("categorical_crossentropy", ONE_HOT, p),
        ("sparse_categorical_crossentropy", np.array([0, 2, 1, 1]), p),
        ("categorical_focal_crossentropy", ONE_HOT, p),
        ("binary_crossentropy", ONE_HOT, s),
        ("binary_focal_crossentropy", ONE_HOT, s),
    ]
    for name, true, probabilities in pairs:
        loss = getattr(losses, name)
        np.testing.assert_allclose(
            loss(true, SCORES, from_logits=True), loss(true, probabilities), rtol=1e-6
        )
