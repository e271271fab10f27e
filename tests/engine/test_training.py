"""fit, evaluate and predict: what they compute, tell and return, by hand-worked numbers."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import callbacks, layers, losses, metrics, optimizers
from minikeras.callbacks import Callback, History
from minikeras.layers import Dense, Dropout, Lambda, Masking
from minikeras.models import Input, Model, Sequential
from tests.engine.support import crossentropy, data, fork, line, mse

# --- losses and metrics of an epoch --------------------------------------------------------


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


# --- epochs, steps, validation ---------------------------------------------------------------


class Recorder(Callback):
    """Remembers every call with a copy of its logs."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(("epoch", epoch))

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(("batch", batch, logs["size"]))

    def on_test_batch_end(self, batch, logs=None):
        self.calls.append(("test", batch, logs["size"]))

    def on_predict_batch_end(self, batch, logs=None):
        self.calls.append(("predict", batch, logs["outputs"][0].shape))


def fitted(**settings):
    """Fit a model on 10 samples; return the calls and the history."""
    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse")
    recorder = Recorder()
    history = model.fit(x, y, verbose=0, callbacks=[recorder], **settings)
    return recorder.calls, history


def test_the_order_of_events():
    calls, history = fitted(batch_size=4, epochs=2, validation_split=0.3)
    epoch = [("batch", 0, 4), ("batch", 1, 3), ("test", 0, 3)]
    assert calls == [("epoch", 0), *epoch, ("epoch", 1), *epoch]
    assert history.epoch == [0, 1]
    assert sorted(history.history) == ["loss", "val_loss"]


def test_epochs_begin_where_one_says():
    calls, history = fitted(epochs=5, initial_epoch=3)
    assert [call for call in calls if call[0] == "epoch"] == [("epoch", 3), ("epoch", 4)]
    assert history.epoch == [3, 4]
    assert fitted(epochs=2, initial_epoch=2)[0] == []
    assert fitted(epochs=0)[1].history == {}


def test_steps_per_epoch_with_arrays():
    calls, _ = fitted(batch_size=4, steps_per_epoch=2, epochs=2, shuffle=False)
    sizes = [call[2] for call in calls if call[0] == "batch"]
    assert sizes == [4, 4, 2, 4]


def test_validation_frequency():
    for frequency, due in ((2, [2, 4]), ([1, 4], [1, 4])):
        calls, history = fitted(epochs=4, validation_split=0.5, validation_freq=frequency)
        tested, epoch = [], 0
        for call in calls:
            epoch = call[1] + 1 if call[0] == "epoch" else epoch
            if call[0] == "test":
                tested.append(epoch)
        assert tested == due
        assert len(history.history["val_loss"]) == 2


def test_validation_batches_may_have_a_size_of_their_own():
    calls, _ = fitted(batch_size=2, validation_split=0.5, validation_batch_size=5)
    assert [call for call in calls if call[0] == "test"] == [("test", 0, 5)]
    x, y, _ = data(10)
    calls, _ = fitted(batch_size=3, validation_data=(x, y), validation_steps=2)
    assert [call for call in calls if call[0] == "test"] == [("test", 0, 3), ("test", 1, 3)]


def test_weights_of_validation_data():
    x, y, _ = data(6)
    model = line()
    model.compile(optimizers.SGD(0.0), "mse")
    w = np.array([1.0, 0, 0, 0, 0, 0])
    first = float(mse(y, model.predict(x))[0])
    history = model.fit(x, y, verbose=0, validation_data=(x, y, w)).history
    assert history["val_loss"] == pytest.approx([first], rel=1e-5)
    # the split takes sample weights along
    last = float(mse(y, model.predict(x))[5])
    w = np.array([1.0, 1, 1, 0, 0, 1])
    history = model.fit(x, y, verbose=0, sample_weight=w, validation_split=0.5).history
    assert history["val_loss"] == pytest.approx([last], rel=1e-5)


def test_validation_data_is_used_in_the_place_of_a_split():
    x, y, _ = data(6)
    calls, _ = fitted(validation_data=(x, y), validation_split=0.5)
    assert [call for call in calls if call[0] != "epoch"] == [("batch", 0, 10), ("test", 0, 6)]


