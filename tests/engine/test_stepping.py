"""What a step computes: losses, metrics, weights, masks and penalties, by hand-worked numbers."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import layers, metrics, optimizers
from minikeras.layers import Dense, Dropout, Masking
from minikeras.models import Input, Model, Sequential
from tests.engine.support import crossentropy, data, fork, line, mse


def test_an_epoch_averages_batches_by_their_size():
    x, y, _ = data(5)
    model = line()
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mae"])
    history = model.fit(x, y, batch_size=2, verbose=0, shuffle=False).history
    errors = model.predict(x) - y
    assert history["loss"] == pytest.approx([np.mean(errors**2)])
    assert history["mean_absolute_error"] == pytest.approx([np.mean(np.abs(errors))])
    assert model.evaluate(x, y, batch_size=2, verbose=0) == pytest.approx(
        [np.mean(errors**2), np.mean(np.abs(errors))]
    )


def test_the_loss_of_a_batch_is_from_before_its_update():
    x, y, _ = data()
    model = line()
    model.compile(optimizers.SGD(0.1), "mse")
    before = model.evaluate(x, y, verbose=0)
    assert model.train_on_batch(x, y) == pytest.approx(before)
    assert model.evaluate(x, y, verbose=0) < before


def test_one_step_of_gradient_descent_by_hand():
    x, y, _ = data(4)
    model = line()
    model.compile(optimizers.SGD(0.1), "mse")
    kernel, bias = model.get_weights()
    error = x @ kernel + bias - y
    model.fit(x, y, batch_size=4, verbose=0)
    np.testing.assert_allclose(
        model.get_weights()[0], kernel - 0.1 * 2 / 4 * x.T @ error, rtol=1e-5
    )
    np.testing.assert_allclose(model.get_weights()[1], bias - 0.1 * 2 * error.mean(0), rtol=1e-5)


def test_several_outputs_add_up_with_their_weights():
    x, y, c = data()
    model = fork()
    model.compile(
        "sgd", ["mse", "sparse_categorical_crossentropy"], loss_weights=[0.5, 2.0], metrics=["acc"]
    )
    left, right = model.predict(x)
    parts = mse(y, left).mean(), crossentropy(c, right).mean()
    expected = [0.5 * parts[0] + 2 * parts[1], *parts, 0.0, np.mean(right.argmax(-1) == c)]
    for targets in ([y, c], (y, c), {"right": c, "left": y}, [y, c[:, None]]):
        assert model.evaluate(x, targets, verbose=0) == pytest.approx(expected, rel=1e-5)
    named = model.evaluate(x, [y, c], verbose=0, return_dict=True)
    assert list(named) == ["loss", "left_loss", "right_loss", "left_acc", "right_acc"]
    assert named["right_accuracy"] == named["right_acc"]


def test_sample_weights_by_the_number_of_those_that_count():
    x, y, _ = data(4)
    model = line()
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mae"])
    squares, errors = mse(y, model.predict(x)), np.abs(model.predict(x) - y)[:, 0]
    w = np.array([2.0, 0.0, 1.0, 0.0])
    loss, plain, weighted = model.evaluate(x, y, sample_weight=w, verbose=0)
    assert loss == pytest.approx((2 * squares[0] + squares[2]) / 2, rel=1e-5)
    assert plain == pytest.approx(errors.mean(), rel=1e-5)
    assert weighted == pytest.approx((2 * errors[0] + errors[2]) / 2, rel=1e-5)


def test_class_weights_act_in_training_only():
    x, _, c = data(8)
    model = Sequential([Dense(4, activation="softmax", input_shape=(3,))])
    model.compile(optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    each = crossentropy(c, model.predict(x))
    weights = {0: 1.0, 1: 2.0, 2: 0.5, 3: 3.0}
    history = model.fit(
        x, c, verbose=0, batch_size=8, class_weight=weights, validation_data=(x, c)
    ).history
    weighted = np.mean(each * np.array([weights[i] for i in c]))
    assert history["loss"] == pytest.approx([weighted], rel=1e-5)
    assert history["val_loss"] == pytest.approx([each.mean()], rel=1e-5)


def test_weights_per_step():
    x = np.random.default_rng(0).normal(size=(2, 3, 2)).astype("float32")
    y = np.zeros((2, 3, 1), "float32")
    model = Sequential([Dense(1, input_shape=(3, 2))])
    model.compile("sgd", "mse", sample_weight_mode="temporal", weighted_metrics=["mse"])
    w = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0]])
    squares = mse(y, model.predict(x))
    expected = (squares * w).sum() / 3
    found = model.evaluate(x, y, sample_weight=w, verbose=0)
    assert found == pytest.approx([expected, expected], rel=1e-5)


def test_masked_steps_do_not_count():
    x = np.array([[[1.0], [2.0], [0.0]], [[3.0], [0.0], [0.0]]], "float32")
    model = Sequential([Masking(0.0, input_shape=(3, 1)), Dense(1, use_bias=False)])
    model.set_weights([np.array([[1.0]])])
    model.compile(optimizers.SGD(0.1), "mse", metrics=["mse", metrics.MeanSquaredError(name="m")])
    expected = (1 + 4 + 9) / 3
    y = np.zeros((2, 3, 1), "float32")
    assert model.evaluate(x, y, verbose=0) == pytest.approx([expected] * 3)
    model.train_on_batch(x, y)
    np.testing.assert_allclose(model.get_weights()[0], [[1 - 0.1 * 2 * expected]], rtol=1e-5)


def test_regularizers_count_in_training_and_testing():
    x, y, _ = data()
    model = Sequential([Dense(1, input_shape=(3,), kernel_regularizer="l2", use_bias=False)])
    model.compile("sgd", "mse", metrics=["mse"])
    loss, error = model.evaluate(x, y, verbose=0)
    penalty = 0.01 * (model.get_weights()[0] ** 2).sum()
    assert loss - error == pytest.approx(penalty, rel=1e-4)
    assert model.train_on_batch(x, y)[0] == pytest.approx(loss)


def test_dropout_is_on_in_training_and_off_otherwise():
    x = np.ones((50, 1), "float32")
    model = Sequential([Dropout(0.5, input_shape=(1,))])
    model.compile("sgd", "mse")
    assert model.evaluate(x, x, verbose=0) == 0
    with pytest.warns(UserWarning, match="no trainable weights: training it changes nothing"):
        assert model.train_on_batch(x, x) > 0.5
    np.testing.assert_array_equal(model.predict(x), x)


# --- where labels are missing ----------------------------------------------------------------


def test_an_output_without_a_loss_has_no_targets():
    x, y, _ = data()
    model = fork()
    model.compile("sgd", {"left": "mse", "right": None}, metrics=["mae"])
    assert model.metrics_names == ["loss", "left_loss", "left_mean_absolute_error"]
    for targets in (y, [y], {"left": y}, [y, None]):
        values = model.evaluate(x, targets, verbose=0)
        assert values[0] == values[1] == pytest.approx(mse(y, model.predict(x)[0]).mean())
    with pytest.warns(UserWarning, match="does not depend on 'right/kernel"):
        model.fit(x, y, verbose=0, validation_split=0.25)


def test_losses_added_to_the_graph_need_no_targets():
    x, _, _ = data()
    inputs = Input((3,))
    code = Dense(2)(inputs)
    outputs = Dense(3)(code)
    model = Model(inputs, outputs)
    model.add_loss(K.mean(K.square(inputs - outputs)) + 0.5 * K.mean(K.square(code)))
    model.add_metric(K.mean(K.abs(code)), name="size")
    model.compile(optimizers.SGD(0.1))
    codes = Model(inputs, code).predict(x)
    expected = np.mean((x - model.predict(x)) ** 2) + 0.5 * np.mean(codes**2)
    assert model.evaluate(x, verbose=0) == pytest.approx([expected, np.abs(codes).mean()], rel=1e-5)
    history = model.fit(x, epochs=3, verbose=0, validation_data=(x, None)).history
    assert sorted(history) == ["loss", "size", "val_loss", "val_size"]
    assert history["loss"][2] < history["loss"][0] == pytest.approx(expected)
    assert [layer.name for layer in model.layers[1:]] == [
        layer.name for layer in (code.history[0], outputs.history[0])
    ]


def test_a_nested_model_brings_its_added_loss():
    x, y, _ = data()
    inputs = Input((3,))
    inner = Model(inputs, Dense(3, use_bias=False, kernel_initializer="ones")(inputs))
    inner.add_loss(K.sum(K.square(inner.output)) * 0.25)
    outer = Sequential([inner, Dense(1, kernel_initializer="zeros")])
    outer.compile("sgd", "mse")
    added = 0.25 * 3 * (x.sum(1) ** 2).sum()
    assert outer.evaluate(x, y, verbose=0) == pytest.approx(added + np.mean(y**2), rel=1e-5)


def test_layers_may_add_losses_and_report_values():
    class Noted(layers.Layer):
        def call(self, inputs):
            self.add_loss(K.mean(inputs))
            self.add_metric(K.max(inputs), name="top")
            return inputs

    x, y, _ = data(4)
    model = Sequential([Noted(input_shape=(3,)), Dense(1, kernel_initializer="zeros")])
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mse"])
    values = model.evaluate(x, y, batch_size=2, verbose=0)
    assert model.metrics_names == ["loss", "mean_squared_error", "top"]
    tops = [x[:2].max(), x[2:].max()]
    assert values == pytest.approx([np.mean(y**2) + x.mean(), np.mean(y**2), np.mean(tops)])
    history = model.fit(x, y, batch_size=2, shuffle=False, verbose=0).history
    assert history["top"] == pytest.approx([np.mean(tops)])


def test_penalties_without_inputs_may_be_added_after_compiling():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse")
    before = model.evaluate(x, y, verbose=0)
    model.add_loss(lambda: 2.0 * K.sum(model.layers[0].kernel))
    assert model.evaluate(x, y, verbose=0) == pytest.approx(before + 12)
