"""Values of symbolic tensors that losses and metrics take from around them, kept in each step.

A loss of Keras 2 may be a closure over tensors of the model, and may take the gradient of its
predictions by them (`K.gradients`). Which ones is found by running it: the first step that meets
one is broken off, before any weight has moved, and run again with the value kept.
"""

from ..layers.outside_symbols import SymbolWanted
from .symbolic_gradients import as_leaf


class KeptSymbols:
    """Mixin of `Model`: which symbolic tensors a step keeps the values of."""

    _kept_symbols = ()
    _gradient_sources = frozenset()  # ids of those that gradients are taken by
    _keeps_record = False  # whether gradients are taken at all within the loss

    def _until_kept(self, run, *batch):
        """Run a step on a batch, again and again until it has kept all that it needs."""
        while True:
            try:
                return run(*batch)
            except SymbolWanted as wanted:
                self._keep(wanted)

    def _keep(self, wanted):
        """Keep what a step was broken off for.

        Raises:
            ValueError: the value is not to be had in this model.
        """
        symbol = wanted.symbol
        if wanted.as_source:
            self._keeps_record = True
        if symbol is None:
            return
        if wanted.as_source:
            self._gradient_sources |= {id(symbol)}
        if any(symbol is known for known in self._kept_symbols):
            return
        before = self._kept_symbols
        self._kept_symbols = (*before, symbol)
        try:
            self._extend_graph(self._symbolic_losses, self._symbolic_metrics, "loss")
        except ValueError as error:
            self._kept_symbols = before
            raise ValueError(
                f"A loss, a metric or a layer computes with {symbol!r}, which it does not get as "
                f"an argument, and which has no value in the model {self.name!r}: {error}"
            ) from error

    def _forget_kept(self):
        """Keep nothing any more: other losses and metrics are compiled."""
        if self._kept_symbols:
            self._kept_symbols = ()
            self._extend_graph(self._symbolic_losses, self._symbolic_metrics, "loss")
        self._gradient_sources, self._keeps_record = frozenset(), False

    def _run_training_graph(self, tensors, kept=None):
        """Return the values of the graph with added losses and metrics, kept ones in `kept`."""
        if self._gradient_sources:
            sources = [s for s in self._kept_symbols if id(s) in self._gradient_sources]
            values = self._training_graph.run_watching(tensors, sources, as_leaf)
        else:
            values = self._training_graph.run(tensors)
        own = len(values) - len(self._kept_symbols)
        if kept is not None:
            kept += values[own:]
        return values[:own]
