import numpy as np
import pytest

from minikeras import config
from minikeras.layers import Dense, Input
from minikeras.models import Model, Sequential
from minikeras.optimizers import Adam

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from minikeras.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

RNG = np.random.RandomState(0)
X = RNG.randn(80, 2)
NAMES = np.where(X[:, 0] > 0, "right", "left")
QUICK = {"epochs": 1, "verbose": 0}


@pytest.fixture(autouse=True)
def seeded():
    config.set_random_seed(3)


def built(X, y, loss="categorical_crossentropy", layers=(8,)):
    hidden = inputs = Input(shape=(X.shape[1],))
    for units in layers:
        hidden = Dense(units, activation="relu")(hidden)
    outputs = y.shape[1] if y.ndim > 1 else 1
    last = "softmax" if "crossentropy" in loss else None
    model = Model(inputs, Dense(outputs, activation=last)(hidden))
    model.compile(loss=loss, optimizer=Adam(0.05))
    return model


def regressor(**settings):
    return SKLearnRegressor(
        built, model_kwargs={"loss": "mse"}, **{"fit_kwargs": QUICK, **settings}
    )


def test_classifier():
    estimator = SKLearnClassifier(built, fit_kwargs={"epochs": 40, "verbose": 0})
    assert estimator.epoch_ == 0
    with pytest.raises(NotFittedError):
        estimator.predict(X)
    assert estimator.fit(X, NAMES) is estimator
    assert list(estimator.classes_) == ["left", "right"] and estimator.epoch_ == 40
    assert (estimator.predict(X) == NAMES).mean() > 0.9
    assert estimator.score(X, NAMES) == (estimator.predict(X) == NAMES).mean()
    np.testing.assert_allclose(estimator.decision_function(X).sum(1), 1, rtol=1e-5)
    estimator.fit(X, NAMES, epochs=2)
    assert estimator.epoch_ == 2 and estimator.fit_kwargs["epochs"] == 40


def test_classifiers_refuse_what_they_cannot_learn():
    with pytest.raises(ValueError, match="binary and multiclass"):
        SKLearnClassifier(built).fit(X, X[:, 0])
    with pytest.raises(ValueError, match="one class"):
        SKLearnClassifier(built).fit(X, np.zeros(80, int))


def test_regressor():
    assert regressor().fit(X, X[:, 0]).predict(X).shape == (80,)
    assert regressor().fit(X, X).predict(X).shape == (80, 2)
    zero = regressor(fit_kwargs={"epochs": 40, "verbose": 0})
    zero.fit(X, np.where(X[:, 0] > 0, 1.0, 0.0), sample_weight=X[:, 0] <= 0)
    assert zero.predict(X).mean() < 0.3


def test_a_model_given_is_copied_with_new_weights():
    model = Sequential([Dense(1, input_shape=(2,))])
    with pytest.raises(RuntimeError, match="compiled"):
        SKLearnRegressor(model).fit(X, X[:, 0])
    model.compile("adam", "mse", metrics=["mae"])
    before = model.get_weights()
    first = SKLearnRegressor(model, fit_kwargs=QUICK).fit(X, X[:, 0])
    assert first.model_ is not model and first.model_.metrics_names == model.metrics_names
    assert first.model_.optimizer is not model.optimizer
    for now, then in zip(model.get_weights(), before):
        assert np.array_equal(now, then)
    warm = SKLearnRegressor(model, warm_start=True, fit_kwargs=QUICK).fit(X, X[:, 0])
    assert warm.model_ is model
    assert not np.array_equal(model.get_weights()[0], before[0])


def test_warm_starts_go_on():
    warm, cold = regressor(warm_start=True), regressor()
    for estimator in (warm, cold):
        first = estimator.fit(X, X[:, 0]).model_
        assert (estimator.fit(X, X[:, 0]).model_ is first) is (estimator is warm)


def test_transformer():
    found = SKLearnTransformer(built, model_kwargs={"loss": "mse"}, fit_kwargs=QUICK)
    assert found.fit_transform(X, X).shape == (80, 2)
    assert make_pipeline(found, StandardScaler()).fit(X, X).transform(X).shape == (80, 2)


def test_tools_of_scikit_learn():
    classifier = SKLearnClassifier(built, fit_kwargs=QUICK)
    assert clone(classifier).get_params() == classifier.get_params()
    scores = cross_val_score(classifier, X, NAMES, cv=2, error_score="raise")
    assert scores.shape == (2,)
    grid = {"fit_kwargs": [QUICK, {"epochs": 40, "verbose": 0}]}
    search = GridSearchCV(classifier, grid, cv=2, error_score="raise").fit(X, NAMES)
    assert search.best_params_["fit_kwargs"]["epochs"] == 40
    assert make_pipeline(StandardScaler(), regressor()).fit(X, X[:, 0]).predict(X).shape == (80,)
    scores = cross_val_score(regressor(), X, X[:, 0], cv=2, error_score="raise")
    assert np.isfinite(scores).all()
