"""Losses and metrics that close over symbolic tensors of the model, as those of Keras 2 do."""

import functools

import numpy as np
import pytest

import minikeras
from minikeras import backend as K
from minikeras import ops
from minikeras.layers import Average, BatchNormalization, Dense, Input
from minikeras.models import Model, Sequential


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def autoencoder():
    """Return (model, mean, log of the variance), seeded."""
    minikeras.utils.set_random_seed(7)
    x = Input((6,))
    hidden = BatchNormalization()(Dense(5, activation="relu")(x))
    mean, log_var = Dense(2, name="mean")(hidden), Dense(2, name="log_var")(hidden)
    noise = ops.exp(log_var / 2) * 0.1
    return Model(x, Dense(6, activation="sigmoid")(mean + noise)), mean, log_var


def penalty(mean, log_var):
    return -0.5 * K.mean(1 + log_var - K.square(mean) - K.exp(log_var), axis=-1)


def test_a_closure_trains_as_an_added_loss_does():
    data = np.abs(numbers(40, 6)) / 4
    model, mean, log_var = autoencoder()
    model.compile("adam", lambda t, p: K.mean(K.square(t - p), axis=-1) + penalty(mean, log_var))
    closed = model.fit(data, data, epochs=3, batch_size=8, verbose=0, validation_split=0.2)

    other, mean, log_var = autoencoder()
    other.add_loss(K.mean(penalty(mean, log_var)))
    other.compile("adam", "mse")
    added = other.fit(data, data, epochs=3, batch_size=8, verbose=0, validation_split=0.2)

    assert closed.history["val_loss"] == pytest.approx(added.history["val_loss"], rel=1e-4)
    # The batch that was run twice has left no trace: moving averages are moved once.
    norms = [m.layers[2].get_weights() for m in (model, other)]
    for one, two in zip(*norms, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-3, atol=1e-4)


