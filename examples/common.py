"""What the examples share: data with a fallback, command-line options, learning curves."""

import argparse
import os
import sys
from pathlib import Path

import minikeras as keras
from minikeras.datasets import DownloadError, digits, mnist


def parser(description, epochs, batch_size=None):
    """Return an argument parser with the options that all examples have."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    made.add_argument("--epochs", type=int, default=epochs, help="passes over the data")
    if batch_size is not None:
        made.add_argument("--batch-size", type=int, default=batch_size, help="samples per update")
    made.add_argument("--seed", type=int, default=None, help="makes the run repeatable")
    made.add_argument("--verbose", type=int, choices=(0, 1, 2), default=1, help="how much to print")
    return made


def add_data_options(made, samples=None):
    """Add the options of examples that learn from images."""
    made.add_argument(
        "--samples", type=int, default=samples, help="train on the first so many images only"
    )
    output = Path(__file__).parent / "output"
    return add_curves_option(made, output / f"{Path(sys.argv[0]).stem}.png")


def add_curves_option(made, default=None):
    """Add the option that says where a picture of the training goes; '' for none."""
    made.add_argument(
        "--curves", default=default, metavar="FILE.png", help="where to save the learning curves"
    )
    return made


def begin(args):
    """Seed everything if a seed was given."""
    if args.seed is not None:
        keras.utils.set_random_seed(args.seed)


def data_file(name):
    """Return the path of a file in the folder MINIKERAS_DATA names, or None if it is not there."""
    folder = os.environ.get("MINIKERAS_DATA")
    path = Path(folder, name) if folder else None
    return path if path is not None and path.is_file() else None


def load_digit_images(samples=None):
    """Return MNIST, or drawn digits where MNIST cannot be had: ((x, y), (x_test, y_test)).

    Images are uint8 of shape (n, 28, 28), labels the digits 0 to 9.
    """
    try:
        (x_train, y_train), (x_test, y_test) = mnist.load_data()
        print("Data: MNIST, 60000 photographed digits.")
    except DownloadError as error:
        print(f"MNIST cannot be had here: {str(error).splitlines()[0]}")
        print("Data instead: 60000 digits drawn by minikeras.datasets.digits.")
        (x_train, y_train), (x_test, y_test) = digits.load_data()
    return (x_train[:samples], y_train[:samples]), (x_test, y_test)


def save_curves(history, path, names=None):
    """Save a picture of what each epoch reached, if matplotlib is installed.

    Args:
        history: what `fit` returned.
        path: of the picture; its folder is made.
        names: what to draw, everything if None.
    """
    try:
        import matplotlib  # noqa: PLC0415 - an optional extra
    except ImportError:
        print("Learning curves need matplotlib: pip install 'minikeras[plot]'")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    names = names or [name for name in history.history if not name.startswith("val_")]
    figure, axes = plt.subplots(1, len(names), figsize=(5 * len(names), 3.5), squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        epochs = [epoch + 1 for epoch in history.epoch]
        axis.plot(epochs, history.history[name], label="training")
        if "val_" + name in history.history:
            axis.plot(epochs, history.history["val_" + name], label="held-out data")
        axis.set_xlabel("epoch")
        axis.set_ylabel(name)
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    print(f"Learning curves: {Path(path)}")
