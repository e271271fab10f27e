"""Files of Keras 1 and of the documents' era, built by hand: their numbers worked out beside them.

Each test writes what that Keras wrote, loads it, and compares predictions with NumPy's, or with
those of the same model built here and given the same weights in today's layout.
"""

import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import load_model

from . import era

SEQUENCES = np.random.RandomState(3).uniform(-1, 1, (4, 5, 3)).astype("float32")
IMAGES = np.random.RandomState(4).uniform(-1, 1, (2, 6, 7, 3)).astype("float32")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def run_lstm(x, gates, activation=era.hard_sigmoid):
    """Return the last output; `gates` is {"i", "f", "c", "o": (kernel, recurrent, bias)}."""
    units = gates["i"][2].size
    h = c = np.zeros((len(x), units))
    for t in range(x.shape[1]):
        z = {g: x[:, t] @ k + h @ u + b for g, (k, u, b) in gates.items()}
        c = activation(z["f"]) * c + activation(z["i"]) * np.tanh(z["c"])
        h = activation(z["o"]) * np.tanh(c)
    return h


def run_gru(x, gates, activation=era.hard_sigmoid):
    """Return the last output of a GRU that resets before the product; gates z, r, h."""
    h = np.zeros((len(x), gates["z"][2].size))
    for t in range(x.shape[1]):
        (kz, uz, bz), (kr, ur, br), (kh, uh, bh) = (gates[g] for g in "zrh")
        z, r = activation(x[:, t] @ kz + h @ uz + bz), activation(x[:, t] @ kr + h @ ur + br)
        h = z * h + (1 - z) * np.tanh(x[:, t] @ kh + (r * h) @ uh + bh)
    return h


def gates_of(names, units=4, features=3, seed=0):
    arrays = era.arrays(*[(features, units), (units, units), (units,)] * len(names), seed=seed)
    return {name: tuple(arrays[3 * i : 3 * i + 3]) for i, name in enumerate(names)}


def named(layer, gates):
    """Return the arrays of a recurrent layer of Keras 1 with their names, gate by gate."""
    return [(f"{layer}_{w}_{g}", a) for g, three in gates.items() for w, a in zip("WUb", three)]


def recurrent_1(kind, name, **more):
    """Return the entry of a recurrent layer in a config of Keras 1."""
    config = {
        "name": name, "trainable": True, "output_dim": 4, "init": "glorot_uniform",
        "inner_init": "orthogonal", "activation": "tanh", "inner_activation": "hard_sigmoid",
        "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01},
        "U_regularizer": None, "b_regularizer": None, "dropout_W": 0.0, "dropout_U": 0.0,
        "return_sequences": False, "go_backwards": False, "stateful": False, "unroll": False,
        "consume_less": "cpu", "input_dim": 3, "input_length": None, **more,
    }  # fmt: skip
    if kind == "LSTM":
        config["forget_bias_init"] = "one"
    return {"class_name": kind, "config": config}


def sequential(*entries):
    return {"class_name": "Sequential", "config": list(entries)}


SHAPE = {"batch_input_shape": [None, 5, 3], "input_dtype": "float32"}


# -- Keras 1 --------------------------------------------------------------------------------------
def test_an_lstm_of_keras_1(tmp_path):
    gates = gates_of("icfo")
    config = sequential(recurrent_1("LSTM", "lstm_1", **SHAPE))
    era.write(tmp_path / "m.h5", config, [("lstm_1", named("lstm_1", gates))], None, None)
    model = load_model(tmp_path / "m.h5", compile=False)
    expected = run_lstm(SEQUENCES, gates)
    np.testing.assert_allclose(model.predict(SEQUENCES), expected, rtol=1e-4, atol=1e-5)
    assert model.layers[0].kernel_regularizer.l2 == pytest.approx(0.01)


