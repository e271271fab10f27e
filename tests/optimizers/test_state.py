"""Saving and restoring what an optimizer remembers."""

import numpy as np
import pytest

from minikeras.autograd import Variable
from minikeras.optimizers import SGD, Adam, schedules
from tests.optimizers.support import assert_same_bits, gradients, run, values, variables

SHAPES = [(2, 3), (3,)]


def trained(cls=Adam, steps=2, **settings):
    optimizer = cls(**settings)
    run(optimizer, variables(SHAPES), steps)
    return optimizer


def fresh(cls=Adam, **settings):
    optimizer = cls(**settings)
    optimizer.build(variables(SHAPES))
    return optimizer


def test_weights_are_copies():
    adam = trained()
    weights = adam.get_weights()
    weights[1][...] = 7.0
    assert not (adam.get_weights()[1] == 7.0).any()


def test_weights_are_variables_too():
    adam = trained()
    assert_same_bits([w.data for w in adam.weights], adam.get_weights())


def test_set_weights_takes_either_list():
    adam = trained()
    for source in (adam.get_weights(), [np.array(v.data) for v in adam.variables]):
        again = fresh()
        again.set_weights(source)
        assert_same_bits(again.get_weights(), adam.get_weights())


def test_the_learning_rate_is_among_the_variables_of_keras_3():
    adam = trained(learning_rate=0.5)
    again = fresh()
    again.set_weights([np.array(v.data) for v in adam.variables])
    assert again.learning_rate == 0.5
    assert [v.name for v in adam.variables[:2]] == ["iteration", "learning_rate"]
    scheduled = trained(learning_rate=schedules.CosineDecay(0.1, 5))
    assert len(scheduled.variables) == len(adam.variables) - 1


def test_weights_that_do_not_fit():
    with pytest.raises(ValueError, match="has no weights to set yet"):
        Adam().set_weights([])
    adam = fresh()
    before = adam.get_weights()
    with pytest.raises(ValueError, match=r"remembers 7 arrays .* was given 1 of"):
        adam.set_weights([np.array(1)])
    wrong = trained().get_weights()
    wrong[1] = np.ones((3, 2))
    with pytest.raises(ValueError, match=r"\(3, 2\)"):
        adam.set_weights(wrong)
    assert_same_bits(adam.get_weights(), before)


def test_a_store_of_another_size_is_left_with_a_warning():
    """As in Keras 3."""
    store = {}
    trained(SGD).save_own_variables(store)
    assert sorted(store) == ["0", "1"]
    adam = fresh()
    before = adam.get_weights()
    with pytest.warns(UserWarning, match="'adam' starts afresh: .* 6 arrays, but .* has 2"):
        adam.load_own_variables(store)
    assert_same_bits(adam.get_weights(), before)
    with pytest.warns(UserWarning, match="has not been built yet"):
        Adam().load_own_variables({str(i): np.array(0) for i in range(6)})


def test_a_store_of_other_shapes_changes_nothing():
    store = {}
    trained().save_own_variables(store)
    store["5"] = np.ones(4)
    adam = fresh()
    before = adam.get_weights()
    with pytest.raises(ValueError, match=r"Array 5 .* shape \(4,\), but 'v1_velocity' of 'adam'"):
        adam.load_own_variables(store)
    assert_same_bits(adam.get_weights(), before)


def test_a_store_holds_copies():
    adam, store = trained(), {}
    adam.save_own_variables(store)
    kept = {k: v.copy() for k, v in store.items()}
    run(adam, adam._trainable_variables, 1)
    assert_same_bits(store.values(), kept.values())


def test_counters_of_other_widths():
    """Keras 3 saves the step counter as int32 or int64."""
    adam = fresh()
    weights = adam.get_weights()
    weights[0] = np.array(9, "int32")
    adam.set_weights(weights)
    assert adam.iterations == 9
    assert adam.get_weights()[0].dtype == np.int64


def test_weights_of_another_precision_are_cast():
    adam = fresh()
    adam.set_weights([w.astype("float64") for w in trained().get_weights()])
    assert {w.dtype.name for w in adam.get_weights()[1:]} == {"float32"}


def test_restored_slots_keep_their_place_in_flat_memory():
    adam, other = trained(), fresh()
    slot = other.variables[2].data
    other.set_weights(adam.get_weights())
    assert other.variables[2].data is slot


def test_order_follows_the_variables_not_their_place_in_memory():
    """Large variables live behind small ones; lists go by the order of `build`."""
    xs = [Variable(np.ones((200, 100), "f4"), name="large"), Variable(np.ones(2, "f4"), name="s")]
    adam = Adam()
    adam.build(xs)
    shapes = [(), (), (200, 100), (200, 100), (2,), (2,)]
    assert [v.shape for v in adam.variables] == shapes


def test_a_step_that_changes_nothing():
    """Keras 3's way for loops that keep the state themselves."""
    xs = variables(SHAPES)
    adam, store = Adam(0.5), {}
    run(adam, xs, 2)
    adam.save_own_variables(store)
    state, weights = list(store.values()), values(xs)
    new_weights, new_state = adam.stateless_apply(state, gradients(SHAPES, seed=9), weights)
    assert_same_bits(values(xs), weights)
    assert_same_bits([v.data for v in adam.variables], state)
    adam.apply(gradients(SHAPES, seed=9), xs)
    assert_same_bits(new_weights, values(xs))
    assert_same_bits(new_state, [v.data for v in adam.variables])
    with pytest.raises(ValueError, match="works on 2 trainable variables and remembers 6, but"):
        adam.stateless_apply(state[1:], gradients(SHAPES), weights)
    with pytest.raises(ValueError, match="must be built first"):
        Adam().stateless_apply([], [], [])


def test_every_weight_has_a_name_of_its_own():
    """Files store weights by name."""
    for optimizer in (fresh(), fresh(SGD), fresh(SGD, momentum=0.9), fresh(use_ema=True)):
        names = [w.name for w in optimizer.weights]
        assert len(set(names)) == len(names)
        assert all(names)
