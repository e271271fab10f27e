"""Sum, Mean and MeanMetricWrapper: weights of every shape, masks, dictionaries, long sums."""

import numpy as np
import pytest

from minikeras import metrics
from minikeras.autograd import Tensor, Variable, recording


def difference(y_true, y_pred):
    return abs(y_true - y_pred)


# --- Sum -------------------------------------------------------------------------------------


def test_sum():
    metric = metrics.Sum()
    assert metric([1, 3, 5, 7]) == 16
    assert metric(4.0) == 20


def test_sum_with_weights():
    assert metrics.Sum()([1, 3, 5, 7], sample_weight=[1, 1, 0, 0]) == 4
    # rows are summed before they are weighed: 2 * (1 + 2) + 3 * (3 + 4)
    assert metrics.Sum()([[1, 2], [3, 4]], sample_weight=[2, 3]) == 27


# --- Mean ------------------------------------------------------------------------------------


def test_mean_over_batches_of_different_sizes():
    metric = metrics.Mean()
    assert metric.result() == 0
    metric.update_state([1, 3, 5, 7])
    metric.update_state([9])
    assert metric.result() == 5  # 25 / 5


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        ([1, 3, 5, 7], [1, 1, 0, 0], 2),
        ([1, 3, 5, 7], [[1], [1], [0], [0]], 2),
        ([[1], [3], [5], [7]], [1, 1, 0, 0], 2),
        # rows are averaged first: (2 * 1.5 + 1 * 3.5) / 3
        ([[1, 2], [3, 4]], [2, 1], 6.5 / 3),
        ([[1, 2], [3, 4]], [[2], [1]], 6.5 / 3),
        # each value has its weight: (1 * 1 + 2 * 0 + 3 * 1 + 4 * 2) / 4
        ([[1, 2], [3, 4]], [[1, 0], [1, 2]], 3),
        ([[[1, 2], [3, 4]]], [[1, 3]], 3),  # (1.5 + 3 * 3.5) / 4
        (3.0, 2.0, 3),
        ([1, 3], [0, 0], 0),
    ],
)
def test_mean_with_weights(values, weights, expected):
    metric = metrics.Mean()
    assert metric(values, sample_weight=weights) == pytest.approx(expected, rel=1e-7)


def test_weights_count_across_batches():
    metric = metrics.Mean()
    metric.update_state([1, 2], sample_weight=[1, 1])
    metric.update_state([6], sample_weight=[2])
    assert metric.result() == 15 / 4


def test_an_empty_batch_changes_nothing():
    metric = metrics.Mean()
    metric.update_state([2.0, 4.0])
    metric.update_state(np.zeros((0,)))
    metric.update_state(np.zeros((0, 3)), sample_weight=np.zeros((0,)))
    assert metric.result() == 3


def test_many_small_values_are_not_lost():
    # in float32 the sum would stop growing: 1 + 1e-8 is 1
    metric = metrics.Mean()
    metric.update_state([1.0])
    for _ in range(1000):
        metric.update_state(np.full(100, 1e-8, "float32"))
    total = metric.total.numpy()
    assert total == pytest.approx(1 + 1e-3, rel=1e-9)


def test_weights_that_fit_nothing_are_refused():
    message = r"sample_weight of shape \(3,\) does not fit mean.*\(4,\)"
    with pytest.raises(ValueError, match=message):
        metrics.Mean()([1, 2, 3, 4], sample_weight=[1, 2, 3])


def test_the_type_of_values_is_the_metrics():
    # 1 + 2^-12 is 1 in float16
    value = np.array([1 + 2**-12], "float32")
    assert metrics.Mean()(value) == 1 + 2**-12
    assert metrics.Mean(dtype="float16")(value) == 1


# --- MeanMetricWrapper -----------------------------------------------------------------------


def test_wraps_a_function():
    metric = metrics.MeanMetricWrapper(difference, name="off")
    assert metric(np.array([1.0, 2.0]), np.array([1.0, 5.0])) == 1.5
    assert metric.name == "off"


def test_passes_settings_on():
    metric = metrics.MeanMetricWrapper(metrics.binary_accuracy, name="b", threshold=0.8)
    assert metric([[1], [1]], [[0.7], [0.9]]) == 0.5
    config = metric.get_config()
    assert config == {"name": "b", "dtype": "float32", "fn": "binary_accuracy", "threshold": 0.8}
    again = metrics.MeanMetricWrapper.from_config(config)
    assert again([[1], [1]], [[0.7], [0.9]]) == 0.5


def test_a_function_in_the_config_of_keras_3():
    fn = {
        "module": "builtins",
        "class_name": "function",
        "config": "binary_accuracy",
        "registered_name": "function",
    }
    metric = metrics.MeanMetricWrapper.from_config({"name": "b", "dtype": "float32", "fn": fn})
    assert metric([[1], [1]], [[0.7], [0.3]]) == 0.5


def test_a_name_means_the_function_of_that_metric():
    metric = metrics.MeanMetricWrapper("accuracy")
    assert metric([1, 2], [1, 3]) == 0.5


@pytest.mark.parametrize("fn", ["auc", metrics.AUC(), 3])
def test_only_functions_are_wrapped(fn):
    with pytest.raises(ValueError, match="takes a function of"):
        metrics.MeanMetricWrapper(fn)


def test_a_mask_drops_steps():
    y_pred = Tensor(np.array([[1.0, 5.0], [1.0, 1.0]], "float32"))
    y_pred.mask = np.array([[True, False], [True, True]])
    y_true = np.zeros((2, 2), "float32")
    # 1, 1, 1: the 5 is masked
    assert metrics.MeanMetricWrapper(difference)(y_true, y_pred) == 1


def test_a_mask_and_weights():
    y_pred = Tensor(np.array([[1.0, 5.0], [2.0, 4.0]], "float32"))
    y_pred.mask = np.array([[True, False], [True, True]])
    y_true = np.zeros((2, 2), "float32")
    metric = metrics.MeanMetricWrapper(difference)
    # (3 * 1 + 1 * 2 + 1 * 4) / (3 + 1 + 1)
    assert metric(y_true, y_pred, sample_weight=[3, 1]) == pytest.approx(9 / 5)
    metric.reset_state()
    # (1 * 1 + 1 * 2 + 2 * 4) / (1 + 1 + 2): the weight 9 is masked
    weights = np.array([[1, 9], [1, 2]], "float32")
    assert metric(y_true, y_pred, sample_weight=weights) == pytest.approx(11 / 4)


def test_a_function_may_return_a_dictionary():
    def both(y_true, y_pred):
        return {"low": y_pred - 1, "high": y_pred + 1}

    metric = metrics.MeanMetricWrapper(both, name="range")
    metric.update_state([0.0], np.array([3.0]))
    metric.update_state([0.0], np.array([5.0]))
    assert metric.result() == {"low": 3, "high": 5}
    other = metrics.MeanMetricWrapper(both)
    other.merge_state([metric])
    assert other.result() == {"low": 3, "high": 5}
    metric.reset_state()
    metric.update_state([0.0], np.array([1.0]))
    assert metric.result() == {"low": 0, "high": 2}


def test_nothing_is_recorded_for_gradients():
    seen = []

    def watched(y_true, y_pred):
        seen.append(y_pred)
        return abs(y_pred - y_true)

    with recording():
        metrics.MeanMetricWrapper(watched)(np.zeros(2), Variable(np.ones(2)) * 2)
    assert isinstance(seen[0], Tensor)
    assert not seen[0].requires_grad
