"""The Layer class: constructing, building, calling."""

import copy
import pickle

import numpy as np
import pytest

import minikeras
from minikeras import backend as K
from minikeras import ops
from minikeras.autograd import Tensor, gradients, recording
from minikeras.layers import Dense, Dropout, Input, InputSpec, Layer
from minikeras.models import Sequential


def rows(n, width, seed=0):
    return np.random.default_rng(seed).standard_normal((n, width)).astype("float32")


# ---------------------------------------------------------------------------------------------
# Constructing
# ---------------------------------------------------------------------------------------------
def test_names_count_from_one():
    K.clear_session()
    assert [Dense(1).name, Dense(1).name, Dropout(0.1).name] == ["dense_1", "dense_2", "dropout_1"]
    assert Dense(1, name="own").name == "own"
    assert Dense(1).name == "dense_3"


@pytest.mark.parametrize(
    ("settings", "shape"),
    [
        ({"input_shape": (4, 2)}, (None, 4, 2)),
        ({"input_shape": 4}, (None, 4)),
        ({"input_dim": 4}, (None, 4)),
        ({"batch_input_shape": [7, None, 2]}, (7, None, 2)),
        ({"input_shape": (4,), "batch_size": 8}, (8, 4)),
    ],
)
def test_input_shapes(settings, shape):
    layer = Dense(1, **settings)
    assert layer.batch_input_shape == shape
    assert Dense.from_config(layer.get_config()).batch_input_shape == shape


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"activaton": "relu"}, TypeError, "Dense takes no argument 'activaton'.*'activation'"),
        ({"name": 3}, TypeError, "name is a string, not 3"),
        ({"dtype": "float31"}, ValueError, "Unknown dtype 'float31'"),
        ({"dtype": "mixed_bfloat16"}, ValueError, "no use on a CPU"),
        ({"dtype": "float32", "input_dtype": "float32"}, ValueError, "dtype or input_dtype"),
        ({"kernel_initializer": "glorot"}, ValueError, "Did you mean 'glorot_"),
    ],
)
def test_arguments_that_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        Dense(2, **settings)


def test_types():
    assert Dense(1).dtype == Dense(1).compute_dtype == Dense(1).variable_dtype == "float32"
    assert Dense(1, dtype=np.float64).dtype == "float64"
    policy = {"class_name": "DTypePolicy", "config": {"name": "float64"}}
    assert Dense(1, dtype=policy).dtype == "float64"
    layer = Dense(1)
    layer.dtype = "float64"  # scripts of Keras 2 set it
    assert layer(np.ones((1, 2))).dtype == np.float64


# ---------------------------------------------------------------------------------------------
# Building
# ---------------------------------------------------------------------------------------------
def test_initial_weights_are_set_however_the_layer_is_built():
    given = [np.full((3, 2), 5.0), np.ones(2)]
    called, built, listed = (Dense(2, weights=given) for _ in range(3))
    called(np.ones((1, 3)))
    built.build((None, 3))
    Sequential([listed]).build((None, 3))
    for layer in (called, built, listed):
        assert (layer.get_weights()[0] == 5).all()
    with pytest.raises(ValueError, match=r"has 2 weights, but set_weights got 1"):
        Dense(2, weights=given[:1]).build((None, 3))


def test_a_build_that_fails_can_be_repeated():
    class Fragile(Layer):
        def build(self, input_shape):
            self.first = self.add_weight("first", (2,))
            self.counter = self.add_weight("counter", (), trainable=False)
            self.second = self.add_weight("second", (input_shape[-1],))

        def call(self, inputs):
            return inputs * self.second

    layer = Fragile()
    with pytest.raises(ValueError, match="'second' of layer .* must be known"):
        layer(Input((None,)))
    assert not layer.built
    assert layer.weights == []
    layer(Input((3,)))
    assert [w.shape for w in layer.weights] == [(2,), (3,), ()]


