"""Checking gradients against finite differences: for operations, functions, layers and models.

The derivative of a function along a direction v is estimated, in float64, by the central
difference (f(x + h v) - f(x - h v)) / 2h, and compared with the product of v and the gradient that
the engine finds. A random direction catches any wrong gradient but one of probability zero, at the
cost of two evaluations however large the arrays are; small arrays are also checked element by
element, and so is whatever failed, so that the message can name the element. Several outputs of a
function are made a single number by random weights.

    check_gradients(lambda x, w: ops.tanh(x @ w), np.random.randn(3, 4), np.random.randn(4, 2))

At a kink (relu at 0, a tie in max) there is no derivative to compare with. Where the differences to
the left and to the right disagree, the direction is left out and counted in `Report.skipped`; if
nothing else remains for an argument, the check fails and says so. Move such inputs off the kink.
"""

import dataclasses

import numpy as np

from .backward import gradients
from .engine import op, recording
from .tensor import Tensor, Variable

STEP = 1e-6  # relative to the size of the elements, near the cube root of the rounding error
KINK = 1e-2  # one-sided slopes that differ by more than this share of the slope mean a kink
SMALL = 32  # arrays up to this size are checked element by element too


class GradientError(ValueError):
    """A gradient does not agree with finite differences."""


@dataclasses.dataclass
class Report:
    """What a check has found.

    Attributes:
        checked: how many directions and elements were compared.
        skipped: how many were left out because the function has a kink there.
        worst: the largest error as a share of what is allowed, so below 1.
        argument: name of the argument that shows it.
        element: index of the element that shows it, or None for a random direction.
    """

    checked: int = 0
    skipped: int = 0
    worst: float = 0.0
    argument: str | None = None
    element: tuple | None = None


def check_gradients(function, *arrays, argnums=None, **options):
    """Check the gradients of `function` at `arrays`.

    Args:
        function: takes the arrays as tensors; returns a tensor or a list of tensors.
        arrays: the arguments. Floats are taken as float64; integers are constants.
        argnums: which arguments to check; all that hold floats by default.
        options: `directions`, `rtol`, `atol`, `seed` as for `check_variables`.

    Returns:
        A `Report`.

    Raises:
        GradientError: a gradient is wrong; the message names the argument and element.
    """
    arguments, checked = [], []
    for i, a in enumerate(arrays):
        a = np.asarray(a)
        if a.dtype.kind == "f" and (argnums is None or i in argnums):
            a = Variable(a, dtype="float64", name=f"argument {i}")
            checked.append(a)
        arguments.append(a if isinstance(a, Variable) else Tensor(a))
    return check_variables(lambda: function(*arguments), checked, **options)


def check_layer(layer, inputs, training=None, **options):
    """Check the gradients of a layer by its inputs and by its trainable weights.

    Args:
        layer: a layer of dtype float64 (`dtype="float64"`, or `set_floatx` before it is made).
        inputs: an array or a list of arrays, as the layer takes them.
        training: passed on where it is not None. A random layer is refused.
        options: as for `check_variables`.

    Returns, Raises: as `check_gradients`.
    """
    several = isinstance(inputs, (list, tuple))
    tensors, variables = [], []
    for i, a in enumerate(inputs if several else [inputs]):
        a = np.asarray(a)
        if a.dtype.kind == "f":
            a = Variable(a, dtype="float64", name=f"input {i}")
            variables.append(a)
        tensors.append(a if isinstance(a, Variable) else Tensor(a))
    given = tensors if several else tensors[0]
    keywords = {} if training is None else {"training": training}
    with recording():
        layer(given, **keywords)  # builds the layer, so that its weights exist
    return check_variables(
        lambda: layer(given, **keywords), variables + list(layer.trainable_weights), **options
    )


def check_model(model, x, y, sample_weight=None, training=False, **options):
    """Check the gradients of a compiled model's loss by all its trainable weights.

    Args:
        model: a model of dtype float64 (`set_floatx("float64")` before it is made). It is called
            as `model(x, training=...)` and its loss computed by `compute_loss`.
        x, y: one batch of inputs and targets.
        sample_weight: one weight per sample, or None.
        training: whether the model behaves as in training; what is random then is refused.
        options: as for `check_variables`.

    Returns, Raises: as `check_gradients`.
    """

    def loss():
        y_pred = model(x, training=training)
        return model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)

    with recording():
        loss()  # builds the model, so that its weights exist
    return check_variables(loss, list(model.trainable_weights), **options)


def check_second_order(function, *arrays, **options):
    """Check the gradient of the gradient of `function`, arguments as for `check_gradients`."""
    seed = options.get("seed", 0)

    def slope(*arguments):
        sources = [a for a in arguments if isinstance(a, Variable)]
        value = _project(_outputs(function(*arguments)), seed)
        if not isinstance(value, Tensor) or not value.requires_grad:
            return value
        found = gradients(value, sources, create_graph=True)
        return [g for g in found if g is not None]

    return check_gradients(slope, *arrays, **options)