def test_an_input_that_only_the_loss_uses():
    """The advantage of an actor, the weights of a loss: inputs that no layer looks at."""
    x, weight = Input((3,)), Input((1,))
    y = Dense(1, kernel_initializer="ones")(x)
    model = Model([x, weight], y)
    model.compile("sgd", lambda t, p: weight * K.square(t - p))
    a, w, t = numbers(5, 3), np.abs(numbers(5, 1, seed=1)), numbers(5, 1, seed=2)
    expected = float(np.mean(w * (t - a.sum(axis=1, keepdims=True)) ** 2))
    assert model.evaluate([a, w], t, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert model.train_on_batch([a, w], t) == pytest.approx(expected, rel=1e-5)
    assert model.loss_and_gradients([a, w], t)[0] < expected


def test_metrics_and_layers_called_on_what_they_close_over():
    x = Input((3,))
    hidden = Dense(4, name="hidden", kernel_initializer="ones")(x)
    model = Model(x, Dense(2)(hidden))
    summed = Dense(1, use_bias=False, kernel_initializer="ones")

    def activity(y_true, y_pred):
        return K.mean(summed(hidden))

    model.compile("sgd", "mse", metrics=[activity])
    a = numbers(6, 3)
    logs = model.evaluate(a, np.zeros((6, 2)), verbose=0, return_dict=True)
    assert logs["activity"] == pytest.approx(4 * a.sum() / 6, rel=1e-4)


def test_metrics_count_the_first_batch_once():
    x = Input((3,))
    hidden = Dense(4)(x)
    model = Model(x, Dense(1, activation="sigmoid")(hidden))
    counter = minikeras.metrics.TruePositives(thresholds=0.0, name="seen")
    model.compile("sgd", lambda t, p: K.square(t - p) + K.mean(hidden) * 0, metrics=[counter])
    history = model.fit(numbers(8, 3), np.ones((8, 1)), batch_size=4, verbose=0)
    assert history.history["seen"] == [8.0]


@pytest.mark.parametrize("first", ["train", "test"])
def test_a_penalty_on_the_gradient_by_a_tensor_between(first):
    """As in "Improved training of Wasserstein GANs" (Gulrajani et al., 2017)."""
    minikeras.utils.set_random_seed(5)
    real, fake = Input((4,)), Input((4,))
    critic = Sequential([Dense(6, activation="tanh", input_dim=4), Dense(1)])
    between = Average()([real, fake])

    def penalty(y_true, y_pred, samples):
        slopes = K.gradients(y_pred, samples)[0]
        norms = K.sqrt(K.sum(K.square(slopes), axis=np.arange(1, len(slopes.shape))))
        return K.mean(K.square(1 - norms)) + K.mean(y_pred)

    model = Model([real, fake], critic(between))
    model.compile("sgd", functools.partial(penalty, samples=between))
    a, b = numbers(3, 4), numbers(3, 4, seed=1)
    batch = [a, b], np.zeros((3, 1))

    def expected():
        kernel, bias, out, shift = (w.astype("float64") for w in critic.get_weights())
        h = np.tanh((a + b) / 2 @ kernel + bias)
        slopes = ((1 - h**2) * out[:, 0]) @ kernel.T
        norms = np.sqrt((slopes**2).sum(axis=1))
        return np.mean((1 - norms) ** 2) + np.mean(h @ out + shift)

    if first == "test":
        assert model.evaluate(*batch, verbose=0) == pytest.approx(expected(), rel=1e-4)
    loss, gradients = model.loss_and_gradients(*batch)
    assert loss == pytest.approx(expected(), rel=1e-4)
    weights, step = critic.get_weights(), 1e-4
    for number, gradient in enumerate(gradients):
        moved = [w.copy() for w in weights]
        direction = numbers(*gradient.shape, seed=number)
        values = []
        for sign in (1, -1):
            moved[number] = weights[number] + sign * step * direction
            critic.set_weights(moved)
            values.append(expected())
        critic.set_weights(weights)
        slope = (values[0] - values[1]) / (2 * step)
        size = float(np.sum(np.abs(gradient * direction)))
        assert np.sum(gradient * direction) == pytest.approx(slope, abs=5e-3 * size)
    before = model.train_on_batch(*batch)
    for _ in range(20):
        after = model.train_on_batch(*batch)
    assert after < before


def test_gradients_by_an_input_within_a_loss():
    x = Input((3,))
    model = Model(x, Dense(1, kernel_initializer="ones")(x))
    model.compile("sgd", lambda t, p: K.mean(K.square(K.gradients(p, x)[0])))
    assert model.evaluate(numbers(4, 3), np.zeros((4, 1)), verbose=0) == pytest.approx(1.0)


def test_compiling_anew_forgets():
    x = Input((3,))
    hidden = Dense(4)(x)
    model = Model(x, Dense(1)(hidden))
    model.compile("sgd", lambda t, p: K.mean(K.gradients(p * p, hidden)[0] ** 2))
    model.train_on_batch(numbers(4, 3), np.zeros((4, 1)))
    assert model._kept_symbols == (hidden,)
    assert model._keeps_record
    model.compile("sgd", "mse")
    assert model._kept_symbols == ()
    assert not model._keeps_record
    model.train_on_batch(numbers(4, 3), np.zeros((4, 1)))


def test_a_tensor_of_another_model_is_named():
    stranger = Input((2,), name="stranger")
    x = Input((3,))
    model = Model(x, Dense(2)(x))
    model.compile("sgd", lambda t, p: K.square(t - p) + stranger)
    before = model.get_weights()
    with pytest.raises(ValueError, match="which it does not get as an argument.*stranger"):
        model.fit(numbers(4, 3), np.zeros((4, 2)), verbose=0)
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_subclassed_model_has_no_such_tensors():
    class Net(Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(2)

        def call(self, x):
            return self.dense(x)

    stranger = Input((2,))
    model = Net()
    model.compile("sgd", lambda t, p: K.square(t - p) + stranger)
    with pytest.raises(ValueError, match="stranger|symbolic"):
        model.fit(numbers(4, 3), np.zeros((4, 2)), verbose=0)
