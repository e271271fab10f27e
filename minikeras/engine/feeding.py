"""Feeding: what users pass as data becomes batches for one model, everything checked first.

All checks come before the first step, so that bad input changes no weight; the batches of a
generator are checked as they come.
"""

import math
import warnings

import numpy as np

from .. import config
from ..layers.base import trainable_changes
from ..utils.data_tuples import unpack_x_y_sample_weight
from ..utils.nest import flatten, map_structure
from . import missing_values
from .arguments import whole_number
from .arrays import (
    arrange,
    as_array,
    batch_of,
    check_input,
    common_length,
    is_number_list,
    yields_batches,
)
from .generator_source import GeneratorSource, is_generator
from .sample_weights import arrange_weights
from .sources import ArraySource, StructureSource
from .targets import check_target

DEFAULT_BATCH_SIZE = 32


class Feeder:
    """Makes batches for the steps of a model: lists of arrays in the order of inputs and outputs.

    Args:
        model: whose inputs, outputs and compilation say what fits.
        refuses_nan: whether inputs are refused whose loss is NaN; see `missing_values`.

    Attributes:
        refuses_nan_targets: whether NaN among the labels is refused, as it is at first.
    """

    def __init__(self, model, refuses_nan=False):
        self._model = model
        self.refuses_nan = refuses_nan
        self.refuses_nan_targets = True

    # -----------------------------------------------------------------------------------------
    # Sources of many batches
    # -----------------------------------------------------------------------------------------
    def source(
        self,
        x,
        y=None,
        sample_weight=None,
        batch_size=None,
        class_weight=None,
        shuffle=False,
        steps=None,
        pool=None,
    ):
        """Return a source of batches (inputs, targets, weights, size) for training or testing.

        Args:
            x, y, sample_weight, batch_size, class_weight, shuffle, steps: as for `fit`.
            pool: dictionary of `workers`, `use_multiprocessing` and `max_queue_size`.

        Raises:
            ValueError, TypeError: data that do not fit the model, or one another.
        """
        _check_batch_size(batch_size)
        if _generates(x):
            _check_that_x_yields_all(y, sample_weight, batch_size)

            def prepare(batch):
                return self.batch(*unpack_x_y_sample_weight(batch), class_weight)

            return GeneratorSource(x, steps, prepare, shuffle=bool(shuffle), **(pool or {}))
        arrays = self._standardize(x, y, sample_weight, class_weight)
        return self._array_source(*arrays, batch_size, shuffle, steps)

    def input_source(self, x, batch_size=None, steps=None, pool=None):
        """Return a source of batches (inputs, [], [], size) for predicting."""
        _check_batch_size(batch_size)
        if _generates(x):

            def prepare(batch):
                return self.input_batch(self._inputs_among(batch))

            return GeneratorSource(x, steps, prepare, **(pool or {}))
        inputs, samples = self._standardize_inputs(x)
        return self._array_source(inputs, [], [], samples, batch_size, False, steps)

    def _inputs_among(self, batch):
        """Return the inputs of a batch that may hold targets and weights too.

        A tuple does; a list of arrays does where the model has a single input (such are the
        batches of a DataLoader of PyTorch).
        """
        if isinstance(batch, tuple):
            return batch[0]
        single = isinstance(batch, list) and len(self._model.input_names or ()) == 1
        if single and len(batch) in (2, 3) and all(hasattr(part, "shape") for part in batch):
            return batch[0]
        return batch

    def _array_source(self, inputs, targets, weights, samples, batch_size, shuffle, steps):
        size = min(int(batch_size or DEFAULT_BATCH_SIZE), samples)
        self._check_stateful(samples, size)
        types = self._model._input_types(inputs), self._label_types(targets)
        return ArraySource(inputs, targets, weights, samples, size, *types, shuffle, steps)

    def _check_stateful(self, samples, batch_size):
        if samples % batch_size and self._model.stateful:
            raise ValueError(
                f"The model {self._model.name!r} is stateful: it remembers where each row of a "
                f"batch left off, so all batches must be of one size. {samples} samples do not "
                f"make whole batches of {batch_size}."
            )

    # -----------------------------------------------------------------------------------------
    # Single batches
    # -----------------------------------------------------------------------------------------
    def batch(self, x, y=None, sample_weight=None, class_weight=None):
        """Return one checked and cast batch (inputs, targets, weights, size)."""
        inputs, targets, weights, samples = self._standardize(x, y, sample_weight, class_weight)
        whole = slice(0, samples)
        return (
            self._cast_inputs(inputs),
            [batch_of(a, whole, t) for a, t in zip(targets, self._label_types(targets))],
            weights,
            samples,
        )

    def input_batch(self, x):
        """Return one checked and cast batch (inputs, [], [], size) for predicting."""
        inputs, samples = self._standardize_inputs(x)
        return self._cast_inputs(inputs), [], [], samples

    def _cast_inputs(self, inputs):
        types = self._model._input_types(inputs)
        whole = slice(None)
        return [batch_of(a, whole, t) for a, t in zip(inputs, types)]

    def _label_types(self, targets):
        outputs = self._model._compilation.outputs if targets else []
        return [output.label_dtype for output in outputs]

    # -----------------------------------------------------------------------------------------
    # Checking
    # -----------------------------------------------------------------------------------------
    def _standardize_inputs(self, x):
        """Return (input arrays, number of samples), after building the model where need be."""
        model = self._model
        inputs = model._arrange_inputs(x)
        samples = common_length(_named("input", model.input_names, inputs))
        if samples is None:
            raise ValueError("There are no input data: x is None or empty. Pass arrays as x.")
        model._check_given(inputs)
        if not model.built:
            model._build_on(inputs)
        shapes = model._input_shapes()
        names = model.input_names
        inputs = [check_input(a, n, s) for a, n, s in zip(inputs, names, shapes, strict=True)]
        return inputs, samples

    def _standardize(self, x, y, sample_weight, class_weight):
        """Return (inputs, targets, weights, samples), everything checked."""
        inputs, samples = self._standardize_inputs(x)
        self._ready_to_train(inputs)
        compilation = self._model._compilation
        outputs = compilation.outputs
        targets = _arrange_targets(self._model._list_targets(y), outputs)
        names = [output.name for output in outputs]
        common_length([("input", inputs), *_named("target", names, targets)])
        compilation.see_labels(targets)
        targets = [
            check_target(t, o, self.refuses_nan_targets)
            for t, o in zip(targets, outputs, strict=True)
        ]
        weights = arrange_weights(sample_weight, class_weight, targets, outputs)
        common_length([("input", inputs), ("sample_weight", weights)])
        if self.refuses_nan:
            self._refuse_missing_values(inputs, targets)
        return inputs, targets, weights, samples

    def _refuse_missing_values(self, inputs, targets):
        """Refuse NaN and infinity that would spoil the weights."""
        model = self._model
        if model.stateful:
            return  # to try a sample would change what the model remembers
        for array, name in zip(inputs, model.input_names):
            row = missing_values.first_bad_row(array)
            if row is None:
                continue
            if math.isnan(model._until_kept(model._loss_of, *self._sample(inputs, targets, row))):
                missing_values.refuse(name, array[row], row)

    def _sample(self, inputs, targets, row):
        """Return one row as a batch (inputs, targets)."""
        pairs = (inputs, self._model._input_types(inputs)), (targets, self._label_types(targets))
        index = slice(row, row + 1)
        return [[batch_of(a, index, t) for a, t in zip(*pair)] for pair in pairs]

    def _ready_to_train(self, inputs):
        """Resolve the compilation, and fix the trainable variables, once outputs are known."""
        model = self._model
        if not model._compilation.resolved:
            model._resolve(model._compilation, inputs)
        if model._targets is None:
            model._collect_trainable()
        elif model._freezings_seen != trainable_changes():
            self._look_for_frozen(model)

    @staticmethod
    def _look_for_frozen(model):
        """Warn, once, where other weights are set trainable now than when the model was compiled.

        To list the weights takes longer than a small batch, so it is done only after `trainable`
        of some layer has been set.
        """
        model._freezings_seen = trainable_changes()
        if not model._warned_frozen and len(model._targets) != len(model.trainable_weights):
            model._warned_frozen = True
            warnings.warn(
                f"The trainable weights of {model.name!r} changed after compile(): it trains "
                f"{len(model._targets)} of them, as when compiled, but "
                f"{len(model.trainable_weights)} are set trainable now. Compile again for the "
                "change to take effect.",
                stacklevel=7,
            )


