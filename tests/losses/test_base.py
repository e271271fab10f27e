"""Loss objects: reductions, weights, masks, types, configs, names."""

import json
import types

import numpy as np
import pytest

from minikeras import losses, ops
from minikeras.autograd import Tensor, Variable, gradients, recording
from minikeras.losses import Loss, LossFunctionWrapper, MeanSquaredError
from minikeras.registry import custom_object_scope

T = np.array([[0.0, 1.0], [0.0, 0.0]])
P = np.array([[1.0, 1.0], [1.0, 2.0]])  # squared errors per sample: 0.5, 2.5


@pytest.mark.parametrize(
    ("reduction", "plain", "weighted"),
    [
        ("sum_over_batch_size", 1.5, (0.5 * 3 + 2.5 * 1) / 2),
        ("mean", 1.5, 2.0),
        ("auto", 1.5, 2.0),
        ("mean_with_sample_weight", 1.5, 4 / 4),
        ("sum", 3.0, 4.0),
        ("none", [0.5, 2.5], [1.5, 2.5]),
        (None, [0.5, 2.5], [1.5, 2.5]),
    ],
)
def test_reductions(reduction, plain, weighted):
    loss = MeanSquaredError(reduction=reduction)
    np.testing.assert_allclose(loss(T, P), plain)
    for weight in ([3.0, 1.0], np.array([[3.0], [1.0]]), Tensor([3.0, 1.0])):
        np.testing.assert_allclose(np.ravel(loss(T, P, sample_weight=weight)), np.ravel(weighted))


def test_results_are_tensors_with_a_history():
    p = Variable(P.astype("float32"))
    with recording():
        value = MeanSquaredError()(T, p, sample_weight=[2, 0])
        (g,) = gradients(value, [p])
    assert value.dtype == g.dtype == np.float32
    np.testing.assert_allclose(g, [[1, 0], [0, 0]])
    assert isinstance(MeanSquaredError()(T, P), Tensor)


def test_weights_align_from_the_left():
    t, p = np.zeros((2, 2, 1)), np.array([[[1.0], [2.0]], [[3.0], [4.0]]])
    loss = MeanSquaredError(reduction="none")
    np.testing.assert_allclose(loss(t, p, [1.0, 0.5]), [[1, 4], [4.5, 8]])
    np.testing.assert_allclose(loss(t, p, [[1.0, 0.5], [0, 1]]), [[1, 2], [0, 16]])


def masked(values, mask):
    tensor = Tensor(values)
    tensor.mask = np.asarray(mask)
    return tensor


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("sum_over_batch_size", (1 + 9 + 16) / 3),
        ("mean_with_sample_weight", (1 + 9 + 16) / 3),
        ("sum", 26),
        ("none", [[1, 0], [9, 16]]),
    ],
)
def test_masks(reduction, expected):
    t, p = np.zeros((2, 2, 1)), np.array([[[1.0], [2.0]], [[3.0], [4.0]]])
    p = masked(p, [[True, False], [True, True]])
    np.testing.assert_allclose(MeanSquaredError(reduction=reduction)(t, p), expected)


def test_masks_and_weights_together():
    t, p = np.zeros((2, 2, 1)), np.array([[[1.0], [2.0]], [[3.0], [4.0]]])
    p = masked(p, [[True, False], [True, True]])
    value = MeanSquaredError()(t, p, sample_weight=[0.5, 1.0])
    np.testing.assert_allclose(value, (0.5 + 9 + 16) / 3)
    share = MeanSquaredError("mean_with_sample_weight")(t, p, sample_weight=[0.5, 1.0])
    np.testing.assert_allclose(share, (0.5 + 9 + 16) / 2.5)
    nothing = masked(P, [False, False])
    for reduction in ("mean", "mean_with_sample_weight", "sum"):
        assert MeanSquaredError(reduction)(T, nothing) == 0


def test_an_ignored_class_is_left_out_of_the_mean():
    p = np.array([[0.5, 0.5], [0.1, 0.9], [0.25, 0.75]])
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    np.testing.assert_allclose(loss([0, -1, 1], p), -np.log(0.5 * 0.75) / 2, rtol=1e-6)


def test_types():
    loss = MeanSquaredError()
    assert loss(T, P).dtype == np.float32
    assert loss(T.tolist(), P.tolist()).dtype == np.float32
    assert loss(T, Tensor(P)).dtype == np.float64
    assert MeanSquaredError(dtype="float64")(T, P).dtype == np.float64
    assert MeanSquaredError(dtype="float32")(T, Tensor(P)).dtype == np.float32
    policy = types.SimpleNamespace(compute_dtype="float64")
    assert MeanSquaredError(dtype=policy)(T, P).dtype == np.float64
    exact = np.array([[1 / 3]])
    assert loss(exact, Tensor(exact)) == 0  # labels are not rounded on the way


