import pytest

from minikeras import config


def test_tracebacks_are_whole():
    config.disable_traceback_filtering()
    assert config.is_traceback_filtering_enabled() is False
    with pytest.raises(ValueError, match="whole tracebacks"):
        config.enable_traceback_filtering()
