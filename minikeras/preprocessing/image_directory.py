"""Batches of images read from a folder with one folder for each class."""

import os

import numpy as np

from .. import config
from ..utils.np_utils import to_categorical
from .image_files import (
    CHANNELS,
    check_color_mode,
    check_interpolation,
    img_to_array,
    import_pillow,
    load_img,
)
from .image_iterators import ImageIterator, subset_bounds

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")
CLASS_MODES = ("categorical", "binary", "sparse", "input", None)


class DirectoryIterator(ImageIterator):
    """Batches of images in files; a batch is `(x, y)`, or `x` for `class_mode=None`.

    Args:
        directory: folder; each folder in it holds the images of one class, in folders of their
            own or not: .png, .jpg, .jpeg, .bmp, .ppm, .tif or .tiff.
        image_data_generator: an `ImageDataGenerator`.
        target_size: (height, width) that images are resized to.
        color_mode: 'rgb', 'grayscale' or 'rgba'.
        classes: names of the folders, in the order of their numbers; all of them, sorted, if None.
        class_mode: what `y` is: 'categorical' (one-hot rows), 'binary' (0.0 and 1.0), 'sparse'
            (class numbers, int32), 'input' (the images themselves), or None for no `y`.
        batch_size, shuffle, seed: see `Iterator`.
        data_format, save_to_dir, save_prefix, save_format, dtype: see `ImageIterator`.
        follow_links: whether to go into folders that are links.
        subset: 'validation' for the first `validation_split` of each class, 'training' for the
            others; None for all.
        interpolation: how to resize, see `load_img`.
        keep_aspect_ratio: whether to cut to the proportions of `target_size` before resizing.

    Attributes:
        filenames: of the images, from `directory` on.
        classes: class number of each, an int32 array; `labels` and `filepaths` are Keras 3's.
        class_indices: {name of class: number}.
        samples, num_classes, image_shape: numbers of images and of classes, shape of an image.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: no such folder, no images in it, an unknown mode, or more than two classes
            with class_mode='binary'.
    """

    def __init__(
        self,
        directory,
        image_data_generator,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        dtype=None,
    ):
        check_color_mode(color_mode)
        check_interpolation(interpolation)
        if class_mode not in CLASS_MODES:
            raise ValueError(
                f"Unknown class_mode {class_mode!r}; choose one of "
                f"{', '.join(map(repr, CLASS_MODES))}."
            )
        import_pillow("flow_from_directory")
        self.directory = os.fspath(directory)
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        self.class_mode = class_mode
        self.subset = subset
        self.interpolation = interpolation
        self.keep_aspect_ratio = keep_aspect_ratio
        names = list(classes) if classes else class_folders(self.directory)
        self.num_classes = len(names)
        self.class_indices = {name: number for number, name in enumerate(names)}
        self.filenames, numbers = [], []
        for name, number in self.class_indices.items():
            found = files_below(self.directory, name, ENDINGS, follow_links)
            if subset is not None:
                found = found[subset_bounds(subset, image_data_generator, len(found))]
            self.filenames += found
            numbers += [number] * len(found)
        self.classes = np.array(numbers, "int32")
        self.samples = len(self.filenames)
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        if not self.samples:
            raise ValueError(
                f"No images in {self.directory!r}: there should be one folder for each class, "
                f"with files that end in {', '.join(ENDINGS)}."
            )
        if class_mode == "binary" and self.num_classes > 2:
            raise ValueError(
                f"class_mode='binary' has two classes, but {self.directory!r} has "
                f"{self.num_classes}: {', '.join(names)}. Take 'categorical' or 'sparse'."
            )
        super().__init__(
            self.samples,
            batch_size,
            shuffle,
            seed,
            image_data_generator,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            dtype,
        )
        channels = (CHANNELS[color_mode],)
        last = self.data_format == "channels_last"
        self.image_shape = self.target_size + channels if last else channels + self.target_size

    @property
    def filepaths(self):
        """Full names of the files."""
        return [os.path.join(self.directory, name) for name in self.filenames]

    @property
    def labels(self):
        """Class number of each image."""
        return self.classes

    def _image(self, index):
        image = load_img(
            os.path.join(self.directory, self.filenames[index]),
            target_size=self.target_size,
            interpolation=self.interpolation,
            color_mode=self.color_mode,
            keep_aspect_ratio=self.keep_aspect_ratio,
        )
        return img_to_array(image, self.data_format, self.dtype)

    def _make_batch(self, index_array, rng):
        x = self._images(index_array, rng)
        numbers = self.classes[index_array]
        if self.class_mode is None:
            return x
        if self.class_mode == "input":
            return x, x.copy()
        if self.class_mode == "sparse":
            return x, numbers
        if self.class_mode == "binary":
            return x, numbers.astype(config.floatx())
        return x, to_categorical(numbers, self.num_classes)


def class_folders(directory):
    """Return the names of the folders in a folder, sorted."""
    if not os.path.isdir(directory):
        raise ValueError(f"There is no folder {directory!r}.")
    with os.scandir(directory) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir())


def files_below(directory, name, endings, follow_links=False):
    """Return the files in folder `name` of a folder, and below, from `directory` on, sorted.

    Only those count whose names end in one of `endings`, in lower or upper case.
    """
    top = os.path.join(directory, name)
    if not os.path.isdir(top):
        raise ValueError(f"There is no folder {name!r} in {directory!r}.")
    found = []
    for root, _, names in sorted(os.walk(top, followlinks=follow_links)):
        found += [os.path.join(root, n) for n in sorted(names) if n.lower().endswith(endings)]
    return [os.path.relpath(path, directory) for path in found]
