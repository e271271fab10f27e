"""Weights of layers: making them in both signatures, finding, freezing, reading and writing."""

import numpy as np
import pytest

import minikeras
from minikeras import constraints, initializers, regularizers
from minikeras.autograd import Variable
from minikeras.layers import BatchNormalization, Dense, Layer
from minikeras.layers.weights import trainable_changes
from minikeras.models import Sequential


class Bare(Layer):
    """A layer to add weights to."""


def names(variables):
    return [v.name.rpartition("/")[2].removesuffix(":0") for v in variables]


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (("w", (2, 3)), {"initializer": "ones"}),
        (("w", (2, 3), "float32", "ones"), {}),
        ((), {"name": "w", "shape": [2, 3], "initializer": "ones"}),
        (((2, 3), "ones"), {"name": "w"}),
        (((2, 3),), {"initializer": "ones", "name": "w"}),
        (((2, 3), "ones", "float32", True), {"name": "w"}),
        (((2, 3), initializers.Ones()), {"name": "w"}),
        (((2, 3), "w"), {"initializer": "ones"}),  # Keras 2 takes the string for the name
        (((2, 3), "ones"), {"name": "w", "autocast": False, "aggregation": "mean"}),
        (((2, 3), lambda shape: np.ones(shape)), {"name": "w"}),
    ],
)
def test_both_signatures(args, kwargs):
    layer = Bare(name="own")
    w = layer.add_weight(*args, **kwargs)
    assert w.name == "own/w:0"
    assert (w.shape, w.dtype) == ((2, 3), np.float32)
    assert (w.numpy() == 1).all()
    assert [v is w for v in layer.trainable_weights] == [True]


def test_what_a_weight_may_be():
    layer = Bare()
    w = layer.add_variable(
        "w", (2,), regularizer="l2", constraint="non_neg", trainable=False, dtype="float64"
    )
    assert isinstance(w.regularizer, regularizers.L1L2)
    assert isinstance(w.constraint, constraints.NonNeg)
    assert w.dtype == np.float64
    assert layer.non_trainable_weights == [w]
    assert layer.add_weight().shape == ()
    assert layer.add_weight(5).shape == (5,)
    assert layer.add_weight("steps", (), "int32", trainable=False).numpy() == 0
    assert layer.add_weight("free", (2,), trainable=None).trainable
    assert names(layer.weights) == ["variable_1", "variable_2", "free", "w", "steps"]


def test_settings_are_found_by_name():
    layer = Bare()
    layer.kernel_initializer = initializers.Ones()
    layer.kernel_regularizer = regularizers.L2(0.1)
    layer.kernel_constraint = constraints.NonNeg()
    w = layer.add_weight("kernel", (2,))
    assert w.numpy().tolist() == [1, 1]
    assert (w.regularizer, w.constraint) == (layer.kernel_regularizer, layer.kernel_constraint)


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "message"),
    [
        (("w", (None, 2)), {}, ValueError, r"shape \(None, 2\): the sizes"),
        (("w", (2,)), {"inititalizer": "ones"}, TypeError, "Did you mean 'initializer'"),
        (((2,),), {"shape": (3,)}, TypeError, "'shape' twice"),
        ((), {"initializer": lambda shape: np.ones(3), "shape": (2,)}, ValueError, r"\(2,\) was"),
        (("w", (2,), "float32", "onse"), {}, ValueError, "Did you mean 'one' or 'ones'"),
        (("w",) * 8, {}, TypeError, "at most 7 arguments"),
    ],
)
def test_weights_that_are_refused(args, kwargs, error, message):
    layer = Bare()
    with pytest.raises(error, match=message):
        layer.add_weight(*args, **kwargs)
    assert layer.weights == []


def test_variables_of_keras_3():
    kinds = {
        1.5: "float32",
        3: "int32",
        (1.0, 2.0): "float32",
        True: "bool",
    }
    for value, dtype in kinds.items():
        assert minikeras.Variable(value).dtype == dtype
    assert minikeras.Variable(np.ones(2)).dtype == np.float32  # no float64 by accident
    assert minikeras.Variable(np.ones(2), dtype="float64").dtype == np.float64
    made = minikeras.Variable("ones", shape=(2,), name="v", trainable=False)
    assert (made.numpy().tolist(), made.name, made.trainable) == ([1, 1], "v", False)
    with pytest.raises(ValueError, match="needs its shape"):
        minikeras.Variable("ones")


