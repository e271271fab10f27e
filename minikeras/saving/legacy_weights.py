"""The weights of a model in a legacy HDF5 group: `layer_names`, and a group per layer.

Read by position, over the layers that have weights, or by name; written as Keras 3 writes them,
which Keras 2 reads too.
"""

import numpy as np

from ..layers.op_layer import OpLayer
from .assignment import Assignments
from .legacy_layouts import convert, needs_conversion
from .legacy_order import matching_order, saved_order

_TOP = "top_level_model_weights"
_LONGEST_ATTRIBUTE = 64512  # bytes; what an HDF5 object header holds


def layers_of(model):
    """Return the layers of a model that a file lists."""
    return [layer for layer in model.layers if not isinstance(layer, OpLayer)]


# -----------------------------------------------------------------------------------------------
# Reading
# -----------------------------------------------------------------------------------------------
def plan_by_position(group, model, assignments, reshape=False):
    """Collect what the group holds for the model's layers, one after another.

    Args:
        group: the `Group` that has the attribute `layer_names`.
        model: a built model.
        assignments: the `Assignments` to add to.
        reshape: whether kernels of another shape but of the same size are reshaped.

    Raises:
        ValueError: number of layers, number of weights or a shape does not fit.
    """
    saved = [s for s in _saved_layers(group) if s.names]
    ours = [(layer, saved_order(layer)) for layer in layers_of(model)]
    ours = [layer for layer, variables in ours if variables]
    if len(saved) != len(ours):
        raise ValueError(
            f"{group.file} holds the weights of {len(saved)} layers, but the model {model.name!r} "
            f"has {len(ours)} layers with weights"
            + ("." if model.built else ": it has not been built. Call it on data first.")
            + f" In the file: {_some([s.name for s in saved])}; in the model: "
            f"{_some([layer.name for layer in ours])}. With by_name=True, layers of the same "
            "names are loaded and all others left alone."
        )
    for layer, entry in zip(ours, saved, strict=True):
        _plan_layer(layer, entry, assignments, reshape)
    _plan_top(group, model, assignments, strict=True)


def plan_by_name(group, model, assignments, reshape=False):
    """Collect what the group holds for layers that have the same names in the model."""
    named = {}
    for layer in layers_of(model):
        named.setdefault(layer.name, []).append(layer)
    for entry in _saved_layers(group):
        for layer in named.get(entry.name, ()):
            _plan_layer(layer, entry, assignments, reshape)
    _plan_top(group, model, assignments, strict=False)


def _some(names):
    shown = ", ".join(names[:8])
    return f"[{shown}{', ...' if len(names) > 8 else ''}]"


class _SavedLayer:
    """One layer in the file: its name, and its arrays, not read yet."""

    def __init__(self, group, name, version, backend):
        self.name, self.version, self.backend = name, version, backend
        self._group = group.group(name)
        self.names = self._group.texts("weight_names")
        if self.names is None:
            raise self._group.fail("it has no list of weight_names")

    def datasets(self):
        """Return the arrays, checked but not read."""
        return [self._group.dataset(name) for name in self.names]


def _saved_layers(group):
    names = group.texts("layer_names")
    if names is None:
        raise group.fail("it has no list of layer_names: this is no weights file of Keras")
    if len(set(names)) != len(names):
        raise group.fail("its layer_names name a layer twice")
    version = group.text("keras_version", "1")
    backend = group.text("backend")
    return [_SavedLayer(group, name, version, backend) for name in names]


