"""Fine-tuning that changes sides in the middle: what is frozen, what the optimizer remembers."""

import keras
import numpy as np
import pytest

from tests.models.test_transfer import data, fine_tuned
from tests.parity.harness import assert_close

# Optimizers that both have, with the same rules and the same state.
BOTH = ("adam", "amsgrad", "sgd", "adamax", "lion")


@pytest.mark.parametrize("name", BOTH)
def test_real_keras_goes_on_where_minikeras_stopped(name, tmp_path):
    """After a new head, freezing and release, in another order than that of the layers."""
    ours = fine_tuned(name)
    ours.save(tmp_path / "m.keras")
    real = keras.models.load_model(tmp_path / "m.keras")
    trained = [layer.name for layer in real.layers if layer.trainable and layer.weights]
    assert trained == ["second", "third", "new_head"]
    assert int(real.optimizer.iterations) == int(ours.optimizer.iterations) == 9
    for seed in (5, 6):
        x, y = data(2, seed=seed)
        ours.train_on_batch(x, y)
        real.train_on_batch(x, y)
    for one, other in zip(ours.get_weights(), real.get_weights(), strict=True):
        assert_close(one, np.asarray(other), "weights", 1e-5)
