"""What compile() settles: losses, weights and metrics of every output, in every form."""

import functools

import numpy as np
import pytest

import minikeras
from minikeras import losses, metrics
from minikeras.autograd import Tensor, Variable
from minikeras.engine.compilation import Compilation
from minikeras.layers import Dense
from minikeras.models import Input, Model
from tests.engine.support import data, fork, line

NAMES, SHAPES = ["left", "right"], [(None, 1), (None, 4)]


def compilation(loss="mse", names=NAMES, shapes=SHAPES, tracked=(), **settings):
    given = dict.fromkeys(("metrics", "loss_weights", "sample_weight_mode", "weighted"))
    given.update(settings)
    made = Compilation(None, loss, **given)
    made.resolve(names, shapes, ["float32"] * len(names), tracked)
    return made


def names(**settings):
    return compilation(**settings).board.names


# --- losses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "left", "right"),
    [
        ("mse", "mean_squared_error", "mean_squared_error"),
        (["mse", "mae"], "mean_squared_error", "mean_absolute_error"),
        ({"right": "mae", "left": None}, "", "mean_absolute_error"),
        (losses.MeanSquaredError, "mean_squared_error", "mean_squared_error"),
        ({"class_name": "Huber", "config": {}}, "huber_loss", "huber_loss"),
        (None, "", ""),
        ("crossentropy", "binary_crossentropy", "categorical_crossentropy"),
    ],
)
def test_forms_of_losses(loss, left, right):
    assert [o.loss_name for o in compilation(loss).outputs] == [left, right]


def test_a_loss_that_is_left_out_is_warned_of():
    with pytest.warns(UserWarning, match="does not mention 'left'.*None"):
        made = compilation({"right": "mse"})
    assert made.outputs[0].loss is None


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"loss": {"rihgt": "mse"}}, ValueError, "'rihgt' in loss. Did you mean 'right'"),
        ({"loss": ["mse"]}, ValueError, "loss has 1 entries, but the model has 2"),
        ({"loss": "mean_square_error"}, ValueError, "Did you mean 'mean_squared_error'"),
        ({"loss": 3}, ValueError, "Cannot interpret 3 as a loss"),
        ({"loss_weights": [1.0]}, ValueError, "loss_weights has 1 entries"),
        ({"loss_weights": {"lef": 1.0}}, ValueError, "'lef' in loss_weights"),
        ({"loss_weights": 0.5}, ValueError, "2 outputs: give loss_weights as a list"),
        ({"loss_weights": ["a", 1]}, TypeError, "loss_weights must be numbers, not 'a'"),
        ({"loss_weights": [True, 1]}, TypeError, "loss_weights must be numbers, not True"),
        ({"sample_weight_mode": "temporary"}, ValueError, "None or 'temporal', not 'temporary'"),
        ({"metrics": ["acuracy"]}, ValueError, "Unknown metric: 'acuracy'. Did.*'accuracy'"),
        ({"metrics": [None]}, ValueError, "None is not a metric"),
        ({"metrics": [0.3, 0.7]}, TypeError, "the number 0.3.*loss_weights="),
        ({"metrics": [["mae"]]}, ValueError, "metrics has 1 entries"),
        ({"metrics": [object()]}, ValueError, "no metric|Cannot interpret"),
    ],
)
def test_settings_that_do_not_fit(settings, error, message):
    with pytest.raises(error, match=message):
        compilation(**settings)


def test_loss_weights():
    assert [o.weight for o in compilation(loss_weights=None).outputs] == [1, 1]
    assert [o.weight for o in compilation(loss_weights=[0.5, 2]).outputs] == [0.5, 2]
    assert [o.weight for o in compilation(loss_weights={"right": 3}).outputs] == [1, 3]
    single = compilation(loss_weights=0.25, names=["left"], shapes=SHAPES[:1])
    assert single.outputs[0].weight == 0.25


def test_the_total_is_the_weighted_sum_and_may_follow_variables():
    alpha = Variable(np.float32(2.0), trainable=False)
    made = compilation(loss_weights=[alpha, 0.5])
    labels = [np.zeros((2, 1), "float32"), np.zeros((2, 4), "float32")]
    outputs = [Tensor(np.full((2, 1), 2, "float32")), Tensor(np.full((2, 4), 4, "float32"))]
    extra = [Tensor(np.array([1.0, 2.0], "float32")), 0.25]
    total, parts = made.total_loss(labels, outputs, [None, None], extra)
    assert [part.item() for part in parts] == [4, 16]
    assert total.item() == 2 * 4 + 0.5 * 16 + 3 + 0.25
    assert total.dtype == np.float32
    alpha.assign(0.0)
    total, _ = made.total_loss(labels, outputs, [None, None], [])
    assert total.item() == 8


