"""Calling a layer on symbolic tensors: it is built, its output's shape found, a node recorded."""

import numpy as np

from ..autograd import Tensor
from ..utils.nest import flatten, map_structure
from .context import context
from .inputs import as_masks, check_inputs, located, to_outputs
from .outside_symbols import Met, standing_for, symbols_in
from .shape_inference import infer_outputs
from .signature import call_signature
from .symbolic import KerasTensor, Node, is_symbolic


def call_symbolically(layer, inputs, args, kwargs):
    """Record the call of a layer as a node and return its symbolic outputs.

    Raises:
        ValueError: the inputs are no tensors, or do not fit the layer.
        TypeError: the layer returns nothing.
    """
    if context.symbols is not None:
        given = context.symbols.in_place_of((inputs, args, kwargs))
        if not is_symbolic(given):
            return layer(given[0], *given[1], **given[2])
    for symbol in flatten(inputs):
        if not isinstance(symbol, (KerasTensor, Tensor, np.ndarray, int, float, type(None))):
            raise ValueError(
                f"Layer {layer.name!r} was called on {symbol!r}, which is no symbolic tensor. "
                "All inputs of a functional model come from Input() or other layers."
            )
    check_inputs(layer, inputs)
    if not layer.built:
        layer._build_on_call(inputs, args, kwargs)
    try:
        with standing_for(Met()) as met:
            structure = layer.compute_output_spec(inputs, *args, **kwargs)
    except (ValueError, TypeError) as error:
        raise located(error, layer, inputs) from error
    if structure is None:
        raise TypeError(
            f"{type(layer).__name__}.call of the layer {layer.name!r} returned None. Does it lack "
            "a return?"
        )
    structure = map_structure(_fresh, structure)
    if not met.has_run:  # the layer knows its output shape
        for function in (layer.call, getattr(layer, "function", None)):
            for symbol in symbols_in(layer, function):
                met.note(symbol)
    Node(layer, (inputs, *args), kwargs, structure, met.symbols).attach()
    return structure


def _fresh(symbol):
    """Return a symbolic tensor without history: one that has a place in the graph is copied."""
    if isinstance(symbol, KerasTensor) and symbol.history is not None:
        return KerasTensor(symbol.shape, symbol.dtype)
    return symbol


def infer_call(layer, args, kwargs):
    """Return symbolic outputs of `layer.call`, found by running it on dummies, without a trace.

    Losses that the layer adds meanwhile are dropped, counters that it moves are put back.
    """
    counters = [(w, w.data.copy()) for w in layer.non_trainable_weights]
    try:
        return infer_outputs(_InTestPhase(layer), args, kwargs)
    finally:
        for variable, value in counters:
            variable.assign(value)
        for inside in layer._flatten_layers():
            inside._call_losses = []


class _InTestPhase:
    """The `call` of a layer, given the phase and the mask that it takes."""

    def __init__(self, layer):
        self.layer = layer

    def __call__(self, inputs, *args, **kwargs):
        takes = call_signature(type(self.layer))
        if takes.training:
            kwargs["training"] = False
        elif not takes.anything:
            kwargs.pop("training", None)
        if takes.mask:
            kwargs["mask"] = as_masks(kwargs.get("mask"))
        elif not takes.anything:
            kwargs.pop("mask", None)
        return to_outputs(self.layer.call(inputs, *args, **kwargs))
