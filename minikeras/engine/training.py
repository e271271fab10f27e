"""fit, evaluate, predict, and the same for single batches: what surrounds the loops."""

import inspect

from .. import config
from ..callbacks import CallbackList, ProgbarLogger
from ..utils.live_line import resolve_verbose, write_line
from ..utils.nest import unpack_single
from .arguments import (
    check_shuffle,
    check_validation_freq,
    known_arguments,
    older_names,
    validation_due,
    whole_number,
)
from .arrays import yields_batches
from .compiling import Compiling
from .custom_steps import PREDICTING_STEP, TESTING_STEP, TRAINING_STEP, CustomSteps
from .feeding import Feeder, StructureFeeder
from .generator_methods import GeneratorMethods
from .inspection import Inspection
from .interrupts import Interrupts
from .loops import predict_all, test_epoch, train_epoch
from .runners import CustomPredictor, CustomRunner, StandardRunner
from .sources import is_generator
from .splitting import hold_out
from .stepping import Stepping
from .training_run import TrainingRun


class Training(Compiling, Stepping, CustomSteps, GeneratorMethods, Inspection):
    """Mixin of `Model`: everything about training, testing and predicting.

    Attributes:
        history: the `History` of the last `fit`, None before.
        stop_training: set it to True, in a callback for instance, to end `fit` after this batch.
        training_run: the `TrainingRun` of the `fit` that is going on, else None.
    """

    history = None
    stop_training = False
    training_run = None

    # -----------------------------------------------------------------------------------------
    # Which way: the model's own steps, or steps that a model overrides
    # -----------------------------------------------------------------------------------------
    def _feeder(self, custom=False):
        return StructureFeeder(self) if custom else Feeder(self)

    def _training_runner(self):
        if self._overrides(TRAINING_STEP):
            return StructureFeeder(self), CustomRunner(self, self.train_step)
        return Feeder(self), StandardRunner(self, self._train_batch)

    def _testing_runner(self):
        if self._overrides(TESTING_STEP):
            return StructureFeeder(self), CustomRunner(self, self.test_step)
        return Feeder(self), StandardRunner(self, self._test_batch)

    # -----------------------------------------------------------------------------------------
    # fit
    # -----------------------------------------------------------------------------------------
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose=1,
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        max_queue_size=None,
        workers=None,
        use_multiprocessing=None,
        **older,
    ):
        """Train for a number of epochs and return the `History`.

        Args:
            x: array, list of arrays, dictionary by input name, generator, `Sequence`, or another
                iterable of batches. pandas data, data sets on disk (h5py) and lists of numbers
                count as arrays.
            y: targets in the same forms; None where `x` yields them.
            batch_size: samples per update, 32 if None.
            epochs: number of the epoch to end after.
            verbose: 0 silent, 1 a progress bar, 2 a line per epoch, 'auto' 1 on a terminal and 2
                elsewhere.
            callbacks: list of `Callback`s.
            validation_split: share of the data, its last part, that is held out; the rest is
                trained on. Sample weights are split with it; class weights only act in training.
            validation_data: (x, y) or (x, y, sample_weight), or a generator or `Sequence`; used
                in the place of `validation_split`.
            shuffle: True, False, or 'batch' to shuffle whole batches. A generator's batches come
                as they are; those of a `Sequence` are shuffled.
            class_weight: dictionary class -> weight, or such dictionaries by output name; with
                `sample_weight` the two are multiplied.
            sample_weight: one weight per sample, or per time step; a list or a dictionary by name
                for several outputs.
            initial_epoch: number of the epoch to begin with.
            steps_per_epoch: batches per epoch; needed for an endless generator. With arrays an
                epoch goes on where the one before stopped.
            validation_steps: batches of validation data.
            validation_batch_size: `batch_size` if None.
            validation_freq: validate every so many epochs, or a list of epoch numbers from 1.
            max_queue_size, workers, use_multiprocessing: how batches are made ahead of time; by
                default as a `Sequence` says itself, and not at all for a generator.
            older: `nb_epoch`, Keras 1's name of `epochs`.

        Raises:
            RuntimeError: not compiled.
            ValueError, TypeError: data or arguments that do not fit; no weight has changed then.
        """
        self._require_compiled("training")
        if older:
            known = list(inspect.signature(Training.fit).parameters)[1:-1]
            epochs = older_names("fit", older, {"nb_epoch": "epochs"}, known)["epochs"]
        _check_fit(epochs, initial_epoch, steps_per_epoch, validation_steps)
        check_validation_freq(validation_freq)
        check_shuffle(shuffle)
        verbose = resolve_verbose(verbose)
        pool = _pool(workers, use_multiprocessing, max_queue_size)
        if validation_data is None and validation_split:
            (x, y, sample_weight), validation_data = hold_out(x, y, sample_weight, validation_split)
        config.restart_streams()
        feeder, runner = self._training_runner()
        source = feeder.source(
            x, y, sample_weight, batch_size, class_weight, shuffle, steps_per_epoch, pool
        )
        validation = None
        try:
            if getattr(source, "is_exhaustible", False) and epochs - initial_epoch > 1:
                raise ValueError(
                    "A generator has no length: say how many batches make an epoch with "
                    "steps_per_epoch=."
                )
            if validation_data is not None:
                validation = self._validation(
                    validation_data, batch_size, validation_batch_size, validation_steps, pool
                )
            params = {
                "batch_size": source.batch_size,
                "epochs": epochs,
                "steps": source.size,
                "samples": source.samples if source.steps is None else None,
                "verbose": verbose,
                "do_validation": validation is not None,
                "metrics": self._logged_names(validation is not None),
            }
            if verbose and validation is not None:
                _announce(source, validation[1])
            listeners = self._listeners(callbacks, params, add_history=True)
            if validation is not None:
                listeners.validation_data = validation_data
            self._run_epochs(
                runner,
                source,
                validation,
                listeners,
                params,
                validation_freq,
                range(initial_epoch, epochs),
            )
        finally:
            source.close()
            if validation is not None:
                validation[1].close()
        return self.history

    def _validation(self, data, batch_size, own_batch_size, steps, pool):
        """Return (runner, source) for the validation inside `fit`."""
        whole_number("validation_batch_size", own_batch_size, least=1, optional=True)
        feeder, runner = self._testing_runner()
        if is_generator(data) or yields_batches(data):
            source = feeder.source(data, batch_size=own_batch_size, steps=steps, pool=pool)
            _refuse_endless(source, "validation_steps")
            return runner, source
        if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
            items = len(data) if hasattr(data, "__len__") else "no"
            raise ValueError(
                "validation_data must be (x, y) or (x, y, sample_weight), but got "
                f"{type(data).__name__} with {items} items."
            )
        x, y, weight = (*data, None)[:3]
        if is_generator(x) or yields_batches(x):
            raise ValueError("Pass a generator of validation batches as validation_data itself.")
        return runner, feeder.source(x, y, weight, own_batch_size or batch_size, steps=steps)

    def _logged_names(self, validating):
        """Return the names that an epoch's logs will hold; empty for what only a step knows."""
        names = self.metrics_names if self._compilation.resolved else []
        return names + ["val_" + name for name in names] if validating else names

    def _listeners(self, callbacks, params, add_history=False):
        """Return a CallbackList of the progress line and the user's callbacks."""
        bar = None
        if params["verbose"]:
            bar = ProgbarLogger("steps" if params["samples"] is None else "samples")
        return CallbackList([bar, callbacks], self, params, add_history=add_history)

    def _run_epochs(self, runner, source, validation, listeners, params, frequency, epochs):
        """Run the epochs and tell the callbacks."""
        self.stop_training = False
        run = TrainingRun(self, runner, source, validation, listeners, epochs)
        self.training_run = run
        try:
            with Interrupts(run.how_far) as interrupts:
                listeners.on_train_begin()
                while run.goes_on:
                    epoch = run.epoch
                    listeners.on_epoch_begin(epoch)
                    logs = train_epoch(self, runner, source, listeners, run, interrupts)
                    if validation is not None and validation_due(epoch, frequency):
                        for name, value in test_epoch(*validation, listeners).items():
                            logs["val_" + name] = value
                    _learn_names(params["metrics"], logs)
                    run.end_epoch()
                    listeners.on_epoch_end(epoch, logs)
                    run.over = self.stop_training
                self.optimizer.finalize_variable_values(self._targets or ())
                listeners.on_train_end()
        except BaseException:
            listeners.abort()
            raise
        finally:
            self.training_run = None

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

        Args: as for `fit`; `steps` is the number of batches, needed for a generator.

        Returns:
            The loss, a float; or the list of all numbers named by `metrics_names`; or a
            dictionary of them with `return_dict`.
        """
        self._require_compiled("testing")
        whole_number("steps", steps, least=1, optional=True)
        verbose = resolve_verbose(verbose)
        feeder, runner = self._testing_runner()
        pool = _pool(workers, use_multiprocessing, max_queue_size)
        source = feeder.source(x, y, sample_weight, batch_size, steps=steps, pool=pool)
        try:
            _refuse_endless(source, "steps")
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

        Args: as for `fit`; `steps` is the number of batches, needed for a generator, of which
            only the inputs are used if it yields tuples.

        Returns:
            An array; a list of arrays where the model has several outputs, or a dictionary where
            its outputs are one.
        """
        whole_number("steps", steps, least=1, optional=True)
        verbose = resolve_verbose(verbose)
        custom = self._overrides(PREDICTING_STEP)
        predictor = CustomPredictor(self.predict_step) if custom else None
        pool = _pool(workers, use_multiprocessing, max_queue_size)
        source = self._feeder(custom).input_source(x, batch_size, steps, pool)
        try:
            _refuse_endless(source, "steps")
            listeners = self._listeners(callbacks, _params(source, verbose))
            run = predictor.run if custom else self._predict_for_loop
            results = _unless_broken_off(listeners, predict_all, run, source, listeners)
        finally:
            source.close()
        return predictor.pack(results) if custom else self._pack_outputs(results)

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