def test_training_can_be_stopped_within_an_epoch():
    class Stop(Callback):
        def on_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse")
    recorder = Recorder()
    history = model.fit(
        x, y, batch_size=2, epochs=3, verbose=0, callbacks=[Stop(), recorder],
        validation_data=(x, y),
    )  # fmt: skip
    assert [call for call in recorder.calls if call[0] == "batch"] == [
        ("batch", 0, 2),
        ("batch", 1, 2),
    ]
    assert history.epoch == [0]
    assert "val_loss" in history.history
    assert len(model.fit(x, y, epochs=2, verbose=0).epoch) == 2


def test_what_callbacks_are_told_of_the_training():
    seen = {}

    class Look(Callback):
        def on_train_begin(self, logs=None):
            seen.update(self.params, validation=self.validation_data, model=self.model)

    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(x, y, 4, 2, 0, [Look()], validation_data=(x, y))
    assert seen["model"] is model
    assert seen["validation"] == (x, y)
    assert {k: seen[k] for k in ("batch_size", "epochs", "samples", "verbose")} == {
        "batch_size": 4,
        "epochs": 2,
        "samples": 10,
        "verbose": 0,
    }
    assert seen["do_validation"]
    assert seen["metrics"] == [
        "loss", "mean_absolute_error", "val_loss", "val_mean_absolute_error"
    ]  # fmt: skip


def test_a_callback_may_evaluate_in_the_middle_of_an_epoch():
    x, y, _ = data(10)

    class Evaluate(Callback):
        def on_batch_end(self, batch, logs=None):
            self.model.evaluate(x[:1], y[:1], verbose=0)

    model = line()
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mae"])
    plain = model.fit(x, y, batch_size=3, verbose=0).history
    disturbed = model.fit(x, y, batch_size=3, verbose=0, callbacks=[Evaluate()]).history
    assert disturbed["mean_absolute_error"] == pytest.approx(plain["mean_absolute_error"])
    assert disturbed["loss"] == pytest.approx(plain["loss"])


def test_the_history_is_returned_and_kept():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse")
    assert model.history is None
    history = model.fit(x, y, verbose=0)
    assert isinstance(history, History)
    assert model.history is history
    model.evaluate(x, y, verbose=0)
    model.predict(x)
    assert model.history is history
    assert model.fit(x, y, verbose=0) is not history


