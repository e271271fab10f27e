"""Cross-entropy: how surprised a prediction is by the truth, per sample.

Each comes in two forms. From logits, value and gradient (`p - t`) are exact. From probabilities,
the value is that of Keras 2.1.5: probabilities are clipped to [epsilon, 1 - epsilon] before the
logarithm. If those probabilities are known to come from a softmax or sigmoid (see `ops.logits`),
the gradient goes straight to the logits as `p - t`, which rounding and clipping cannot make
vanish; otherwise it is that of the clipped formula, 0 where the clip acts.
"""

import functools

import numpy as np

from .. import config
from ..autograd import Tensor, composite, op
from .activation import sigmoid, sigmoid_array
from .arithmetic import clip, divide, multiply, subtract
from .elementwise import log, negative
from .indexing import take_along_axis
from .labels import check_labels, one_hot_array
from .logits import logits_of
from .precision import constants
from .reduction import sum as sum_
from .softmax import log_softmax, softmax
from .types import floating, normalize_axis, raw


def _array(x):
    return x if isinstance(x, Tensor) else np.asarray(x)


def _check_same_shape(target, output, name):
    if target.shape != output.shape:
        raise ValueError(
            f"{name} compares targets and predictions of one shape, but the targets have shape "
            f"{target.shape} and the predictions {output.shape}. If the targets are class "
            "numbers, turn them into one-hot rows with to_categorical or use "
            "sparse_categorical_crossentropy."
        )


def _clipped(probabilities):
    """Keep probabilities away from 0 and 1, where the logarithm or its slope is infinite."""
    epsilon = config.epsilon()
    return clip(probabilities, epsilon, 1 - epsilon)


# ---------------------------------------------------------------------------------------------
# One of several classes, the truth given as a probability for each
# ---------------------------------------------------------------------------------------------
@op
def softmax_crossentropy(target, logits, /, axis=-1):
    """Return -sum(target * log(softmax(logits))) along `axis`.

    Args:
        target: array of probabilities.
        logits: array of scores, of the same shape.
        axis: of the classes; it is gone from the result.
    """
    _check_same_shape(target, logits, "softmax_crossentropy")
    log_p = log_softmax(floating(logits), axis=axis)
    p = softmax(logits, axis=axis) if isinstance(logits, Tensor) else np.exp(log_p)

    def by_logits(g):
        return np.expand_dims(g, axis) * (p * target.sum(axis=axis, keepdims=True) - target)

    value = -np.sum(target * log_p, axis=axis)
    return value, (lambda g: -np.expand_dims(g, axis) * log_p, by_logits)


def _of_probabilities(target, output, axis):
    output = divide(output, sum_(output, axis=axis, keepdims=True))
    return negative(sum_(multiply(target, log(_clipped(output))), axis=axis))


# In the three operations that follow, the gradient goes around `output` to what it came from. A
# second differentiation does go through it, because the slope `p - t` depends on it. Their values
# are those of the formulas for probabilities, here on ndarrays and in fewer steps.
def _clipped_array(p):
    return p.clip(*_bounds(p.dtype, config.epsilon()))


@functools.cache
def _bounds(dtype, epsilon):
    return np.array(epsilon, dtype), np.array(1 - epsilon, dtype)


@op(register=False)
def _after_softmax(target, output, logits, /):
    p = raw(output)
    log_p = np.log(_clipped_array(p / np.add.reduce(p, axis=-1, keepdims=True)))
    value = -np.add.reduce(raw(target) * log_p, axis=-1)

    def vjp(g, needs):
        g = g[..., None]
        by_target = by_logits = None
        if needs[0]:
            by_target = -g * np.log(_clipped(output))
        if needs[2]:
            by_logits = g * (output * target.sum(axis=-1, keepdims=True) - target)
        return by_target, None, by_logits

    return value, vjp


