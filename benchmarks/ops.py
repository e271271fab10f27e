"""Time convolutions and poolings beside the matrix products they cannot do without.

    python benchmarks/ops.py [--rounds 15] [--threads N] [--only NAME]

For each case: the fastest forward pass, and the fastest forward and backward pass together, in
milliseconds; the products alone, as the direct method makes them, in cache-sized pieces; and the
ratio. Winograd's method needs fewer products, so a ratio may be below 1. Rounds of all cases take
turns, so that what else the machine does hits all of them alike.
"""

from __future__ import annotations

import argparse
import math
import os
import time

import numpy as np

from minikeras import ops, parallel
from minikeras.autograd import Variable, gradients, recording

# name: (function, shape of x, shape of kernel or None, settings, whether x needs a gradient)
CASES = {
    "MNIST conv + pool": (
        ops.conv_max_pool,
        (128, 28, 28, 1),
        (3, 3, 1, 32),
        {"padding": "same"},
        False,
    ),
    "CIFAR conv 1": (ops.conv2d, (32, 32, 32, 3), (3, 3, 3, 32), {"padding": "same"}, False),
    "CIFAR conv 2 + pool": (ops.conv_max_pool, (32, 32, 32, 32), (3, 3, 32, 32), {}, True),
    "CIFAR conv 3": (ops.conv2d, (32, 15, 15, 32), (3, 3, 32, 64), {"padding": "same"}, True),
    "CIFAR conv 4 + pool": (ops.conv_max_pool, (32, 15, 15, 64), (3, 3, 64, 64), {}, True),
    "128 channels": (ops.conv2d, (32, 16, 16, 128), (3, 3, 128, 128), {"padding": "same"}, True),
    "strides": (
        ops.conv2d,
        (32, 32, 32, 32),
        (3, 3, 32, 64),
        {"strides": 2, "padding": "same"},
        True,
    ),
    "5 x 5": (ops.conv2d, (32, 28, 28, 32), (5, 5, 32, 32), {}, True),
    "1 x 1": (ops.conv2d, (32, 28, 28, 128), (1, 1, 128, 128), {}, True),
    "sequences": (ops.conv1d, (32, 400, 64), (5, 64, 128), {}, True),
    "volumes": (ops.conv3d, (4, 16, 16, 16, 16), (3, 3, 3, 16, 32), {"padding": "same"}, True),
    "transposed": (
        ops.transposed_convolution,
        (32, 14, 14, 64),
        (4, 4, 32, 64),
        {"strides": 2, "padding": "same"},
        True,
    ),
    "depthwise": (
        ops.depthwise_convolution,
        (32, 28, 28, 64),
        (3, 3, 64, 1),
        {"padding": "same"},
        True,
    ),
    "max pooling": (ops.max_pool, (128, 28, 28, 32), None, {"pool_size": 2}, True),
    "average pooling": (ops.average_pool, (128, 28, 28, 32), None, {"pool_size": 2}, True),
}


class Case:
    """One operation with its arrays, and the fastest times so far in seconds."""

    def __init__(self, function, shape, kernel, settings, wants_x):
        rng = np.random.default_rng(0)
        self.function, self.settings = function, settings
        self.x = Variable(rng.standard_normal(shape, dtype="float32"))
        self.arrays, self.sources = [self.x], [self.x] if wants_x else []
        if kernel is not None:
            weights = Variable(rng.standard_normal(kernel, dtype="float32") * 0.1)
            self.arrays.append(weights)
            self.sources.append(weights)
        plain = [a.data for a in self.arrays]
        self.sent = np.ones_like(function(*plain, **settings))
        self.products = self._count(shape, kernel, wants_x)
        self.times = {"forward": math.inf, "both": math.inf, "products": math.inf}

    def _count(self, shape, kernel, wants_x):
        """Return (m, k, n, how many times) of the products of one image, or None."""
        if kernel is None or self.function is ops.depthwise_convolution:
            return None
        rank = len(kernel) - 2
        if self.function is ops.transposed_convolution:
            positions = math.prod(shape[1:-1])
        else:
            strides = self.settings.get("strides", 1)
            cut = 0 if self.settings.get("padding") == "same" else 1
            positions = math.prod(
                -(-(n - cut * (k - 1)) // strides) for n, k in zip(shape[1:-1], kernel[:rank])
            )
        count = shape[0] * (3 if wants_x else 2)
        return positions, math.prod(kernel[:-1]), kernel[-1], count

    def forward(self):
        self.function(*(a.data for a in self.arrays), **self.settings)

    def both(self):
        with recording(keep=False):
            y = self.function(*self.arrays, **self.settings)
            gradients(y, self.sources, self.sent)

    def multiply(self):
        """The products alone: for each image, in as many pieces as suit the cache."""
        if self.products is None:
            return
        m, k, n, count = self.products
        a, b = np.ones((m, k), "float32"), np.ones((k, n), "float32")

        def work(start, stop):
            out = np.empty((m, n), "float32")
            for _ in range(start, stop):
                np.matmul(a, b, out=out)

        parallel.run(work, count)

    def round(self):
        for name, function in (
            ("forward", self.forward),
            ("both", self.both),
            ("products", self.multiply),
        ):
            start = time.perf_counter()
            function()
            self.times[name] = min(self.times[name], time.perf_counter() - start)

    def row(self, name):
        forward, both, products = (1e3 * t for t in self.times.values())
        if self.products is None:
            return f"{name:22}{forward:9.2f}{both:9.2f}"
        return f"{name:22}{forward:9.2f}{both:9.2f}{products:10.2f}{both / products:8.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, help="threads of minikeras; all cores by default")
    parser.add_argument("--only", default="", help="part of the names of the cases to time")
    arguments = parser.parse_args()
    parallel.set_num_threads(arguments.threads)
    cases = {n: Case(*c) for n, c in CASES.items() if arguments.only.lower() in n.lower()}
    with parallel.blas_in_one_thread:
        for _ in range(arguments.rounds):
            for case in cases.values():
                case.round()
    print(f"{parallel.num_threads()} threads, load {os.getloadavg()[0]:.1f}; milliseconds")
    print(f"{'':22}{'forward':>9}{'both':>9}{'products':>10}{'ratio':>8}")
    for name, case in cases.items():
        print(case.row(name))


if __name__ == "__main__":
    main()