def test_a_loss_of_ones_own():
    class Cubes(Loss):
        def call(self, y_true, y_pred):
            return ops.mean((y_pred - y_true) ** 3, axis=-1)

    assert float(Cubes()(T, P)) == pytest.approx((0.5 + 4.5) / 2)
    assert Cubes().name == "Cubes"
    assert losses.get(Cubes)(T, P) == Cubes()(T, P)
    with pytest.raises(NotImplementedError, match="call"):
        Loss()(T, P)


def test_several_outputs_in_one_loss():
    class Both(Loss):
        def call(self, y_true, y_pred):
            first = ops.mean(ops.square(y_pred["a"] - y_true["a"]), axis=-1)
            return first + ops.mean(ops.square(y_pred["b"] - y_true["b"]), axis=-1)

    assert float(Both()({"a": T, "b": T}, {"a": P, "b": P})) == 3.0

    class Lists(Loss):
        def call(self, y_true, y_pred):
            return ops.mean(ops.square(y_pred[0] - y_true[1]), axis=-1)

    assert float(Lists()([P, T], [P, T])) == 1.5


def test_wrapper():
    loss = LossFunctionWrapper(losses.huber, delta=0.5, reduction="sum")
    assert loss.name == "huber"
    np.testing.assert_allclose(loss(T, P), np.sum(losses.huber(T, P, delta=0.5)))
    column = LossFunctionWrapper(lambda t, p: ops.squeeze(t - p, axis=-1))
    np.testing.assert_allclose(column([1.0, 2.0], [[0.0], [0.0]]), 1.5)
    saved = json.loads(json.dumps(losses.serialize(loss)))
    again = losses.deserialize(saved)
    np.testing.assert_allclose(again(T, P), loss(T, P))
    assert again.get_config() == loss.get_config()


def test_unknown_reductions():
    with pytest.raises(ValueError, match="Unknown reduction 'average'; choose one of sum_over"):
        MeanSquaredError(reduction="average")


# --- every class -----------------------------------------------------------------------------

CLASSES = sorted(
    name
    for name, thing in losses.registry.items()
    if isinstance(thing, type) and thing is not LossFunctionWrapper
)
CHANGED = {
    "Huber": {"delta": 0.3},
    "CosineSimilarity": {"axis": 0},
    "CategoricalCrossentropy": {"from_logits": True, "label_smoothing": 0.1},
    "SparseCategoricalCrossentropy": {"from_logits": True, "ignore_class": 0},
    "BinaryCrossentropy": {"from_logits": True, "label_smoothing": 0.1},
    "CategoricalFocalCrossentropy": {"alpha": [0.2, 0.3], "gamma": 1.0, "from_logits": True},
    "BinaryFocalCrossentropy": {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5},
    "CategoricalGeneralizedCrossEntropy": {"q": 0.3},
    "Dice": {"axis": (1,)},
    "Tversky": {"alpha": 0.2, "beta": 0.9, "axis": (1,)},
    "Circle": {"gamma": 3.0, "margin": 0.2, "remove_diagonal": False},
}
BY_LABEL = ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Circle")


def data(name):
    if name == "CTC":
        return np.array([[1, 0], [1, 1]]), np.linspace(-1, 1, 20).reshape(2, 5, 2)
    labels = np.array([0, 1, 1, 0])
    pred = np.array([[0.8, 0.2], [0.4, 0.6], [0.1, 0.9], [0.7, 0.3]])
    if name == "Circle":
        pred = pred / np.sqrt((pred**2).sum(1, keepdims=True))
    if name in BY_LABEL:
        return labels, pred
    # Percentages of 0 would be far too large for a step.
    return np.eye(2)[labels] + (name == "MeanAbsolutePercentageError"), pred


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("changed", [False, True])
def test_classes_round_trip_and_train(name, changed):
    settings = CHANGED.get(name, {}) if changed else {}
    loss = getattr(losses, name)(reduction="sum", name="mine", **settings)
    saved = json.loads(json.dumps(losses.serialize(loss)))
    assert saved["class_name"] == name
    assert saved["config"]["name"] == "mine"
    for key, value in settings.items():
        assert saved["config"][key] == (list(value) if isinstance(value, tuple) else value)
    again = losses.get(saved)
    assert type(again) is type(loss)
    assert losses.serialize(again) == losses.serialize(loss)
    true, pred = data(name)
    p = Variable(pred)
    with recording():
        value = again(true, p)
        (g,) = gradients(value, [p])
    assert value.shape == ()
    np.testing.assert_allclose(value, loss(true, pred), rtol=1e-5)
    moved = loss(true, Tensor(pred - 1e-4 * g))
    assert moved.item() < value.item()


