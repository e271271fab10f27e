"""Document 001: models of both forms, losses, optimizers, metrics and callbacks."""

import re
import sys
import types

import numpy as np
import pytest

from minikeras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from minikeras.models import Sequential, load_model
from tests.documents.support import few_digits, table

SEQUENTIAL = """
def get_model(input_shape):
    model = Sequential()

    model.add(Conv2D(32, (3, 3), padding='same',activation='relu',input_shape=input_shape))
    model.add(Conv2D(32, (3, 3),activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))

    model.add(Conv2D(64, (3, 3), padding='same',activation='relu'))
    model.add(Conv2D(64, (3, 3),activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))

    model.add(Flatten())
    model.add(Dense(512,activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(num_classes,activation='softmax'))
    return model
"""

FUNCTIONAL = """
import keras
def get_model(input_shape):
    inputs = keras.layers.Input(shape=input_shape)

    # first conv
    x = Conv2D(32, (3, 3), padding='same',activation='relu')(inputs)
    x = Conv2D(32, (3, 3),activation='relu')(x)
    x = MaxPooling2D(pool_size=(2, 2))(x)
    x = Dropout(0.25)(x)

    # second conv
    x = Conv2D(64, (3, 3), padding='same',activation='relu')(x)
    x = Conv2D(64, (3, 3),activation='relu')(x)
    x = MaxPooling2D(pool_size=(2, 2))(x)
    x = Dropout(0.25)(x)

    # fc
    x = Flatten()(x)
    x = Dense(512,activation='relu')(x)
    x = Dropout(0.5)(x)
    x = Dense(num_classes,activation='softmax')(x)

    model = keras.Model(inputs=inputs,outputs=x)
    return model
"""

LOSS_BY_NAME = "model.compile(loss='mean_squared_error', optimizer='sgd')"

LOSS_BY_FUNCTION = """
from keras import losses
model.compile(loss=losses.mean_squared_error, optimizer='sgd')
"""

LOSSES = """
mean_squared_error mse mean_absolute_error mae mean_absolute_percentage_error mape
mean_squared_logarithmic_error msle squared_hinge hinge categorical_hinge binary_crossentropy
logcosh categorical_crossentropy sparse_categorical_crossentropy kullback_leibler_divergence
poisson cosine_proximity
"""  # the document misspells sparse_categorical_crossentropy, leaving out its last letter

TO_CATEGORICAL = """
from keras.utils.np_utils import to_categorical
categorical_labels = to_categorical(int_labels, num_classes=None)
"""

CLIPNORM = """
from keras import optimizers
sgd = optimizers.SGD(lr=0.01, clipnorm=1.)
"""

CLIPVALUE = """
from keras import optimizers
sgd = optimizers.SGD(lr=0.01, clipvalue=0.5)
"""

OPTIMIZERS = (
    "keras.optimizers.SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True, clipnorm=5)",
    "keras.optimizers.RMSprop(lr=0.001, rho=0.9, epsilon=1e-06)",
    "keras.optimizers.Adam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-08)",
)

METRICS = """
model.compile(loss='mean_squared_error',
              optimizer='sgd',
              metrics=['mae', 'acc'])

from keras import metrics

model.compile(loss='mean_squared_error',
              optimizer='sgd',
              metrics=[metrics.mae, metrics.categorical_accuracy])
"""

METRIC_NAMES = """
binary_accuracy categorical_accuracy sparse_categorical_accuracy top_k_categorical_accuracy
sparse_top_k_categorical_accuracy fbeta_score
"""  # the document misspells top_k_categorical_accuracy, leaving out a letter

