"""Names of both eras, configs, and the accuracy that fits a loss."""

import functools

import numpy as np
import pytest

from minikeras import losses, metrics
from minikeras.metrics.base import registry


def custom(y_true, y_pred):
    return y_pred


# --- get, serialize, deserialize -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("mse", "mean_squared_error"),
        ("MSE", "mean_squared_error"),
        ("mae", "mean_absolute_error"),
        ("MAE", "mean_absolute_error"),
        ("mape", "mean_absolute_percentage_error"),
        ("msle", "mean_squared_logarithmic_error"),
        ("cosine", "cosine_proximity"),
        ("binary_accuracy", "binary_accuracy"),
        ("categorical_accuracy", "categorical_accuracy"),
        ("sparse_categorical_accuracy", "sparse_categorical_accuracy"),
        ("top_k_categorical_accuracy", "top_k_categorical_accuracy"),
        ("sparse_top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy"),
        ("fbeta_score", "fbeta_score"),
        ("kullback_leibler_divergence", "kullback_leibler_divergence"),
        ("binary_crossentropy", "binary_crossentropy"),
        ("hinge", "hinge"),
        ("logcosh", "logcosh"),
    ],
)
def test_names_of_keras_2_are_functions(name, function):
    assert metrics.get(name) is getattr(metrics, function)
    assert metrics.deserialize(name) is getattr(metrics, function)


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("AUC", metrics.AUC),
        ("auc", metrics.AUC),
        ("precision", metrics.Precision),
        ("Recall", metrics.Recall),
        ("f1_score", metrics.F1Score),
        ("f_beta_score", metrics.FBetaScore),
        ("r2_score", metrics.R2Score),
        ("root_mean_squared_error", metrics.RootMeanSquaredError),
        ("accuracy", metrics.Accuracy),
        ("BinaryAccuracy", metrics.BinaryAccuracy),
        ("MeanSquaredError", metrics.MeanSquaredError),
        ("cosine_similarity", metrics.CosineSimilarity),
        ("kl_divergence", metrics.KLDivergence),
        ("binary_io_u", metrics.BinaryIoU),
        ("pearson_correlation", metrics.PearsonCorrelation),
        ("mean", metrics.Mean),
        ("sum", metrics.Sum),
    ],
)
def test_names_of_keras_3_are_objects(name, cls):
    assert type(metrics.get(name)) is cls


def test_aliases_of_the_module():
    assert metrics.mse is metrics.MSE is losses.mean_squared_error
    assert metrics.mae is metrics.MAE is losses.mean_absolute_error
    assert metrics.mape is metrics.MAPE is losses.mean_absolute_percentage_error
    assert metrics.msle is metrics.MSLE is losses.mean_squared_logarithmic_error
    assert metrics.cosine is losses.cosine_proximity


def test_everything_else_that_get_takes():
    assert metrics.get(custom) is custom
    assert metrics.get(None) is None
    auc = metrics.AUC()
    assert metrics.get(auc) is auc
    assert type(metrics.get(metrics.AUC)) is metrics.AUC
    config = {"class_name": "AUC", "config": {"curve": "PR"}}
    assert metrics.get(config).curve == "PR"


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("acuracy", "Did you mean 'accuracy'"),
        ("acc", "'binary_accuracy'.*'sparse_categorical_accuracy'"),
        ("ce", "'binary_crossentropy'"),
        ("crossentropy", "depends on the model"),
        ("mean_io_u", r"MeanIoU\(num_classes=...\)"),
        (metrics.PrecisionAtRecall, "cannot do without recall"),
        (3, "Cannot interpret 3 as a metric"),
    ],
)
def test_what_get_refuses(identifier, message):
    with pytest.raises(ValueError, match=message):
        metrics.get(identifier)


def test_serialize():
    assert metrics.serialize(metrics.mae) == "mean_absolute_error"
    assert metrics.deserialize("mean_absolute_error") is metrics.mae
    config = metrics.serialize(metrics.Precision(thresholds=[0.2], name="p"))
    assert config["class_name"] == "Precision"
    assert metrics.deserialize(config).get_config() == config["config"]


def test_custom_objects():
    assert metrics.deserialize("custom", {"custom": custom}) is custom


def test_every_class_of_the_package_is_registered():
    classes = {v for v in vars(metrics).values() if isinstance(v, type)}
    known = {v for _, v in registry.items()}
    assert classes - known == {metrics.Metric, metrics.FunctionMetric, metrics.StatefulMetric}


# --- names in logs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("accuracy", "acc"),
        ("acc", "acc"),
        ("crossentropy", "ce"),
        ("ce", "ce"),
        ("mae", "mean_absolute_error"),
        ("cosine", "cosine_proximity"),
        (metrics.categorical_accuracy, "categorical_accuracy"),
        (custom, "custom"),
        (functools.partial(metrics.top_k_categorical_accuracy, k=3), "top_k_categorical_accuracy"),
        (metrics.MeanSquaredError(), "mean_squared_error"),
        (metrics.AUC(name="area"), "area"),
        (metrics.LogCoshError, "logcosh"),
        (metrics.AUC, "auc"),
        ("AUC", "auc"),
    ],
)
def test_log_names(metric, name):
    assert metrics.log_name(metric) == name


def test_log_name_of_an_object_without_a_name():
    class HitRate:
        def __call__(self, y_true, y_pred): ...

    assert metrics.log_name(HitRate()) == "hit_rate"


# --- accuracy and crossentropy ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "output_shape", "target_shape", "kind"),
    [
        ("mse", (None, 1), None, "binary"),
        ("binary_crossentropy", (None, 4), None, "binary"),
        (losses.binary_crossentropy, (None, 4), (None, 4), "binary"),
        (losses.BinaryCrossentropy(), (None, 4), (None, 4), "binary"),
        ("sparse_categorical_crossentropy", (None, 4), None, "sparse_categorical"),
        (losses.SparseCategoricalCrossentropy(), (None, 4), None, "sparse_categorical"),
        ("sparse_categorical_crossentropy", (None, 1), None, "binary"),
        ("categorical_crossentropy", (None, 4), (None, 4), "categorical"),
        (losses.CategoricalCrossentropy(), (None, 4), (None, 4), "categorical"),
        ("mse", (None, 2), (None, 2), "categorical"),
        (custom, (None, 4), (None, 4), "categorical"),
        # where 2.1.5 would compare class numbers as if they were one-hot
        (custom, (None, 4), (None, 1), "sparse_categorical"),
        (custom, (None, 7, 4), (None, 7), "sparse_categorical"),
        (None, (None, 4), None, "categorical"),
    ],
)
def test_which_accuracy_and_crossentropy(loss, output_shape, target_shape, kind):
    found = metrics.resolve_accuracy(loss, output_shape, target_shape)
    assert found is getattr(metrics, f"{kind}_accuracy")
    found = metrics.resolve_crossentropy(loss, output_shape, target_shape)
    assert found is getattr(losses, f"{kind}_crossentropy")


def test_losses_of_scores():
    loss = losses.BinaryCrossentropy(from_logits=True)
    accuracy = metrics.resolve_accuracy(loss, (None, 1))
    # rounding would call 3.2 a wrong 3
    assert accuracy([[1], [0]], np.array([[3.2], [-3.2]])).tolist() == [1, 1]
    assert metrics.log_name(accuracy) == "binary_accuracy"
    crossentropy = metrics.resolve_crossentropy(loss, (None, 1))
    np.testing.assert_allclose(crossentropy(np.ones((1, 1)), np.zeros((1, 1))), np.log(2))