def test_what_a_layer_was_built_for():
    layer = Dense(2)
    assert layer.get_build_config() is None
    layer(np.ones((4, 3)))
    assert layer.get_build_config() == {"input_shape": (4, 3)}
    again = Dense(2)
    again.build_from_config({"input_shape": [4, 3]})
    assert again.kernel.shape == (3, 2)


def test_counting_before_building():
    with pytest.raises(RuntimeError, match="has not seen the shape of its input"):
        Dense(3).count_params()


# ---------------------------------------------------------------------------------------------
# Calling
# ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "inputs",
    [
        [[1, 2], [3, 4]],
        ((1.0, 2.0), (3.0, 4.0)),
        np.array([[1, 2], [3, 4]]),
        np.array([[1, 2], [3, 4]], "float64"),
        Tensor(np.array([[1, 2], [3, 4]], "float16")),
    ],
)
def test_what_may_be_called_on(inputs):
    out = Dense(1, kernel_initializer="ones")(inputs)
    assert out.dtype == np.float32
    assert out.numpy().tolist() == [[3], [7]]


@pytest.mark.parametrize("inputs", ["text", None, np.array(["a"]), object()])
def test_what_may_not(inputs):
    with pytest.raises((TypeError, ValueError)):
        Dense(1)(inputs)
    with pytest.raises(TypeError, match="must be called on its inputs"):
        Dense(1)()


def test_autocast_can_be_left_out():
    x = np.ones((1, 2))
    assert Dropout(0.5)(x).dtype == np.float32
    assert Dropout(0.5, autocast=False)(x).dtype == np.float64


def test_casting_keeps_the_gradient():
    v = minikeras.autograd.Variable(np.ones((1, 2)), dtype="float64")
    layer = Dense(1, kernel_initializer="ones")
    with recording():
        out = layer(v)
        (slope,) = gradients(out, [v])
    assert out.dtype == np.float32
    assert slope.dtype == np.float64
    assert slope.tolist() == [[1, 1]]


def test_what_call_returns_becomes_tensors():
    class Plain(Layer):
        def call(self, inputs):
            return [np.asarray(inputs) * 2, {"sum": 3.0}, None]

    first, second, third = Plain()(np.ones((1, 2), "float32"))
    assert isinstance(first, Tensor)
    assert isinstance(second["sum"], Tensor)
    assert third is None


def test_the_phase():
    seen = []

    class See(Layer):
        def call(self, inputs, training=None):
            seen.append(training)
            return inputs

    class Outer(Layer):
        def __init__(self):
            super().__init__()
            self.inner = See()

        def call(self, inputs):
            return self.inner(inputs)

    x = np.ones((2, 3), "float32")
    See()(x)
    See()(x, training=True)
    Outer()(x)
    Outer()(x, training=True)  # a layer that does not ask for it passes it on
    Outer()(x, training=False)
    assert seen == [False, True, False, True, False]
    K.set_learning_phase(1)
    try:
        Outer()(x)
        Outer()(x, training=False)
    finally:
        K.set_learning_phase(0)
    assert seen[5:] == [True, False]


def test_masks_given_and_carried():
    seen = []

    class See(Layer):
        supports_masking = True

        def call(self, inputs, mask=None):
            seen.append(mask)
            return inputs * 1

    x = Tensor(np.ones((2, 3, 1), "float32"))
    x.mask = np.array([[True, True, False]] * 2)
    out = See()(x)
    assert seen[-1] is x.mask
    np.testing.assert_array_equal(out.mask, x.mask)
    own = [[1, 0, 0], [1, 1, 1]]
    out = See()(x, mask=own)  # what is given in the call goes before
    assert seen[-1].dtype == bool
    assert out.mask.tolist() == np.array(own, bool).tolist()
    See()([x, x * 1])
    assert seen[-1][1] is None
    seen.clear()
    Dense(1)(x, mask=None)
    assert Dense(1)(x).mask is x.mask
    assert x.mask is not None  # the input is left as it was


