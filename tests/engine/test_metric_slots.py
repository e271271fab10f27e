"""Metric slots: functions and objects, weights and masks, dictionaries of numbers."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import metrics
from minikeras.autograd import Tensor, is_recording, recording
from minikeras.engine.metric_slots import make_metric_slot

Y = np.array([[0.0], [1.0]], "float32")
P = Tensor(np.array([[1.0], [4.0]], "float32"))


def slot(metric, shape=(None, 1)):
    return make_metric_slot(metric, "mse", shape)


def test_a_function_of_ours_is_given_arrays():
    assert slot("mae").update(Y, P, None) == 2.0


def test_a_users_function_is_given_tensors_and_not_recorded():
    seen = []

    def spread(y_true, y_pred):
        seen.append((type(y_true), type(y_pred), is_recording()))
        return K.max(y_pred) - K.min(y_true)

    with recording():
        assert slot(spread).update(Y, P, None) == 4.0
    assert seen == [(Tensor, Tensor, False)]
    assert slot(spread).name == "spread"


def test_a_users_function_sees_class_numbers_as_a_column():
    def hits(y_true, y_pred):
        return K.equal(K.max(y_true, axis=-1), K.argmax(y_pred, axis=-1))

    p = Tensor(np.array([[0.1, 0.9], [0.8, 0.2], [0.6, 0.4]], "float32"))
    for labels in (np.array([1, 1, 0]), np.array([[1], [1], [0]])):
        found = make_metric_slot(hits, "sparse_categorical_crossentropy", (None, 2))
        assert found.update(labels, p, None) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [([1.0, 1.0], 2.0), ([3.0, 0.0], 3.0), ([1.0, 3.0], 5.0), ([0.0, 0.0], 0.0)],
)
def test_weights_as_in_keras_2(weights, expected):
    # errors of 1 and 3; divided by the number of weights that are not 0
    assert slot("mae").update(Y, P, np.array(weights, "float32")) == expected


def masked(mask, values=((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))):
    p = Tensor(np.array(values, "float32")[..., None])
    p.mask = np.array(mask)
    return np.zeros((2, 3, 1), "float32"), p


def test_masks():
    y, p = masked([[True, False, False], [True, True, False]])
    assert slot("mae", (None, 3, 1)).update(y, p, None) == pytest.approx((1 + 4 + 5) / 3)
    for metric in (metrics.MeanAbsoluteError(), metrics.Mean(), Keras3Style()):
        if isinstance(metric, metrics.Mean) and type(metric) is metrics.Mean:
            continue
        found = slot(metric, (None, 3, 1)).update(y, p, None)
        assert found == pytest.approx((1 + 4 + 5) / 3), metric


class Keras3Style(metrics.Metric):
    """A metric as users of Keras 3 write them."""

    def __init__(self, name="mine", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        error = K.mean(K.abs(y_pred - y_true), axis=-1)
        weights = K.ones_like(error) if sample_weight is None else sample_weight
        self.total.assign_add(K.sum(error * weights))
        self.count.assign_add(K.sum(weights))

    def result(self):
        return self.total / self.count


def test_objects_keep_their_state():
    one = slot(Keras3Style())
    assert one.name == "mine"
    assert one.update(Y, P, None) == 2.0
    assert one.update(Y, P, np.array([3.0, 1.0], "float32")) == pytest.approx((4 + 6) / 6)
    assert one.result() == pytest.approx(10 / 6)
    one.reset()
    assert one.update(Y[:1], Tensor(P.data[:1]), None) == 1.0


def test_an_object_in_the_style_of_keras_2():
    class Counter:
        name = "batches"
        stateful = True

        def __init__(self):
            self.count = 0

        def __call__(self, y_true, y_pred):
            self.count += 1
            return self.count

        def reset_states(self):
            self.count = 0

    counted = slot(Counter())
    assert counted.name == "batches"
    assert [counted.update(Y, P, None) for _ in range(3)] == [1, 2, 3]
    counted.reset()
    y, p = masked([[True, False, False], [True, True, False]])
    assert counted.update(y, p, None) == 1  # it has nowhere to put a mask


def test_functions_may_return_dictionaries():
    def both(y_true, y_pred):
        return {"low": K.min(y_pred), "error": K.abs(y_pred - y_true)}

    named = slot(both)
    assert named.keys is None
    assert named.update(Y, P, np.array([3.0, 0.0], "float32")) == [1.0, 3.0]
    assert named.keys == ["low", "error"]


def test_objects_may_return_dictionaries():
    class Two(Keras3Style):
        def result(self):
            return {"mean": self.total / self.count, "count": self.count}

    named = slot(Two())
    assert named.update(Y, P, None) == [2.0, 2.0]
    assert named.keys == ["mean", "count"]
