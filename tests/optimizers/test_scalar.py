"""Scalars: variables that read as the number they are."""

import copy
import json
import pickle

import numpy as np
import pytest

from minikeras import config
from minikeras.autograd import Variable
from minikeras.optimizers import SGD, Adam
from minikeras.optimizers.scalar import Scalar


@pytest.fixture
def float64():
    config.set_floatx("float64")
    yield
    config.set_floatx("float32")


def test_reads_as_the_number_that_was_given():
    rate = Scalar(0.001, "lr")
    assert float(rate) == rate.number == rate.item() == 0.001
    assert str(rate) == f"{rate}" == "0.001"
    assert f"{rate:.5f}" == "0.00100"
    assert repr(rate) == "<lr = 0.001>"
    assert json.dumps(rate.item()) == "0.001"


def test_is_an_array_of_the_default_type():
    rate = Scalar(0.001, "lr")
    assert rate.data.dtype == rate.dtype == np.float32
    assert rate.shape == rate.data.shape == ()
    assert rate.data == np.float32(0.001)
    assert np.asarray(rate) == np.float32(0.001)
    with pytest.raises(ValueError, match="read-only"):
        rate.data[...] = 1.0


def test_has_the_precision_of_the_default_type(float64):
    third = Scalar(1 / 3, "lr")
    assert third.dtype == np.float64
    assert third.number == 1 / 3
    config.set_floatx("float32")
    assert Scalar(1 / 3, "lr").number == 0.33333334
    config.set_floatx("float16")
    assert Scalar(1e-7, "decay").dtype == np.float32  # float16 would make it zero


def test_survives_a_file_bit_for_bit():
    for value in (1 / 3, 0.1, 1e-6, 0.007):
        rate = Scalar(value, "lr")
        again = Scalar(rate.data, "lr")
        assert again.number == rate.number
        assert again.data.tobytes() == rate.data.tobytes()


@pytest.mark.parametrize(
    "value", [0.5, np.float32(0.5), np.float64(0.5), np.array(0.5), Variable(0.5)], ids=type
)
def test_takes_any_number(value):
    rate = Scalar(0.1, "lr")
    assert rate.assign(value) is rate
    assert rate == 0.5
    assert Scalar(value, "lr") == 0.5


def test_compares_as_a_number():
    a, b = Scalar(0.1, "a"), Scalar(0.2, "b")
    assert a < b
    assert b > a
    assert a <= 0.1
    assert a >= 0.1
    assert a != b
    assert a == np.float32(0.1)
    assert a == np.float64(0.1)
    assert (a == 0.1) is True
    assert a != "0.1"
    assert len({a, b}) == 2
    assert not Scalar(0, "zero")


def test_counts():
    count = Scalar(0, "iterations", dtype="int64")
    count.increment()
    assert count == 1
    assert int(count) == 1
    assert count.data.dtype == np.int64
    assert type(count.number) is int
    count.assign(np.int32(7))
    assert range(10)[int(count)] == 7
    with pytest.raises(ValueError, match="whole number"):
        count.assign(1.5)


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf"), -float("inf")])
def test_refuses_numbers_out_of_range(wrong):
    with pytest.raises(ValueError, match="lr must be a finite number of at least 0, not"):
        Scalar(wrong, "lr")
    rate = Scalar(0.1, "lr")
    with pytest.raises(ValueError, match="lr must be"):
        rate.assign(wrong)
    assert rate == 0.1


@pytest.mark.parametrize("wrong", ["fast", None, True, [0.1], np.ones(2), 1j], ids=repr)
def test_refuses_what_is_no_number(wrong):
    with pytest.raises(TypeError, match="lr must be a number"):
        Scalar(wrong, "lr")


def test_a_fixed_one_says_why():
    with pytest.raises(TypeError, match="lr cannot be set: it is cast in stone"):
        Scalar(1, "lr", fixed="it is cast in stone").assign(2)


def test_copies_and_pickles():
    rate = Scalar(0.25, "lr", high=1.0)
    for other in (copy.copy(rate), copy.deepcopy(rate), pickle.loads(pickle.dumps(rate))):
        assert other == 0.25
        assert other.name == "lr"
        with pytest.raises(ValueError, match="between 0 and 1"):
            other.assign(2)
        other.assign(0.5)
    assert rate == 0.25


def test_hyperparameters_are_set_by_assignment():
    optimizer, other = SGD(0.1, momentum=0.5), SGD(0.1, momentum=0.7)
    momentum = optimizer.momentum
    optimizer.momentum = 0.9
    assert optimizer.momentum is momentum
    assert momentum == 0.9
    assert other.momentum == 0.7
    optimizer.momentum = other.momentum
    assert momentum == 0.7
    momentum.assign(0.2)
    assert optimizer.get_config()["momentum"] == 0.2
    with pytest.raises(ValueError, match="beta_1 must be"):
        Adam().beta_1 = 1.0
    assert "beta_1" in repr(Adam().beta_1)
