"""Every metric that both packages have, on the same random streams, weighted and not."""

import itertools

import keras
import numpy as np
import pytest

import minikeras
from minikeras import metrics as mini
from minikeras.metrics.base import registry
from minikeras.utils import np_utils

# Real Keras adds up in float32, where a few dozen samples lose less than this share. Numbers below
# LEAST are differences of larger ones (1 - a / b), or have its fuzz of 1e-7 in a denominator.
RELATIVE = 2e-6
LEAST = 0.1


# --- data ------------------------------------------------------------------------------------


def binary(rng, n):
    return rng.integers(0, 2, (n, 1)).astype("float32"), rng.random((n, 1)).astype("float32")


def vectors(rng, n):
    return rng.integers(0, 2, n).astype("float32"), rng.random(n).astype("float32")


def labels(rng, n):
    return rng.integers(0, 2, (n, 3)).astype("float32"), rng.random((n, 3)).astype("float32")


def scores(rng, n):
    return rng.integers(0, 2, (n, 3)).astype("float32"), rng.normal(size=(n, 3)).astype("float32")


def one_hot(rng, n):
    y_pred = rng.random((n, 4)).astype("float32") + 0.1
    return np.eye(4, dtype="float32")[rng.integers(0, 4, n)], y_pred / y_pred.sum(-1, keepdims=True)


def numbers(rng, n):
    y_true, y_pred = one_hot(rng, n)
    return y_true.argmax(-1).astype("int32"), y_pred


def columns(rng, n):
    y_true, y_pred = numbers(rng, n)
    return y_true[:, None], y_pred


def steps(rng, n):
    y_true, y_pred = numbers(rng, 5 * n)
    return y_true.reshape(n, 5), y_pred.reshape(n, 5, 4)


def one_hot_steps(rng, n):
    y_true, y_pred = one_hot(rng, 5 * n)
    return y_true.reshape(n, 5, 4), y_pred.reshape(n, 5, 4)


def targets(rng, n):
    return rng.normal(size=(n, 3)).astype("float32"), rng.normal(size=(n, 3)).astype("float32")


def single(rng, n):
    y_true = rng.normal(size=(n, 1)).astype("float32")
    return y_true, y_true + rng.normal(size=(n, 1)).astype("float32")


def positive(rng, n):
    y_true, y_pred = rng.random((n, 3)) + 0.1, rng.random((n, 3)) + 0.1
    return y_true.astype("float32"), y_pred.astype("float32")


def signs(rng, n):
    y_true, y_pred = targets(rng, n)
    return np.sign(y_true), y_pred


def classes(rng, n):
    return rng.integers(0, 3, n).astype("int32"), rng.integers(0, 3, n).astype("int32")


def images(rng, n):
    y_true, y_pred = rng.integers(0, 3, (n, 4, 4)), rng.random((n, 4, 4, 3))
    return y_true.astype("int32"), y_pred.astype("float32")


def one_hot_images(rng, n):
    y_true, y_pred = images(rng, n)
    return np.eye(3, dtype="float32")[y_true], y_pred


def no_weights(rng, y_true):
    return None


def per_sample(rng, y_true):
    weights = rng.random(len(y_true)).astype("float32")
    weights[::4] = 0
    return weights


def per_value(rng, y_true):
    return rng.random(y_true.shape).astype("float32")


def whole(rng, y_true):
    return rng.integers(0, 4, y_true.shape).astype("int32")


# --- cases -----------------------------------------------------------------------------------

SAMPLE = (no_weights, per_sample)
VALUE = (no_weights, per_sample, per_value)
WHOLE = (no_weights, whole)
HALF = {"thresholds": 0.5}
THREE = {"thresholds": [0.7, 0.2, 0.45]}
EVEN = {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}


def each(**settings):
    """Every combination of settings, as dictionaries."""
    return [dict(zip(settings, values)) for values in itertools.product(*settings.values())]


