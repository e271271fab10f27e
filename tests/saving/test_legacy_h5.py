"""Legacy HDF5 files: written and read back, of every era, and with damage."""

import gc
import json
import os

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import load_model, load_weights, save_model, save_weights
from minikeras.saving.broken import BrokenFileError

from . import era

X = np.linspace(-1, 1, 24).reshape(6, 4).astype("float32")
Y = np.linspace(0, 1, 18).reshape(6, 3).astype("float32")


def stack(**compile_arguments):
    model = keras.Sequential(
        [
            keras.layers.Dense(5, input_shape=(4,), activation="hard_sigmoid"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(3, kernel_regularizer="l2"),
        ]
    )
    if compile_arguments:
        model.compile(**compile_arguments)
    return model


# -- round trips ----------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", ["h5", "hdf5"])
@pytest.mark.parametrize(
    "optimizer",
    [
        keras.optimizers.SGD(0.1, momentum=0.9, decay=0.01, nesterov=True),
        "adam",
        "rmsprop",
        "nadam",
        keras.optimizers.Adam(clipnorm=0.1, amsgrad=True),
        keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 5, 0.5)),
    ],
    ids=lambda o: o if isinstance(o, str) else type(o).__name__,
)
def test_training_goes_on_as_if_nothing_had_happened(tmp_path, optimizer, suffix):
    if not isinstance(optimizer, str):
        optimizer = type(optimizer).from_config(optimizer.get_config())
    model = stack(optimizer=optimizer, loss="mse", metrics=["acc"])
    model.fit(X, Y, epochs=2, batch_size=2, shuffle=False, verbose=0)
    save_model(model, tmp_path / f"m.{suffix}")
    loaded = load_model(tmp_path / f"m.{suffix}")
    np.testing.assert_array_equal(model.predict(X), loaded.predict(X))
    assert loaded.metrics_names == model.metrics_names
    for each in (model, loaded):
        each.fit(X, Y, epochs=3, batch_size=2, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_many_inputs_shared_and_nested_layers_and_several_outputs(tmp_path):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = keras.layers.Dense(3, name="shared")
    inner_input = keras.Input((3,))
    inner = keras.Model(inner_input, keras.layers.Dense(2, name="deep")(inner_input), name="inner")
    stacked = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))], name="stacked")
    left, right = shared(a), shared(b)
    joined = keras.layers.concatenate([inner(left), inner(right), stacked(left)])
    model = keras.Model([a, b], [joined, right])
    model.compile("adam", ["mse", "mae"], loss_weights=[1.0, 0.5])
    model.save(tmp_path / "m.h5")
    loaded = load_model(tmp_path / "m.h5")
    for one, other in zip(model.predict([X, -X]), loaded.predict([X, -X]), strict=True):
        np.testing.assert_array_equal(one, other)
    assert loaded.loss_weights == [1.0, 0.5]
    assert loaded.get_layer("inner").get_layer("deep").units == 2


def test_frozen_layers_load_into_free_ones_and_back(tmp_path):
    def nested(frozen):
        inner = keras.Sequential(
            [
                keras.layers.Dense(3, input_shape=(4,), name="d1"),
                keras.layers.BatchNormalization(name="bn"),
                keras.layers.Dense(3, name="d2"),
            ],
            name="inner",
        )
        for name in frozen:
            inner.get_layer(name).trainable = False
        return keras.Sequential([inner, keras.layers.Dense(2, name="head")])

    for frozen in (["d1"], ["bn"], ["d1", "bn", "d2"], ["d2"]):
        saved, free = nested(frozen), nested([])
        free_predictions = free.predict(X)
        save_weights(saved, tmp_path / "frozen.h5")
        save_weights(free, tmp_path / "free.h5")
        load_weights(free, tmp_path / "frozen.h5")
        np.testing.assert_array_equal(saved.predict(X), free.predict(X))
        load_weights(saved, tmp_path / "free.h5")
        np.testing.assert_array_equal(saved.predict(X), free_predictions)