def test_averages_of_weights_take_their_place_when_training_ends():
    x, y, _ = data()
    plain, averaged = line(), line()
    plain.compile(optimizers.SGD(0.1), "mse")
    averaged.compile(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
    states = []
    note = callbacks.LambdaCallback(on_batch_end=lambda b, logs: states.append(plain.get_weights()))
    plain.fit(x, y, epochs=2, verbose=0, callbacks=[note], shuffle=False)
    averaged.fit(x, y, epochs=2, verbose=0, shuffle=False)
    expected = 0.5 * states[0][0] + 0.5 * states[1][0]
    np.testing.assert_allclose(averaged.get_weights()[0], expected, rtol=1e-5)


def test_the_loss_is_scaled_for_the_optimizer_alone():
    x, y, _ = data()
    plain, scaled = line(), line()
    plain.compile(optimizers.SGD(0.1), "mse")
    scaled.compile(optimizers.SGD(0.1, loss_scale_factor=1024.0), "mse")
    assert plain.train_on_batch(x, y) == scaled.train_on_batch(x, y)
    np.testing.assert_allclose(plain.get_weights()[0], scaled.get_weights()[0], rtol=1e-6)


# --- predict ---------------------------------------------------------------------------------


def test_predictions_do_not_depend_on_batches():
    x, _, _ = data(10)
    model = fork()
    whole = model.predict(x, batch_size=10)
    for given in (model.predict(x, batch_size=3), model.predict_on_batch(x), model.predict(x)):
        assert isinstance(given, list)
        for a, b in zip(given, whole):
            assert isinstance(a, np.ndarray)
            np.testing.assert_allclose(a, b, rtol=1e-5)


def test_predictions_in_steps():
    x, _, _ = data(10)
    model = line()
    assert model.predict(x, batch_size=3, steps=2).shape == (6, 1)
    np.testing.assert_allclose(
        model.predict(x, batch_size=3, steps=2), model.predict(x)[:6], rtol=1e-6
    )


def test_predictions_are_not_the_users_own_data():
    x, _, _ = data()
    inputs = Input((3,))
    model = Model(inputs, [inputs, Dense(1)(inputs)])
    for same, _ in (model.predict(x), model.predict_on_batch(x)):
        np.testing.assert_array_equal(same, x)
        same += 1
    np.testing.assert_array_equal(x, data()[0])


def test_outputs_may_be_a_dictionary():
    x, y, c = data()
    inputs = Input((3,))
    model = Model(inputs, {"number": Dense(1)(inputs), "class": Dense(4)(inputs)})
    found = model.predict(x)
    assert {name: part.shape for name, part in found.items()} == {
        "number": (12, 1),
        "class": (12, 4),
    }
    scores = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", {"number": "mse", "class": scores}, metrics={"class": "acc"})
    assert model.metrics_names == ["loss", "class_loss", "number_loss", "class_acc"]
    model.fit(x, {"class": c, "number": y}, verbose=0)


def test_callbacks_of_evaluate_and_predict():
    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse")
    recorder = Recorder()
    model.evaluate(x, y, batch_size=6, verbose=0, callbacks=[recorder])
    model.predict(x, batch_size=6, callbacks=[recorder])
    assert recorder.calls == [
        ("test", 0, 6),
        ("test", 1, 4),
        ("predict", 0, (6, 1)),
        ("predict", 1, (4, 1)),
    ]


# --- single batches --------------------------------------------------------------------------


def test_what_single_batches_return():
    x, y, _ = data()
    model = line()
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mae", metrics.MeanSquaredError(name="m")])
    loss, error, state = model.train_on_batch(x, y)
    assert all(isinstance(value, float) for value in (loss, error, state))
    assert state == pytest.approx(loss)
    assert model.test_on_batch(x, y) == pytest.approx([loss, error, state])
    named = model.test_on_batch(x, y, return_dict=True)
    assert named == pytest.approx({"loss": loss, "mean_absolute_error": error, "m": state})
    first = model.test_on_batch(x[:1], y[:1])[2]
    rest = model.test_on_batch(x[1:], y[1:], reset_metrics=False)[2]
    assert rest == pytest.approx(state)
    assert first != pytest.approx(state)
    single = line()
    single.compile("sgd", "mse")
    assert isinstance(single.train_on_batch(x, y), float)


def test_weights_of_single_batches():
    x, y, c = data(4)
    w = np.array([1.0, 0, 0, 0])
    model = line()
    model.compile(optimizers.SGD(0.0), "mse")
    first = pytest.approx(mse(y, model.predict(x))[0], rel=1e-5)
    assert model.test_on_batch(x, y, w) == first
    assert model.train_on_batch(x, y, sample_weight=w) == first
    inputs = Input((3,))
    functional = Model(inputs, model(inputs))
    functional.compile(optimizers.SGD(0.0), "mse")
    # the third position: sample weights in Model, class weights in Sequential, as in Keras 2
    assert functional.train_on_batch(x, y, w) == first
    assert model.train_on_batch(x, y, w) == first
    classes = Sequential([Dense(4, activation="softmax", input_shape=(3,))])
    classes.compile(optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    weights = dict.fromkeys(range(4), 2.0)
    plain = classes.test_on_batch(x, c)
    assert classes.train_on_batch(x, c, weights) == pytest.approx(2 * plain)
    assert classes.train_on_batch(x, c, None, w) != pytest.approx(plain)


def test_loss_and_gradients_change_nothing():
    x, y, _ = data()
    model = line()
    model.compile(optimizers.SGD(0.1), "mse")
    before = model.get_weights()
    loss, (kernel, bias) = model.loss_and_gradients(x, y)
    error = model.predict(x) - y
    np.testing.assert_allclose(kernel, 2 / 12 * x.T @ error, rtol=1e-4)
    np.testing.assert_allclose(bias, 2 * error.mean(0), rtol=1e-4)
    assert loss == pytest.approx(np.mean(error**2))
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


# --- which weights move ----------------------------------------------------------------------


def test_frozen_layers_stay():
    x, y, _ = data()
    model = Sequential([Dense(4, input_shape=(3,), trainable=False), Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(x, y, verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert (before[2] != after[2]).any()


def test_freezing_takes_effect_when_compiled():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    before = model.get_weights()[0]
    with pytest.warns(UserWarning, match="changed after compile.*trains 2 of them.*Compile again"):
        model.fit(x, y, verbose=0)
    assert (model.get_weights()[0] != before).any()
    model.train_on_batch(x, y)  # says it once
    model.compile("sgd", "mse")
    before = model.get_weights()[0]
    with pytest.warns(UserWarning, match="no trainable weights"):
        model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_a_generator_is_trained_through_a_frozen_discriminator():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(8, 2)).astype("float32")
    real = rng.normal(size=(8, 3)).astype("float32")
    judge = Sequential(
        [Dense(4, activation="tanh", input_shape=(3,)), Dense(1, activation="sigmoid")]
    )
    judge.compile(optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    forge = Sequential([Dense(3, input_shape=(2,))])
    judge.trainable = False
    start = Input((2,))
    both = Model(start, judge(forge(start)))
    both.compile(optimizers.Adam(0.01), "binary_crossentropy")
    assert len(both.trainable_weights) == 2

    judge_before, forge_before = judge.get_weights(), forge.get_weights()
    with pytest.warns(UserWarning, match="changed after compile"):
        judge.train_on_batch(real, np.ones(8))
    judge.train_on_batch(forge.predict(noise), np.zeros(8))
    judge_middle = judge.get_weights()
    assert all((a != b).any() for a, b in zip(judge_before, judge_middle))
    assert all((a == b).all() for a, b in zip(forge_before, forge.get_weights()))
    both.train_on_batch(noise, np.ones(8))
    assert all((a == b).all() for a, b in zip(judge_middle, judge.get_weights()))
    assert all((a != b).any() for a, b in zip(forge_before, forge.get_weights()))


def test_shared_layers_learn_from_both_places():
    x, y, _ = data(4)
    a, b = Input((3,)), Input((3,))
    shared = Dense(1, use_bias=False)
    model = Model([a, b], layers.add([shared(a), shared(b)]))
    model.compile(optimizers.SGD(0.1), "mse")
    kernel = shared.get_weights()[0]
    error = (x + 2 * x) @ kernel - y
    model.train_on_batch([x, 2 * x], y)
    np.testing.assert_allclose(
        shared.get_weights()[0], kernel - 0.1 * 2 / 4 * (3 * x).T @ error, rtol=1e-4
    )


def test_one_optimizer_may_serve_two_models():
    x, y, _ = data()
    optimizer = optimizers.Adam(0.1)
    first, second = line(), line()
    for model in (first, second):
        model.compile(optimizer, "mse")
    for model in (first, second):
        before = model.evaluate(x, y, verbose=0)
        model.fit(x, y, epochs=5, verbose=0)
        assert model.evaluate(x, y, verbose=0) < before


# --- interruptions ---------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_model_is_usable_after_an_interruption(error, capsys):
    class Interrupt(Callback):
        def on_batch_end(self, batch, logs=None):
            if batch == 1:
                raise error

    x, y, _ = data(10)
    model = Sequential([Dense(3, input_shape=(3,)), Dropout(0.5), Dense(1)])
    model.compile("adam", "mse")
    with pytest.raises(error):
        model.fit(x, y, batch_size=2, epochs=3, callbacks=[Interrupt()])
    assert not K.learning_phase()
    np.testing.assert_array_equal(model.predict(x), model.predict(x))
    assert model.optimizer.iterations == 2
    history = model.fit(x, y, epochs=1, verbose=0)
    assert history.epoch == [0]
    assert model.optimizer.iterations == 3


def test_a_metric_that_does_not_fit_fails_before_a_weight_moves():
    x, _, c = data()
    model = Sequential([Dense(4, activation="softmax", input_shape=(3,))])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc", "mae"])
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"shape.*\n  in the metric 'mean_absolute_error'"):
        model.fit(x, c, verbose=0)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert model.optimizer.iterations == 0


def test_an_error_in_a_layer_leaves_the_phase_as_it_was():
    def broken(t):
        if K.learning_phase():
            raise ValueError("broken in training")
        return t

    x, y, _ = data()
    model = Sequential([Lambda(broken, input_shape=(3,)), Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(ValueError, match="broken in training"):
        model.fit(x, y, verbose=0)
    assert not K.learning_phase()
    model.predict(x)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
