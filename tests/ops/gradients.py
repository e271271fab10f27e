"""Finite differences in float64, for the tests of operations."""

import numpy as np

from minikeras.autograd import Variable, gradients, recording


def check(function, *arrays, wrt=None, step=1e-6, tolerance=1e-7, seed=0):
    """Assert that the gradient of `function(*tensors)` agrees with central differences.

    A random direction through all arrays at once is compared, and the gradient of each array
    must have that array's shape and type.
    """
    rng = np.random.default_rng(seed)
    wrt = range(len(arrays)) if wrt is None else wrt
    inputs = [Variable(a) if i in wrt else a for i, a in enumerate(arrays)]
    with recording():
        out = function(*inputs)
        outs = list(out) if isinstance(out, tuple) else [out]
        sent = [rng.normal(size=o.shape) for o in outs]
        sources = [inputs[i] for i in wrt]
        found = gradients(outs, sources, sent)
    directions = {i: rng.normal(size=np.shape(arrays[i])) for i in wrt}

    def value(t):
        moved = [a + t * directions[i] if i in wrt else a for i, a in enumerate(arrays)]
        result = function(*moved)
        result = result if isinstance(result, tuple) else (result,)
        return sum(float(np.sum(s * np.asarray(r))) for s, r in zip(sent, result))

    expected = (value(step) - value(-step)) / (2 * step)
    actual = 0.0
    for i, source, g in zip(wrt, sources, found):
        g = np.zeros(source.shape) if g is None else g
        assert g.shape == source.shape
        assert g.dtype == source.dtype
        actual += float(np.sum(g * directions[i]))
    scale = max(1.0, abs(expected))
    assert abs(actual - expected) <= tolerance * scale, (actual, expected)
