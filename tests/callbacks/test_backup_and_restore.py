"""A training that was broken off ends, when it is resumed, with the bits of an undisturbed one."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks, layers
from minikeras.utils.plain_file import read_plain

SCRIPT = Path(__file__).with_name("resumable.py")


class CrashError(Exception):
    pass


class CrashAt(callbacks.Callback):
    """Raises at the n-th moment of a kind, counted over the whole training."""

    def __init__(self, moment, number):
        super().__init__()
        self.left = number
        setattr(self, f"on_{moment}", self._count)

    def _count(self, *args, **kwargs):
        self.left -= 1
        if self.left == 0:
            raise CrashError


RANDOM = np.random.RandomState(0)
X = RANDOM.randn(70, 4).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 0).astype("float32")


def make_model(seed=5, optimizer=None):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            layers.Dense(6, activation="tanh", input_shape=(4,)),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dropout(0.3, seed=7),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer or keras.optimizers.Adam(0.02),
        "binary_crossentropy",
        metrics=["acc", keras.metrics.AUC(name="auc")],
    )
    return model


def watchers():
    return [
        callbacks.ReduceLROnPlateau("loss", factor=0.7, patience=0, min_delta=0.05),
        callbacks.EarlyStopping("loss", patience=20, restore_best_weights=True),
    ]


def train(folder, *more, data=(X, Y), model=None, freq="epoch", before=None, **settings):
    """Return all arrays and the history of a training, backed up where there is a folder."""
    model = model or make_model()
    if before is not None:
        before()
    backup = [callbacks.BackupAndRestore(folder, freq)] if folder else []
    history = model.fit(
        *data, epochs=4, verbose=0, callbacks=[*backup, *watchers(), *more], **settings
    )
    return model.get_weights() + model.optimizer.get_weights(), history.history


def assert_same(result, expected):
    assert result[1] == expected[1]
    assert len(result[0]) == len(expected[0])
    for ours, theirs in zip(result[0], expected[0]):
        assert ours.tobytes() == theirs.tobytes()


ARRAYS = {"batch_size": 16, "validation_split": 0.2}
WAYS = {
    "rows shuffled": ARRAYS,
    "batches shuffled": {**ARRAYS, "shuffle": "batch"},
    "in order": {**ARRAYS, "shuffle": False},
    "epochs that end within a pass": {**ARRAYS, "steps_per_epoch": 3},
    "more than a pass an epoch": {**ARRAYS, "steps_per_epoch": 5},
}


@pytest.mark.parametrize("freq", ["epoch", 1, 3])
@pytest.mark.parametrize("way", WAYS)
def test_arrays(tmp_path, way, freq):
    expected = train(None, **WAYS[way])
    for number in (1, 4, 5, 9):
        with pytest.raises(CrashError):
            train(tmp_path / "b", CrashAt("batch_end", number), freq=freq, **WAYS[way])
        assert_same(train(tmp_path / "b", freq=freq, **WAYS[way]), expected)
        assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("moment", ["epoch_begin", "epoch_end", "test_begin", "test_end"])
def test_a_crash_at_any_moment(tmp_path, moment):
    expected = train(None, **ARRAYS)
    for freq in ("epoch", 1):
        with pytest.raises(CrashError):
            train(tmp_path / "b", CrashAt(moment, 3), freq=freq, **ARRAYS)
        assert_same(train(tmp_path / "b", freq=freq, **ARRAYS), expected)


def test_crash_after_crash(tmp_path):
    expected = train(None, **ARRAYS)
    crashes = 0
    while True:
        try:
            result = train(tmp_path / "b", CrashAt("batch_begin", 3), freq=2, **ARRAYS)
        except CrashError:
            crashes += 1
        else:
            break
    assert crashes == 7  # two of the sixteen batches a time; the last two end it
    assert_same(result, expected)


def test_the_same_model_may_be_fitted_again(tmp_path):
    expected = train(None, **ARRAYS)
    model = make_model()
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 6), model=model, freq=2, **ARRAYS)
    assert_same(train(tmp_path, model=model, freq=2, **ARRAYS), expected)


def test_numpys_seed_rules_where_ours_was_not_set(tmp_path, monkeypatch):
    monkeypatch.setattr(keras.config, "_root_seed", None)

    def model():
        made = make_model()
        keras.config._root_seed = None
        return made

    seeded = {"before": lambda: np.random.seed(3), "freq": 2, **ARRAYS}
    expected = train(None, model=model(), **seeded)
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 7), model=model(), **seeded)
    other = {**seeded, "before": lambda: np.random.seed(99)}
    assert_same(train(tmp_path, model=model(), **other), expected)


class Numbered(keras.utils.Sequence):
    """Batches by number, with noise from NumPy's generator when it is asked for in this thread."""

    def __len__(self):
        return 5

    def __getitem__(self, index):
        rows = slice(index * 14, index * 14 + 14)
        return X[rows], Y[rows]