# (class, list of its settings, kinds of data, kinds of weights)
CASES = [
    ("Accuracy", [{}], (classes, binary), VALUE),
    ("BinaryAccuracy", each(threshold=[0.5, 0.3]), (binary, vectors, labels), VALUE),
    ("CategoricalAccuracy", [{}], (one_hot, one_hot_steps), SAMPLE),
    ("SparseCategoricalAccuracy", [{}], (numbers, columns, steps), SAMPLE),
    ("SparseCategoricalAccuracy", [{}], (steps,), (per_value,)),
    ("TopKCategoricalAccuracy", each(k=[1, 2, 3]), (one_hot, one_hot_steps), SAMPLE),
    ("SparseTopKCategoricalAccuracy", each(k=[1, 2, 3]), (numbers, steps), SAMPLE),
    ("MeanSquaredError", [{}], (targets, vectors), (no_weights,)),
    ("MeanSquaredError", [{}], (targets,), SAMPLE),
    ("MeanAbsoluteError", [{}], (targets,), SAMPLE),
    ("MeanAbsolutePercentageError", [{}], (positive,), SAMPLE),
    ("MeanSquaredLogarithmicError", [{}], (positive,), SAMPLE),
    ("RootMeanSquaredError", [{}], (targets, single, vectors), VALUE),
    ("CosineSimilarity", [{}, {"axis": 1}], (targets,), SAMPLE),
    ("LogCoshError", [{}], (targets,), SAMPLE),
    (
        "R2Score",
        each(
            class_aggregation=[None, "uniform_average", "variance_weighted_average"],
            num_regressors=[0, 2],
        ),
        (targets, single),
        VALUE,
    ),
    ("PearsonCorrelation", [{}], (targets, one_hot), SAMPLE),
    ("ConcordanceCorrelation", [{}], (targets, one_hot), SAMPLE),
    ("Hinge", [{}], (signs, labels), SAMPLE),
    ("SquaredHinge", [{}], (signs, labels), SAMPLE),
    ("CategoricalHinge", [{}], (one_hot,), SAMPLE),
    ("KLDivergence", [{}], (positive, one_hot), SAMPLE),
    ("Poisson", [{}], (positive,), SAMPLE),
    ("BinaryCrossentropy", each(label_smoothing=[0, 0.2]), (binary, labels), SAMPLE),
    ("BinaryCrossentropy", each(from_logits=[True], label_smoothing=[0, 0.2]), (scores,), SAMPLE),
    (
        "CategoricalCrossentropy",
        each(from_logits=[False, True], label_smoothing=[0, 0.2]),
        (one_hot, one_hot_steps),
        SAMPLE,
    ),
    ("SparseCategoricalCrossentropy", each(from_logits=[False, True]), (numbers, steps), SAMPLE),
    ("SparseCategoricalCrossentropy", [{"ignore_class": 2}], (numbers, steps), (no_weights,)),
    ("SparseCategoricalCrossentropy", [{"ignore_class": 2}], (numbers, steps), (per_value,)),
    ("TruePositives", [{}, HALF, THREE, EVEN], (binary, vectors, labels), VALUE),
    ("FalsePositives", [{}, HALF, THREE, EVEN], (binary, labels), VALUE),
    ("TrueNegatives", [{}, HALF, THREE, EVEN], (binary, labels), VALUE),
    ("FalseNegatives", [{}, HALF, THREE, EVEN], (binary, labels), VALUE),
    ("Precision", [{}, THREE, EVEN], (binary, vectors, labels), VALUE),
    ("Recall", [{}, THREE, EVEN], (binary, vectors, labels), VALUE),
    ("Precision", each(top_k=[1, 2], class_id=[None, 1]), (one_hot, labels), SAMPLE),
    ("Recall", each(top_k=[1, 2], class_id=[None, 1]), (one_hot, labels), SAMPLE),
    ("Precision", [{"top_k": 2, "thresholds": 0.6}, {"class_id": 2}], (labels,), SAMPLE),
    ("Recall", [{"top_k": 2, "thresholds": 0.6}, {"class_id": 2}], (labels,), SAMPLE),
    (
        "AUC",
        each(
            curve=["ROC", "PR", "PRGAIN"],
            summation_method=["interpolation", "majoring", "minoring"],
        ),
        (binary, labels),
        SAMPLE,
    ),
    ("AUC", [{"num_thresholds": 7}, {"thresholds": [0.6, 0.3]}], (vectors, labels), VALUE),
    ("AUC", [{"from_logits": True}], (scores,), SAMPLE),
    ("AUC", [{"label_weights": [1.0, 3.0, 0.5]}], (labels,), SAMPLE),
    (
        "AUC",
        each(
            multi_label=[True],
            curve=["ROC", "PR"],
            label_weights=[None, [1.0, 3.0, 0.5]],
            num_labels=[3],
        ),
        (labels,),
        (no_weights,),
    ),
    ("PrecisionAtRecall", each(recall=[0.2, 0.8]), (binary, labels), SAMPLE),
    ("RecallAtPrecision", each(precision=[0.4, 0.9]), (binary, labels), SAMPLE),
    ("SensitivityAtSpecificity", each(specificity=[0.2, 0.8]), (binary, labels), SAMPLE),
    (
        "SpecificityAtSensitivity",
        each(sensitivity=[0.2, 0.8], num_thresholds=[1, 20], class_id=[None, 1]),
        (labels,),
        SAMPLE,
    ),
    ("IoU", each(num_classes=[3], target_class_ids=[[0], [1, 2]]), (classes,), WHOLE),
    ("MeanIoU", each(num_classes=[3], ignore_class=[None, 1]), (classes,), WHOLE),
    ("MeanIoU", each(num_classes=[3], dtype=["float32"]), (classes,), (per_value,)),
    ("MeanIoU", each(num_classes=[2, 4]), (classes,), (no_weights,)),
    ("MeanIoU", each(num_classes=[3], sparse_y_pred=[False]), (images,), WHOLE),
    ("BinaryIoU", each(target_class_ids=[[0, 1], [1]], threshold=[0.5, 0.2]), (binary,), WHOLE),
    (
        "OneHotIoU",
        each(num_classes=[3], target_class_ids=[[0, 2]]),
        (one_hot_images,),
        (no_weights,),
    ),
    ("OneHotMeanIoU", each(num_classes=[3]), (one_hot_images,), (no_weights,)),
    (
        "FBetaScore",
        each(
            average=[None, "micro", "macro", "weighted"],
            beta=[0.5, 2.0],
            threshold=[None, 0.4],
        ),
        (labels,),
        SAMPLE,
    ),
    ("F1Score", each(average=[None, "micro"]), (one_hot,), SAMPLE),
]


