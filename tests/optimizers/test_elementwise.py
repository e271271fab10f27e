"""Optimizers on flat memory: shared, frozen, growing sets of variables, and two threads."""

import functools
import gc
import weakref

import numpy as np
import pytest

from minikeras import parallel
from minikeras.autograd import ProductGradient, Variable
from minikeras.optimizers import SGD, Adadelta, Adam, Nadam, RMSprop
from minikeras.optimizers.elementwise import _SWEEP_EVERY
from minikeras.optimizers.memory import home_of
from tests.optimizers.support import assert_same_bits, gradients, run, values, variables

SHAPES = [(4, 3), (3,), (150, 120), (3, 2), (2,)]
RNG = np.random.default_rng(4)


def apart(cls, steps_of, **settings):
    """The values of variables of which each has an optimizer of its own.

    `steps_of` says per variable in which steps it takes part.
    """
    found = []
    for i, shape in enumerate(SHAPES):
        x = variables(SHAPES)[i]
        optimizer = cls(**settings)
        for step in steps_of[i]:
            optimizer.apply([gradients(SHAPES, seed=step)[i]], [x])
        assert x.shape == shape
        found.append(values([x])[0])
    return found


@pytest.mark.parametrize("cls", [SGD, RMSprop, Adam])
def test_one_optimizer_or_one_per_variable(cls):
    xs = variables(SHAPES)
    run(cls(0.1), xs, 4)
    assert_same_bits(values(xs), apart(cls, [range(4)] * 5, lr=0.1))


def test_variables_of_one_build_are_side_by_side():
    xs = variables(SHAPES)
    adam = Adam()
    adam.build(xs)
    assert len({id(home_of(v).arena) for v in xs}) == 1
    run(adam, xs, 1)
    [plan] = adam._plans.values()
    assert [p.members for p in plan.pieces] == [[0, 1, 3, 4], [2]]


def test_a_frozen_subset():
    """A second optimizer, after a recompile with some layers frozen, takes several runs."""
    xs = variables(SHAPES)
    run(SGD(0.1), xs, 2)
    kept = [v.data for v in xs]
    some = [xs[0], xs[3]]
    second = SGD(0.1)
    for step in (2, 3):
        found = gradients(SHAPES, seed=step)
        second.apply([found[0], found[3]], some)
    assert all(v.data is data for v, data in zip(xs, kept))
    steps = [range(4), range(2), range(2), range(4), range(2)]
    assert_same_bits(values(xs), apart(SGD, steps, lr=0.1))


def test_two_optimizers_share_variables():
    """As the two models of a GAN do that have a layer in common."""
    xs = variables(SHAPES)
    left, right = Adam(0.1), RMSprop(0.1)
    left.build(xs[:3])
    right.build(xs[2:])
    others = variables(SHAPES)
    single_left, single_right = Adam(0.1), RMSprop(0.1)
    for step in range(3):
        found = gradients(SHAPES, seed=step)
        left.apply(found[:3], xs[:3])
        right.apply(found[2:], xs[2:])
        single_left.apply(found[:3], others[:3])
        single_right.apply(found[2:], others[2:])
    assert_same_bits(values(xs), values(others))
    assert np.shares_memory(xs[2].data, home_of(xs[0]).arena)
    assert not np.shares_memory(xs[3].data, home_of(xs[0]).arena)


def test_one_optimizer_serves_two_models_in_turn():
    """Scripts for Keras 2 compile both models of a GAN with the same instance."""
    xs = variables(SHAPES)
    shared = RMSprop(0.1)
    for step in range(4):
        mine = slice(0, 2) if step % 2 == 0 else slice(2, 5)
        shared.apply(gradients(SHAPES, seed=step)[mine], xs[mine])
    steps = [[0, 2]] * 2 + [[1, 3]] * 3
    assert_same_bits(values(xs), apart(RMSprop, steps, lr=0.1))
    assert shared.iterations == 4
    assert len(shared.get_weights()) == 5


def test_the_models_of_one_optimizer_count_together():
    """Adam's bias correction goes by the one counter, as in Keras 2.1.5."""
    x, y = variables([(2,), (2,)])
    adam = Adam(0.1)
    adam.apply([np.ones(2, "float32")], [x])
    before = y.data.copy()
    adam.apply([np.ones(2, "float32")], [y])
    # m = 0.1 and v = 0.001 are corrected as at t = 2.
    step = 0.1 * np.sqrt(1 - 0.999**2) / (1 - 0.9**2) * 0.1 / np.sqrt(0.001)
    np.testing.assert_allclose(before - y.data, step, rtol=1e-5)


