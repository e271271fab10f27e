"""Runs the same thing in real Keras and in minikeras, from the same weights, and compares.

What to run is written once, as a function of the package::

    pair = Pair(lambda k: k.layers.Dense(3, activation="tanh"), x)
    pair.check_outputs(x)
    pair.check_gradients(x)
    check_function(lambda k, y, p: k.losses.hinge(y, p), y_true, y_pred)
    check_steps(lambda k: k.Sequential([...]), compile_, x, y)

Real Keras is ``keras``, minikeras is ``minikeras``; neither is ever aliased here. Arrays are
compared by ``assert_close``, with a tolerance that follows the magnitude of the whole array and
lies far below one optimizer update. Gradients of the real side come from JAX.
"""

import contextlib

import keras
import numpy as np
import pytest

import minikeras
from minikeras import autograd, config

# Of the largest magnitude in the array: a few roundings of the sums that these tests make.
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


# --- comparing -------------------------------------------------------------------------------


def to_numpy(value):
    """An ndarray from either package's tensor; lists, tuples and dicts keep their structure."""
    if isinstance(value, dict):
        return {key: to_numpy(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_numpy(part) for part in value]
    if isinstance(value, autograd.RowGradient):
        return value.dense()
    if isinstance(value, autograd.Tensor):
        return value.numpy()
    return keras.ops.convert_to_numpy(value)


def assert_close(actual, expected, what="value", tolerance=None):
    """Same structure, shape and dtype, and equal within ``tolerance`` times the magnitude."""
    actual, expected = to_numpy(actual), to_numpy(expected)
    if isinstance(expected, dict):
        assert isinstance(actual, dict), what
        assert actual.keys() == expected.keys(), what
        for key in expected:
            assert_close(actual[key], expected[key], f"{what}[{key!r}]", tolerance)
        return
    if isinstance(expected, list):
        assert isinstance(actual, list), what
        assert len(actual) == len(expected), what
        for i, (a, e) in enumerate(zip(actual, expected)):
            assert_close(a, e, f"{what}[{i}]", tolerance)
        return
    assert isinstance(actual, np.ndarray), f"{what}: {type(actual).__name__}, not one array"
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, not {expected.shape}"
    if expected.dtype.kind != "f":
        np.testing.assert_array_equal(actual, expected, err_msg=what)
        return
    assert actual.dtype == expected.dtype, f"{what}: {actual.dtype}, not {expected.dtype}"
    relative = tolerance or TOLERANCE[expected.dtype.name]
    finite = np.abs(expected[np.isfinite(expected)])
    scale = float(finite.max(initial=0.0))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=relative * scale, err_msg=what)


# --- weights ---------------------------------------------------------------------------------


def randomize(layer, seed=0):
    """Give every weight of a real layer or model random values, so that no bias is zero."""
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        if "seed" in weight.name or np.dtype(weight.dtype).kind != "f":
            continue
        value = rng.uniform(-0.5, 0.5, weight.shape)
        # Moving variances, and scales, are positive.
        if "variance" in weight.name or "gamma" in weight.name:
            value = value + 1.0
        weight.assign(value.astype(weight.dtype))


def copy_weights(source, target):
    """Copy all weights from a layer or model of one package to its like in the other.

    Models are copied layer by layer, so that a difference names the layer where it begins.
    """
    sources, targets = getattr(source, "layers", None), getattr(target, "layers", None)
    if sources and targets and len(sources) == len(targets):
        for a, b in zip(sources, targets):
            copy_weights(a, b)
        return
    values = source.get_weights()
    here, there = [v.shape for v in values], [tuple(v.shape) for v in target.get_weights()]
    assert here == there, f"weights of {source.name} are {here}, those of {target.name} {there}"
    target.set_weights(values)


def paired_weights(real, mini):
    """The weights of both, in the same order: layer by layer, as a list of (name, real, mini)."""
    reals, minis = getattr(real, "layers", None), getattr(mini, "layers", None)
    if reals and minis and len(reals) == len(minis):
        return [triple for a, b in zip(reals, minis) for triple in paired_weights(a, b)]
    return [
        (weight.path, r, m)
        for weight, r, m in zip(real.weights, real.get_weights(), mini.get_weights())
    ]


def assert_same_weights(real, mini, what="weights", tolerance=None):
    """Compare the weights of a layer or model of both packages."""
    for name, expected, actual in paired_weights(real, mini):
        assert_close(actual, expected, f"{what}: {name}", tolerance)


@contextlib.contextmanager
def floatx(dtype):
    """Make ``dtype`` the default of both packages within the block."""
    before = keras.config.floatx(), config.floatx()
    try:
        keras.config.set_floatx(dtype)
        keras.config.set_dtype_policy(dtype)
        config.set_floatx(dtype)
        yield
    finally:
        keras.config.set_floatx(before[0])
        keras.config.set_dtype_policy(before[0])
        config.set_floatx(before[1])


# --- one layer or model ----------------------------------------------------------------------


