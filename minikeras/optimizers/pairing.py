"""Which gradient belongs to which variable: the checks that come before anything changes."""

import warnings

import numpy as np

from ..autograd import ProductGradient, RowGradient, Tensor, Variable


def as_gradient(g):
    """Return what a caller gave as an ndarray, or as a RowGradient with every row once."""
    if isinstance(g, RowGradient):
        rows, values = g.merged()
        return RowGradient(rows, values, g.shape)
    if isinstance(g, ProductGradient):
        return g.dense()
    return g.data if isinstance(g, Tensor) else np.asarray(g)


def as_type(g, dtype):
    """Return a gradient in another dtype."""
    if isinstance(g, RowGradient):
        return RowGradient(g.rows, g.values.astype(dtype), g.shape)
    return as_gradient(g).astype(dtype)


class Pairing:
    """Mixin: pairs gradients with variables, and refuses what does not fit.

    Uses `_index`, `_trainable_variables` and `build` of the optimizer.
    """

    def _start_pairing(self):
        self._warned_of = set()

    def takes_products(self):
        """Return whether a gradient may be given as a `ProductGradient`, still to be computed."""
        return False

    def _pair(self, grads, variables):
        """Return the variables that have a gradient, and the gradients as arrays, both checked."""
        if variables is None:
            if not self.built:
                raise ValueError(
                    f"{type(self).__name__} knows no variables yet. Call build(variables) first, "
                    "or give them: apply(gradients, variables)."
                )
            variables = self._trainable_variables
        elif type(variables) is not list:
            variables = list(variables)
        grads = list(grads)
        if not grads:
            return [], []
        if len(grads) != len(variables):
            raise ValueError(
                f"{len(grads)} gradients were given for {len(variables)} variables: "
                f"{', '.join(repr(v.name) for v in variables[:8])}"
                f"{', ...' if len(variables) > 8 else '.'}"
            )
        missing = []
        for i, (g, variable) in enumerate(zip(grads, variables)):
            if not isinstance(variable, Variable):
                raise TypeError(
                    f"Gradient {i} came with {type(variable).__name__} where a variable was "
                    "expected. The order is apply(gradients, variables)."
                )
            if g is None:
                missing.append(i)
                continue
            if type(g) is not np.ndarray and not (
                type(g) is ProductGradient and self.takes_products()
            ):
                g = grads[i] = as_gradient(g)
            data = variable.data
            if g.shape != data.shape:
                raise ValueError(
                    f"The gradient of the variable {variable.name!r} has shape {g.shape}, but the "
                    f"variable has shape {data.shape}."
                )
            if g.dtype != data.dtype:
                grads[i] = as_type(g, data.dtype)
        known = self._index
        if not all([v in known for v in variables]):  # noqa: C419 - twice as fast
            self.build(variables)
            for v in variables:
                if v not in known:
                    raise ValueError(
                        f"{type(self).__name__} was built without the variable {v.name!r}. Make a "
                        "new optimizer for another set of variables."
                    )
        if missing:
            variables, grads = self._drop_missing(variables, grads, missing)
        return variables, grads

    def _drop_missing(self, variables, grads, missing):
        """Leave out the variables without a gradient; warn of them once."""
        if len(missing) == len(grads):
            raise ValueError(
                "No variable has a gradient: the loss depends on none of "
                f"{', '.join(repr(v.name) for v in variables)}."
            )
        names = [variables[i].name for i in missing if variables[i] not in self._warned_of]
        self._warned_of.update(variables[i] for i in missing)
        if names:
            warnings.warn(
                f"The loss does not depend on {', '.join(map(repr, names))}: no gradient, no "
                "update.",
                stacklevel=4,
            )
        pairs = [(v, g) for v, g in zip(variables, grads) if g is not None]
        return [v for v, _ in pairs], [g for _, g in pairs]
