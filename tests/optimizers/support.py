"""Variables, gradients and a few runs that the tests of optimizers share."""

import numpy as np

from minikeras import optimizers
from minikeras.autograd import Variable

SHAPES = ((4, 3), (3,), (150, 120), (2, 3, 2), (), (0, 5))


def classes():
    """Every registered optimizer once, by its class name."""
    found = {cls.__name__: cls for _, cls in optimizers.registry.items()}
    return [found[name] for name in sorted(found)]


def variables(shapes=SHAPES, dtype="float32", seed=0, **kwargs):
    rng = np.random.default_rng(seed)
    return [
        Variable(rng.uniform(0.2, 1, shape).astype(dtype), name=f"v{i}", **kwargs)
        for i, shape in enumerate(shapes)
    ]


def gradients(shapes=SHAPES, dtype="float32", seed=100):
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 0.5, shape).astype(dtype) for shape in shapes]


def run(optimizer, variables, steps, first=0):
    """Take `steps` steps with gradients that depend on the number of the step alone."""
    shapes = [v.shape for v in variables]
    dtype = variables[0].dtype
    for step in range(first, first + steps):
        optimizer.apply(gradients(shapes, dtype, seed=step), variables)


def values(variables):
    return [np.array(v.data) for v in variables]


def assert_same_bits(left, right):
    left, right = list(left), list(right)
    assert len(left) == len(right)
    for a, b in zip(left, right):
        a, b = np.asarray(a), np.asarray(b)
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert a.tobytes() == b.tobytes()


def one(value, dtype="float64"):
    """A variable that holds one number."""
    return Variable(np.array([value], dtype), name="x")


def path(optimizer, start, slopes):
    """The values that a single float64 number takes under the given gradients."""
    x = one(start)
    found = []
    for g in slopes:
        optimizer.apply([np.array([g])], [x])
        found.append(float(x.data[0]))
    return found
