"""fit: what surrounds the epochs of a training."""

import inspect

import numpy as np

from .. import config
from ..callbacks import TerminateOnNaN
from ..utils.live_line import resolve_verbose, write_line
from ..utils.nest import flatten
from .arguments import (
    check_shuffle,
    check_validation_freq,
    older_names,
    validation_due,
    whole_number,
    worker_settings,
)
from .arrays import yields_batches
from .generator_source import is_generator, refuse_endless
from .interrupts import Interrupts
from .loops import test_epoch, train_epoch
from .splitting import hold_out
from .training_run import TrainingRun


class Fitting:
    """Mixin of `Model`: `fit`.

    Attributes:
        history: the `History` of the last `fit`, None before.
        stop_training: set it to True, in a callback for instance, to end `fit` after this batch.
        training_run: the `TrainingRun` of the `fit` that is going on, else None.
    """

    history = None
    stop_training = False
    training_run = None

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
            validation_steps: batches of validation data, from its first each time; needed for a
                generator, which goes on where it stopped.
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
            known = list(inspect.signature(Fitting.fit).parameters)[1:-1]
            epochs = older_names("fit", older, {"nb_epoch": "epochs"}, known)["epochs"]
        _check_fit(epochs, initial_epoch, steps_per_epoch, validation_steps)
        check_validation_freq(validation_freq)
        check_shuffle(shuffle)
        verbose = resolve_verbose(verbose)
        pool = worker_settings(workers, use_multiprocessing, max_queue_size)
        if validation_data is None and validation_split:
            (x, y, sample_weight), validation_data = hold_out(x, y, sample_weight, validation_split)
        config.restart_streams()
        feeder, runner = self._training_runner()
        if any(isinstance(callback, TerminateOnNaN) for callback in flatten(callbacks)):
            feeder.refuses_nan = feeder.refuses_nan_targets = False
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
                if epochs - initial_epoch > 1:
                    refuse_endless(validation_data, validation_steps, "validation_steps")
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
                listeners.validation_data = _as_callbacks_see_it(validation_data, validation[1])
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
            return runner, feeder.source(data, batch_size=own_batch_size, steps=steps, pool=pool)
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

    def _run_epochs(self, runner, source, validation, listeners, params, frequency, epochs):
        """Run the epochs and tell the callbacks."""
        self.stop_training = False
        run = TrainingRun(self, runner, source, validation, listeners, epochs)
        self.training_run = run
        logs = None
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
                listeners.on_train_end(logs)
        except BaseException:
            listeners.abort()
            raise
        finally:
            self.training_run = None


def _as_callbacks_see_it(data, source):
    """Return validation arrays as the flat list of Keras 2: inputs, targets, sample weights."""
    arrays = getattr(source, "inputs", None)
    if not arrays:
        return data  # a generator, or data nested as a model's own test_step takes them
    weights = source.weights or [None] * len(source.targets)
    known = [np.ones(source.samples, config.floatx()) if w is None else w for w in weights]
    return [*arrays, *source.targets, *known]


def _check_fit(epochs, initial_epoch, steps_per_epoch, validation_steps):
    whole_number("epochs", epochs, least=0)
    whole_number("initial_epoch", initial_epoch, least=0)
    whole_number("steps_per_epoch", steps_per_epoch, least=1, optional=True)
    whole_number("validation_steps", validation_steps, least=1, optional=True)


def _learn_names(known, logs):
    """Add names that only an epoch's logs have shown: what `add_metric` reports, for instance."""
    if any(name not in known for name in logs):
        known[:] = [*logs, *(name for name in known if name not in logs)]


def _announce(source, validation):
    """Say how many samples there are, as Keras 2.1.5 does where it validates."""
    if source.samples is not None and validation.samples is not None:
        write_line(f"Train on {source.samples} samples, validate on {validation.samples} samples")