CALLBACKS = (
    "keras.callbacks.Callback()",
    "keras.callbacks.BaseLogger()",
    "keras.callbacks.ProgbarLogger()",
    "keras.callbacks.History()",
    "keras.callbacks.EarlyStopping(monitor='val_loss', patience=0, verbose=0, mode='auto')",
    "keras.callbacks.LearningRateScheduler(schedule)",
    "keras.callbacks.ReduceLROnPlateau(monitor='val_loss', factor=0.1, patience=10, verbose=0, "
    "mode='auto', epsilon=0.0001, cooldown=0, min_lr=0)",
    "keras.callbacks.ModelCheckpoint(filepath, monitor='val_loss', verbose=0, "
    "save_best_only=False, save_weights_only=False, mode='auto', period=1)",
    "keras.callbacks.CSVLogger(filename, separator=',', append=False)",
    "keras.callbacks.LambdaCallback(on_epoch_begin=None, on_epoch_end=None, on_batch_begin=None, "
    "on_batch_end=None, on_train_begin=None, on_train_end=None)",
)

# These need packages of their own.
REMOTE_MONITOR = "keras.callbacks.RemoteMonitor(root='http://localhost:9000')"
TENSORBOARD = (
    "keras.callbacks.TensorBoard(log_dir='./logs', histogram_freq=0, write_graph=True, "
    "write_images=False, embeddings_freq=0, embeddings_layer_names=None, "
    "embeddings_metadata=None)"
)

# The plot is corrected: it needs as many epochs as losses, which one epoch's logs do not have.
LAMBDA_CALLBACKS = """
from keras.callbacks import LambdaCallback
# Print the batch number at the beginning of every batch.
batch_print_callback = LambdaCallback(
    on_batch_begin=lambda batch,logs: print(batch))

# Plot the loss after every epoch.
import numpy as np
plot_loss_callback = LambdaCallback(
    on_epoch_end=lambda epoch, logs: plt.plot(epoch,
                      logs['loss']))

# Terminate some processes after having finished model training.
cleanup_callback = LambdaCallback(
    on_train_end=lambda logs: [
    p.terminate() for p in processes if p.is_alive()])

model.fit(X_train, Y_train,
      callbacks=[batch_print_callback,
         plot_loss_callback,
         cleanup_callback])
"""

# The last line is corrected: print is a function now.
LOSS_HISTORY = """
import keras
from keras.models import Sequential
from keras.layers import Dense, Activation

class LossHistory(keras.callbacks.Callback):
    def on_train_begin(self, logs={}):
        self.losses = []

    def on_batch_end(self, batch, logs={}):
        self.losses.append(logs.get('loss'))

model = Sequential()
model.add(Dense(10, input_dim=784, kernel_initializer='uniform'))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer='rmsprop')

history = LossHistory()
model.fit(X_train, Y_train, batch_size=128, epochs=20, verbose=0, callbacks=[history])

print(history.losses)
"""


# The path is one that the test may write to, and the names come from the blocks above it.
CHECKPOINT = """
from keras.callbacks import ModelCheckpoint
from keras.models import Sequential
from keras.layers import Dense, Activation

model = Sequential()
model.add(Dense(10, input_dim=784, kernel_initializer='uniform'))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer='rmsprop')

'''
saves the model weights after each epoch if the validation loss decreased
'''
checkpointer = ModelCheckpoint(filepath="weights.hdf5", verbose=1, save_best_only=True)
model.fit(X_train, Y_train, batch_size=128, epochs=20, verbose=0, validation_data=(X_test, Y_test), callbacks=[checkpointer])
"""  # noqa: E501


@pytest.fixture
def data(reader):
    """Give the reader the digits that the document presupposes."""
    (x, y), (other_x, other_y) = few_digits()
    reader.names.update(X_train=x.reshape(-1, 784) / 255.0, Y_train=np.eye(10)[y])
    reader.names.update(X_test=other_x.reshape(-1, 784) / 255.0, Y_test=np.eye(10)[other_y])
    return reader


@pytest.fixture
def model(reader):
    """Give the reader a small model, as `model`."""
    reader.names["model"] = Sequential([Dense(3, input_shape=(4,), activation="softmax")])
    return reader