def test_custom_layers_functions_and_losses(tmp_path):
    class Scaled(keras.layers.Layer):
        def __init__(self, factor=1.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor

    def bend(x):
        return keras.ops.square(x)

    def gap(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)

    model = keras.Sequential(
        [keras.layers.Dense(3, activation=bend, input_shape=(4,)), Scaled(factor=2.0)]
    )
    model.compile("sgd", gap)
    model.save(tmp_path / "m.h5")
    mine = {"Scaled": Scaled, "bend": bend, "gap": gap}
    loaded = load_model(tmp_path / "m.h5", custom_objects=mine)
    np.testing.assert_array_equal(model.predict(X), loaded.predict(X))
    assert loaded.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    with keras.saving.custom_object_scope(mine):
        load_model(tmp_path / "m.h5")
    for left, hint in {
        "Scaled": "the model in it cannot be made.*'Scaled'.*custom_objects={'Scaled': Scaled}",
        "bend": "the model in it cannot be made.*'bend'.*custom_objects={'bend': bend}",
        "gap": "the model cannot be compiled.*'gap'.*custom_objects={name: .*compile=False",
    }.items():
        known = {name: thing for name, thing in mine.items() if name != left}
        with pytest.raises(ValueError, match=rf"m\.h5: {hint}"):
            load_model(tmp_path / "m.h5", custom_objects=known)


def test_very_long_lists_of_names(tmp_path):
    size = 900
    layers = [
        keras.layers.Activation("linear", name="n" * 80 + str(i).zfill(4)) for i in range(size)
    ]
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,)), *layers])
    save_weights(model, tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5") as file:
        assert "layer_names" not in file.attrs
        assert "layer_names1" in file.attrs
    before = model.get_weights()
    model.set_weights([w + 1 for w in before])
    load_weights(model, tmp_path / "w.h5")
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


# -- by name --------------------------------------------------------------------------------------
def test_by_name_takes_what_has_the_same_name(tmp_path):
    def make(*names):
        layers = [keras.layers.Dense(4, name=name) for name in names]
        return keras.Sequential([keras.layers.InputLayer((4,)), *layers])

    source, target = make("a", "b", "c"), make("x", "c", "a")
    before = target.get_layer("x").get_weights()
    source.save_weights(tmp_path / "w.h5")
    target.load_weights(tmp_path / "w.h5", by_name=True)
    for name in "ac":
        np.testing.assert_array_equal(
            source.get_layer(name).get_weights()[0], target.get_layer(name).get_weights()[0]
        )
    np.testing.assert_array_equal(before[0], target.get_layer("x").get_weights()[0])


def test_mismatches_are_errors_or_skipped_and_change_nothing(tmp_path):
    def make(units):
        return keras.Sequential(
            [
                keras.layers.Dense(3, input_shape=(4,), name="a"),
                keras.layers.Dense(units, name="b"),
            ]
        )

    make(2).save_weights(tmp_path / "w.h5")
    target = make(5)
    before = target.get_weights()
    for by_name in (False, True):
        with pytest.raises(ValueError, match=r"w\.h5: layer 'b'.*\(3, 2\).*\(3, 5\)"):
            target.load_weights(tmp_path / "w.h5", by_name=by_name)
        for one, other in zip(before, target.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    with pytest.warns(UserWarning, match="skipped"):
        target.load_weights(tmp_path / "w.h5", by_name=True, skip_mismatch=True)
    assert not np.array_equal(before[0], target.get_weights()[0])
    np.testing.assert_array_equal(before[2], target.get_weights()[2])
    with pytest.raises(ValueError, match="2 layers, but the model .* has 1"):
        make(2).layers  # noqa: B018
        keras.Sequential([keras.layers.Dense(3, input_shape=(4,))]).load_weights(tmp_path / "w.h5")


def test_weights_of_a_whole_model_file(tmp_path):
    model, other = stack(), stack()
    model.save(tmp_path / "m.h5")
    other.load_weights(tmp_path / "m.h5")
    np.testing.assert_array_equal(model.predict(X), other.predict(X))


# -- the documents' era ---------------------------------------------------------------------------
def test_a_sequential_file_of_2_1_5(tmp_path):
    k1, b1, k2, b2 = era.arrays((4, 5), (5,), (5, 3), (3,))
    config = {
        "class_name": "Sequential",
        "config": [era.dense("dense_1", 5, "hard_sigmoid", (4,)), era.dense("dense_2", 3)],
    }
    memory = [np.int64(7), *era.arrays((4, 5), (5,), (5, 3), (3,), seed=1)]
    memory += [np.abs(a) for a in era.arrays((4, 5), (5,), (5, 3), (3,), seed=2)]
    memory += [np.zeros(1, "float32")] * 4
    training = {
        "optimizer_config": {
            "class_name": "Adam",
            "config": {
                "lr": 0.02,
                "beta_1": 0.9,
                "beta_2": 0.999,
                "decay": 0.1,
                "epsilon": 1e-7,
                "amsgrad": False,
            },
        },
        "loss": "mean_squared_error",
        "metrics": ["acc"],
        "sample_weight_mode": None,
        "loss_weights": None,
    }
    weights = [
        ("dense_1", [("dense_1/kernel:0", k1), ("dense_1/bias:0", b1)]),
        ("dense_2", [("dense_2/kernel:0", k2), ("dense_2/bias:0", b2)]),
    ]
    era.write(tmp_path / "m.h5", config, weights, training=training, memory=memory)
    model = load_model(tmp_path / "m.h5")
    expected = era.hard_sigmoid(X @ k1 + b1) @ k2 + b2
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-6)

    # One step by hand: Adam of Keras 2.1.5, with its decay.
    hidden = era.hard_sigmoid(X @ k1 + b1)
    grad = hidden.T @ (expected - Y) * (2 / Y.size)
    t, m, v = 8, memory[3], memory[7]
    rate = 0.02 / (1 + 0.1 * 7) * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    model.train_on_batch(X, Y)
    np.testing.assert_allclose(
        model.get_weights()[2], k2 - rate * m / (np.sqrt(v) + 1e-7), rtol=1e-4, atol=1e-6
    )


def test_a_functional_file_of_2_1_5_with_a_shared_layer(tmp_path):
    kernel, bias = era.arrays((4, 3), (3,))
    source = {"dtype": "float32", "sparse": False, "batch_input_shape": [None, 4]}
    config = {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": [
                {
                    "name": name,
                    "class_name": "InputLayer",
                    "config": {**source, "name": name},
                    "inbound_nodes": [],
                }
                for name in ("a", "b")
            ]
            + [
                {
                    "name": "d",
                    **era.dense("d", 3),
                    "inbound_nodes": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]],
                },
                {
                    "name": "add_1",
                    "class_name": "Add",
                    "config": {"name": "add_1", "trainable": True},
                    "inbound_nodes": [[["d", 0, 0, {}], ["d", 1, 0, {}]]],
                },
            ],
            "input_layers": [["a", 0, 0], ["b", 0, 0]],
            "output_layers": [["add_1", 0, 0]],
        },
    }
    weights = [("a", []), ("b", []), ("d", [("d/kernel:0", kernel), ("d/bias:0", bias)])]
    era.write(tmp_path / "m.h5", config, [*weights, ("add_1", [])])
    model = load_model(tmp_path / "m.h5", compile=False)
    expected = (X @ kernel + bias) + (-2 * X @ kernel + bias)
    np.testing.assert_allclose(model.predict([X, -2 * X]), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("backend", ["tensorflow", "theano", None])
def test_theano_kernels_are_flipped(tmp_path, backend):
    kernel, bias = era.arrays((3, 2, 1, 4), (4,))
    model = keras.Sequential([keras.layers.Conv2D(4, (3, 2), input_shape=(5, 5, 1), name="c")])
    era.write(
        tmp_path / "w.h5",
        None,
        [("c", [("c/kernel:0", kernel), ("c/bias:0", bias)])],
        backend=backend,
    )
    model.load_weights(tmp_path / "w.h5")
    expected = kernel[::-1, ::-1] if backend == "theano" else kernel
    np.testing.assert_array_equal(model.get_weights()[0], expected)


def test_layouts_of_keras_1(tmp_path):
    (kernel,), (bias,) = era.arrays((6, 3, 5, 4)), era.arrays((6,))  # filters, channels, rows, cols
    layer = keras.layers.Conv2D(
        6, (5, 4), input_shape=(3, 8, 8), data_format="channels_first", name="c"
    )
    model = keras.Sequential([layer])
    era.write(
        tmp_path / "w.h5",
        None,
        [("c", [("c_W", kernel), ("c_b", bias)])],
        version=None,
        backend=None,
    )
    model.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(model.get_weights()[0], kernel.transpose(2, 3, 1, 0))


def test_a_sequential_file_of_keras_1(tmp_path):
    kernel, bias = era.arrays((4, 3), (3,))
    config = {
        "class_name": "Sequential",
        "config": [
            {
                "class_name": "Dense",
                "config": {
                    "name": "dense_1", "trainable": True, "output_dim": 3, "init": "glorot_uniform",
                    "activation": "tanh", "bias": True, "W_regularizer": None,
                    "b_regularizer": None, "activity_regularizer": None, "W_constraint": None,
                    "b_constraint": None, "input_dim": 4, "batch_input_shape": [None, 4],
                    "input_dtype": "float32",
                },
            }
        ],
    }  # fmt: skip
    weights = [("dense_1", [("dense_1_W", kernel), ("dense_1_b", bias)])]
    era.write(tmp_path / "m.h5", config, weights, version=None, backend=None)
    model = load_model(tmp_path / "m.h5", compile=False)
    np.testing.assert_allclose(model.predict(X), np.tanh(X @ kernel + bias), rtol=1e-5, atol=1e-6)


def test_hard_sigmoid_is_that_of_the_version(tmp_path):
    for version, function in (
        ("2.1.5", era.hard_sigmoid),
        ("3.0.0", lambda x: np.clip(x + 3, 0, 6) / 6),
    ):
        config = {
            "class_name": "Sequential",
            "config": {"name": "s", "layers": [era.dense("d", 3, "hard_sigmoid", (4,))]},
        }
        kernel, bias = era.arrays((4, 3), (3,))
        weights = [("d", [("d/kernel:0", kernel), ("d/bias:0", bias)])]
        era.write(tmp_path / "m.h5", config, weights, version=version)
        model = load_model(tmp_path / "m.h5", compile=False)
        expected = function(X @ kernel + bias)
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-6)


