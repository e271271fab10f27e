"""Losses of both packages: values per sample, reductions, gradients by the predictions."""

import keras
import numpy as np
import pytest

import minikeras
from tests.parity.harness import check_function

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(6, 4)).astype("float32")
NUMBERS = RNG.normal(size=(6, 4)).astype("float32")
PROBABILITIES = RNG.dirichlet(np.ones(4), size=6).astype("float32")
OTHERS = RNG.dirichlet(np.ones(4), size=6).astype("float32")
LABELS = np.array([0, 3, 1, 2, 2, 0])
ONE_HOT = np.eye(4, dtype="float32")[LABELS]
SIGNS = np.where(RNG.uniform(size=(6, 4)) < 0.5, -1, 1).astype("float32")
MAPS = RNG.uniform(size=(2, 3, 3, 1)).astype("float32")
REGIONS = (RNG.uniform(size=(2, 3, 3, 1)) < 0.5).astype("float32")
UNIT = SCORES / np.sqrt((SCORES**2).sum(axis=1, keepdims=True))
WEIGHTS = np.array([1.0, 0.0, 2.0, 0.5, 1.0, 3.0], "float32")

# Per class of Keras 3: (labels, predictions, further arguments of the class).
CASES = {
    "MeanSquaredError": [(NUMBERS, SCORES, {})],
    "MeanAbsoluteError": [(NUMBERS, SCORES, {})],
    "MeanAbsolutePercentageError": [(NUMBERS, SCORES, {})],
    "MeanSquaredLogarithmicError": [(OTHERS, PROBABILITIES, {}), (NUMBERS, SCORES, {})],
    "LogCosh": [(NUMBERS, SCORES, {})],
    "Huber": [(NUMBERS, SCORES, {}), (NUMBERS, SCORES, {"delta": 0.3})],
    "CosineSimilarity": [(NUMBERS, SCORES, {}), (NUMBERS, SCORES, {"axis": 0})],
    "Hinge": [(SIGNS, SCORES, {}), (ONE_HOT, SCORES, {})],
    "SquaredHinge": [(SIGNS, SCORES, {}), (ONE_HOT, SCORES, {})],
    "CategoricalHinge": [(ONE_HOT, SCORES, {})],
    "KLDivergence": [(OTHERS, PROBABILITIES, {})],
    "Poisson": [(OTHERS, PROBABILITIES, {})],
    "CategoricalCrossentropy": [
        (ONE_HOT, PROBABILITIES, {}),
        (OTHERS, PROBABILITIES * 3, {}),
        (ONE_HOT, SCORES, {"from_logits": True}),
        (ONE_HOT, PROBABILITIES, {"label_smoothing": 0.2}),
        (ONE_HOT[:4], PROBABILITIES[:4], {"axis": 0}),
    ],
    "SparseCategoricalCrossentropy": [
        (LABELS, PROBABILITIES, {}),
        (LABELS[:, None], PROBABILITIES, {}),
        (LABELS, SCORES, {"from_logits": True}),
        (LABELS, PROBABILITIES, {"ignore_class": 2}),
        (LABELS, SCORES, {"from_logits": True, "ignore_class": 2}),
    ],
    "BinaryCrossentropy": [
        (ONE_HOT, PROBABILITIES, {}),
        (OTHERS, PROBABILITIES, {"label_smoothing": 0.2}),
        (ONE_HOT, SCORES, {"from_logits": True}),
        (ONE_HOT[:, :1], PROBABILITIES[:, :1], {}),
    ],
    "CategoricalFocalCrossentropy": [
        (ONE_HOT, PROBABILITIES, {}),
        (ONE_HOT, PROBABILITIES, {"alpha": [0.1, 0.2, 0.3, 0.4], "gamma": 1.0}),
        (ONE_HOT, SCORES, {"from_logits": True, "label_smoothing": 0.1}),
    ],
    "BinaryFocalCrossentropy": [
        (ONE_HOT, PROBABILITIES, {}),
        (ONE_HOT, PROBABILITIES, {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5}),
        (ONE_HOT, SCORES, {"from_logits": True, "label_smoothing": 0.1}),
    ],
    "CategoricalGeneralizedCrossEntropy": [(LABELS, PROBABILITIES, {"q": 0.7})],
    "Dice": [(REGIONS, MAPS, {}), (REGIONS, MAPS, {"axis": (1, 2, 3)})],
    "Tversky": [(REGIONS, MAPS, {}), (REGIONS, MAPS, {"alpha": 0.3, "beta": 0.9, "axis": 1})],
    "CTC": [
        (np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0]]), np.resize(SCORES * 2, (3, 6, 4)), {}),
    ],
    "Circle": [(LABELS, UNIT, {"gamma": 4.0}), (LABELS, UNIT, {"remove_diagonal": False})],
}
EVERY = [(name, *case) for name, cases in CASES.items() for case in cases]
IDS = [f"{name}-{settings}" for name, _, _, settings in EVERY]
every = pytest.mark.parametrize(("name", "true", "pred", "settings"), EVERY, ids=IDS)


