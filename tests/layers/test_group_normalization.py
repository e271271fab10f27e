"""GroupNormalization and UnitNormalization, against their formulas."""

import numpy as np
import pytest

from minikeras.layers import GroupNormalization, Input, UnitNormalization

X = np.random.default_rng(0).normal(2, 3, (4, 5, 6)).astype("float32")


@pytest.mark.parametrize("groups", [1, 2, 3, 6, -1])
def test_groups_of_channels(groups):
    layer = GroupNormalization(groups=groups, epsilon=1e-2)
    count = 6 if groups == -1 else groups
    parts = X.reshape(4, 5, count, 6 // count)
    mean = parts.mean(axis=(1, 3), keepdims=True)
    variance = parts.var(axis=(1, 3), keepdims=True)
    expected = ((parts - mean) / np.sqrt(variance + 1e-2)).reshape(X.shape)
    np.testing.assert_allclose(layer(X).numpy(), expected, rtol=1e-4, atol=1e-5)
    layer.set_weights([np.arange(6), np.ones(6)])
    np.testing.assert_allclose(layer(X).numpy(), expected * np.arange(6) + 1, rtol=1e-4, atol=1e-4)
    first = GroupNormalization(groups=groups, epsilon=1e-2, axis=1)
    found = first(X.transpose(0, 2, 1)).numpy().transpose(0, 2, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_without_weights():
    layer = GroupNormalization(groups=2, center=False, scale=False)
    layer(X)
    assert layer.weights == []


def test_what_is_refused():
    for groups in (0, -2, 1.5, None, True):
        with pytest.raises(ValueError, match="positive whole number, or -1"):
            GroupNormalization(groups)
    with pytest.raises(ValueError, match="cannot divide 6 channels into 4 groups"):
        GroupNormalization(4)(X)
    with pytest.raises(ValueError, match="no known size"):
        GroupNormalization(2)(Input((5, None)))


def test_vectors_of_length_one():
    out = UnitNormalization()(np.array([[3.0, 4.0], [0.0, 0.0]])).numpy()
    np.testing.assert_allclose(out, [[0.6, 0.8], [0, 0]], rtol=1e-6)
    along = UnitNormalization(axis=1)(X).numpy()
    np.testing.assert_allclose((along**2).sum(axis=1), 1, rtol=1e-5)
    both = UnitNormalization(axis=[1, 2])(X).numpy()
    np.testing.assert_allclose((both**2).sum(axis=(1, 2)), 1, rtol=1e-5)