class StructureFeeder:
    """Makes batches for steps that a model overrides: (x, y, sample_weight, size), nested as given.

    What fits is for the step to say. Floats are cast to the default float type.
    """

    def __init__(self, model):
        self._model = model

    def source(
        self,
        x,
        y=None,
        sample_weight=None,
        batch_size=None,
        class_weight=None,
        shuffle=False,
        steps=None,
        pool=None,
    ):
        """Return a source of batches (x, y, sample_weight, size); arguments as for `fit`."""
        _check_batch_size(batch_size)
        if _generates(x):
            _check_that_x_yields_all(y, sample_weight, batch_size)

            def prepare(batch):
                return self.batch(*unpack_x_y_sample_weight(batch), class_weight)

            return GeneratorSource(x, steps, prepare, shuffle=bool(shuffle), **(pool or {}))
        data, samples = self._arranged(x, y, sample_weight, class_weight)
        size = min(int(batch_size or DEFAULT_BATCH_SIZE), samples)
        return StructureSource(data, samples, size, shuffle, steps)

    def input_source(self, x, batch_size=None, steps=None, pool=None):
        """Return a source of batches (x, None, None, size) for predicting."""
        return self.source(x, batch_size=batch_size, steps=steps, pool=pool)

    def batch(self, x, y=None, sample_weight=None, class_weight=None):
        """Return one batch (x, y, sample_weight, size)."""
        data, samples = self._arranged(x, y, sample_weight, class_weight)
        return next(StructureSource(data, samples, samples).epoch())

    input_batch = batch

    def _arranged(self, x, y, sample_weight, class_weight):
        """Return ((x, y, sample_weight) of arrays, number of samples)."""
        x, y, sample_weight = (
            _arrays_in(part, what)
            for part, what in ((x, "x"), (y, "y"), (sample_weight, "sample_weight"))
        )
        samples = common_length(
            [("x", flatten(x)), ("y", flatten(y)), ("sample_weight", flatten(sample_weight))]
        )
        if samples is None:
            raise ValueError("There are no input data: x is None or empty. Pass arrays as x.")
        if class_weight is not None:
            sample_weight = self._weighted_by_class(y, sample_weight, class_weight)
        return (x, y, sample_weight), samples

    def _weighted_by_class(self, y, sample_weight, class_weight):
        if not isinstance(y, np.ndarray):
            raise ValueError("class_weight needs y to be one array of labels; use sample_weight.")
        output = _AnyOutput(config.floatx())
        return arrange_weights(sample_weight, class_weight, [y], [output])[0]


