"""Every public name of `keras.backend` in Keras 2.1.5 is here."""

import numpy as np
import pytest

import minikeras
import minikeras.backend as K

NAMES = """
abs all any arange argmax argmin backend batch_dot batch_flatten batch_get_value
batch_normalization batch_set_value bias_add binary_crossentropy cast cast_to_floatx
categorical_crossentropy clear_session clip concatenate constant conv1d conv2d conv2d_transpose
conv3d conv3d_transpose cos count_params ctc_batch_cost ctc_decode ctc_label_dense_to_sparse
cumprod cumsum depthwise_conv2d dot dropout dtype elu epsilon equal eval exp expand_dims eye
flatten floatx foldl foldr function gather get_session get_uid get_value get_variable_shape
gradients greater greater_equal hard_sigmoid identity image_data_format image_dim_ordering
in_test_phase in_top_k in_train_phase int_shape is_keras_tensor is_placeholder is_sparse
l2_normalize learning_phase less less_equal local_conv1d local_conv2d log logsumexp
manual_variable_initialization map_fn max maximum mean min minimum moving_average_update
name_scope ndim normalize_batch_in_training not_equal one_hot ones ones_like permute_dimensions
placeholder pool2d pool3d pow print_tensor prod random_binomial random_normal
random_normal_variable random_uniform random_uniform_variable relu repeat repeat_elements
reset_uids reshape resize_images resize_volumes reverse rnn round separable_conv1d
separable_conv2d set_epsilon set_floatx set_image_data_format set_image_dim_ordering
set_learning_phase set_session set_value shape sigmoid sign sin softmax softplus softsign
sparse_categorical_crossentropy spatial_2d_padding spatial_3d_padding sqrt square squeeze stack
std stop_gradient sum switch tanh temporal_padding tile to_dense transpose truncated_normal
update update_add update_sub var variable zeros zeros_like
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_names(name):
    function = getattr(K, name)
    assert callable(function)
    assert function.__doc__


def test_what_has_no_meaning_is_refused():
    for call in (K.get_session, lambda: K.set_session(1), K.manual_variable_initialization):
        with pytest.raises(NotImplementedError, match="session"):
            call()


def test_settings():
    assert K.backend() == "numpy"
    assert K.floatx() == "float32"
    assert K.image_dim_ordering() == "tf"
    K.set_image_dim_ordering("th")
    assert K.image_data_format() == "channels_first"
    K.set_image_dim_ordering("tf")
    with pytest.raises(ValueError, match="'caffe'"):
        K.set_image_dim_ordering("caffe")
    assert K.cast_to_floatx([1.0, 2.0]).dtype == np.float32
    with K.name_scope("block"):
        assert K.learning_phase() == 0
    K.set_learning_phase(1)
    assert K.learning_phase() == 1
    K.clear_session()
    assert K.learning_phase() == 0
    with pytest.raises(ValueError, match="0 or 1"):
        K.set_learning_phase(2)


A = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("dot", {"x": A, "y": A}, A @ A),
        ("pow", {"x": A, "a": 2}, A**2),
        ("maximum", {"x": A, "y": 0.5}, np.maximum(A, 0.5)),
        ("minimum", {"x": A, "y": 0.5}, np.minimum(A, 0.5)),
        ("equal", {"x": A, "y": 0.5}, A == 0.5),
        ("not_equal", {"x": A, "y": 0.5}, A != 0.5),
        ("greater", {"x": A, "y": 0.5}, A > 0.5),
        ("greater_equal", {"x": A, "y": 0.5}, A >= 0.5),
        ("less", {"x": A, "y": 0.5}, A < 0.5),
        ("less_equal", {"x": A, "y": 0.5}, A <= 0.5),
        ("foldl", {"fn": lambda a, b: a - b, "elems": A, "name": "fold"}, A[0] - A[1]),
        ("foldr", {"fn": lambda a, b: a - b, "elems": A, "name": "fold"}, A[1] - A[0]),
    ],
)
def test_arguments_by_the_names_of_keras_2(name, arguments, expected):
    np.testing.assert_allclose(getattr(K, name)(**arguments), expected, rtol=1e-6)


def test_settings_by_the_names_of_keras_2():
    epsilon = K.epsilon()
    try:
        K.set_epsilon(e=1e-5)
        assert K.epsilon() == 1e-5
    finally:
        K.set_epsilon(epsilon)
    K.set_floatx(floatx=K.floatx())
    with pytest.raises(ValueError, match="float13"):
        K.set_floatx(floatx="float13")


def test_nothing_cannot_be_folded():
    with pytest.raises(ValueError, match="nothing to fold"):
        K.foldl(lambda a, b: a + b, A[:0])
    assert K.foldl(lambda a, b: a + b, A[:0], 7) == 7


def test_metrics_are_counted_anew_in_a_new_session():
    assert [minikeras.metrics.AUC().name for _ in range(2)] == ["auc", "auc_1"]
    K.clear_session()
    assert minikeras.metrics.AUC().name == "auc"
