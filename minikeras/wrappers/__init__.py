"""Models that scikit-learn's tools take for its own estimators.

`scikit_learn` has those of Keras 2, which need nothing; `SKLearnClassifier` and its kin are those
of Keras 3, which need scikit-learn.
"""

from ..lazy import lazy_names

_HOMES = {
    ".scikit_learn": "",
    ".estimators": "SKLearnClassifier SKLearnRegressor SKLearnTransformer",
}

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer", "scikit_learn"]
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