class Pair:
    """The same layer or model in both packages, built on ``inputs``, with the same weights.

    Args:
        make: function of a package (``keras`` or ``minikeras``) that returns a layer or model.
        inputs: array, or list of arrays, to build on.
        seed: of the random weights; None keeps those that real Keras drew.
        call: further arguments of the call that builds.
    """

    def __init__(self, make, inputs, seed=0, **call):
        self.real, self.mini = make(keras), make(minikeras)
        self.real(inputs, **call)
        self.mini(inputs, **call)
        if seed is not None:
            randomize(self.real, seed)
        copy_weights(self.real, self.mini)

    def check_outputs(self, inputs, tolerance=None, **call):
        """Compare the outputs, and the weights after the call (moving averages, states)."""
        expected = self.real(inputs, **call)
        assert_close(self.mini(inputs, **call), expected, "output", tolerance)
        assert_same_weights(self.real, self.mini, "weights after the call", tolerance)

    def check_gradients(self, inputs, tolerance=None, seed=1, **call):
        """Compare outputs and the gradients of all floating inputs and trainable weights.

        The gradient that is sent back is random, and the same on both sides.
        """
        real = real_vjp(self.real, inputs, seed, **call)
        mini = mini_vjp(self.mini, inputs, seed, **call)
        for what in ("output", "input gradient", "weight gradient"):
            assert_close(mini[what], real[what], what, tolerance)


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def random_like(arrays, seed):
    """What to send back for each output: the same on both sides, for the same ``seed``."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, a.shape).astype(np.dtype(a.dtype)) for a in arrays]


def is_float(array):
    return np.asarray(array).dtype.kind == "f"


def real_vjp(layer, inputs, seed, **call):
    """Output, input and weight gradients of a real layer, by JAX."""
    jax = need_jax()
    weights = [v.value for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]
    arrays = as_list(inputs)
    positions = [i for i, a in enumerate(arrays) if is_float(a)]

    def run(weights, floats):
        every = list(arrays)
        for i, value in zip(positions, floats):
            every[i] = value
        passed = every if isinstance(inputs, (list, tuple)) else every[0]
        out, _ = layer.stateless_call(weights, fixed, passed, **call)
        return as_list(out)

    out, back = jax.vjp(run, weights, [jax.numpy.asarray(arrays[i]) for i in positions])
    weight_gradients, input_gradients = back([jax.numpy.asarray(g) for g in random_like(out, seed)])
    return {
        "output": out,
        "input gradient": input_gradients,
        "weight gradient": weight_gradients,
    }


def mini_vjp(layer, inputs, seed, **call):
    """Output, input and weight gradients of a minikeras layer."""
    arrays = [autograd.Variable(a) if is_float(a) else a for a in as_list(inputs)]
    floats = [a for a in arrays if isinstance(a, autograd.Variable)]
    weights = list(layer.trainable_weights)
    with autograd.recording():
        out = as_list(layer(arrays if isinstance(inputs, (list, tuple)) else arrays[0], **call))
        sources = floats + weights
        found = autograd.gradients(out, sources, random_like(out, seed))
    found = [np.zeros(s.shape, s.dtype) if g is None else g for s, g in zip(sources, found)]
    return {
        "output": out,
        "input gradient": found[: len(floats)],
        "weight gradient": found[len(floats) :],
    }


def need_jax():
    """The jax module; where Keras runs on something else, the test is skipped."""
    if keras.backend.backend() != "jax":
        pytest.skip("gradients of real Keras are taken by JAX: set KERAS_BACKEND=jax")
    return pytest.importorskip("jax")


# --- functions and training ------------------------------------------------------------------


def check_function(function, *arrays, gradients=None, tolerance=None, seed=1):
    """Compare ``function(package, *arrays)`` and its gradients.

    Args:
        gradients: positions of the arrays to differentiate by; all floating ones unless given.
            An empty tuple for a function without a gradient.
    """
    if gradients is None:
        gradients = [i for i, a in enumerate(arrays) if is_float(a)]
    if not gradients:
        constants = [keras.ops.convert_to_tensor(a) for a in arrays]
        assert_close(function(minikeras, *arrays), function(keras, *constants), "value", tolerance)
        return
    jax = need_jax()

    def run(*chosen):
        every = list(arrays)
        for i, value in zip(gradients, chosen):
            every[i] = value
        return as_list(function(keras, *every))

    expected, back = jax.vjp(run, *(jax.numpy.asarray(arrays[i]) for i in gradients))
    sent = random_like(expected, seed)
    expected_gradients = back([jax.numpy.asarray(g) for g in sent])
    every = [autograd.Variable(a) if i in gradients else a for i, a in enumerate(arrays)]
    sources = [every[i] for i in gradients]
    with autograd.recording():
        out = as_list(function(minikeras, *every))
        found = autograd.gradients(out, sources, sent)
    found = [np.zeros(s.shape, s.dtype) if g is None else g for s, g in zip(sources, found)]
    assert_close(out, expected, "value", tolerance)
    assert_close(found, expected_gradients, "gradient", tolerance)


def check_steps(make, compile_, x, y, steps=10, tolerance=None, seed=0, **batch):
    """Train both from the same weights, one batch at a time; compare losses and weights.

    Args:
        make: function of a package that returns a built model (one with an input).
        compile_: function of a package that returns the arguments of ``compile``.
        batch: further arguments of ``train_on_batch`` (sample_weight, class_weight).
    """
    real, mini = make(keras), make(minikeras)
    randomize(real, seed)
    copy_weights(real, mini)
    real.compile(**compile_(keras))
    mini.compile(**compile_(minikeras))
    for step in range(steps):
        expected = first_number(real.train_on_batch(x, y, **batch))
        actual = first_number(mini.train_on_batch(x, y, **batch))
        relative = tolerance or TOLERANCE[keras.config.floatx()]
        assert actual == pytest.approx(expected, rel=relative), f"loss of step {step}"
        assert_same_weights(real, mini, f"weights after step {step}", tolerance)
        # Real Keras reports the mean since its last reset; minikeras reports this batch.
        real.reset_metrics()
    return real, mini


def first_number(logs):
    """The loss from what ``train_on_batch`` returns: a number, or a list that begins with it."""
    return float(logs[0] if isinstance(logs, (list, tuple)) else logs)
