"""Models of recurrent layers, their cells and their wrappers, written once for both packages."""

from .makers import IMG, SEQ, one, wrapped

FRAMES = (3, 5, 5, 2)
# Layers with gates are shown in Keras 2.1.5's default too, whose hard sigmoid Keras 3 lacks: only
# files that hold the whole model carry it over.
SIGMOID = {"recurrent_activation": "sigmoid"}


def stacked_cells(k):
    """Return a model of an RNN over three cells."""
    x = k.Input(SEQ, name="x")
    cells = [k.layers.LSTMCell(n, **SIGMOID) for n in (4, 3)]
    cells.append(k.layers.GRUCell(2, reset_after=True, **SIGMOID))
    return k.Model(x, k.layers.RNN(cells, return_sequences=True)(x))


def stack_given_as_one(k):
    """Return a model of an RNN over a stack of simple cells."""
    x = k.Input(SEQ, name="x")
    cells = [k.layers.SimpleRNNCell(n) for n in (3, 2)]
    return k.Model(x, k.layers.RNN(k.layers.StackedRNNCells(cells))(x))


def states_of_a_stack(k):
    """Return a model of the output and all states of stacked cells, in the order of Keras 3."""
    x = k.Input(SEQ, name="x")
    cells = [k.layers.LSTMCell(4, **SIGMOID), k.layers.SimpleRNNCell(3), k.layers.SimpleRNNCell(2)]
    order = {"reverse_state_order": False} if k.__name__ == "minikeras" else {}
    stack = k.layers.StackedRNNCells(cells, **order)
    output, *states = k.layers.RNN(stack, return_state=True)(x)
    flat = [part for s in states for part in (s if isinstance(s, (list, tuple)) else [s])]
    return k.Model(x, [output, *flat])


def of_cell(cell, **options):
    """Return a function of the package: a model of an RNN over one cell."""

    def make(k):
        x = k.Input(SEQ, name="x")
        layer = k.layers.RNN(getattr(k.layers, cell)(3, **options), return_sequences=True)
        return k.Model(x, layer(x))

    return make


def states_handed_on(k):
    """Return an encoder whose last states a decoder begins with."""
    x, y = k.Input(SEQ, name="x"), k.Input((4, 2), name="y")
    _, h, c = k.layers.LSTM(3, return_state=True, **SIGMOID)(x)
    decoded = k.layers.LSTM(3, return_sequences=True, **SIGMOID)(y, initial_state=[h, c])
    return k.Model([x, y], [k.layers.TimeDistributed(k.layers.Dense(2))(decoded), h])


def masked(k):
    """Return a model in which a mask goes through two recurrent layers."""
    x = k.Input((6,), dtype="int32", name="x")
    y = k.layers.Embedding(9, 4, mask_zero=True)(x)
    y = k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True, **SIGMOID))(y)
    return k.Model(x, k.layers.GRU(2, reset_after=True, **SIGMOID)(y))


def steps_of_a_model(k):
    """Return a model that applies a convolutional model to every frame."""
    x = k.Input((3, *IMG), name="x")
    frame = k.Sequential(
        [
            k.Input(IMG),
            k.layers.Conv2D(3, 3, activation="relu"),
            k.layers.BatchNormalization(),
            k.layers.GlobalAveragePooling2D(),
        ]
    )
    y = k.layers.TimeDistributed(frame)(x)
    return k.Model(x, k.layers.LSTM(2, **SIGMOID)(y))


def both_ways_by_different_layers(k):
    """Return a model whose two directions are layers of their own."""
    x = k.Input(SEQ, name="x")
    forward = k.layers.LSTM(3, return_sequences=True, **SIGMOID)
    backward = k.layers.GRU(
        3, return_sequences=True, go_backwards=True, reset_after=True, **SIGMOID
    )
    both = k.layers.Bidirectional(forward, backward_layer=backward, merge_mode="mul")
    return k.Model(x, both(x))