class _AnyOutput:
    """Stands for an output of which nothing is known when class weights are looked up."""

    name = "the model"
    shape = sample_weight_mode = None

    def __init__(self, dtype):
        self.dtype = np.dtype(dtype)


def _named(what, names, arrays):
    """Return pairs of a description and an array, names being told where there are several."""
    if len(arrays) == 1:
        return [(what, arrays)]
    return [(f"{what} {name!r}", [array]) for name, array in zip(names, arrays)]


def _generates(x):
    return is_generator(x) or yields_batches(x)


def _check_batch_size(batch_size):
    whole_number("batch_size", batch_size, least=1, optional=True)


def _check_that_x_yields_all(y, sample_weight, batch_size):
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"x yields batches with their own targets and weights, so {name} must be None: let "
                "x yield (x, y) or (x, y, sample_weight)."
            )
    if batch_size is not None:
        raise ValueError(
            "x yields batches as they are, so batch_size must be None: let x yield batches of "
            "the size that you want."
        )


def _arrange_targets(y, outputs):
    """Return a list with one target array, or None, per output.

    Outputs without loss and metrics have no labels; they may be left out of a list or dictionary.
    """
    names = [o.name for o in outputs]
    wanted = [o.name for o in outputs if o.wants_labels]
    if y is None:
        needed = [o.name for o in outputs if o.loss is not None] or wanted
        if needed:
            raise ValueError(
                f"No targets were given, but the loss or a metric of {needed[0]!r} needs them: "
                "pass y."
            )
        return [None] * len(outputs)
    if not wanted:
        # An error in Keras 2.1.5; scripts of Keras 3 do it where layers bring the loss along.
        warnings.warn(
            "Targets were given, but the model was compiled without a loss (loss=None) and without "
            "metrics: they are not looked at. Leave out y, or compile with a loss.",
            stacklevel=6,
        )
        return [None] * len(outputs)
    if isinstance(y, dict):
        given = {name: y.get(name) for name in names}
        missing = [name for name in wanted if given[name] is None]
        if missing:
            arrange(y, missing, "target")  # raises, and says what is there
        arrays = dict(zip(names, arrange(given, names, "target"), strict=True))
    elif isinstance(y, (list, tuple)) and len(y) == len(names) and len(names) > 1:
        arrays = dict(zip(names, arrange(y, names, "target"), strict=True))
    else:
        arrays = dict(zip(wanted, arrange(y, wanted, "target"), strict=True))
    for name in wanted:
        if arrays.get(name) is None:
            raise ValueError(f"The target for {name!r} is None, but its loss needs labels.")
    return [arrays.get(name) for name in names]


def _arrays_in(structure, what):
    """Return nested data as arrays; a list of plain numbers is one array."""
    if structure is None:
        return None
    if isinstance(structure, (list, tuple)) and is_number_list(structure):
        return as_array(structure, what)
    return map_structure(lambda leaf: None if leaf is None else as_array(leaf, what), structure)
