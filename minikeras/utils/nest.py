"""Nested structures: lists, tuples and dictionaries that hold tensors."""


def flatten(structure):
    """Return the leaves of nested lists, tuples and dictionaries (by sorted key), in order."""
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flatten(part)]
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure, key=str) for leaf in flatten(structure[key])]
    return [structure]


def map_structure(function, structure):
    """Return the same nesting with `function` applied to each leaf."""
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(map_structure(function, part) for part in structure))
    if isinstance(structure, (list, tuple)):
        return type(structure)(map_structure(function, part) for part in structure)
    if isinstance(structure, dict):
        return {key: map_structure(function, part) for key, part in structure.items()}
    return function(structure)


def pack_like(structure, leaves):
    """Return the nesting of `structure` with `leaves`, in `flatten` order, in place of its own."""
    remaining = iter(leaves)

    def pack(part):
        if isinstance(part, (list, tuple)):
            return type(part)(pack(p) for p in part)
        if isinstance(part, dict):
            packed = {key: pack(part[key]) for key in sorted(part, key=str)}
            return {key: packed[key] for key in part}
        return next(remaining)

    return pack(structure)


def as_list(value):
    """Return a list or tuple as a list, None as an empty list, anything else as a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def unpack_single(values):
    """Return the only element of a list of one, and the list itself otherwise."""
    return values[0] if len(values) == 1 else values