class SelfShuffling(Numbered):
    """Shuffles itself between epochs, and tells what it has become."""

    def __init__(self):
        super().__init__()
        self.order = np.arange(5)

    def __getitem__(self, index):
        return super().__getitem__(int(self.order[index]))

    def on_epoch_end(self):
        np.random.shuffle(self.order)

    def get_state(self):
        return {"order": self.order}

    def set_state(self, state):
        self.order = state["order"]


def endless():
    random = np.random.RandomState(4)
    while True:
        rows = random.randint(0, 70, 16)
        yield X[rows], Y[rows]


class Noisy(Numbered):
    """Adds noise from NumPy's global generator, as data are augmented."""

    def __getitem__(self, index):
        x, y = super().__getitem__(index)
        return x + np.random.normal(0, 0.1, x.shape).astype("float32"), y


class Loader:
    """Can be walked through any number of times, and does not know its length."""

    def __iter__(self):
        return ((X[i : i + 9], Y[i : i + 9]) for i in (0, 9, 18))


SOURCES = {
    "Sequence": (Numbered, {}),
    "Sequence in the loop": (Numbered, {"workers": 0}),
    "Sequence in three threads": (Numbered, {"workers": 3}),
    "Sequence with steps": (Numbered, {"steps_per_epoch": 3}),
    "Sequence that shuffles itself": (SelfShuffling, {"shuffle": False}),
    "Sequence that augments": (Noisy, {"workers": 0}),
    "generator": (endless, {"steps_per_epoch": 5}),
    "generator in a thread": (endless, {"steps_per_epoch": 5, "workers": 1}),
    "iterable": (Loader, {}),
}


@pytest.mark.parametrize("freq", ["epoch", 2])
@pytest.mark.parametrize("name", SOURCES)
def test_sources_of_batches(tmp_path, name, freq):
    make, settings = SOURCES[name]
    settings = {**settings, "freq": freq, "validation_data": endless(), "validation_steps": 2}

    def fresh():
        return {**settings, "data": (make(),), "validation_data": endless()}

    expected = train(None, **fresh())
    for number in (1, 5, 8, 10):
        with pytest.raises(CrashError):
            train(tmp_path, CrashAt("batch_end", number), **fresh())
        assert_same(train(tmp_path, **fresh()), expected)


def test_random_numbers_of_worker_processes(tmp_path):
    settings = {"workers": 2, "use_multiprocessing": True, "freq": 3}
    expected = train(None, data=(Noisy(),), **settings)
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 9), data=(Noisy(),), **settings)
    assert_same(train(tmp_path, data=(Noisy(),), **settings), expected)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "nadam", "adadelta", "adamax", "ftrl"])
def test_optimizers(tmp_path, optimizer):
    def model():
        return make_model(optimizer=keras.optimizers.get(optimizer))

    expected = train(None, model=model(), **ARRAYS)
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 7), model=model(), freq=3, **ARRAYS)
    assert_same(train(tmp_path, model=model(), freq=3, **ARRAYS), expected)


