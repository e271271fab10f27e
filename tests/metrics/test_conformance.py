"""What every registered metric must do; a metric without a case here fails the suite."""

import copy
import inspect
import pickle

import numpy as np
import pytest

from minikeras import metrics
from minikeras.autograd import Tensor, Variable
from minikeras.metrics.base import registry


def binary(rng, n):
    return rng.integers(0, 2, (n, 1)), rng.random((n, 1)).astype("float32")


def labels(rng, n):
    return rng.integers(0, 2, (n, 3)), rng.random((n, 3)).astype("float32")


def one_hot(rng, n):
    y_pred = rng.random((n, 4)).astype("float32") + 0.1
    return np.eye(4, dtype="float32")[rng.integers(0, 4, n)], y_pred / y_pred.sum(-1, keepdims=True)


def numbers(rng, n):
    y_true, y_pred = one_hot(rng, n)
    return y_true.argmax(-1), y_pred


def targets(rng, n):
    return rng.normal(size=(n, 3)).astype("float32"), rng.normal(size=(n, 3)).astype("float32")


def positive(rng, n):
    y_true, y_pred = rng.random((n, 3)) + 0.1, rng.random((n, 3)) + 0.1
    return y_true.astype("float32"), y_pred.astype("float32")


def classes(rng, n):
    return rng.integers(0, 3, n), rng.integers(0, 3, n)


def one_hot_pixels(rng, n):
    return np.eye(3)[rng.integers(0, 3, n)], rng.random((n, 3))


# class -> (arguments, data)
CASES = {
    metrics.Accuracy: ({}, classes),
    metrics.BinaryAccuracy: ({"threshold": 0.4}, binary),
    metrics.CategoricalAccuracy: ({}, one_hot),
    metrics.SparseCategoricalAccuracy: ({}, numbers),
    metrics.TopKCategoricalAccuracy: ({"k": 2}, one_hot),
    metrics.SparseTopKCategoricalAccuracy: ({"k": 2, "from_sorted_ids": False}, numbers),
    metrics.MeanSquaredError: ({}, targets),
    metrics.RootMeanSquaredError: ({}, targets),
    metrics.MeanAbsoluteError: ({}, targets),
    metrics.MeanAbsolutePercentageError: ({}, positive),
    metrics.MeanSquaredLogarithmicError: ({}, positive),
    metrics.CosineSimilarity: ({"axis": 1}, targets),
    metrics.LogCoshError: ({}, targets),
    metrics.R2Score: ({"class_aggregation": None, "num_regressors": 2}, targets),
    metrics.PearsonCorrelation: ({"axis": 1}, targets),
    metrics.ConcordanceCorrelation: ({"axis": 1}, targets),
    metrics.Poisson: ({}, positive),
    metrics.KLDivergence: ({}, one_hot),
    metrics.BinaryCrossentropy: ({"label_smoothing": 0.1}, labels),
    metrics.CategoricalCrossentropy: ({"from_logits": True}, one_hot),
    metrics.SparseCategoricalCrossentropy: ({"ignore_class": 2}, numbers),
    metrics.Hinge: ({}, targets),
    metrics.SquaredHinge: ({}, targets),
    metrics.CategoricalHinge: ({}, one_hot),
    metrics.TruePositives: ({"thresholds": [0.2, 0.6]}, labels),
    metrics.FalsePositives: ({"thresholds": 0.3}, labels),
    metrics.TrueNegatives: ({}, labels),
    metrics.FalseNegatives: ({"thresholds": [0.0, 0.5, 1.0]}, labels),
    metrics.Precision: ({"top_k": 2, "class_id": 1}, one_hot),
    metrics.Recall: ({"thresholds": [0.3, 0.1]}, one_hot),
    metrics.AUC: ({"curve": "PR", "label_weights": [1, 2, 3]}, labels),
    metrics.PrecisionAtRecall: ({"recall": 0.4, "num_thresholds": 20}, binary),
    metrics.RecallAtPrecision: ({"precision": 0.4}, binary),
    metrics.SensitivityAtSpecificity: ({"specificity": 0.4, "class_id": 2}, labels),
    metrics.SpecificityAtSensitivity: ({"sensitivity": 0.4}, binary),
    metrics.IoU: ({"num_classes": 3, "target_class_ids": [0, 2]}, classes),
    metrics.BinaryIoU: ({"target_class_ids": [1], "threshold": 0.3}, binary),
    metrics.MeanIoU: ({"num_classes": 3, "ignore_class": 1}, classes),
    metrics.OneHotIoU: ({"num_classes": 3, "target_class_ids": [1]}, one_hot_pixels),
    metrics.OneHotMeanIoU: ({"num_classes": 3, "dtype": "int64"}, one_hot_pixels),
    metrics.FBetaScore: ({"average": "macro", "beta": 2.0, "threshold": 0.4}, labels),
    metrics.F1Score: ({"average": "weighted"}, one_hot),
}
OF_VALUES = {metrics.Mean, metrics.Sum}  # update_state(values), not (y_true, y_pred)
OF_FUNCTIONS = {metrics.MeanMetricWrapper}

