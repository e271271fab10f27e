"""What compile may be given becomes a Metric, with the numbers of Keras 2.1.5."""

import numpy as np
import pytest

from minikeras import metrics
from minikeras.autograd import Tensor, Variable, recording


def mean_pred(y_true, y_pred):
    """A custom metric as the Keras 2 guide has it: one number for the whole batch."""
    return np.mean(y_pred)


class TruePositives215:
    """A custom metric with a state, in the style of Keras 2.1.5."""

    def __init__(self, name="true_positives"):
        self.name = name
        self.stateful = True
        self.true_positives = Variable(0, dtype="int32", trainable=False)

    def reset_states(self):
        self.true_positives.assign(0)

    def __call__(self, y_true, y_pred):
        hits = np.sum(np.asarray(y_true) * np.round(np.asarray(y_pred)))
        current = self.true_positives.numpy() * 1
        self.true_positives.assign_add(int(hits))
        return current + hits


# --- batch_value -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "weights", "mask", "expected"),
    [
        ([1, 2, 6], None, None, 3),
        (4, None, None, 4),
        # divided by the two weights that are not 0
        ([1, 2, 6], [2, 1, 0], None, (2 * 1 + 2) / 2),
        ([1, 2, 6], [[2], [1], [0]], None, 2),
        ([[1, 3], [5, 7]], [1, 3], None, (2 + 3 * 6) / 2),
        ([[1, 3], [5, 7]], [[1, 0], [0, 3]], None, (1 + 21) / 2),
        ([1, 2], [0, 0], None, 0),
        # masked steps count nothing, and are not counted
        ([[1, 9], [2, 3]], None, [[True, False], [True, True]], (1 + 2 + 3) / 3),
        ([[1, 9], [2, 3]], None, [[False, False], [False, False]], 0),
        # masked first, scaled by 4/3; then rows are averaged and weighed by 1 and 2
        (
            [[1, 9], [2, 3]],
            [1, 2],
            [[True, False], [True, True]],
            4 / 3 * (1 / 2 + 2 * 5 / 2) / 2,
        ),
        # a single number for the batch cannot be weighed
        (4, [1, 2], [[True], [False]], 4),
    ],
)
def test_batch_value(values, weights, mask, expected):
    values = np.asarray(values, "float32")
    weights = None if weights is None else np.asarray(weights)
    mask = None if mask is None else np.asarray(mask)
    found = metrics.batch_value(values, weights, mask)
    assert type(found) is float
    assert found == pytest.approx(expected)


def test_weights_must_fit():
    with pytest.raises(ValueError, match=r"\(3,\) does not fit acc"):
        metrics.batch_value(np.ones(2), np.ones(3), what="acc")


# --- FunctionMetric --------------------------------------------------------------------------


def test_batches_count_by_their_samples():
    metric = metrics.as_metric(mean_pred)
    assert metric.name == "mean_pred"
    assert metric.result() == 0
    metric.update_state(np.zeros(3), np.array([1.0, 1.0, 1.0]))
    metric.update_state(np.zeros(1), np.array([5.0]))
    assert metric.last == 5
    assert metric.result() == 2  # (3 * 1 + 1 * 5) / 4
    metric.reset_state()
    assert metric.result() == 0
    assert metric.last is None


def test_a_dictionary_of_named_values():
    def spread(y_true, y_pred):
        return {"low": np.min(y_pred), "high": np.max(y_pred)}

    metric = metrics.as_metric(spread)
    metric.update_state(np.zeros(2), np.array([1.0, 3.0]))
    assert metric.last == {"low": 1, "high": 3}
    metric.update_state(np.zeros(1), np.array([7.0]))
    assert metric.result() == pytest.approx({"low": 3, "high": 13 / 3})
    other = metrics.as_metric(spread)
    other.merge_state([metric])
    assert other.result() == metric.result()
    metric.reset_state()
    assert metric.result() == {"low": 0, "high": 0}
    metric.update_state(np.zeros(1), np.array([7.0]))
    assert metric.result() == {"low": 7, "high": 7}


