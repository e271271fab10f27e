"""compile(): what a model is trained for, by which optimizer, and which weights move."""

import inspect

from .. import optimizers
from ..autograd import leaves_of
from ..layers.base import trainable_changes
from ..metrics import Metric
from ..utils.nest import as_list, flatten
from .arguments import older_names, whole_number
from .compilation import Compilation
from .custom_steps import STEPS

# Methods by which models of other backends replace the machinery beneath `train_step`.
_OF_OTHER_BACKENDS = (
    "make_train_function",
    "make_test_function",
    "make_predict_function",
    "compute_loss_and_updates",
    "stateless_compute_loss",
)


class Compiling:
    """Mixin of `Model`: `compile`, and what it settled.

    Attributes:
        optimizer: an instance, None before `compile`.
        loss, loss_weights, weighted_metrics, sample_weight_mode: as `compile` got them.
        run_eagerly: as `compile` got it; everything runs eagerly in any case.
        jit_compile: always False.
    """

    optimizer = loss = loss_weights = weighted_metrics = sample_weight_mode = None
    run_eagerly = jit_compile = False
    _compilation = None
    _targets = None  # the variables that training moves, once they are known
    _target_leaves = frozenset()
    _penalties = ()
    _penalty_functions = ()
    _warned_frozen = False
    _freezings_seen = 0

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        metrics=None,
        loss_weights=None,
        sample_weight_mode=None,
        weighted_metrics=None,
        target_tensors=None,
        run_eagerly=None,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
        **unknown,
    ):
        """Settle how the model is to be trained.

        Which weights move is settled here too: setting `trainable` later has no effect before the
        model is compiled again.

        Args:
            optimizer: name, config, class or instance.
            loss: name, function, class or instance; a list or a dictionary by output name for
                several outputs, None in it for an output without a loss; None where layers or
                `add_loss` provide it.
            metrics: list of names, functions, classes or instances, for every output with a loss;
                or a list of such lists, one for each output; or a dictionary by output name.
                'accuracy' and 'crossentropy' are understood according to loss and labels.
            loss_weights: factors of the outputs' losses, a list or a dictionary by output name.
            sample_weight_mode: 'temporal' for sample weights of shape (samples, time steps); a
                list or a dictionary for several outputs.
            weighted_metrics: metrics that take the sample weights into account.
            target_tensors: refused: it feeds a backend's own tensors.
            run_eagerly, jit_compile, auto_scale_loss, steps_per_execution: how other backends
                execute. Everything runs step by step here, and an optimizer with a
                `loss_scale_factor` always scales the loss, so that they make no difference.

        Raises:
            ValueError, TypeError: unknown names, or settings that do not fit the outputs.
        """
        if unknown:
            parameters = list(inspect.signature(Compiling.compile).parameters)[1:-1]
            older_names("compile", unknown, {}, parameters)
        if target_tensors is not None:
            raise ValueError(
                "target_tensors feeds a backend's own tensors. Pass the targets to fit() as y."
            )
        whole_number("steps_per_execution", steps_per_execution, least=1, optional=True)
        for name in _OF_OTHER_BACKENDS:
            if hasattr(type(self), name):
                raise TypeError(
                    f"{type(self).__name__} defines {name}(), which belongs to the machinery of "
                    "another backend and would never be called here. Override train_step(data), "
                    "test_step(data) or predict_step(data) instead."
                )
        self._check_steps()
        optimizer = optimizers.get(optimizer)
        if optimizer is None:
            raise ValueError("compile() needs an optimizer: a name such as 'adam', or an instance.")
        compilation = Compilation(
            optimizer, loss, metrics, loss_weights, sample_weight_mode, weighted_metrics
        )
        if self._graph is not None:
            self._resolve(compilation)
        self._compilation = compilation
        self._forget_kept()
        self.optimizer = optimizer
        self.loss = loss
        self.loss_weights = loss_weights
        self.weighted_metrics = weighted_metrics
        self.sample_weight_mode = sample_weight_mode
        self.run_eagerly = bool(run_eagerly)
        self._targets = None
        self._warned_frozen = False
        if self.built:
            self._collect_trainable()

    def _resolve(self, compilation, inputs=None):
        """Sort a compilation out over the outputs, found by running `inputs` where need be."""
        names, shapes, dtypes = self._describe_outputs(inputs)
        compilation.resolve(names, shapes, dtypes, self._tracked_metrics())

    def _forget_outputs(self):
        """Sort out again, at the next use, what had been settled for other layers and outputs."""
        self._targets = None
        if self._compilation is not None:
            self._compilation.unresolve()

    def _collect_trainable(self):
        """Fix which variables training moves, and the penalties on weights."""
        self._targets = self.trainable_weights
        self._freezings_seen = trainable_changes()
        self._target_leaves = leaves_of(self._targets)
        self._penalties = self._regularized()
        self._penalty_functions = self._all_loss_functions()

    def _tracked_metrics(self):
        """Return the metric objects in attributes of this model and its layers (Keras 3)."""
        compilation = self._compilation
        given = () if compilation is None else (compilation.metrics, compilation.weighted_metrics)
        found, waiting, seen = {}, [self], set()
        while waiting:
            layer = waiting.pop(0)
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            held = [item for value in vars(layer).values() for item in as_list(value)]
            found.update({id(item): item for item in held if isinstance(item, Metric)})
            waiting += layer._sublayers()
        for metric in flatten(given):
            found.pop(id(metric), None)
        return list(found.values())

    def _require_compiled(self, what):
        if self._compilation is None:
            raise RuntimeError(
                f"The model {self.name!r} must be compiled before {what}: call "
                "model.compile(optimizer, loss) first."
            )

    @property
    def compiled(self):
        """Whether `compile` was called."""
        return self._compilation is not None

    @property
    def metrics(self):
        """The metrics as `compile` was given them, a list or dictionary, as in Keras 2.1.5.

        A model with a step of its own, which Keras 2.1.5 has not, sees them as Keras 3 has them:
        objects, the mean loss among them.
        """
        if self._overrides(STEPS):
            return self._metric_objects()
        given = None if self._compilation is None else self._compilation.metrics
        return given if isinstance(given, dict) else as_list(given)

    @property
    def _lists_its_metrics(self):
        """Whether the model overrides `metrics`, to say which objects shall be reset."""
        return type(self).metrics is not Compiling.metrics

    @property
    def metrics_names(self):
        """The names of the numbers that `evaluate` and `train_on_batch` return."""
        if self._compilation is None or self._compilation.board is None:
            return ["loss"]
        return list(self._compilation.board.names)
