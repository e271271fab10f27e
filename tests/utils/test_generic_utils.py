import pytest

from minikeras.utils import generic_utils
from minikeras.utils.generic_utils import has_arg, is_all_none, object_list_uid, to_list


def plain(a, b=1, *, c=2):
    return a, b, c


def greedy(a, **rest):
    return a, rest


def positional(a, /, b):
    return a, b


class Made:
    def __init__(self, size):
        self.size = size

    def method(self, x):
        return x


@pytest.mark.parametrize(
    ("function", "name", "accept_all", "expected"),
    [
        (plain, "a", False, True),
        (plain, "c", False, True),
        (plain, "d", True, False),
        (greedy, "d", False, False),
        (greedy, "d", True, True),
        (positional, "a", False, False),
        (positional, "b", False, True),
        (Made, "size", False, True),
        (Made(1).method, "x", False, True),
        (Made(1).method, "self", False, False),
    ],
)
def test_has_arg(function, name, accept_all, expected):
    assert has_arg(function, name, accept_all) is expected


def test_to_list():
    given = [1]
    assert to_list(given) is given
    assert to_list(1) == [1]
    assert to_list((1, 2)) == [(1, 2)]
    assert to_list((1, 2), allow_tuple=True) == [1, 2]


def test_unpack_singleton():
    assert generic_utils.unpack_singleton([3]) == 3
    assert generic_utils.unpack_singleton([3, 4]) == [3, 4]


def test_object_list_uid_tells_objects_apart():
    a, b = Made(1), Made(1)
    assert object_list_uid([a, b]) == object_list_uid([a, b])
    assert object_list_uid([a, b]) != object_list_uid([b, a])
    assert object_list_uid(a) == object_list_uid([a])


def test_is_all_none():
    assert is_all_none(None)
    assert is_all_none([None, None])
    assert is_all_none((None,))
    assert not is_all_none([None, 0])