def test_a_gru_of_keras_1(tmp_path):
    gates = gates_of("zrh")
    config = sequential(recurrent_1("GRU", "gru_1", **SHAPE))
    era.write(tmp_path / "m.h5", config, [("gru_1", named("gru_1", gates))], None, None)
    model = load_model(tmp_path / "m.h5", compile=False)
    np.testing.assert_allclose(
        model.predict(SEQUENCES), run_gru(SEQUENCES, gates), rtol=1e-4, atol=1e-5
    )


def test_both_ways_of_keras_1(tmp_path):
    forward, backward = gates_of("icfo"), gates_of("icfo", seed=1)
    entry = {
        "class_name": "Bidirectional",
        "config": {
            "name": "bidirectional_1", "trainable": True, "merge_mode": "concat",
            "layer": recurrent_1("LSTM", "lstm_1"), **SHAPE,
        },
    }  # fmt: skip
    arrays = named("forward_lstm_1", forward) + named("backward_lstm_1", backward)
    era.write(tmp_path / "m.h5", sequential(entry), [("bidirectional_1", arrays)], None, None)
    model = load_model(tmp_path / "m.h5", compile=False)
    expected = [run_lstm(SEQUENCES, forward), run_lstm(SEQUENCES[:, ::-1], backward)]
    np.testing.assert_allclose(
        model.predict(SEQUENCES), np.concatenate(expected, axis=1), rtol=1e-4, atol=1e-5
    )


def test_recurrent_and_dense_layers_in_a_model_in_a_model_of_keras_1(tmp_path):
    gates = gates_of("icfo")
    kernel, bias, top, top_bias = era.arrays((4, 3), (3,), (3, 2), (2,), seed=2)
    plain = {"init": "glorot_uniform", "bias": True, "W_regularizer": None, "b_regularizer": None,
             "activity_regularizer": None, "W_constraint": {"name": "MaxNorm", "m": 3, "axis": 0},
             "b_constraint": None, "trainable": True}  # fmt: skip
    inner = sequential(
        recurrent_1("LSTM", "lstm_1", **SHAPE),
        {"class_name": "Dense", "config": {**plain, "name": "dense_1", "output_dim": 3,
                                           "activation": "relu", "input_dim": 4}},
    )  # fmt: skip
    outer = sequential(
        inner,
        {"class_name": "Dense", "config": {**plain, "name": "dense_2", "output_dim": 2,
                                           "activation": "linear", "input_dim": 3}},
    )  # fmt: skip
    arrays = [*named("lstm_1", gates), ("dense_1_W", kernel), ("dense_1_b", bias)]
    layers = [("sequential_1", arrays), ("dense_2", [("dense_2_W", top), ("dense_2_b", top_bias)])]
    era.write(tmp_path / "m.h5", outer, layers, None, None)
    model = load_model(tmp_path / "m.h5", compile=False)
    hidden = np.maximum(run_lstm(SEQUENCES, gates) @ kernel + bias, 0)
    expected = hidden @ top + top_bias
    np.testing.assert_allclose(model.predict(SEQUENCES), expected, rtol=1e-4, atol=1e-5)
    assert model.layers[1].kernel_constraint.max_value == 3