# -- damage ---------------------------------------------------------------------------------------
def test_not_model_files(tmp_path):
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(FileNotFoundError, match="no file"):
        load_model(tmp_path / "none.h5")
    with pytest.raises(ValueError, match="neither"):
        load_model(tmp_path / "text.h5")
    with pytest.raises(IsADirectoryError):
        load_model(tmp_path)
    stack().save_weights(tmp_path / "w.h5")
    with pytest.raises(ValueError, match="weights alone"):
        load_model(tmp_path / "w.h5")


def damage(path, change):
    model = stack()
    model.save(path)
    with h5py.File(path, "r+") as file:
        change(file)


def _soft(file):
    del file["model_weights/dense"]
    file["model_weights/dense"] = h5py.SoftLink("/model_weights/other")


def _swap(new):
    def change(file):
        names = file["model_weights"].attrs["layer_names"]
        layer = file["model_weights"][names[0]]
        name = layer.attrs["weight_names"][0].decode()
        del layer[name]
        new(layer, name)

    return change


def _external_link(layer, name):
    layer[name] = h5py.ExternalLink("/etc/passwd", "/")


def _external_data(layer, name):
    layer.create_dataset(name, (4, 5), "f4", external=[("other.bin", 0, 80)])


def _virtual(layer, name):
    layout = h5py.VirtualLayout((4, 5), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "data", (4, 5))
    layer.create_virtual_dataset(name, layout)


