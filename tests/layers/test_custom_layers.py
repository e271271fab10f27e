"""Layers that users write, as the documentation of Keras 2 and that of Keras 3 teach it."""

import numpy as np
import pytest

import minikeras
from minikeras import backend as K
from minikeras import ops
from minikeras.autograd import Tensor
from minikeras.layers import Dense, Input, Layer
from minikeras.models import Model, Sequential


def rows(n, width, seed=0):
    return np.random.default_rng(seed).standard_normal((n, width)).astype("float32")


class OfKeras2(Layer):
    """As the documentation of Keras 2.1.5 teaches it."""

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(OfKeras2, self).__init__(**kwargs)  # noqa: UP008 - as it was written then

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[1], self.output_dim),
            initializer="uniform",
            trainable=True,
        )
        super(OfKeras2, self).build(input_shape)  # noqa: UP008

    def call(self, x):
        return K.dot(x, self.kernel)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)


class OfKeras3(Layer):
    """As the documentation of Keras 3 teaches it: no output shape, a layer inside."""

    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = Dense(units, activation="tanh")
        self.more = [Dense(units), {"last": Dense(units)}]

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], input_shape[-1]), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight((input_shape[-1],), "zeros", name="b")

    def call(self, inputs):
        x = self.inner(ops.matmul(inputs, self.w) + self.b)
        return self.more[1]["last"](self.more[0](x))


@pytest.mark.parametrize(("make", "count"), [(lambda: OfKeras2(2), 1), (lambda: OfKeras3(2), 8)])
def test_custom_layers_of_both_eras(make, count):
    x, y = rows(8, 3), rows(8, 2, 1)
    layer = make()
    inputs = Input((3,))
    symbol = layer(inputs)
    assert symbol.shape == (None, 2)
    assert len(layer.trainable_weights) == count  # known before any data
    model = Model(inputs, symbol)
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(x, y, verbose=0, epochs=2)
    assert all((a != b).any() for a, b in zip(before, model.get_weights()))
    deferred = Sequential([make()])
    deferred.compile("sgd", "mse")
    deferred.fit(x, y, verbose=0)
    assert len(deferred.trainable_weights) == count
    again = type(layer).from_config(layer.get_config())
    again(x)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x).numpy(), layer(x).numpy())


def test_a_layer_inside_is_built_though_the_shape_is_said():
    class Outer(OfKeras3):
        def compute_output_shape(self, input_shape):
            return (input_shape[0], self.units)

    inputs = Input((3,))
    layer = Outer(2)
    model = Model(inputs, layer(inputs))
    assert len(model.trainable_weights) == 8


def test_variables_of_keras_3_are_tracked_when_they_are_stored():
    class Counting(Layer):
        def __init__(self):
            super().__init__()
            self.factor = minikeras.Variable(2.0, name="factor")
            self.calls = minikeras.Variable(0, trainable=False)
            self.pair = (minikeras.Variable("ones", shape=(2,)), "text")

        def call(self, inputs):
            self.calls.assign_add(1)
            return inputs * self.factor

    layer = Counting()
    inputs = Input((2,))
    model = Model(inputs, layer(inputs))
    assert layer.calls.numpy() == 0  # working out the shape leaves no trace
    assert [w.dtype.name for w in layer.weights] == ["float32", "float32", "int32"]
    assert [len(layer.trainable_weights), len(layer.non_trainable_weights)] == [2, 1]
    model.compile(minikeras.optimizers.SGD(1.0), "mae")
    with pytest.warns(UserWarning, match="does not depend"):
        model.train_on_batch(np.ones((1, 2)), np.zeros((1, 2)))
    assert (layer.calls.numpy(), layer.factor.numpy()) == (1, 1.0)


def test_a_layer_may_take_several_arguments():
    class Pair(Layer):
        def build(self, query_shape, value_shape):
            self.shapes = query_shape, value_shape

        def call(self, query, value, scale=1.0, query_mask=None, value_mask=None):
            self.masks = query_mask, value_mask
            return ops.concatenate([query * scale, value], axis=-1)

    layer = Pair()
    q, v = Tensor(rows(4, 2)), Tensor(rows(4, 3))
    v.mask = np.array([True, False, True, True])
    assert layer(q, v).shape == (4, 5)
    assert layer.shapes == ((4, 2), (4, 3))
    assert layer.masks[0] is None
    assert layer.masks[1] is v.mask
    assert layer(query=q, value=v, scale=2.0).shape == (4, 5)
    a, b = Input((2,)), Input((3,))
    model = Model([a, b], Pair()(a, value=b, scale=0.0))
    found = model.predict([q.data, v.data])
    np.testing.assert_array_equal(found, np.concatenate([0 * q.data, v.data], axis=1))