def test_masks_and_weights_reach_the_values():
    y_pred = Tensor(np.array([[0.9, 0.9], [0.9, 0.1]], "float32"))
    y_pred.mask = np.array([[True, True], [True, False]])
    y_true = np.ones((2, 2), "float32")

    def right(y_true, y_pred):
        return (np.asarray(y_pred) > 0.5) == y_true

    metric = metrics.as_metric(right)
    metric.update_state(y_true, y_pred)
    assert metric.result() == 1
    y_pred.mask = None
    metric.update_state(y_true, y_pred, sample_weight=[1, 3])
    assert metric.last == pytest.approx((1 + 3 / 2) / 2)


def test_functions_see_tensors_without_history():
    seen = []

    def watched(y_true, y_pred):
        seen.append(y_pred)
        return y_pred - y_true

    with recording():
        metrics.as_metric(watched).update_state(np.zeros(2), Variable(np.ones(2)) * 1)
    assert isinstance(seen[0], Tensor)
    assert not seen[0].requires_grad


def test_variables_and_merging():
    first, second = metrics.as_metric(mean_pred), metrics.as_metric(mean_pred)
    first.update_state(None, np.array([1.0]))
    second.update_state(None, np.array([4.0, 4.0]))
    first.merge_state([second])
    assert first.result() == 3
    assert len(first.variables) == 2


# --- StatefulMetric --------------------------------------------------------------------------


def test_a_stateful_metric_of_keras_2():
    metric = metrics.as_metric(TruePositives215())
    assert isinstance(metric, metrics.StatefulMetric)
    assert metric.name == "true_positives"
    assert metric.result() == 0
    metric.update_state(np.array([1, 1, 0]), np.array([0.9, 0.1, 0.8]))
    assert metric.result() == 1
    metric.update_state(np.array([1, 1]), np.array([0.9, 0.7]))
    assert metric.result() == metric.last == 3
    metric.reset_states()
    assert metric.result() == 0
    metric.update_state(np.array([1]), np.array([0.9]))
    assert metric.result() == 1


def test_a_stateful_metric_cannot_weigh():
    metric = metrics.as_metric(TruePositives215())
    with pytest.raises(ValueError, match="`metrics` instead of `weighted_metrics`"):
        metric.update_state([1], [1], sample_weight=[2])


# --- as_metric -------------------------------------------------------------------------------


def test_names_classes_objects_and_configs():
    auc = metrics.AUC()
    assert metrics.as_metric(auc) is auc
    assert isinstance(metrics.as_metric(metrics.AUC), metrics.AUC)
    assert isinstance(metrics.as_metric("AUC"), metrics.AUC)
    config = {"class_name": "Precision", "config": {"thresholds": 0.3}}
    assert metrics.as_metric(config).thresholds == [0.3]
    mae = metrics.as_metric("mae")
    assert isinstance(mae, metrics.FunctionMetric)
    assert mae.name == "mean_absolute_error"
    assert metrics.as_metric(TruePositives215()).name == "true_positives"


def test_another_name():
    assert metrics.as_metric("mae", name="off").name == "off"
    assert metrics.as_metric("auc", name="area").name == "area"
    assert metrics.as_metric(TruePositives215(), name="hits").name == "hits"


def test_an_object_that_behaves_like_a_metric_is_one():
    class Duck:
        name = "duck"

        def update_state(self, y_true, y_pred, sample_weight=None): ...
        def result(self): ...
        def reset_state(self): ...

    duck = Duck()
    assert metrics.as_metric(duck) is duck


@pytest.mark.parametrize("thing", [3, None, object()])
def test_anything_else_is_refused(thing):
    with pytest.raises(ValueError, match="metric"):
        metrics.as_metric(thing)
