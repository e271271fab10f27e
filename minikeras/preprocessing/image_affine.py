"""Images turned, shifted, sheared and zoomed: a pixel of the result is looked up in the image.

What SciPy's `ndimage.affine_transform` does for orders 0 and 1, in NumPy alone. Where a pixel is
looked up outside the image, a fill mode says what is there; abcd is a row of the image:

    constant   kkkk|abcd|kkkk   k is `cval`; nothing is blended with it
    nearest    aaaa|abcd|dddd
    reflect    dcba|abcd|dcba
    mirror      dcb|abcd|cba
    wrap        abc|abcd|bcd    the last pixel lies on the first of the next copy, as in SciPy
"""

import numpy as np

from ..registry import suggest

FILL_MODES = ("constant", "nearest", "reflect", "wrap", "mirror")


def check_fill_mode(fill_mode):
    """Raise a ValueError that suggests the nearest mode if there is none of this name."""
    if fill_mode not in FILL_MODES:
        raise ValueError(f"Unknown fill_mode {fill_mode!r}. {suggest(fill_mode, FILL_MODES)}")


def check_order(order):
    """Raise a ValueError for an interpolation order that is not offered."""
    if order not in (0, 1):
        raise ValueError(
            f"Images are interpolated with order 0 (nearest pixel) or 1 (linear), not {order!r}: "
            "higher orders are splines, which minikeras does not have."
        )


def about_centre(matrix, height, width):
    """Return a 3 x 3 transformation that leaves the centre of the image where it is.

    The centre is (height / 2 + 0.5, width / 2 + 0.5), as in Keras 2.1.5.
    """
    row, column = height / 2 + 0.5, width / 2 + 0.5
    there = np.array([[1, 0, row], [0, 1, column], [0, 0, 1]])
    back = np.array([[1, 0, -row], [0, 1, -column], [0, 0, 1]])
    return there @ matrix @ back


def affine_transform(image, matrix, fill_mode="nearest", cval=0.0, order=1):
    """Return the image whose pixel p is the pixel `matrix @ p` of the one given.

    Args:
        image: array (height, width, channels) of any number type.
        matrix: 3 x 3, from (row, column, 1) of the result to that of `image`.
        fill_mode: what lies outside the image, see the module.
        cval: the value outside for `fill_mode="constant"`.
        order: 1 to interpolate between the four pixels around, 0 to take the nearest.

    Returns:
        A new array of the shape and type of `image`.
    """
    check_fill_mode(fill_mode)
    check_order(order)
    height, width, channels = image.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)
    matrix = np.asarray(matrix, "float64")
    # One sum in this order, as SciPy makes it: a row that falls on the edge falls on its edge.
    at_row, at_column = (m[2] + rows * m[0] + columns * m[1] for m in matrix[:2])
    outside = None
    if fill_mode == "constant":
        outside = (at_row < 0) | (at_row > height - 1) | (at_column < 0) | (at_column > width - 1)
    row_pair = _neighbours(at_row, height, fill_mode, order)
    column_pair = _neighbours(at_column, width, fill_mode, order)
    number_type = image.dtype if image.dtype.kind == "f" else np.dtype("float64")
    pixels = image.reshape(height * width, channels)
    result = np.zeros(image.shape, number_type)
    for row, row_weight in row_pair:
        for column, column_weight in column_pair:
            weight = (row_weight * column_weight).astype(number_type)
            result += pixels[row * width + column] * weight[:, :, None]
    if outside is not None:
        result[outside] = cval
    return _of_type(result, image.dtype)


def _neighbours(place, size, fill_mode, order):
    """Return pairs (index, weight) for the places along one axis: the pixels next to each."""
    if fill_mode == "wrap":
        place = _wrapped(place, size)
    if order == 0:
        nearest = np.floor(place + 0.5)
        return [(_inside(nearest, size, fill_mode), np.ones_like(place))]
    before = np.floor(place)
    share = place - before
    return [
        (_inside(before, size, fill_mode), 1 - share),
        (_inside(before + 1, size, fill_mode), share),
    ]


def _wrapped(place, size):
    """Return places in [0, size - 1], a period of which is size - 1 long, as SciPy's are."""
    period = size - 1
    if not period:
        return np.zeros_like(place)
    low = place + period * (np.trunc(-place / period) + 1)
    high = place - period * np.trunc(place / period)
    return np.where(place < 0, low, np.where(place > period, high, place))


def _inside(index, size, fill_mode):
    """Return whole numbers mapped to pixels that exist, as ints."""
    index = index.astype(np.intp)
    if fill_mode == "reflect":
        index = index % (2 * size)
        return np.minimum(index, 2 * size - 1 - index)
    if fill_mode == "mirror":
        period = max(2 * size - 2, 1)
        index = index % period
        return np.minimum(index, period - index) if size > 1 else np.zeros_like(index)
    return np.clip(index, 0, size - 1)


def _of_type(values, dtype):
    """Return an image in its own number type: ints rounded to the nearest and kept in range."""
    if dtype.kind == "f":
        return values
    if dtype.kind == "b":
        return values >= 0.5
    bounds = np.iinfo(dtype)
    return np.clip(np.rint(values), bounds.min, bounds.max).astype(dtype)
