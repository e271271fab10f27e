"""ModelCheckpoint: when it saves, where, what it says, and that the files can be loaded."""

import os

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.callbacks import LambdaCallback, ModelCheckpoint
from tests.callbacks.fakes import FakeModel, train


class Saving(FakeModel):
    """Notes what is saved where, and writes the epoch's loss into the file."""

    def __init__(self):
        super().__init__()
        self.saved = []

    def save(self, path, overwrite=True):
        self._note("model", path)

    def save_weights(self, path, overwrite=True):
        self._note("weights", path)

    def _note(self, what, path):
        self.saved.append((what, os.path.basename(path)))
        with open(path, "w") as file:
            file.write(what)


def run(checkpoint, epochs, **settings):
    model, _ = train([checkpoint], epochs, Saving(), **settings)
    return model.saved


LOSSES = [{"loss": x, "val_loss": x, "acc": 1 - x} for x in (0.5, 0.7, 0.25)]


def test_every_epoch_under_its_own_name(tmp_path, capsys):
    pattern = str(tmp_path / "weights.{epoch:02d}-{val_loss:.2f}.hdf5")
    saved = run(ModelCheckpoint(pattern, verbose=1), LOSSES)
    names = ["weights.01-0.50.hdf5", "weights.02-0.70.hdf5", "weights.03-0.25.hdf5"]
    assert saved == [("model", name) for name in names]
    lines = [f"\nEpoch 0000{i + 1}: saving model to {tmp_path / n}" for i, n in enumerate(names)]
    assert capsys.readouterr().out == "\n".join(lines) + "\n"


def test_only_the_best(tmp_path, capsys):
    path = str(tmp_path / "best.h5")
    checkpoint = ModelCheckpoint(path, verbose=1, save_best_only=True)
    assert len(run(checkpoint, LOSSES)) == 2
    assert checkpoint.best == 0.25
    assert capsys.readouterr().out == (
        f"\nEpoch 00001: val_loss improved from inf to 0.50000, saving model to {path}\n"
        "\nEpoch 00002: val_loss did not improve\n"
        f"\nEpoch 00003: val_loss improved from 0.50000 to 0.25000, saving model to {path}\n"
    )


@pytest.mark.parametrize(
    ("settings", "saves"),
    [
        ({"monitor": "acc"}, 2),
        ({"monitor": "accuracy"}, 2),
        ({"monitor": "acc", "mode": "min"}, 2),
        ({"monitor": "val_loss", "mode": "max"}, 2),
        ({"monitor": "loss", "initial_value_threshold": 0.3}, 1),
        ({"monitor": "loss", "initial_value_threshold": 0.1}, 0),
    ],
)
def test_what_is_best(tmp_path, settings, saves):
    checkpoint = ModelCheckpoint(str(tmp_path / "b.h5"), save_best_only=True, **settings)
    assert len(run(checkpoint, LOSSES)) == saves


@pytest.mark.parametrize("name", ["{val_acc:.1f}.h5", "{val_accuracy:.1f}.h5"])
@pytest.mark.parametrize("logged", ["val_acc", "val_accuracy"])
def test_names_in_either_spelling(tmp_path, name, logged):
    assert run(ModelCheckpoint(str(tmp_path / name)), [{logged: 0.75}]) == [("model", "0.8.h5")]


def test_period(tmp_path):
    checkpoint = ModelCheckpoint(str(tmp_path / "{epoch}.h5"), period=2)
    saved = run(checkpoint, [{"loss": 1.0}] * 5, initial_epoch=3)
    assert [name for _, name in saved] == ["5.h5", "7.h5"]


def test_batches_are_counted_across_epochs(tmp_path):
    checkpoint = ModelCheckpoint(str(tmp_path / "{epoch}-{batch}-{loss:.0f}.h5"), save_freq=2)
    epochs = [{"loss": 0.0, "batches": [{"loss": float(i)} for i in range(3)]}] * 2
    saved = run(checkpoint, epochs)
    assert [name for _, name in saved] == ["1-2-1.h5", "2-1-0.h5", "2-3-2.h5"]


def test_weights_only(tmp_path):
    checkpoint = ModelCheckpoint(str(tmp_path / "w.h5"), save_weights_only=True)
    assert run(checkpoint, LOSSES[:1]) == [("weights", "w.h5")]


