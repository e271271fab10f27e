"""Merging layers: numbers worked by hand, broadcasting, masks, and what they refuse."""

import warnings

import numpy as np
import pytest

from minikeras import layers, ops
from minikeras.autograd import Tensor
from minikeras.layers import (
    Add,
    Average,
    Concatenate,
    Dot,
    Input,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from minikeras.layers.merge import _Merge

A = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
B = np.array([[5.0, 1.0], [0.0, -2.0]], "float32")


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Add(), [[6, 3], [3, 2]]),
        (Subtract(), [[-4, 1], [3, 6]]),
        (Multiply(), [[5, 2], [0, -8]]),
        (Average(), [[3, 1.5], [1.5, 1]]),
        (Maximum(), [[5, 2], [3, 4]]),
        (Minimum(), [[1, 1], [0, -2]]),
        (Concatenate(), [[1, 2, 5, 1], [3, 4, 0, -2]]),
        (Concatenate(axis=1), [[1, 2, 5, 1], [3, 4, 0, -2]]),
        (Concatenate(axis=0), [[1, 2], [3, 4], [5, 1], [0, -2]]),
        (Dot(axes=1), [[7], [-8]]),
        (Dot(axes=-1), [[7], [-8]]),
        (Dot(axes=(1, 1), normalize=True), [[7 / np.sqrt(5 * 26)], [-8 / (5 * 2)]]),
    ],
)
def test_two_inputs(layer, expected):
    for inputs in ([A, B], (A, B)):
        out = layer(inputs)
        assert out.dtype == np.float32
        np.testing.assert_allclose(out.numpy(), expected, rtol=1e-6)


def test_functions():
    x, y = Input((2,)), Input((2,))
    for name in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"):
        merged = getattr(layers, name)([x, y], name=f"the_{name}")
        assert merged.history[0].name == f"the_{name}"
    assert layers.dot([x, y], axes=1, normalize=True).history[0].normalize
    assert layers.concatenate([x, y], axis=0).history[0].axis == 0


@pytest.mark.parametrize(
    ("mode", "settings", "expected"),
    [
        ("sum", {}, [[6, 3]]),
        ("mul", {}, [[5, 2]]),
        ("ave", {}, [[3, 1.5]]),
        ("max", {}, [[5, 2]]),
        ("min", {}, [[1, 1]]),
        ("concat", {"concat_axis": 1}, [[1, 2, 5, 1]]),
        ("dot", {"dot_axes": 1}, [[7]]),
        ("cos", {"dot_axes": 1}, [[7 / np.sqrt(130)]]),
    ],
)
def test_the_merge_of_keras_1(mode, settings, expected):
    with pytest.warns(DeprecationWarning, match="merge.. is of Keras 1"):
        out = layers.merge([A[:1], B[:1]], mode=mode, **settings)
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-6)


def test_a_mode_that_is_not():
    with pytest.warns(DeprecationWarning), pytest.raises(ValueError, match="Unknown mode 'plus'"):
        layers.merge([A, B], mode="plus")


@pytest.mark.parametrize(
    ("shapes", "merged"),
    [
        ([(None, 3), (None, 3)], (None, 3)),
        ([(None, 4, 3), (None, 3)], (None, 4, 3)),
        ([(None, 1, 3), (None, 4, 1)], (None, 4, 3)),
        ([(None, None, 3), (None, 4, 3)], (None, 4, 3)),
        ([(None, None), (None, 1)], (None, None)),
        ([(2, 3), (None, 3)], (2, 3)),
        ([(None,), (None, 3)], (None, 3)),
        ([(None, 3)], (None, 3)),
    ],
)
def test_shapes(shapes, merged):
    assert Add().compute_output_shape(shapes) == merged
    symbols = [Input(batch_shape=s) for s in shapes]
    assert Multiply()(symbols).shape == merged


def test_inputs_of_lower_rank_are_spread_over_the_axes_behind_the_batch():
    vector, matrix = np.array([[10.0, 20.0]]), np.arange(6.0).reshape(1, 3, 2)
    expected = [[[10, 21], [12, 23], [14, 25]]]
    assert Add()([matrix, vector]).numpy().tolist() == expected
    assert Add()([vector, matrix]).numpy().tolist() == expected


@pytest.mark.parametrize(
    ("shapes", "axis", "joined"),
    [
        ([(None, 3), (None, 4)], -1, (None, 7)),
        ([(None, 3, 2), (None, None, 2)], 1, (None, None, 2)),
        ([(None, None, 2), (None, 5, 3)], -1, (None, 5, 5)),
        ([(2, 3), (4, 3)], 0, (6, 3)),
    ],
)
def test_shapes_of_joined_inputs(shapes, axis, joined):
    assert Concatenate(axis=axis).compute_output_shape(shapes) == joined


@pytest.mark.parametrize(
    ("shapes", "axes", "expected"),
    [
        ([(None, 4), (None, 4)], 1, (None, 1)),
        ([(None, 3, 4), (None, 5, 4)], 2, (None, 3, 5)),
        ([(None, 3, 4), (None, 4, 5)], (2, 1), (None, 3, 5)),
        ([(None, 4), (None, 5, 4)], (1, 2), (None, 5)),
        ([(None, 2, 3, 4), (None, 4, 5)], (-1, 1), (None, 2, 3, 5)),
        ([(None, None, 4), (None, 5, 4)], -1, (None, None, 5)),
    ],
)
def test_shapes_of_products(shapes, axes, expected):
    layer = Dot(axes=axes, dtype="float64")
    assert layer.compute_output_shape(shapes) == expected
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal([3 if n is None else n for n in s]) for s in shapes)
    found = layer([a, b]).numpy()
    first, second = layer._axes([a.shape, b.shape])
    for sample in range(3):
        product = np.tensordot(a[sample], b[sample], (first - 1, second - 1))
        np.testing.assert_allclose(found[sample].ravel(), product.ravel(), rtol=1e-9)