# ---------------------------------------------------------------------------------------------
# Finding
# ---------------------------------------------------------------------------------------------
class Tree(Layer):
    """Layers in attributes, lists and dictionaries; one of them twice."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.one = Dense(1, use_bias=False, name="one")
        self.list = [self.one, (Dense(1, use_bias=False, name="two"),)]
        self.dict = {"norm": BatchNormalization(name="norm"), "text": "x", "number": 3}
        self.array = np.zeros(3)

    def call(self, inputs):
        return self.dict["norm"](self.list[1][0](self.one(inputs)))


def test_layers_inside_are_found_once():
    tree = Tree()
    tree.own = tree.add_weight("own", ())
    tree(np.ones((2, 3)))
    assert [w.name for w in tree.trainable_weights] == [
        f"{tree.name}/own:0",
        "one/kernel:0",
        "two/kernel:0",
        "norm/gamma:0",
        "norm/beta:0",
    ]
    assert names(tree.non_trainable_weights) == ["moving_mean", "moving_variance"]
    assert tree.weights == tree.trainable_weights + tree.non_trainable_weights
    assert tree.variables == tree.weights
    assert tree.trainable_variables == tree.trainable_weights
    assert tree.non_trainable_variables == tree.non_trainable_weights
    assert tree.count_params() == 1 + 3 + 1 + 4


def test_layers_that_hold_each_other():
    class Half(Layer):
        def call(self, inputs):
            return inputs * self.w

    a, b = Half(), Half()
    for half, other in ((a, b), (b, a)):
        half.w = half.add_weight("w", (), initializer="ones")
        half.other = other
    assert a.trainable_weights == [a.w, b.w]
    assert b.trainable_weights == [b.w, a.w]
    a.trainable = False
    assert (b.trainable, a.trainable_weights, a.non_trainable_weights) == (False, [], [a.w, b.w])
    assert a.losses == []


def test_lists_of_keras_2():
    class Old(Layer):
        def build(self, input_shape):
            self.w = Variable(np.ones((2,), "float32"), name="w")
            self.v = Variable(np.ones((2,), "float32"), name="v", trainable=False)
            self.trainable_weights = [self.w]
            self._non_trainable_weights.append(self.v)

        def call(self, inputs):
            return inputs * self.w

    layer = Old()
    layer(np.ones((1, 2)))
    assert (layer.trainable_weights, layer.non_trainable_weights) == ([layer.w], [layer.v])
    layer.non_trainable_weights = []
    assert layer.weights == [layer.w]


def test_properties_of_ones_own():
    class Picky(Layer):
        def __init__(self):
            super().__init__()
            self.inner = Dense(2)

        @property
        def trainable_weights(self):
            return self.inner.trainable_weights[:1]

        def call(self, inputs):
            return self.inner(inputs)

    outer = Sequential([Picky()])
    outer(np.ones((1, 3)))
    assert names(outer.trainable_weights) == ["kernel"]


# ---------------------------------------------------------------------------------------------
# Freezing
# ---------------------------------------------------------------------------------------------
def test_freezing_acts_on_the_layers_inside():
    tree = Tree()
    tree(np.ones((2, 3)))
    before = trainable_changes()
    tree.trainable = False
    assert trainable_changes() > before
    assert not tree.one.trainable
    assert tree.trainable_weights == []
    assert names(tree.non_trainable_weights) == [
        *("kernel", "kernel", "gamma", "beta"),
        *("moving_mean", "moving_variance"),
    ]
    tree.trainable = True
    tree.one.trainable = False
    assert names(tree.trainable_weights) == ["kernel", "gamma", "beta"]
    assert [w.name for w in tree.non_trainable_weights][0] == "one/kernel:0"
    assert len(tree.weights) == 6


def test_a_frozen_layer_shows_the_weights_of_free_ones_inside():
    tree = Tree(trainable=False)
    tree(np.ones((2, 3)))
    assert tree.one.trainable
    assert tree.trainable_weights == []
    assert len(tree.non_trainable_weights) == 6


# ---------------------------------------------------------------------------------------------
# Reading and writing
# ---------------------------------------------------------------------------------------------
def test_weights_are_copied_both_ways():
    layer = Dense(2)
    layer.build((None, 3))
    given = [np.ones((3, 2)), np.ones(2)]
    layer.set_weights(given)
    given[0][:] = 5
    read = layer.get_weights()
    read[1][:] = 7
    assert (layer.kernel.numpy() == 1).all()
    assert (layer.bias.numpy() == 1).all()
    assert layer.kernel.dtype == np.float32
    layer.set_weights((layer.kernel * 2, layer.bias))  # tensors will do
    assert (layer.kernel.numpy() == 2).all()


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ([np.ones((3, 2))], ValueError, r"Layer 'Mine' has 2 weights, but set_weights got 1"),
        ([np.ones(2), np.ones((3, 2))], ValueError, r"'Mine/kernel:0' .* has shape \(3, 2\)"),
        ([np.ones((3, 2)), np.ones(3)], ValueError, r"'Mine/bias:0' .*shape \(3,\)"),
        ([np.full((3, 2), "a"), np.ones(2)], ValueError, "holds numbers"),
        ({"kernel": 1}, TypeError, "a list of arrays, not dict"),
        (3, TypeError, "a list of arrays, not int"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(weights, error, message):
    layer = Dense(2, name="Mine")
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(error, match=message):
        layer.set_weights(weights)
    for a, b in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_weights_of_a_layer_that_is_not_built():
    with pytest.raises(ValueError, match="It has not been built: call it on data first"):
        Dense(2).set_weights([np.ones((3, 2))])
    assert Dense(2).get_weights() == []