def test_a_convolutional_model_of_keras_1(tmp_path):
    kernel, bias = era.arrays((3, 2, 3, 4), (4,))
    gamma, beta, mean, variance = (np.abs(a) + 0.5 for a in era.arrays((4,), (4,), (4,), (4,)))
    table = {"dim_ordering": "tf", "border_mode": "same", "trainable": True}
    config = sequential(
        {"class_name": "Convolution2D", "config": {
            **table, "name": "convolution2d_1", "nb_filter": 4, "nb_row": 3, "nb_col": 2,
            "init": "glorot_uniform", "activation": "relu", "subsample": [1, 1], "bias": True,
            "W_regularizer": None, "b_regularizer": None, "activity_regularizer": None,
            "W_constraint": None, "b_constraint": None,
            "batch_input_shape": [None, 6, 7, 3], "input_dtype": "float32"}},
        {"class_name": "BatchNormalization", "config": {
            "name": "batchnormalization_1", "trainable": True, "axis": -1, "momentum": 0.99,
            "epsilon": 0.001, "mode": 0, "gamma_regularizer": None, "beta_regularizer": None}},
        {"class_name": "MaxPooling2D", "config": {
            "name": "maxpooling2d_1", "trainable": True, "pool_size": [2, 2], "strides": [2, 2],
            "border_mode": "valid", "dim_ordering": "tf"}},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": True, "p": 0.5}},
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": True}},
    )  # fmt: skip
    norm = [("gamma", gamma), ("beta", beta), ("running_mean", mean), ("running_std", variance)]
    layers = [
        ("convolution2d_1", [("convolution2d_1_W", kernel), ("convolution2d_1_b", bias)]),
        ("batchnormalization_1", [(f"batchnormalization_1_{n}", a) for n, a in norm]),
    ]
    era.write(tmp_path / "m.h5", config, layers, None, None)
    model = load_model(tmp_path / "m.h5", compile=False)
    same = keras.Sequential(
        [
            keras.layers.Conv2D(4, (3, 2), padding="same", activation="relu",
                                input_shape=(6, 7, 3)),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
        ]
    )  # fmt: skip
    same.set_weights([kernel, bias, gamma, beta, mean, variance])
    np.testing.assert_allclose(model.predict(IMAGES), same.predict(IMAGES), rtol=1e-6)
    assert model.layers[1].as_in_keras == "1"


@pytest.mark.parametrize("mode", ["sum", "mul", "ave", "max", "concat", "dot"])
def test_merge_layers_of_keras_1(tmp_path, mode):
    merge = {"name": "merge_1", "mode": mode, "mode_type": "raw", "concat_axis": -1,
             "dot_axes": [[1], [1]], "output_shape": None, "output_shape_type": "raw",
             "output_mask": None, "output_mask_type": "raw", "arguments": {}}  # fmt: skip
    source = {"batch_input_shape": [None, 3], "input_dtype": "float32", "sparse": False}
    inputs = [
        {"class_name": "InputLayer", "name": n, "config": {**source, "name": n},
         "inbound_nodes": []}
        for n in "ab"
    ]  # fmt: skip
    joined = {"class_name": "Merge", "name": "merge_1", "config": merge,
              "inbound_nodes": [[["a", 0, 0], ["b", 0, 0]]]}  # fmt: skip
    config = {"name": "model_1", "layers": [*inputs, joined],
              "input_layers": [["a", 0, 0], ["b", 0, 0]],
              "output_layers": [["merge_1", 0, 0]]}  # fmt: skip
    layers = [("a", []), ("b", []), ("merge_1", [])]
    era.write(tmp_path / "m.h5", {"class_name": "Model", "config": config}, layers, None, None)
    model = load_model(tmp_path / "m.h5", compile=False)
    x, y = SEQUENCES[:, 0], SEQUENCES[:, 1]
    expected = {
        "sum": x + y, "mul": x * y, "ave": (x + y) / 2, "max": np.maximum(x, y),
        "concat": np.concatenate([x, y], axis=1), "dot": (x * y).sum(axis=1, keepdims=True),
    }[mode]  # fmt: skip
    np.testing.assert_allclose(model.predict([x, y]), expected, rtol=1e-5, atol=1e-6)


def test_what_keras_1_merged_and_nobody_does_any_more(tmp_path):
    merge = {"class_name": "Merge", "config": {"name": "merge_1", "mode": "sum", "layers": []}}
    era.write(tmp_path / "m.h5", sequential(merge), [], None, None)
    with pytest.raises(ValueError, match=r"m\.h5.*begins with a Merge"):
        load_model(tmp_path / "m.h5", compile=False)


