"""The loss of one output: masks and weights as Keras 2.1.5 has them, messages that tell where."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import losses, ops
from minikeras.autograd import Tensor, Variable, gradients, recording
from minikeras.engine.outputs import Output, per_output, weighted_mean

SCORES = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "float32")


def output(loss, shape=(None, 3), **settings):
    return Output("out", shape, "float32", loss, **settings)


@pytest.mark.parametrize(
    ("weights", "mask", "expected"),
    [
        (None, None, 3.5),
        # (2 * mean(1,2,3) + 0 * ...) summed over two samples, divided by one counted sample
        ([2.0, 0.0], None, 4.0),
        ([1.0, 3.0], None, (2 + 3 * 5) / 2),
        ([0.0, 0.0], None, 0.0),
        # 1 + 2 + 4 over six positions, scaled up by 6 / 3
        (None, [[True, True, False], [True, False, False]], 7 / 3),
        # one weight per step: 1 * 1 + 2 * 2 + 5 * 1, over the five weights that are not 0
        ([[1.0, 2.0, 0.0], [0.5, 1.0, 0.25]], None, (1 + 4 + 2 + 5 + 1.5) / 5),
        # the mask first (per sample 2 * (1 + 2) / 3 and 2 * 4 / 3), then weights of 1 and 3
        ([1.0, 3.0], [[True, True, False], [True, False, False]], (2 + 3 * 8 / 3) / 2),
        (None, [[False] * 3] * 2, 0.0),
    ],
)
def test_weighted_mean(weights, mask, expected):
    weights = None if weights is None else np.array(weights, "float32")
    mask = None if mask is None else np.array(mask)
    mean = weighted_mean(Tensor(SCORES), weights, mask)
    assert mean.shape == ()
    assert mean.dtype == np.float32
    assert mean.item() == pytest.approx(expected)


def test_a_scalar_loss_is_taken_as_it_is():
    mask = np.array([[True, False]])
    assert weighted_mean(Tensor(np.float32(3)), None, mask).item() == 3


@pytest.mark.parametrize(
    ("loss", "labels"),
    [
        (losses.mean_squared_error, "values"),
        (losses.MeanAbsoluteError(), "values"),
        (losses.categorical_crossentropy, "values"),
        (losses.sparse_categorical_crossentropy, "classes"),
        (losses.SparseCategoricalCrossentropy(from_logits=True), "classes"),
        (losses.CategoricalGeneralizedCrossEntropy(), "classes"),
        (losses.Circle(), "free"),
        (lambda t, p: p, "own"),
        (losses.LossFunctionWrapper(lambda t, p: p), "own"),
        (None, "values"),
    ],
)
def test_what_labels_look_like(loss, labels):
    assert output(loss).labels == labels


def test_every_registered_loss_says_what_its_labels_are():
    for name, loss in losses.base.registry.items():
        if name == "LossFunctionWrapper":
            continue
        made = loss() if isinstance(loss, type) else loss
        assert output(made).labels in ("values", "classes", "free"), name


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (losses.mean_squared_error, np.float32),
        (losses.sparse_categorical_crossentropy, None),
        (lambda t, p: p, np.float32),
        (None, None),
    ],
)
def test_label_types(loss, expected):
    assert output(loss).label_dtype == expected


def test_class_numbers_stay_whole_for_a_loss_called_sparse():
    def my_sparse_loss(y_true, y_pred):
        return y_pred

    assert output(my_sparse_loss).label_dtype is None


def test_objects_reduce_as_they_were_told():
    y, p = np.zeros((2, 3), "float32"), Tensor(SCORES)
    total = output(losses.MeanSquaredError(reduction="sum")).compute_loss(y, p, None)
    assert total.item() == pytest.approx((1 + 4 + 9) / 3 + (16 + 25 + 36) / 3)
    weights = np.array([1.0, 0.0], "float32")
    # Keras 3 divides by the batch size, Keras 2.1.5 by the number of weights that are not 0.
    mean = output(losses.MeanSquaredError()).compute_loss(y, p, weights)
    assert mean.item() == pytest.approx(14 / 3 / 2)
    mean = output(losses.mean_squared_error).compute_loss(y, p, weights)
    assert mean.item() == pytest.approx(14 / 3)


def test_values_that_are_not_reduced_are_averaged():
    loss = losses.MeanSquaredError(reduction=None)
    value = output(loss).compute_loss(np.zeros((2, 3), "float32"), Tensor(SCORES), None)
    assert value.item() == pytest.approx(91 / 6)


def test_an_object_sees_the_mask_once():
    p = Tensor(SCORES[..., None])
    p.mask = np.array([[True, True, False], [True, False, False]])
    y = np.zeros((2, 3, 1), "float32")
    value = output(losses.MeanSquaredError(), (None, 3, 1)).compute_loss(y, p, None)
    assert value.item() == pytest.approx((1 + 4 + 16) / 3)


def test_a_users_loss_gets_tensors_and_may_use_either_kind_of_function():
    seen = []

    def loss(y_true, y_pred):
        seen.append((type(y_true), type(y_pred)))
        return K.mean(ops.square(y_pred - y_true), axis=-1)

    p = Variable(SCORES)
    with recording([p]):
        value = output(loss).compute_loss(np.ones((2, 3), "float32"), p * 1.0, None)
        (g,) = gradients(value, [p])
    assert seen == [(Tensor, Tensor)]
    np.testing.assert_allclose(g, (SCORES - 1) / 3, rtol=1e-6)


def test_errors_inside_a_loss_tell_output_and_shapes():
    def loss(y_true, y_pred):
        raise ValueError("no good")

    with pytest.raises(ValueError, match=r"no good\n.*'loss'.*'out'.*\(2, 1\).*\(2, 3\)"):
        output(loss).compute_loss(np.zeros((2, 1), "float32"), Tensor(SCORES), None)


def test_an_error_of_a_class_of_its_own_comes_through():
    class OddError(ValueError):
        def __init__(self, a, b):
            super().__init__(a)

    def loss(y_true, y_pred):
        raise OddError(1, 2)

    with pytest.raises(OddError):
        output(loss).compute_loss(None, Tensor(SCORES), None)


@pytest.mark.parametrize("returned", [None, "text", [1.0], True])
def test_a_loss_that_returns_no_tensor_is_named(returned):
    def strange(y_true, y_pred):
        return returned

    with pytest.raises(TypeError, match="'strange'.*'out'.*must return a tensor"):
        output(strange).compute_loss(None, Tensor(SCORES), None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", ["a", "a"]),
        (None, [None, None]),
        (["a", "b"], ["a", "b"]),
        (("a", None), ["a", None]),
        ({"right": "b"}, [None, "b"]),
        ({"class_name": "X", "config": {}}, [{"class_name": "X", "config": {}}] * 2),
    ],
)
def test_per_output(value, expected):
    assert per_output(value, ["left", "right"], "loss") == expected


def test_per_output_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"loss has 1 entries, but the model has 2 outputs"):
        per_output(["a"], ["left", "right"], "loss")
    with pytest.raises(ValueError, match=r"Unknown output 'rigth' in loss.*'right'"):
        per_output({"rigth": 1}, ["left", "right"], "loss")
    with pytest.raises(ValueError, match="2 outputs: give loss_weights as a list"):
        per_output(0.5, ["left", "right"], "loss_weights", spread=False)
