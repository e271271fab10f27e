"""What is recorded, for whom, and what the record costs."""

import gc
import threading
import weakref

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import (
    SecondDerivativeError,
    Tensor,
    Variable,
    composite,
    gradients,
    is_recording,
    no_grad,
    op,
    recording,
)


def test_plain_arrays_give_plain_arrays():
    assert type(ops.add(np.ones(2), np.ones(2))) is np.ndarray
    assert type(ops.add(np.float32(1), np.ones(2))) is np.ndarray
    assert isinstance(ops.add(Tensor([1.0]), np.ones(1)), Tensor)


def test_nothing_is_recorded_without_a_source():
    assert not (Tensor([1.0]) * 2).requires_grad
    assert (Variable([1.0]) * 2).requires_grad
    assert not (Variable([1.0], trainable=False) * 2).requires_grad
    assert not (Variable([1], dtype="int32") * 2).requires_grad


def test_no_grad_and_recording_nest():
    v = Variable([1.0])
    assert is_recording()
    with no_grad():
        assert not is_recording()
        assert not (v * 2).requires_grad
        with recording():
            assert (v * 2).requires_grad
        assert not is_recording()
    assert is_recording()


def test_the_state_comes_back_after_an_error():
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert is_recording()


def test_no_grad_holds_for_its_own_thread_only():
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append(is_recording()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_targets_leave_other_variables_out():
    a, b = Variable([1.0]), Variable([2.0])
    with recording(targets=[a]):
        assert (a * 2).requires_grad
        assert not (b * 2).requires_grad
        y = a * b
        assert gradients(y, [a, b]) == [np.array([2.0]), None]


def test_a_frozen_variable_stops_recording():
    v = Variable([1.0])
    v.trainable = False
    assert not (v * 2).requires_grad
    v.trainable = True
    assert (v * 2).requires_grad


def test_nothing_survives_a_walk_even_without_garbage_collection():
    """No reference cycles: reference counts alone free the graph, its arrays and tensors."""

    class Watched(np.ndarray):
        pass

    survivors = []
    gc.collect()
    gc.disable()
    try:
        v = Variable(np.ones((4, 4)))

        def step(walk):
            h = ops.tanh(v @ v + 1.0)
            parts = ops.split(h, 2, axis=1)
            y = ops.sum(ops.concatenate(parts, axis=0) ** 2)
            survivors.extend(weakref.ref(t) for t in (h, *parts, y))
            survivors.extend(weakref.ref(t.data) for t in (h, *parts))
            if walk:
                gradients(y, [v])

        for walk in (True, False):
            step(walk)
        assert [s() for s in survivors if s() is not None] == []
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_nothing_survives_second_differentiation():
    gc.collect()
    gc.disable()
    try:
        v = Variable(np.ones(3))
        (g,) = gradients(ops.sum(ops.exp(v) * v), [v], create_graph=True)
        (h,) = gradients(ops.sum(g * g), [v])
        watched = weakref.ref(g)
        del g, h
        assert watched() is None
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_frees_what_it_has_used():
    v = Variable(np.ones(3))
    h = ops.exp(v)
    watched = weakref.ref(h.data)
    y = ops.sum(h * h)
    del h
    assert watched() is not None
    gradients(y, [v])
    assert watched() is None


def test_constants_adapt_to_tensors():
    single = Tensor(np.ones(2, "float32"))
    for other in (2, 2.5, True, np.float64(2.5), np.ones(2), np.array(2.5), [1.0, 2.0]):
        assert (single * other).dtype == np.float32
        assert (other * single).dtype == np.float32
    assert (Tensor(np.ones(2, "int32")) * 2.5).dtype == np.float32
    assert (Tensor(np.ones(2, "int32")) * 2).dtype == np.int32
    assert (Tensor(np.ones(2, "uint8")) * 2).dtype == np.uint8
    assert (Tensor([True, False]) * 2).dtype == np.int32
    assert (single * Tensor(np.ones(2))).dtype == np.float64
    assert (single * Tensor(np.ones(2, "int64"))).dtype == np.float32
    assert (single * Tensor(np.ones(2, "float16"))).dtype == np.float32


def test_lists_and_numbers_have_the_default_types():
    assert ops.exp([1.0, 2.0]).dtype == np.float32
    assert ops.exp(2.0).dtype == np.float32
    assert ops.add([1, 2], [3, 4]).dtype == np.int32
    assert ops.add(1, 2).dtype == np.int32
    assert ops.add(True, 2).dtype == np.int32
    assert ops.logical_and(True, False).dtype == bool
    assert ops.add([1, 2], 0.5).dtype == np.float32


def test_lists_and_numbers_keep_their_digits_beside_float64():
    third = 1 / 3
    assert (Tensor(np.float64(1.0)) * third).item() == third
    assert (Tensor(np.ones(2)) * [third, third]).tolist() == [third, third]
    assert ops.multiply(np.ones(2), [third, third]).tolist() == [third, third]
    assert ops.exp(np.float64(third)).item() == np.exp(third)
    assert ops.multiply(np.ones(2, "float32"), np.float64(third)).dtype == np.float32


def test_a_list_of_tensors_is_joined():
    a, b = Variable(np.float32(2.0)), Variable(np.float32(3.0))
    with recording():
        total = ops.sum([a * b, a])
        found = gradients(total, [a, b])
    assert total.item() == 8
    assert [float(g) for g in found] == [4, 2]


def test_lists_of_lists_of_tensors_are_joined():
    assert ops.exp([[Tensor(0.0)], [Tensor(1.0)]]).shape == (2, 1)


def test_a_matrix_is_an_array():
    with pytest.warns(PendingDeprecationWarning):
        m = np.asmatrix([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(ops.multiply(m, m), [[1, 4], [9, 16]])


def test_arguments_by_name_and_position():
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(ops.sum(x, 1), ops.sum(x, axis=1))
    np.testing.assert_array_equal(ops.subtract(x2=x, x1=2 * x), x)
    np.testing.assert_array_equal(ops.take(x, axis=1, indices=[0]), x[:, :1])
    with pytest.raises(TypeError, match="twice"):
        ops.sum(x, 1, axis=1)
    with pytest.raises(TypeError, match="takes 1 arrays and 2 settings"):
        ops.sum(x, 1, True, 3)
    with pytest.raises(TypeError):
        ops.add(x)
    with pytest.raises(TypeError):
        ops.sum(x, axes=1)


def test_two_operations_of_one_name_are_refused():
    with pytest.raises(ValueError, match="'exp'"):

        @op(name="exp")
        def other(x):
            return x, None

    with pytest.raises(ValueError, match="'exp'"):

        @composite
        def exp(x):
            return x


def test_a_fused_operation_refuses_second_gradients():
    @op(twice=False, register=False)
    def fused(x):
        return x * x, (lambda g: 2 * g * x,)

    v = Variable(3.0)
    assert gradients(fused(v), [v]) == [6.0]
    with pytest.raises(SecondDerivativeError, match="'fused'"):
        gradients(fused(v), [v], create_graph=True)


def test_needs_tells_what_is_wanted():
    asked = []

    @op(register=False)
    def three(a, b, c):
        def vjp(g, needs):
            asked.append(tuple(needs))
            return g, g, g

        return a + b + c, vjp

    v = Variable(1.0)
    gradients(three(v, Tensor(1.0), 2.0), [v])
    assert asked == [(True, False, False)]


def test_only_the_gradients_needed_are_computed():
    asked = []

    @op(register=False)
    def two(a, b):
        return a + b, (lambda g: asked.append("a") or g, lambda g: asked.append("b") or g)

    a, b = Variable(1.0), Variable(1.0)
    gradients(two(a, b), [b])
    assert asked == ["b"]
