"""Automatic names are those of Keras 3."""

import pytest

from minikeras.metrics.naming import auto_name, reset_auto_names, snake_case


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AUC", "auc"),
        ("MeanIoU", "mean_io_u"),
        ("OneHotIoU", "one_hot_io_u"),
        ("R2Score", "r2_score"),
        ("F1Score", "f1_score"),
        ("FBetaScore", "f_beta_score"),
        ("KLDivergence", "kl_divergence"),
        ("TopKCategoricalAccuracy", "top_k_categorical_accuracy"),
        ("PrecisionAtRecall", "precision_at_recall"),
    ],
)
def test_snake_case(name, expected):
    assert snake_case(name) == expected


def test_each_class_counts_for_itself():
    reset_auto_names()
    assert [auto_name("AUC"), auto_name("Recall"), auto_name("AUC")] == ["auc", "recall", "auc_1"]
