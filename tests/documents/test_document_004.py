"""Document 004: layers, models of all three kinds, and a convolutional network for MNIST."""

import re

import numpy as np
import pytest

import minikeras
from minikeras.utils import set_random_seed
from tests.documents.support import HAS_MNIST, PROGRESS, Reader, few_digits, real_mnist, table

DENSE = """
from keras.models import Sequential
from keras.layers import Dense

# define the neural network architecture
model = Sequential()
model.add(Dense(units=64, activation='relu', input_dim=input_shape[1]))
model.add(Dense(units=num_classes, activation='softmax'))
"""

CONV = """
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D

# define the neural network architecture
model = Sequential()
model.add(Conv2D(filters=32, kernel_size=(3,3), padding='same', activation='relu', input_shape=input_shape))
model.add(MaxPooling2D(pool_size=(2,2)))
"""  # noqa: E501

# Corrected: the line that imports LSTM names Dense too.
RECURRENT = """
from keras.models import Sequential
from keras.layers import LSTM, Dropout, Dense

# define the neural network architecture
model = Sequential()
model.add(LSTM(units=128, return_sequences=True, input_shape=(None, num_features)))
model.add(Dropout(rate=0.2))
model.add(LSTM(units=64))
model.add(Dropout(rate=0.2))
model.add(Dense(units=num_classes, activation='softmax'))
"""

# Corrected: the line that imports Embedding names Flatten and Dense too.
EMBEDDING = """
from keras.models import Sequential
from keras.layers import Embedding, Flatten, Dense

model = Sequential()
model.add(Embedding(input_dim=vocab_size, output_dim=embedding_dim, input_length=maxlen))
model.add(Flatten())
model.add(Dense(units=num_classes, activation='sigmoid'))
"""

COMPILE = "model.compile(loss='categorical_crossentropy', optimizer='adam')"
COMPILE_ACCURACY = """
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
"""

FIT = """
model.fit(X_train, Y_train, epochs=epochs, batch_size=batch_size, verbose=verbose, validation_data=(X_test, Y_test))
"""  # noqa: E501

EVALUATE = """
score = model.evaluate(X_test, Y_test, verbose=0)
print('Test loss:', score[0])
print('Test accuracy:', score[1])
"""

SEQUENTIAL = """
from keras.models import Sequential
from keras.layers import Dense, Activation

# create a sequential model
model = Sequential([
    Dense(units=64, activation='relu'),
    Dense(units=32, activation='relu'),
    Dense(units=num_classes, activation='softmax')
])
"""

FUNCTIONAL = """
from keras.models import Input, Model
from keras.layers import Dense, Concatenate, Reshape

# define an input tensor with shape (samples, timesteps, features)
input_tensor = Input(shape=(timesteps, num_features,))

# define two parallel branches of the network
branch1 = Dense(units=64, activation='relu')(input_tensor)
branch2 = Dense(units=32, activation='relu')(input_tensor)

# merge the branches using concatenation
merged = Concatenate()([branch1, branch2])

# apply additional layers on the concatenated output
z = Dense(units=16, activation='relu')(merged)
z = Dense(units=8, activation='relu')(z)
pred = Dense(units=1, activation='sigmoid')(z)

# build the functional model
model = Model(inputs=input_tensor, outputs=pred)
"""

# Corrected: there is one input for all branches (the document makes one in each turn of the loop,
# and gives the model the last). Concatenate is imported, and what is taken from TensorFlow's keras
# comes from keras.
ENSEMBLE = """
from keras.models import Model
from keras.layers import Input, Dense, Concatenate
import keras

# define multiple sub-networks for classification
branches = []
inputs = Input((timesteps, num_features,))
for i in range(num_sub_networks):
    # add some dense layers to the input tensor
    z = Dense(units=64, activation='relu')(inputs)
    z = Dense(units=32, activation='relu')(z)

    # add a final sigmoid layer for classification
    pred = Dense(units=num_classes, activation='sigmoid')(z)

    # append the constructed sub-network to the list of branches
    branches.append(pred)

# combine the branches into one multi-output model
outputs = [branch[:, None] for branch in branches]
ensemble_pred = Concatenate()(outputs)
model = Model(inputs=inputs, outputs=[ensemble_pred])

# use mean square error as loss function
mse = keras.losses.mean_squared_error
mae = keras.metrics.mean_absolute_error
model.compile(loss=mse,
              metrics={'output_%d' % i: mae for i in range(num_sub_networks)},
              optimizer='adam')
"""

