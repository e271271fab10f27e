"""Images changed at random and brought to a common scale, batch by batch: ImageDataGenerator."""

import warnings

import numpy as np

from .. import config
from .image_affine import check_fill_mode, check_order
from .image_directory import DirectoryIterator
from .image_iterators import NumpyArrayIterator, warn_of_channels
from .image_transforms import (
    apply_affine_transform,
    apply_brightness,
    draw_channel_shifts,
    flip_axis,
    pair,
    shift_channels,
)


class ImageDataGenerator:
    """Makes batches of images, each changed at random and then standardized.

    An image goes through `preprocessing_function`, the random changes, `rescale`, the samplewise
    and the featurewise settings and the whitening, in this order (that of Keras 2.1.5).

    Args:
        featurewise_center: subtract the mean of each channel over the data given to `fit`.
        samplewise_center: subtract the mean of the image.
        featurewise_std_normalization: divide by the standard deviation of each channel, from
            `fit`; switches `featurewise_center` on.
        samplewise_std_normalization: divide by the image's; switches `samplewise_center` on.
        zca_whitening: remove correlations between pixels, as learned by `fit`; switches
            `featurewise_center` on and `featurewise_std_normalization` off.
        zca_epsilon: added to the variances before their square root is divided by.
        rotation_range: largest angle in degrees, either way.
        width_shift_range, height_shift_range: largest shift, either way: a fraction of the size
            if below 1, else pixels. A list or tuple has the shifts to choose from, either way.
        brightness_range: (smallest, largest) factor. Where given, images are stretched to whole
            numbers from 0 to 255 first, as in Keras 2.1.5.
        shear_range: largest angle of shear in degrees, either way.
        zoom_range: (smallest, largest) zoom, or z for (1 - z, 1 + z); rows and columns each
            have a factor of their own.
        channel_shift_range: largest number added to a channel, each its own, either way.
        fill_mode: what lies outside an image that is moved: 'nearest', 'constant', 'reflect',
            'wrap' or 'mirror'.
        cval: the value outside for 'constant'.
        horizontal_flip, vertical_flip: whether to turn every second image round, at random.
        rescale: factor for all values; None or 0 for none.
        preprocessing_function: function of one image, an array of rank 3, that returns another
            of the same shape.
        data_format: 'channels_last' or 'channels_first'; the default one if None.
        validation_split: share of the data that `subset='validation'` gets: the first ones.
        interpolation_order: 1 to interpolate linearly, 0 to take the nearest pixel.
        dtype: of the batches; the default float type if None.

    Raises:
        ValueError: a setting that makes no sense; the message names it.
    """

    def __init__(
        self,
        featurewise_center=False,
        samplewise_center=False,
        featurewise_std_normalization=False,
        samplewise_std_normalization=False,
        zca_whitening=False,
        zca_epsilon=1e-6,
        rotation_range=0.0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        rescale=None,
        preprocessing_function=None,
        data_format=None,
        validation_split=0.0,
        interpolation_order=1,
        dtype=None,
    ):
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = brightness_range
        self.shear_range = shear_range
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.interpolation_order = interpolation_order
        self.dtype = np.dtype(dtype or config.floatx()).name
        self.data_format = config.normalize_data_format(data_format)
        last = self.data_format == "channels_last"
        self.row_axis, self.col_axis, self.channel_axis = (1, 2, 3) if last else (2, 3, 1)
        self.mean = None
        self.std = None
        self.principal_components = None
        if np.isscalar(zoom_range):
            zoom_range = (1 - zoom_range, 1 + zoom_range)
        self.zoom_range = list(pair(zoom_range, "zoom_range"))
        check_fill_mode(fill_mode)
        check_order(interpolation_order)
        if brightness_range is not None:
            pair(brightness_range, "brightness_range")
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                f"validation_split is a share of the data, between 0 and 1, not {validation_split}."
            )
        self._validation_split = validation_split
        self._switch("zca_whitening", "featurewise_center", True)
        self._switch("zca_whitening", "featurewise_std_normalization", False)
        self._switch("featurewise_std_normalization", "featurewise_center", True)
        self._switch("samplewise_std_normalization", "samplewise_center", True)

    def _switch(self, setting, other, needed):
        """Give another setting the value that one needs, and say so."""
        if getattr(self, setting) and bool(getattr(self, other)) != needed:
            setattr(self, other, needed)
            warnings.warn(
                f"{setting}=True goes with {other}={needed} only, which has been set.",
                stacklevel=3,
            )

    def flow(
        self,
        x,
        y=None,
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        sample_weight=None,
    ):
        """Return batches without end, each image changed anew; see `NumpyArrayIterator`."""
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            sample_weight=sample_weight,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
    ):
        """Return batches of images read from a folder of folders; see `DirectoryIterator`."""
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
        )

    # -----------------------------------------------------------------------------------------
    # One scale
    # -----------------------------------------------------------------------------------------
    def standardize(self, x):
        """Return an image, or a batch of them, rescaled, centred, normalized and whitened.

        An array of floats is changed in place, as in Keras. A statistic that `fit` has not
        measured yet is left out, with a warning.
        """
        x = np.asarray(x)
        if x.dtype.kind != "f":
            x = x.astype(self.dtype)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + config.epsilon()
        if self.featurewise_center and self._measured(self.mean, "featurewise_center"):
            x -= self.mean
        if self.featurewise_std_normalization and self._measured(
            self.std, "featurewise_std_normalization"
        ):
            x /= self.std + config.epsilon()
        if self.zca_whitening and self._measured(self.principal_components, "zca_whitening"):
            rows = x.reshape(-1, len(self.principal_components))
            x = (rows @ self.principal_components).astype(x.dtype, copy=False).reshape(x.shape)
        return x

    def _measured(self, statistic, setting):
        if statistic is None:
            warnings.warn(
                f"This ImageDataGenerator has {setting}=True but has seen no data to measure. "
                "Call its fit(x) with the training images first.",
                stacklevel=3,
            )
        return statistic is not None

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Measure the images that the featurewise settings and the whitening refer to.

        Args:
            x: array of images, of rank 4.
            augment: whether to measure images changed at random instead.
            rounds: how many times to go over the data then.
            seed: of the random changes; None for NumPy's global generator.

        Raises:
            ValueError: another rank than 4, or no images.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4 or not len(x):
            raise ValueError(
                f"fit takes a batch of images, an array of rank 4; this one has shape {x.shape}."
            )
        warn_of_channels(x.shape, self.channel_axis, self.data_format)
        if augment:
            rng = np.random if seed is None else np.random.RandomState(seed)
            x = np.stack(
                [
                    self.random_transform(image, seed=int(rng.randint(2**31 - 1)))
                    for _ in range(rounds)
                    for image in x
                ]
            )
        over = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=over, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=over, keepdims=True)[0]
            x /= self.std + config.epsilon()
        if self.zca_whitening:
            rows = x.reshape(len(x), -1)
            u, variances, _ = np.linalg.svd(rows.T @ rows / len(rows))
            self.principal_components = (u / np.sqrt(variances + self.zca_epsilon)) @ u.T

    # -----------------------------------------------------------------------------------------
    # Random changes
    # -----------------------------------------------------------------------------------------
    def get_random_transform(self, img_shape, seed=None):
        """Return the random changes for one image, for `apply_transform`.

        Args:
            img_shape: shape of the image, three ints.
            seed: int, for the same changes each time; None for NumPy's global generator.

        Returns:
            Dictionary with `theta` and `shear` (degrees), `tx` and `ty` (shift of rows and of
            columns, pixels), `zx` and `zy` (zoom of rows and of columns), `flip_horizontal`,
            `flip_vertical`, `channel_shift_intensity` (one number a channel, or None) and
            `brightness` (a factor, or None).
        """
        rng = np.random if seed is None else np.random.RandomState(seed)
        rows, columns = img_shape[self.row_axis - 1], img_shape[self.col_axis - 1]
        changes = {
            "theta": _draw(rng, self.rotation_range),
            "tx": _draw_shift(rng, self.height_shift_range, rows),
            "ty": _draw_shift(rng, self.width_shift_range, columns),
            "shear": _draw(rng, self.shear_range),
        }
        zoom = (1, 1) if self.zoom_range == [1, 1] else rng.uniform(*self.zoom_range, 2)
        changes["zx"], changes["zy"] = (float(factor) for factor in zoom)
        channels, reach = img_shape[self.channel_axis - 1], self.channel_shift_range
        shifts = draw_channel_shifts(channels, reach, rng) if reach else None
        changes["channel_shift_intensity"] = shifts
        changes["flip_horizontal"] = bool(self.horizontal_flip and rng.uniform() < 0.5)
        changes["flip_vertical"] = bool(self.vertical_flip and rng.uniform() < 0.5)
        bright = self.brightness_range
        changes["brightness"] = None if bright is None else float(rng.uniform(*bright))
        return changes

    def apply_transform(self, x, transform_parameters):
        """Return an image changed as a dictionary says.

        Args:
            x: array of rank 3.
            transform_parameters: some or all entries of what `get_random_transform` returns.

        Raises:
            ValueError: an entry of another name.
        """
        known = self.get_random_transform(x.shape, seed=0)
        unknown = sorted(set(transform_parameters) - set(known))
        if unknown:
            raise ValueError(
                f"apply_transform knows {', '.join(known)}, but not {', '.join(unknown)}."
            )
        get = transform_parameters.get
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        moves = {n: get(n, 0) for n in ("theta", "tx", "ty", "shear")}
        x = apply_affine_transform(
            x,
            **moves,
            zx=get("zx", 1),
            zy=get("zy", 1),
            row_axis=row,
            col_axis=column,
            channel_axis=channel,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        shifts = get("channel_shift_intensity")
        if shifts is not None:
            shifts = [shifts] * x.shape[channel] if np.isscalar(shifts) else shifts
            x = shift_channels(x, shifts, channel)
        if get("flip_horizontal", False):
            x = flip_axis(x, column)
        if get("flip_vertical", False):
            x = flip_axis(x, row)
        if get("brightness") is not None:
            x = apply_brightness(x, get("brightness"))
        return x

    def random_transform(self, x, seed=None):
        """Return one image, an array of rank 3, changed at random; its shape stays."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))


def _draw(rng, reach):
    """Return a number within +-`reach`; nothing is drawn for 0."""
    return float(rng.uniform(-reach, reach)) if reach else 0.0


def _draw_shift(rng, reach, size):
    """Return a shift in pixels: within +-`reach`, or one of several, either way."""
    if np.ndim(reach):
        shift = float(rng.choice(reach) * rng.choice([-1, 1]))
        return shift * size if np.max(reach) < 1 else shift
    shift = _draw(rng, reach)
    return shift * size if reach < 1 else shift
