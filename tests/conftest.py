"""What every test may rely on: settings, names and random numbers as in a new, seeded process."""

import numpy as np
import pytest

from minikeras import config, registry
from minikeras.layers.names import reset_uids
from minikeras.metrics.naming import reset_auto_names


@pytest.fixture(autouse=True)
def fresh_library():
    """Begin with names from 1 and the same random numbers; put settings and objects back."""
    reset_uids()
    reset_auto_names()
    np.random.seed(1)
    config._root_seed = None  # the streams follow NumPy's generator, as before any seed was set
    config._streams.clear()
    before = config.floatx(), config.epsilon(), config.image_data_format()
    custom = dict(registry.get_custom_objects())
    yield
    config.set_floatx(before[0])
    config.set_epsilon(before[1])
    config.set_image_data_format(before[2])
    registry.get_custom_objects().clear()
    registry.get_custom_objects().update(custom)
