"""Layers that disturb: how much, how often, with which seed, and only while training."""

import numpy as np
import pytest

import minikeras
from minikeras import config
from minikeras.layers import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    Input,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from minikeras.models import Model

ONES = np.ones((200, 500), "float32")


def trained(layer, x=ONES):
    return layer(x, training=True).numpy()


@pytest.mark.parametrize(
    "layer",
    [
        Dropout(0.5),
        AlphaDropout(0.5),
        GaussianDropout(0.5),
        GaussianNoise(1.0),
        SpatialDropout1D(0.5),
    ],
    ids=lambda la: type(la).__name__,
)
def test_outside_of_training_nothing_happens(layer):
    x = np.random.default_rng(0).standard_normal((3, 4, 2)).astype("float32")
    np.testing.assert_array_equal(layer(x).numpy(), x)
    np.testing.assert_array_equal(layer(x, training=False).numpy(), x)
    assert (layer(x, training=True).numpy() != x).any()
    inputs = Input((4, 2))
    model = Model(inputs, layer(inputs))
    np.testing.assert_array_equal(model.predict(x), x)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.75])
def test_dropout_keeps_the_mean(rate):
    out = trained(Dropout(rate))
    assert (out == 0).mean() == pytest.approx(rate, abs=0.01)
    np.testing.assert_allclose(out[out != 0], 1 / (1 - rate), rtol=1e-6)


def test_the_ends_of_the_rate():
    assert (trained(Dropout(0)) == 1).all()
    assert (trained(Dropout(1)) == 0).all()
    assert (trained(GaussianDropout(0)) == 1).all()
    assert (trained(AlphaDropout(0)) == 1).all()
    assert (trained(GaussianNoise(0)) == 1).all()


@pytest.mark.parametrize("noise_shape", [(None, 1), (200, 1)])
def test_a_mask_that_is_shared(noise_shape):
    out = trained(Dropout(0.5, noise_shape=noise_shape))
    assert (out == out[:, :1]).all()
    assert 0 < (out[:, 0] == 0).sum() < 200
    out = trained(AlphaDropout(0.5, noise_shape=noise_shape))
    assert (out == out[:, :1]).all()


@pytest.mark.parametrize(
    ("layer", "shape", "shared"),
    [
        (SpatialDropout1D(0.5), (20, 6, 30), (1,)),
        (SpatialDropout2D(0.5), (20, 4, 5, 30), (1, 2)),
        (SpatialDropout2D(0.5, data_format="channels_first"), (20, 30, 4, 5), (2, 3)),
        (SpatialDropout3D(0.5), (20, 2, 3, 4, 30), (1, 2, 3)),
        (SpatialDropout3D(0.5, data_format="channels_first"), (20, 30, 2, 3, 4), (2, 3, 4)),
    ],
)
def test_whole_channels_are_dropped(layer, shape, shared):
    out = trained(layer, np.ones(shape, "float32"))
    assert (out == out.max(axis=shared, keepdims=True)).all()
    assert (out.max(axis=shared) == 0).mean() == pytest.approx(0.5, abs=0.1)
    with pytest.raises(ValueError, match=f"{len(shape)} dimensions"):
        layer(np.ones((2, 3)))


def test_normal_noise():
    out = trained(GaussianNoise(0.5))
    assert out.mean() == pytest.approx(1, abs=0.01)
    assert out.std() == pytest.approx(0.5, rel=0.01)
    out = trained(GaussianDropout(0.8), 3 * ONES)
    assert out.mean() == pytest.approx(3, rel=0.01)
    assert out.std() == pytest.approx(3 * np.sqrt(0.8 / 0.2), rel=0.01)


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).standard_normal((500, 500)).astype("float32")
    out = trained(AlphaDropout(0.3), x)
    assert out.mean() == pytest.approx(0, abs=0.01)
    assert out.var() == pytest.approx(1, rel=0.02)
    # Dropped values go where SELU saturates, then along with all others by a x + b.
    saturated = -1.6732632423543772 * 1.0507009873554805
    a = ((1 - 0.3) * (1 + 0.3 * saturated**2)) ** -0.5
    dropped = a * saturated - a * saturated * 0.3
    assert np.isclose(out, dropped, atol=1e-5).mean() == pytest.approx(0.3, abs=0.01)


def makers():
    return [
        lambda **s: Dropout(0.5, **s),
        lambda **s: AlphaDropout(0.5, **s),
        lambda **s: GaussianNoise(0.5, **s),
        lambda **s: GaussianDropout(0.5, **s),
        lambda **s: SpatialDropout1D(0.5, **s),
    ]


@pytest.mark.parametrize("make", makers())
def test_seeds(make):
    x = np.ones((4, 5, 6), "float32")
    one, same, other = make(seed=1), make(seed=1), make(seed=2)
    first, second = trained(one, x), trained(one, x)
    assert (first != second).any()
    np.testing.assert_array_equal(trained(same, x), first)
    np.testing.assert_array_equal(trained(same, x), second)
    assert (trained(other, x) != first).any()
    minikeras.utils.set_random_seed(4)
    free = trained(make(), x)
    minikeras.utils.set_random_seed(4)
    np.testing.assert_array_equal(trained(make(), x), free)
    assert make(seed=1).get_config()["seed"] == 1


@pytest.mark.parametrize("make", makers())
@pytest.mark.parametrize(("given", "result"), [("float32", "float32"), ("float64", "float64")])
def test_types(make, given, result):
    layer = make(dtype=given)
    assert layer(np.ones((4, 5, 6)), training=True).dtype == result


@pytest.mark.parametrize("make", [makers()[1], makers()[2], makers()[3]])
def test_noise_on_whole_numbers_is_not_cut_off(make):
    out = make()(np.ones((4, 5), "int32"), training=True)
    assert out.dtype == config.floatx()
    assert (out.numpy() != np.round(out.numpy())).any()


@pytest.mark.parametrize("rate", [-0.1, 1.5, "0.5", None])
@pytest.mark.parametrize("kind", [Dropout, AlphaDropout, GaussianDropout, SpatialDropout2D])
def test_rates_that_are_none(kind, rate):
    with pytest.raises(ValueError, match=f"The rate of {kind.__name__} .* from 0 to 1, not"):
        kind(rate)


def test_deviations_that_are_none():
    with pytest.raises(ValueError, match="must not be negative"):
        GaussianNoise(-1)
