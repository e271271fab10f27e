"""Flatten, Reshape, Permute and RepeatVector: where the numbers go."""

import numpy as np
import pytest

from minikeras import config
from minikeras.layers import Flatten, Input, Permute, RepeatVector, Reshape

X = np.arange(24).reshape(2, 3, 4)


def test_flatten():
    assert Flatten()(X).numpy().tolist() == X.reshape(2, 12).tolist()
    assert Flatten()(np.array([1, 2])).shape == (2, 1)
    last = np.arange(36).reshape(1, 3, 4, 3)
    first = np.moveaxis(last, -1, 1)
    plain = Flatten()(last).numpy()
    np.testing.assert_array_equal(Flatten(data_format="channels_first")(first).numpy(), plain)
    assert Flatten()(Input((None, 3))).shape == (None, None)
    assert Flatten()(Input(())).shape == (None, 1)


def test_flatten_stays_as_keras_2_has_it_where_the_layout_is_not_said(monkeypatch):
    monkeypatch.setattr(config, "_image_data_format", "channels_first")
    assert Flatten()(X[:, :, :, None]).numpy().tolist() == X.reshape(2, 12).tolist()
    assert Flatten().get_config()["data_format"] == "channels_last"


@pytest.mark.parametrize("target", [(4, 3), (12,), 12, (-1, 2), (2, -1, 3), [6, 2], (1, 12, 1)])
def test_reshape(target):
    sizes = (target,) if isinstance(target, int) else tuple(target)
    out = Reshape(target)(X)
    np.testing.assert_array_equal(out.numpy(), X.reshape(2, *sizes))
    assert Reshape(target)(Input((3, 4))).shape[1:] == out.shape[1:]


def test_reshape_of_unknown_sizes():
    assert Reshape((-1, 2))(Input((None, 4))).shape == (None, None, 2)
    assert Reshape((-1, 2))(np.ones((0, 3, 4))).shape == (0, 6, 2)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ((5, 2), r"'r' cannot turn samples of shape \(3, 4\) \(12 numbers\) into \(5, 2\)"),
        ((-1, 5), r"into \(-1, 5\)"),
        ((-1, 0), "cannot turn"),
    ],
)
def test_shapes_that_do_not_fit(target, message):
    with pytest.raises(ValueError, match=message):
        Reshape(target, name="r")(X)
    with pytest.raises(ValueError, match=message):
        Reshape(target, name="r")(Input((3, 4)))


@pytest.mark.parametrize("target", [(-1, -1), (-2, 3)])
def test_shapes_that_are_none(target):
    with pytest.raises(ValueError, match="of which one may be -1"):
        Reshape(target)


def test_permute():
    np.testing.assert_array_equal(Permute((2, 1))(X).numpy(), X.transpose(0, 2, 1))
    x = np.arange(120).reshape(2, 3, 4, 5)
    np.testing.assert_array_equal(Permute((3, 1, 2))(x).numpy(), x.transpose(0, 3, 1, 2))
    assert Permute((2, 1))(Input((None, 4))).shape == (None, 4, None)


@pytest.mark.parametrize("dims", [(0, 1), (1, 3), (1, 1), (2,)])
def test_orders_that_are_none(dims):
    with pytest.raises(ValueError, match="must name each axis"):
        Permute(dims)


def test_repeat_vector():
    out = RepeatVector(3)(np.array([[1, 2], [3, 4]])).numpy()
    assert out.tolist() == [[[1, 2]] * 3, [[3, 4]] * 3]
    with pytest.raises(ValueError, match="2 dimensions"):
        RepeatVector(3)(X)
    for n in (0, 1.5, "2", None, True):
        with pytest.raises(ValueError, match="positive whole number n"):
            RepeatVector(n)
