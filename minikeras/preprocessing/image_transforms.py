"""Single images changed at random: turned, shifted, sheared, zoomed, made brighter.

Random numbers come from NumPy's global generator, as in Keras 2.1.5: `numpy.random.seed` and
`set_random_seed` rule them.
"""

import numpy as np

from .image_affine import about_centre, affine_transform
from .image_files import stretched


def random_rotation(
    x,
    rg,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """Return an image turned about its centre by an angle within +-`rg` degrees.

    Args:
        x: array of rank 3.
        rg: largest angle, in degrees.
        row_axis, col_axis, channel_axis: which axis is which; by default channels come first.
        fill_mode: what lies outside: 'constant', 'nearest', 'reflect', 'wrap' or 'mirror'.
        cval: value outside for 'constant'.
        interpolation_order: 1 between pixels, 0 the nearest one.
    """
    theta = np.random.uniform(-rg, rg)
    matrix = about_centre(rotation_matrix(theta), x.shape[row_axis], x.shape[col_axis])
    return apply_transform(x, matrix, channel_axis, fill_mode, cval, interpolation_order)


def random_shift(
    x,
    wrg,
    hrg,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """Return an image shifted by up to `wrg` of its width and `hrg` of its height.

    Both are fractions; the other arguments are those of `random_rotation`.
    """
    rows = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    columns = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    matrix = shift_matrix(rows, columns)
    return apply_transform(x, matrix, channel_axis, fill_mode, cval, interpolation_order)


def random_shear(
    x,
    intensity,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """Return an image sheared by an angle within +-`intensity` degrees.

    The other arguments are those of `random_rotation`.
    """
    shear = np.random.uniform(-intensity, intensity)
    matrix = about_centre(shear_matrix(shear), x.shape[row_axis], x.shape[col_axis])
    return apply_transform(x, matrix, channel_axis, fill_mode, cval, interpolation_order)


def random_zoom(
    x,
    zoom_range,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """Return an image zoomed by two factors, for rows and columns, from `zoom_range`.

    A factor of 2 shows twice as much of what is around; 0.5 shows the middle at double size.

    Args:
        x: array of rank 3.
        zoom_range: (smallest, largest) factor; (1, 1) for no change.
        row_axis and others: as for `random_rotation`.
    """
    low, high = pair(zoom_range, "zoom_range")
    rows, columns = (1, 1) if low == high == 1 else np.random.uniform(low, high, 2)
    matrix = about_centre(zoom_matrix(rows, columns), x.shape[row_axis], x.shape[col_axis])
    return apply_transform(x, matrix, channel_axis, fill_mode, cval, interpolation_order)


def random_channel_shift(x, intensity, channel_axis=0):
    """Return an image with a number within +-`intensity` added to each channel.

    The result stays between the smallest and the largest value of the image.
    """
    return shift_channels(x, draw_channel_shifts(x.shape[channel_axis], intensity), channel_axis)


def random_brightness(x, brightness_range):
    """Return an image made brighter by a factor from `brightness_range`, (smallest, largest).

    The image is first stretched to whole numbers from 0 to 255, as in Keras 2.1.5.
    """
    low, high = pair(brightness_range, "brightness_range")
    return apply_brightness(x, np.random.uniform(low, high))


def pair(value, name):
    """Return two numbers as a tuple, or raise a ValueError that names the argument."""
    if np.ndim(value) != 1 or len(value) != 2:
        raise ValueError(f"{name} must be two numbers, smallest and largest, not {value!r}.")
    return tuple(value)


def rotation_matrix(theta):
    """Return the 3 x 3 matrix of a turn by `theta` degrees."""
    theta = np.deg2rad(theta)
    sine, cosine = np.sin(theta), np.cos(theta)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def shift_matrix(rows, columns):
    """Return the 3 x 3 matrix of a shift, in pixels."""
    return np.array([[1, 0, rows], [0, 1, columns], [0, 0, 1]])


def shear_matrix(shear):
    """Return the 3 x 3 matrix of a shear by an angle in degrees, that of Keras 2.1.5."""
    shear = np.deg2rad(shear)
    return np.array([[1, -np.sin(shear), 0], [0, np.cos(shear), 0], [0, 0, 1]])


def zoom_matrix(rows, columns):
    """Return the 3 x 3 matrix of a zoom."""
    return np.array([[rows, 0, 0], [0, columns, 0], [0, 0, 1]])


def transform_matrix_offset_center(matrix, x, y):
    """Return a 3 x 3 matrix that acts about the centre of an image of `x` rows, `y` columns."""
    return about_centre(matrix, x, y)


def apply_transform(
    x, transform_matrix, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """Return an image of rank 3 with its pixels moved as a 3 x 3 matrix says.

    The matrix takes (row, column, 1) of the result to where that pixel is found in `x`; see
    `random_rotation` for the other arguments.
    """
    if np.ndim(x) != 3:
        raise ValueError(f"A transformation takes one image of rank 3, not shape {np.shape(x)}.")
    moved = np.moveaxis(np.asarray(x), channel_axis, -1)
    result = affine_transform(moved, transform_matrix, fill_mode, cval, interpolation_order)
    return np.moveaxis(result, -1, channel_axis)


def apply_affine_transform(
    x,
    theta=0,
    tx=0,
    ty=0,
    shear=0,
    zx=1,
    zy=1,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    order=1,
):
    """Return an image turned, shifted, sheared and zoomed, in one step.

    Args:
        x: array of rank 3.
        theta: angle of the turn, in degrees.
        tx, ty: shift of rows and of columns, in pixels.
        shear: angle of the shear, in degrees.
        zx, zy: zoom of rows and of columns.
        order: 1 between pixels, 0 the nearest one.
        row_axis and others: as for `random_rotation`.
    """
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return x
    matrix = rotation_matrix(theta) @ shift_matrix(tx, ty) @ shear_matrix(shear)
    matrix = about_centre(matrix @ zoom_matrix(zx, zy), x.shape[row_axis], x.shape[col_axis])
    return apply_transform(x, matrix, channel_axis, fill_mode, cval, order)


def draw_channel_shifts(channels, intensity, rng=np.random):
    """Return one number within +-`intensity` for each channel."""
    return [float(rng.uniform(-intensity, intensity)) for _ in range(channels)]


def shift_channels(x, shifts, channel_axis=0):
    """Return an image with a number added to each channel; the range of values stays."""
    shape = [1, 1, 1]
    shape[channel_axis] = -1
    added = np.asarray(shifts, x.dtype if x.dtype.kind == "f" else None).reshape(shape)
    return np.clip(x + added, x.min(), x.max()).astype(x.dtype, copy=False)


def apply_channel_shift(x, intensity, channel_axis=0):
    """Return an image with `intensity` added to all channels; the range of values stays."""
    return shift_channels(x, [intensity] * x.shape[channel_axis], channel_axis)


def apply_brightness(x, brightness):
    """Return an image, stretched to whole numbers from 0 to 255, times a factor; see above."""
    x = np.asarray(x)
    floats = x if x.dtype.kind == "f" else x.astype("float32")
    whole = np.floor(stretched(floats))
    return np.floor(np.clip(whole * float(brightness), 0, 255))


def flip_axis(x, axis):
    """Return an array with one axis turned round."""
    return np.flip(np.asarray(x), axis)
