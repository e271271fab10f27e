"""Handwritten-looking digits that code draws: MNIST's format, no network, as many as wanted.

Ten classes, each written in several ways by a shaky pen of varying slant, width, size, thickness
and place. It is a real task: on the default 60,000 training images a linear classifier stays far
below a small network.
"""

import numpy as np

from ..utils.progress import progress_bar
from .digit_rendering import SIZE, render

# Images are drawn in blocks, each from a seed of its own, so that the first images do not depend
# on how many are asked for. The size is one that fits in the processor's cache.
_BLOCK = 200
_CLASSES = 10
_PARTS = {"train": 0, "test": 1}


def load_data(num_train=60000, num_test=10000, seed=0):
    """Return `(x_train, y_train), (x_test, y_test)`: drawn digits and what they are.

    x: uint8 images (num_train, 28, 28) and (num_test, 28, 28), 0 for paper to 255 for ink.
    y: uint8 labels (num_train,) and (num_test,), 0 to 9, equally many of each (as nearly as the
        number allows).

    num_train, num_test: how many images, 0 or more. Asking for more adds images after the same
        first ones.
    seed: a whole number from 0 to 2**32 - 1. The same seed gives the same bits, on any machine;
        training and test images are independent. The global generators are left alone.

    Raises TypeError or ValueError for other arguments.
    """
    for name, number in (("num_train", num_train), ("num_test", num_test), ("seed", seed)):
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
            raise TypeError(f"{name} should be a whole number, not {number!r}.")
        if number < 0:
            raise ValueError(f"{name} should not be negative, but is {number}.")
    if seed >= 2**32:
        raise ValueError(f"seed should be below 2**32, but is {seed}.")
    return _draw("train", num_train, seed), _draw("test", num_test, seed)


def _draw(part, count, seed):
    blocks = -(-count // _BLOCK)
    images = np.empty((blocks * _BLOCK, SIZE, SIZE), np.uint8)
    labels = np.empty(blocks * _BLOCK, np.uint8)
    with progress_bar(len(images), f"drawing {part} digits", "image") as bar:
        for block in range(blocks):
            rows = slice(block * _BLOCK, (block + 1) * _BLOCK)
            random = np.random.RandomState([int(seed), _PARTS[part], block])
            labels[rows] = random.permutation(np.arange(_BLOCK) % _CLASSES)
            images[rows] = render(labels[rows], random)
            bar.update(_BLOCK)
    return images[:count], labels[:count]
