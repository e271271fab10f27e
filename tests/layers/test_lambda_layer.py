"""Lambda: functions as layers, their shapes, masks, arguments and configs."""

import functools
import gc
import json

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import ops
from minikeras.autograd import Tensor
from minikeras.layers import Input, Lambda, deserialize
from minikeras.models import Model, Sequential, clone_model, model_from_json
from minikeras.utils.function_code import allow_unsafe_code

X = np.array([[1.0, -2.0], [3.0, 4.0]], "float32")


def square(x):
    return x**2


def test_functions_of_a_tensor():
    assert Lambda(lambda x: x**2)(X).numpy().tolist() == [[1, 4], [9, 16]]
    assert Lambda(K.abs)(X).numpy().tolist() == [[1, 2], [3, 4]]
    assert Lambda(np.abs)(X).numpy().tolist() == [[1, 2], [3, 4]]
    assert Lambda(functools.partial(ops.clip, x_min=0.0, x_max=2.0))(X).numpy().max() == 2
    out = Lambda(lambda x: [x, x + 1])(X)
    assert [o.numpy()[0, 0] for o in out] == [1, 2]
    assert Lambda(lambda pair: pair[0] * pair[1])([X, X]).numpy().tolist() == [[1, 4], [9, 16]]


def test_the_antirectifier_of_the_documentation():
    def antirectifier(x):
        x -= K.mean(x, axis=1, keepdims=True)
        x = K.l2_normalize(x, axis=1)
        return K.concatenate([K.relu(x), K.relu(-x)], axis=1)

    def output_shape(input_shape):
        shape = list(input_shape)
        assert len(shape) == 2
        shape[-1] *= 2
        return tuple(shape)

    for given in (None, output_shape, (4,)):
        model = Sequential([Lambda(antirectifier, output_shape=given, input_shape=(2,))])
        assert model.output_shape == (None, 4)
        found = model.predict(X)
        np.testing.assert_allclose(found[0], [np.sqrt(0.5), 0, 0, np.sqrt(0.5)], rtol=1e-5)


def test_arguments_of_the_function():
    def scaled(x, by, training=None, mask=None):
        seen.append((training, mask))
        return x * by

    seen = []
    layer = Lambda(scaled, arguments={"by": 3.0})
    assert layer(X).numpy()[0, 0] == 3
    layer(X, training=True)
    masked = Tensor(X)
    masked.mask = np.array([True, False])
    layer(masked)
    assert [s[0] for s in seen] == [False, True, False]
    assert seen[2][1] is masked.mask
    assert layer.arguments == {"by": 3.0}


@pytest.mark.parametrize(
    ("output_shape", "expected"),
    [
        (None, (None, 3)),
        ((7,), (None, 7)),
        ([7, 8], (None, 7, 8)),
        (5, (None, 5)),
        (lambda s: (s[0], s[1] + 1), (None, 3)),
        (lambda s: [s, (s[0], 9)], [(None, 2), (None, 9)]),
    ],
)
def test_output_shapes(output_shape, expected):
    layer = Lambda(lambda x: K.concatenate([x, x[:, :1]]), output_shape=output_shape)
    out = layer(Input((2,)))
    assert ([o.shape for o in out] if isinstance(out, list) else out.shape) == expected
    assert layer.compute_output_shape((None, 2)) == expected


def test_masks():
    x = Tensor(np.ones((1, 3, 2), "float32"))
    x.mask = np.array([[True, False, True]])
    assert Lambda(lambda t: t)(x).mask is None  # dropped without a warning, as in Keras 2
    assert Lambda(lambda t: t, mask=lambda t, m: m)(x).mask is x.mask
    other = np.array([[True, True, False]])
    assert Lambda(lambda t: t, mask=other)(x).mask is other


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Lambda("abs"), TypeError, "needs a function, not 'abs'"),
        (lambda: Lambda(square, output_shape="x"), TypeError, "tuple of sizes or a function"),
        (lambda: Lambda(square, lambda s: 3)(Input((2,))), ValueError, "but gave 3"),
        (lambda: Lambda(lambda x: x @ x, name="l")(X[:1]), ValueError, "in layer 'l' .Lambda."),
    ],
)
def test_what_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


