"""Automatic names: `dense_1`, `dense_2`, ... in the order of creation."""

_counts = {}


def unique_name(prefix):
    """Return `prefix_n`, n counting from 1 for each prefix."""
    return f"{prefix}_{get_uid(prefix)}"


def get_uid(prefix=""):
    """Return the next number for `prefix`, counting from 1."""
    _counts[prefix] = _counts.get(prefix, 0) + 1
    return _counts[prefix]


def reset_uids():
    """Start all automatic names anew from 1."""
    _counts.clear()
