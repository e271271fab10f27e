"""K.function and K.placeholder: parts of graphs called on arrays."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras.layers import BatchNormalization, Dense, Dropout, Input
from minikeras.models import Model, Sequential
from minikeras.optimizers import SGD


def rows(n, width, seed=0):
    return np.random.default_rng(seed).standard_normal((n, width)).astype("float32")


def test_the_activations_of_a_layer():
    model = Sequential([Dense(4, activation="tanh", input_dim=3, name="first"), Dense(2)])
    x = rows(5, 3)
    first = K.function([model.layers[0].input], [model.get_layer("first").output, model.output])
    found, output = first([x])
    kernel, bias = model.layers[0].get_weights()
    np.testing.assert_allclose(found, np.tanh(x @ kernel + bias), rtol=1e-5)
    np.testing.assert_array_equal(output, model.predict(x))


def test_outputs_come_as_they_were_asked_for():
    x = Input((2,))
    single = K.function([x], x * 2)
    assert isinstance(single([np.ones((1, 2))]), np.ndarray)
    listed = K.function([x], [x * 2])
    assert [a.tolist() for a in listed([np.ones((1, 2))])] == [[[2, 2]]]
    assert listed(np.ones((1, 2)))[0].tolist() == [[2, 2]]  # one array without a list


def test_the_phase_is_fed_or_that_of_the_moment():
    model = Sequential([Dense(50, input_dim=3, use_bias=False), Dropout(0.5)])
    x = rows(4, 3)
    run = K.function([model.input, K.learning_phase()], [model.output])
    np.testing.assert_array_equal(run([x, 0])[0], model.predict(x))
    assert (run([x, 1])[0] == 0).sum() > 50
    plain = K.function([model.input], [model.output])
    assert not (plain([x])[0] == 0).any()
    K.set_learning_phase(1)
    try:
        assert (plain([x])[0] == 0).any()
    finally:
        K.set_learning_phase(0)


def test_the_training_phase_moves_no_averages():
    model = Sequential([BatchNormalization(input_shape=(3,), momentum=0.5)])
    x = rows(8, 3) + 5
    before = model.get_weights()
    output = K.function([model.input, K.learning_phase()], [model.output])([x, 1])[0]
    np.testing.assert_allclose(output.mean(axis=0), 0, atol=1e-5)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_it_may_begin_in_the_middle_and_end_at_a_variable():
    model = Sequential([Dense(4, input_dim=3), Dense(2)])
    head = K.function([model.layers[1].input], [model.output, model.layers[1].bias])
    hidden = rows(5, 4)
    output, bias = head([hidden])
    kernel = model.layers[1].get_weights()[0]
    np.testing.assert_allclose(output, hidden @ kernel, rtol=1e-5)
    assert bias.tolist() == [0, 0]
    bias += 1  # a copy
    assert model.layers[1].get_weights()[1].tolist() == [0, 0]


def test_updates_are_made_after_the_outputs():
    total = K.variable(np.zeros(2), name="total")
    x = K.placeholder((None, 2))
    step = K.sum(x, axis=0)
    add = K.function([x], [step, total], updates=[K.update_add(total, step)])
    first, old = add([np.ones((3, 2))])
    assert (first.tolist(), old.tolist()) == ([3, 3], [0, 0])
    add([np.ones((3, 2))])
    assert K.get_value(total).tolist() == [6, 6]
    set_ = K.function([x], [], updates=[(total, step), K.update_sub(total, step * 0)])
    set_([np.full((1, 2), 9.0)])
    assert K.get_value(total).tolist() == [6, 6]  # the last update read the value of before


def test_placeholders():
    x, y = K.placeholder(shape=(None, 3)), K.placeholder(ndim=2, name="y")
    assert (x.shape, y.shape, y.name) == ((None, 3), (None, None), "y")
    assert K.is_placeholder(x)
    together = K.function([x, y], [x + y])
    assert together([np.ones((2, 3)), np.ones((2, 3))])[0].shape == (2, 3)
    with pytest.raises(ValueError, match="shape= or ndim="):
        K.placeholder()


def test_placeholders_do_not_use_up_the_names_of_inputs():
    K.clear_session()
    K.placeholder((None, 2))
    assert Input((2,)).name == "input_1"


def test_numbers_are_cast_to_the_type_of_the_input():
    x, n = K.placeholder((None, 2)), K.placeholder((None,), dtype="int32")
    out = K.function([x, n], [x, n])([[[1, 2]], [3.0]])
    assert [a.dtype.name for a in out] == ["float32", "int32"]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ([], "takes 1 inputs, but got 0"),
        ([np.ones((2, 4))], r"fed an array of shape \(2, 4\) for .* which has shape \(None, 3\)"),
        ([np.ones(3)], r"shape \(3,\)"),
    ],
)
def test_what_does_not_fit(arrays, message):
    x = Input((3,))
    with pytest.raises(ValueError, match=message):
        K.function([x], [x + 1])(arrays)


def test_inputs_that_are_missing_and_options_of_backends():
    x, y = Input((3,), name="x"), Input((3,), name="y")
    with pytest.raises(ValueError, match="depends on the input 'y'"):
        K.function([x], [x + y])
    with pytest.raises(ValueError, match="no option 'options'"):
        K.function([x], [x], options={})


def test_parts_of_a_nested_model():
    inner = Sequential([Dense(2, input_dim=3)])
    x = Input((3,))
    model = Model(x, inner(x) * 2)
    data = rows(4, 3)
    np.testing.assert_allclose(
        K.function([x], [model.output])([data])[0], 2 * inner.predict(data), rtol=1e-6
    )
    np.testing.assert_array_equal(
        K.function([inner.input], [inner.output])([data])[0], inner.predict(data)
    )


def policy():
    """Return (model, what it is fed beside its input, symbolic loss) of a policy gradient."""
    model = Sequential([Dense(4, activation="softmax", input_dim=3, kernel_initializer="ones")])
    taken, reward = K.placeholder((None, 4)), K.placeholder((None,))
    chance = K.sum(taken * model.output, axis=1)
    return model, [taken, reward], -K.mean(K.log(chance) * reward)


@pytest.mark.parametrize(
    "order",
    [
        lambda loss, params: {"loss": loss, "params": params},
        lambda loss, params: {"params": params, "constraints": [], "loss": loss},
        lambda loss, params: (loss, params),
        lambda loss, params: (params, [], loss),
        lambda loss, params: (params, loss),
    ],
)
def test_an_optimizer_steps_at_each_call(order):
    """As in scripts that learn from rewards: REINFORCE (Williams, 1992)."""
    model, fed, loss = policy()
    arguments = order(loss, model.trainable_weights)
    optimizer = SGD(lr=0.5)
    if isinstance(arguments, dict):
        updates = optimizer.get_updates(**arguments)
    else:
        updates = optimizer.get_updates(*arguments)
    train = K.function([model.input, *fed], [loss], updates=updates)
    x, rewards = rows(6, 3), np.arange(6) / 6
    actions = np.eye(4)[[0, 1, 2, 3, 0, 1]]
    kernel, _ = model.get_weights()
    (before,) = train([x, actions, rewards])
    # All chances are 1/4 at first, so the gradient by the scores is (1/4 - action) * reward / 6.
    slope = x.T @ ((0.25 - actions) * rewards[:, None] / 6)
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.5 * slope, rtol=1e-4, atol=1e-5)
    assert before == pytest.approx(np.mean(np.log(4) * rewards), rel=1e-5)
    for _ in range(10):
        (after,) = train([x, actions, rewards])
    assert after < before
    assert optimizer.iterations == 11


def test_what_an_optimizer_cannot_step_for():
    model, _, loss = policy()
    with pytest.raises(ValueError, match="disconnected.*placeholder"):
        K.function([model.input], [], updates=SGD().get_updates(loss, model.trainable_weights))
    with pytest.raises(TypeError, match="needs params"):
        SGD().get_updates(loss)
    with pytest.raises(TypeError, match="takes no constraints of its own"):
        SGD().get_updates(loss, model.trainable_weights, {"a": 1})