def test_what_an_optimizer_of_keras_3_keeps(tmp_path):
    def model():
        adam = keras.optimizers.Adam(use_ema=True, amsgrad=True, gradient_accumulation_steps=2)
        return make_model(optimizer=adam)

    expected = train(None, model=model(), **ARRAYS)
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 7), model=model(), freq=3, **ARRAYS)
    assert_same(train(tmp_path, model=model(), freq=3, **ARRAYS), expected)


class OwnStep(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(5, activation="relu")
        self.drop = layers.Dropout(0.5)
        self.top = layers.Dense(1, activation="sigmoid")
        self.noise = keras.random.SeedGenerator(3)

    def call(self, x, training=None):
        x = self.drop(self.hidden(x), training=training)
        return self.top(x + keras.random.normal((5,), stddev=0.01, seed=self.noise))

    def train_step(self, data):
        return super().train_step(data)


@pytest.mark.parametrize("freq", ["epoch", 2])
def test_a_step_of_ones_own(tmp_path, freq):
    def model():
        keras.utils.set_random_seed(2)
        made = OwnStep()
        made(X[:2])
        made.compile("adam", "mse", metrics=["acc", keras.metrics.AUC(name="auc")])
        return made

    expected = train(None, model=model(), **ARRAYS)
    for number in (4, 6):
        with pytest.raises(CrashError):
            train(tmp_path, CrashAt("batch_end", number), model=model(), freq=freq, **ARRAYS)
        assert_same(train(tmp_path, model=model(), freq=freq, **ARRAYS), expected)


class Gan(keras.Model):
    """Two models that are trained against each other, by two optimizers."""

    def __init__(self):
        super().__init__()
        self.maker = keras.Sequential([layers.Dense(4, name="make")], name="maker")
        self.judge = keras.Sequential([layers.Dense(1, name="judge")], name="critic")

    def compile(self, maker, judge, **settings):
        super().compile(**settings)
        self.maker_optimizer, self.judge_optimizer = maker, judge

    def call(self, x):
        return self.judge(self.maker(x))

    def train_step(self, data):
        x, _ = data
        noise = keras.random.normal((16, 4))
        losses = {}
        for name, part, optimizer, sign in (
            ("judge", self.judge, self.judge_optimizer, 1.0),
            ("maker", self.maker, self.maker_optimizer, -1.0),
        ):
            with keras.autograd.recording():
                gap = keras.ops.mean(self(noise)) - keras.ops.mean(self.judge(x))
                loss = sign * gap + 0.01 * keras.ops.mean(keras.ops.square(self.judge(x)))
            weights = part.trainable_weights
            optimizer.apply(keras.autograd.gradients(loss, weights), weights)
            losses[name] = float(loss)
        return losses


@pytest.mark.parametrize("freq", ["epoch", 2])
def test_a_model_with_several_optimizers_that_is_not_built(tmp_path, freq):
    def model():
        keras.utils.set_random_seed(2)
        made = Gan()
        made.compile(keras.optimizers.Adam(0.01), keras.optimizers.RMSprop(0.01))
        return made

    def run(*more):
        made = model()
        backup = [callbacks.BackupAndRestore(tmp_path, freq)] if more or tmp_path.exists() else []
        made.fit(X, Y, batch_size=16, epochs=3, verbose=0, callbacks=[*backup, *more])
        optimizers = [made.maker_optimizer, made.judge_optimizer]
        arrays = [a for o in optimizers for a in o.get_weights()]
        return made.get_weights() + arrays, made.history.history

    os.rmdir(tmp_path)
    expected = run()
    with pytest.raises(CrashError):
        run(CrashAt("batch_end", 8))
    assert_same(run(), expected)


@pytest.mark.parametrize("freq", ["epoch", 2])
@pytest.mark.parametrize("source", ["arrays", "generator", "Sequence"])
def test_a_model_that_gets_its_shape_from_the_data(tmp_path, source, freq):
    def model():
        keras.utils.set_random_seed(2)
        made = keras.Sequential([layers.Dense(3), layers.Dropout(0.2), layers.Dense(1)])
        made.compile("adam", "mse", metrics=["acc"])
        return made

    def settings():
        given = {"arrays": ((X, Y), ARRAYS), "Sequence": ((Numbered(),), {})}
        given["generator"] = (endless(),), {"steps_per_epoch": 5}
        data, rest = given[source]
        return {"data": data, "model": model(), "freq": freq, **rest}

    expected = train(None, **settings())
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 9), **settings())
    assert_same(train(tmp_path, **settings()), expected)