cases = pytest.mark.parametrize(
    ("cls", "arguments", "data"),
    [(cls, *case) for cls, case in CASES.items()],
    ids=[cls.__name__ for cls in CASES],
)


def batches(data, sizes=(7, 5, 1, 12)):
    """Batches of several sizes and their weights."""
    rng = np.random.default_rng(3)
    return [(*data(rng, n), rng.integers(1, 4, n).astype("float32")) for n in sizes]


def joined(parts):
    return [np.concatenate(column) for column in zip(*parts)]


def check_same(found, expected, rtol=1e-6):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=rtol, atol=1e-9)


def test_every_registered_class_has_a_case():
    known = {thing for _, thing in registry.items() if inspect.isclass(thing)}
    assert known == set(CASES) | OF_VALUES | OF_FUNCTIONS


@cases
def test_config_round_trip(cls, arguments, data):
    metric = cls(name="mine", **arguments)
    config = metrics.serialize(metric)
    assert config["config"]["name"] == "mine"
    for argument, value in arguments.items():
        assert np.array_equal(config["config"][argument], value)
    again = metrics.deserialize(config)
    assert type(again) is cls
    assert metrics.serialize(again) == config
    for y_true, y_pred, _ in batches(data):
        metric.update_state(y_true, y_pred)
        again.update_state(y_true, y_pred)
    np.testing.assert_array_equal(metric.result(), again.result())


@cases
def test_default_names(cls, arguments, data):
    metrics.reset_auto_names()
    assert cls(**arguments).name == metrics.log_name(cls)


@cases
@pytest.mark.parametrize("weighted", [False, True])
def test_batch_by_batch_is_all_at_once(cls, arguments, data, weighted):
    parts, streamed, whole = batches(data), cls(**arguments), cls(**arguments)
    for y_true, y_pred, weights in parts:
        streamed.update_state(y_true, y_pred, weights if weighted else None)
    y_true, y_pred, weights = joined(parts)
    whole.update_state(y_true, y_pred, weights if weighted else None)
    check_same(streamed.result(), whole.result())


@cases
def test_calling_updates_and_returns(cls, arguments, data):
    called, updated = cls(**arguments), cls(**arguments)
    for y_true, y_pred, weights in batches(data, (9, 4)):
        found = called(y_true, y_pred, sample_weight=weights)
        updated.update_state(y_true, y_pred, weights)
        np.testing.assert_array_equal(found, updated.result())


@cases
def test_reset_forgets(cls, arguments, data):
    first, second = batches(data, (9, 11))
    used, fresh = cls(**arguments), cls(**arguments)
    used.update_state(*first)
    used.reset_state()
    assert all(not v.numpy().any() for v in used.variables)
    used.update_state(*second)
    fresh.update_state(*second)
    np.testing.assert_array_equal(used.result(), fresh.result())


@cases
def test_samples_of_weight_0_do_not_count(cls, arguments, data):
    if cls is metrics.R2Score:
        arguments = {"class_aggregation": None}  # the adjusted score counts samples by number
    y_true, y_pred, weights = batches(data, (20,))[0]
    weights[::3] = 0
    some, dropped = cls(**arguments), cls(**arguments)
    some.update_state(y_true, y_pred, weights)
    kept = weights > 0
    dropped.update_state(y_true[kept], y_pred[kept], weights[kept])
    check_same(some.result(), dropped.result())


@cases
def test_weights_matter(cls, arguments, data):
    y_true, y_pred, _ = batches(data, (20,))[0]
    first, second = np.ones(20), np.ones(20)
    first[:10], second[10:] = 0, 0
    results = []
    for weights in (first, second):
        metric = cls(**arguments)
        results.append(np.asarray(metric(y_true, y_pred, sample_weight=weights)))
    assert not np.array_equal(*results)


