"""Data sets of the files in a folder, as Keras 3 reads them: images, and texts.

With `labels="inferred"` the folder holds one folder for each class. What comes back is a
`PyDataset`, which `fit`, `evaluate` and `predict` take, and which ends after one epoch when
iterated over.
"""

import os

import numpy as np

from .. import config
from ..utils.np_utils import to_categorical
from ..utils.sequence import PyDataset
from .image_directory import class_folders, files_below
from .image_files import (
    check_color_mode,
    check_interpolation,
    img_to_array,
    import_pillow,
    load_img,
)

IMAGE_ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
LABEL_MODES = ("int", "categorical", "binary", None)


class FileBatches(PyDataset):
    """Batches of what is in files, with labels if there are any.

    Args:
        file_paths: names of the files.
        labels: class number of each, an array of ints; or None.
        class_names: names of the classes, in the order of their numbers; or None.
        read: function of a list of file names that returns an array with an entry for each.
        label_mode: 'int', 'categorical' (one-hot rows), 'binary' (a column of floats) or None.
        batch_size: files in a batch (the last may have fewer); None for one at a time, without a
            batch axis.
        shuffle: whether each epoch has an order of its own.
        seed: of these orders; the stream 'shuffle' decides if None.

    Attributes:
        file_paths, class_names: as given.
    """

    def __init__(
        self, file_paths, labels, class_names, read, label_mode, batch_size, shuffle, seed
    ):
        super().__init__()
        self.file_paths = file_paths
        self.labels = labels
        self.class_names = class_names
        self.label_mode = label_mode
        self.batch_size = batch_size
        self.shuffle = shuffle
        self._read = read
        self._generator = None if seed is None else config.new_generator("shuffle", seed)
        self._order = np.arange(len(file_paths))
        self.on_epoch_end()

    def on_epoch_end(self):
        """Mix the files for the next epoch, if they are to be mixed."""
        if self.shuffle:
            generator = self._generator or config.stream("shuffle")
            self._order = generator.permutation(self._order)

    def __len__(self):
        return -(-len(self.file_paths) // (self.batch_size or 1))

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"There is no batch {index}; there are {len(self)}.")
        size = self.batch_size or 1
        rows = self._order[index * size : (index + 1) * size]
        x = self._read([self.file_paths[row] for row in rows])
        if self.label_mode is None:
            return x if self.batch_size else x[0]
        y = self._targets(self.labels[rows])
        return (x, y) if self.batch_size else (x[0], y[0])

    def __iter__(self):
        """Yield the batches of one epoch, and mix the files for the next one."""
        yield from self._one_pass()
        self.on_epoch_end()

    def _targets(self, numbers):
        if self.label_mode == "categorical":
            return to_categorical(numbers, len(self.class_names))
        if self.label_mode == "binary":
            return numbers[:, None].astype(config.floatx())
        return numbers


def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    data_format=None,
    verbose=True,
):
    """Return a data set of the images in a folder: .bmp, .gif, .jpeg, .jpg and .png (Keras 3).

    Args:
        directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split,
            subset, follow_links, verbose: as for `text_dataset_from_directory`.
        color_mode: 'rgb', 'grayscale' or 'rgba'.
        image_size: (height, width) that images are resized to, by Pillow.
        interpolation: how, see `load_img`.
        crop_to_aspect_ratio: whether to cut to the proportions of `image_size` before.
        data_format: 'channels_last' or 'channels_first'; the default one if None.

    Returns:
        A `FileBatches` of arrays (batch, height, width, channels) of the default float type, with
        values from 0 to 255, and labels; a pair of them for `subset='both'`.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: a mode that does not exist, or what `text_dataset_from_directory` refuses.
    """
    check_color_mode(color_mode)
    check_interpolation(interpolation)
    import_pillow("image_dataset_from_directory")
    data_format = config.normalize_data_format(data_format)

    def read(paths):
        images = [
            load_img(
                path,
                target_size=image_size,
                interpolation=interpolation,
                color_mode=color_mode,
                keep_aspect_ratio=crop_to_aspect_ratio,
            )
            for path in paths
        ]
        return np.stack([img_to_array(image, data_format) for image in images])

    return _dataset(
        directory,
        IMAGE_ENDINGS,
        read,
        labels,
        label_mode,
        class_names,
        batch_size,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
    )


