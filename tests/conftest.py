"""What every test may rely on: settings and names as they are in a new process."""

import pytest

from minikeras import config, registry
from minikeras.layers.names import reset_uids


@pytest.fixture(autouse=True)
def fresh_library():
    """Begin with automatic names from 1, and put settings and custom objects back afterwards."""
    reset_uids()
    before = config.floatx(), config.epsilon(), config.image_data_format()
    custom = dict(registry.get_custom_objects())
    yield
    config.set_floatx(before[0])
    config.set_epsilon(before[1])
    config.set_image_data_format(before[2])
    registry.get_custom_objects().clear()
    registry.get_custom_objects().update(custom)