def flat_cases():
    for name, settings, kinds, weights in CASES:
        for setting, data, weigh in itertools.product(settings, kinds, weights):
            words = [name, data.__name__, weigh.__name__]
            words += [f"{k}={v}" for k, v in setting.items()]
            yield pytest.param(name, setting, data, weigh, id="-".join(words))


def assert_close(found, expected, what):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, what
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=LEAST)
    np.testing.assert_allclose(
        found, expected, rtol=0, atol=RELATIVE * scale, err_msg=what, equal_nan=True
    )


@pytest.mark.filterwarnings("ignore:More independent predictors")
@pytest.mark.parametrize(("name", "settings", "data", "weigh"), list(flat_cases()))
def test_streams(name, settings, data, weigh):
    rng = np.random.default_rng(11)
    real, ours = getattr(keras.metrics, name)(**settings), getattr(mini, name)(**settings)
    for size in (13, 4, 13):  # two sizes: real Keras compiles anew for each
        y_true, y_pred = data(rng, size)
        weights = weigh(rng, y_true)
        real.update_state(y_true, y_pred, sample_weight=weights)
        ours.update_state(y_true, y_pred, sample_weight=weights)
        assert_close(mini.read(ours), real.result(), f"{name} after a batch of {size}")
    real.reset_state()
    ours.reset_state()
    y_true, y_pred = data(rng, 13)
    real.update_state(y_true, y_pred)
    ours.update_state(y_true, y_pred)
    assert_close(mini.read(ours), real.result(), f"{name} after a reset")


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@pytest.mark.parametrize(
    ("values", "weights"),
    [
        ((), None),
        ((6,), None),
        ((6, 3), None),
        ((6,), (6,)),
        ((6,), (6, 1)),
        ((6, 1), (6,)),
        ((6, 3), (6,)),
        ((6, 3), (6, 1)),
        ((6, 3), (6, 3)),
        ((6, 3, 2), (6, 3)),
        ((6, 3, 2), (6,)),
        ((6, 3), ()),
        ((), ()),
    ],
)
def test_weights_of_every_shape(name, values, weights):
    rng = np.random.default_rng(5)
    real, ours = getattr(keras.metrics, name)(), getattr(mini, name)()
    for _ in range(3):
        v = rng.random(values).astype("float32")
        w = None if weights is None else rng.random(weights).astype("float32")
        real.update_state(v, sample_weight=w)
        ours.update_state(v, sample_weight=w)
    assert_close(mini.read(ours), real.result(), name)


