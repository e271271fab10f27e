"""KerasClassifier and KerasRegressor: models as estimators of scikit-learn, as in Keras 2.

They follow scikit-learn's protocol without importing it, so that they work alone as well; with it
they take part in pipelines, cross-validation and searches over their arguments.
"""

import inspect

import numpy as np

from ..models import Sequential
from ..registry import suggest
from ..utils.np_utils import to_categorical

_METHODS = ("fit", "predict", "predict_classes", "evaluate")
_OLD_NAMES = ("nb_epoch",)  # Keras 1's, which `fit` still takes


class BaseWrapper:
    """What both kinds of estimator share.

    Args:
        build_fn: function that returns a compiled model, or an object that can be called for one;
            None where a subclass defines `__call__` in its place.
        sk_params: arguments of `build_fn`, and of the model's `fit`, `predict` and `evaluate`.
            Each is handed to those that take it. Arguments of the estimator's own methods come
            before them.

    Attributes:
        model: the model, once `fit` has been called.

    Raises:
        ValueError: an argument that none of the functions takes.
    """

    def __init__(self, build_fn=None, **sk_params):
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def _builder(self):
        """Return the function that makes the model."""
        if self.build_fn is not None:
            return self.build_fn
        if callable(self):
            return self.__call__
        raise TypeError(
            f"{type(self).__name__} needs build_fn, a function that returns a compiled model."
        )

    def check_params(self, params):
        """Raise a ValueError if one of `params` (a dictionary) is no argument of anything."""
        builder = self._builder()
        known = {name for method in _METHODS for name in _names(getattr(Sequential, method))}
        known = (known | _names(builder) | set(_OLD_NAMES)) - {"self", "x", "y"}
        if _takes_anything(builder):
            return
        for name in params:
            if name not in known:
                raise ValueError(
                    f"{name!r} is an argument of neither build_fn nor fit, predict or evaluate. "
                    f"{suggest(name, known)}"
                )

    def get_params(self, deep=True):
        """Return the dictionary of all arguments; `deep` has no meaning here."""
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params):
        """Change arguments; return the estimator.

        Raises:
            ValueError: an argument of nothing; none is changed then.
        """
        before = self.build_fn
        self.build_fn = params.pop("build_fn", before)
        try:
            self.check_params(params)
        except (TypeError, ValueError):
            self.build_fn = before
            raise
        self.sk_params.update(params)
        return self

    def __sklearn_clone__(self):
        """Return an estimator with the same arguments that has learnt nothing."""
        return type(self)(**self.get_params())

    def fit(self, x, y, **kwargs):
        """Build a new model and train it.

        Args:
            x: array (samples, ...).
            y: array of labels, (samples,) or (samples, outputs).
            kwargs: arguments of the model's `fit`, which come before those of the estimator.

        Returns:
            The `History` of the training.
        """
        builder = self._builder()
        self.model = builder(**self.filter_sk_params(builder))
        if _is_categorical(self.model.loss) and np.ndim(y) != 2:
            y = to_categorical(y)
        return self.model.fit(x, y, **self.filter_sk_params(Sequential.fit, kwargs))

    def filter_sk_params(self, fn, override=None):
        """Return those of the estimator's arguments that `fn` takes, and all of `override`."""
        names = _names(fn)
        old = _OLD_NAMES if fn is Sequential.fit else ()
        taken = {k: v for k, v in self.sk_params.items() if k in names or k in old}
        if fn == self._builder() and _takes_anything(fn):
            methods = [_names(getattr(Sequential, method)) for method in _METHODS]
            rest = {k: v for k, v in self.sk_params.items() if not any(k in m for m in methods)}
            taken = {**rest, **taken}
        return {**taken, **(override or {})}

    def __sklearn_is_fitted__(self):
        return hasattr(self, "model")

    def _trained(self):
        """Return the model; say so if there is none."""
        if not hasattr(self, "model"):
            raise ValueError(
                f"This {type(self).__name__} has learnt nothing yet: call fit() first."
            )
        return self.model

    def _tags(self, kind):
        """Return what scikit-learn asks an estimator of `kind` about itself."""
        # Only scikit-learn asks, so it is there.
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags

        classifier = kind == "classifier"
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=True),
            transformer_tags=None,
            classifier_tags=ClassifierTags() if classifier else None,
            regressor_tags=None if classifier else RegressorTags(),
            input_tags=InputTags(three_d_array=True),
        )


