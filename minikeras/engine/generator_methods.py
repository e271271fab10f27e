"""fit_generator, evaluate_generator, predict_generator: Keras 2's names for reading generators."""

import inspect

from .arguments import older_names
from .generator_source import refuse_endless

_OLDER = {
    "samples_per_epoch": "steps_per_epoch",
    "val_samples": "steps",
    "nb_epoch": "epochs",
    "nb_val_samples": "validation_steps",
    "nb_worker": "workers",
    "max_q_size": "max_queue_size",
    "pickle_safe": "use_multiprocessing",
}


def _modernize(method, generator, given):
    """Return the arguments of a generator method, names of Keras 1 turned into those of Keras 2.

    Counts of samples become counts of batches where the generator says its `batch_size`; without
    it they are taken for counts of batches, as Keras 2.1.5 does.
    """
    known = list(inspect.signature(getattr(GeneratorMethods, method)).parameters)[1:-1]
    renamed = {old: new for old, new in _OLDER.items() if new in known}
    size = getattr(generator, "batch_size", None)
    if size and "samples_per_epoch" in given:
        given = {**given, "samples_per_epoch": given["samples_per_epoch"] // size}
    return older_names(method, given, renamed, known)


class GeneratorMethods:
    """Mixin of `Model`: the generator methods of Keras 2. New code calls `fit`, and so on.

    They differ in that one worker makes batches ahead of time unless `workers=0`.
    """

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
        **older,
    ):
        """Train on batches from a generator or `Sequence`; arguments as for `fit`.

        Arrays as `validation_data` are used whole, whatever `validation_steps` says.

        Raises:
            ValueError: `steps_per_epoch` or `validation_steps` is missing for a generator without
                a length.
        """
        settings = {
            "steps_per_epoch": steps_per_epoch,
            "epochs": epochs,
            "validation_steps": validation_steps,
            "max_queue_size": max_queue_size,
            "workers": workers,
            "use_multiprocessing": use_multiprocessing,
        }
        settings.update(_modernize("fit_generator", generator, older))
        if settings["steps_per_epoch"] is None and not hasattr(generator, "__len__"):
            raise ValueError(
                "A generator has no length: say how many batches make an epoch with "
                "steps_per_epoch=."
            )
        refuse_endless(validation_data, settings["validation_steps"], "validation_steps")
        if isinstance(validation_data, (tuple, list)):
            settings["validation_steps"] = None  # counts batches of generators alone
        return self.fit(
            generator,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            initial_epoch=initial_epoch,
            validation_freq=validation_freq,
            **settings,
        )

    def evaluate_generator(
        self,
        generator,
        steps=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
        **older,
    ):
        """Test on batches from a generator or `Sequence`; arguments as for `evaluate`."""
        settings = {
            "steps": steps,
            "max_queue_size": max_queue_size,
            "workers": workers,
            "use_multiprocessing": use_multiprocessing,
        }
        settings.update(_modernize("evaluate_generator", generator, older))
        refuse_endless(generator, settings["steps"], "steps")
        return self.evaluate(generator, verbose=verbose, **settings)

    def predict_generator(
        self,
        generator,
        steps=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
        **older,
    ):
        """Predict for batches from a generator or `Sequence`; arguments as for `predict`."""
        settings = {
            "steps": steps,
            "max_queue_size": max_queue_size,
            "workers": workers,
            "use_multiprocessing": use_multiprocessing,
        }
        settings.update(_modernize("predict_generator", generator, older))
        refuse_endless(generator, settings["steps"], "steps")
        return self.predict(generator, verbose=verbose, **settings)
