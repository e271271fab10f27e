"""Where a layer stands in graphs: get_input_at and its family."""

import pytest

from minikeras.layers import Add, Dense, Dropout, Input
from minikeras.models import Model, Sequential


def test_a_layer_called_once():
    x = Input((3,))
    layer = Dense(2)
    y = layer(x)
    assert (layer.input, layer.output) == (x, y)
    assert (layer.input_shape, layer.output_shape) == ((None, 3), (None, 2))
    assert (layer.get_input_at(0), layer.get_output_at(0)) == (x, y)
    assert layer.get_input_shape_at(0) == (None, 3)
    assert layer.get_output_shape_at(-1) == (None, 2)
    assert [len(layer.inbound_nodes), len(layer.outbound_nodes)] == [1, 0]


def test_several_inputs_are_a_list():
    a, b = Input((3,)), Input((3,))
    layer = Add()
    layer([a, b])
    assert layer.input == [a, b]
    assert layer.input_shape == [(None, 3), (None, 3)]


def test_a_layer_called_twice():
    a, b = Input((3,)), Input((4,))
    layer = Dropout(0.5)
    first, second = layer(a), layer(b)
    assert (layer.get_output_at(0), layer.get_output_at(1)) == (first, second)
    for attribute in ("input", "output", "input_shape", "output_shape"):
        with pytest.raises(AttributeError, match=rf"called 2 times.*get_{attribute}_at.node_index"):
            getattr(layer, attribute)
    same = Dense(2)
    same(a), same(a)
    assert same.output_shape == (None, 2)  # shapes may agree where tensors cannot


def test_a_layer_that_was_never_called():
    layer = Dense(2, name="lonely")
    with pytest.raises(AttributeError, match="'lonely' has never been called"):
        _ = layer.output
    with pytest.raises(RuntimeError, match="'lonely' has never been called.*no output shape"):
        layer.get_output_shape_at(0)
    layer(Input((3,)))
    with pytest.raises(ValueError, match="no input at node 1: it was called 1 times"):
        layer.get_input_at(1)


def test_nodes_in_the_words_of_keras_2():
    x = Input((3,))
    first, second = Dense(4), Dense(2)
    y = second(first(x))
    (node,) = second.inbound_nodes
    assert (node.outbound_layer, node.inbound_layers) == (second, [first])
    assert (node.node_indices, node.tensor_indices) == ([0], [0])
    assert (node.input_tensors, node.output_tensors) == ([first.output], [y])
    assert (node.input_shapes, node.output_shapes) == ([(None, 4)], [(None, 2)])
    assert first.outbound_nodes == [node]
    assert y._keras_history == (second, 0, 0)
    assert y._keras_shape == y.get_shape() == (None, 2)


def test_a_model_counts_its_own_way_as_the_first_call():
    inner = Sequential([Dense(2, input_dim=3)])
    x = Input((3,))
    called = inner(x)
    assert inner.get_output_at(0) is inner.output
    assert inner.get_output_at(1) is called
    assert called._keras_history == (inner, 1, 0)
    inner.add(Dense(4))
    assert inner.get_output_at(0).shape == (None, 4)
    assert inner.get_output_at(1) is called
    assert Model(x, called).output is called