class KerasClassifier(BaseWrapper):
    """A model that tells classes apart, as an estimator of scikit-learn.

    Args: as for `BaseWrapper`. The model ends in one unit per class, or in a single one for two
        classes, and is compiled with an accuracy among its metrics if `score` is wanted.

    Attributes:
        classes_: the labels that occur, ascending; any numbers or texts.
        n_classes_: how many they are.
    """

    _estimator_type = "classifier"

    def fit(self, x, y, sample_weight=None, **kwargs):
        """Build a new model and train it; see `BaseWrapper.fit`.

        Raises:
            ValueError: `y` has neither one column nor one per class.
        """
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y.reshape(-1))
        else:
            raise ValueError(
                f"y has the shape {y.shape}; labels are one number or text a sample, or one-hot "
                "rows."
            )
        self.n_classes_ = len(self.classes_)
        if sample_weight is not None:
            kwargs["sample_weight"] = sample_weight
        return super().fit(x, y, **kwargs)

    def predict(self, x, **kwargs):
        """Return the most likely label of each sample.

        Args:
            x: array (samples, ...).
            kwargs: arguments of the model's `predict_classes`.
        """
        settings = self.filter_sk_params(Sequential.predict_classes, kwargs)
        scores = self.predict_proba(x, **settings)
        return self.classes_[scores.argmax(axis=-1)]

    def predict_proba(self, x, **kwargs):
        """Return the probability of each class, an array (samples, classes).

        A model with a single unit gives that of the second class.
        """
        settings = self.filter_sk_params(Sequential.predict_classes, kwargs)
        scores = self._trained().predict(x, **settings)
        if scores.shape[1] == 1:
            scores = np.hstack([1 - scores, scores])
        return scores

    def score(self, x, y, **kwargs):
        """Return the share of samples that are classified rightly.

        Raises:
            ValueError: the model was compiled without an accuracy.
        """
        model = self._trained()
        y = np.asarray(y)
        if y.ndim == 1 or y.shape[1] == 1:
            unknown = np.setdiff1d(y, self.classes_)
            if unknown.size:
                raise ValueError(f"y holds labels that fit() has not seen: {unknown.tolist()}.")
            y = np.searchsorted(self.classes_, y.reshape(-1))
        if _is_categorical(model.loss) and y.ndim != 2:
            y = to_categorical(y, self.n_classes_)
        settings = self.filter_sk_params(Sequential.evaluate, kwargs)
        values = model.evaluate(x, y, **{"verbose": 0, **settings})
        values = values if isinstance(values, list) else [values]
        for name, value in zip(model.metrics_names, values, strict=True):
            if name in ("acc", "accuracy") or name.endswith("_accuracy"):
                return value
        raise ValueError(
            "The model has no accuracy to score by: pass metrics=['accuracy'] to compile()."
        )

    def __sklearn_tags__(self):
        return self._tags("classifier")


class KerasRegressor(BaseWrapper):
    """A model that predicts numbers, as an estimator of scikit-learn.

    Args: as for `BaseWrapper`.
    """

    _estimator_type = "regressor"

    def predict(self, x, **kwargs):
        """Return the predictions, an array (samples,), or (samples, outputs) of several outputs.

        Args:
            x: array (samples, ...).
            kwargs: arguments of the model's `predict`.
        """
        settings = self.filter_sk_params(Sequential.predict, kwargs)
        found = self._trained().predict(x, **settings)
        return found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found

    def score(self, x, y, **kwargs):
        """Return the loss times -1, so that more is better (as in Keras 2.1.5)."""
        settings = self.filter_sk_params(Sequential.evaluate, kwargs)
        loss = self._trained().evaluate(x, y, **{"verbose": 0, **settings})
        return -(loss[0] if isinstance(loss, list) else loss)

    def __sklearn_tags__(self):
        return self._tags("regressor")


def _names(function):
    """Return the names of a function's arguments."""
    return {
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    }


def _takes_anything(function):
    """Return whether a function has **kwargs."""
    parameters = inspect.signature(function).parameters.values()
    return any(p.kind is p.VAR_KEYWORD for p in parameters)


def _is_categorical(loss):
    """Return whether a loss wants one-hot rows."""
    name = getattr(loss, "name", None) or getattr(loss, "__name__", None) or loss
    return name == "categorical_crossentropy"