# Corrected: K is imported.
DATA = """
import numpy as np
from keras import backend as K
from keras.datasets import mnist
from keras.utils import to_categorical

# load data
(X_train, y_train), (X_test, y_test) = mnist.load_data()

# reshape data
img_rows, img_cols = 28, 28
if K.image_data_format() == 'channels_first':
    X_train = X_train.reshape(X_train.shape[0], 1, img_rows, img_cols)
    X_test = X_test.reshape(X_test.shape[0], 1, img_rows, img_cols)
    input_shape = (1, img_rows, img_cols)
else:
    X_train = X_train.reshape(X_train.shape[0], img_rows, img_cols, 1)
    X_test = X_test.reshape(X_test.shape[0], img_rows, img_cols, 1)
    input_shape = (img_rows, img_cols, 1)

# normalize pixel values
X_train = X_train.astype('float32') / 255
X_test = X_test.astype('float32') / 255

# convert labels to one-hot encoded vectors
num_classes = 10
y_train = to_categorical(y_train, num_classes)
y_test = to_categorical(y_test, num_classes)
"""

MODEL = """
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense

# create model
model = Sequential()
model.add(Conv2D(filters=32, kernel_size=(3,3), padding='same', activation='relu', input_shape=input_shape))
model.add(MaxPooling2D(pool_size=(2,2)))
model.add(Flatten())
model.add(Dense(units=128, activation='relu'))
model.add(Dense(units=num_classes, activation='softmax'))

from keras.optimizers import Adam
from keras.metrics import categorical_accuracy

# compile model
model.compile(loss='categorical_crossentropy', optimizer=Adam(), metrics=[categorical_accuracy])
"""  # noqa: E501

TRAIN = """
from keras.callbacks import EarlyStopping

# train model
batch_size = 128
epochs = 10
earlystop = EarlyStopping(monitor='val_loss', patience=5, verbose=1)
history = model.fit(X_train, y_train,
                    batch_size=batch_size,
                    epochs=epochs,
                    verbose=1,
                    callbacks=[earlystop],
                    validation_split=0.1)
"""

TEST = """
score = model.evaluate(X_test, y_test, verbose=0)
print('Test loss:', score[0])
print('Test accuracy:', score[1])
"""

RNG = np.random.default_rng(0)


def given(reader, x, y):
    reader.names.update(X_train=x, Y_train=y, X_test=x, Y_test=y, epochs=2, batch_size=8, verbose=0)


def test_dense_layers(reader, capsys):
    x, y = RNG.normal(size=(20, 5)), np.eye(3)[RNG.integers(0, 3, 20)]
    reader.names.update(input_shape=x.shape, num_classes=3)
    given(reader, x, y)
    reader.run(DENSE)
    reader.run(COMPILE_ACCURACY)  # the evaluation that follows prints an accuracy
    reader.run(FIT)
    reader.run(EVALUATE)
    lines = table(capsys.readouterr().out)
    assert re.fullmatch(r"Test loss: \d+\.\d+", lines[0])
    assert re.fullmatch(r"Test accuracy: [01]\.\d+", lines[1])
    reader.run(COMPILE)
    reader.run(FIT)
    assert isinstance(reader["model"].evaluate(x, y, verbose=0), float)


def test_convolutional_layers(reader):
    reader.names["input_shape"] = (28, 28, 1)
    model = reader.run(CONV)["model"]
    assert model.output_shape == (None, 14, 14, 32)
    assert model.count_params() == 320


def test_recurrent_layers(reader):
    reader.names.update(num_features=5, num_classes=3)
    model = reader.run(RECURRENT)["model"]
    assert model.output_shape == (None, 3)
    assert model.count_params() == 4 * 128 * (5 + 128 + 1) + 4 * 64 * (128 + 64 + 1) + 65 * 3
    given(reader, RNG.normal(size=(20, 7, 5)), np.eye(3)[RNG.integers(0, 3, 20)])
    reader.run(COMPILE)
    reader.run(FIT)
    assert model.predict(RNG.normal(size=(2, 9, 5))).shape == (2, 3)


def test_embedding_layers(reader):
    reader.names.update(vocab_size=50, embedding_dim=4, maxlen=6, num_classes=1)
    given(reader, RNG.integers(0, 50, (20, 6)), RNG.integers(0, 2, 20))
    reader.run(EMBEDDING)
    reader.run(COMPILE_ACCURACY)
    reader.run(FIT)
    assert reader["model"].count_params() == 200 + 25


def test_sequential_models(reader):
    reader.names["num_classes"] = 3
    model = reader.run(SEQUENTIAL)["model"]
    given(reader, RNG.normal(size=(20, 5)), np.eye(3)[RNG.integers(0, 3, 20)])
    reader.run(COMPILE)
    reader.run(FIT)
    assert model.count_params() == 5 * 64 + 64 + 64 * 32 + 32 + 99


