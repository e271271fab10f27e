"""Document 003: two ways to stack layers, tables of two widths, and a functional model."""

import numpy as np

from minikeras.layers import Input
from tests.documents.support import table

VERSION = """
import keras
print(keras.__version__)
"""

STACK = """
from keras.models import Sequential
from keras.layers import Dense
from keras.layers import Activation

layers = [Dense(units=32, input_shape=(784,)),
          Activation(activation='relu'),
          Dense(units=10),
          Activation(activation='softmax')]
model = Sequential(layers=layers)
model.summary()
"""

STACK_PRINTED = """
_________________________________________________________________
Layer (type)                 Output Shape              Param #
=================================================================
dense_1 (Dense)              (None, 32)                25120
_________________________________________________________________
activation_1 (Activation)    (None, 32)                0
_________________________________________________________________
dense_2 (Dense)              (None, 10)                330
_________________________________________________________________
activation_2 (Activation)    (None, 10)                0
=================================================================
Total params: 25,450
Trainable params: 25,450
Non-trainable params: 0
_________________________________________________________________
"""

ONE_BY_ONE = """
from keras.models import Sequential
from keras.layers import Dense
from keras.layers import Activation

model = Sequential()
model.add(Dense(units=32, input_shape=(784,)))
model.add(Activation(activation='relu'))
model.add(Dense(units=10))
model.add(Activation(activation='softmax'))
model.summary(line_length=60)
"""

ONE_BY_ONE_PRINTED = """
____________________________________________________________
Layer (type)               Output Shape            Param #
============================================================
dense_1 (Dense)            (None, 32)              25120
____________________________________________________________
activation_1 (Activation)  (None, 32)              0
____________________________________________________________
dense_2 (Dense)            (None, 10)              330
____________________________________________________________
activation_2 (Activation)  (None, 10)              0
============================================================
Total params: 25,450
Trainable params: 25,450
Non-trainable params: 0
____________________________________________________________
"""

# Corrected: the document gives the model x, the last hidden layer's result, as its input.
FUNCTIONAL = """
from keras.models import Model
from keras.layers import Dense
from keras.layers import Input

input = Input(shape=(784,))
x = Dense(units=64, activation='relu')(input)
x = Dense(units=64, activation='relu')(x)
y = Dense(units=10, activation='softmax')(x)

model = Model(inputs=input, outputs=y)

model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(x=data, y=labels)
"""


def test_the_version(reader, capsys):
    reader.run(VERSION)
    assert capsys.readouterr().out == "2.1.5\n"


def test_a_list_of_layers(reader, capsys):
    reader.run(STACK)
    assert table(capsys.readouterr().out) == table(STACK_PRINTED)


def test_layer_by_layer(reader, capsys):
    reader.run(ONE_BY_ONE)
    assert table(capsys.readouterr().out) == table(ONE_BY_ONE_PRINTED)


def test_a_functional_model(reader, capsys):
    rng = np.random.default_rng(0)
    reader.names["data"] = rng.random((64, 784))
    reader.names["labels"] = np.eye(10)[rng.integers(0, 10, 64)]
    reader.run(FUNCTIONAL)
    printed = table(capsys.readouterr().out)
    assert printed[0] == "Epoch 1/1"
    assert printed[1].startswith("64/64 [==============================] - 0s ")
    assert reader["model"].count_params() == 784 * 64 + 64 + 64 * 64 + 64 + 650
    assert Input is not reader["input"]


def test_the_document_s_metrics_by_output(reader):
    # "pass a dictionary, such as metrics={'output_a': 'accuracy'}"
    reader.run(FUNCTIONAL.split("model.compile")[0])
    model = reader["model"]
    name = model.output_names[0]
    model.compile("rmsprop", "categorical_crossentropy", metrics={name: "accuracy"})
    assert model.metrics_names == ["loss", "acc"]
