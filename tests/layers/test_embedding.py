"""Embedding: lookups, masks, lengths, gradients of few rows, and what it refuses."""

import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import autograd, config, layers
from minikeras.layers import Dense, Embedding, Flatten, GlobalAveragePooling1D, Input
from minikeras.models import Model, Sequential

TABLE = np.random.default_rng(0).normal(size=(10, 3)).astype("float32")


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32", "float64", "bool"])
@pytest.mark.parametrize("shape", [(4,), (2, 5), (2, 3, 2)], ids=str)
def test_rows_are_looked_up(dtype, shape):
    indices = np.random.default_rng(1).integers(0, 10, shape).astype(dtype)
    y = Embedding(10, 3, weights=[TABLE])(indices)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y.numpy(), TABLE[indices.astype(int)])


def test_fractions_are_cut_off():
    y = Embedding(10, 3, weights=TABLE)(np.array([[2.9, 0.0, -0.5]]))
    np.testing.assert_array_equal(y.numpy()[0], TABLE[[2, 0, 0]])


def test_indices_keep_their_digits_in_a_half_precision_layer():
    layer = Embedding(5000, 1, dtype="float16")
    layer.build()
    layer.set_weights([np.arange(5000).reshape(-1, 1) % 2048])
    y = layer(np.array([[4097.0, 4999.0]], "float32"))
    assert y.dtype == np.float16
    assert y.numpy().ravel().tolist() == [1, 4999 % 2048]


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint16", "uint32", "uint64"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_large_table_learns_from_indices_of_a_small_type(optimizer, dtype):
    weights = []
    for kind in (dtype, "int32"):
        keras.utils.set_random_seed(0)
        inputs = Input((3,), dtype=kind)
        rows = Embedding(70_000, 8)(inputs)
        model = Model(inputs, GlobalAveragePooling1D()(rows))
        model.compile(optimizer, "mse")
        x = np.array([[0, 1, 1], [1, 0, 1]]).astype(kind)
        model.train_on_batch(x, np.ones((2, 8)))
        weights.append(model.get_weights()[0])
    np.testing.assert_allclose(*weights, rtol=1e-6, atol=1e-9)
    assert not np.allclose(weights[0][:2], 0, atol=1e-5)


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_a_negative_index_of_a_small_type_is_refused(dtype):
    layer = Embedding(70_000, 1)
    with pytest.raises(ValueError, match="index -1 is out of range"):
        layer(np.array([[0, -1]], dtype))


