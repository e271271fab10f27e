"""`.keras` and `.weights.h5` files: what is in them, older variants, and with damage."""

import io
import json
import stat
import zipfile

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import load_model

X = np.linspace(-1, 1, 24).reshape(6, 4).astype("float32")
Y = np.linspace(0, 1, 18).reshape(6, 3).astype("float32")


def stack():
    return keras.Sequential(
        [
            keras.layers.Dense(5, input_shape=(4,), name="first"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(3),
        ]
    )


def rewrite(path, change, **options):
    """Write an archive anew, its members changed by a function of a dictionary {name: bytes}."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    made = change(members)
    extra = made if isinstance(made, list) else []
    with zipfile.ZipFile(path, "w", options.get("compression", zipfile.ZIP_STORED)) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        for info, content in extra:
            archive.writestr(info, content)


def in_weights(members, change):
    """Change the HDF5 file among the members of an archive."""
    buffer = io.BytesIO(members["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        change(file)
    members["model.weights.h5"] = buffer.getvalue()


def test_the_layout_is_that_of_keras_3(tmp_path):
    model = stack()
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        infos = archive.infolist()
        metadata = json.loads(archive.read("metadata.json"))
        config = json.loads(archive.read("config.json"))
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
            places = []
            file.visititems(lambda name, item: places.append(name))
            assert file["layers/dense/vars"].attrs["name"] == "first"
    assert {i.filename for i in infos} == {"metadata.json", "config.json", "model.weights.h5"}
    assert {i.compress_type for i in infos} == {zipfile.ZIP_STORED}
    assert metadata["keras_version"].startswith("3.")
    assert config["module"] == "keras"
    assert config["config"]["layers"][1]["module"] == "keras.layers"
    assert config["compile_config"]["optimizer"]["class_name"] == "Adam"
    for place in ("layers/dense_1/vars/1", "layers/batch_normalization/vars/3", "optimizer/vars/9"):
        assert place in places


def test_training_goes_on_exactly(tmp_path):
    model = stack()
    model.compile(keras.optimizers.Adam(0.01, decay=0.1), "mse", metrics=["acc"])
    model.fit(X, Y, batch_size=2, shuffle=False, verbose=0)
    model.save(tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras")
    for each in (model, loaded):
        each.fit(X, Y, batch_size=2, epochs=2, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_content_decides_when_reading(tmp_path):
    model = stack()
    model.save(tmp_path / "a.keras")
    model.save(tmp_path / "b.h5")
    (tmp_path / "a.keras").rename(tmp_path / "c.h5")
    (tmp_path / "b.h5").rename(tmp_path / "d.keras")
    for name in ("c.h5", "d.keras"):
        loaded = load_model(tmp_path / name, compile=False)
        np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
        other = stack()
        other.load_weights(tmp_path / name)
        np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_a_packed_archive(tmp_path):
    model = stack()
    model.save(tmp_path / "m.keras")
    rewrite(tmp_path / "m.keras", lambda members: None, compression=zipfile.ZIP_DEFLATED)
    loaded = load_model(tmp_path / "m.keras", compile=False)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_files_of_keras_2_12(tmp_path):
    model = stack()
    model.save(tmp_path / "m.keras")

    def older(members):
        def rename(file):
            file.move("layers", "_layer_checkpoint_dependencies")
            for key in file["_layer_checkpoint_dependencies"]:
                del file["_layer_checkpoint_dependencies"][key]["vars"].attrs["name"]

        in_weights(members, rename)
        metadata = json.loads(members["metadata.json"])
        members["metadata.json"] = json.dumps({**metadata, "keras_version": "2.12.0"})

    rewrite(tmp_path / "m.keras", older)
    loaded = load_model(tmp_path / "m.keras", compile=False)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_more_than_ten_variables_in_a_layer(tmp_path):
    class Many(keras.layers.Layer):
        def build(self, input_shape):
            self.parts = [self.add_weight(f"w{i}", (4,)) for i in range(13)]

        def call(self, inputs):
            total = inputs
            for i, part in enumerate(self.parts):
                total = total + part * float(i)
            return total

    def make():
        return keras.Sequential([keras.layers.InputLayer((4,)), Many()])

    model, other = make(), make()
    model.set_weights([np.full(4, i, "float32") for i in range(13)])
    model.save_weights(tmp_path / "w.weights.h5")
    other.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_subclassed_models_and_lists_of_layers(tmp_path):
    @keras.saving.register_keras_serializable(package="tests")
    class Mine(keras.Model):
        def __init__(self, units=3, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.blocks = [keras.layers.Dense(units), keras.layers.Dense(units)]
            self.head = keras.layers.Dense(2)

        def call(self, inputs):
            for block in self.blocks:
                inputs = block(inputs)
            return self.head(inputs)

        def get_config(self):
            return {"units": self.units, "name": self.name}

    model = Mine()
    expected = model.predict(X)
    model.save_weights(tmp_path / "w.weights.h5")
    with h5py.File(tmp_path / "w.weights.h5") as file:
        assert "blocks/dense_1/vars/0" in file
        assert "head/vars/1" in file
    other = Mine()
    other.predict(X)
    other.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(other.predict(X), expected)
    model.save(tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras", compile=False)
    np.testing.assert_array_equal(loaded.predict(X), expected)


def test_weights_of_another_model_are_refused_and_change_nothing(tmp_path):
    stack().save_weights(tmp_path / "w.weights.h5")
    smaller = keras.Sequential([keras.layers.Dense(5, input_shape=(4,))])
    before = smaller.get_weights()
    with pytest.raises(ValueError, match="has no place"):
        smaller.load_weights(tmp_path / "w.weights.h5")
    wider = keras.Sequential(
        [
            keras.layers.Dense(5, input_shape=(4,)),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(4),
        ]
    )
    first = wider.get_weights()[0]
    with pytest.raises(ValueError, match=r"layers/dense_1.*\(5, 3\).*\(5, 4\)"):
        wider.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(wider.get_weights()[0], first)
    with pytest.warns(UserWarning, match="skipped"):
        wider.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    assert not np.array_equal(wider.get_weights()[0], first)
    np.testing.assert_array_equal(smaller.get_weights()[0], before[0])
    with pytest.raises(ValueError, match="by_name=True works"):
        stack().load_weights(tmp_path / "w.weights.h5", by_name=True)


# -- damage ---------------------------------------------------------------------------------------
def _symlink(members):
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return [(info, "/etc/passwd")]


def _member(name):
    return lambda members: [(zipfile.ZipInfo(name), b"x")]


def _text(name, content):
    return lambda members: members.__setitem__(name, content)


def _weights(change):
    return lambda members: in_weights(members, change)


def _claim(file):
    del file["layers/dense/vars/0"]
    file.create_dataset("layers/dense/vars/0", (2**40, 2**20), "f4", chunks=(64, 64))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_symlink, "a link or a device"),
        (_member("../out"), "leads out of the archive"),
        (_member("/out"), "leads out of the archive"),
        (_member("a\\..\\out"), "leads out of the archive"),
        (_text("config.json", b"{"), "config.json: it is no valid JSON"),
        (_text("config.json", b"\xff"), "config.json: it is no UTF-8 text"),
        (_text("config.json", b"[]"), "no object"),
        (_text("config.json", b'{"class_name": "Sequential", "config": 3}'), "inconsistent|made"),
        (_text("metadata.json", b"{}"), "no keras_version"),
        (lambda m: m.pop("model.weights.h5"), "no such member"),
        (lambda m: m.pop("config.json"), "no such member"),
        (_text("model.weights.h5", b"x" * 100), "no complete HDF5 file"),
        (_text("model.weights.h5", b"\0" * 10_000_000), "claims to hold 10000000 bytes"),
        (_weights(lambda f: f.__delitem__("layers/dense/vars/0")), "holds 1 for it"),
        (_weights(lambda f: f.__delitem__("layers/dense")), "holds 0 for it"),
        (_weights(_claim), r"shape \(1099511627776, 1048576\)"),
        (_weights(lambda f: f.copy("layers/dense", "layers/dense_7")), "has no place"),
    ],
)
def test_hostile_archives_are_refused_with_one_clear_error(tmp_path, change, message):
    path = tmp_path / "m.keras"
    stack().save(path)
    rewrite(path, change)
    with pytest.raises((ValueError, OSError), match=message) as caught:
        load_model(path)
    assert "m.keras" in str(caught.value)


def test_a_bomb_is_refused(tmp_path):
    path = tmp_path / "m.keras"
    stack().save(path)
    rewrite(path, _text("model.weights.h5", b"\0" * 50_000_000), compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 200_000
    with pytest.raises(ValueError, match="claims to hold 50000000 bytes"):
        load_model(path)
    rewrite(path, _text("config.json", b" " * 300_000_000), compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="claims to unpack to 300000000 bytes"):
        load_model(path)


def test_a_config_that_asks_for_more_weights_than_the_file_can_hold(tmp_path):
    path = tmp_path / "m.keras"
    stack().save(path)

    def widen(members):
        config = json.loads(members["config.json"])
        config["config"]["layers"][1]["config"]["units"] = 10**10
        members["config.json"] = json.dumps(config).encode()

    rewrite(path, widen)
    with pytest.raises(ValueError, match="more than the file holds"):
        load_model(path)


def test_a_cut_archive_is_refused(tmp_path):
    path = tmp_path / "m.keras"
    stack().save(path)
    content = path.read_bytes()
    path.write_bytes(content[:-200])
    with pytest.raises(ValueError, match=r"m\.keras"):
        load_model(path)


class Remembering(keras.layers.Layer):
    """Saves something beside its weights, in its own way."""

    def build(self, input_shape):
        self.scale = self.add_weight("scale", (input_shape[-1],), initializer="ones")
        self.seen = 0

    def call(self, inputs):
        return inputs * self.scale

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["seen"] = np.array(self.seen)

    def load_own_variables(self, store):
        self.seen = int(store.pop("seen"))
        super().load_own_variables(store)


@pytest.mark.parametrize("name", ["m.keras", "w.weights.h5"])
def test_layers_may_save_their_variables_in_their_own_way(tmp_path, name):
    def make():
        return keras.Sequential([keras.Input((3,)), Remembering(), keras.layers.Dense(2)])

    model, path = make(), str(tmp_path / name)
    model.layers[0].seen = 7
    model.layers[0].set_weights([np.array([1.0, 2, 3])])
    if name == "m.keras":
        model.save(path)
        other = load_model(path, custom_objects={"Remembering": Remembering})
    else:
        model.save_weights(path)
        other = make()
        other.load_weights(path)
    assert other.layers[0].seen == 7
    for a, b in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_variables_of_a_layer_as_a_dictionary():
    layer, other = keras.layers.Dense(2), keras.layers.Dense(2)
    layer.build((None, 3))
    other.build((None, 3))
    store = {}
    layer.save_own_variables(store)
    assert {key: array.shape for key, array in store.items()} == {"0": (3, 2), "1": (2,)}
    other.load_own_variables(store)
    np.testing.assert_array_equal(other.get_weights()[0], layer.get_weights()[0])
    with pytest.raises(ValueError, match="has 2 weights, but set_weights got 1 arrays"):
        other.load_own_variables({"0": store["0"]})


class OwnCompile(keras.Model):
    """Has an argument of compile() of its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)

    def get_config(self):
        return {}

    def compile(self, factor=1, **settings):
        super().compile(**settings)
        self.factor = factor

    def get_compile_config(self):
        optimizer = keras.saving.serialize_keras_object(self.optimizer)
        return {"factor": self.factor, "optimizer": optimizer}

    def compile_from_config(self, config):
        optimizer = keras.saving.deserialize_keras_object(config["optimizer"])
        self.compile(factor=config["factor"], optimizer=optimizer, loss="mse")


def test_models_may_describe_their_compilation_in_their_own_way(tmp_path):
    model, path = OwnCompile(), str(tmp_path / "m.keras")
    model.compile(factor=7, optimizer=keras.optimizers.SGD(0.25, momentum=0.9), loss="mse")
    x = np.ones((4, 3), "float32")
    model.fit(x, x[:, :1], verbose=0)
    model.save(path)
    other = load_model(path, custom_objects={"OwnCompile": OwnCompile})
    assert other.factor == 7
    assert other.optimizer.lr == 0.25
    for each in (model, other):
        each.fit(x, x[:, :1], verbose=0)
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