def test_settings_reach_the_functions():
    for name, settings in CHANGED.items():
        true, pred = data(name)
        if name == "Dice":  # regions of one size would give one value either way
            pred = pred * np.array([[1.0], [0.5], [1.0], [1.0]])
        cls = getattr(losses, name)
        plain, changed = cls()(true, pred), cls(**settings)(true, pred)
        assert abs(float(plain) - float(changed)) > 1e-4, name


def test_default_names():
    names = {name: getattr(losses, name)().name for name in CLASSES}
    assert names["MeanSquaredError"] == "mean_squared_error"
    assert names["KLDivergence"] == "kl_divergence"
    assert names["LogCosh"] == "log_cosh"
    assert names["Huber"] == "huber_loss"
    assert names["SparseCategoricalCrossentropy"] == "sparse_categorical_crossentropy"


# --- names and what else may be passed -------------------------------------------------------

NAMES = """
    mean_squared_error mse MSE mean_absolute_error mae MAE mean_absolute_percentage_error mape
    MAPE mean_squared_logarithmic_error msle MSLE squared_hinge hinge categorical_hinge logcosh
    log_cosh categorical_crossentropy sparse_categorical_crossentropy binary_crossentropy bce BCE
    kullback_leibler_divergence kl_divergence kld KLD poisson cosine_proximity cosine
    cosine_similarity huber dice tversky circle binary_focal_crossentropy
    categorical_focal_crossentropy
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_names(name):
    function = losses.get(name)
    assert function is getattr(losses, name)
    assert losses.get(losses.serialize(function)) is function
    assert losses.deserialize(name) is function


def test_what_get_takes():
    assert losses.get(None) is None
    assert isinstance(losses.get("MeanSquaredError"), MeanSquaredError)
    assert isinstance(losses.get(MeanSquaredError), MeanSquaredError)
    instance = MeanSquaredError()
    assert losses.get(instance) is instance

    def mine(y_true, y_pred):
        return y_pred

    assert losses.get(mine) is mine
    with custom_object_scope({"mine": mine}):
        assert losses.get("mine") is mine
    assert losses.deserialize("mine", {"mine": mine}) is mine
    with pytest.raises(ValueError, match="Unknown loss: 'mean_square_error'.*mean_squared_error"):
        losses.get("mean_square_error")
    with pytest.raises(ValueError, match="Cannot interpret 3"):
        losses.get(3)


def test_losses_of_other_packages_are_replaced():
    def mean_squared_error(y_true, y_pred):
        raise AssertionError("called")

    mean_squared_error.__module__ = "tensorflow.python.keras.losses"
    assert losses.get(mean_squared_error) is losses.mean_squared_error

    class Huber:
        __module__ = "keras.src.losses.losses"

        def __call__(self, y_true, y_pred):
            raise AssertionError("called")

        def get_config(self):
            return {"delta": 0.5, "name": "h", "reduction": "sum", "dtype": "float32"}

    replaced = losses.get(Huber())
    assert type(replaced) is losses.Huber
    assert (replaced.delta, replaced.name, replaced.reduction) == (0.5, "h", "sum")
    assert type(losses.get(Huber)) is losses.Huber

    def odd_loss(y_true, y_pred):
        raise AssertionError("called")

    odd_loss.__module__ = "keras.losses"
    with pytest.raises(ValueError, match="'odd_loss' comes from 'keras.losses'"):
        losses.get(odd_loss)


@pytest.mark.parametrize(
    ("name", "shape"), [("sample_weight", (5,)), ("sample_weight", (3, 4)), ("mask", (2,))]
)
def test_weights_and_masks_of_another_length_are_refused(name, shape):
    message = rf"The {name} of shape .* does not fit a loss whose values have the shape \(3, 2\)"
    with pytest.raises(ValueError, match=message):
        losses.reduce_values(np.ones((3, 2), "float32"), **{name: np.ones(shape)})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: losses.CategoricalCrossentropy("sum"), "from_logits is True or False, not 'sum'"),
        (lambda: losses.BinaryCrossentropy("mean"), "from_logits is True or False"),
        (lambda: losses.SparseCategoricalCrossentropy(None), "from_logits is True or False"),
        (lambda: losses.BinaryFocalCrossentropy("none"), "apply_class_balancing is True or False"),
        (lambda: losses.CategoricalFocalCrossentropy(from_logits=2), "from_logits is True or"),
        (lambda: losses.Huber(-1.0), "Huber's delta is a number above 0, not -1.0"),
        (lambda: losses.Huber("sum"), "Huber's delta is a number above 0, not 'sum'"),
    ],
)
def test_settings_that_make_no_sense(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_misspelt_argument_names_the_loss_and_the_nearest():
    message = "MeanSquaredError takes no argument 'reducton'. Did you mean 'reduction'"
    with pytest.raises(TypeError, match=message):
        losses.MeanSquaredError(reducton="sum")