@pytest.mark.parametrize("weights_only", [False, True])
@pytest.mark.parametrize("name", ["model", "best.ckpt", "a.keras", "a.weights.h5", "b.hdf5"])
def test_any_suffix(tmp_path, name, weights_only):
    path = tmp_path / "deep" / name
    run(ModelCheckpoint(str(path), save_weights_only=weights_only), LOSSES)
    assert path.read_text() == ("weights" if weights_only else "model")
    assert os.listdir(path.parent) == [name]


def test_a_path_object(tmp_path):
    run(ModelCheckpoint(tmp_path / "m.h5"), LOSSES)
    assert (tmp_path / "m.h5").exists()


def test_what_is_watched_is_missing(tmp_path):
    checkpoint = ModelCheckpoint(str(tmp_path / "m.h5"), save_best_only=True)
    with pytest.warns(RuntimeWarning, match="'val_loss', which is not in.*Nothing is validated"):
        assert run(checkpoint, [{"loss": 1.0}]) == []


def test_a_field_that_is_not_in_the_logs(tmp_path):
    with pytest.raises(ValueError, match="no 'val_los' in these logs.*hold: loss, epoch"):
        run(ModelCheckpoint(str(tmp_path / "{val_los:.2f}.h5")), [{"loss": 1.0}])
    with pytest.raises(ValueError, match="cannot be filled in"):
        run(ModelCheckpoint(str(tmp_path / "{epoch:02d-{loss:.2f}}.h5")), [{"loss": 1.0}])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"save_freq": "batch"}, ValueError, "'epoch' or a whole number"),
        ({"save_freq": 0}, ValueError, "not 0"),
        ({"period": 0}, ValueError, "period"),
        ({"period": 2, "save_freq": 5}, TypeError, "give one of them"),
        ({"monitor": None}, TypeError, "monitor is the name of a quantity"),
        ({"initial_value_threshold": "a"}, ValueError, "a number or None"),
    ],
)
def test_wrong_arguments(settings, error, message):
    with pytest.raises(error, match=message):
        ModelCheckpoint("m.h5", **settings)


# ---------------------------------------------------------------------------------------------
# With real models and files
# ---------------------------------------------------------------------------------------------
X = np.random.RandomState(0).randn(20, 3).astype("float32")


def make_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["acc"])
    return model


@pytest.mark.parametrize("name", ["{epoch}.keras", "{epoch}.h5", "{epoch}", "{epoch}.weights.h5"])
def test_what_was_saved_trains_on_as_if_never_interrupted(tmp_path, name):
    model = make_model()
    settings = {"shuffle": False, "verbose": 0, "batch_size": 5}
    model.fit(X, X[:, :1], epochs=3, callbacks=[ModelCheckpoint(tmp_path / name)], **settings)
    loaded = keras.saving.load_model(tmp_path / name.format(epoch=2))
    loaded.fit(X, X[:, :1], epochs=3, initial_epoch=2, **settings)
    for ours, theirs in zip(loaded.get_weights(), model.get_weights()):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["w.weights.h5", "w.h5", "w.hdf5", "w", "w.keras"])
def test_weights_go_back_into_a_model(tmp_path, name):
    model = make_model()
    checkpoint = ModelCheckpoint(tmp_path / name, save_weights_only=True)
    model.fit(X, X[:, :1], epochs=2, verbose=0, callbacks=[checkpoint])
    other = make_model()
    other.load_weights(tmp_path / name)
    for ours, theirs in zip(other.get_weights(), model.get_weights()):
        assert np.array_equal(ours, theirs)


def test_the_best_of_a_training(tmp_path):
    model = make_model()
    path = tmp_path / "best-{epoch:02d}-{val_accuracy:.2f}.h5"
    losses = []
    watch = LambdaCallback(on_epoch_end=lambda epoch, logs: losses.append(logs["val_loss"]))
    model.fit(
        X,
        X[:, :1],
        epochs=4,
        verbose=0,
        validation_split=0.5,
        callbacks=[ModelCheckpoint(path, save_best_only=True), watch],
    )
    better = sum(loss < min([*losses[:i], np.inf]) for i, loss in enumerate(losses))
    assert len(os.listdir(tmp_path)) == better