def _huge(layer, name):
    layer.create_dataset(name, (2**40, 2**10), "f4", chunks=(2**10, 2**10))


def _objects(layer, name):
    layer.create_dataset(name, (4, 5), h5py.string_dtype())


def _group(layer, name):
    layer.create_group(name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_swap(_external_link), "is a link to another place or file"),
        (_swap(lambda layer, name: layer.update({name: h5py.SoftLink("/x")})
               if hasattr(layer, "update") else None), "link|no such dataset"),
        (_swap(_external_data), "data lie in another file"),
        (_swap(_virtual), "put together from other datasets"),
        (_swap(_huge), r"shape \(1099511627776, 1024\)"),
        (_swap(_objects), "array of numbers was expected"),
        (_swap(_group), "a dataset was expected"),
        (_swap(lambda layer, name: None), "no such dataset"),
        (lambda f: f.attrs.__setitem__("model_config", b"{bad"), "no valid JSON"),
        (lambda f: f.attrs.__setitem__("model_config", b"[1]"), "no object"),
        (lambda f: f.attrs.__setitem__("model_config", b"\xff\xfe"), "no UTF-8"),
        (lambda f: f.attrs.__setitem__("model_config", 3.0), "a text was expected"),
        (lambda f: f.attrs.__setitem__("model_config", "[" * 5000 + "]" * 5000), "JSON"),
        (lambda f: f.__delitem__("model_weights"), "no such group"),
        (lambda f: f["model_weights"].attrs.__delitem__("layer_names"), "no list of layer_names"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_with_one_clear_error(tmp_path, change, message):
    path = tmp_path / "m.h5"
    damage(path, change)
    with pytest.raises((ValueError, OSError), match=message) as caught:
        load_model(path)
    assert "m.h5" in str(caught.value)


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "m.h5"
    stack().save(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(BrokenFileError, match=r"m\.h5: it is no complete HDF5 file"):
        load_model(path)


@pytest.mark.parametrize("name", ["m.h5", "m.keras"])
def test_code_is_run_only_where_it_is_allowed(tmp_path, name):
    def save():
        model = keras.Sequential([keras.layers.Lambda(lambda x: x * 3, input_shape=(4,))])
        model.save(tmp_path / name)

    save()
    gc.collect()  # a function that this program still has needs no code from the file
    with pytest.raises(ValueError, match="safe_mode=False"):
        load_model(tmp_path / name, compile=False)
    loaded = load_model(tmp_path / name, compile=False, safe_mode=False)
    np.testing.assert_array_equal(loaded.predict(X), X * 3)


def test_a_missing_compile_config_is_told(tmp_path):
    stack().save(tmp_path / "m.h5")
    with pytest.warns(UserWarning, match="not compiled"):
        assert not load_model(tmp_path / "m.h5").compiled


def test_what_keras_2_reads_of_the_config(tmp_path):
    stack().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        config = json.loads(file.attrs["model_config"])
    assert config["class_name"] == "Sequential"
    assert config["config"]["layers"][0]["config"]["batch_input_shape"] == [None, 4]


@pytest.mark.parametrize("name", ["m", "m.hdf", "m.model", "m.hd5", "m.h5.best"])
def test_any_other_suffix_is_hdf5_as_in_keras_2(tmp_path, name):
    model = stack()
    x = np.ones((2, 4), "float32")
    expected = model.predict(x)
    model.save(tmp_path / name)
    assert h5py.is_hdf5(tmp_path / name)
    loaded = load_model(tmp_path / name, compile=False)
    np.testing.assert_allclose(loaded.predict(x), expected, rtol=1e-6)
    model.save_weights(tmp_path / ("weights_" + name))
    other = stack()
    other.load_weights(tmp_path / ("weights_" + name))
    for one, two in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("name", "zipped", "message"),
    [
        ("m.keras", False, "not written as folders"),
        ("m.keras", "yes", "zipped='yes'"),
        ("m.h5", True, "belongs to '.keras' files"),
    ],
)
def test_only_archives_are_zipped(tmp_path, name, zipped, message):
    with pytest.raises(ValueError, match=message):
        stack().save(tmp_path / name, zipped=zipped)
    assert not list(tmp_path.iterdir())


def test_paths_of_bytes(tmp_path):
    model = stack()
    path = os.fsencode(tmp_path / "m.keras")
    model.save(path, zipped=True)
    same = load_model(path)
    np.testing.assert_array_equal(same.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("optimizer", [5, {"class_name": ["Adam"], "config": {}}, {"config": {}}])
def test_an_optimizer_that_is_none(tmp_path, optimizer):
    path = tmp_path / "m.h5"
    model = stack()
    model.compile("adam", "mse")
    model.save(path)
    with h5py.File(path, "r+") as file:
        del file.attrs["minikeras_training_config"]
        file.attrs["training_config"] = json.dumps({"optimizer_config": optimizer, "loss": "mse"})
    with pytest.raises(ValueError, match=r"m\.h5.*its optimizer is no object with 'class_name'"):
        load_model(path)


def test_suffixes_and_overwriting(tmp_path):
    model = stack()
    with pytest.raises(ValueError, match="weights alone"):
        model.save(tmp_path / "m.weights.h5")
    with pytest.raises(ValueError, match="suffix.*whole model"):
        model.save_weights(tmp_path / "w.keras")
    model.save(tmp_path / "m.h5")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        model.save(tmp_path / "m.h5", overwrite=False)
