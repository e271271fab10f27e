"""LayerNormalization and RMSNormalization."""

import numpy as np
import pytest

from minikeras import autograd
from minikeras.layers import Embedding, LayerNormalization, RMSNormalization

X = np.random.default_rng(0).normal(1.0, 2.0, size=(3, 4, 5)).astype("float32")


@pytest.mark.parametrize("axis", [-1, 1, 2, (1, 2), [1, -1]], ids=str)
@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("scale", [False, True])
def test_values(axis, center, scale):
    layer = LayerNormalization(axis, epsilon=0.1, center=center, scale=scale)
    layer.build(X.shape)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    expected = X - X.mean(axes, keepdims=True)
    expected = expected / np.sqrt(X.var(axes, keepdims=True) + 0.1)
    along = [X.shape[i] if i in [a % 3 for a in axes] else 1 for i in range(3)]
    if scale:
        expected = expected * layer.gamma.numpy().reshape(along)
    if center:
        expected = expected + layer.beta.numpy().reshape(along)
    y = layer(X)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-4, atol=1e-5)
    assert y.dtype == np.float32
    assert len(layer.weights) == center + scale


@pytest.mark.parametrize("axis", [-1, 1, (1, 2)], ids=str)
def test_root_mean_square(axis):
    layer = RMSNormalization(axis)
    y = layer(X).numpy()
    axes = axis if isinstance(axis, tuple) else (axis,)
    expected = X / np.sqrt((X**2).mean(axes, keepdims=True) + 1e-6)
    np.testing.assert_allclose(y, expected, rtol=1e-4)
    layer.set_weights([2 * w for w in layer.get_weights()])
    np.testing.assert_allclose(layer(X).numpy(), 2 * expected, rtol=1e-4)


@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 1), (5, 2)], ids=str)
@pytest.mark.parametrize("cls", [LayerNormalization, RMSNormalization])
def test_gradients(cls, shape):
    layer = cls(epsilon=0.1, dtype="float64")
    autograd.check_layer(layer, np.random.default_rng(0).normal(size=shape))


@pytest.mark.parametrize("cls", [LayerNormalization, RMSNormalization])
def test_masks_configs_and_errors(cls):
    words = Embedding(5, 3, mask_zero=True)(np.array([[1, 0]]))
    np.testing.assert_array_equal(cls()(words).mask, [[True, False]])
    layer = cls(axis=(1, 2), epsilon=0.5)
    assert cls.from_config(layer.get_config()).get_config() == layer.get_config()
    assert layer.compute_output_shape((None, 4, 5)) == (None, 4, 5)
    with pytest.raises(ValueError, match="no known size"):
        layer.build((None, None, 5))
    with pytest.raises(ValueError, match="axis 3"):
        cls(axis=3).build((None, 4))


def test_a_mistake_of_older_versions_is_refused():
    with pytest.raises(ValueError, match="RMSNormalization"):
        LayerNormalization(rms_scaling=True)