@every
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none"])
def test_values_and_gradients(name, true, pred, settings, reduction):
    check_function(
        lambda k, p: getattr(k.losses, name)(reduction=reduction, **settings)(true, p), pred
    )


@every
def test_sample_weights(name, true, pred, settings):
    reductions = ["sum_over_batch_size", "mean_with_sample_weight"]
    if name in ("CTC", "Dice", "Tversky") or settings.get("axis") == 0:
        pytest.skip("not one value for each of the six samples")
    for reduction in reductions:
        check_function(
            lambda k, p, reduction=reduction: getattr(k.losses, name)(
                reduction=reduction, **settings
            )(true, p, sample_weight=WEIGHTS),
            pred,
        )


@pytest.mark.parametrize(
    "name",
    [
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "log_cosh",
        "huber",
        "cosine_similarity",
        "hinge",
        "squared_hinge",
        "categorical_hinge",
        "kl_divergence",
        "poisson",
        "categorical_crossentropy",
        "binary_crossentropy",
        "categorical_focal_crossentropy",
        "binary_focal_crossentropy",
    ],
)
def test_functions(name):
    # Real Keras on JAX takes means in float32 only, so there is no sharper comparison.
    check_function(lambda k, p: getattr(k.losses, name)(ONE_HOT, p), PROBABILITIES)
    truths = np.stack([ONE_HOT, OTHERS], axis=1)
    steps = np.stack([PROBABILITIES, PROBABILITIES[::-1]], axis=1)
    check_function(lambda k, p: getattr(k.losses, name)(truths, p), steps)


@pytest.mark.parametrize("name", ["CategoricalCrossentropy", "SparseCategoricalCrossentropy"])
def test_through_a_softmax(name):
    true = LABELS if name.startswith("Sparse") else ONE_HOT
    check_function(lambda k, z: getattr(k.losses, name)()(true, k.activations.softmax(z)), SCORES)


def test_through_a_sigmoid():
    check_function(
        lambda k, z: k.losses.binary_crossentropy(ONE_HOT, k.activations.sigmoid(z)), SCORES
    )


def test_probabilities_of_zero_and_one():
    """Clipping gives both the same values; their gradients are 0 where it acts."""
    p = np.array([[0.0, 1.0], [1.0, 0.0]], "float32")
    for name in ("categorical_crossentropy", "binary_crossentropy", "kl_divergence"):
        check_function(lambda k, p, name=name: getattr(k.losses, name)(p[::-1], p), p, gradients=())


def test_nothing_is_missing():
    theirs = {name for name in dir(keras.losses) if not name.startswith("_")}
    assert theirs == {name for name in theirs if hasattr(minikeras.losses, name)}
    classes = {name for name in theirs if isinstance(getattr(keras.losses, name), type)}
    assert classes <= set(CASES) | {"Loss"}


def test_losses_of_real_keras_are_replaced():
    assert minikeras.losses.get(keras.losses.mean_squared_error) is minikeras.losses.mse
    replaced = minikeras.losses.get(keras.losses.Huber(delta=0.5, name="h"))
    assert type(replaced) is minikeras.losses.Huber
    assert (replaced.delta, replaced.name) == (1.0, "h")  # Keras saves no delta