def test_a_schedule_of_ones_own_is_not_asked_twice_for_an_epoch(tmp_path):
    def schedule():
        return callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5)

    expected = train(None, schedule(), **ARRAYS)
    with pytest.raises(CrashError):
        train(tmp_path, schedule(), CrashAt("batch_end", 7), freq=1, **ARRAYS)
    assert_same(train(tmp_path, schedule(), freq=1, **ARRAYS), expected)


class Stops(callbacks.Callback):
    def __init__(self, moment, number):
        super().__init__()
        self.moment, self.number = moment, number

    def on_batch_end(self, batch, logs=None):
        self._stop("batch", batch)

    def on_epoch_end(self, epoch, logs=None):
        self._stop("epoch", epoch)

    def _stop(self, moment, number):
        if (moment, number) == (self.moment, self.number):
            self.model.stop_training = True


@pytest.mark.parametrize("stop", [("epoch", 1), ("batch", 2)])
def test_a_training_that_was_stopped_stays_stopped(tmp_path, stop):
    expected = train(None, Stops(*stop), **ARRAYS)
    crash = CrashAt("train_end", 1) if stop[0] == "epoch" else CrashAt("test_begin", 1)
    with pytest.raises(CrashError):
        train(tmp_path, Stops(*stop), crash, freq="epoch" if stop[0] == "epoch" else 1, **ARRAYS)
    result = train(tmp_path, freq="epoch" if stop[0] == "epoch" else 1, **ARRAYS)
    assert_same(result, expected)


def test_a_training_that_has_ended_is_not_repeated(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
    model = make_model()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[backup])
    weights = model.get_weights()
    again = make_model(seed=8)
    history = again.fit(X, Y, epochs=2, verbose=0, callbacks=[backup])
    for ours, theirs in zip(again.get_weights(), weights):
        assert np.array_equal(ours, theirs)
    assert len(history.history["loss"]) == 2
    again.fit(X, Y, epochs=3, verbose=0, callbacks=[backup])
    assert again.history.epoch == [0, 1, 2]


def test_it_says_where_it_goes_on(tmp_path, capsys):
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 7), freq=2, **ARRAYS)
    model = make_model()
    backup = callbacks.BackupAndRestore(tmp_path)
    model.fit(X, Y, epochs=4, verbose=2, callbacks=[backup, *watchers()], **ARRAYS)
    assert (
        "goes on from the backup in epoch 2 of 4, after 2 of 4 batches" in capsys.readouterr().out
    )


# ---------------------------------------------------------------------------------------------
# Files
# ---------------------------------------------------------------------------------------------


