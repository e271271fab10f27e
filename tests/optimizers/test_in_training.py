"""Optimizers at work in `fit`: what only shows where a model, a loss and an optimizer meet."""

import numpy as np
import pytest

from minikeras.constraints import UnitNorm
from minikeras.layers import Dense
from minikeras.models import Sequential
from minikeras.optimizers import SGD, Adam, RMSprop
from tests.optimizers.support import assert_same_bits

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def model(optimizer, **kwargs):
    net = Sequential(
        [
            Dense(5, activation="tanh", input_shape=(4,), kernel_initializer="ones", **kwargs),
            Dense(1, activation="sigmoid", kernel_initializer="ones"),
        ]
    )
    net.compile(optimizer, "binary_crossentropy")
    return net


def fit(net, epochs=2, **kwargs):
    return net.fit(X, Y, epochs=epochs, batch_size=16, shuffle=False, verbose=0, **kwargs)


def test_a_scaled_loss_gives_the_same_weights_and_the_same_loss():
    """A power of two costs no bit."""
    plain, scaled = model(SGD(0.1)), model(SGD(0.1, loss_scale_factor=1024.0))
    losses = [fit(net).history["loss"] for net in (plain, scaled)]
    assert losses[0] == losses[1]
    assert_same_bits(plain.get_weights(), scaled.get_weights())


def test_fit_ends_with_the_moving_average():
    net = model(SGD(0.1, use_ema=True, ema_momentum=0.5))
    fit(net)
    averages = net.optimizer.get_weights()[-4:]
    assert_same_bits(net.get_weights(), averages)
    other = model(SGD(0.1))
    fit(other)
    assert any((a != b).any() for a, b in zip(net.get_weights(), other.get_weights()))


def test_fit_of_no_epochs_leaves_the_weights():
    net = model(SGD(0.1, use_ema=True))
    before = net.get_weights()
    fit(net, epochs=0)
    assert_same_bits(net.get_weights(), before)


def test_gathered_batches_are_one_large_batch():
    small, large = model(SGD(0.1, gradient_accumulation_steps=4)), model(SGD(0.1))
    fit(small)
    large.fit(X, Y, epochs=2, batch_size=64, shuffle=False, verbose=0)
    for a, b in zip(small.get_weights(), large.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


@pytest.mark.filterwarnings("ignore:The trainable weights of")  # as Keras 2.1.5 warns here
def test_the_two_models_of_a_gan_share_layers_and_the_optimizer():
    """Compiled as scripts for Keras 2 do: the judge by itself, then frozen behind the maker."""
    optimizer = Adam(0.05)
    maker = Sequential([Dense(4, input_shape=(3,), activation="tanh")])
    judge = Sequential([Dense(1, input_shape=(4,), activation="sigmoid")])
    judge.compile(optimizer, "binary_crossentropy")
    judge.trainable = False
    both = Sequential([maker, judge])
    both.compile(optimizer, "binary_crossentropy")
    noise = RNG.normal(size=(16, 3)).astype("float32")
    for _ in range(3):
        judged, made = judge.get_weights(), maker.get_weights()
        judge.train_on_batch(X[:16], np.ones((16, 1)))
        assert_same_bits(maker.get_weights(), made)
        assert any((a != b).all() for a, b in zip(judge.get_weights(), judged))
        judged = judge.get_weights()
        both.train_on_batch(noise, np.ones((16, 1)))
        assert_same_bits(judge.get_weights(), judged)
        assert any((a != b).any() for a, b in zip(maker.get_weights(), made))
    assert optimizer.iterations == 6


def test_a_recompile_goes_on_from_the_same_weights():
    net = model(RMSprop(0.01))
    fit(net)
    before = net.get_weights()
    net.layers[0].trainable = False
    net.compile(RMSprop(0.01), "binary_crossentropy")
    assert_same_bits(net.get_weights(), before)
    fit(net)
    after = net.get_weights()
    assert_same_bits(after[:2], before[:2])
    assert (after[2] != before[2]).any()


def test_constraints_hold_after_training():
    net = model(Adam(0.1), kernel_constraint=UnitNorm())
    fit(net)
    norms = np.linalg.norm(net.layers[0].get_weights()[0], axis=0)
    np.testing.assert_allclose(norms, 1.0, rtol=1e-5)
