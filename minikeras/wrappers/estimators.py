"""SKLearnClassifier, SKLearnRegressor and SKLearnTransformer of Keras 3."""

import copy

import numpy as np

from ..models import Model, clone_model
from ..utils.np_utils import to_categorical

try:
    import sklearn  # noqa: F401 - the message below is about the whole of it
except ImportError as error:
    raise ImportError(
        "SKLearnClassifier, SKLearnRegressor and SKLearnTransformer need the `scikit-learn` "
        f"package, which is not installed ({error}). Install it with: pip install "
        "'minikeras[sklearn]'. wrappers.scikit_learn.KerasClassifier does without."
    ) from error

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # before scikit-learn 1.6 it was a method

    def validate_data(estimator, *args, **kwargs):
        """Check samples and targets as scikit-learn does."""
        return estimator._validate_data(*args, **kwargs)


class SKLBase(BaseEstimator):
    """A model as an estimator of scikit-learn.

    Args:
        model: a compiled model, of which a copy with new weights is trained; or a function that
            takes `X` and `y` by name, and what `model_kwargs` has, and returns a compiled model.
        warm_start: whether `fit` goes on with the weights it has: the model given is trained
            itself then, and a function is called the first time only.
        model_kwargs: dictionary of further arguments of that function.
        fit_kwargs: dictionary of arguments of the model's `fit`; what is given to the `fit` of
            this class goes before.

    Attributes:
        model_: the model that was trained.
        history_: the History of the last training.

    Raises:
        RuntimeError: by `fit`, if the model is not compiled.
    """

    def __init__(self, model, warm_start=False, model_kwargs=None, fit_kwargs=None):
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_clone__(self):
        # The model is shared, not copied: it is copied when it is trained.
        return type(self)(**self.get_params(deep=False))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        for kind in (tags.classifier_tags, tags.regressor_tags):
            if kind is not None:
                kind.poor_score = True
        return tags

    @property
    def epoch_(self):
        """How many epochs the last training had."""
        return len(self.history_.epoch) if hasattr(self, "history_") else 0

    def fit(self, X, y, sample_weight=None, **kwargs):
        """Train the model.

        Args:
            X: samples, (samples, features).
            y: targets, (samples,) or (samples, outputs).
            sample_weight: a weight for each sample; None for none.
            **kwargs: go to the model's `fit`.

        Returns:
            The estimator itself.
        """
        X, y = validate_data(self, X, y, multi_output=True)
        y = self._prepare_targets(y)
        model = self._model_to_train(X, y)
        if not model.compiled or not model.loss:
            raise RuntimeError(
                "The model must be compiled, with a loss and an optimizer, before it is wrapped."
            )
        settings = {**(self.fit_kwargs or {}), **kwargs}
        if sample_weight is not None:
            settings["sample_weight"] = np.asarray(sample_weight)
        self.history_ = model.fit(X, y, **settings)
        self.model_ = model
        return self

    def _model_to_train(self, X, y):
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if not isinstance(self.model, Model):
            return self.model(X=X, y=y, **(self.model_kwargs or {}))
        if self.warm_start or not self.model.compiled:
            return self.model
        return _untrained_copy(self.model)

    def _prepare_targets(self, y):
        """Return targets as the model is to learn them, and remember what they were like."""
        _known_kind(y)
        self._target_rank = y.ndim
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def _outputs(self, X):
        check_is_fitted(self)
        return self.model_.predict(validate_data(self, X, reset=False))


class SKLearnClassifier(ClassifierMixin, SKLBase):
    """A model as a classifier of scikit-learn: it learns one-hot rows, whatever the labels are.

    The model has one output for each class. Arguments and attributes are those of `SKLBase`, and
    `classes_`: the labels, sorted.
    """

    def _prepare_targets(self, y):
        kind = _known_kind(y)
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                "Only binary and multiclass target types are supported. Target type: " + kind
            )
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            raise ValueError("Classifier can't train when only one class is present.")
        return to_categorical(numbers.reshape(-1), len(self.classes_))

    def decision_function(self, X):
        """Return the outputs of the model, (samples, classes)."""
        return self._outputs(X)

    def predict(self, X):
        """Return the label of the largest output for each sample."""
        best = self._outputs(X).argmax(axis=-1)
        return self.classes_[best]


class SKLearnRegressor(RegressorMixin, SKLBase):
    """A model as a regressor of scikit-learn; arguments and attributes as for `SKLBase`."""

    def predict(self, X):
        """Return the outputs of the model, (samples,) if the targets were a vector."""
        outputs = self._outputs(X)
        one = self._target_rank == 1 and outputs.ndim == 2 and outputs.shape[1] == 1
        return outputs[:, 0] if one else outputs


class SKLearnTransformer(TransformerMixin, SKLBase):
    """A model as a transformer of scikit-learn, whose outputs are what others learn from.

    Arguments and attributes are those of `SKLBase`.
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def transform(self, X):
        """Return the outputs of the model."""
        return self._outputs(X)


def _untrained_copy(model):
    """Return a model like a compiled one, with new weights and an optimizer that knows nothing."""
    copied = clone_model(model)
    told = model._compilation
    optimizer = type(told.optimizer).from_config(told.optimizer.get_config())
    names = ("loss", "metrics", "loss_weights", "sample_weight_mode", "weighted_metrics")
    copied.compile(optimizer, **{name: copy.deepcopy(getattr(told, name)) for name in names})
    return copied


def _known_kind(y):
    """Return scikit-learn's name for targets of this kind, or raise a ValueError."""
    kind = type_of_target(y)
    if kind == "unknown":
        raise ValueError(f"Unknown label type for data: {y!r}")
    return kind