def test_nothing_to_minimise():
    with pytest.raises(ValueError, match=r"nothing to minimise.*loss= to compile.*add_loss"):
        compilation(None).total_loss([None, None], [None, None], [None, None], [])


# --- metrics ---------------------------------------------------------------------------------


def my_metric(y_true, y_pred):
    return y_pred[:, 0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, []),
        ([], []),
        ("mae", ["left_mean_absolute_error", "right_mean_absolute_error"]),
        (["acc", "mae"], ["left_acc", "left_mean_absolute_error",
                          "right_acc", "right_mean_absolute_error"]),
        ([["acc"], ["mse", "mae"]], ["left_acc", "right_mean_squared_error",
                                     "right_mean_absolute_error"]),
        (["acc", ["mse", "mae"]], ["left_acc", "right_mean_squared_error",
                                   "right_mean_absolute_error"]),
        ({"right": "accuracy"}, ["right_acc"]),
        ({"left": ["mae", my_metric], "right": "ce"},
         ["left_mean_absolute_error", "left_my_metric", "right_ce"]),
        ([metrics.AUC(name="auc")], ["left_auc", "right_auc"]),
        ({"left": metrics.MeanSquaredError}, ["left_mean_squared_error"]),
        (["acc", "accuracy", "Accuracy"], ["left_acc", "left_acc_1", "left_acc_2",
                                           "right_acc", "right_acc_1", "right_acc_2"]),
    ],
)  # fmt: skip
def test_forms_of_metrics(given, expected):
    assert names(metrics=given) == ["loss", "left_loss", "right_loss", *expected]


def test_one_output_has_no_prefix():
    single = {"names": ["out"], "shapes": [(None, 4)]}
    assert names(metrics=["acc", "mae"], **single) == ["loss", "acc", "mean_absolute_error"]
    assert names(metrics={"out": "acc"}, **single) == ["loss", "acc"]
    assert names(metrics=[["acc", "mae"]], **single) == ["loss", "acc", "mean_absolute_error"]


def test_weighted_metrics_are_marked():
    # functions as in Keras 2.1.5; objects, which have names of their own, as in Keras 3
    found = names(
        metrics=["acc", metrics.AUC(name="auc")],
        weighted=["acc", metrics.AUC(name="auc"), metrics.AUC(name="roc")],
        names=["out"],
        shapes=[(None, 1)],
    )
    assert found == ["loss", "acc", "auc", "weighted_acc", "weighted_auc", "roc"]


def test_outputs_without_a_loss_have_no_metrics_unless_asked_for():
    two = {"loss": {"left": None, "right": "mse"}}
    assert names(metrics=["mae"], **two) == ["loss", "right_loss", "right_mean_absolute_error"]
    asked = names(metrics={"left": "mae"}, **two)
    assert asked == ["loss", "right_loss", "left_mean_absolute_error"]
    assert names(loss=None, metrics=["mae"]) == [
        "loss",
        "left_mean_absolute_error",
        "right_mean_absolute_error",
    ]


def test_metrics_of_unknown_outputs_are_warned_of():
    # Keras 2.1.5 ignores them silently, and a document's script gives some.
    with pytest.warns(UserWarning, match="unknown output 'output_0', whose metrics are left out"):
        assert names(metrics={"output_0": "mae"}) == ["loss", "left_loss", "right_loss"]


def test_an_object_for_several_outputs_has_a_state_for_each():
    auc = metrics.MeanSquaredError(name="m")
    made = compilation(metrics=[auc])
    first, second = (o.metrics[0].metric for o in made.outputs)
    assert first is auc
    assert second is not auc
    labels = [np.zeros((2, 1), "float32"), np.zeros((2, 4), "float32")]
    outputs = [Tensor(np.full((2, 1), 1, "float32")), Tensor(np.full((2, 4), 2, "float32"))]
    values = made.board.add_batch(0.0, [0.0, 0.0], labels, outputs, [None, None], [])
    assert values[3:] == [1, 4]


