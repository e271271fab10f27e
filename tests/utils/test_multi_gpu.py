import pytest

from minikeras.utils import multi_gpu_model


def test_it_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"gpus=2.*train the model itself"):
        multi_gpu_model(None, gpus=2)
