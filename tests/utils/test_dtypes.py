import numpy as np
import pytest

from minikeras import config
from minikeras.utils import standardize_dtype


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (None, "float32"),
        ("float64", "float64"),
        (np.float16, "float16"),
        (np.dtype("int64"), "int64"),
        (bool, "bool"),
        (int, "int32"),
        ("int", "int32"),
        (float, "float32"),
        ("complex64", "complex64"),
    ],
)
def test_names(dtype, expected):
    assert standardize_dtype(dtype) == expected


def test_none_follows_the_default_float_type():
    config.set_floatx("float64")
    try:
        assert standardize_dtype(None) == "float64"
    finally:
        config.set_floatx("float32")


@pytest.mark.parametrize("dtype", ["float33", "str", object, "datetime64[s]", 3])
def test_anything_else_is_refused(dtype):
    with pytest.raises(ValueError, match="no type of numbers"):
        standardize_dtype(dtype)