def fit(reader):
    x = np.random.default_rng(0).normal(size=(12, 4))
    return reader["model"].fit(x, np.eye(3)[np.arange(12) % 3], verbose=0).history


@pytest.mark.parametrize("block", [SEQUENTIAL, FUNCTIONAL], ids=["sequential", "functional"])
def test_models_of_both_forms(reader, block):
    reader.names.update(
        Sequential=Sequential, Conv2D=Conv2D, MaxPooling2D=MaxPooling2D, Dropout=Dropout,
        Flatten=Flatten, Dense=Dense, num_classes=10,
    )  # fmt: skip
    made = reader.run(block)["get_model"]((32, 32, 3))
    assert made.output_shape == (None, 10)
    assert made.count_params() == 1_250_858
    made.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    images = np.random.default_rng(0).random((4, 32, 32, 3))
    made.fit(images, np.eye(10)[:4], verbose=0)
    assert made.predict(images).shape == (4, 10)


def test_losses(model):
    for block in (LOSS_BY_NAME, LOSS_BY_FUNCTION):
        model.run(block)
        assert np.isfinite(fit(model)["loss"]).all()
    for name in LOSSES.split():
        labels = np.arange(12) % 3 if name.startswith("sparse") else np.eye(3)[np.arange(12) % 3]
        model["model"].compile("sgd", name)
        x = np.random.default_rng(0).normal(size=(12, 4))
        assert np.isfinite(model["model"].train_on_batch(x, labels)), name


def test_labels(reader):
    reader.names["int_labels"] = [0, 2, 1]
    found = reader.run(TO_CATEGORICAL)["categorical_labels"]
    np.testing.assert_array_equal(found, [[1, 0, 0], [0, 0, 1], [0, 1, 0]])


def test_optimizers(model):
    for block in (CLIPNORM, CLIPVALUE):
        model["model"].compile(model.run(block)["sgd"], "mse")
        assert np.isfinite(fit(model)["loss"]).all()
    model.run("import keras")
    for expression in OPTIMIZERS:
        model["model"].compile(model.evaluate(expression), "mse")
        assert np.isfinite(fit(model)["loss"]).all()


def test_metrics(model):
    model.run(METRICS.split("from")[0])
    assert list(fit(model)) == ["loss", "mean_absolute_error", "acc"]
    model.run(METRICS)
    assert list(fit(model)) == ["loss", "mean_absolute_error", "categorical_accuracy"]
    model.run("import keras")
    model.names.update(y_true=np.array([[1.0], [0.0]]), y_pred=np.array([[0.9], [0.6]]))
    found = model.evaluate("keras.metrics.binary_accuracy(y_true, y_pred)")
    np.testing.assert_array_equal(found, [1, 0])
    for name in METRIC_NAMES.split():
        labels = np.arange(12) % 3 if name.startswith("sparse") else np.eye(3)[np.arange(12) % 3]
        loss = "sparse_categorical_crossentropy" if labels.ndim == 1 else "mse"
        model["model"].compile("sgd", loss, metrics=[name])
        x = np.random.default_rng(0).normal(size=(12, 4))
        assert np.isfinite(model["model"].evaluate(x, labels, verbose=0)).all(), name


def test_metrics_may_return_dictionaries(model):
    # "one tensor, or a mapping from metric name to metric value"
    def rates(y_true, y_pred):
        return {"mean_pred": y_pred.mean(), "top": y_pred.max()}

    model["model"].compile("sgd", "mse", metrics=[rates])
    assert list(fit(model)) == ["loss", "mean_pred", "top"]


