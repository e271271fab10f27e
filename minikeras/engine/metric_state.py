"""What a metric remembers, as plain data: its variables, and numbers in its attributes.

A metric of one's own may count in plain Python numbers, and one in the style of Keras 2.1.5 keeps
its state in an object that knows nothing of variables' lists; both are looked through.
"""

import warnings

import numpy as np

from ..autograd import Variable


def metric_state(metric):
    """Return the state of a metric; `restore_metric` puts it back."""
    if hasattr(metric, "get_state"):
        return metric.get_state()
    return {
        "variables": [np.array(v.data) for v in getattr(metric, "variables", ())],
        "numbers": [_numbers(thing) for thing in _holders(metric)],
    }


def restore_metric(metric, state):
    """Put back what `metric_state` returned; a metric of other variables starts afresh."""
    if hasattr(metric, "get_state"):
        metric.set_state(state)
        return
    variables = list(getattr(metric, "variables", ()))
    if [v.shape for v in variables] != [a.shape for a in state["variables"]]:
        warnings.warn(
            f"The metric {getattr(metric, 'name', metric)!r} makes its variables as it goes, so "
            "that what it had seen of the epoch before the interruption is not restored.",
            RuntimeWarning,
            stacklevel=2,
        )
        return
    for variable, array in zip(variables, state["variables"]):
        variable.assign(array)
    for thing, numbers in zip(_holders(metric), state["numbers"]):
        for name, value in numbers.items():
            held = getattr(thing, name, None)
            if isinstance(held, Variable):
                held.assign(value)
            else:
                setattr(thing, name, value)


def _holders(metric):
    """Return the metric, and the object of Keras 2.1.5's kind that it may wrap."""
    thing = getattr(metric, "thing", None)
    return [metric] if thing is None else [metric, thing]


def _numbers(thing):
    """Return the attributes that are numbers, arrays of them, or variables."""
    found = {}
    for name, value in getattr(thing, "__dict__", {}).items():
        if isinstance(value, Variable):
            found[name] = np.array(value.data)
        elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            found[name] = value.copy()
        elif isinstance(value, (bool, int, float, np.number)):
            found[name] = value
    return found
