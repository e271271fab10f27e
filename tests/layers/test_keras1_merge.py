"""Merge and merge of Keras 1: every mode, functions, branches at the head of a Sequential model."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import layers
from minikeras.layers import Dense, Embedding, Flatten, Input, Masking, Merge
from minikeras.models import Model, Sequential, clone_model, load_model, model_from_json
from minikeras.utils.function_code import allow_unsafe_code, func_dump

pytestmark = pytest.mark.filterwarnings("ignore:(Merge|merge..) is of Keras 1")

A = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
B = np.array([[5.0, 1.0], [0.0, -2.0]], "float32")


@pytest.mark.parametrize(
    ("mode", "settings", "expected"),
    [
        ("sum", {}, [[6, 3], [3, 2]]),
        ("mul", {}, [[5, 2], [0, -8]]),
        ("ave", {}, [[3, 1.5], [1.5, 1]]),
        ("max", {}, [[5, 2], [3, 4]]),
        ("min", {}, [[1, 1], [0, -2]]),
        ("concat", {}, [[1, 2, 5, 1], [3, 4, 0, -2]]),
        ("dot", {"dot_axes": 1}, [[7], [-8]]),
        ("cos", {"dot_axes": 1}, [[7 / np.sqrt(130)], [-0.8]]),
        (lambda pair: pair[0] - pair[1], {}, [[-4, 1], [3, 6]]),
    ],
)
def test_modes(mode, settings, expected):
    a, b = Input((2,)), Input((2,))
    merged = Merge(mode=mode, **settings)([a, b])
    assert merged.shape == (None, np.shape(expected)[1])
    same = layers.merge([a, b], mode=mode, **settings)
    model = Model([a, b], [merged, same])
    for made in (model, Model.from_config(model.get_config())):
        for out in made.predict([A, B]):
            np.testing.assert_allclose(out, expected, rtol=1e-6)


def test_a_function_may_come_with_a_shape_a_mask_and_arguments():
    def both(pair, factor):
        return K.concatenate([pair[0], factor * pair[1]], axis=1)

    def shape(shapes):
        return (shapes[0][0], shapes[0][1] + shapes[1][1], shapes[0][2])

    def mask(masks):
        return K.concatenate(masks, axis=1)

    a, b = Input((2, 1)), Input((2, 1))
    merged = layers.merge(
        [Masking()(a), Masking()(b)],
        mode=both,
        output_shape=shape,
        output_mask=mask,
        arguments={"factor": 2.0},
    )
    assert merged.shape == (None, 4, 1)
    summed = layers.LSTM(1, return_sequences=True)(merged)  # takes the mask
    model = Model([a, b], [merged, summed])
    again = Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    x = [np.array([[[1.0], [0.0]]]), np.array([[[0.0], [3.0]]])]
    for made in (model, again):
        numbers, states = made.predict(x)
        np.testing.assert_allclose(numbers[0, :, 0], [1, 0, 0, 6])
        assert states[0, 0] == states[0, 1] == states[0, 2] != states[0, 3]


def branches():
    left = Sequential([Dense(3, activation="tanh", input_shape=(2,))])
    right = Sequential([Embedding(9, 2, input_length=2), Flatten()])
    return left, right


def joined(**settings):
    model = Sequential()
    model.add(Merge(list(branches()), mode="concat", **settings))
    model.add(Dense(2))
    model.compile("sgd", "mse")
    return model


X = [A, np.array([[1, 2], [0, 8]])]


def test_two_models_are_joined():
    left, right = branches()
    model = Sequential([Merge([left, right], mode="concat"), Dense(2)])
    assert [t.shape for t in model.inputs] == [(None, 2), (None, 2)]
    shapes = [w.shape for w in model.get_weights()]
    assert shapes == [(2, 3), (3,), (9, 2), (7, 2), (2,)]
    hidden = np.hstack([left.predict(X[0]), right.predict(X[1])])
    kernel, bias = model.layers[-1].get_weights()
    np.testing.assert_allclose(model.predict(X), hidden @ kernel + bias, rtol=1e-5, atol=1e-6)


def test_the_branches_are_trained_and_can_be_frozen():
    model = joined()
    before = model.get_weights()
    model.fit(X, np.ones((2, 2)), verbose=0)
    assert all(np.any(a != b) for a, b in zip(before, model.get_weights(), strict=True))
    model.layers[0].branches[0].trainable = False
    assert len(model.trainable_weights) == 3


def test_models_that_are_joined_are_saved(tmp_path):
    model = joined()
    expected = model.predict(X)
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        np.testing.assert_allclose(load_model(tmp_path / name).predict(X), expected, rtol=1e-6)
    model.save_weights(tmp_path / "w.h5")
    for other in (joined(), clone_model(model), model_from_json(model.to_json())):
        other.load_weights(tmp_path / "w.h5")
        np.testing.assert_allclose(other.predict(X), expected, rtol=1e-6)


def test_joined_models_are_joined_again_and_called():
    final = Sequential([Merge([joined(), Dense(2, input_shape=(4,))], mode="sum")])
    inputs = [Input((2,)), Input((2,)), Input((4,))]
    assert len(final.inputs) == 3
    data = [*X, np.ones((2, 4), "float32")]
    outer = Model(inputs, final(inputs))
    np.testing.assert_allclose(outer.predict(data), final.predict(data), rtol=1e-6)


def test_configs_of_keras_2_are_understood():
    def config(mode, **changes):
        given = {"name": "m", "mode": mode, "concat_axis": -1, "dot_axes": -1, "arguments": {}}
        for name in ("output_shape", "output_mask"):
            given.update({name: None, f"{name}_type": "raw"})
        return {**given, "mode_type": "raw", **changes}

    a, b = Input((2,)), Input((2,))

    def result(made):
        return Model([a, b], Merge.from_config(made)([a, b])).predict([A, B])

    np.testing.assert_allclose(result(config("ave")), (A + B) / 2)
    code = func_dump(lambda pair, by: pair[0] * by)
    written = config(code, mode_type="lambda", arguments={"by": 3.0}, output_shape=[2])
    with pytest.raises(ValueError, match="safe_mode"):
        result(written)
    with allow_unsafe_code():
        np.testing.assert_allclose(result(written), 3 * A)


def test_a_model_may_be_merged_with_itself():
    one = Sequential([Dense(2, input_shape=(2,))])
    model = Sequential([Merge([one, one], mode="sum")])
    again = Sequential.from_config(model.get_config())
    again.set_weights(model.get_weights())
    for made in (model, again):
        np.testing.assert_allclose(made.predict(A), 2 * one.predict(A), rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Merge(mode="plus"), "Unknown mode 'plus'"),
        (lambda: Merge([Dense(2, input_shape=(3,))]), "at least two layers"),
        (lambda: Merge([Dense(2), Dense(2)]), "has no output yet: give its first layer"),
        (lambda: Merge(mode="sum", output_shape=(3,)), "output_shape= goes with a function"),
        (lambda: Merge(mode="sum")(Input((2,))), "must be called on a list of inputs"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_it_says_what_today_s_scripts_write():
    with pytest.warns(DeprecationWarning, match="Merge is of Keras 1; use layers.add"):
        Merge(mode="sum")
