"""K.gradients: gradients as parts of functional graphs."""

import numpy as np
import pytest

import minikeras
from minikeras import backend as K
from minikeras.autograd import Variable, no_grad, recording
from minikeras.layers import (
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    Lambda,
    MaxPooling2D,
    Multiply,
    UpSampling2D,
)
from minikeras.models import Model, Sequential


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def test_climbing_a_gradient_as_deep_dreams_do():
    minikeras.utils.set_random_seed(3)
    model = Sequential(
        [Conv2D(4, 3, activation="tanh", input_shape=(8, 8, 3), name="x"), Flatten(), Dense(2)]
    )
    loss = K.mean(model.get_layer("x").output[..., 0])
    grads = K.gradients(loss, model.input)[0]
    grads /= K.sqrt(K.mean(K.square(grads))) + 1e-5
    step = K.function([model.input], [loss, grads])
    image = numbers(1, 8, 8, 3)
    losses = []
    for _ in range(20):
        value, slope = step([image])
        assert slope.shape == image.shape
        assert np.sqrt((slope**2).mean()) == pytest.approx(1, abs=0.05)
        losses.append(float(value))
        image += 0.1 * slope
    assert all(b > a for a, b in zip(losses, losses[1:]))


def test_gradients_by_inputs_and_by_what_is_between():
    x = Input((3,))
    layer = Dense(3, activation="tanh")
    hidden = layer(x)
    loss = K.sum(hidden * hidden * x)
    by_x, by_hidden = K.gradients(loss, [x, hidden])
    data = numbers(4, 3)
    found = K.function([x], [by_x, by_hidden])([data])
    kernel, bias = layer.get_weights()
    h = np.tanh(data @ kernel + bias)
    # d/dh sum(h^2 x) = 2 h x; by x directly h^2, and through h by the chain rule.
    np.testing.assert_allclose(found[1], 2 * h * data, rtol=1e-4, atol=1e-6)
    expected = h**2 + (2 * h * data * (1 - h**2)) @ kernel.T
    np.testing.assert_allclose(found[0], expected, rtol=1e-4, atol=1e-5)


def test_gradients_by_weights():
    model = Sequential([Dense(4, input_dim=3, activation="tanh"), Dense(1)])
    loss = K.mean(K.square(model.output))
    slopes = K.gradients(loss, model.trainable_weights)
    x = numbers(6, 3)
    found = K.function([model.input], slopes)([x])
    model.compile("sgd", "mse")
    _, expected = model.loss_and_gradients(x, np.zeros((6, 1)))
    for a, b in zip(found, expected):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_class_activation_maps():
    model = Sequential(
        [
            Conv2D(4, 3, input_shape=(8, 8, 1)),
            Conv2D(5, 3, name="last"),
            Flatten(),
            Dense(3, activation="softmax"),
        ]
    )
    last = model.get_layer("last")
    slope = K.gradients(model.output[:, 1], last.output)[0]
    run = K.function([model.input], [K.mean(slope, axis=(0, 1, 2)), last.output[0]])
    weights, maps = run([numbers(1, 8, 8, 1)])
    assert (weights.shape, maps.shape) == ((5,), (4, 4, 5))


def test_behind_whole_numbers_there_is_a_gradient_too():
    x = Input((4,), dtype="int32")
    vectors = Embedding(5, 3)(x)
    slope = K.gradients(K.sum(vectors * vectors), vectors)[0]
    by_slope, values = K.function([x], [slope, vectors])([[[1, 2, 3, 4]]])
    np.testing.assert_allclose(by_slope, 2 * values)


def test_what_the_loss_does_not_depend_on():
    x, other = Input((3,)), Input((3,))
    assert K.gradients(K.sum(x * x), [other]) == [None]
    first, second = K.gradients(K.sum(x * x), [x, other])
    assert first.shape == (None, 3)
    assert second is None


def test_the_phase_reaches_the_gradient():
    x = Input((40,))
    dropped = Dropout(0.5)(x)
    run = K.function([x, K.learning_phase()], [K.gradients(K.sum(dropped), x)[0]])
    ones = np.ones((2, 40), "float32")
    assert set(np.unique(run([ones, 0])[0])) == {1.0}
    assert set(np.unique(run([ones, 1])[0])) == {0.0, 2.0}


def test_a_penalty_on_gradients_can_be_trained():
    minikeras.utils.set_random_seed(5)
    x = Input((3,))
    layer = Dense(5, activation="tanh")
    out = Dense(1, use_bias=False)(layer(x))
    slope = K.gradients(out, x)[0]
    length = K.sqrt(K.sum(K.square(slope), axis=1) + 1e-8)
    model = Model(x, out)
    model.add_loss(K.mean(K.square(length - 1)))
    model.compile(minikeras.optimizers.SGD(0.1))
    data = numbers(16, 3)
    losses = [model.train_on_batch(data) for _ in range(150)]
    assert losses[-1] < 0.1 * losses[0]
    lengths = K.function([x], [length])([data])[0]
    assert abs(lengths - 1).mean() < 0.2


def test_gradients_of_what_has_been_computed():
    v = Variable(np.array([1.0, 2.0], "float32"))
    with recording():
        loss = K.sum(v * v)
        (slope,) = K.gradients(loss, v)
    assert slope.data.tolist() == [2, 4]
    x = Input((2,))
    with recording(), pytest.raises(TypeError, match="has been computed already"):
        K.gradients(K.sum(v * v), [x])


def test_a_model_of_gradients_has_no_config():
    x = Input((2,))
    model = Model(x, K.gradients(K.sum(x * x), x)[0])
    assert model.predict(np.ones((1, 2))).tolist() == [[2, 2]]
    with pytest.raises(NotImplementedError, match="no config"):
        model.get_config()


def test_a_layer_may_take_gradients_of_what_it_is_given():
    """The switches of a pooling: where its gradient is 1, the largest value was."""
    inputs = Input((4, 4, 1))
    before = Conv2D(2, 1, kernel_initializer="ones")(inputs)
    after = MaxPooling2D()(before)
    switches = Lambda(
        lambda pair: K.gradients(K.sum(pair[1]), pair[0]), output_shape=lambda shapes: shapes[0]
    )([before, after])
    model = Model(inputs, Multiply()([UpSampling2D()(after), switches]))
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).permutation(16).astype("float32").reshape(1, 4, 4, 1)
    largest = x == np.kron(x.reshape(2, 2, 2, 2).max((1, 3)), np.ones((2, 2))).reshape(x.shape)
    expected = np.repeat(np.where(largest, x, 0), 2, axis=-1)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-6)
    first = model.train_on_batch(x, expected * 0)
    assert model.evaluate(x, expected * 0, verbose=0) < first
    slope = model.loss_and_gradients(x, expected * 0)[1][0]
    assert np.abs(slope).max() > 0


def test_a_value_without_a_history_has_no_gradients():
    with no_grad():
        value = K.sum(K.variable([1.0, 2.0]) * 2)
    with pytest.raises(ValueError, match="without the history"):
        K.gradients(value, [K.variable([1.0])])
