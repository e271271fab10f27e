"""Everything in a model that training changes, as plain data: taken, and put back.

Beside weights and optimizers these are the random generators that layers hold, and variables that
are no weights (the states of stateful layers, for instance).
"""

import numpy as np

from ..autograd import Variable
from ..optimizers import Optimizer
from ..random import SeedGenerator
from ..utils.nest import as_list


def model_state(model):
    """Return a model's state; nothing in it is shared with the model."""
    hidden = [_taken(thing) for thing in _hidden(model)]
    return {
        "weights": [np.array(w.data) for w in model.weights],
        "optimizers": [_optimizer_state(o, model.weights) for o in _optimizers(model)],
        "hidden": hidden,
    }


def restore_model(model, state):
    """Put back what `model_state` returned.

    Raises:
        ValueError: weights or optimizers of another number, kind or shape; nothing is changed.
    """
    weights = model.weights
    _compare("weights", [w.shape for w in weights], [a.shape for a in state["weights"]])
    optimizers = _optimizers(model)
    kinds = [s["class_name"] for s in state["optimizers"]]
    _compare("optimizers", [type(o).__name__ for o in optimizers], kinds)
    if model._targets is None:
        model._collect_trainable()
    for optimizer, saved in zip(optimizers, state["optimizers"]):
        if saved["built"] and not optimizer.built:
            optimizer.build([weights[i] for i in saved["trained"] if i is not None])
        _compare(
            f"arrays of the optimizer {optimizer.name!r}",
            [v.shape for v in optimizer.variables],
            [a.shape for a in saved["variables"].values()],
        )
    hidden = _hidden(model)
    _compare(
        "random generators and states",
        [_kind(thing) for thing in hidden],
        [kind for kind, _ in state["hidden"]],
    )
    for weight, array in zip(weights, state["weights"]):
        weight.assign(array)
    for optimizer, saved in zip(optimizers, state["optimizers"]):
        optimizer.load_own_variables(saved["variables"])
    for thing, (_, value) in zip(hidden, state["hidden"]):
        _put_back(thing, value)


def _compare(what, here, saved):
    if here != saved:
        raise ValueError(
            f"The backup is of another model: its {what} are {_short(saved)}, those of this model "
            f"{_short(here)}. Give the model that was being trained, or delete the backup to "
            "start afresh."
        )


def _short(items):
    text = ", ".join(map(str, items[:6])) or "none"
    return f"{text}, ... ({len(items)} in all)" if len(items) > 6 else text


def _optimizers(model):
    """Return the optimizers that a model holds, that of `compile` first."""
    held = [model.optimizer]
    for value in vars(model).values():
        held += as_list(list(value.values()) if isinstance(value, dict) else value)
    return list({id(o): o for o in held if isinstance(o, Optimizer)}.values())


def _optimizer_state(optimizer, weights):
    """Return an optimizer's arrays, and which weights of the model it trains, by position."""
    arrays = {}
    optimizer.save_own_variables(arrays)
    positions = {id(weight): i for i, weight in enumerate(weights)}
    return {
        "class_name": type(optimizer).__name__,
        "built": bool(optimizer.built),
        "trained": [positions.get(id(v)) for v in optimizer._trainable_variables],
        "variables": arrays,
    }


def _hidden(model):
    """Return generators, and variables that are no weights, in the attributes of all layers."""
    weights = {id(w) for w in model.weights}
    found = {}
    for layer in model._flatten_layers():
        for name, value in vars(layer).items():
            if name.startswith("_target"):
                continue
            for thing in as_list(list(value.values()) if isinstance(value, dict) else value):
                if _kind(thing) is not None and id(thing) not in weights:
                    found[id(thing)] = thing
    return list(found.values())


def _kind(thing):
    if isinstance(thing, np.random.Generator):
        return "generator"
    if isinstance(thing, SeedGenerator):
        return "seed"
    return f"variable {thing.shape}" if isinstance(thing, Variable) else None


def _taken(thing):
    """Return [kind, value] of a generator or variable."""
    if isinstance(thing, np.random.Generator):
        return [_kind(thing), thing.bit_generator.state]
    variable = thing.state if isinstance(thing, SeedGenerator) else thing
    return [_kind(thing), np.array(variable.data)]


def _put_back(thing, value):
    if isinstance(thing, np.random.Generator):
        thing.bit_generator.state = value
    else:
        (thing.state if isinstance(thing, SeedGenerator) else thing).assign(value)
