"""Metric: user subclasses of either era, states, names, configs, results in plain Python."""

import json
import pickle

import numpy as np
import pytest

from minikeras import config, metrics
from minikeras.autograd import Tensor, Variable
from minikeras.metrics.base import Scalar
from minikeras.registry import custom_object_scope


class BinaryTruePositives(metrics.Metric):
    """In the style of Keras 3's guide."""

    def __init__(self, name="binary_true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.tp = self.add_weight(name="tp", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = np.logical_and(np.asarray(y_true, bool), np.asarray(y_pred) > 0.5)
        values = values.astype(self.dtype)
        if sample_weight is not None:
            values = values * np.broadcast_to(sample_weight, values.shape)
        self.tp.assign_add(np.sum(values))

    def result(self):
        return self.tp


def test_a_subclass_as_keras_3_teaches_it():
    metric = BinaryTruePositives()
    assert metrics.read(metric) == 0
    metric.update_state([1, 1, 0, 1], [0.9, 0.2, 0.9, 0.8])
    metric.update_state([1], [0.6], sample_weight=[0.5])
    assert metrics.read(metric) == 2.5
    metric.reset_state()
    assert metrics.read(metric) == 0
    assert metric.get_config() == {"name": "binary_true_positives", "dtype": "float32"}
    again = BinaryTruePositives.from_config(metric.get_config())
    assert float(again([1], [1])) == 1


def test_variables():
    metric = BinaryTruePositives()
    (tp,) = metric.variables
    assert isinstance(tp, Variable)
    assert not tp.trainable
    assert tp.dtype == np.float32
    assert tp.name == "tp"


def test_add_weight_in_all_its_forms():
    class Many(metrics.Metric):
        def __init__(self):
            super().__init__(name="many", dtype="float64")
            self.a = self.add_weight("a", initializer="ones")
            self.b = self.add_weight("b", (2,))
            self.c = self.add_weight((3, 2), "zeros", "int32", "c")
            self.d = self.add_variable(4, "ones", aggregation="mean", name="d")

    metric = Many()
    shapes = [(v.name, v.shape, v.dtype.name) for v in metric.variables]
    assert shapes == [
        ("a", (), "float64"),
        ("b", (2,), "float64"),
        ("c", (3, 2), "int32"),
        ("d", (4,), "float64"),
    ]
    assert metric.a.tolist() == 1
    assert metric.d.aggregation == "mean"
    metric.reset_state()
    assert metric.a.tolist() == 0  # zeros, as in Keras, whatever it began with


def test_variables_of_metrics_held_inside():
    class Outer(metrics.Metric):
        def __init__(self):
            super().__init__(name="outer")
            self.own = Variable(0.0, name="own")
            self.inner = metrics.Mean()
            self.more = [metrics.Sum(), metrics.Sum()]
            self.named = {"x": metrics.Sum()}

        def update_state(self, values):
            for metric in (self.inner, *self.more, self.named["x"]):
                metric.update_state(values)

    metric = Outer()
    assert [v.name for v in metric.variables] == ["own", "total", "count"] + ["total"] * 3
    metric.update_state([1, 2])
    metric.reset_state()
    assert all(v.tolist() == 0 for v in metric.variables)


@pytest.mark.parametrize("overridden", ["reset_state", "reset_states"])
def test_overriding_either_reset_overrides_both(overridden):
    calls = []

    def reset(self):
        calls.append(overridden)
        getattr(super(type(self), self), overridden)()

    metric = type("Mine", (metrics.Mean,), {overridden: reset})()
    metric.update_state([3])
    metric.reset_state()
    assert metric.result() == 0
    metric.update_state([3])
    metric.reset_states()
    assert metric.result() == 0
    assert calls == [overridden] * 2


def test_merge_state():
    first, second, third = metrics.Mean(), metrics.Mean(), metrics.Mean()
    first.update_state([1, 2])
    second.update_state([6])
    third.update_state([7, 9])
    first.merge_state([second, third])
    assert first.result() == 5


@pytest.mark.parametrize(
    "make", [metrics.FBetaScore, metrics.R2Score, lambda: metrics.AUC(multi_label=True)]
)
def test_merge_into_a_metric_that_has_seen_nothing(make):
    y_true = np.array([[0, 1], [1, 0], [1, 1]])
    y_pred = np.array([[0.2, 0.6], [0.7, 0.4], [0.4, 0.9]])
    seen, fresh = make(), make()
    expected = seen(y_true, y_pred)
    fresh.merge_state([seen])
    np.testing.assert_array_equal(fresh.result(), expected)


def test_merging_different_states_is_refused():
    one, three = metrics.Precision(0.5), metrics.Precision([0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match=r"Cannot merge.*\(3,\).*\(1,\)"):
        one.merge_state([three])


def test_names_count_up():
    metrics.reset_auto_names()
    names = [metrics.Precision().name, metrics.Precision().name, metrics.AUC().name]
    assert names == ["precision", "precision_1", "auc"]
    metrics.reset_auto_names()
    assert metrics.Precision().name == "precision"


def test_forgetting_super_is_explained():
    class Forgetful(metrics.Metric):
        def __init__(self):
            self.tp = self.add_weight(name="tp")

    with pytest.raises(RuntimeError, match=r"Call super\(\).__init__\(\) first"):
        Forgetful()


def test_a_name_in_the_place_of_a_type_is_explained():
    with pytest.raises(ValueError, match="goes into `name=`"):
        metrics.Metric("my_metric")


def test_what_a_subclass_must_define():
    class Empty(metrics.Metric):
        pass

    with pytest.raises(NotImplementedError, match="Empty defines no update_state"):
        Empty().update_state(1, 2)
    with pytest.raises(NotImplementedError, match="Empty defines no result"):
        Empty().result()


def test_unknown_aggregation():
    with pytest.raises(ValueError, match="Unknown aggregation 'product'"):
        metrics.Mean().add_variable((), aggregation="product")


def test_results_are_floats_that_scripts_may_treat_as_tensors():
    value = metrics.Mean()([1.0, 2.0])
    assert type(value) is Scalar
    assert isinstance(value, float)
    assert value.numpy() == 1.5
    assert value.numpy().dtype == np.float32
    assert value.item() == 1.5
    assert f"{value:.3f}" == "1.500"
    assert json.dumps({"a": value}) == '{"a": 1.5}'
    assert pickle.loads(pickle.dumps(value)) == 1.5


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Scalar(2), 2.0),
        (Tensor(np.float32(2)), 2.0),
        (np.float32(2), 2.0),
        ({"a": Tensor(3.0)}, {"a": 3.0}),
    ],
)
def test_read_gives_plain_python(result, expected):
    class Fixed(metrics.Metric):
        def result(self):
            return result

    found = metrics.read(Fixed())
    assert found == expected
    assert type(found) is type(expected)