def test_embedding_and_steps_of_dense_of_keras_1(tmp_path):
    table, kernel, bias = era.arrays((9, 3), (3, 2), (2,))
    config = sequential(
        {"class_name": "Embedding", "config": {
            "name": "embedding_1", "trainable": True, "input_dim": 9, "output_dim": 3,
            "input_length": 5, "init": "uniform", "W_regularizer": None, "W_constraint": None,
            "activity_regularizer": None, "mask_zero": False, "dropout": 0.0,
            "batch_input_shape": [None, 5], "input_dtype": "int32"}},
        {"class_name": "TimeDistributedDense", "config": {
            "name": "timedistributeddense_1", "trainable": True, "output_dim": 2,
            "init": "glorot_uniform", "activation": "linear", "W_regularizer": None,
            "b_regularizer": None, "activity_regularizer": None, "W_constraint": None,
            "b_constraint": None, "bias": True, "input_dim": 3, "input_length": 5}},
    )  # fmt: skip
    layers = [
        ("embedding_1", [("embedding_1_W", table)]),
        ("timedistributeddense_1", [("t_W", kernel), ("t_b", bias)]),
    ]
    era.write(tmp_path / "m.h5", config, layers, None, None)
    model = load_model(tmp_path / "m.h5", compile=False)
    numbers = np.arange(10).reshape(2, 5) % 9
    np.testing.assert_allclose(
        model.predict(numbers), table[numbers] @ kernel + bias, rtol=1e-5, atol=1e-6
    )


# -- Keras 2: Theano, cuDNN, models within models -------------------------------------------------
def convolutions():
    return keras.Sequential(
        [
            keras.Sequential(
                [
                    keras.layers.Conv2D(4, (3, 2), input_shape=(6, 7, 3), name="c"),
                    keras.layers.BatchNormalization(name="n"),
                    keras.layers.Conv2DTranspose(2, 3, name="t"),
                ],
                name="inner",
            ),
            keras.layers.Flatten(name="f"),
        ]
    )


@pytest.mark.parametrize("frozen", [[], ["c"], ["c", "n", "t"]])
def test_kernels_of_theano_in_a_model_within_the_model(tmp_path, frozen):
    model, source = convolutions(), convolutions()
    for name in frozen:
        source.layers[0].get_layer(name).trainable = False
    weights = era.arrays(*[w.shape for w in source.weights])
    source.set_weights([np.abs(w) + 0.5 if w.ndim == 1 else w for w in weights])
    inner = source.layers[0]
    stored = [
        (v.name + ":0", v.numpy()[::-1, ::-1] if v.ndim == 4 else v.numpy())
        for v in inner.trainable_weights + inner.non_trainable_weights
    ]
    era.write(tmp_path / "w.h5", None, [("inner", stored), ("f", [])], backend="theano")
    model.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(model.predict(IMAGES), source.predict(IMAGES))


