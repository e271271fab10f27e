"""Where variables live: one flat array, an arena, of which each variable is a view.

An optimizer that finds its variables side by side updates them in one go. So it moves them into
an arena, once: a variable that has a home already (in another optimizer's arena, because two
models share it) stays there, and what cannot be one run is several.
"""

from typing import NamedTuple

import numpy as np

# Variables smaller than this are put side by side, ahead of the larger ones.
SMALL = 1 << 14
# Large variables begin at a multiple of 64 bytes, where vector instructions are fastest.
_ALIGNMENT = 64


class Home(NamedTuple):
    """The place of a variable: elements `start` to `stop` of the flat array `arena`."""

    arena: np.ndarray
    start: int
    stop: int


def home_of(variable):
    """Return the `Home` of a variable, or None if its array is a view of no flat array."""
    data = variable.data
    arena = data.base
    if (
        type(arena) is not np.ndarray
        or arena.ndim != 1
        or arena.dtype != data.dtype
        or not (data.flags.c_contiguous and arena.flags.c_contiguous)
    ):
        return None
    start = (_address(data) - _address(arena)) // data.itemsize
    return Home(arena, start, start + data.size)


def _address(array):
    return array.__array_interface__["data"][0]


def flat_array(size, dtype):
    """Return a new flat array of zeros that begins at a multiple of 64 bytes."""
    dtype = np.dtype(dtype)
    spare = _ALIGNMENT // dtype.itemsize
    raw = np.zeros(size + spare, dtype)
    offset = (-_address(raw) % _ALIGNMENT) // dtype.itemsize
    return raw[offset : offset + size]


def move_together(variables):
    """Move those of `variables` that have no home into one new arena per dtype.

    Small ones come first, without gaps; large ones follow, each well aligned. Variables without
    elements have no place, and need none.
    """
    homeless = [v for v in variables if v.size and home_of(v) is None]
    for dtype in dict.fromkeys(v.dtype for v in homeless):
        group = [v for v in homeless if v.dtype == dtype]
        group.sort(key=lambda v: v.size >= SMALL)
        starts, end = [], 0
        step = _ALIGNMENT // dtype.itemsize
        for v in group:
            if v.size >= SMALL:
                end = -(-end // step) * step
            starts.append(end)
            end += v.size
        arena = flat_array(end, dtype)
        for v, start in zip(group, starts):
            v.rehome(arena[start : start + v.size].reshape(v.shape))


def move_alike(rows):
    """Lay variables out as others are laid out.

    Args:
        rows: one list per model variable, which has a home, of the variables that belong to it:
            the slots. All rows have the same length; all that is in one column goes into one
            arena per dtype, in the order of the model variables' places.
    """
    rows = [row for row in rows if row[0].size]
    for dtype in dict.fromkeys(row[0].dtype for row in rows):
        group = sorted((row for row in rows if row[0].dtype == dtype), key=_place)
        starts, end, before = [], 0, None
        step = _ALIGNMENT // dtype.itemsize
        for row in group:
            home = home_of(row[0])
            if before is None or home.arena is not before.arena or home.start != before.stop:
                end = -(-end // step) * step
            before = home
            starts.append(end)
            end += row[0].size
        for column in range(1, len(rows[0])):
            arena = flat_array(end, dtype)
            for row, start in zip(group, starts):
                slot = row[column]
                slot.rehome(arena[start : start + slot.size].reshape(slot.shape))


def _place(row):
    home = home_of(row[0])
    return id(home.arena), home.start


def runs(rows):
    """Divide `rows` (see `move_alike`) into runs that lie side by side in every column.

    Returns:
        A list of runs, each a list of positions in `rows`. Rows without elements are left out.
    """
    homes = {i: [home_of(v) for v in row] for i, row in enumerate(rows) if row[0].size}
    order = sorted(homes, key=lambda i: (id(homes[i][0].arena), homes[i][0].start))
    found = []
    for i in order:
        if found and all(
            here.arena is before.arena and here.start == before.stop
            for before, here in zip(homes[found[-1][-1]], homes[i])
        ):
            found[-1].append(i)
        else:
            found.append([i])
    return found


def flat_views(rows, run):
    """Return one flat array per column that spans the rows of a run."""
    first, last = rows[run[0]], rows[run[-1]]
    views = []
    for start, end in zip(first, last):
        here, there = home_of(start), home_of(end)
        views.append(here.arena[here.start : there.stop])
    return views