def test_the_one_before_is_used_where_the_last_is_damaged(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path, 1, double_checkpoint=True)
    expected = train(None, **ARRAYS)
    with pytest.raises(CrashError):
        model = make_model()
        model.fit(
            X,
            Y,
            epochs=4,
            verbose=0,
            callbacks=[backup, *watchers(), CrashAt("batch_end", 7)],
            **ARRAYS,
        )
    assert read_plain(tmp_path / "previous.backup")["step"] == 1
    content = (tmp_path / "latest.backup").read_bytes()
    (tmp_path / "latest.backup").write_bytes(content[: len(content) // 2])
    assert_same(train(tmp_path, freq=1, **ARRAYS), expected)
    assert not tmp_path.exists()


def test_a_damaged_backup_is_an_error(tmp_path):
    (tmp_path / "latest.backup").write_bytes(b"no zip file")
    with pytest.raises(ValueError, match="is damaged. Delete it to start afresh"):
        train(tmp_path, **ARRAYS)


def test_files_of_others_are_not_deleted(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    train(tmp_path, **ARRAYS)
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_another_model_is_refused_and_stays_as_it_was(tmp_path):
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 7), freq=2, **ARRAYS)
    model = keras.Sequential([layers.Dense(1, input_shape=(4,))])
    model.compile("adam", "mse")
    before = model.get_weights()
    with pytest.raises(ValueError, match="The backup is of another model: its weights are"):
        model.fit(X, Y, 16, 4, 0, [callbacks.BackupAndRestore(tmp_path)], validation_split=0.2)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    other = make_model(optimizer="sgd")
    with pytest.raises(ValueError, match="its optimizers are Adam, those of this model SGD"):
        train(tmp_path, model=other, **ARRAYS)


def test_other_data_are_refused_within_an_epoch_only(tmp_path):
    with pytest.raises(CrashError):
        train(tmp_path, CrashAt("batch_end", 7), freq=2, **ARRAYS)
    with pytest.raises(ValueError, match="middle of a pass through other data"):
        train(tmp_path, **{**ARRAYS, "batch_size": 7})
    with pytest.raises(CrashError):
        train(tmp_path / "whole", CrashAt("batch_end", 7), **ARRAYS)
    _, history = train(tmp_path / "whole", **{**ARRAYS, "batch_size": 7})
    assert len(history["loss"]) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backup_dir": ""}, "needs backup_dir"),
        ({"backup_dir": "x", "save_freq": "batch"}, "not 'batch'"),
        ({"backup_dir": "x", "save_freq": 0}, "not 0"),
        ({"backup_dir": "x", "save_freq": True}, "not True"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        callbacks.BackupAndRestore(**arguments)


# ---------------------------------------------------------------------------------------------
# Real kills
# ---------------------------------------------------------------------------------------------


def _start(folder, freq, seconds):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(SCRIPT), str(folder), str(freq), str(seconds)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def _finish(folder, freq):
    """Run to the end; return the result."""
    process = _start(folder, freq, 0)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 0, error.decode()
    with np.load(folder / "result.npz") as arrays:
        return {name: arrays[name] for name in arrays.files}


def _kill_and_resume(folder, freq, kills, random):
    """Kill a training again and again while it trains; return its result at last."""
    done = 0
    while done < kills:
        process = _start(folder, freq, 0.01)
        log = folder / "log.csv"
        deadline = time.monotonic() + 60
        before = log.stat().st_mtime_ns if log.exists() else None
        while process.poll() is None and time.monotonic() < deadline:
            if log.exists() and log.stat().st_mtime_ns != before:  # training has begun
                break
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.25))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            done += 1
        _, error = process.communicate()
        if process.returncode == 0:
            break  # it was through before the last kill
        assert process.returncode == -signal.SIGKILL, error.decode()
        _check_files(folder)
    return _finish(folder, freq)


def _check_files(folder):
    """Every file that is there can be read."""
    backup = folder / "backup" / "latest.backup"
    if backup.exists():
        assert read_plain(backup)["epoch"] <= 6
    for path in [*folder.glob("all/*.h5"), *folder.glob("best/*.keras")]:
        model = keras.saving.load_model(path)
        assert int(model.optimizer.iterations) > 0


def _check_log(folder):
    with open(folder / "log.csv", newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1", "2", "3", "4", "5"]


def _compare(result, expected):
    assert json.loads(str(result["history"])) == json.loads(str(expected["history"]))
    assert result.keys() == expected.keys()
    for name, array in expected.items():
        assert result[name].tobytes() == array.tobytes()


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_killed_training_ends_with_the_same_bits(tmp_path):
    for name in ("calm", "killed"):
        (tmp_path / name).mkdir()
    expected = _finish(tmp_path / "calm", 1)
    result = _kill_and_resume(tmp_path / "killed", 1, 3, random.Random(1))
    _compare(result, expected)
    _check_log(tmp_path / "killed")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
@pytest.mark.parametrize("freq", ["epoch", 1, 2, 5])
def test_two_hundred_kills(tmp_path, freq):
    generator = random.Random(str(freq))
    (tmp_path / "calm").mkdir()
    expected = _finish(tmp_path / "calm", freq)
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        _compare(_kill_and_resume(folder, freq, 5, generator), expected)
        _check_log(folder)
