"""The order of a step: pairing, gathering, clipping, averages, constraints, counting."""

import numpy as np
import pytest

from minikeras import autograd, constraints, ops
from minikeras.autograd import Variable
from minikeras.optimizers import SGD, Adam, Muon, Optimizer, RMSprop
from tests.optimizers.support import assert_same_bits, gradients, one, path, run, values, variables


# ---------------------------------------------------------------------------------------------
# Building and pairing
# ---------------------------------------------------------------------------------------------
def test_apply_builds():
    xs = variables([(2,), (3,)])
    sgd = SGD(0.1)
    assert not sgd.built
    assert sgd.apply_gradients(zip(gradients([(2,), (3,)]), xs)) == 1
    assert sgd.built
    sgd.apply(gradients([(2,), (3,)]))
    assert sgd.iterations == 2


def test_building_twice_keeps_what_is_known():
    xs = variables([(2,), (3,)])
    adam = Adam()
    run(adam, xs[:1], 2)
    before = adam.get_weights()
    adam.build(xs)
    after = adam.get_weights()
    assert_same_bits([before[0], before[1]], [after[0], after[1]])
    assert [w.shape for w in after] == [(), (2,), (3,), (2,), (3,), (1,), (1,)]


def test_a_model_without_weights_takes_no_step():
    sgd = SGD()
    sgd.build([])
    sgd.apply([])
    assert sgd.iterations == 0


def test_gradients_must_fit():
    xs = variables([(2,), (3,)])
    before = values(xs)
    sgd = SGD()
    with pytest.raises(ValueError, match="1 gradients were given for 2 variables: 'v0', 'v1'"):
        sgd.apply([np.ones(2)], xs)
    with pytest.raises(ValueError, match=r"variable 'v1' has shape \(2,\), but .* shape \(3,\)"):
        sgd.apply([np.ones(2), np.ones(2)], xs)
    with pytest.raises(ValueError, match=r"No variable has a gradient: .* 'v0', 'v1'"):
        sgd.apply([None, None], xs)
    with pytest.raises(ValueError, match="knows no variables yet"):
        SGD().apply([np.ones(2)])
    with pytest.raises(TypeError, match="where a variable was expected"):
        sgd.apply(xs, [np.ones(2), np.ones(3)])
    assert_same_bits(values(xs), before)
    assert sgd.iterations == 0


def test_frozen_variables_are_refused():
    frozen = Variable(np.ones(2), name="frozen", trainable=False)
    for attempt in (lambda: SGD().build([frozen]), lambda: SGD().apply([np.ones(2)], [frozen])):
        with pytest.raises(ValueError, match="'frozen' is frozen .trainable=False"):
            attempt()
    with pytest.raises(TypeError, match="'count' holds int64 numbers"):
        SGD().build([Variable(np.arange(2), name="count")])
    with pytest.raises(TypeError, match="updates variables, not ndarray"):
        SGD().build([np.ones(2)])


def test_a_variable_frozen_after_building_is_updated_until_the_next_compile():
    """As in Keras 2.1.5, where `trainable` counts when a model is compiled."""
    x, sgd = one(1.0), SGD(0.5)
    sgd.build([x])
    x.trainable = False
    sgd.apply([np.ones(1)], [x])
    assert x.data[0] == 0.5


def test_a_missing_gradient_is_told_once():
    xs = variables([(2,), (3,)])
    sgd = SGD()
    with pytest.warns(UserWarning, match="does not depend on 'v1': no gradient, no update"):
        sgd.apply([np.ones(2), None], xs)
    sgd.apply([np.ones(2), None], xs)