def test_every_class_that_both_have_is_compared():
    ours = {thing.__name__ for _, thing in registry.items() if isinstance(thing, type)}
    theirs = {
        name
        for name, thing in vars(keras.metrics).items()
        if isinstance(thing, type) and issubclass(thing, keras.metrics.Metric)
    }
    assert theirs - {"Metric"} == ours  # none is missing, none is of our invention
    assert {case[0] for case in CASES} == ours - {"Mean", "Sum", "MeanMetricWrapper"}


@pytest.mark.parametrize(
    ("name", "data", "settings"),
    [
        ("categorical_accuracy", one_hot, {}),
        ("sparse_categorical_accuracy", numbers, {}),
        ("sparse_categorical_accuracy", steps, {}),
        ("top_k_categorical_accuracy", one_hot, {"k": 2}),
        ("sparse_top_k_categorical_accuracy", numbers, {"k": 2}),
        ("pearson_correlation", targets, {}),
        ("concordance_correlation", targets, {}),
    ],
)
def test_functions(name, data, settings):
    y_true, y_pred = data(np.random.default_rng(2), 30)
    expected = getattr(keras.metrics, name)(y_true, y_pred, **settings)
    assert_close(getattr(mini, name)(y_true, y_pred, **settings), expected, name)


def test_binary_accuracy_is_the_mean_of_the_real_one():
    # Keras 3 returns one value per output; minikeras, like Keras 2.1.5, one per sample
    y_true, y_pred = labels(np.random.default_rng(2), 30)
    expected = np.asarray(keras.metrics.binary_accuracy(y_true, y_pred)).mean(-1)
    assert_close(mini.binary_accuracy(y_true, y_pred), expected, "binary_accuracy")


@pytest.mark.parametrize("name", sorted({case[0] for case in CASES}))
def test_configs_are_understood_both_ways(name):
    settings = next(case[1][-1] for case in CASES if case[0] == name)
    keras.backend.clear_session()  # both count from the beginning where they number names
    minikeras.backend.clear_session()
    real = getattr(keras.metrics, name)(**settings)
    ours = getattr(mini, name)(**settings)
    assert ours.name == getattr(mini, name).from_config(real.get_config()).name
    theirs = getattr(keras.metrics, name).from_config(ours.get_config())
    mine = getattr(mini, name).from_config(real.get_config())
    kind = next(case[2][0] for case in CASES if case[0] == name)
    y_true, y_pred = kind(np.random.default_rng(0), 12)
    theirs.update_state(y_true, y_pred)
    mine.update_state(y_true, y_pred)
    assert_close(mini.read(mine), theirs.result(), name)


def test_default_names_and_names_that_get_knows():
    for name in {case[0] for case in CASES}:
        settings = next(case[1][0] for case in CASES if case[0] == name)
        real = getattr(keras.metrics, name)(**settings)
        ours = getattr(mini, name)(**settings)
        assert ours.name.rstrip("_0123456789") == real.name.rstrip("_0123456789")
    from keras.src.metrics import ALL_OBJECTS_DICT

    for alias in set(ALL_OBJECTS_DICT) - {"metric", "Metric", "mean_metric_wrapper"}:
        assert alias in registry, alias


@pytest.mark.parametrize("shape", [(), (6,), (6, 1), (2, 3), (2, 3, 1)])
@pytest.mark.parametrize("num_classes", [None, 7])
def test_to_categorical(shape, num_classes):
    y = np.random.default_rng(0).integers(0, 5, shape)
    expected = keras.utils.to_categorical(y, num_classes)
    found = np_utils.to_categorical(y, num_classes)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("order", [1, 2, np.inf])
def test_normalize(order):
    x = np.random.default_rng(0).normal(size=(4, 3))
    x[1] = 0
    expected = keras.utils.normalize(x, -1, order)
    np.testing.assert_allclose(np_utils.normalize(x, -1, order), expected)
