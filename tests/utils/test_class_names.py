"""Names made of class names, as either era makes them."""

import pytest

from minikeras.utils.class_names import keras_2_snake_case, keras_3_snake_case


@pytest.mark.parametrize(
    ("name", "keras_2", "keras_3"),
    [
        ("Dense", "dense", "dense"),
        ("Conv2DTranspose", "conv2d_transpose", "conv2d_transpose"),
        ("ReLU", "re_lu", "re_lu"),
        ("AUC", "auc", "auc"),
        ("MeanIoU", "mean_io_u", "mean_io_u"),
        ("OneHotIoU", "one_hot_io_u", "one_hot_io_u"),
        ("R2Score", "r2_score", "r2_score"),
        ("F1Score", "f1_score", "f1_score"),
        ("FBetaScore", "f_beta_score", "f_beta_score"),
        ("KLDivergence", "kl_divergence", "kl_divergence"),
        ("TopKCategoricalAccuracy", "top_k_categorical_accuracy", "top_k_categorical_accuracy"),
        ("ABC3", "ab_c3", "abc3"),
        ("_Hidden", "private__hidden", "__hidden"),
    ],
)
def test_both_eras(name, keras_2, keras_3):
    assert keras_2_snake_case(name) == keras_2
    assert keras_3_snake_case(name) == keras_3
