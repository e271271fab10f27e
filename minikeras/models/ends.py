"""Ends: how data go into a model and how results come out, whichever form the model has.

A functional model's graph says names, shapes and types. A subclassed model shows them when it is
run on a small part of the first data.
"""

import numpy as np

from ..autograd import no_grad
from ..autograd.tensor import wrap
from ..engine.arrays import arrange, batch_of, is_number_list
from ..layers.context import forward_pass
from ..utils.nest import flatten, map_structure, pack_like, unpack_single


class Ends:
    """Mixin of `Model`: its inputs and outputs as training sees them."""

    input_names = ()
    output_names = ()
    _input_structure = None  # how inputs are nested
    _output_structure = None  # how outputs are nested
    _seen_names = None  # the inputs that a subclassed model was first given

    # -----------------------------------------------------------------------------------------
    # Inputs
    # -----------------------------------------------------------------------------------------
    def _arrange_inputs(self, x):
        """Return the input arrays as a list in the order of `input_names`."""
        if x is None:
            return []
        if self._graph is None:
            self._remember_structure(x)
        return arrange(_listed(x, self._input_structure), self.input_names, "input")

    def _list_targets(self, y):
        """Return targets that are nested as the outputs are as a list, others as they are."""
        return y if self._graph is None else _listed(y, self._output_structure)

    def _remember_structure(self, x):
        """Name the inputs of a subclassed model after what it is first given."""
        if isinstance(x, dict):
            names = sorted(x, key=str)
        elif isinstance(x, (list, tuple)) and not is_number_list(x):
            names = [f"input_{i + 1}" for i in range(len(x))]
        else:
            names = ["input_1"]
        if self._seen_names is not None and self._seen_names != names:
            raise ValueError(
                f"The model {self.name!r} was first called on the inputs {self._seen_names}, but "
                f"now got {names}."
            )
        self._seen_names = self.input_names = names
        self._input_structure = x if isinstance(x, dict) else names if len(names) > 1 else None

    def _check_given(self, inputs):
        """Refuse None in the place of an input that is not optional."""
        if self._graph is None:
            return
        for array, name, symbol in zip(inputs, self.input_names, self._graph.inputs, strict=True):
            if array is None and not getattr(symbol.history[0], "optional", False):
                raise ValueError(f"The input {name!r} of {self.name!r} is None; it needs data.")

    def _pack_inputs(self, tensors):
        """Return a list of tensors in the form that a subclassed `call` expects."""
        if isinstance(self._input_structure, dict):
            return dict(zip(self.input_names, tensors, strict=True))
        return tensors if len(self.input_names) > 1 else tensors[0]

    def _input_shapes(self):
        """Return the shape of each input, None where it is not known."""
        if self._graph is None:
            return [None] * len(self.input_names)
        return [t.shape for t in self._graph.inputs]

    def _input_types(self, inputs):
        """Return per input the type that batches are cast to, None to leave it."""
        if self._graph is not None:
            return [t.dtype for t in self._graph.inputs]
        dtype = np.dtype(self.compute_dtype)
        return [dtype if a is not None and a.dtype.kind == "f" else None for a in inputs]

    # -----------------------------------------------------------------------------------------
    # Outputs
    # -----------------------------------------------------------------------------------------
    def _build_on(self, inputs):
        """Make the weights of a model without a graph by running it on a part of the data."""
        self._output_structure = map_structure(lambda _: None, self._run_sample(inputs))

    def _run_sample(self, inputs):
        """Return what the model gives for the first samples, in inference."""
        types = self._input_types(inputs)
        first = slice(0, 2)
        sample = [batch_of(a, first, t) for a, t in zip(inputs, types, strict=True)]
        with no_grad(), forward_pass(False):
            return self.run(self._pack_inputs([None if a is None else wrap(a) for a in sample]))

    def _describe_outputs(self, inputs=None):
        """Return names, shapes and types of the outputs, as three lists."""
        if self._graph is not None:
            outputs = self.outputs
            return self.output_names, [t.shape for t in outputs], [t.dtype for t in outputs]
        return self._describe_structure(self._run_sample(inputs))

    def _describe_structure(self, structure):
        """Return names, shapes and types of the tensors that a call has returned."""
        self._output_structure = map_structure(lambda _: None, structure)
        leaves = flatten(structure)
        if self._graph is None:
            numbered = [f"output_{i + 1}" for i in range(len(leaves))]
            self.output_names = _names_of(structure, numbered)
        return (
            self.output_names,
            [(None, *leaf.shape[1:]) for leaf in leaves],
            [leaf.dtype for leaf in leaves],
        )

    def _pack_outputs(self, arrays):
        """Return a list of output arrays in the form of the model's outputs.

        One output is an array by itself, several are a list, as in Keras 2; a dictionary, or lists
        within lists, are what they are.
        """
        structure = self._output_structure
        flat = isinstance(structure, (list, tuple)) and not any(
            isinstance(part, (list, tuple, dict)) for part in structure
        )
        if flat or not isinstance(structure, (list, tuple, dict)):
            return unpack_single(arrays)
        return pack_like(structure, arrays)


def _names_of(structure, default):
    """Return the keys of a flat dictionary in `flatten` order, and `default` for anything else."""
    if isinstance(structure, dict) and len(structure) == len(default):
        return [str(key) for key in sorted(structure, key=str)]
    return default


def _listed(data, structure):
    """Return data in a list if the ends of the model are nested, and the data are nested alike.

    Everything else is returned as it is: data by name, or in a list already.
    """
    if not isinstance(structure, (list, tuple, dict)):
        return data
    parts = structure.values() if isinstance(structure, dict) else structure
    if not any(isinstance(part, (list, tuple, dict)) for part in parts):
        return data
    leaves = _leaves_along(structure, data)
    return data if leaves is None else leaves


def _leaves_along(structure, data):
    """Return the data in the places of the structure's leaves, None if it is nested otherwise."""
    if isinstance(structure, dict):
        if not isinstance(data, dict) or set(data) != set(structure):
            return None
        pairs = [(structure[key], data[key]) for key in sorted(structure, key=str)]
    elif isinstance(structure, (list, tuple)):
        if not isinstance(data, (list, tuple)) or len(data) != len(structure):
            return None
        pairs = list(zip(structure, data))
    else:
        return [data]
    found = [_leaves_along(*pair) for pair in pairs]
    if any(leaves is None for leaves in found):
        return None
    return [leaf for leaves in found for leaf in leaves]


def name_ends(graph, input_structure, output_structure):
    """Return names for the inputs and for the outputs of a graph.

    They are those of the layers, or the keys of a dictionary; an output's name that occurs again
    is numbered.
    """
    inputs = _names_of(input_structure, [t.history[0].name for t in graph.inputs])
    outputs, counts = [], {}
    for name in _names_of(output_structure, [t.history[0].name for t in graph.outputs]):
        count = counts[name] = counts.get(name, -1) + 1
        outputs.append(f"{name}_{count}" if count else name)
    return inputs, outputs