def test_callbacks(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model.names.update(
        schedule=lambda epoch: 0.1 / (epoch + 1), filename="run.csv", filepath="best.hdf5"
    )
    model.run("import keras")
    model["model"].compile("sgd", "mse", metrics=["acc"])
    made = [model.evaluate(expression) for expression in CALLBACKS]
    x = np.random.default_rng(0).normal(size=(12, 4))
    y = np.eye(3)[np.arange(12) % 3]
    model["model"].fit(x, y, epochs=2, verbose=0, validation_split=0.25, callbacks=made)
    assert made[0].model is model["model"]
    assert made[0].params["epochs"] == 2
    assert sorted(made[3].history) == ["acc", "loss", "val_acc", "val_loss"]
    assert model["model"].optimizer.lr == pytest.approx(0.05)
    lines = (tmp_path / "run.csv").read_text().splitlines()
    assert lines[0].split(",")[:3] == ["epoch", "acc", "loss"]
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["best.hdf5", "run.csv"]


def test_a_server_is_told_of_epochs(reader, monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", types.ModuleType("requests"))
    reader.run("import keras")
    monitor = reader.evaluate(REMOTE_MONITOR)
    assert monitor.root + monitor.path == "http://localhost:9000/publish/epoch/end/"


def test_boards(model, tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    monkeypatch.chdir(tmp_path)
    model.run("import keras")
    model["model"].compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(12, 4))
    board = model.evaluate(TENSORBOARD)
    model["model"].fit(x, np.eye(3)[np.arange(12) % 3], verbose=0, callbacks=[board])
    assert list((tmp_path / "logs").rglob("events.out.tfevents.*"))


def test_checkpoints(data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data.run(CHECKPOINT)
    printed = table(capsys.readouterr().out)
    losses = data["model"].history.history["val_loss"]
    best = [i + 1 for i in range(20) if losses[i] < min([np.inf, *losses[:i]])]
    saved = [line for line in printed if "saving model to weights.hdf5" in line]
    assert [int(re.match(r"Epoch 0*(\d+): val_loss improved", line)[1]) for line in saved] == best
    kept = load_model("weights.hdf5")
    found = kept.evaluate(data["X_test"], data["Y_test"], verbose=0)
    assert found == pytest.approx(min(losses), rel=1e-5)


def test_callbacks_of_functions(data, capsys):
    class Plot:
        points = []

        def plot(self, x, y):
            self.points.append((x, y))

    class Process:
        alive = True

        def is_alive(self):
            return self.alive

        def terminate(self):
            self.alive = False

    process = Process()
    data.run(LOSS_HISTORY)
    capsys.readouterr()
    data.names.update(plt=Plot(), processes=[process])
    data.run(LAMBDA_CALLBACKS)
    assert not process.alive
    assert [epoch for epoch, _ in Plot.points] == [0]
    printed = [line for line in capsys.readouterr().out.splitlines() if line.isdigit()]
    assert printed == [str(i) for i in range(10)]  # 300 samples in batches of 32


def test_the_losses_of_all_batches(data, capsys):
    data.run(LOSS_HISTORY)
    losses = data["history"].losses
    assert len(losses) == 3 * 20
    assert all(isinstance(loss, float) for loss in losses)
    assert losses[-1] < losses[0]
    assert capsys.readouterr().out == f"{losses}\n"


def test_what_logs_hold(model):
    # size at the beginning of a batch; loss and acc at its end; val_loss, val_acc of the epoch
    import minikeras

    seen = {}

    class Look(minikeras.callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            seen["begin"] = sorted(logs)

        def on_batch_end(self, batch, logs=None):
            seen["end"] = sorted(logs)

        def on_epoch_end(self, epoch, logs=None):
            seen["epoch"] = sorted(logs)

    model["model"].compile("sgd", "mse", metrics=["accuracy"])
    x = np.random.default_rng(0).normal(size=(12, 4))
    model["model"].fit(
        x, np.eye(3)[np.arange(12) % 3], verbose=0, validation_split=0.5, callbacks=[Look()]
    )
    assert seen == {
        "begin": ["batch", "size"],
        "end": ["acc", "batch", "loss", "size"],
        "epoch": ["acc", "loss", "val_acc", "val_loss"],
    }
