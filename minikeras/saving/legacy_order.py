"""In which order the arrays of a layer lie in a legacy file.

Files hold a layer's trainable weights, then the others. What is trainable may differ between the
model that was saved and the one that is loaded, and with it the order where layers lie inside
layers; the names beside the arrays tell.
"""


def saved_order(layer):
    """Return the variables of a layer as Keras writes them: trainable ones first."""
    return _distinct(layer.trainable_weights + layer.non_trainable_weights)


def matching_order(layer, names, shapes):
    """Return the variables of a layer in the order of a file.

    Args:
        layer: a built layer or a nested model.
        names: the names of the arrays in the file, such as "dense_1/kernel:0".
        shapes: their shapes, or None where a conversion is still to come.

    Returns:
        A list of variables, as many as the layer has: the first order whose names fit, else
        the first whose shapes fit, else the layer's own.
    """
    own = saved_order(layer)
    if len(own) != len(names) or len(own) < 2:
        return own
    by_name = _by_name(own, names)
    if by_name is not None and _fits(by_name, shapes):
        return by_name
    orders = [own, _as_if_trainable(layer), _layer_by_layer(layer)]
    orders = [o for o in orders if {id(v) for v in o} == {id(v) for v in own}]
    tails = [_tail(name) for name in names]
    for order in orders:
        if _fits(order, shapes) and [_tail(v.name) for v in order] == tails:
            return order
    return next((o for o in orders if _fits(o, shapes)), own)


def _fits(order, shapes):
    return shapes is None or [v.shape for v in order] == [tuple(s) for s in shapes]


def _by_name(variables, names):
    """Return the variables in the order of the names, or None where these are not the same."""
    for parts in (2, 3):
        ours = {_tail(v.name, parts): v for v in variables}
        theirs = [_tail(name, parts) for name in names]
        if len(ours) == len(variables) and sorted(theirs) == sorted(ours):
            return [ours[name] for name in theirs]
    return None


def _tail(name, parts=1):
    """Return the last parts of "model/dense_1/kernel:0", without the ":0"."""
    return "/".join(str(name).split(":")[0].split("/")[-parts:])


def _as_if_trainable(layer):
    """Return the variables in the order they have where nothing is frozen."""
    trainable, fixed = _split(layer)
    return _distinct(trainable + fixed)


def _split(layer):
    own_trainable, own_fixed = _own(layer)
    trainable, fixed = list(own_trainable), list(own_fixed)
    for part in layer._sublayers():
        inner_trainable, inner_fixed = _split(part)
        trainable += inner_trainable
        fixed += inner_fixed
    return trainable, fixed


def _own(layer):
    return layer._own_weights(True), layer._own_weights(False)


def _layer_by_layer(layer):
    """Return the variables in the order they have where every layer inside is frozen."""
    own_trainable, own_fixed = _own(layer)
    found = [*own_trainable, *own_fixed]
    for part in layer._sublayers():
        found += _layer_by_layer(part)
    return _distinct(found)


def _distinct(variables):
    return list({id(v): v for v in variables}.values())