def test_variables_in_another_order():
    xs, ys = variables(SHAPES), variables(SHAPES)
    forward, turned = Adam(0.1), Adam(0.1)
    turned.build(ys[::-1])
    for step in range(3):
        found = gradients(SHAPES, seed=step)
        forward.apply(found, xs)
        turned.apply(found[::-1], ys[::-1])
    assert_same_bits(values(xs), values(ys))


def test_a_variable_without_gradient_rests():
    xs = variables(SHAPES)
    adam = RMSprop(0.1)
    for step in range(4):
        found = gradients(SHAPES, seed=step)
        if step == 1:
            found[2] = found[3] = None
            with pytest.warns(UserWarning, match="depend on 'v2', 'v3'"):
                adam.apply(found, xs)
        else:
            adam.apply(found, xs)
    steps = [range(4), range(4), [0, 2, 3], [0, 2, 3], range(4)]
    assert_same_bits(values(xs), apart(RMSprop, steps, lr=0.1))


def test_a_variable_that_somebody_else_has_moved_is_found_again():
    xs, ys = variables(SHAPES), variables(SHAPES)
    moved, left = Adam(0.1), Adam(0.1)
    run(moved, xs, 2)
    run(left, ys, 2)
    buffer = np.empty(100, "float32")
    xs[0].rehome(buffer[10:22].reshape(4, 3))
    xs[1].rehome(np.empty(3, "float32"))
    run(moved, xs, 2, first=2)
    run(left, ys, 2, first=2)
    assert_same_bits(values(xs), values(ys))
    assert np.shares_memory(xs[0].data, buffer)


def test_mixed_types():
    xs = variables([(3,), (2, 2)], "float32") + variables([(3,), (200, 100)], "float64")
    ys = variables([(3,), (2, 2)], "float32") + variables([(3,), (200, 100)], "float64")
    together, singly = Adam(0.1, weight_decay=0.1), [Adam(0.1, weight_decay=0.1) for _ in ys]
    for step in range(3):
        found = [g.astype(x.dtype) for g, x in zip(gradients([x.shape for x in xs], seed=step), xs)]
        together.apply(found, xs)
        for optimizer, g, y in zip(singly, found, ys):
            optimizer.apply([g], [y])
    assert_same_bits(values(xs), values(ys))


@pytest.mark.parametrize("cls", [SGD, RMSprop, Adam, Nadam])
def test_threads_make_no_difference(cls):
    shapes = [(1100, 700), (700,), (40, 3), (300, 301)]
    results = []
    before = parallel.num_threads()
    try:
        for threads in (1, 2, 3):
            parallel.set_num_threads(threads)
            xs = variables(shapes)
            run(cls(0.1, clipvalue=0.3, weight_decay=0.01), xs, 2)
            results.append(values(xs))
    finally:
        parallel.set_num_threads(before)
    assert_same_bits(results[0], results[1])
    assert_same_bits(results[0], results[2])


PRODUCT = (RNG.normal(size=(600, 9)), RNG.normal(size=(9, 500)))


def with_product(optimizer, threads, deferred, dtype="float32"):
    """The values after three steps in which one gradient of three is a product."""
    xs = variables([(4, 3), (600, 500), (700,)], dtype)
    left, right = (a.astype(dtype) for a in PRODUCT)
    before = parallel.num_threads()
    parallel.set_num_threads(threads)
    try:
        for step in range(3):
            others = gradients([(4, 3), (700,)], dtype, seed=step)
            product = ProductGradient(left, right)
            optimizer.apply([others[0], product if deferred else product.dense(), others[1]], xs)
    finally:
        parallel.set_num_threads(before)
    return values(xs)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("cls", [SGD, Adadelta, Adam, Nadam, RMSprop])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_that_are_products(cls, threads, dtype):
    settings = {"clipvalue": 1.5, "weight_decay": 0.01}
    assert cls(**settings).takes_products()
    found = with_product(cls(**settings), threads, True, dtype)
    expected = with_product(cls(**settings), threads, False, dtype)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4 if dtype == "float32" else 1e-9)


