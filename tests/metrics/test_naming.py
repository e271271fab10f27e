"""Automatic names are those of Keras 3."""

from minikeras.metrics.naming import auto_name, reset_auto_names


def test_each_class_counts_for_itself():
    reset_auto_names()
    assert [auto_name("AUC"), auto_name("Recall"), auto_name("AUC")] == ["auc", "recall", "auc_1"]