def both_ways_with_states(k):
    """Return a model of the outputs and all states of a layer that runs both ways."""
    x = k.Input(SEQ, name="x")
    both = k.layers.Bidirectional(k.layers.LSTM(3, return_state=True, **SIGMOID))
    return k.Model(x, both(x))


def recurrent_stack(k):
    """Return a Sequential stack of recurrent layers, one of them frozen."""
    model = k.Sequential(
        [
            k.Input(SEQ),
            k.layers.LSTM(4, return_sequences=True, **SIGMOID),
            k.layers.Bidirectional(k.layers.SimpleRNN(3, return_sequences=True)),
            k.layers.GRU(3, reset_after=True, **SIGMOID),
            k.layers.Dense(2),
        ]
    )
    model.layers[1].trainable = False
    return model


RECURRENT = {
    "SimpleRNN": one("SimpleRNN", SEQ, 4),
    "SimpleRNN/no bias": one(
        "SimpleRNN", SEQ, 4, use_bias=False, activation="relu", return_sequences=True
    ),
    "SimpleRNN/states": one("SimpleRNN", SEQ, 4, return_state=True),
    "LSTM": one("LSTM", SEQ, 4),
    "LSTM/sigmoid": one("LSTM", SEQ, 4, unit_forget_bias=False, **SIGMOID),
    "LSTM/no bias": one("LSTM", SEQ, 4, use_bias=False, dropout=0.2, **SIGMOID),
    "LSTM/states": one("LSTM", SEQ, 4, return_state=True, return_sequences=True, **SIGMOID),
    "LSTM/handed on": states_handed_on,
    "LSTM/masked": masked,
    "LSTM/stack": recurrent_stack,
    "GRU": one("GRU", SEQ, 4),
    "GRU/reset before": one("GRU", SEQ, 4, reset_after=False, **SIGMOID),
    "GRU/reset after": one("GRU", SEQ, 4, reset_after=True, go_backwards=True, **SIGMOID),
    "SimpleRNNCell": of_cell("SimpleRNNCell"),
    "LSTMCell": of_cell("LSTMCell", **SIGMOID),
    "GRUCell": of_cell("GRUCell", reset_after=True, **SIGMOID),
    "StackedRNNCells": stack_given_as_one,
    "StackedRNNCells/states": states_of_a_stack,
    "RNN/three cells": stacked_cells,
    "Bidirectional/LSTM": wrapped(
        "Bidirectional", "LSTM", SEQ, 4, merge_mode="sum", inner_options=SIGMOID
    ),
    "Bidirectional/default": wrapped("Bidirectional", "LSTM", SEQ, 4),
    "Bidirectional/GRU": wrapped(
        "Bidirectional",
        "GRU",
        SEQ,
        3,
        inner_options={"return_sequences": True, "reset_after": True, **SIGMOID},
    ),
    "Bidirectional/two layers": both_ways_by_different_layers,
    "Bidirectional/states": both_ways_with_states,
    "Bidirectional/not merged": wrapped("Bidirectional", "SimpleRNN", SEQ, 3, merge_mode=None),
    "TimeDistributed": wrapped("TimeDistributed", "Dense", SEQ, 4),
    "TimeDistributed/convolution": wrapped("TimeDistributed", "Conv2D", (3, *IMG), 2, 3),
    "TimeDistributed/normalization": wrapped("TimeDistributed", "BatchNormalization", SEQ),
    "TimeDistributed/model": steps_of_a_model,
    "ConvLSTM1D": one("ConvLSTM1D", (3, 5, 2), 3, 2, padding="same", **SIGMOID),
    "ConvLSTM2D": one("ConvLSTM2D", FRAMES, 3, 2),
    "ConvLSTM2D/sigmoid": one("ConvLSTM2D", FRAMES, 3, 2, padding="same", **SIGMOID),
    "ConvLSTM3D": one("ConvLSTM3D", (2, 4, 4, 4, 2), 2, 2, return_sequences=True, **SIGMOID),
}
# Built in code by either package, these are not the same function.
DEFAULTS_DIFFER = {"Bidirectional/default", "ConvLSTM2D", "GRU", "LSTM"}
