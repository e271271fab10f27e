"""Times loading a 100 MB weight file against reading the same file with h5py alone.

    python benchmarks/loading.py [--megabytes 100] [--rounds 7]

Both take turns, after one round that fills the system's cache; the fastest round of each counts.
Reading with h5py means every dataset into an array of its own, nothing else.
"""

import argparse
import gc
import tempfile
import time
import zipfile
from pathlib import Path

import h5py

import minikeras as keras

LAYERS = 10


def make_model(megabytes):
    """Return a stack of dense layers whose kernels have so many megabytes together."""
    width = round((megabytes * 2**20 / 4 / LAYERS) ** 0.5)
    layers = [keras.layers.Dense(width, use_bias=False) for _ in range(LAYERS)]
    return keras.Sequential([keras.layers.InputLayer((width,)), *layers])


def read_alone(path):
    """Read every dataset of an HDF5 file."""
    arrays = []
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: arrays.append(item[()]) if isinstance(item, h5py.Dataset) else None
        )
    return arrays


def seconds(work):
    """Return how long a call takes, the memory of the calls before it being free again."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    model = make_model(options.megabytes)
    total = sum(w.nbytes for w in model.get_weights()) / 2**20
    print(f"{total:.0f} MB in {LAYERS} arrays; fastest of {options.rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("w.weights.h5", "w.h5", "m.keras", "m.h5"):
            path = Path(folder) / name
            model.save(path) if name.startswith("m") else model.save_weights(path)
            plain = path
            if name.endswith(".keras"):
                with zipfile.ZipFile(path) as archive:
                    plain = Path(archive.extract("model.weights.h5", folder))
            alone, ours = [], []
            for _ in range(options.rounds + 1):
                alone.append(seconds(lambda: read_alone(plain)))  # noqa: B023
                ours.append(seconds(lambda: model.load_weights(path)))  # noqa: B023
            a, b = min(alone[1:]), min(ours[1:])
            print(
                f"{name:14s} h5py {1e3 * a:7.1f} ms  load_weights {1e3 * b:7.1f} ms {b / a:5.2f}x"
            )
            if name.startswith("m"):
                whole = min(
                    seconds(lambda: keras.models.load_model(path, compile=False))  # noqa: B023
                    for _ in range(options.rounds)
                )
                print(f"{'':31s} load_model   {1e3 * whole:7.1f} ms {whole / a:5.2f}x")


if __name__ == "__main__":
    main()