def cudnn(kind, units=4, features=3, seed=5):
    """Return (arrays as cuDNN has them, those of the ordinary layer), by the facts alone."""
    gates = {"LSTM": 4, "GRU": 3}[kind]
    kernels = era.arrays(*[(features, units)] * gates, seed=seed)
    recurrent = era.arrays(*[(units, units)] * gates, seed=seed + 1)
    biases = era.arrays((gates * units,), (gates * units,), seed=seed + 2)
    ordinary = [np.hstack(kernels), np.hstack(recurrent)]
    ordinary.append(biases[0] + biases[1] if kind == "LSTM" else np.stack(biases))
    stored = [
        # What is (units, features) in memory, given the shape (features, units).
        np.hstack([np.ascontiguousarray(k.T).reshape(k.shape) for k in kernels]),
        np.hstack([k.T for k in recurrent]),
        np.concatenate(biases),
    ]
    return stored, ordinary


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize("place", ["alone", "nested", "both ways", "steps"])
def test_files_of_cudnn_layers(tmp_path, kind, place):
    stored, ordinary = cudnn(kind)
    other_stored, other_ordinary = cudnn(kind, seed=9)
    settings = {"recurrent_activation": "sigmoid"}
    if kind == "GRU":
        settings["reset_after"] = True
    shape = {"input_shape": (2, 5, 3) if place == "steps" else (5, 3)}

    def make(cls, **options):
        layer = getattr(keras.layers, cls)
        if place == "both ways":
            inner = layer(4, **options)
            return keras.Sequential([keras.layers.Bidirectional(inner, name="r", **shape)])
        if place == "nested":
            inside = keras.Sequential([layer(4, **options, **shape)], name="r")
            return keras.Sequential([inside])
        if place == "steps":
            return keras.Sequential([keras.layers.TimeDistributed(layer(4, **options), name="r",
                                                                  **shape)])  # fmt: skip
        return keras.Sequential([layer(4, name="r", **options, **shape)])

    plain, fast = make(kind, **settings), make(f"CuDNN{kind}")
    both = place == "both ways"
    arrays = [*stored, *other_stored] if both else stored
    names = [f"{w}:0" for w in ("kernel", "recurrent_kernel", "bias")]
    listed = [(f"r/part_{i // 3}/{names[i % 3]}", a) for i, a in enumerate(arrays)]
    era.write(tmp_path / "fast.h5", None, [("r", listed)])
    plain.load_weights(tmp_path / "fast.h5")
    fast.load_weights(tmp_path / "fast.h5")
    expected = keras.models.clone_model(plain)
    expected.set_weights([*ordinary, *other_ordinary] if both else ordinary)
    x = np.stack([SEQUENCES, -SEQUENCES], axis=1) if place == "steps" else SEQUENCES
    np.testing.assert_allclose(plain.predict(x), expected.predict(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fast.predict(x), expected.predict(x), rtol=1e-5, atol=1e-6)
    plain.save_weights(tmp_path / "plain.h5")  # and from the ordinary layer to the fast one
    again = make(f"CuDNN{kind}")
    again.load_weights(tmp_path / "plain.h5")
    np.testing.assert_allclose(again.predict(x), expected.predict(x), rtol=1e-5, atol=1e-6)


def test_a_gru_that_resets_before_the_product_takes_no_cudnn_weights(tmp_path):
    stored, _ = cudnn("GRU")
    model = keras.Sequential([keras.layers.GRU(4, input_shape=(5, 3), name="r")])
    names = ("r/kernel:0", "r/recurrent_kernel:0", "r/bias:0")
    era.write(tmp_path / "w.h5", None, [("r", list(zip(names, stored)))])
    with pytest.raises(ValueError, match="set reset_after= accordingly"):
        model.load_weights(tmp_path / "w.h5")


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.0.8", "2.0.8"), ("2.1.5", "2.1.5"), ("2.3.1", "2.3.1"), ("2.15.0", "2.15.0")],
)
def test_batch_normalization_goes_on_as_in_its_era(tmp_path, version, expected):
    config = {"name": "n", "trainable": True, "axis": -1, "momentum": 0.5, "epsilon": 0.001,
              "center": True, "scale": True, "batch_input_shape": [None, 3],
              "dtype": "float32"}  # fmt: skip
    if version == "2.15.0":
        config["axis"] = [1]
    entries = [{"class_name": "BatchNormalization", "config": config}]
    arrays = [np.full(3, value, "float32") for value in (1, 0, 0, 1)]
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    listed = [(f"n/{name}:0", array) for name, array in zip(names, arrays)]
    whole = {"name": "s", "layers": entries} if version > "2.2" else entries
    era.write(
        tmp_path / "m.h5", {"class_name": "Sequential", "config": whole}, [("n", listed)], version
    )
    model = load_model(tmp_path / "m.h5", compile=False)
    assert model.layers[0].as_in_keras == expected
    x = SEQUENCES[:, 0]
    model(x, training=True)
    n = len(x)
    factor = n / (n - 1.001) if version in ("2.1.5", "2.3.1") else 1.0
    variance = 0.5 + 0.5 * x.astype("float64").var(axis=0) * factor
    np.testing.assert_allclose(model.get_weights()[3], variance, rtol=1e-6)
    for name in ("again.h5", "again.keras"):  # and stays so in files of our own
        model.save(tmp_path / name)
        again = load_model(tmp_path / name, compile=False)
        assert again.layers[0].as_in_keras == expected