@composite
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Return the cross-entropy of predicted class probabilities, per sample.

    Args:
        target: array (..., classes) of probabilities, such as one-hot rows.
        output: array of the same shape: probabilities, which are scaled to sum 1, or logits.
        from_logits: whether `output` holds logits.
        axis: of the classes; it is gone from the result.

    Raises:
        ValueError: the shapes differ.
    """
    if from_logits:
        return softmax_crossentropy(target, output, axis=axis)
    _check_same_shape(_array(target), _array(output), "categorical_crossentropy")
    logits = logits_of(output, "softmax")
    if logits is not None and normalize_axis(axis, output.ndim) == output.ndim - 1:
        return _after_softmax(target, output, logits)
    return _of_probabilities(target, output, axis)


# ---------------------------------------------------------------------------------------------
# One of several classes, the truth given as class numbers
# ---------------------------------------------------------------------------------------------
@op(indices=(0,))
def sparse_softmax_crossentropy(labels, logits, /):
    """Return -log(softmax(logits)[label]) over the last axis.

    Args:
        labels: array (...) of class numbers.
        logits: array (..., classes) of scores.
    """
    labels = check_labels(raw(labels), logits.shape)
    log_p = log_softmax(floating(logits))
    truth = one_hot_array(labels, logits.shape[-1], log_p.dtype)
    p = softmax(logits) if isinstance(logits, Tensor) else np.exp(log_p)
    value = -np.take_along_axis(raw(log_p), labels[..., None], axis=-1)[..., 0]
    return value, (None, lambda g: g[..., None] * (p - truth))


def _of_picked_probability(labels, output):
    output = _clipped(output)
    picked = take_along_axis(output, labels[..., None], axis=-1)[..., 0]
    return subtract(log(sum_(output, axis=-1)), log(picked))


@op(register=False, indices=(0,))
def _after_softmax_sparse(labels, output, logits, /):
    truth = one_hot_array(raw(labels), output.shape[-1], output.dtype)
    p = _clipped_array(raw(output))
    value = np.log(np.add.reduce(p, axis=-1)) - np.log(np.add.reduce(p * truth, axis=-1))
    return value, (lambda g, needs: (None, None, g[..., None] * (output - truth)))


@composite
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Return the cross-entropy of predicted class probabilities and class numbers, per sample.

    As in Keras 2.1.5 (and Keras 3 on TensorFlow) the probabilities are first clipped, then scaled
    to sum 1.

    Args:
        target: class numbers, an array of the shape of `output` without the classes, or with a 1
            in their place. Whole numbers in a float type will do.
        output: probabilities or logits, an array of at least 1 dimension.
        from_logits: whether `output` holds logits.
        axis: of the classes; it is gone from the result.

    Raises:
        ValueError: shapes that do not fit, or a class number out of range.
    """
    target, output = raw(target), _array(output)
    if normalize_axis(axis, output.ndim) != output.ndim - 1:
        target = np.moveaxis(target, axis, -1) if np.ndim(target) == output.ndim else target
        output = np.moveaxis(output, axis, -1)
    labels = check_labels(target, output.shape)
    if from_logits:
        return sparse_softmax_crossentropy(labels, output)
    logits = logits_of(output, "softmax")
    if logits is not None:
        return _after_softmax_sparse(labels, output, logits)
    return _of_picked_probability(labels, output)


# ---------------------------------------------------------------------------------------------
# Yes or no, element by element
# ---------------------------------------------------------------------------------------------
@op
def sigmoid_crossentropy(target, logits, /):
    """Return -(t * log(p) + (1 - t) * log(1 - p)) with p = sigmoid(logits), element by element."""
    _check_same_shape(target, logits, "sigmoid_crossentropy")
    z, t = raw(logits), raw(target)
    (zero,) = constants(z, 0)
    value = np.maximum(z, zero) - z * t + np.log1p(np.exp(-np.abs(z)))
    p = sigmoid(logits) if isinstance(logits, Tensor) else sigmoid_array(z)
    return value, (lambda g: -g * logits, lambda g: g * (p - target))


def _of_probability(target, output):
    output = _clipped(output)
    yes = multiply(target, log(output))
    return negative(yes + multiply(subtract(1, target), log(subtract(1, output))))


@op(register=False)
def _after_sigmoid(target, output, logits, /):
    t, p = raw(target), _clipped_array(raw(output))
    (one,) = constants(p, 1)
    yes, no = np.log(p), np.log(one - p)
    value = -(t * yes + (one - t) * no)

    def vjp(g, needs):
        by_target = by_logits = None
        if needs[0]:
            q = _clipped(output)
            by_target = g * (np.log(1 - q) - np.log(q))
        if needs[2]:
            by_logits = g * (output - target)
        return by_target, None, by_logits

    return value, vjp


@composite
def binary_crossentropy(target, output, from_logits=False):
    """Return the cross-entropy of predicted probabilities of yes, element by element.

    Args:
        target: array of 0 and 1, or probabilities between.
        output: array of the same shape: probabilities, or logits.
        from_logits: whether `output` holds logits.

    Raises:
        ValueError: the shapes differ.
    """
    if from_logits:
        return sigmoid_crossentropy(target, output)
    _check_same_shape(_array(target), _array(output), "binary_crossentropy")
    logits = logits_of(output, "sigmoid")
    if logits is not None:
        return _after_sigmoid(target, output, logits)
    return _of_probability(target, output)