def test_a_constructor_that_forgets_its_base_is_told_so():
    class Forgetful(Layer):
        def __init__(self):
            self.units = 3

    with pytest.raises(TypeError, match=r"Forgetful.__init__ does not call super\(\).__init__"):
        Forgetful()


def test_a_layer_may_be_the_activation_of_another():
    inputs = Input((3,))
    layer = Dense(2, activation=minikeras.layers.PReLU(alpha_initializer="ones"))
    model = Model(inputs, layer(inputs))
    assert [w.name.rpartition("/")[2] for w in model.trainable_weights] == [
        "kernel:0",
        "bias:0",
        "alpha:0",
    ]
    config = layer.get_config()
    assert config["activation"]["class_name"] == "PReLU"
    again = Dense.from_config(config)
    x = rows(4, 3)
    again(x)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x).numpy(), model.predict(x))


def test_losses_updates_and_metrics_of_a_layer_in_a_model():
    class Watched(Layer):
        def build(self, input_shape):
            self.mean = self.add_weight("mean", (), initializer="zeros", trainable=False)

        def call(self, inputs):
            level = K.mean(inputs)
            self.add_loss(level, inputs=inputs)
            self.add_metric(level * 2, name="level")
            self.add_update((self.mean, level), inputs)
            return inputs

    inputs = Input((2,))
    layer = Watched()
    model = Model(inputs, layer(Dense(2, kernel_initializer="ones", trainable=False)(inputs)))
    assert layer.losses == []  # those of working out the shape are gone
    assert layer.get_weights() == [0]
    model.add_loss(lambda: Tensor(np.float32(10)))
    model.compile("sgd", loss=None)
    with pytest.warns(UserWarning, match="no trainable weights"):
        found = model.train_on_batch(np.ones((4, 2)), return_dict=True)
    assert found == {"loss": 12.0, "level": 4.0}
    assert layer.get_weights() == [2]


def test_a_call_that_returns_nothing_is_named():
    class Forgetful(Layer):
        def call(self, inputs):
            ops.relu(inputs)

    with pytest.raises(TypeError, match="Forgetful.call of the layer 'f' returned None.*return"):
        Forgetful(name="f")(Input((3,)))


class Doubler(Layer):
    """Doubles while training, and leaves out what is masked."""

    supports_masking = True

    def call(self, x, training=False, mask=None):
        y = x * (2.0 if training else 1.0)
        return y if mask is None else y * ops.cast(mask, "float32")[..., None]


class Block(Layer):
    """A layer that passes phase and mask on by position, as the tutorials of TensorFlow 2 did."""

    supports_masking = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.doubler = Doubler()

    def call(self, x, training=False, mask=None):
        return self.doubler(x, training, mask)


@pytest.mark.parametrize("layer", [Doubler(), Block()], ids=["plain", "passed on"])
def test_phase_and_mask_may_be_given_by_position(layer):
    x, mask = np.ones((2, 3, 1), "float32"), np.array([[1, 0, 1], [0, 1, 1]], bool)
    assert (layer(x, True).numpy() == 2).all()
    assert (layer(x, False).numpy() == 1).all()
    np.testing.assert_array_equal(layer(x, True, mask).numpy(), 2.0 * mask[..., None])
    symbol = Input((3, 1))
    doubled = Model(symbol, layer(symbol, True))
    np.testing.assert_array_equal(doubled.predict(x, verbose=0), 2 * x)
    with pytest.raises(TypeError, match="training"):
        layer(x, True, training=True)


def test_layers_of_the_library_take_them_by_position_too():
    x = np.ones((4, 50, 3), "float32")
    dropped = minikeras.layers.Dropout(0.5)(x, True).numpy()
    assert set(np.unique(dropped)) == {0, 2}
    mask = np.arange(50) < 25
    rnn = minikeras.layers.SimpleRNN(2)
    masked = rnn(x, None, np.tile(mask, (4, 1)), False)
    np.testing.assert_allclose(masked.numpy(), rnn(x[:, :25]).numpy(), rtol=1e-5, atol=1e-6)
    with pytest.raises(TypeError, match="argument"):
        minikeras.layers.Dropout(0.5)(x, True, None, None, None)


def test_symbolic_weights_of_attention_may_be_asked_for_by_position():
    x = rows(6, 4).reshape(2, 3, 4)
    query = Input((3, 4))
    attention = minikeras.layers.Attention()
    outputs = attention([query, query], None, None, True)
    assert [tuple(o.shape) for o in outputs] == [(None, 3, 4), (None, 3, 3)]
    given = Model(query, list(outputs)).predict(x, verbose=0)
    for a, b in zip(given, attention([x, x], None, None, True), strict=True):
        np.testing.assert_allclose(a, b.numpy(), rtol=1e-5, atol=1e-6)