def test_a_failing_step_does_not_count():
    x, sgd = one(1.0), SGD(lambda step: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sgd.apply([np.ones(1)], [x])
    assert sgd.iterations == 0
    assert x.data[0] == 1.0


def test_an_interrupted_step_does_not_count(monkeypatch):
    xs = variables([(2,), (200, 100)])
    adam = Adam()
    run(adam, xs, 1)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(adam, "move", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(adam, xs, 1)
    assert adam.iterations == 1


# ---------------------------------------------------------------------------------------------
# Gradient accumulation
# ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cls", [SGD, Adam, Muon])
def test_gradients_are_gathered_to_their_mean(cls):
    xs, ys = variables(), variables()
    gathering, plain = cls(gradient_accumulation_steps=3), cls()
    shapes = [v.shape for v in xs]
    for update in range(2):
        batches = [gradients(shapes, seed=3 * update + i) for i in range(3)]
        for batch in batches[:2]:
            gathering.apply(batch, xs)
            assert_same_bits(values(xs), values(ys))
        gathering.apply(batches[2], xs)
        means = [np.float32(sum(gs) / 3) for gs in zip(*batches)]
        plain.apply(means, ys)
        for a, b in zip(values(xs), values(ys)):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
        ys = [Variable(v, name=y.name) for v, y in zip(values(xs), ys)] if update else ys
    assert gathering.iterations == 2
    with pytest.raises(TypeError, match="counted from the batches"):
        gathering.iterations = 5


def test_gathered_gradients_are_clipped_as_one():
    # The mean of 4 and 0 is 2, clipped to 1.
    found = path(SGD(1.0, clipvalue=1.0, gradient_accumulation_steps=2), 0.0, [4.0, 0.0])
    assert found == [0.0, -1.0]


def test_rows_are_gathered():
    table = Variable(np.zeros((4, 2)))
    sgd = SGD(1.0, gradient_accumulation_steps=2)
    for row in (1, 3):
        gradient = autograd.RowGradient(np.array([row, row]), np.ones((2, 2)), (4, 2))
        sgd.apply([gradient], [table])
    assert table.data.tolist() == [[0, 0], [-1, -1], [0, 0], [-1, -1]]


@pytest.mark.parametrize("wrong", [1, 0, -2, 1.5, True, "2"])
def test_steps_to_gather_must_be_a_count(wrong):
    with pytest.raises(ValueError, match="must be a whole number of at least 2"):
        SGD(gradient_accumulation_steps=wrong)


# ---------------------------------------------------------------------------------------------
# Moving averages
# ---------------------------------------------------------------------------------------------
def test_the_average_follows():
    # x: 0.9, 0.8, 0.7; average: 0.9, then half way each time: 0.85, 0.775
    x, sgd = one(1.0), SGD(0.1, use_ema=True, ema_momentum=0.5)
    for _ in range(3):
        sgd.apply([np.ones(1)], [x])
    assert x.data[0] == pytest.approx(0.7)
    sgd.finalize_variable_values([x])
    assert x.data[0] == pytest.approx(0.775)


def test_the_average_takes_over():
    # x: 0.9, 0.8; average 0.9, 0.85, which x becomes; then 0.75 and 0.65, averages 0.8, 0.725
    sgd = SGD(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
    found = path(sgd, 1.0, [1.0] * 4)
    assert found == pytest.approx([0.9, 0.85, 0.75, 0.725])


def test_without_average_nothing_is_finalized():
    x, sgd = one(1.0), SGD(0.1)
    sgd.apply([np.ones(1)], [x])
    sgd.finalize_variable_values([x])
    assert x.data[0] == pytest.approx(0.9)


@pytest.mark.parametrize(
    "wrong",
    [{"ema_momentum": 1.5}, {"ema_momentum": -0.1}, {"ema_overwrite_frequency": 0}],
    ids=str,
)
def test_mistakes_about_averages(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SGD(use_ema=True, **wrong)


# ---------------------------------------------------------------------------------------------
# Constraints and weight decay
# ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cls", [SGD, Adam, Muon])
def test_constraints_act_after_each_update(cls):
    x = Variable(np.full((2, 2), 0.1, "float32"), name="k", constraint=constraints.NonNeg())
    y = Variable(np.full((2, 2), 0.1, "float32"), name="l", constraint=lambda w: ops.clip(w, 0, 9))
    optimizer = cls(5.0)
    optimizer.apply([np.ones((2, 2), "float32")] * 2, [x, y])
    assert x.data.min() == 0.0
    assert y.data.min() == 0.0


def test_constraints_rest_while_gradients_are_gathered():
    calls = []
    x = Variable(np.ones(1), constraint=lambda w: calls.append(1) or w)
    sgd = SGD(0.1, gradient_accumulation_steps=3)
    for _ in range(6):
        sgd.apply([np.ones(1)], [x])
    assert len(calls) == 2


@pytest.mark.parametrize("cls", [SGD, RMSprop, Adam])
def test_weight_decay_comes_before_the_update(cls):
    x = Variable(np.ones(2), name="x")
    cls(0.5, weight_decay=0.2).apply([np.zeros(2)], [x])
    np.testing.assert_allclose(x.data, 0.9, rtol=1e-12)


def test_some_are_spared_the_weight_decay():
    names = ["dense/kernel", "dense/bias", "norm/gamma", "other"]
    xs = [Variable(np.ones(2), name=n) for n in names]
    sgd = SGD(0.5, weight_decay=0.2)
    sgd.exclude_from_weight_decay(var_list=[xs[3]], var_names=["bias", "^norm"])
    sgd.apply([np.zeros(2)] * 4, xs)
    assert [x.data[0] for x in xs] == pytest.approx([0.9, 1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="before build"):
        sgd.exclude_from_weight_decay(var_names=["x"])


# ---------------------------------------------------------------------------------------------
# Gradients of a loss
# ---------------------------------------------------------------------------------------------
def test_get_gradients():
    x, y = Variable(np.array([3.0, 4.0])), Variable(np.array([1.0]))
    with autograd.recording():
        loss = ops.sum(x * x) / 2.0
    found = SGD(clipnorm=1.0).get_gradients(loss, [x])
    np.testing.assert_allclose(found[0], [0.6, 0.8])
    with autograd.recording():
        loss = ops.sum(x * x) / 2.0 + ops.sum(y)
    found = SGD(clipvalue=3.5).get_gradients(loss, [x, y])
    np.testing.assert_allclose(found[0], [3.0, 3.5])
    np.testing.assert_allclose(found[1], [1.0])


def test_get_gradients_wants_all_of_them():
    x, y = Variable(np.ones(1)), Variable(np.ones(1), name="unused")
    with autograd.recording():
        loss = ops.sum(x * x)
    with pytest.raises(ValueError, match="does not depend on 'unused'"):
        SGD().get_gradients(loss, [x, y])


def test_get_updates_of_what_has_been_computed_says_what_to_do_instead():
    with pytest.raises(TypeError, match="optimizer.apply"):
        SGD().get_updates(np.float32(3.0), [Variable(np.ones(2, "float32"))])


# ---------------------------------------------------------------------------------------------
# Optimizers of one's own
# ---------------------------------------------------------------------------------------------
class Heavy(Optimizer):
    """Momentum, written as Keras 3's guide to optimizers writes it."""

    def __init__(self, learning_rate=0.1, momentum=0.5, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = [
            self.add_variable_from_reference(reference_variable=v, name="momentum")
            for v in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        learning_rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(
            m,
            ops.subtract(
                ops.multiply(m, ops.cast(self.momentum, variable.dtype)),
                ops.multiply(gradient, learning_rate),
            ),
        )
        self.assign_add(variable, m)


def test_one_of_ones_own():
    xs, ys = variables(), variables()
    own = Heavy(clipvalue=0.3, weight_decay=0.1)
    run(own, xs, 3)
    run(SGD(0.1, momentum=0.5, clipvalue=0.3, weight_decay=0.1), ys, 3)
    for a, b in zip(values(xs), values(ys)):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    again = Heavy.from_config(own.get_config())
    assert (again.lr, again.momentum, again.clipvalue) == (0.1, 0.5, 0.3)
    zs = [Variable(v) for v in values(xs)]
    again.build(zs)
    again.set_weights(own.get_weights())
    run(again, zs, 2)
    run(own, xs, 2)
    assert_same_bits(values(zs), values(xs))


def test_one_of_ones_own_knows_its_variables():
    xs = variables([(2,), (3,)])
    own = Heavy()
    own.build(xs[:1])
    with pytest.raises(ValueError, match="Heavy was built without the variable 'v1'"):
        own.apply(gradients([(2,), (3,)]), xs)


def test_variables_kept_as_attributes_are_saved():
    class Counting(Heavy):
        def build(self, variables):
            super().build(variables)
            self.calls = Variable(0.0, name="calls", trainable=False)

        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient, variable, learning_rate)
            self.calls.assign_add(1.0)

    own, store = Counting(), {}
    run(own, variables([(2,)]), 3)
    own.save_own_variables(store)
    assert store["3"] == 3.0


def test_an_optimizer_needs_an_update():
    with pytest.raises(NotImplementedError, match="must define update_step"):
        Optimizer(0.1).apply([np.ones(1)], [one(1.0)])


def test_a_subclass_of_ours_may_change_the_gradient():
    class Centralized(RMSprop):
        def update_step(self, gradient, variable, learning_rate):
            gradient = gradient - gradient.mean(axis=0, keepdims=True)
            super().update_step(gradient, variable, learning_rate)

    x, y = variables([(4, 3)])[0], variables([(4, 3)])[0]
    own, plain = Centralized(), RMSprop()
    for step in range(3):
        [g] = gradients([(4, 3)], seed=step)
        own.apply([g], [x])
        plain.apply([g - g.mean(axis=0, keepdims=True)], [y])
    assert_same_bits(values([x]), values([y]))


def test_variables_of_the_state():
    own = Optimizer(0.1)
    x = Variable(np.ones((2, 3), "float64"), name="dense/kernel:0")
    own.build([x])
    slot = own.add_variable_from_reference(x, "speed", "ones")
    assert slot.name == "dense_kernel_0_speed"
    assert slot.data.dtype == np.float64
    assert slot.data.tolist() == [[1.0] * 3] * 2
    assert own.add_variable((2,), initializer=0.5).data.tolist() == [0.5, 0.5]
    assert own.add_variable((2,), initializer="zeros").dtype == np.float32
    assert own.add_variable((2,), lambda shape, dtype: np.full(shape, 7, dtype)).data[0] == 7
    first, second = own.add_optimizer_variables([x], ["a", "b"], ["zeros", 3.0])
    assert [v.name for v in (*first, *second)] == ["dense_kernel_0_a", "dense_kernel_0_b"]
    assert second[0].data[0, 0] == 3.0
    assert own.add_optimizer_variables([x, x], "c")[1].shape == (2, 3)
    with pytest.raises(ValueError, match="2 names need as many initializers, not 1"):
        own.add_optimizer_variables([x], ["a", "b"], ["zeros"])
    with pytest.raises(ValueError, match="zero"):
        own.add_variable((2,), initializer="zeroes")


@pytest.mark.parametrize("name", ["weight_decay", "loss_scale_factor"])
def test_numbers_out_of_range(name):
    with pytest.raises(ValueError, match=f"{name} of SGD must not be negative"):
        SGD(**{name: -1})
    with pytest.raises(ValueError, match="must not be negative"):
        SGD(**{name: float("nan")})
    with pytest.raises(TypeError, match="must be a number"):
        SGD(**{name: "1"})


def test_a_loss_scale_of_zero():
    with pytest.raises(ValueError, match="greater than 0"):
        SGD(loss_scale_factor=0)


def test_settings_given_as_numpy_numbers_do_not_change_the_type():
    x = Variable(np.ones(2, "float32"))
    optimizer = Muon(np.float64(0.1), adam_weight_decay=np.float64(0.1), clipvalue=np.float64(0.5))
    optimizer.apply([np.ones(2, "float32")], [x])
    assert x.dtype == np.float32
    assert type(optimizer.clipvalue) is float