# ---------------------------------------------------------------------------------------------
# Masks
# ---------------------------------------------------------------------------------------------
def masked(values, mask):
    tensor = Tensor(np.asarray(values, "float32"))
    tensor.mask = None if mask is None else np.array(mask, bool)
    return tensor


STEPS = np.arange(6.0).reshape(1, 3, 2)


def test_a_step_is_there_where_it_is_in_every_input():
    a, b = masked(STEPS, [[1, 1, 0]]), masked(STEPS, [[0, 1, 1]])
    assert Add()([a, b]).mask.tolist() == [[False, True, False]]
    # Keras 2: an input without a mask does not count; Keras 3 would drop the mask.
    assert Multiply()([a, masked(STEPS, None)]).mask.tolist() == [[True, True, False]]
    assert Maximum()([masked(STEPS, None)] * 2).mask is None


def test_masks_of_joined_inputs():
    a, b = masked(STEPS, [[1, 1, 0]]), masked(STEPS, [[0, 1, 1]])
    free = masked(STEPS, None)
    assert Concatenate(axis=-1)([a, b]).mask.tolist() == [[False, True, False]]
    assert Concatenate(axis=-1)([a, free]).mask.tolist() == [[True, True, False]]
    assert Concatenate(axis=1)([a, b]).mask.tolist() == [[1, 1, 0, 0, 1, 1]]
    assert Concatenate(axis=1)([a, free]).mask.tolist() == [[1, 1, 0, 1, 1, 1]]
    assert Concatenate(axis=1)([free, free]).mask is None


def test_a_product_has_no_steps():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = Dot(axes=2)([masked(STEPS, [[1, 1, 0]]), masked(STEPS, [[0, 1, 1]])])
    assert out.mask is None


# ---------------------------------------------------------------------------------------------
# What is refused
# ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("layer", "inputs", "message"),
    [
        (Add(name="sum"), A, "Add 'sum' must be called on a list of inputs, not on a single"),
        (Add(), [], "not on none"),
        (Subtract(), [A, A, A], "exactly 2 inputs, but got 3"),
        (Subtract(), [A], "exactly 2 inputs, but got 1"),
        (Dot(axes=1), [A], "exactly 2 inputs"),
        (Add(), [A, A[:1].repeat(3, 0)], "different batch sizes"),
        (Add(name="sum"), [A, np.ones((2, 3))], r"'sum' cannot merge .*\(2,\) and \(3,\)"),
        (Concatenate(axis=1), [np.ones((2, 3, 2)), np.ones((2, 3, 4))], "agree but for axis 1"),
        (Concatenate(axis=3), [A, A], "agree but for axis 3"),
        (Dot(axes=(1, 2)), [A, np.ones((2, 2, 3))], "sizes 2 and 3 differ"),
        (Dot(axes=2), [A, A], "cannot sum over axis 2 of an input of shape"),
        (Dot(axes=0), [A, A], "0 is the batch axis"),
    ],
)
def test_inputs_that_do_not_fit(layer, inputs, message):
    with pytest.raises(ValueError, match=message):
        layer(inputs)


def test_a_single_tensor_is_refused_later_too():
    layer = Add()
    layer([A, B])
    with pytest.raises(ValueError, match="not on a single one"):
        layer(A)


@pytest.mark.parametrize("axes", ["1", (1,), (1, 2, 3), (1, 2.0), None])
def test_axes_that_are_none(axes):
    with pytest.raises(TypeError, match="an int or two ints"):
        Dot(axes=axes)


def test_a_merging_layer_of_ones_own():
    class Largest(_Merge):
        def _merge_function(self, inputs):
            return ops.maximum(inputs[0], inputs[1])

    a, b = np.array([[1.0, 5.0]], "float32"), np.array([[3.0, 2.0]], "float32")
    assert np.asarray(Largest()([a, b])).tolist() == [[3.0, 5.0]]
    with pytest.raises(NotImplementedError, match="define _merge_function"):
        _Merge()([a, b])


def test_masks_are_one_for_each_input():
    a, b = Input((3, 2)), Input((3, 2))
    one = np.ones((4, 3), bool)
    for layer in (Add(), Concatenate()):
        assert layer.compute_mask([a, b], [None, None]) is None
        for inputs, masks in (([a, b], one), (a, [None, None]), ([a, b], [one])):
            with pytest.raises(ValueError, match="as many masks"):
                layer.compute_mask(inputs, masks)


def test_masks_of_symbolic_inputs_are_joined():
    """The number of samples is then known from the masks alone."""
    a, b = Input((1, 2)), Input((2, 2))
    masks = np.array([[True], [False]]), np.array([[True, False], [True, True]])
    found = Concatenate(axis=1).compute_mask([a, b], list(masks))
    np.testing.assert_array_equal(found, np.hstack(masks))
