"""What every registered optimizer must do: each is found by itself, none can be forgotten."""

import copy
import json
import pickle

import numpy as np
import pytest

from minikeras import optimizers
from minikeras.autograd import RowGradient, Variable
from minikeras.optimizers.elementwise import ElementwiseOptimizer
from tests.optimizers.support import (
    assert_same_bits,
    classes,
    gradients,
    run,
    values,
    variables,
)

# Rates at which each of them descends the bowl below within the steps given.
RATES = {"Adadelta": 300.0, "Adagrad": 0.5, "Ftrl": 0.5, "Muon": 0.2, "SGD": 0.1}
EXTRAS = {
    "SGD": [{"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "RMSprop": [{"momentum": 0.5}, {"centered": True, "momentum": 0.3}, {"centered": True}],
    "Adam": [{"amsgrad": True}],
    "Adagrad": [{"initial_accumulator_value": 0.1, "epsilon_inside_sqrt": True}],
    "Ftrl": [{"l2_shrinkage_regularization_strength": 0.1, "learning_rate_power": -0.4}],
    "Muon": [{"exclude_layers": ["v0"], "nesterov": False}],
}
SETTINGS = [(cls, extra) for cls in classes() for extra in [{}, *EXTRAS.get(cls.__name__, [])]]
every = pytest.mark.parametrize("cls", classes(), ids=lambda c: c.__name__)
everything = pytest.mark.parametrize(
    ("cls", "extra"), SETTINGS, ids=lambda v: getattr(v, "__name__", str(v).replace(" ", ""))
)


@everything
def test_descends_a_bowl(cls, extra):
    optimizer = cls(RATES.get(cls.__name__, 0.05), **extra)
    x = Variable(np.array([[1.0, -2.0], [0.5, 3.0]], "float32"), name="x")
    scale = np.array([[1.0, 3.0], [0.3, 0.1]], "float32")
    start = float((scale * x.data**2).sum())
    for _ in range(100):
        optimizer.apply([2 * scale * x.data], [x])
    assert float((scale * x.data**2).sum()) < 0.2 * start


@everything
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_keeps_the_type(cls, extra, dtype):
    xs = variables(dtype=dtype)
    optimizer = cls(**extra, weight_decay=0.01, clipnorm=1.0, clipvalue=0.5, decay=0.1)
    run(optimizer, xs, 3)
    assert {v.dtype.name for v in xs} == {dtype}
    floats = [v for v in optimizer.variables[2:] if v.dtype.kind == "f"]
    assert {v.dtype.name for v in floats} <= {dtype}
    if dtype != "float16":  # where an epsilon of 1e-8 is zero
        assert all(np.isfinite(v.data).all() for v in xs)


@everything
def test_config_round_trip(cls, extra):
    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    for rate in (0.125, schedule):
        optimizer = cls(rate, name="mine", clipnorm=2.0, weight_decay=0.5, use_ema=True, **extra)
        config = json.loads(json.dumps(optimizers.serialize(optimizer)))
        again = optimizers.get(config)
        assert type(again) is cls
        assert again.get_config() == optimizer.get_config()
        assert float(again.learning_rate) == pytest.approx(float(optimizer.learning_rate))
        for key, value in extra.items():
            assert getattr(again, key) == value


@everything
def test_resumes_exactly_from_its_weights(cls, extra):
    xs = variables()
    optimizer = cls(**extra)
    run(optimizer, xs, 3)
    weights, kept = optimizer.get_weights(), values(xs)
    run(optimizer, xs, 3, first=3)
    others = [Variable(v, name=x.name) for v, x in zip(kept, xs)]
    again = cls.from_config(optimizer.get_config())
    again.build(others)
    again.set_weights(weights)
    run(again, others, 3, first=3)
    assert_same_bits(values(others), values(xs))
    assert_same_bits(again.get_weights(), optimizer.get_weights())


@everything
def test_resumes_exactly_from_a_store(cls, extra):
    """With everything on that a state can hold: counters, averages, gathered gradients."""
    settings = {"use_ema": True, "gradient_accumulation_steps": 2, "decay": 0.1, **extra}
    xs = variables()
    optimizer = cls(1 / 3, **settings)
    run(optimizer, xs, 3)
    store, kept = {}, values(xs)
    optimizer.save_own_variables(store)
    run(optimizer, xs, 3, first=3)
    others = [Variable(v, name=x.name) for v, x in zip(kept, xs)]
    again = cls(0.5, **settings)
    again.build(others)
    again.load_own_variables(store)
    run(again, others, 3, first=3)
    assert_same_bits(values(others), values(xs))


@everything
def test_copies_and_pickles_go_on_alike(cls, extra):
    xs = variables()
    optimizer = cls(**extra)
    run(optimizer, xs, 2)
    copied, copied_xs = copy.deepcopy((optimizer, xs))
    thawed, thawed_xs = pickle.loads(pickle.dumps((optimizer, xs)))
    for one, its in ((optimizer, xs), (copied, copied_xs), (thawed, thawed_xs)):
        run(one, its, 2, first=2)
    assert_same_bits(values(copied_xs), values(xs))
    assert_same_bits(values(thawed_xs), values(xs))
    assert not np.shares_memory(copied_xs[0].data, xs[0].data)


@everything
def test_flat_memory_and_single_variables_give_the_same_bits(cls, extra):
    """In one run, and as a subclass that goes variable by variable through update_step."""

    class Single(cls):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient, variable, learning_rate)

    together, apart = variables(), variables()
    run(cls(**extra, weight_decay=0.1), together, 4)
    run(Single(**extra, weight_decay=0.1), apart, 4)
    assert_same_bits(values(together), values(apart))


@everything
def test_does_not_write_to_the_gradients(cls, extra):
    xs, gs = variables(), gradients()
    optimizer = cls(clipvalue=0.01, clipnorm=0.1, **extra)
    before = copy.deepcopy(gs)
    optimizer.apply(gs, xs)
    optimizer.apply(gs, xs)
    assert_same_bits(gs, before)


@everything
@pytest.mark.parametrize("shape", [(500, 3), (3000, 8), (40000,)], ids=str)
def test_rows_of_a_table(cls, extra, shape):
    """A RowGradient gives the bits of its dense form, for small and large tables."""
    settings = {"weight_decay": 0.05, "loss_scale_factor": 2.0, "clipvalue": 0.4, **extra}
    if settings.get("exclude_layers"):
        settings["exclude_layers"] = ["table"]
    tables = [variables([shape])[0] for _ in range(2)]
    by_rows, by_all = cls(**settings), cls(**settings)
    for step in range(4):
        rng = np.random.default_rng(step)
        rows = rng.integers(0, shape[0], 60)
        values_ = rng.normal(0, 1, (60, *shape[1:])).astype("float32")
        gradient = RowGradient(rows, values_, shape)
        by_rows.apply([gradient], tables[:1])
        by_all.apply([gradient.dense()], tables[1:])
        assert_same_bits(values(tables[:1]), values(tables[1:]))
    assert_same_bits(by_rows.get_weights(), by_all.get_weights())


@every
def test_names(cls):
    name = cls.__name__
    for spelling in (name, name.lower(), name.upper()):
        assert type(optimizers.get(spelling)) is cls
    assert type(optimizers.get(cls)) is cls
    instance = cls()
    assert optimizers.get(instance) is instance
    assert type(optimizers.get({"class_name": name.upper(), "config": {}})) is cls
    assert getattr(optimizers, name) is cls
    assert name in optimizers.__all__


@every
def test_both_spellings_of_the_rate(cls):
    assert cls(0.5).lr == cls(lr=0.5).lr == cls(learning_rate=0.5).learning_rate == 0.5
    with pytest.raises(ValueError, match=f"{cls.__name__} was given both lr=0.5 and learning_rate"):
        cls(lr=0.5, learning_rate=0.5)


@every
def test_an_unknown_argument_is_answered_with_the_nearest(cls):
    with pytest.raises(TypeError, match=r"no argument 'clip_norm'.*'clipnorm'"):
        cls(clip_norm=1.0)


@every
def test_a_rate_of_zero_stands_still(cls):
    xs = variables()
    before = values(xs)
    optimizer = cls(0.0)
    if cls.__name__ == "Ftrl":
        with pytest.raises(ValueError, match="greater than 0"):
            run(optimizer, xs, 1)
        return
    run(optimizer, xs, 2)
    if cls.__name__ == "ScheduleFreeAdamW":  # a weighted mean of equal numbers, rounded
        for a, b in zip(values(xs), before):
            np.testing.assert_allclose(a, b, rtol=3e-7)
        return
    assert_same_bits(values(xs), before)


@every
def test_an_overflow_makes_no_noise(cls):
    """As in Keras it shows in the numbers; NumPy's warnings would be errors here."""
    xs = variables([(3, 2), (20000,)])
    for settings in ({}, {"clipnorm": 1.0, "use_ema": True, "gradient_accumulation_steps": 2}):
        optimizer = cls(**settings)
        for _ in range(4):
            optimizer.apply([np.full(v.shape, 3e38, "float32") for v in xs], xs)


@every
def test_keeps_every_number_of_the_constructor_in_its_config(cls):
    config = cls().get_config()
    assert "lr" in config
    assert config["learning_rate"] == config["lr"] == cls.default_learning_rate
    json.dumps(config)


@every
def test_is_documented(cls):
    assert "Args:" in cls.__doc__
    assert "learning_rate" in cls.__doc__


def test_elementwise_optimizers_that_divide_say_so():
    divided = {c.__name__ for c in classes() if issubclass(c, ElementwiseOptimizer) and c().divides}
    assert divided == {"SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "Adamax"}
