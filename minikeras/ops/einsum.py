"""Einstein summation: products and sums named by letters."""

import string

import numpy as np

from ..autograd import op


def _split(subscripts, operands):
    """Return one string of letters per operand and one for the result, without ellipses."""
    text = subscripts.replace(" ", "")
    inputs, arrow, result = text.partition("->")
    inputs = inputs.split(",")
    if len(inputs) != len(operands):
        raise ValueError(
            f"einsum: {subscripts!r} names {len(inputs)} arrays, but {len(operands)} were given."
        )
    free = [c for c in string.ascii_letters if c not in text]
    widths = []
    for letters, x in zip(inputs, operands):
        named = len(letters.replace("...", ""))
        if named > x.ndim or ("..." not in letters and named != x.ndim):
            raise ValueError(
                f"einsum: {letters!r} names {named} axes, but its array has the shape {x.shape}."
            )
        widths.append(x.ndim - named)
    dots = "".join(free[: max(widths)])  # what the ellipses stand for, aligned at their end
    if not arrow:
        once = "".join(c for c in sorted(set(text) - set(",.")) if text.count(c) == 1)
        result = dots + once
    inputs = [
        letters.replace("...", dots[len(dots) - width :]) for letters, width in zip(inputs, widths)
    ]
    return inputs, result.replace("...", dots)


@op(name="einsum")
def _einsum(*operands, subscripts):
    inputs, result = _split(subscripts, operands)
    y = _contract(inputs, result, operands)

    def vjp(g, needs):
        return [
            _gradient(i, g, inputs, result, operands) if need else None
            for i, need in enumerate(needs)
        ]

    return y, vjp


def _contract(inputs, result, operands):
    """Compute a summation whose letters are all spelled out."""
    text = ",".join(inputs) + "->" + result
    return np.einsum(text, *operands, optimize=len(operands) > 1)


def _gradient(i, g, inputs, result, operands):
    """Return the gradient for operand `i`: the same product with `g` in its place.

    An axis of the operand that the others do not name was summed over, so its gradient is
    repeated along it (ones); an axis named twice was a diagonal (an identity matrix puts it back).
    """
    x = operands[i]
    letters = [result] + [s for k, s in enumerate(inputs) if k != i]
    arrays = [g] + [a for k, a in enumerate(operands) if k != i]
    unused = [c for c in string.ascii_letters if c not in "".join([*inputs, result])]
    target = ""
    for position, c in enumerate(inputs[i]):
        n = x.shape[position]
        if c in target:
            twin = unused.pop()
            letters.append(c + twin)
            arrays.append(np.eye(n, dtype=x.dtype))
            c = twin
        elif not any(c in s for s in letters):
            letters.append(c)
            arrays.append(np.ones(n, x.dtype))
        target += c
    return _contract(letters, target, arrays)


def einsum(subscripts, *operands):
    """Return the sum of products that `subscripts` describes, such as 'ij,jk->ik'.

    Every letter is an axis; letters missing on the right are summed over; '...' stands for any
    leading axes, which are broadcast.
    """
    if not isinstance(subscripts, str):
        raise TypeError("einsum takes its subscripts first, as a string such as 'ij,jk->ik'.")
    return _einsum(*operands, subscripts=subscripts)