def _plan_layer(layer, entry, assignments, reshape):
    where = f"layer {layer.name!r} (saved as {entry.name!r})"
    datasets = entry.datasets()
    if needs_conversion(layer, entry.version, entry.backend):
        _check_size(layer, datasets, entry)
        arrays = [d.read() for d in datasets]
        try:
            sources = convert(layer, arrays, entry.version, entry.backend, entry.names)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{assignments.file}, {where}: {error}.") from None
        shapes, names = [a.shape for a in sources], entry.names
        names = names if len(names) == len(sources) else [""] * len(sources)
    else:
        sources, shapes, names = datasets, [d.shape for d in datasets], entry.names
    variables = matching_order(layer, names, shapes)
    if len(variables) != len(sources):
        assignments.mismatch(
            f"{where} has {len(variables)} weights, but the file holds {len(sources)} for it."
        )
        return
    for part in layer._flatten_layers():
        assignments.touches(part)
    for variable, source in zip(variables, sources, strict=True):
        size = int(np.prod(source.shape, dtype=object))
        if reshape and source.shape != variable.shape and size == variable.size:
            array = source.read() if hasattr(source, "read") else source
            source = array.reshape(variable.shape)
        assignments.add(variable, source, where)


def _check_size(layer, datasets, entry):
    """Refuse arrays far larger than the layer before they are read."""
    wanted = sum(v.size for v in layer.weights)
    claimed = sum(int(np.prod(d.shape, dtype=object)) for d in datasets)
    if claimed > 2 * wanted + 64:
        raise ValueError(
            f"{entry._group.file}: the layer {layer.name!r} has {wanted} numbers in its weights, "
            f"but the file claims to hold {claimed} for it."
        )


def _plan_top(group, model, assignments, strict):
    """Collect the weights that the model itself has, beside those of its layers."""
    if _TOP not in group:
        return
    top = group.group(_TOP)
    datasets = [top.dataset(name) for name in top.texts("weight_names") or []]
    own = model._own_weights(True) + model._own_weights(False)
    if len(own) != len(datasets):
        if strict or datasets:
            assignments.mismatch(
                f"the model {model.name!r} has {len(own)} weights of its own, but the file holds "
                f"{len(datasets)}."
            )
        return
    for variable, dataset in zip(own, datasets, strict=True):
        assignments.add(variable, dataset, f"model {model.name!r}")


def load_weights(group, model, by_name=False, skip_mismatch=False, reshape=False):
    """Read the weights of a model from a legacy group; nothing changes where something is wrong."""
    assignments = Assignments(group.file, skip_mismatch)
    plan = plan_by_name if by_name else plan_by_position
    plan(group, model, assignments, reshape)
    assignments.carry_out()


# -----------------------------------------------------------------------------------------------
# Writing
# -----------------------------------------------------------------------------------------------
def write_weights(group, model, version):
    """Write the weights of a model into an h5py group."""
    layers = layers_of(model)
    write_texts(group, "layer_names", [layer.name for layer in layers])
    group.attrs["backend"] = np.bytes_(b"numpy")
    group.attrs["keras_version"] = np.bytes_(version.encode())
    # In the order of their names: a name that is the beginning of another comes first.
    for layer in sorted(layers, key=lambda la: la.name):
        write_arrays(group.create_group(layer.name), saved_order(layer))
    own = model._own_weights(True) + model._own_weights(False)
    write_arrays(group.create_group(_TOP), own)


def write_arrays(group, variables):
    """Write variables as datasets under their names, which `weight_names` lists in order."""
    names, taken = [], set()
    for variable in variables:
        base = name = str(variable.name or "variable").split(":")[0].strip("/") or "variable"
        number = 1
        while name in taken or any(t.startswith(f"{name}/") for t in taken):
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        names.append(name)
    write_texts(group, "weight_names", names)
    for name, variable in zip(names, variables, strict=True):
        group.create_dataset(name, data=variable.data)


def write_texts(group, name, texts):
    """Write a list of texts as an attribute, or as several where one would be too long."""
    encoded = [text.encode("utf-8") for text in texts]
    width = max((len(e) for e in encoded), default=0) or 1
    per_part = max(_LONGEST_ATTRIBUTE // width, 1)
    if len(encoded) <= per_part:
        group.attrs[name] = np.array(encoded, dtype=f"S{width}")
        return
    for number, start in enumerate(range(0, len(encoded), per_part)):
        part = encoded[start : start + per_part]
        group.attrs[f"{name}{number}"] = np.array(part, dtype=f"S{width}")