@pytest.mark.parametrize(
    "index, name",
    [(10, "10"), (-1, "-1"), (300, "300"), (10.0, "10"), (-7.0, "-7"), (np.nan, "nan")],
)
def test_an_index_out_of_range_is_named(index, name):
    layer = Embedding(10, 3, name="words")
    x = np.array([[1, 2], [index, 0]])
    with pytest.raises(ValueError, match=rf"index {name} is out of range.* 0 to 9.*\n.*'words'"):
        layer(x)
    model = Sequential([Input((2,)), layer, Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(ValueError, match=f"index {name} is out of range"):
        model.fit(x, np.zeros(2), verbose=0)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_unsigned_indices_out_of_range():
    with pytest.raises(ValueError, match="index 255 is out of range"):
        Embedding(10, 3)(np.array([[3, 255]], "uint8"))


def test_no_indices():
    layer = Embedding(10, 3, weights=TABLE)
    with autograd.recording():
        y = layer(np.zeros((2, 0), int))
        (g,) = autograd.gradients(y, [layer.embeddings])
    assert y.shape == (2, 0, 3)
    assert not g.dense().any()


# ---------------------------------------------------------------------------------------------
# Shapes, lengths, masks
# ---------------------------------------------------------------------------------------------
def test_as_a_first_layer():
    model = Sequential([Embedding(1000, 64, input_length=10)])
    assert model.input_shape == (None, 10)
    assert model.output_shape == (None, 10, 64)
    assert model.inputs[0].dtype == np.int32
    assert model.predict(np.random.randint(1000, size=(32, 10))).shape == (32, 10, 64)
    model = Sequential([Embedding(50, 4), GlobalAveragePooling1D(), Dense(1)])
    assert model.input_shape == (None, None)
    assert model.predict(np.ones((2, 7))).shape == (2, 1)
    assert Sequential([Embedding(5, 2, batch_input_shape=(4, 3))]).output_shape == (4, 3, 2)
    assert Sequential([Embedding(5, 2, input_length=(2, None))]).output_shape == (None, 2, None, 2)


def test_the_type_of_the_input_survives_the_config():
    model = Sequential([Embedding(5, 2, input_length=3)])
    again = Sequential.from_config(model.get_config())
    assert again.inputs[0].dtype == np.int32
    assert again.input_shape == (None, 3)


def test_input_length_fills_in_what_is_unknown():
    y = Embedding(10, 3, input_length=4)(Input((None,)))
    assert y.shape == (None, 4, 3)
    y = Embedding(10, 3, input_length=(None, 4))(Input((6, None)))
    assert y.shape == (None, 6, 4, 3)


@pytest.mark.parametrize("shape", [(5,), (4, 1), ()], ids=str)
def test_another_length_is_refused(shape):
    layer = Embedding(10, 3, input_length=4)
    message = r"input_length of Embedding .* is 4, but the input has shape \(None, ?.*\)"
    with pytest.raises(ValueError, match=message):
        layer(Input(shape))
    with pytest.raises(ValueError, match="input_length .* is 4"):
        layer(np.zeros((2, *shape), int))


def test_data_of_another_length_than_promised():
    i = Input((None,))
    model = Model(i, Flatten()(Embedding(10, 3, input_length=4)(i)))
    with pytest.raises(ValueError, match="pad_sequences"):
        model.predict(np.zeros((2, 6)))


def test_mask_of_padding():
    x = np.array([[3, 0, 1], [0, 0, 2]])
    assert Embedding(10, 3)(x).mask is None
    layer = Embedding(10, 3, mask_zero=True)
    np.testing.assert_array_equal(layer(x).mask, x != 0)
    np.testing.assert_array_equal(layer(x.astype("float32")).mask, x != 0)
    np.testing.assert_array_equal(layer.compute_mask(autograd.Tensor(x)), x != 0)
    mean = GlobalAveragePooling1D()(layer(x)).numpy()
    table = layer.get_weights()[0]
    np.testing.assert_allclose(mean, [(table[3] + table[1]) / 2, table[2]], rtol=1e-6)


# ---------------------------------------------------------------------------------------------
# Gradients
# ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", [(1,), (2, 5), (1, 1), (2, 3, 2)], ids=str)
def test_gradient(shape):
    layer = Embedding(7, 3, dtype="float64")
    autograd.check_layer(layer, np.random.default_rng(0).integers(0, 7, shape))


def test_the_gradient_knows_only_the_rows_looked_up():
    layer = Embedding(1000, 3)
    with autograd.recording():
        y = layer(np.array([[5, 7], [5, 999]]))
        (g,) = autograd.gradients(y, [layer.embeddings])
    rows, values = g.merged()
    assert rows.tolist() == [5, 7, 999]
    assert values.tolist() == [[2, 2, 2], [1, 1, 1], [1, 1, 1]]


def test_a_table_that_serves_twice():
    """Looked up twice, and used whole: the parts of the gradient add up, in any order."""
    layer = Embedding(6, 3, dtype="float64", weights=TABLE[:6])
    x, z = np.array([[1, 2]]), np.array([[2, 5]])

    def twice():
        a, b = layer(x), layer(z)
        return [a * a * b, keras.ops.tanh(keras.ops.matmul(b, keras.ops.transpose(table)))]

    table = layer.embeddings
    autograd.check_variables(twice, [table])
    autograd.check_variables(lambda: twice()[::-1], [table])


def test_a_table_that_is_computed():
    x = np.array([[1, 2], [2, 0]])
    from minikeras.ops.embedding import embedding_lookup

    def function(a, b):
        return embedding_lookup(a @ b, x)

    a, b = np.random.default_rng(0).normal(size=(2, 4, 4))
    autograd.check_gradients(function, a, b)
    autograd.check_second_order(lambda a, b: function(a, b) ** 2, a, b)
    found = autograd.grad(lambda t: keras.ops.sum(embedding_lookup(t, x)))(a)
    assert found.sum(axis=1).tolist() == [4, 4, 8, 0]


def test_a_frozen_table_is_left_out():
    layer = Embedding(10, 3, weights=TABLE, trainable=False)
    model = Sequential([layer, GlobalAveragePooling1D(), Dense(1)])
    model.compile("adam", "mse")
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0, epochs=2)
    np.testing.assert_array_equal(layer.get_weights()[0], TABLE)
    assert [w.name for w in model.trainable_weights] == ["dense_1/kernel:0", "dense_1/bias:0"]


def one_hot_model(inputs):
    """The same computation without a lookup: rows picked by a matrix product."""
    dense = Dense(3, use_bias=False, name="table")
    return Sequential([Input((4, inputs)), dense, GlobalAveragePooling1D(), Dense(1)])


@pytest.mark.parametrize(
    "optimizer", ["sgd", "momentum", "adam", "amsgrad", "rmsprop", "adagrad", "adadelta", "clipped"]
)
def test_training_moves_the_table_as_a_matrix_product_would(optimizer):
    makers = {
        "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        "amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
        "clipped": lambda: keras.optimizers.Adam(0.01, clipnorm=0.05, decay=0.1),
    }
    make = makers.get(optimizer, lambda: optimizer)
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 40, (24, 4)), rng.normal(size=(24, 1))
    lookup = Sequential([Embedding(50, 3, input_length=4), GlobalAveragePooling1D(), Dense(1)])
    product = one_hot_model(50)
    product.set_weights(lookup.get_weights())
    for model, data in ((lookup, x), (product, np.eye(50)[x])):
        model.compile(make(), "mse")
        for start in (0, 8, 16):
            for _ in range(3):
                model.train_on_batch(data[start : start + 8], y[start : start + 8])
    for a, b in zip(lookup.get_weights(), product.get_weights()):
        np.testing.assert_allclose(a, b, rtol=0, atol=2e-6)


