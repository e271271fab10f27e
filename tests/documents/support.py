"""Runs code blocks of the documents, under either name of the package, and finds real MNIST."""

import os
import pathlib
import re

import numpy as np

from minikeras.datasets import mnist
from tests.datasets.test_mnist import REAL

# How scripts name the package: `import minikeras as keras`; `import keras` after
# `minikeras.install_as_keras()`; `import keras` with the module aliased in `sys.modules` by hand.
STYLES = ("minikeras", "installed", "aliased")


class Reader:
    """Runs the blocks of a document one after another, as someone who follows it would.

    Args:
        style: one of `STYLES`.
        names: what the reader has defined before the first block.
    """

    def __init__(self, style, **names):
        self.style = style
        self.names = names

    def run(self, block):
        """Run a block; what it defines is there for the next one. Return the namespace."""
        if self.style == "minikeras":
            block = re.sub(r"^(\s*)from keras\b", r"\1from minikeras", block, flags=re.M)
            block = re.sub(
                r"^(\s*)import keras$", r"\1import minikeras as keras", block, flags=re.M
            )
        exec(compile(block, "<document>", "exec"), self.names)
        return self.names

    def evaluate(self, expression):
        """Return the value of an expression that stands in the document's text."""
        return eval(expression, self.names)

    def __getitem__(self, name):
        return self.names[name]


def small(block, **numbers):
    """Return a block with some of its constants replaced: `small(b, epochs=2)`, and so on.

    Raises an AssertionError where a constant is not in the block: the test would not test it.
    """
    for name, value in numbers.items():
        block, count = re.subn(rf"\b{name}( ?= ?)\d+", rf"{name}\g<1>{value}", block)
        assert count, name
    return block


def few_digits(train=300, test=60):
    """Return blurred stripes that stand in for MNIST: same types, few images, easy to tell."""
    rng = np.random.default_rng(0)

    def draw(count):
        labels = (np.arange(count) % 10).astype("uint8")
        images = rng.integers(0, 60, (count, 28, 28)).astype("uint8")
        for image, label in zip(images, labels):
            image[2 * label : 2 * label + 4] += 180
        return images, labels

    return draw(train), draw(test)


_load_data = mnist.load_data  # tests put other data in its place


def real_mnist():
    """Return the real data, read by the data set's own checks."""
    return _load_data(os.fspath(REAL))


HAS_MNIST = pathlib.Path(REAL).is_file()


def table(text):
    """Return the lines of a printed table without blanks at their ends and empty lines."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


# One line of progress as the documents print it.
PROGRESS = re.compile(
    r"(?P<seen>\d+)/(?P<all>\d+) \[=+\] - (?P<seconds>\d+)s (?P<pace>\d+(\.\d+)?)(us|ms|s)/step"
    r"(?P<values>( - \w+: \d+\.\d{4})*)"
)
