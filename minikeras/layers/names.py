"""Automatic names: `dense_1`, `dense_2`, ... in the order of creation."""

import re

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


def snake_case(name):
    """Return a class name in lower case with underscores: Conv2D -> conv2d, ReLU -> re_lu."""
    stepped = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    lowered = re.sub("([a-z])([A-Z])", r"\1_\2", stepped).lower()
    return "private" + lowered if lowered.startswith("_") else lowered