def test_read_keeps_arrays():
    metric = metrics.Precision([0.1, 0.5])
    metric.update_state([1, 0], [0.9, 0.3])
    np.testing.assert_array_equal(metrics.read(metric), np.array([0.5, 1], "float32"))


def test_the_default_type_follows_floatx():
    try:
        config.set_floatx("float64")
        metric = BinaryTruePositives()
    finally:
        config.set_floatx("float32")
    assert metric.dtype == "float64"
    assert metric.tp.dtype == np.float64


def test_custom_metrics_by_name():
    with custom_object_scope({"BinaryTruePositives": BinaryTruePositives}):
        assert isinstance(metrics.get("BinaryTruePositives"), BinaryTruePositives)
        config_ = metrics.serialize(BinaryTruePositives(name="mine"))
        assert metrics.deserialize(config_).name == "mine"


def test_states_that_are_given():
    metric = metrics.MeanSquaredError()
    metric.update_state([[1.0]], [[4.0]])
    state = metric.stateless_reset_state()
    assert [float(v) for v in state] == [0, 0]
    first = metric.stateless_update_state(state, [[1.0], [2.0]], [[1.0], [4.0]])
    second = metric.stateless_update_state(first, [[0.0]], [[1.0]], sample_weight=[2.0])
    assert metric.stateless_result(first) == 2
    assert metric.stateless_result(second) == 1.5
    assert [float(v) for v in state] == [0, 0]
    assert metric.result() == 9  # its own state is as it was
    with pytest.raises(ValueError, match="has 2 variables, but was given 1 values"):
        metric.stateless_result(state[:1])
    assert metric.result() == 9
