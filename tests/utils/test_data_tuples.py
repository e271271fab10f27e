import numpy as np
import pytest

from minikeras.utils import pack_x_y_sample_weight, unpack_x_y_sample_weight


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1,), 1),
        (([1, 2],), ([1, 2],)),
        (((1, 2),), ((1, 2),)),
        ((1, 2), (1, 2)),
        ((1, 2, 3), (1, 2, 3)),
        ((1, None, 3), (1, None, 3)),
    ],
)
def test_packing(arguments, expected):
    assert pack_x_y_sample_weight(*arguments) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (1, (1, None, None)),
        ((1,), (1, None, None)),
        ((1, 2), (1, 2, None)),
        ([1, 2], (1, 2, None)),
        ((1, 2, 3), (1, 2, 3)),
        ({"a": 1}, ({"a": 1}, None, None)),
    ],
)
def test_unpacking(data, expected):
    assert unpack_x_y_sample_weight(data) == expected


def test_an_array_is_x_however_long_it_is():
    x = np.zeros((2, 3))
    assert unpack_x_y_sample_weight(x)[0] is x


@pytest.mark.parametrize("data", [(), (1, 2, 3, 4)])
def test_other_lengths_are_refused(data):
    with pytest.raises(ValueError, match=f"tuple of {len(data)} parts"):
        unpack_x_y_sample_weight(data)
