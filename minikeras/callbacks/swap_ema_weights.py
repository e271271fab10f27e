"""SwapEMAWeights: test with the moving average of the weights, train on with the weights."""

import numpy as np

from .base import Callback


class SwapEMAWeights(Callback):
    """Put the optimizer's moving averages in the place of the weights while testing (Keras 3).

    The optimizer needs `use_ema=True`. During `evaluate`, `predict` and the validation inside
    `fit` the model has the averages; afterwards it has its weights back. With
    `swap_on_epoch=True` it also has them from the end of every epoch to the beginning of the
    next, so that a `ModelCheckpoint` later in the list saves them. After `fit` the model has the
    averages, as with any optimizer with `use_ema`.

    The weights of training are kept aside in the meantime, which takes memory for one copy more;
    nothing is lost when training is broken off.

    Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.

    Raises:
        ValueError: the optimizer keeps no averages (when a training or test begins).
    """

    remembered = ("_kept",)

    def __init__(self, swap_on_epoch=False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._kept = None  # the weights of training, while the model has the averages

    def on_train_begin(self, logs=None):
        self._check()
        self._kept = None

    def on_epoch_begin(self, epoch, logs=None):
        self._give_back()

    def on_epoch_end(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._swap()

    def on_test_begin(self, logs=None):
        self._check()
        self._swap()

    def on_test_end(self, logs=None):
        self._give_back()

    def on_predict_begin(self, logs=None):
        self._check()
        self._swap()

    def on_predict_end(self, logs=None):
        self._give_back()

    def on_train_end(self, logs=None):
        self._kept = None  # the averages stay: the optimizer has put them there itself

    def abort(self):
        """Give the model its weights back: an exception ends the training or the test."""
        self._give_back()

    def _check(self):
        optimizer = getattr(self.model, "optimizer", None)
        if not getattr(optimizer, "use_ema", False):
            what = "no optimizer" if optimizer is None else f"the optimizer {optimizer.name!r}"
            raise ValueError(
                f"SwapEMAWeights needs an optimizer with moving averages; the model has {what}. "
                "Compile it with one that has use_ema=True."
            )

    def _pairs(self):
        """Return [(variable, its average)] of all variables that have been trained."""
        optimizer = self.model.optimizer
        variables = optimizer._trainable_variables
        return [(variables[i], average) for i, average in sorted(optimizer._averages.items())]

    def _swap(self):
        if self._kept is None:
            pairs = self._pairs()
            self._kept = [np.array(variable.data) for variable, _ in pairs]
            for variable, average in pairs:
                variable.assign(average.data)

    def _give_back(self):
        if self._kept is not None:
            for (variable, _), array in zip(self._pairs(), self._kept):
                variable.assign(array)
            self._kept = None
