"""Document 002: two networks for MNIST, what they print, and how well they do."""

import re

import numpy as np
import pytest

import minikeras
from minikeras.utils import set_random_seed
from tests.documents.support import (
    HAS_MNIST,
    PROGRESS,
    Reader,
    few_digits,
    real_mnist,
    small,
    table,
)

FIRST = """
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation
from keras.optimizers import SGD
from keras.datasets import mnist
import numpy as np

model = Sequential()
model.add(Dense(500,input_shape=(784,)))
model.add(Activation('tanh'))
model.add(Dropout(0.5))

model.add(Dense(500))
model.add(Activation('tanh'))
model.add(Dropout(0.5))

model.add(Dense(10))
model.add(Activation('softmax'))

sgd = SGD(lr=0.01, decay=1e-6,
          momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy',
              optimizer=sgd)

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(X_train.shape[0], X_train.shape[1] * X_train.shape[2])
X_test = X_test.reshape(X_test.shape[0], X_test.shape[1] * X_test.shape[2])
Y_train = (np.arange(10) == y_train[:, None]).astype(int)
Y_test = (np.arange(10) == y_test[:, None]).astype(int)

model.fit(X_train,Y_train,batch_size=200,epochs=50,shuffle=True,verbose=0,validation_split=0.3)
model.evaluate(X_test, Y_test, batch_size=200, verbose=0)

print("test set")
scores = model.evaluate(X_test,Y_test,batch_size=200,verbose=0)
print("")
print("The test loss is %f" % scores)
result = model.predict(np.asarray(X_test),batch_size=200,verbose=0)

result_max = np.argmax(result, axis = 1)
test_max = np.argmax(Y_test, axis = 1)

result_bool = np.equal(result_max, test_max)
true_num = np.sum(result_bool)
print("")
print("The accuracy of the model is :",true_num/(len(result_bool)*1.0))
"""
FIRST_ACCURACY = 0.9248  # what the document prints

SECOND = """
from __future__ import print_function
import keras
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Dropout
from keras.optimizers import RMSprop

batch_size = 128
num_classes = 10
epochs = 20

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.reshape(60000, 784)
x_test = x_test.reshape(10000, 784)

x_train = x_train.astype('float32')
x_test = x_test.astype('float32')

x_train /= 255
x_test /= 255
print(x_train.shape[0], 'train samples')
print(x_test.shape[0], 'test samples')

y_train = keras.utils.to_categorical(y_train, num_classes)
y_test = keras.utils.to_categorical(y_test, num_classes)

model = Sequential()
model.add(Dense(512, activation='relu', input_shape=(784,)))
model.add(Dropout(0.2))
model.add(Dense(512, activation='relu'))
model.add(Dropout(0.2))
model.add(Dense(10, activation='softmax'))

model.summary()

model.compile(loss='categorical_crossentropy',
              optimizer=RMSprop(),
              metrics=['accuracy'])

history = model.fit(x_train, y_train,
                    batch_size=batch_size,
                    epochs=epochs,
                    verbose=1,
                    validation_data=(x_test, y_test))

score = model.evaluate(x_test, y_test, verbose=0)

print('Test loss:', score[0])
print('Test accuracy:', score[1])
"""

# As printed in the document, up to the training.
PRINTED = """
60000 train samples
10000 test samples
_________________________________________________________________
Layer (type)                 Output Shape              Param #
=================================================================
dense_1 (Dense)              (None, 512)               401920
_________________________________________________________________
dropout_1 (Dropout)          (None, 512)               0
_________________________________________________________________
dense_2 (Dense)              (None, 512)               262656
_________________________________________________________________
dropout_2 (Dropout)          (None, 512)               0
_________________________________________________________________
dense_3 (Dense)              (None, 10)                5130
=================================================================
Total params: 669,706
Trainable params: 669,706
Non-trainable params: 0
_________________________________________________________________
Train on 60000 samples, validate on 10000 samples
"""
# A line of the document's progress; its numbers differ from run to run.
LINE = (
    "60000/60000 [==============================] - 15s 254us/step"
    " - loss: 0.1027 - acc: 0.9691 - val_loss: 0.0794 - val_acc: 0.9759"
)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(minikeras.datasets.mnist, "load_data", few_digits)


@pytest.fixture
def real(monkeypatch):
    if not HAS_MNIST:
        pytest.skip("no copy of mnist.npz; name one by MINIKERAS_TEST_MNIST")
    monkeypatch.setattr(minikeras.datasets.mnist, "load_data", real_mnist)


def check_first_output(printed, reader):
    lines = table(printed)
    assert lines[0] == "test set"
    assert re.fullmatch(r"The test loss is \d+\.\d{6}", lines[1])
    accuracy = re.fullmatch(r"The accuracy of the model is : (\d\.\d+)", lines[2])
    assert float(accuracy[1]) == np.mean(reader["result_max"] == reader["test_max"])
    assert len(lines) == 3
    return float(accuracy[1])


def check_second_output(printed, samples, tests, epochs):
    lines = table(printed)
    head = table(PRINTED.replace("60000", str(samples)).replace("10000", str(tests)))
    assert lines[: len(head)] == head
    rest = lines[len(head) :]
    assert PROGRESS.fullmatch(LINE)
    names = re.findall(r"(\w+): ", LINE)
    for epoch in range(epochs):
        assert rest[2 * epoch] == f"Epoch {epoch + 1}/{epochs}"
        line = PROGRESS.fullmatch(rest[2 * epoch + 1])
        assert line, rest[2 * epoch + 1]
        assert line["seen"] == line["all"] == str(samples)
        assert rest[2 * epoch + 1].count("=") == LINE.count("=")
        assert re.findall(r"(\w+): ", line["values"]) == names
    assert re.fullmatch(r"Test loss: \d+\.\d+", rest[2 * epochs])
    assert re.fullmatch(r"Test accuracy: [01]\.\d+", rest[2 * epochs + 1])
    assert len(rest) == 2 * epochs + 2


def test_the_first_network(reader, few, capsys):
    reader.run(small(FIRST, epochs=2))
    assert check_first_output(capsys.readouterr().out, reader) > 0.2
    assert reader["model"].count_params() == 784 * 500 + 500 + 500 * 500 + 500 + 5010
    assert reader["model"].optimizer.iterations == 2 * 2  # 210 of 300 samples, in batches of 200


def test_the_second_network(reader, few, capsys):
    block = small(SECOND, epochs=3).replace("60000", "300").replace("10000", "60")
    reader.run(block)
    check_second_output(capsys.readouterr().out, 300, 60, 3)
    history = reader["history"].history
    assert list(history) == ["loss", "acc", "val_loss", "val_acc"]
    assert history["accuracy"] == history["acc"]
    assert reader["score"] == pytest.approx([history["val_loss"][-1], history["val_acc"][-1]])


@pytest.mark.slow
def test_the_first_network_on_mnist(real, capsys):
    set_random_seed(1)
    reader = Reader("minikeras")
    reader.run(FIRST)
    assert check_first_output(capsys.readouterr().out, reader) >= FIRST_ACCURACY


@pytest.mark.slow
def test_the_second_network_on_mnist(real, capsys):
    set_random_seed(1)
    reader = Reader("minikeras")
    reader.run(SECOND)
    check_second_output(capsys.readouterr().out, 60000, 10000, 20)
    assert max(reader["history"].history["val_acc"]) >= 0.98
    assert reader["score"][1] >= 0.98