def text_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    max_length=None,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    verbose=True,
):
    """Return a data set of the texts in a folder: .txt files in UTF-8 (Keras 3).

    Args:
        directory: the folder.
        labels: 'inferred' for a folder of folders, one for each class; a list of class numbers,
            one for each file in the order of their names; or None for no labels.
        label_mode: 'int', 'categorical' (one-hot rows), 'binary' (a column of 0.0 and 1.0) or
            None for no labels.
        class_names: the folders to read, in the order of their numbers; all, sorted, if None.
        batch_size: files in a batch; None for one at a time, without a batch axis.
        max_length: longest text, in characters; what is beyond is cut off.
        shuffle: whether to mix the files, anew for each epoch.
        seed: int for mixtures that are always the same.
        validation_split: share of the files, the last ones, that are for validation.
        subset: 'training', 'validation' or 'both', which goes with `validation_split`.
        follow_links: whether to go into folders that are links.
        verbose: whether to print how many files there are.

    Returns:
        A `FileBatches` of arrays (batch,) of Python strings, and labels; a pair of them for
        `subset='both'`.

    Raises:
        ValueError: no folder or no files; a mode that does not exist; labels that are not as many
            as the files; `subset` without `validation_split`, or a split of mixed files without
            a seed, the parts of which might overlap.
    """

    def read(paths):
        texts = np.empty(len(paths), object)
        for row, path in enumerate(paths):
            with open(path, encoding="utf-8") as file:
                texts[row] = file.read(max_length)
        return texts

    return _dataset(
        directory,
        (".txt",),
        read,
        labels,
        label_mode,
        class_names,
        batch_size,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
    )


def _dataset(
    directory,
    endings,
    read,
    labels,
    label_mode,
    class_names,
    batch_size,
    shuffle,
    seed,
    validation_split,
    subset,
    follow_links,
    verbose,
):
    _check(labels, label_mode, batch_size, shuffle, seed, validation_split, subset)
    directory = os.fspath(directory)
    label_mode = None if labels is None else label_mode
    paths, numbers, names = _index(directory, endings, labels, class_names, follow_links)
    if label_mode == "binary" and len(names) != 2:
        raise ValueError(f"label_mode='binary' has two classes, but there are {len(names)}.")
    if verbose:
        classes = "" if names is None else f" belonging to {len(names)} classes"
        print(f"Found {len(paths)} files{classes}.")
    order = np.arange(len(paths))
    if shuffle:
        root = np.random.randint(10**6) if seed is None else seed
        order = np.random.RandomState(root).permutation(order)
    held_out = int((validation_split or 0) * len(order))
    parts = {
        None: order,
        "training": order[: len(order) - held_out],
        "validation": order[len(order) - held_out :],
    }
    made = []
    for part in ("training", "validation") if subset == "both" else (subset,):
        rows = parts[part]
        if not len(rows):
            raise ValueError(f"No file is left for {part}: there are {len(paths)} in all.")
        if verbose and part:
            print(f"Using {len(rows)} files for {part}.")
        files, known = [paths[row] for row in rows], None if numbers is None else numbers[rows]
        made.append(FileBatches(files, known, names, read, label_mode, batch_size, shuffle, seed))
    return tuple(made) if subset == "both" else made[0]


def _check(labels, label_mode, batch_size, shuffle, seed, validation_split, subset):
    """Raise a ValueError for settings that make no sense, or none together."""
    if isinstance(labels, str) and labels != "inferred":
        raise ValueError(f"labels must be 'inferred', a list of numbers or None, not {labels!r}.")
    if label_mode not in LABEL_MODES:
        raise ValueError(
            f"Unknown label_mode {label_mode!r}; choose one of {', '.join(map(repr, LABEL_MODES))}."
        )
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, or None, not {batch_size}.")
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(f"validation_split must be between 0 and 1, not {validation_split}.")
    if bool(validation_split) != (subset is not None):
        raise ValueError("validation_split and subset go together: give both, or neither.")
    if subset not in (None, "training", "validation", "both"):
        raise ValueError(f"subset must be 'training', 'validation' or 'both', not {subset!r}.")
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "Training and validation files might overlap if they are mixed differently each "
            "time: give a seed, or shuffle=False."
        )


def _index(directory, endings, labels, class_names, follow_links):
    """Return the files of a folder, their class numbers or None, and the classes' names or None."""
    inferred = isinstance(labels, str)
    if class_names is not None and not inferred:
        raise ValueError("class_names are the names of folders: they go with labels='inferred'.")
    found = [name for name in class_folders(directory) if not name.startswith(".")]
    names = list(class_names or found) if inferred else None
    files, numbers = [], []
    for number, name in enumerate([""] if names is None else names):
        below = files_below(directory, name, endings, follow_links)
        files += below
        numbers += [number] * len(below)
    if not files:
        raise ValueError(f"No files that end in {', '.join(endings)} in {directory!r}.")
    paths = [os.path.join(directory, file) for file in files]
    if inferred:
        return paths, np.array(numbers, "int32"), names
    if labels is None:
        return paths, None, None
    if len(labels) != len(paths):
        raise ValueError(f"There are {len(labels)} labels for {len(paths)} files.")
    return paths, np.asarray(labels, "int32"), [str(label) for label in sorted(set(labels))]