def test_functional_models(reader):
    reader.names.update(timesteps=7, num_features=3)
    model = reader.run(FUNCTIONAL)["model"]
    assert model.output_shape == (None, 7, 1)
    given(reader, RNG.normal(size=(20, 7, 3)), RNG.integers(0, 2, (20, 7, 1)))
    reader.run(COMPILE_ACCURACY)
    reader.run(FIT)


def test_model_ensembles(reader):
    reader.names.update(timesteps=7, num_features=3, num_sub_networks=4, num_classes=2)
    # the document names outputs that the model has not; Keras 2.1.5 ignores them
    with pytest.warns(UserWarning, match="unknown output 'output_0'"):
        model = reader.run(ENSEMBLE)["model"]
    assert model.output_shape == (None, 1, 7, 8)
    assert model.metrics_names == ["loss"]
    given(reader, RNG.normal(size=(20, 7, 3)), RNG.random((20, 1, 7, 8)))
    reader.run(FIT)


@pytest.mark.parametrize(
    "name",
    ["SGD", "Adam", "RMSprop", "Adagrad"],
)
def test_optimizers_named_in_the_text(reader, name):
    reader.names["num_classes"] = 3
    model = reader.run(SEQUENTIAL)["model"]
    model.compile(getattr(minikeras.optimizers, name)(), "mse")
    x = RNG.normal(size=(12, 4))
    model.fit(x, np.eye(3)[np.arange(12) % 3], verbose=0)


def test_callbacks_named_in_the_text(reader):
    made = reader.run("from keras.callbacks import *")
    for name in ("BaseLogger", "EarlyStopping", "ProgbarLogger", "ReduceLROnPlateau",
                 "CosineAnnealing", "StepDecay", "MultiStepDecay"):  # fmt: skip
        assert issubclass(made[name], minikeras.callbacks.Callback)


def check_output(printed, samples, held, epochs):
    lines = table(printed)
    assert lines[0] == f"Train on {samples} samples, validate on {held} samples"
    names = ["loss", "categorical_accuracy", "val_loss", "val_categorical_accuracy"]
    for epoch in range(epochs):
        assert lines[1 + 2 * epoch] == f"Epoch {epoch + 1}/{epochs}"
        line = PROGRESS.fullmatch(lines[2 + 2 * epoch])
        assert line["all"] == str(samples)
        assert re.findall(r"(\w+): ", line["values"]) == names
    assert re.fullmatch(r"Test loss: \d+\.\d+", lines[-2])
    assert re.fullmatch(r"Test accuracy: [01]\.\d+", lines[-1])


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_digits(reader, monkeypatch, capsys, layout):
    monkeypatch.setattr(minikeras.datasets.mnist, "load_data", few_digits)
    minikeras.config.set_image_data_format(layout)
    reader.run(DATA)
    reader.run(MODEL)
    reader.run(TRAIN.replace("epochs = 10", "epochs = 2"))
    reader.run(TEST)
    check_output(capsys.readouterr().out, 270, 30, 2)
    assert reader["model"].count_params() == 320 + 6272 * 128 + 128 + 1290


# On the test images this network gets 98.3 to 98.5 % after five epochs on the 54,000 images that
# validation_split leaves it, from most seeds; real Keras the same. On the 6,000 held out it gets
# more than 98.5 %, and so it does on the test images when it learns from all 60,000.
needs_mnist = pytest.mark.skipif(
    not HAS_MNIST, reason="no mnist.npz; name one by MINIKERAS_TEST_MNIST"
)


@pytest.fixture
def mnist(monkeypatch):
    monkeypatch.setattr(minikeras.datasets.mnist, "load_data", real_mnist)


def trained(seed, train):
    """Return a reader who has trained on MNIST for five epochs."""
    set_random_seed(seed)
    reader = Reader("minikeras")
    reader.run(DATA)
    reader.run(MODEL)
    reader.run(train.replace("epochs = 10", "epochs = 5"))
    reader.run(TEST)
    return reader


@pytest.mark.slow
@needs_mnist
def test_mnist_as_written(mnist, capsys):
    reader = trained(1, TRAIN)
    check_output(capsys.readouterr().out, 54000, 6000, 5)
    assert max(reader["history"].history["val_categorical_accuracy"]) >= 0.985
    assert reader["score"][1] >= 0.98


@pytest.mark.slow
@needs_mnist
def test_mnist_reaches_985_in_five_epochs(mnist):
    held = TRAIN.replace("validation_split=0.1", "validation_data=(X_test, y_test)")
    assert held != TRAIN

    def best(seed):
        return max(trained(seed, held)["history"].history["val_categorical_accuracy"])

    assert any(best(seed) >= 0.985 for seed in (2, 3, 4))