@pytest.mark.parametrize(
    "setting",
    [
        {"clipnorm": 1.0},
        {"global_clipnorm": 1.0},
        {"gradient_accumulation_steps": 2},
        {"loss_scale_factor": 2.0},
    ],
    ids=str,
)
def test_products_that_must_be_known_first(setting):
    assert not SGD(0.1, **setting).takes_products()
    found = with_product(SGD(0.1, **setting), 1, True)
    assert_same_bits(found, with_product(SGD(0.1, **setting), 1, False))


def test_rows_too_long_for_a_block():
    xs = variables([(2, 200_000)])
    left, right = np.ones((2, 3), "float32"), np.ones((3, 200_000), "float32")
    before = values(xs)[0]
    SGD(0.5).apply([ProductGradient(left, right)], xs)
    np.testing.assert_allclose(xs[0].data, before - 1.5, rtol=1e-6)


def test_an_optimizer_of_ones_own_is_given_arrays():
    class Mine(SGD):
        def apply(self, grads, trainable_variables=None):
            self.seen = [type(g) for g in grads]
            super().apply(grads, trainable_variables)

    assert not Mine(0.1).takes_products()


def test_gradients_are_let_go():
    xs = variables([(150, 120)])
    gradient = np.ones((150, 120), "float32")
    watched = weakref.ref(gradient)
    sgd = SGD(0.1)
    sgd.apply([gradient], xs)
    del gradient
    gc.collect()
    assert watched() is None


def test_any_kind_of_array_may_be_a_gradient():
    xs, ys = variables([(150, 120), (3, 2)]), variables([(150, 120), (3, 2)])
    large, small = gradients([(150, 120), (3, 2)])
    SGD(0.1).apply([large, small], xs)
    turned = np.asfortranarray(large)
    SGD(0.1).apply([turned, Variable(small)], ys)
    assert_same_bits(values(xs), values(ys))
    zs = variables([(150, 120), (3, 2)])
    SGD(0.1).apply([large.astype("float64"), small.tolist()], zs)
    assert_same_bits(values(xs), values(zs))


def test_many_sets_of_variables_do_not_pile_up_plans():
    xs = variables([(2,)] * 40)
    sgd = SGD(0.1)
    sgd.build(xs)
    for i in range(40):
        sgd.apply([np.ones(2, "float32")], [xs[i]])
    assert len(sgd._plans) <= 16


def test_weight_decay_changed_while_training():
    x, sgd = Variable(np.ones(1)), SGD(0.5, weight_decay=0.2)
    sgd.apply([np.zeros(1)], [x])
    assert x.data[0] == pytest.approx(0.9)
    sgd.weight_decay = None
    sgd.apply([np.zeros(1)], [x])
    assert x.data[0] == pytest.approx(0.9)


@pytest.mark.parametrize(
    "cls", [Adam, Nadam, RMSprop, Adadelta, functools.partial(SGD, momentum=0.9)]
)
def test_what_has_faded_becomes_zero(cls):
    """Numbers below the smallest normal one slow a processor down, and never reach 0 alone."""
    [x] = variables([(20,)])
    optimizer = cls(lr=0.001)
    optimizer.build([x])
    slots = [v for kind in optimizer._slots.values() for v in kind]
    faded, normal = np.float32(6e-45), np.float32(1e-25)
    for slot in slots:
        slot.data[:10], slot.data[10:] = faded, normal
    before = x.data.copy()
    zero = np.zeros(20, "float32")
    for _ in range(_SWEEP_EVERY - 1):
        optimizer.apply([zero], [x])
    assert slots[0].data[0] == faded  # 0.9 times that is the same again
    optimizer.apply([zero], [x])
    for slot in slots:
        assert not slot.data[:10].any()
        assert (slot.data[10:] > 0).all()
    np.testing.assert_array_equal(x.data, before)


def test_what_has_faded_stays_where_it_is_divided_by():
    [x] = variables([(3,)])
    optimizer = RMSprop(epsilon=0.0)
    optimizer.build([x])
    [[slot]] = optimizer._slots.values()
    slot.data[:] = np.float32(6e-45)
    for _ in range(_SWEEP_EVERY):
        optimizer.apply([np.zeros(3, "float32")], [x])
    assert np.isfinite(x.data).all()
    assert (slot.data > 0).all()