# ---------------------------------------------------------------------------------------------
# Configs
# ---------------------------------------------------------------------------------------------
def test_a_named_function_is_written_by_its_name():
    config = Lambda(square, name="l").get_config()
    assert (config["function"], config["function_type"]) == ("square", "function")
    again = Lambda.from_config(config)
    assert again.function is square


def test_a_lambda_of_this_program_is_found_again():
    factor = 3.0
    layers = [Lambda(lambda x, n=n: x * factor + n) for n in range(3)]
    for layer in layers:
        config = json.loads(json.dumps(layer.get_config()))
        assert config["function_type"] == "lambda"
        assert Lambda.from_config(config).function is layer.function
    model = Sequential([Lambda(lambda x: x + 1, input_shape=(2,)), *layers])
    for again in (clone_model(model), model_from_json(model.to_json())):
        np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_code_that_this_program_does_not_know_is_not_run():
    config = Lambda(eval("lambda x: x - 7")).get_config()  # the function is gone after this
    gc.collect()
    with pytest.raises(ValueError, match="running code from the file: pass safe_mode=False"):
        Lambda.from_config(config)
    with allow_unsafe_code():
        again = Lambda.from_config(config)
    assert again(X).numpy()[0].tolist() == [-6, -9]


def test_a_name_that_nobody_knows():
    config = {**Lambda(square).get_config(), "function": "cube"}
    with pytest.raises(ValueError, match="uses the function 'cube', which is not known"):
        Lambda.from_config(config)

    def cube(x):
        return x**3

    again = deserialize({"class_name": "Lambda", "config": config}, {"cube": cube})
    assert again.function is cube


def test_two_functions_of_one_name_are_not_mixed_up():
    def one():
        def same(x):
            return x + 1

        return same

    def two():
        def same(x):
            return x + 2

        return same

    first, second = Lambda(one()), Lambda(two())
    with pytest.raises(ValueError, match="'same', which is not known"):
        Lambda.from_config(first.get_config())
    assert Lambda.from_config(second.get_config(), {"same": second.function})(X).shape == (2, 2)


def test_arrays_among_the_arguments():
    layer = Lambda(lambda x, w: x * w, arguments={"w": np.array([2.0, 3.0], "float32")})
    config = json.loads(json.dumps(layer.get_config()))
    assert config["arguments"]["w"]["type"] == "ndarray"  # as Keras 2 writes them
    again = Lambda.from_config(config)
    assert again.arguments["w"].dtype == np.float32
    np.testing.assert_array_equal(again(X).numpy(), layer(X).numpy())
    del config["arguments"]["w"]["dtype"]
    np.testing.assert_array_equal(Lambda.from_config(config)(X).numpy(), layer(X).numpy())


def test_shapes_and_masks_survive():
    layer = Lambda(
        square, output_shape=lambda s: s, mask=lambda x, m: m, input_shape=(2,), trainable=False
    )
    again = Lambda.from_config(json.loads(json.dumps(layer.get_config())))
    assert again.output_shape_argument is layer.output_shape_argument
    assert again.mask is layer.mask
    tuples = Lambda.from_config(json.loads(json.dumps(Lambda(square, (4, 2)).get_config())))
    assert tuples.output_shape_argument == (4, 2)


def test_the_config_of_keras_3():
    config = {
        "name": "l",
        "function": {"class_name": "function", "config": "square", "registered_name": "square"},
        "arguments": {},
    }
    keep = Lambda(square)
    assert Lambda.from_config(config).function is keep.function


def test_training_through_a_lambda():
    x = Input((2,))
    model = Model(x, Lambda(lambda t: K.sum(t * t, axis=1, keepdims=True))(x))
    np.testing.assert_allclose(model.predict(X), [[5], [25]])