@pytest.mark.parametrize(
    ("loss", "shape", "labels", "function"),
    [
        ("mse", (None, 1), (5, 1), metrics.binary_accuracy),
        ("binary_crossentropy", (None, 3), (5, 3), metrics.binary_accuracy),
        ("categorical_crossentropy", (None, 3), (5, 3), metrics.categorical_accuracy),
        ("mse", (None, 3), (5, 3), metrics.categorical_accuracy),
        (
            losses.SparseCategoricalCrossentropy(from_logits=True),
            (None, 3),
            (5,),
            metrics.sparse_categorical_accuracy,
        ),
        # a loss of one's own does not say; then the labels do, as in Keras 3
        (lambda t, p: p, (None, 3), (5, 1), metrics.sparse_categorical_accuracy),
        (lambda t, p: p, (None, 3), (5, 3), metrics.categorical_accuracy),
        ("crossentropy", (None, 3), (5,), metrics.sparse_categorical_accuracy),
    ],
)
def test_what_accuracy_means(loss, shape, labels, function):
    made = compilation(loss, names=["out"], shapes=[shape], metrics=["acc"], weighted=["acc"])
    made.see_labels([np.zeros(labels)])
    (output,) = made.outputs
    assert output.metrics[0].function is output.weighted_metrics[0].function is function
    assert made.board.names == ["loss", "acc", "weighted_acc"]


def test_crossentropy_of_logits():
    loss = losses.BinaryCrossentropy(from_logits=True)
    made = compilation(loss, names=["out"], shapes=[(None, 1)], metrics=["ce"])
    assert made.outputs[0].metrics[0].function.keywords == {"from_logits": True}


def test_crossentropy_follows_the_labels():
    made = compilation("crossentropy", names=["out"], shapes=[(None, 4)], metrics=["ce"])
    assert made.outputs[0].loss is losses.categorical_crossentropy
    made.see_labels([np.zeros((5, 1))])
    assert made.outputs[0].loss is losses.sparse_categorical_crossentropy
    assert made.outputs[0].metrics[0].function is losses.sparse_categorical_crossentropy


def test_a_users_function_called_accuracy_is_theirs():
    def accuracy(y_true, y_pred):
        return y_pred[:, 0] * 0 + 0.125

    model = line()
    model.compile("sgd", lambda t, p: (p - t) ** 2, metrics=[accuracy])
    x, y, _ = data()
    assert model.evaluate(x, y, verbose=0)[1] == 0.125
    assert model.metrics_names == ["loss", "accuracy"]


def test_partial_functions_are_metrics():
    partial = functools.partial(metrics.top_k_categorical_accuracy, k=2)
    assert names(metrics={"right": partial})[-1] == "right_top_k_categorical_accuracy"


# --- models ----------------------------------------------------------------------------------


def test_settings_can_be_read_from_the_model():
    model = fork()
    assert model.metrics == []
    assert model.metrics_names == ["loss"]
    assert not model.compiled
    model.compile(
        "adam",
        {"left": "mse", "right": "mae"},
        metrics=["acc"],
        loss_weights=[1, 2],
        weighted_metrics=["mae"],
    )
    assert model.compiled
    assert model.loss == {"left": "mse", "right": "mae"}
    assert model.loss_weights == [1, 2]
    assert model.metrics == ["acc"]
    assert model.weighted_metrics == ["mae"]
    assert model.sample_weight_mode is None
    assert type(model.optimizer).__name__ == "Adam"
    assert model.metrics_names[:3] == ["loss", "left_loss", "right_loss"]


def test_outputs_of_one_layer_are_numbered():
    a, b = Input((2,)), Input((2,))
    shared = Dense(1, name="shared")
    model = Model([a, b], [shared(a), shared(b)])
    assert model.output_names == ["shared", "shared_1"]
    model.compile("sgd", {"shared": "mse", "shared_1": "mae"})
    assert model.metrics_names == ["loss", "shared_loss", "shared_1_loss"]


def test_compiling_anew_forgets_the_old_settings():
    model = line()
    model.compile("sgd", "mse", metrics=["mae"])
    model.compile("adam", "mae")
    assert model.metrics_names == ["loss"]
    assert model.metrics == []


def test_a_failed_compile_leaves_the_old_settings():
    model = line()
    model.compile("sgd", "mse", metrics=["mae"])
    optimizer = model.optimizer
    with pytest.raises(ValueError, match="acuracy"):
        model.compile("adam", "mse", metrics=["acuracy"])
    assert model.optimizer is optimizer
    assert model.metrics_names == ["loss", "mean_absolute_error"]


def test_custom_objects_are_known_by_name():
    with minikeras.utils.custom_object_scope(custom_objects={"my_metric": my_metric}):
        model = line()
        model.compile("sgd", "mse", metrics=["my_metric"])
    assert model.metrics_names == ["loss", "my_metric"]