def test_an_input_that_is_passed_on_keeps_its_own_mask():
    class End(Layer):
        def call(self, inputs):
            return inputs

        def compute_mask(self, inputs, mask=None):
            return None

    x = Tensor(np.ones((2, 3), "float32"))
    x.mask = np.array([True, False])
    out = End()(x)
    assert out.mask is None
    assert x.mask is not None


def test_errors_name_the_layer_once():
    class Wrong(Layer):
        def call(self, inputs):
            raise ValueError("so it goes")

    class Outer(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = Wrong(name="inner")

        def call(self, inputs):
            return self.inner(inputs)

    with pytest.raises(ValueError) as error:
        Outer(name="outer")([np.ones((2, 3)), np.ones((2, 4))])
    text = str(error.value)
    assert text.startswith("so it goes\n  in layer 'inner' (Wrong), called on inputs of shapes")
    assert "[(2, 3), (2, 4)]" in text
    assert "outer" not in text
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'size'(?s:.*)layer 'd'"):
        Dense(1, name="d")(np.ones((1, 2)), size=3)


@pytest.mark.parametrize(
    ("spec", "shape", "message"),
    [
        (InputSpec(ndim=3), (2, 3), "3 dimensions, but got shape"),
        (InputSpec(min_ndim=3), (2, 3), "at least 3 dimensions"),
        (InputSpec(max_ndim=2), (2, 3, 4), "at most 2 dimensions"),
        (InputSpec(axes={-1: 4}), (2, 3), "size 4 on axis -1"),
        (InputSpec(shape=(None, 4)), (2, 3), r"shape \(None, 4\)"),
        (InputSpec(dtype="int32"), (2, 3), "type int32"),
        ([InputSpec(), InputSpec()], (2, 3), "takes 2 inputs, but got 1"),
    ],
)
def test_demands_on_inputs(spec, shape, message):
    class Demanding(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.input_spec = spec

    layer = Demanding(name="picky")
    with pytest.raises(ValueError, match=f"Layer 'picky' .Demanding.*{message}"):
        layer(np.ones(shape, "float32"))
    with pytest.raises(ValueError, match=message):
        layer(Input(shape[1:]))


def test_output_shapes_that_nobody_says():
    class Pool(Layer):
        def call(self, inputs):
            return [ops.max(inputs, axis=1), inputs[:, ::2]]

    layer = Pool()
    assert layer.compute_output_shape((None, 7, 3)) == [(None, 3), (None, 4, 3)]
    assert layer.compute_output_shape((5, None, 3)) == [(5, 3), (5, None, 3)]
    assert Layer().compute_output_shape((None, 2)) == (None, 2)


def test_the_input_as_output_is_a_new_symbol():
    class Same(Layer):
        def compute_output_spec(self, inputs):
            return inputs

    x = Input((3,))
    same = Same()
    y = same(x)
    assert y is not x
    assert (x.history[0].name, y.history[0]) == (x.name, same)


# ---------------------------------------------------------------------------------------------
# Copies
# ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("made", [copy.deepcopy, lambda la: pickle.loads(pickle.dumps(la))])
def test_copies_of_layers(made):
    layer = Dense(2, kernel_regularizer="l2", activation="relu", name="d")
    layer(Input((3,)))
    other = made(layer)
    assert other.get_config() == layer.get_config()
    assert other.inbound_nodes == []  # a copy has no place in the graph
    x = rows(4, 3)
    np.testing.assert_array_equal(other(x).numpy(), layer(x).numpy())
    other.set_weights([w + 1 for w in other.get_weights()])
    assert (layer.get_weights()[1] == 0).all()
    with recording():
        (slope,) = gradients(ops.sum(other(x)), [other.bias])
    assert slope.shape == (2,)


def test_the_base_class_says_the_shape_of_the_input():
    """A layer that says its output's shape may ask its base class first, as in Keras 2."""

    class Twice(Layer):
        def call(self, inputs):
            return [inputs, inputs]

        def compute_output_shape(self, input_shape):
            shape = super().compute_output_shape(input_shape)
            return [shape, shape]

    first, second = Twice()(Input((4, 3)))
    assert first.shape == second.shape == (None, 4, 3)
