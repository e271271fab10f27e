"""Batches of images without end, in an order and with changes that follow from a seed.

What a batch holds depends on the seed, the epoch and the number of the batch alone, whichever
thread or process makes it and when: so a run can be repeated with any number of workers.
"""

import os
import threading
import warnings

import numpy as np

from .. import config
from ..utils.sequence import Sequence
from .image_files import array_to_img


class Iterator(Sequence):
    """Batches of `n` samples, by number as from any `Sequence`, or one after the other by `next`.

    A subclass writes `_get_batches_of_transformed_samples(index_array)`.

    Args:
        n: number of samples.
        batch_size: samples in a batch; the last of an epoch may have fewer.
        shuffle: whether each epoch has an order of its own.
        seed: int for the same order and changes each time. With None, NumPy's global generator
            gives a seed when the first batch is asked for.

    Raises:
        ValueError: no samples, or a batch size below 1.
    """

    def __init__(self, n, batch_size, shuffle, seed, **kwargs):
        super().__init__(**kwargs)
        if n < 1:
            raise ValueError("There are no images to make batches of.")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}.")
        self.n = n
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.batch_index = 0  # the number of the batch that `next` gives
        self.total_batches_seen = 0
        self.index_array = None  # the order of this epoch
        self._root = None if seed is None else int(seed)
        self._epoch = 0
        self.lock = threading.Lock()

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def __setstate__(self, state):
        vars(self).update(state, lock=threading.Lock())

    def __len__(self):
        """Return the number of batches in an epoch."""
        return -(-self.n // self.batch_size)

    def __getitem__(self, idx):
        """Return batch number `idx` of the present epoch; negative ones count from its end."""
        if not -len(self) <= idx < len(self):
            raise ValueError(f"There is no batch {idx}: an epoch has {len(self)} of them.")
        with self.lock:
            make = self._plan(idx % len(self))
        return make()

    def __iter__(self):
        """Return itself: a loop over it goes on for ever, and the next goes on from there."""
        return self

    def __next__(self):
        return self.next()

    def next(self):
        """Return the next batch; after the last of an epoch comes the first of another."""
        with self.lock:
            make = self._plan(self.batch_index)
            self.batch_index += 1
            if self.batch_index == len(self):
                self.batch_index = 0
                self._turn()
        return make()

    def reset(self):
        """Let `next` begin with a first batch, in a new order if it had begun with this one."""
        if self.batch_index:
            self.batch_index = 0
            self._turn()

    def on_epoch_begin(self):
        """Settle the order of the first epoch."""
        self._begin()

    def on_epoch_end(self):
        """Begin another epoch: a new order, if shuffled, and other random changes."""
        self._turn()

    def get_state(self):
        """Return what `set_state` needs to go on from this epoch, as plain data."""
        return {"root": self._root, "epoch": self._epoch}

    def set_state(self, state):
        """Go on from the epoch where `get_state` was called."""
        self._root, self._epoch, self.index_array = state["root"], state["epoch"], None

    def _begin(self):
        if self.index_array is None:
            if self._root is None:
                self._root = int(np.random.randint(2**31 - 1))
            self._set_index_array()

    def _turn(self):
        self._begin()
        self._epoch += 1
        self._set_index_array()

    def _set_index_array(self):
        if self.shuffle:
            rng = np.random.RandomState((self._root + self._epoch * len(self)) % 2**32)
            self.index_array = rng.permutation(self.n)
        else:
            self.index_array = np.arange(self.n)

    def _plan(self, number):
        """Return a function that makes a batch of this epoch, whatever the epoch is by then."""
        self._begin()
        self.total_batches_seen += 1
        indices = self.index_array[self.batch_size * number : self.batch_size * (number + 1)]
        rng = np.random.RandomState([self._root % 2**32, self._epoch, number])
        return lambda: self._make_batch(indices, rng)

    def _make_batch(self, index_array, rng):
        """Return the batch of some samples; random numbers may be taken from `rng`."""
        return self._get_batches_of_transformed_samples(index_array)

    def _get_batches_of_transformed_samples(self, index_array):
        raise NotImplementedError(
            f"{type(self).__name__} needs a method _get_batches_of_transformed_samples(self, "
            "index_array) that returns the batch of these samples."
        )


class ImageIterator(Iterator):
    """What iterators over arrays and over files share: changing images, and saving them.

    Args:
        n, batch_size, shuffle, seed: see `Iterator`.
        image_data_generator: changes and standardizes the images.
        data_format: 'channels_last' or 'channels_first'; the default one if None.
        save_to_dir: folder to write every image to, for a look at it; None for none.
        save_prefix, save_format: begin and end of the names of these files.
        dtype: of the batches; the default float type if None.
    """

    def __init__(
        self,
        n,
        batch_size,
        shuffle,
        seed,
        image_data_generator,
        data_format,
        save_to_dir,
        save_prefix,
        save_format,
        dtype,
    ):
        super().__init__(n, batch_size, shuffle, seed)
        self.image_data_generator = image_data_generator
        self.data_format = config.normalize_data_format(data_format)
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.dtype = np.dtype(dtype or config.floatx())

    def _changed(self, image, rng):
        """Return an image as it goes into a batch."""
        generator = self.image_data_generator
        if generator.preprocessing_function:
            image = np.asarray(generator.preprocessing_function(image))
        image = image.astype(self.dtype)  # a copy: `standardize` works in place
        image = generator.random_transform(image, seed=int(rng.randint(2**31 - 1)))
        return generator.standardize(image)

    def _images(self, index_array, rng):
        """Return the images of some samples, changed, as one array; save them if asked to."""
        batch = np.stack([self._changed(self._image(j), rng) for j in index_array])
        batch = batch.astype(self.dtype, copy=False)
        if self.save_to_dir:
            for image, j in zip(batch, index_array):
                name = f"{self.save_prefix}_{j}_{rng.randint(10**7)}.{self.save_format}"
                picture = array_to_img(image, self.data_format)
                picture.save(os.path.join(self.save_to_dir, name))
        return batch

    def _image(self, index):
        """Return the image of one sample, an array of rank 3."""
        raise NotImplementedError


class NumpyArrayIterator(ImageIterator):
    """Batches of images that are in memory.

    A batch is `x`; `(x, y)` with targets; `(x, y, sample_weight)` with weights too.

    Args:
        x: array of images, of rank 4; or a tuple (images, other arrays ...), of which the others
            come along unchanged: the first part of a batch is a list then.
        y: targets; None for none.
        image_data_generator: an `ImageDataGenerator`.
        batch_size, shuffle, seed: see `Iterator`.
        data_format, save_to_dir, save_prefix, save_format, dtype: see `ImageIterator`.
        subset: 'validation' for the first `validation_split` of the samples, 'training' for the
            others; None for all.
        sample_weight: one weight a sample; needs `y`.

    Raises:
        ValueError: lengths that differ, another rank, an unknown subset, or nothing left in it.
    """

    def __init__(
        self,
        x,
        y,
        image_data_generator,
        batch_size=32,
        shuffle=False,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        sample_weight=None,
        dtype=None,
    ):
        self._several = isinstance(x, tuple)
        images, *others = x if self._several else (x,)
        if sample_weight is not None and y is None:
            raise ValueError("sample_weight needs y: there is nothing to weigh without targets.")
        arrays = [np.asarray(images), *map(np.asarray, others)]
        targets = [np.asarray(a) for a in (y, sample_weight) if a is not None]
        lengths = [len(a) for a in arrays + targets]
        if len(set(lengths)) > 1:
            raise ValueError(
                "Images, targets and weights must be as many as one another; these are "
                f"{', '.join(map(str, lengths))}."
            )
        if subset is not None:
            split = subset_bounds(subset, image_data_generator, lengths[0])
            arrays, targets = ([a[split] for a in group] for group in (arrays, targets))
        self.x, *self.x_misc = arrays
        self.y, self.sample_weight = (*targets, None, None)[:2]
        if self.x.ndim != 4:
            raise ValueError(
                f"flow takes images in an array of rank 4; this one has shape {self.x.shape}."
            )
        super().__init__(
            len(self.x),
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
        channel_axis = 3 if self.data_format == "channels_last" else 1
        warn_of_channels(self.x.shape, channel_axis, self.data_format)

    def _image(self, index):
        return self.x[index]

    def _make_batch(self, index_array, rng):
        images = self._images(index_array, rng)
        x = [images, *(a[index_array] for a in self.x_misc)] if self._several else images
        rest = [a[index_array] for a in (self.y, self.sample_weight) if a is not None]
        return (x, *rest) if rest else x


def subset_bounds(subset, generator, size):
    """Return the slice of `size` samples that a subset of a generator's data is."""
    split = int(size * generator._validation_split)
    bounds = {"validation": slice(0, split), "training": slice(split, size)}
    if subset not in bounds:
        raise ValueError(f"subset must be 'training' or 'validation', not {subset!r}.")
    if not generator._validation_split:
        raise ValueError(
            f"subset={subset!r} needs a split: ImageDataGenerator(validation_split=0.2)."
        )
    return bounds[subset]


def warn_of_channels(shape, axis, data_format):
    """Warn where images have a number of channels that images seldom have."""
    if shape[axis] not in (1, 3, 4):
        warnings.warn(
            f"Images have 1, 3 or 4 channels, mostly; an array of shape {tuple(shape)} has "
            f"{shape[axis]} on axis {axis}, where data_format={data_format!r} expects them.",
            stacklevel=3,
        )