def test_penalty_and_constraint_of_the_table():
    layer = Embedding(
        20, 3, embeddings_regularizer="l2", embeddings_constraint="unit_norm", input_length=2
    )
    model = Sequential([layer, Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    table = layer.get_weights()[0]
    x, y = np.array([[1, 2]]), np.zeros((1, 1))
    error = model.predict(x)[0, 0] ** 2
    loss = model.evaluate(x, y, verbose=0)
    assert loss == pytest.approx(error + 0.01 * (table**2).sum(), rel=1e-5)
    model.train_on_batch(x, y)
    np.testing.assert_allclose(np.linalg.norm(layer.get_weights()[0], axis=0), 1, rtol=1e-5)


def test_a_penalty_on_the_output():
    layer = Embedding(10, 3, weights=TABLE, activity_regularizer=keras.regularizers.l1(0.5))
    layer(np.array([[1, 1]]))
    (loss,) = layer.losses
    assert float(loss) == pytest.approx(np.abs(TABLE[1]).sum(), rel=1e-5)


def test_no_float64_beside_float32_and_back():
    config.set_floatx("float64")
    assert Embedding(4, 2)(np.array([[1]])).dtype == np.float64
    config.set_floatx("float32")
    layer = Embedding(4, 2, weights=np.ones((4, 2)))
    assert layer.embeddings.dtype == np.float32


# ---------------------------------------------------------------------------------------------
# Arguments
# ---------------------------------------------------------------------------------------------
def test_weights_as_an_array_or_a_list():
    for weights in (TABLE, [TABLE], TABLE.tolist()):
        layer = Embedding(10, 3, weights=weights)
        np.testing.assert_array_equal(layer.get_weights()[0], TABLE)
    np.testing.assert_array_equal(Embedding(1, 3, weights=TABLE[:1]).get_weights()[0], TABLE[:1])
    with pytest.raises(ValueError, match=r"shape \(10, 4\)"):
        Embedding(10, 4, weights=TABLE)


def test_config():
    layer = Embedding(
        10,
        3,
        "glorot_normal",
        "l2",
        "l1",
        "max_norm",
        mask_zero=True,
        input_length=4,
        name="words",
        trainable=False,
    )
    settings = layer.get_config()
    assert settings["input_dim"] == 10
    assert settings["embeddings_regularizer"]["config"]["l2"] == pytest.approx(0.01)
    assert settings["activity_regularizer"]["config"]["l1"] == pytest.approx(0.01)
    again = Embedding.from_config(settings)
    assert again.get_config() == settings
    assert again.batch_input_shape == (None, 4)
    assert not again.trainable
    assert layers.deserialize(layers.serialize(layer)).get_config() == settings


def test_the_defaults_are_those_of_keras():
    layer = Embedding(2000, 5)
    layer.build((None, None))
    table = layer.get_weights()[0]
    assert 0.0499 < np.abs(table).max() <= 0.05
    assert layer.count_params() == 10000


def test_names_of_keras_1():
    with pytest.warns(DeprecationWarning, match="embeddings_initializer"):
        layer = Embedding(10, 3, init="ones")
    assert layer(np.array([[1]])).numpy().tolist() == [[[1, 1, 1]]]


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"input_dim": 0}, ValueError, "input_dim must be a positive whole number, not 0"),
        ({"input_dim": 3.5}, ValueError, "input_dim"),
        ({"input_dim": True}, ValueError, "input_dim"),
        ({"output_dim": -2}, ValueError, "output_dim"),
        ({"lora_rank": 2}, ValueError, "lora_rank"),
        ({"quantization_config": {}}, ValueError, "quantization"),
        ({"mask_zeros": True}, TypeError, "mask_zero"),
    ],
)
def test_what_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Embedding(**{"input_dim": 4, "output_dim": 2, **arguments})


def test_a_mask_that_ends_is_reported_once_it_ends():
    layer = Embedding(10, 3, mask_zero=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer(np.zeros((1, 2), int))
    with pytest.warns(UserWarning, match="does not support masking"):
        Flatten()(layer(np.array([[1, 0]])))
