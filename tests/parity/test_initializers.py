"""Initializers of both packages: names, bounds, moments. The random numbers differ by nature."""

import keras
import numpy as np
import pytest

import minikeras

SHAPES = [(300, 250), (3, 3, 80, 120)]
PLAIN = {
    "Zeros": {},
    "Ones": {},
    "Constant": {"value": 0.3},
    "Identity": {"gain": 2.0},
}
RANDOM = {
    "RandomNormal": {"mean": 0.1, "stddev": 0.2},
    "RandomUniform": {"minval": -0.1, "maxval": 0.3},
    "TruncatedNormal": {"mean": 0.1, "stddev": 0.2},
    "GlorotUniform": {},
    "HeUniform": {},
    "LecunUniform": {},
}
CORRECTED = ("GlorotNormal", "HeNormal", "LecunNormal")


def draw(package, name, shape, **settings):
    value = getattr(package.initializers, name)(**settings)(shape)
    return keras.ops.convert_to_numpy(value) if package is keras else value


def assert_same_distribution(ours, theirs):
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype == np.float32
    spread = theirs.std()
    error = 5 * spread / np.sqrt(theirs.size)
    assert ours.mean() == pytest.approx(theirs.mean(), abs=error)
    assert ours.std() == pytest.approx(spread, rel=0.02)
    # Quantiles tell a uniform from a normal distribution, and a cut one from one that is not.
    at = [0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995]
    np.testing.assert_allclose(
        np.quantile(ours, at), np.quantile(theirs, at), rtol=0, atol=0.1 * spread
    )


@pytest.mark.parametrize("name", PLAIN)
def test_constants(name):
    expected = draw(keras, name, (4, 4), **PLAIN[name])
    actual = draw(minikeras, name, (4, 4), **PLAIN[name])
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("shape", SHAPES)
def test_distributions(name, shape):
    settings = {**RANDOM[name], "seed": 1}
    assert_same_distribution(
        draw(minikeras, name, shape, **settings), draw(keras, name, shape, **settings)
    )


@pytest.mark.parametrize("name", CORRECTED)
@pytest.mark.parametrize("shape", SHAPES)
def test_normal_forms_agree_once_corrected(name, shape):
    expected = draw(keras, name, shape, seed=1)
    assert_same_distribution(draw(minikeras, name, shape, seed=1, corrected=True), expected)
    plain = draw(minikeras, name, shape, seed=1)
    assert plain.std() / expected.std() == pytest.approx(0.8796, rel=0.02)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "untruncated_normal"])
def test_variance_scaling(mode, distribution):
    settings = {"scale": 3.0, "mode": mode, "distribution": distribution, "seed": 2}
    assert_same_distribution(
        draw(minikeras, "VarianceScaling", SHAPES[1], **settings),
        draw(keras, "VarianceScaling", SHAPES[1], **settings),
    )


def test_variance_scaling_over_given_axes():
    settings = {"input_axes": [0, 1], "output_axes": [2], "distribution": "uniform", "seed": 2}
    assert_same_distribution(
        draw(minikeras, "VarianceScaling", (20, 30, 40), **settings),
        draw(keras, "VarianceScaling", (20, 30, 40), **settings),
    )


@pytest.mark.parametrize("shape", [(6, 4), (3, 2, 8)])
def test_orthogonal(shape):
    for package in (keras, minikeras):
        matrix = draw(package, "Orthogonal", shape, gain=2.0, seed=1).reshape(-1, shape[-1])
        small = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
        np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-5)


def test_configs_are_understood_both_ways():
    for name in (*RANDOM, *CORRECTED, "VarianceScaling", "Orthogonal", *PLAIN):
        ours, theirs = getattr(minikeras.initializers, name)(), getattr(keras.initializers, name)()
        assert minikeras.initializers.get(keras.initializers.serialize(theirs)) is not None
        assert keras.initializers.get(minikeras.initializers.serialize(ours)) is not None


def test_nothing_is_missing():
    theirs = {name for name in dir(keras.initializers) if not name.startswith("_")}
    # The Fourier kernels of a spectrogram layer that minikeras does not have.
    theirs -= {"STFT", "STFTInitializer", "stft"}
    assert theirs == {name for name in theirs if hasattr(minikeras.initializers, name)}
