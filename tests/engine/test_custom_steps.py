"""Steps, losses and metrics of a model's own: run where a model overrides them, and only there."""

import numpy as np
import pytest

from minikeras import autograd, metrics, ops, optimizers
from minikeras import backend as K
from minikeras.autograd import Tensor
from minikeras.callbacks import LambdaCallback
from minikeras.layers import Dense, Dropout, Layer
from minikeras.models import Input, Model, Sequential
from minikeras.utils import set_random_seed
from tests.engine.support import data, line


class Written(Model):
    """A training step written out, as Keras 3 shows it."""

    def train_step(self, data):
        x, y = data
        with autograd.recording():
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        variables = self.trainable_variables
        self.optimizer.apply(autograd.gradients(loss, variables), variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


def two_outputs(cls):
    """Return a compiled model with regularizer, dropout and two outputs, weights always alike."""
    set_random_seed(5)
    inputs = Input((3,))
    x = Dropout(0.3)(Dense(4, activation="tanh", kernel_regularizer="l2")(inputs))
    model = cls(inputs, [Dense(1, name="a")(x), Dense(2, name="b")(x)])
    model.compile(optimizers.Adam(0.05), ["mse", "mae"], metrics=["mae"], loss_weights=[0.5, 2.0])
    return model


def written_model(cls):
    set_random_seed(5)
    inputs = Input((3,))
    model = cls(inputs, Dense(1)(Dropout(0.3)(Dense(4, activation="tanh")(inputs))))
    model.compile(optimizers.Adam(0.05), "mse", metrics=["mae"])
    return model


def seeded_fit(model, *args, **kwargs):
    set_random_seed(6)
    return model.fit(*args, **kwargs).history


def same(first, second):
    return all((a == b).all() for a, b in zip(first.get_weights(), second.get_weights()))


def test_a_written_step_does_what_the_built_in_one_does():
    x, y, _ = data()
    ours, own = written_model(Model), written_model(Written)
    settings = {"epochs": 3, "batch_size": 4, "verbose": 0, "validation_data": (x, y)}
    first, second = (seeded_fit(m, x, y, **settings) for m in (ours, own))
    assert same(ours, own)
    assert list(second) == list(first)
    for name in first:
        assert second[name] == pytest.approx(first[name], rel=1e-6)


@pytest.mark.parametrize("name", ["train_step", "compute_loss", "compute_metrics", "test_step"])
def test_the_general_way_gives_the_numbers_of_the_short_one(name):
    def passed_on(self, *args, **kwargs):
        return getattr(Model, name)(self, *args, **kwargs)

    x, y, _ = data()
    labels = [y, x[:, :2]]
    weights = {"a": np.linspace(0, 1, 12)}
    ours, own = two_outputs(Model), two_outputs(type("Own", (Model,), {name: passed_on}))
    assert own._overrides([name])
    settings = {"epochs": 3, "batch_size": 5, "verbose": 0, "validation_data": (x, labels)}
    if name == "test_step":  # training goes the short way, to which weights go by name
        settings["sample_weight"] = weights
    first, second = (seeded_fit(m, x, labels, **settings) for m in (ours, own))
    assert same(ours, own)
    assert sorted(second) == sorted(first)
    for key in first:
        assert second[key] == pytest.approx(first[key], rel=1e-6), key
    assert own.evaluate(x, labels, verbose=0, return_dict=True) == pytest.approx(
        ours.evaluate(x, labels, verbose=0, return_dict=True), rel=1e-6
    )
    assert sorted(own.test_on_batch(x, labels)) == pytest.approx(
        sorted(ours.test_on_batch(x, labels)), rel=1e-6
    )


def test_sample_and_class_weights_reach_the_step():
    seen = []

    class Look(Model):
        def train_step(self, data):
            seen.append(data)
            return super().train_step(data)

    x, y, c = data(4)
    ours, own = (cls(i, Dense(1)(i)) for cls, i in ((Model, Input((3,))), (Look, Input((3,)))))
    own.set_weights(ours.get_weights())
    labels = (c > 1).astype("float32")
    for model in (ours, own):
        model.compile("sgd", "mse")
    weights = {0: 0.5, 1: 3.0}
    first = ours.train_on_batch(x, labels[:, None], class_weight=weights)
    second = own.train_on_batch(x, labels[:, None], class_weight=weights)
    assert second == pytest.approx(first)
    _, _, sample_weight = seen[0]
    np.testing.assert_array_equal(sample_weight, np.where(labels, 3.0, 0.5))
    own.train_on_batch(x, labels[:, None], sample_weight=np.ones(4))
    own.train_on_batch(x, labels[:, None])
    assert [len(batch) for batch in seen] == [3, 3, 2]


def test_data_keep_their_nesting():
    seen = []

    class Free(Model):
        def train_step(self, data):
            seen.append(data)
            return {"count": float(len(data[0]["a"]))}

    x = {"a": np.arange(6.0), "b": [np.arange(6), np.arange(1, 7)]}
    model = Free()
    model.compile()
    logs = model.fit(x, np.ones((6, 2)), batch_size=4, verbose=0, shuffle=False).history
    assert logs == {"count": [2.0]}  # the last step's, as in Keras 3
    inputs, targets = seen[0]
    assert isinstance(inputs["a"], Tensor)
    assert inputs["a"].dtype == np.float32
    assert inputs["b"][0].dtype.kind == inputs["b"][1].dtype.kind == "i"
    assert inputs["b"][1].tolist() == [1, 2, 3, 4]
    assert targets.shape == (4, 2)


def test_x_alone_comes_by_itself():
    seen = []

    class Alone(Model):
        def train_step(self, data):
            seen.append(data)
            return {"loss": 0.0}

    model = Alone()
    model.compile()
    model.fit(np.zeros((4, 3)), verbose=0)
    assert isinstance(seen[0], Tensor)


def test_two_networks_with_an_optimizer_each():
    """A GAN as Keras 3 shows it: no call, a compile and metrics of its own."""

    class Gan(Model):
        def __init__(self):
            super().__init__()
            self.judge = Sequential([Dense(4, activation="relu", input_shape=(3,)), Dense(1)])
            self.forge = Sequential([Dense(3, input_shape=(2,))])

        def compile(self, judge_optimizer, forge_optimizer, loss_fn):
            super().compile()
            self.judge_optimizer, self.forge_optimizer = judge_optimizer, forge_optimizer
            self.loss_fn = loss_fn
            self.judge_metric = metrics.Mean(name="j_loss")
            self.forge_metric = metrics.Mean(name="f_loss")

        @property
        def metrics(self):
            return [self.judge_metric, self.forge_metric]

        def train_step(self, real):
            noise = K.random_normal((len(real), 2))
            with autograd.recording():
                scores = self.judge(ops.concatenate([self.forge(noise), real], axis=0))
                labels = np.concatenate([np.ones((len(real), 1)), np.zeros((len(real), 1))])
                judge_loss = self.loss_fn(labels, scores)
            weights = self.judge.trainable_weights
            self.judge_optimizer.apply(autograd.gradients(judge_loss, weights), weights)
            with autograd.recording():
                forge_loss = self.loss_fn(np.zeros((len(real), 1)), self.judge(self.forge(noise)))
            weights = self.forge.trainable_weights
            self.forge_optimizer.apply(autograd.gradients(forge_loss, weights), weights)
            self.judge_metric.update_state(judge_loss)
            self.forge_metric.update_state(forge_loss)
            return {m.name: m.result() for m in self.metrics}

    from minikeras.losses import BinaryCrossentropy

    gan = Gan()
    gan.compile(optimizers.Adam(0.01), optimizers.Adam(0.01), BinaryCrossentropy(from_logits=True))
    before = gan.judge.get_weights(), gan.forge.get_weights()
    x, _, _ = data(20)
    history = gan.fit(x, batch_size=5, epochs=3, verbose=0).history
    assert list(history) == ["j_loss", "f_loss"]
    assert len(history["j_loss"]) == 3
    assert gan.judge_metric.count.item() == 4  # reset when the epoch began
    for old, network in zip(before, (gan.judge, gan.forge)):
        assert any((a != b).any() for a, b in zip(old, network.get_weights()))


def test_a_loss_of_ones_own():
    class Squares(Model):
        def compute_loss(self, x, y, y_pred, sample_weight):  # before Keras 3.3: no training
            return ops.mean(ops.square(y - y_pred)) + ops.sum(self.losses)

    x, y, _ = data()
    inputs = Input((3,))
    own = Squares(inputs, Dense(1, kernel_regularizer="l2", name="d")(inputs))
    ours = Model(inputs, own.output)
    own.compile(optimizers.SGD(0.1), metrics=["mae"])
    ours.compile(optimizers.SGD(0.1), "mse", metrics=["mae"])
    assert own.evaluate(x, y, verbose=0) == pytest.approx(ours.evaluate(x, y, verbose=0))
    before = ours.get_weights()
    first = own.fit(x, y, verbose=0).history
    after = own.get_weights()
    ours.set_weights(before)
    second = ours.fit(x, y, verbose=0).history
    assert first["loss"] == pytest.approx(second["loss"])
    for a, b in zip(after, ours.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_the_phase_is_told_to_a_loss_that_asks():
    phases = []

    class Asks(Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            phases.append(training)
            return super().compute_loss(x, y, y_pred, sample_weight, training)

    x, y, _ = data()
    inputs = Input((3,))
    model = Asks(inputs, Dense(1)(inputs))
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0, validation_data=(x, y))
    assert phases == [True, False]


def test_metrics_of_ones_own_beside_those_of_compile():
    class Counts(Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.seen = metrics.Sum(name="seen")

        def compute_metrics(self, x, y, y_pred, sample_weight):
            found = super().compute_metrics(x, y, y_pred, sample_weight)
            self.seen.update_state(np.ones(len(y)))
            return {**found, "seen": self.seen.result()}

    x, y, _ = data()
    inputs = Input((3,))
    model = Counts(inputs, Dense(1)(inputs))
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(x, y, batch_size=5, epochs=2, verbose=0).history
    assert list(history) == ["loss", "mean_absolute_error", "seen"]
    assert history["seen"] == [12, 12]


def test_metrics_that_layers_hold_are_reported_and_reset():
    class Endpoint(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.level = metrics.Mean(name="level")

        def call(self, inputs):
            self.level.update_state(inputs)
            return inputs

    x, y, _ = data(4)
    model = Sequential([Endpoint(input_shape=(3,)), Dense(1)])
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mae"])
    history = model.fit(x, y, batch_size=2, epochs=2, verbose=0).history
    assert list(history) == ["loss", "mean_absolute_error", "level"]
    assert history["level"] == pytest.approx([x.mean()] * 2)
    assert model.metrics_names == ["loss", "mean_absolute_error", "level"]


def test_predictions_of_ones_own():
    class Rounded(Model):
        def predict_step(self, data):
            (x,) = data
            return {"rounded": ops.round(self(x, training=False)), "x": x}

    x, _, _ = data()
    inputs = Input((3,))
    model = Rounded(inputs, Dense(1)(inputs))
    expected = np.round(Model(inputs, model.output).predict(x))
    for found in (model.predict(x, batch_size=5), model.predict_on_batch(x)):
        np.testing.assert_array_equal(found["rounded"], expected)
        np.testing.assert_array_equal(found["x"], x)
    assert model.predict(iter([x, x]), steps=2)["rounded"].shape == (24, 1)


def test_generators_feed_steps_of_ones_own():
    x, y, _ = data()
    model = written_model(Written)

    def batches():
        while True:
            yield x, y

    history = model.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0).history
    assert len(history["loss"]) == 2
    assert model.optimizer.iterations == 6


def test_callbacks_are_told_what_the_step_returns():
    model = written_model(Written)
    x, y, _ = data()
    seen = []
    note = LambdaCallback(on_batch_end=lambda batch, logs: seen.append(dict(logs)))
    model.fit(x, y, batch_size=6, verbose=0, callbacks=[note])
    assert [sorted(logs) for logs in seen] == [["batch", "loss", "mean_absolute_error", "size"]] * 2


def test_a_step_may_be_given_to_one_model_alone():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse")
    model.train_step = lambda batch: {"mine": 3.0}
    assert model.fit(x, y, verbose=0).history == {"mine": [3.0]}


def test_metrics_can_be_reset_and_read():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse", metrics=[metrics.MeanAbsoluteError(name="m"), "mse"])
    loss, m, function = model.evaluate(x, y, batch_size=5, verbose=0)
    assert m > 0
    found = model.get_metrics_result()
    assert found == {"loss": loss, "m": m, "mean_squared_error": function}
    history = model.fit(x, y, epochs=2, verbose=0).history
    assert model.get_metrics_result() == {name: values[-1] for name, values in history.items()}
    model.reset_metrics()
    assert model.get_metrics_result()["m"] == 0


# --- what is refused -------------------------------------------------------------------------


def test_steps_without_state_are_refused():
    class Stateless(Model):
        def train_step(self, state, data):
            return {}

    inputs = Input((3,))
    model = Stateless(inputs, Dense(1)(inputs))
    with pytest.raises(
        TypeError, match=r"train_step wants 2 arguments \(state, data\).*self, data"
    ):
        model.compile("sgd", "mse")


@pytest.mark.parametrize("name", ["make_train_function", "compute_loss_and_updates"])
def test_machinery_of_other_backends_is_refused(name):
    inputs = Input((3,))
    model = type("Other", (Model,), {name: lambda self: None})(inputs, Dense(1)(inputs))
    with pytest.raises(TypeError, match=rf"Other defines {name}\(\).*Override train_step"):
        model.compile("sgd", "mse")


def test_a_step_must_return_a_dictionary():
    class Silent(Model):
        def train_step(self, data):
            return 0.5

    x, y, _ = data()
    model = Silent()
    model.compile()
    with pytest.raises(TypeError, match=r"Silent.train_step must return a dictionary.*float"):
        model.fit(x, y, verbose=0)


def test_a_loss_without_labels():
    x, _, _ = data()
    model = written_model(
        type("Own", (Model,), {"train_step": lambda self, d: Model.train_step(self, d)})
    )
    with pytest.raises(ValueError, match="needs labels: pass y"):
        model.fit(x, verbose=0)


def test_a_loss_that_left_no_trace():
    class Detached(Model):
        def compute_loss(self, x, y, y_pred, sample_weight):
            return Tensor(np.mean((np.asarray(y) - np.asarray(y_pred)) ** 2))

    x, y, _ = data()
    inputs = Input((3,))
    model = Detached(inputs, Dense(1)(inputs))
    model.compile("sgd")
    with pytest.raises(ValueError, match="No trainable weight.*functions of NumPy"):
        model.fit(x, y, verbose=0)
