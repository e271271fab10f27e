"""evaluate, predict, and the same for single batches: what surrounds the loops."""

from ..callbacks import CallbackList, ProgbarLogger
from ..utils.live_line import resolve_verbose
from ..utils.nest import unpack_single
from .arguments import known_arguments, whole_number, worker_settings
from .compiling import Compiling
from .custom_steps import PREDICTING_STEP, TESTING_STEP, TRAINING_STEP, CustomSteps
from .feeding import Feeder, StructureFeeder
from .fitting import Fitting
from .generator_methods import GeneratorMethods
from .inspection import Inspection
from .loops import predict_all, test_epoch
from .runners import CustomPredictor, CustomRunner, StandardRunner
from .stepping import Stepping


class Training(Compiling, Fitting, Stepping, CustomSteps, GeneratorMethods, Inspection):
    """Mixin of `Model`: everything about training, testing and predicting."""

    # -----------------------------------------------------------------------------------------
    # Which way: the model's own steps, or steps that a model overrides
    # -----------------------------------------------------------------------------------------
    def _feeder(self, custom=False):
        return StructureFeeder(self) if custom else Feeder(self)

    def _training_runner(self):
        if self._overrides(TRAINING_STEP):
            return StructureFeeder(self), CustomRunner(self, self.train_step)
        return Feeder(self, refuses_nan=True), StandardRunner(self, self._train_batch)

    def _testing_runner(self):
        if self._overrides(TESTING_STEP):
            return StructureFeeder(self), CustomRunner(self, self.test_step)
        return Feeder(self), StandardRunner(self, self._test_batch)

    def _listeners(self, callbacks, params, add_history=False):
        """Return a CallbackList of the progress line and the user's callbacks."""
        bar = None
        if params["verbose"]:
            bar = ProgbarLogger("steps" if params["samples"] is None else "samples")
        return CallbackList([bar, callbacks], self, params, add_history=add_history)

    # -----------------------------------------------------------------------------------------
    # evaluate and predict
    # -----------------------------------------------------------------------------------------
    @known_arguments
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose=1,
        sample_weight=None,
        steps=None,
        callbacks=None,
        max_queue_size=None,
        workers=None,
        use_multiprocessing=None,
        return_dict=False,
    ):
        """Return the loss and the metrics on test data.

        Args: as for `fit`; `steps` is the number of batches, needed for a generator that has no
            end: another is read until it ends.

        Returns:
            The loss, a float; or the list of all numbers named by `metrics_names`; or a
            dictionary of them with `return_dict`.
        """
        self._require_compiled("testing")
        whole_number("steps", steps, least=1, optional=True)
        verbose = resolve_verbose(verbose)
        feeder, runner = self._testing_runner()
        pool = worker_settings(workers, use_multiprocessing, max_queue_size)
        source = feeder.source(x, y, sample_weight, batch_size, steps=steps, pool=pool)
        try:
            listeners = self._listeners(callbacks, _params(source, verbose))
            logs = _unless_broken_off(listeners, test_epoch, runner, source, listeners)
        finally:
            source.close()
        return logs if return_dict else unpack_single(list(logs.values()))

    @known_arguments
    def predict(
        self,
        x,
        batch_size=None,
        verbose=0,
        steps=None,
        callbacks=None,
        max_queue_size=None,
        workers=None,
        use_multiprocessing=None,
    ):
        """Return the outputs for `x` as arrays, computed batch by batch.

        Args: as for `fit`; `steps` is the number of batches, needed for a generator that has no
            end. Only the inputs are used of batches that are tuples.

        Returns:
            An array; a list of arrays where the model has several outputs, or a dictionary where
            its outputs are one.
        """
        whole_number("steps", steps, least=1, optional=True)
        verbose = resolve_verbose(verbose)
        custom = self._overrides(PREDICTING_STEP)
        predictor = CustomPredictor(self.predict_step) if custom else None
        pool = worker_settings(workers, use_multiprocessing, max_queue_size)
        source = self._feeder(custom).input_source(x, batch_size, steps, pool)
        try:
            listeners = self._listeners(callbacks, _params(source, verbose))
            run = predictor.run if custom else self._predict_for_loop
            pack = predictor.pack if custom else self._pack_outputs
            return _unless_broken_off(listeners, predict_all, run, pack, source, listeners)
        finally:
            source.close()

    def _make_predict_function(self):
        """Do nothing: Keras 2 compiles its graph here, which servers with threads call for."""

    _make_train_function = _make_test_function = _make_predict_function

    def _predict_for_loop(self, inputs, targets, weights, size):
        return self._predict_batch(inputs)

    # -----------------------------------------------------------------------------------------
    # Single batches
    # -----------------------------------------------------------------------------------------
    @known_arguments
    def train_on_batch(
        self,
        x,
        y=None,
        sample_weight=None,
        class_weight=None,
        reset_metrics=True,
        return_dict=False,
    ):
        """Make one update on one batch.

        Args:
            x, y, sample_weight, class_weight: as for `fit`.
            reset_metrics: whether metrics with a state forget earlier batches first.
            return_dict: whether to return a dictionary by name.

        Returns:
            The loss, or the list of numbers named by `metrics_names`, of this batch, computed
            before the update.
        """
        self._require_compiled("training")
        feeder, runner = self._training_runner()
        batch = feeder.batch(x, y, sample_weight, class_weight)
        return self._run_one(runner, batch, reset_metrics, return_dict)

    @known_arguments
    def test_on_batch(self, x, y=None, sample_weight=None, reset_metrics=True, return_dict=False):
        """Return the loss, or the list of numbers named by `metrics_names`, of one batch."""
        self._require_compiled("testing")
        feeder, runner = self._testing_runner()
        batch = feeder.batch(x, y, sample_weight)
        return self._run_one(runner, batch, reset_metrics, return_dict)

    def _run_one(self, runner, batch, reset_metrics, return_dict):
        runner.begin(reset_metrics)
        runner.run(*batch)
        logs = runner.batch_logs()
        return logs if return_dict else unpack_single(list(logs.values()))

    @known_arguments
    def predict_on_batch(self, x):
        """Return the outputs for one batch as arrays, in the form of `predict`."""
        custom = self._overrides(PREDICTING_STEP)
        batch = self._feeder(custom).input_batch(x)
        if custom:
            predictor = CustomPredictor(self.predict_step)
            return predictor.pack(predictor.run(*batch))
        return self._pack_outputs(self._predict_batch(batch[0]))


def _params(source, verbose):
    """Return what callbacks are told of a test or a prediction."""
    return {
        "batch_size": source.batch_size,
        "steps": source.size,
        "samples": source.samples if source.steps is None else None,
        "verbose": verbose,
    }


def _unless_broken_off(listeners, loop, *arguments):
    """Run a loop; if an exception ends it, leave the progress line readable."""
    try:
        return loop(*arguments)
    except BaseException:
        listeners.abort()
        raise