def _check_fit(epochs, initial_epoch, steps_per_epoch, validation_steps):
    whole_number("epochs", epochs, least=0)
    whole_number("initial_epoch", initial_epoch, least=0)
    whole_number("steps_per_epoch", steps_per_epoch, least=1, optional=True)
    whole_number("validation_steps", validation_steps, least=1, optional=True)


def _pool(workers, use_multiprocessing, max_queue_size):
    whole_number("workers", workers, least=0, optional=True)
    return {
        "workers": workers,
        "use_multiprocessing": use_multiprocessing,
        "max_queue_size": max_queue_size,
    }


def _params(source, verbose):
    """Return what callbacks are told of a test or a prediction."""
    return {
        "batch_size": source.batch_size,
        "steps": source.size,
        "samples": source.samples if source.steps is None else None,
        "verbose": verbose,
    }


def _learn_names(known, logs):
    """Add names that only an epoch's logs have shown: what `add_metric` reports, for instance."""
    if any(name not in known for name in logs):
        known[:] = [*logs, *(name for name in known if name not in logs)]


def _announce(source, validation):
    """Say how many samples there are, as Keras 2.1.5 does where it validates."""
    if source.samples is not None and validation.samples is not None:
        write_line(f"Train on {source.samples} samples, validate on {validation.samples} samples")


def _refuse_endless(source, argument):
    if getattr(source, "is_exhaustible", False):
        raise ValueError(
            f"A generator has no length: say how many batches to take with {argument}=."
        )


def _unless_broken_off(listeners, loop, *arguments):
    """Run a loop; if an exception ends it, leave the progress line readable."""
    try:
        return loop(*arguments)
    except BaseException:
        listeners.abort()
        raise
