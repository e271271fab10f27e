"""Batches as tuples: `x`, `(x, y)` or `(x, y, sample_weight)`."""


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """Return `x`, `(x, y)` or `(x, y, sample_weight)`, as short as can be.

    A list or tuple `x` alone comes back as `(x,)`, lest its parts be taken for x and y.
    """
    if y is None and sample_weight is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data):
    """Return (x, y, sample_weight) of a batch, with None for what is missing.

    Raises:
        ValueError: a tuple or list of more than three parts, or of none.
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            "A batch is x, (x, y) or (x, y, sample_weight), but this is a "
            f"{type(data).__name__} of {len(data)} parts. Several inputs go into one list: "
            "([x1, x2], y)."
        )
    return (*data, None, None)[:3]
