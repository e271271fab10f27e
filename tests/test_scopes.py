import pytest

import minikeras


def test_a_name_scope_is_a_context():
    with minikeras.name_scope("block") as scope:
        assert scope.name == "block"
        assert minikeras.ops.add(1, 2) == 3


@pytest.mark.parametrize("name", ["a/b", None, 3])
def test_strange_names_are_refused(name):
    with pytest.raises(ValueError, match="name scope"):
        minikeras.name_scope(name)


@pytest.mark.parametrize("name", ["cpu", "CPU:0", "/cpu:0", "/device:CPU:0", "cpu:1"])
def test_the_cpu_is_there(name):
    with minikeras.device(name):
        assert minikeras.ops.add(1, 2) == 3


@pytest.mark.parametrize("name", ["gpu", "/gpu:0", "tpu:1", "cpux", None])
def test_other_devices_are_not(name):
    with pytest.raises(ValueError, match="computes on the CPU"):
        minikeras.device(name)


def test_errors_pass_through():
    with pytest.raises(KeyError), minikeras.name_scope("a"), minikeras.device("cpu"):
        raise KeyError("x")