@cases
def test_columns_of_weights_are_vectors(cls, arguments, data):
    y_true, y_pred, weights = batches(data, (8,))[0]
    vector, column = cls(**arguments), cls(**arguments)
    vector.update_state(y_true, y_pred, weights)
    column.update_state(y_true, y_pred, weights[:, None])
    check_same(column.result(), vector.result())


@cases
def test_tensors_are_as_good_as_arrays(cls, arguments, data):
    y_true, y_pred, weights = batches(data, (8,))[0]
    arrays, tensors = cls(**arguments), cls(**arguments)
    arrays.update_state(y_true, y_pred, weights)
    y_pred = Variable(y_pred) if y_pred.dtype.kind == "f" else Tensor(y_pred)
    tensors.update_state(Tensor(y_true), y_pred, Tensor(weights))
    np.testing.assert_array_equal(tensors.result(), arrays.result())


@cases
def test_merging_is_seeing_all(cls, arguments, data):
    first, second = batches(data, (8, 6))
    one, two, both = (cls(**arguments) for _ in range(3))
    one.update_state(*first)
    two.update_state(*second)
    both.update_state(*first)
    both.update_state(*second)
    one.merge_state([two])
    check_same(one.result(), both.result())


@cases
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_go_their_own_way(cls, arguments, data, duplicate):
    first, second = batches(data, (8, 6))
    metric, expected = cls(**arguments), cls(**arguments)
    metric.update_state(*first)
    before = metric.result()
    twin = duplicate(metric)
    twin.update_state(*second)
    np.testing.assert_array_equal(metric.result(), before)
    expected.update_state(*first)
    expected.update_state(*second)
    np.testing.assert_array_equal(twin.result(), expected.result())


@cases
def test_results_are_floats_or_small_arrays(cls, arguments, data):
    metric = cls(**arguments)
    metric.update_state(*batches(data, (8,))[0])
    found = metrics.read(metric)
    assert type(found) is float or found.dtype == metric.dtype


@cases
def test_before_any_data(cls, arguments, data):
    found = np.asarray(cls(**arguments).result())
    assert (found == 0).all() or cls is metrics.R2Score


@cases
def test_the_data_stay_as_they_are(cls, arguments, data):
    parts = batches(data, (8,))[0]
    before = [a.copy() for a in parts]
    cls(**arguments).update_state(*parts)
    for a, b in zip(parts, before):
        np.testing.assert_array_equal(a, b)


FUNCTIONS = {
    "mean_squared_error": targets,
    "mean_absolute_error": targets,
    "mean_absolute_percentage_error": positive,
    "mean_squared_logarithmic_error": positive,
    "hinge": targets,
    "squared_hinge": targets,
    "categorical_hinge": one_hot,
    "logcosh": targets,
    "huber": targets,
    "poisson": positive,
    "categorical_crossentropy": one_hot,
    "sparse_categorical_crossentropy": numbers,
    "binary_crossentropy": labels,
    "binary_focal_crossentropy": labels,
    "categorical_focal_crossentropy": one_hot,
    "kullback_leibler_divergence": one_hot,
    "cosine_proximity": targets,
    "binary_accuracy": binary,
    "categorical_accuracy": one_hot,
    "sparse_categorical_accuracy": numbers,
    "top_k_categorical_accuracy": one_hot,
    "sparse_top_k_categorical_accuracy": numbers,
    "fbeta_score": labels,
}


def test_every_registered_function_has_a_case():
    known = {t.__name__ for _, t in registry.items() if not inspect.isclass(t)}
    assert known == set(FUNCTIONS)


@pytest.mark.parametrize(("name", "data"), FUNCTIONS.items())
def test_functions_give_one_value_per_sample(name, data):
    y_true, y_pred = data(np.random.default_rng(0), 6)
    values = metrics.get(name)(y_true, y_pred)
    assert values.shape == (() if name == "fbeta_score" else (6,))
    assert values.dtype == np.float32
    metric = metrics.as_metric(name)
    metric.update_state(y_true, y_pred)
    assert metric.result() == pytest.approx(float(values.mean()), rel=1e-6)
    assert metric.name == name
    # in float64 too
    doubled = metrics.get(name)(y_true, y_pred.astype("float64"))
    np.testing.assert_allclose(doubled, values, rtol=1e-4, atol=1e-6)
