"""summary(): the table, character by character, as Keras 2.1.5 prints it."""

import pytest

from minikeras.layers import Activation, Conv2D, Dense, Dropout, Flatten, concatenate
from minikeras.models import Input, Model, Sequential


def lines(model, **settings):
    found = []
    model.summary(print_fn=found.append, **settings)
    return found


def stack():
    return Sequential(
        [
            Dense(32, input_shape=(784,)),
            Activation("relu"),
            Dense(10, trainable=False),
            Activation("softmax"),
        ]
    )


PLAIN = """\
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
Trainable params: 25,120
Non-trainable params: 330
_________________________________________________________________"""  # noqa: W291


def test_a_stack():
    assert lines(stack()) == PLAIN.split("\n")


def test_it_is_printed(capsys):
    stack().summary()
    assert capsys.readouterr().out == PLAIN + "\n"


FORK = """\
__________________________________________________________________________________________________
Layer (type)                    Output Shape         Param #     Connected to                     
==================================================================================================
a (InputLayer)                  (None, 8)            0                                            
__________________________________________________________________________________________________
b (InputLayer)                  (None, 8)            0                                            
__________________________________________________________________________________________________
shared (Dense)                  (None, 4)            36          a[0][0]                          
                                                                 b[0][0]                          
__________________________________________________________________________________________________
both (Concatenate)              (None, 8)            0           shared[0][0]                     
                                                                 shared[1][0]                     
__________________________________________________________________________________________________
out (Dense)                     (None, 1)            9           both[0][0]                       
==================================================================================================
Total params: 45
Trainable params: 45
Non-trainable params: 0
__________________________________________________________________________________________________"""  # noqa: W291


def test_a_graph_says_what_layers_are_connected_to():
    a, b = Input((8,), name="a"), Input((8,), name="b")
    shared = Dense(4, name="shared")
    out = Dense(1, name="out")(concatenate([shared(a), shared(b)], name="both"))
    assert lines(Model([a, b], out)) == FORK.split("\n")


def test_a_plain_functional_model_is_a_stack_with_its_input():
    inputs = Input((4,))
    found = lines(Model(inputs, Dense(2)(inputs)))
    assert found[1] == "Layer (type)                 Output Shape              Param #   "
    assert found[3].split() == ["input_1", "(InputLayer)", "(None,", "4)", "0"]
    assert len(found[0]) == 65


def test_a_layer_with_several_shapes():
    shared = Flatten(name="shared")
    a, b = Input((2, 3)), Input((4, 5))
    found = lines(Model([a, b], [shared(a), shared(b)]))
    assert any("shared (Flatten)                multiple             0 " in line for line in found)


def test_widths_and_positions():
    model = stack()
    found = lines(model, line_length=60)
    assert found[0] == "_" * 60
    assert found[1] == "Layer (type)               Output Shape            Param #  "
    assert found[5] == "activation_1 (Activation)  (None, 32)              0        "
    found = lines(model, line_length=50, positions=[0.3, 0.6, 1.0])
    assert found[3] == "dense_1 (Dense (None, 32)     25120               "
    found = lines(model, line_length=40, positions=[20, 32, 40])
    assert found[3] == "dense_1 (Dense)     (None, 32)  25120   "
    assert found[5] == "activation_1 (Activ (None, 32)  0       "
    with pytest.raises(ValueError, match="positions needs 3 entries, one for each column, not 2"):
        lines(model, positions=[0.5, 1.0])


def test_nested_models():
    inner = Sequential([Conv2D(2, 3, input_shape=(8, 8, 1)), Flatten()], name="inner")
    outer = Sequential([inner, Dense(1)])
    found = lines(outer)
    assert [line.split()[0] for line in found[3::2]][:2] == ["inner", "dense_1"]
    assert "(None, 72)" in found[3]
    found = lines(outer, expand_nested=True)
    names = [line[:28].rstrip() for line in found[3:-4:2]]
    assert names == [
        "inner (Sequential)",
        "    conv2d_1 (Conv2D)",
        "    flatten_1 (Flatten)",
        "dense_1 (Dense)",
    ]


def test_a_column_for_what_may_be_trained():
    found = lines(stack(), show_trainable=True)
    assert found[1].split()[-1] == "Trainable"
    assert [line.split()[-1] for line in found[3:11:2]] == ["Y", "Y", "N", "Y"]
    assert found[0] == "_" * 76


def test_a_range_of_layers():
    found = lines(stack(), layer_range=["activation_1", "dense_2"])
    assert [line.split()[0] for line in found[3:6:2]] == ["activation_1", "dense_2"]
    assert found[-4] == "Total params: 25,450"
    assert len(lines(stack(), layer_range=["dense", "dense"])) == len(PLAIN.split("\n")) - 2
    with pytest.raises(ValueError, match="No layer is called 'danse'. Did you mean 'dense_"):
        lines(stack(), layer_range=["danse", "dense"])
    with pytest.raises(ValueError, match="two names"):
        lines(stack(), layer_range="dense")


def test_weights_that_are_shared_count_once():
    inputs = Input((4,))
    shared = Dense(4)
    found = lines(Model(inputs, shared(shared(inputs))))
    assert "Total params: 20" in found


def test_a_model_without_shapes():
    model = Sequential([Dense(3), Dropout(0.5)])
    with pytest.raises(ValueError, match="has not been built.*input_shape"):
        model.summary()


def test_a_subclassed_model():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.inner = Dense(2)

        def call(self, inputs):
            return self.inner(inputs)

    model = Own()
    with pytest.raises(ValueError, match="has not been built"):
        model.summary()
    model.build((None, 3))
    found = lines(model)
    assert found[3].split() == ["dense_1", "(Dense)", "?", "8"]
    assert "Total params: 8" in found