def check_variables(function, variables, directions=3, rtol=1e-6, atol=1e-9, seed=0):
    """Check the gradients of `function()` by `variables`.

    Args:
        function: takes nothing and computes a tensor, or a list of them, from the variables. It
            must give the same result each time.
        variables: float64 variables. Their values are changed and put back.
        directions: how many random directions to compare for each variable.
        rtol: greatest error allowed, relative to the length of the gradient.
        atol: greatest error allowed relative to the size of the function's value; it covers
            the rounding of the difference where the gradient is 0.
        seed: of the random directions and of the weights of several outputs.

    Returns, Raises: as `check_gradients`; and a ValueError where a variable is not float64, or
    the function is random.
    """
    for v in variables:
        if v.dtype != np.float64:
            raise ValueError(
                f"Finite differences need float64, but the variable {v.name!r} is {v.dtype}. "
                "Make it with dtype='float64', or call set_floatx('float64') first."
            )

    def value():
        with recording(targets=variables):
            return _project(_outputs(function()), seed)

    with recording(targets=variables):
        start = _project(_outputs(function()), seed)
    found = [None] * len(variables)
    if isinstance(start, Tensor) and start.requires_grad:
        found = gradients(start, variables)
    start = float(start)
    if float(value()) != start:
        raise ValueError(
            "The function gives another value each time, so differences say nothing. Switch "
            "randomness off (training=False), or fix its seed inside the function."
        )
    random = np.random.default_rng(seed)
    report = Report()
    for number, (v, g) in enumerate(zip(variables, found, strict=True)):
        g = np.zeros(v.shape) if g is None else np.asarray(getattr(g, "dense", lambda g=g: g)())
        name = v.name or f"variable {number}"
        if g.shape != v.shape:
            raise GradientError(f"The gradient of {name} has shape {g.shape}, not {v.shape}.")
        if v.size:
            length = float(np.linalg.norm(g))
            allowed = rtol * length + atol * max(1.0, abs(start))
            probe = _Probe(lambda: float(value()), start, v, g, name, allowed)
            _check_one(probe, report, directions, random)
    return report


@dataclasses.dataclass
class _Probe:
    """One variable `v` with its gradient `g`, and the function to compare it with.

    Attributes:
        value: computes the function.
        start: its value where the variable is.
        allowed: the error allowed along a direction of length 1.
    """

    value: object
    start: float
    v: Variable
    g: np.ndarray
    name: str
    allowed: float

    def slopes(self, direction):
        """Return the central, right and left difference quotients along `direction`."""
        saved = self.v.data.copy()
        step = STEP * max(1.0, float(np.abs(saved).max()))
        try:
            self.v.data[...] = saved + step * direction
            right = self.value()
            self.v.data[...] = saved - step * direction
            left = self.value()
        finally:
            self.v.data[...] = saved
        return (right - left) / (2 * step), (right - self.start) / step, (self.start - left) / step

    def error(self, direction):
        """Return how far gradient and difference are apart, or None at a kink."""
        central, right, left = self.slopes(direction)
        error = abs(central - float(np.vdot(self.g, direction)))
        if error <= self.allowed * float(np.linalg.norm(direction)):
            return error
        slope = max(abs(right), abs(left), float(np.linalg.norm(self.g)))
        return None if abs(right - left) > KINK * slope else error


def _check_one(probe, report, directions, random):
    """Compare one variable's gradient with differences; raise, or add to `report`."""
    v = probe.v
    probes = [(None, _any_direction(v.shape, random)) for _ in range(directions)]
    if v.size <= SMALL:
        probes += [(index, _unit(v.shape, index)) for index in np.ndindex(*v.shape)]
    before = report.checked
    for element, direction in probes:
        error = probe.error(direction)
        if error is None:
            report.skipped += 1
            continue
        report.checked += 1
        share = error / (probe.allowed * float(np.linalg.norm(direction)))
        if not share <= 1:
            _report_failure(probe)
        if share > report.worst:
            report.worst, report.argument, report.element = share, probe.name, element
    if report.checked == before:
        raise GradientError(
            f"The function has a kink at {probe.name} in every direction that was tried, so there "
            "is nothing to compare its gradient with. Move the inputs off ties and zeros."
        )


def _any_direction(shape, random):
    """Return a random direction whose elements have the root mean square 1.

    A shorter step would drown in rounding: of an array of one element, chance would sometimes make
    it a thousand times as short.
    """
    direction = random.standard_normal(shape)
    return direction * (np.sqrt(direction.size) / np.linalg.norm(direction))


def _unit(shape, index):
    direction = np.zeros(shape)
    direction[index] = 1.0
    return direction


def _report_failure(probe):
    """Find the element that is most wrong, and raise."""
    v, g = probe.v, probe.g
    order = np.argsort(-np.abs(g), axis=None)[:2000]  # the largest ones of a large array
    errors = []
    for k in order:
        index = tuple(int(i) for i in np.unravel_index(k, v.shape))
        error = probe.error(_unit(v.shape, index))
        errors.append((np.inf if error is not None and np.isnan(error) else error or 0.0, index))
    error, index = max(errors)
    central = probe.slopes(_unit(v.shape, index))[0]
    raise GradientError(
        f"The gradient of {probe.name}, an array of shape {v.shape}, is wrong. Its worst element "
        f"is {index}: the gradient says {g[index]:.9g}, finite differences say {central:.9g} "
        f"(error {error:.3g}, allowed {probe.allowed:.3g})."
    )


def _outputs(value):
    """Return the floating-point tensors among what a function has returned."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [v for v in values if getattr(v, "dtype", None) is not None and v.dtype.kind == "f"]


def _project(outputs, seed):
    """Return the sum of all elements of `outputs`, each with a random weight."""
    random = np.random.default_rng(seed + 1)
    weights = [random.standard_normal(o.shape) for o in outputs]
    return _weighted_sum(*outputs, weights=weights)


@op(register=False)
def _weighted_sum(*outputs, weights):
    total = sum((o * w).sum() for o, w in zip(outputs, weights, strict=True))

    def vjp(g, needs):
        return [g * w if need else None for w, need in zip(weights, needs, strict=True)]

    return total, vjp
