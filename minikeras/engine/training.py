"""fit, evaluate and predict: the loops over batches and epochs, and what surrounds them."""

import warnings

import numpy as np

from .. import config, optimizers
from ..callbacks import CallbackList, Logs, ProgbarLogger
from ..memory import keep_freed_memory
from ..utils.nest import as_list, flatten, unpack_single
from ..utils.live_line import resolve_verbose, write_line
from ..utils.progbar import Progbar
from .arrays import arrange, as_array, check_input, check_lengths, check_target
from .compilation import Compilation
from .sample_weights import arrange_weights
from .sources import ArraySource, GeneratorSource, is_generator
from .stepping import Stepping

_WORKER_DEFAULTS = {"workers": 0, "use_multiprocessing": False, "max_queue_size": 10}


class Training(Stepping):
    """Mixin of `Model`: everything about training, testing and predicting."""

    optimizer = None
    history = None
    stop_training = False
    _compilation = None
    _targets = None

    # -----------------------------------------------------------------------------------------
    # compile
    # -----------------------------------------------------------------------------------------
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
        steps_per_execution=None,
        jit_compile=None,
        auto_scale_loss=None,
    ):
        """Settle how the model is to be trained.

        Args:
            optimizer: name or instance.
            loss: name, function or instance; a list or a dictionary by output name for several
                outputs; None where layers or `add_loss` provide it.
            metrics: list of names, functions or instances, 'accuracy' being understood according
                to the loss; nested lists or a dictionary for several outputs.
            loss_weights: factors of the outputs' losses, a list or a dictionary.
            sample_weight_mode: 'temporal' for sample weights of shape (samples, time steps).
            weighted_metrics: metrics that take the sample weights into account.
            target_tensors: refused: it feeds a backend's own tensors.
            run_eagerly, jit_compile, auto_scale_loss: how other backends execute; everything
                runs as it is here, so they make no difference.
            steps_per_execution: 1 or None.

        Raises:
            ValueError: unknown names, or settings that do not fit the outputs.
        """
        if target_tensors is not None:
            raise ValueError(
                "target_tensors feeds a backend's own tensors. Pass the targets to fit() as y."
            )
        if steps_per_execution not in (None, 1):
            raise ValueError("steps_per_execution must be 1: steps run one at a time here.")
        optimizer = optimizers.get(optimizer)
        if optimizer is None:
            raise ValueError("compile() needs an optimizer: a name such as 'adam', or an instance.")
        compilation = Compilation(
            optimizer, loss, metrics, loss_weights, sample_weight_mode, weighted_metrics
        )
        if self._graph is not None:
            compilation.resolve(self.output_names, [t.shape for t in self.outputs])
        keep_freed_memory()
        self._compilation = compilation
        self.optimizer = optimizer
        self._targets = None
        if self.built:
            self._collect_trainable()

    def _require_compiled(self, what):
        if self._compilation is None:
            raise RuntimeError(
                f"The model must be compiled before {what}: call "
                "model.compile(optimizer, loss) first."
            )

    @property
    def compiled(self):
        """Whether `compile` was called."""
        return self._compilation is not None

    @property
    def loss(self):
        """The loss as `compile` was given it."""
        return None if self._compilation is None else self._compilation.loss

    @property
    def loss_weights(self):
        """The loss weights as `compile` was given them."""
        return None if self._compilation is None else self._compilation.loss_weights

    @property
    def metrics(self):
        """The metrics as `compile` was given them, a list."""
        return [] if self._compilation is None else as_list(self._compilation.metrics)

    @property
    def weighted_metrics(self):
        """The weighted metrics as `compile` was given them."""
        return None if self._compilation is None else self._compilation.weighted_metrics

    @property
    def sample_weight_mode(self):
        """The sample weight mode as `compile` was given it."""
        return None if self._compilation is None else self._compilation.sample_weight_mode

    @property
    def metrics_names(self):
        """The names of the numbers that `evaluate` and `train_on_batch` return."""
        if self._compilation is None or not self._compilation.resolved:
            return ["loss"]
        return list(self._compilation.all_names)

    # -----------------------------------------------------------------------------------------
    # From user data to batches
    # -----------------------------------------------------------------------------------------
    def _ready(self, x):
        """Build the model on the shapes of `x` where need be; return its input arrays."""
        inputs = self._arrange_inputs(x)
        if not self.built:
            self._build_on(inputs)
        return [
            None if a is None else check_input(a, name, shape)
            for a, name, shape in zip(inputs, self.input_names, self._input_shapes(), strict=True)
        ]

    def _ready_to_train(self, inputs):
        """Resolve the compilation, and fix the trainable variables, once outputs are known."""
        if not self._compilation.resolved:
            names, shapes = self._output_names_and_shapes(inputs)
            self._compilation.resolve(names, shapes)
        if self._targets is None:
            self._collect_trainable()
        elif len(self._targets) != len(self.trainable_weights) and not self._warned_frozen:
            self._warned_frozen = True
            warnings.warn(
                f"The trainable weights of {self.name!r} changed after compile(): it trains "
                f"{len(self._targets)} of them, as when compiled, but "
                f"{len(self.trainable_weights)} are set trainable now. Compile again for the "
                "change to take effect.",
                stacklevel=4,
            )

    def _standardize(self, x, y, sample_weight, class_weight=None):
        """Return (inputs, targets, weights, samples), everything checked."""
        inputs = self._ready(x)
        samples = check_lengths([("input", inputs)])
        if samples is None:
            raise ValueError("There is no input data: x is None or empty.")
        self._ready_to_train([None if a is None else a[: min(samples, 2)] for a in inputs])
        outputs = self._compilation.outputs
        names = [o.name for o in outputs]
        wanted = [o.name for o in outputs if o.loss is not None]
        if y is None and wanted:
            raise ValueError(
                f"No targets were given, but the loss of {wanted[0]!r} needs them: pass y=."
            )
        if y is not None and not wanted and not self._compilation.slots:
            raise ValueError(
                "Targets were given, but the model was compiled without a loss (loss=None)."
            )
        if isinstance(y, dict):
            y = {**{n: None for n in names if n not in wanted}, **y}
        elif y is not None and len(wanted) < len(names) and len(as_list(y)) == len(wanted):
            given = iter(as_list(y))
            y = {n: next(given) if n in wanted else None for n in names}
        if isinstance(y, dict) and any(v is None for v in y.values()):
            some = {k: v for k, v in y.items() if v is not None}
            arranged = dict(zip(some, arrange(some, list(some), "target"), strict=True))
            targets = [arranged.get(n) for n in names]
        else:
            targets = arrange(y, names, "target")
        check_lengths([("input", inputs), ("target", targets)])
        targets = [check_target(t, o) for t, o in zip(targets, outputs, strict=True)]
        weights = arrange_weights(sample_weight, class_weight, targets, outputs)
        check_lengths([("input", inputs), ("sample_weight", weights)])
        return inputs, targets, weights, samples

    def _target_types(self):
        """Return per output the type that targets are cast to; class numbers stay integers."""
        return [None if o.sparse else self.compute_dtype for o in self._compilation.outputs]

    def _prepare(self, x, y, sample_weight=None, class_weight=None):
        """Return one checked and cast batch `(inputs, targets, weights, size)`."""
        inputs, targets, weights, samples = self._standardize(x, y, sample_weight, class_weight)
        source = ArraySource(
            inputs,
            targets,
            weights,
            samples,
            samples,
            self._input_types(inputs),
            self._target_types(),
        )
        return next(source.epoch())

    def _source(
        self,
        x,
        y,
        sample_weight,
        batch_size,
        class_weight=None,
        shuffle=False,
        steps=None,
        workers=None,
    ):
        """Return a source of batches for whatever the user passed."""
        if is_generator(x) or (not hasattr(x, "shape") and _yields_batches(x)):
            if y is not None or sample_weight is not None:
                raise ValueError(
                    "x yields its own targets and sample weights: y and sample_weight must be None."
                )
            settings = {**_WORKER_DEFAULTS, **(workers or {})}

            def prepare(x, y, sample_weight):
                return self._prepare(x, y, sample_weight, class_weight)

            return GeneratorSource(x, steps, prepare, shuffle=shuffle is not False, **settings)
        inputs, targets, weights, samples = self._standardize(x, y, sample_weight, class_weight)
        return ArraySource(
            inputs,
            targets,
            weights,
            samples,
            _batch_size(batch_size, samples),
            self._input_types(inputs),
            self._target_types(),
            shuffle,
            steps,
        )

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
        max_queue_size=10,
        workers=None,
        use_multiprocessing=False,
        nb_epoch=None,
    ):
        """Train for a number of epochs and return the `History`.

        Args:
            x: array, list of arrays, dictionary by input name, generator or `Sequence`.
            y: targets in the same forms; None where `x` yields them.
            batch_size: samples per update, 32 if None.
            epochs: number of the epoch to end after.
            verbose: 0 silent, 1 a progress bar, 2 a line per epoch, 'auto' 1 on a terminal and 2
                elsewhere.
            callbacks: list of `Callback`s.
            validation_split: the last part of the data, from 0 to 1, is held out.
            validation_data: (x, y) or (x, y, sample_weight), or a generator.
            shuffle: True, False, or 'batch' to shuffle whole batches.
            class_weight: dictionary class -> weight.
            sample_weight: one weight per sample, or per time step with
                `sample_weight_mode='temporal'`.
            initial_epoch: number of the epoch to begin with.
            steps_per_epoch: batches per epoch; needed for an endless generator.
            validation_steps: batches of validation data.
            validation_batch_size: `batch_size` if None.
            validation_freq: validate every so many epochs, or a list of epoch numbers from 1.
            max_queue_size, workers, use_multiprocessing: how a generator is read ahead.
            nb_epoch: Keras 1's name of `epochs`.

        Raises:
            RuntimeError: not compiled.
            ValueError, TypeError: data or arguments that do not fit; no weight has changed then.
        """
        self._require_compiled("training")
        if nb_epoch is not None:
            warnings.warn("nb_epoch is now epochs.", DeprecationWarning, stacklevel=2)
            epochs = nb_epoch
        _check_counts(epochs, initial_epoch, steps_per_epoch, validation_steps, verbose)
        if shuffle not in (True, False, "batch"):
            raise ValueError(f"shuffle is True, False or 'batch', not {shuffle!r}.")
        pool = {
            "workers": workers or 0,
            "use_multiprocessing": use_multiprocessing,
            "max_queue_size": max_queue_size,
        }
        if validation_data is None and validation_split:
            x, y, sample_weight, validation_data = _hold_out(
                x, y, sample_weight, validation_split
            )
        config.restart_streams()
        source = self._source(
            x, y, sample_weight, batch_size, class_weight, shuffle, steps_per_epoch, pool
        )
        validation = None
        if validation_data is not None:
            validation = self._validation_source(
                validation_data, validation_batch_size or batch_size, validation_steps, pool
            )
        try:
            return self._fit_loop(
                source,
                validation,
                validation_data,
                epochs=epochs,
                initial_epoch=initial_epoch,
                verbose=resolve_verbose(verbose),
                callbacks=callbacks,
                validation_freq=validation_freq,
                batch_size=batch_size,
            )
        finally:
            for opened in (source, validation):
                if isinstance(opened, GeneratorSource):
                    opened.close()

    def _validation_source(self, data, batch_size, steps, pool):
        if is_generator(data) or (not isinstance(data, (tuple, list)) and _yields_batches(data)):
            if steps is None and not hasattr(data, "__len__"):
                raise ValueError(
                    "validation_data is a generator: say how many batches to take with "
                    "validation_steps=."
                )
            return self._source(data, None, None, batch_size, steps=steps, workers=pool)
        if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
            raise ValueError(
                "validation_data must be (x, y) or (x, y, sample_weight), but it has "
                f"{len(data) if hasattr(data, '__len__') else 'no'} items."
            )
        x, y, weight = (*data, None)[:3]
        return self._source(x, y, weight, batch_size, steps=steps)

    def _fit_loop(
        self,
        source,
        validation,
        validation_data,
        *,
        epochs,
        initial_epoch,
        verbose,
        callbacks,
        validation_freq,
        batch_size,
    ):
        """Run the epochs and tell the callbacks."""
        compilation = self._compilation
        names = compilation.names
        params = {
            "batch_size": getattr(source, "batch_size", batch_size),
            "epochs": epochs,
            "steps": source.size,
            "samples": source.samples if getattr(source, "steps", None) is None else None,
            "verbose": verbose,
            "do_validation": validation is not None,
            "metrics": names + (["val_" + n for n in names] if validation is not None else []),
        }
        if verbose and source.samples is not None:
            line = f"Train on {source.samples} samples"
            if validation is not None and validation.samples is not None:
                line += f", validate on {validation.samples} samples"
            write_line(line)
        bar = [ProgbarLogger("steps" if params["samples"] is None else "samples")]
        listeners = CallbackList(
            [bar if verbose else None, callbacks], self, params, add_history=True
        )
        if validation is not None:
            listeners.validation_data = validation_data
        self.stop_training = False
        try:
            listeners.on_train_begin()
            for epoch in range(initial_epoch, epochs):
                listeners.on_epoch_begin(epoch)
                logs = self._train_epoch(source, listeners)
                if validation is not None and _due(epoch, validation_freq):
                    results = self._test_epoch(validation, listeners)
                    for name, value in results.items():
                        logs["val_" + name] = value
                listeners.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
            self.optimizer.finalize_variable_values(self.trainable_weights)
            listeners.on_train_end()
        except BaseException:
            listeners.abort()
            raise
        return self.history

    def _train_epoch(self, source, listeners):
        """Train on all batches of one epoch; return its averages as logs."""
        compilation = self._compilation
        compilation.reset()
        averages = _Averages(1 + len(compilation.loss_names))
        train = self._train_batch
        for step, (inputs, targets, weights, size) in enumerate(source.epoch()):
            if listeners.train_batch_begin:
                listeners.on_train_batch_begin(step, Logs(batch=step, size=size))
            values = train(inputs, targets, weights, size)
            averages.add(values, size)
            if listeners.train_batch_end:
                logs = Logs(zip(compilation.all_names, values, strict=True))
                logs["batch"], logs["size"] = step, size
                listeners.on_train_batch_end(step, logs)
            if self.stop_training:
                break
        return self._epoch_logs(averages)

    def _test_epoch(self, source, listeners=None, progress=None):
        """Test on all batches of a source; return the averages as logs."""
        compilation = self._compilation
        compilation.reset()
        averages = _Averages(1 + len(compilation.loss_names))
        if listeners is not None:
            listeners.on_test_begin()
        for step, (inputs, targets, weights, size) in enumerate(source.epoch()):
            if listeners is not None and listeners.test_batch_begin:
                listeners.on_test_batch_begin(step, Logs(batch=step, size=size))
            values = self._test_batch(inputs, targets, weights, size)
            averages.add(values, size)
            if listeners is not None and listeners.test_batch_end:
                logs = Logs(zip(compilation.all_names, values, strict=True))
                logs["batch"], logs["size"] = step, size
                listeners.on_test_batch_end(step, logs)
            if progress is not None:
                progress.update(averages.samples if source.samples else step + 1)
        logs = self._epoch_logs(averages)
        if listeners is not None:
            listeners.on_test_end(logs)
        return logs

    def _epoch_logs(self, averages):
        compilation = self._compilation
        logs = Logs(zip(["loss", *compilation.loss_names], averages.means(), strict=True))
        for slot, _, _ in compilation.slots:
            value = slot.result()
            if isinstance(value, dict):
                logs.update(value)
            else:
                logs[slot.log_name] = value
        for name, (total, count) in compilation.extra.items():
            logs[name] = total / count
        return logs

    # -----------------------------------------------------------------------------------------
    # evaluate and predict
    # -----------------------------------------------------------------------------------------
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose=1,
        sample_weight=None,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=None,
        use_multiprocessing=False,
        return_dict=False,
    ):
        """Return the loss and the metrics on test data.

        Args: as for `fit`; `steps` limits the number of batches.

        Returns:
            The loss, a float; or the list of all numbers named by `metrics_names`; or a
            dictionary of them with `return_dict`.
        """
        self._require_compiled("testing")
        pool = {
            "workers": workers or 0,
            "use_multiprocessing": use_multiprocessing,
            "max_queue_size": max_queue_size,
        }
        source = self._source(x, y, sample_weight, batch_size, steps=steps, workers=pool)
        if source.size is None and isinstance(source, GeneratorSource) and hasattr(x, "__next__"):
            raise ValueError("x is a generator: say how many batches to take with steps=.")
        progress = None
        verbose = resolve_verbose(verbose)
        if verbose == 1:
            progress = Progbar(source.samples if steps is None and source.samples else source.size)
        listeners = None
        if callbacks is not None:
            params = {"steps": source.size, "samples": source.samples, "verbose": verbose}
            listeners = CallbackList(callbacks, self, params)
        try:
            logs = self._test_epoch(source, listeners, progress)
        finally:
            if isinstance(source, GeneratorSource):
                source.close()
        if return_dict:
            return dict(logs)
        return unpack_single(list(logs.values()))

    def predict(
        self,
        x,
        batch_size=None,
        verbose=0,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=None,
        use_multiprocessing=False,
    ):
        """Return the outputs for `x` as arrays, computed batch by batch.

        Args: as for `fit`; `steps` limits the number of batches.

        Returns:
            An array, or a list of arrays where the model has several outputs.
        """
        verbose = resolve_verbose(verbose)
        if is_generator(x) or (not hasattr(x, "shape") and _yields_batches(x)):
            pool = {
                "workers": workers or 0,
                "use_multiprocessing": use_multiprocessing,
                "max_queue_size": max_queue_size,
            }
            source = GeneratorSource(x, steps, self._prepare_inputs, shuffle=False, **pool)
            if source.size is None and hasattr(x, "__next__"):
                raise ValueError("x is a generator: say how many batches to take with steps=.")
        else:
            inputs = self._ready(x)
            samples = check_lengths([("input", inputs)])
            if samples is None:
                raise ValueError("There is no input data: x is None or empty.")
            source = ArraySource(
                inputs,
                [],
                [],
                samples,
                _batch_size(batch_size, samples),
                self._input_types(inputs),
                [],
                steps=steps,
            )
        listeners = CallbackList(callbacks, self, {"steps": source.size, "verbose": verbose})
        try:
            results = self._predict_loop(source, listeners, verbose)
        finally:
            if isinstance(source, GeneratorSource):
                source.close()
        return self._pack_outputs(results)

    def _prepare_inputs(self, x, y=None, sample_weight=None):
        inputs = self._ready(x)
        samples = check_lengths([("input", inputs)])
        types = self._input_types(inputs)
        batch = [a if t is None else np.asarray(a, t) for a, t in zip(inputs, types, strict=True)]
        return batch, [], [], samples

    def _predict_loop(self, source, listeners, verbose):
        """Return the outputs for all batches, one array per output."""
        exact = isinstance(source, ArraySource) and source.steps is None
        progress = Progbar(source.samples if exact else source.size) if verbose == 1 else None
        results, start = None, 0
        pieces = None
        listeners.on_predict_begin()
        for step, (inputs, _, _, size) in enumerate(source.epoch()):
            if listeners.predict_batch_begin:
                listeners.on_predict_batch_begin(step, Logs(batch=step, size=size))
            outputs = self._predict_batch(inputs)
            if exact and source.passes == 1:
                results = outputs
            elif exact and all(o.ndim and len(o) == size for o in outputs):
                if results is None:
                    results = [np.empty((source.samples, *o.shape[1:]), o.dtype) for o in outputs]
                for whole, part in zip(results, outputs, strict=True):
                    whole[start : start + size] = part
            else:
                pieces = [[] for _ in outputs] if pieces is None else pieces
                for collected, part in zip(pieces, outputs, strict=True):
                    collected.append(part)
            start += size
            if listeners.predict_batch_end:
                listeners.on_predict_batch_end(step, Logs(batch=step, size=size, outputs=outputs))
            if progress is not None:
                progress.update(start if exact else step + 1)
        listeners.on_predict_end()
        return results if pieces is None else [np.concatenate(p) for p in pieces]

    # -----------------------------------------------------------------------------------------
    # Single batches
    # -----------------------------------------------------------------------------------------
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

        Returns:
            The loss, or the list of numbers named by `metrics_names`, of this batch, computed
            before the update.
        """
        self._require_compiled("training")
        batch = self._prepare(x, y, sample_weight, class_weight)
        if reset_metrics:
            self._compilation.reset()
        return self._batch_result(self._train_batch(*batch), return_dict)

    def test_on_batch(
        self, x, y=None, sample_weight=None, reset_metrics=True, return_dict=False
    ):
        """Return the loss, or the list of numbers named by `metrics_names`, of one batch."""
        self._require_compiled("testing")
        batch = self._prepare(x, y, sample_weight)
        if reset_metrics:
            self._compilation.reset()
        return self._batch_result(self._test_batch(*batch), return_dict)

    def _batch_result(self, values, return_dict):
        if return_dict:
            return dict(zip(self._compilation.all_names, values, strict=True))
        return unpack_single(values)

    def predict_on_batch(self, x):
        """Return the outputs for one batch as arrays."""
        batch, *_ = self._prepare_inputs(x)
        return self._pack_outputs(self._predict_batch(batch))

    # -----------------------------------------------------------------------------------------
    # The generator methods of Keras 2
    # -----------------------------------------------------------------------------------------
    def fit_generator(
        self,
        generator,
        steps_per_epoch=None,
        epochs=1,
        verbose=1,
        callbacks=None,
        validation_data=None,
        validation_steps=None,
        class_weight=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        shuffle=True,
        initial_epoch=0,
        validation_freq=1,
    ):
        """Train on batches from a generator or `Sequence`: Keras 2's name for `fit`."""
        if steps_per_epoch is None and not hasattr(generator, "__len__"):
            raise ValueError(
                "A generator has no length: say how many batches make an epoch with "
                "steps_per_epoch=."
            )
        return self.fit(
            generator,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_freq=validation_freq,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def evaluate_generator(
        self,
        generator,
        steps=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
    ):
        """Test on batches from a generator or `Sequence`: Keras 2's name for `evaluate`."""
        return self.evaluate(
            generator,
            steps=steps,
            verbose=verbose,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def predict_generator(
        self,
        generator,
        steps=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
    ):
        """Predict for batches from a generator or `Sequence`: Keras 2's name for `predict`."""
        return self.predict(
            generator,
            steps=steps,
            verbose=verbose,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )


class _Averages:
    """Means over batches, weighted by their sizes, in double precision."""

    def __init__(self, count):
        self.sums = [0.0] * count
        self.samples = 0

    def add(self, values, size):
        for i in range(len(self.sums)):
            self.sums[i] += values[i] * size
        self.samples += size

    def means(self):
        return [s / self.samples if self.samples else 0.0 for s in self.sums]


def _batch_size(batch_size, samples):
    if batch_size is None:
        batch_size = 32
    if isinstance(batch_size, bool) or not isinstance(batch_size, (int, np.integer)):
        raise TypeError(f"batch_size must be a whole number, not {batch_size!r}.")
    if batch_size <= 0:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}.")
    return min(int(batch_size), samples)


def _check_counts(epochs, initial_epoch, steps_per_epoch, validation_steps, verbose):
    for name, value in (("epochs", epochs), ("initial_epoch", initial_epoch)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
            raise ValueError(f"{name} must be a whole number of at least 0, not {value!r}.")
    for name, value in (
        ("steps_per_epoch", steps_per_epoch),
        ("validation_steps", validation_steps),
    ):
        if value is not None and (not isinstance(value, (int, np.integer)) or value <= 0):
            raise ValueError(f"{name} must be a positive whole number or None, not {value!r}.")
    if verbose not in (0, 1, 2, "auto"):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto', not {verbose!r}.")


def _due(epoch, frequency):
    """Return whether to validate after this epoch (counted from 0)."""
    if isinstance(frequency, (list, tuple, set)):
        return epoch + 1 in frequency
    return (epoch + 1) % frequency == 0


def _hold_out(x, y, sample_weight, share):
    """Split off the last `share` of the samples; return x, y, weights, validation_data."""
    if not 0 < share < 1:
        raise ValueError(f"validation_split lies between 0 and 1, not {share!r}.")
    if is_generator(x) or _yields_batches(x):
        raise ValueError(
            "validation_split needs arrays: data that are generated cannot be split. Pass "
            "validation_data= instead."
        )
    first = next((a for a in flatten(x) if a is not None), None) if isinstance(
        x, (list, tuple, dict)
    ) and not _numbers(x) else as_array(x, "x")
    samples = len(first)
    cut = int(samples * (1.0 - share))
    if not 0 < cut < samples:
        raise ValueError(
            f"validation_split={share} of {samples} samples leaves nothing to "
            f"{'train' if cut == 0 else 'validate'} on."
        )

    def split(data, part):
        if data is None:
            return None
        if isinstance(data, dict):
            return {k: split(v, part) for k, v in data.items()}
        if isinstance(data, (list, tuple)) and not _numbers(data):
            return [split(v, part) for v in data]
        return as_array(data, "The data")[part]

    before, after = slice(0, cut), slice(cut, samples)
    held = (split(x, after), split(y, after), split(sample_weight, after))
    return split(x, before), split(y, before), split(sample_weight, before), held


def _numbers(value):
    leaves = flatten(value)
    return bool(leaves) and not any(hasattr(leaf, "shape") and leaf.shape for leaf in leaves)


def _yields_batches(x):
    """Return whether `x` is an iterable of batches that is neither array nor structure."""
    return (
        x is not None
        and hasattr(x, "__iter__")
        and not isinstance(x, (list, tuple, dict, str))
        and not hasattr(x, "shape")
        and not hasattr(x, "__array__")
    )
