"""Estimators of Keras 2: arguments, labels of all kinds, scores, and scikit-learn itself."""

import functools

import numpy as np
import pytest

from minikeras.layers import Dense
from minikeras.models import Sequential
from minikeras.wrappers.scikit_learn import BaseWrapper, KerasClassifier, KerasRegressor

X = np.random.default_rng(0).random((40, 4)).astype("float32")
KIND = np.digitize(X[:, 0], [1 / 3, 2 / 3])
WORDS = np.array(["cat", "dog", "emu"])[KIND]


def classifier(units=8, loss="categorical_crossentropy", outputs=3, metrics=("accuracy",)):
    model = Sequential(
        [
            Dense(units, activation="relu", input_dim=4),
            Dense(outputs, activation="softmax" if outputs > 1 else "sigmoid"),
        ]
    )
    model.compile("adam", loss, metrics=list(metrics))
    return model


def line(weight=0.0):
    model = Sequential([Dense(1, input_dim=4, kernel_initializer="zeros")])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
@pytest.mark.parametrize("labels", [KIND, KIND + 5, WORDS, WORDS[:, None], WORDS.tolist()])
def test_labels_of_any_kind_come_back(loss, labels):
    estimator = KerasClassifier(
        classifier, units=16, loss=loss, epochs=150, batch_size=8, verbose=0
    )
    history = estimator.fit(X, labels)
    assert len(history.epoch) == 150
    assert estimator.model.layers[0].units == 16
    known = np.unique(np.asarray(labels))
    assert estimator.classes_.tolist() == known.tolist()
    assert estimator.n_classes_ == 3
    found = estimator.predict(X)
    share = np.mean(found == np.asarray(labels).reshape(-1))
    assert share > 0.6
    assert estimator.score(X, labels) == pytest.approx(share)
    chances = estimator.predict_proba(X)
    assert chances.shape == (40, 3)
    np.testing.assert_array_equal(known[chances.argmax(axis=1)], found)


def test_one_hot_rows():
    estimator = KerasClassifier(classifier, epochs=2, verbose=0)
    estimator.fit(X, np.eye(3)[KIND])
    assert estimator.classes_.tolist() == [0, 1, 2]
    assert 0 <= estimator.score(X, np.eye(3)[KIND]) <= 1


def test_two_classes_of_a_single_unit():
    build = functools.partial(classifier, loss="binary_crossentropy", outputs=1)
    estimator = KerasClassifier(build, epochs=60, verbose=0)
    estimator.fit(X, np.where(X[:, 0] > 0.5, "yes", "no"))
    chances = estimator.predict_proba(X)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-5)
    expected = np.where(chances[:, 1] > chances[:, 0], "yes", "no")
    assert estimator.predict(X).tolist() == expected.tolist()


def test_a_regressor():
    estimator = KerasRegressor(line, epochs=30, verbose=0)
    y = X @ np.array([1.0, 2.0, 3.0, 4.0])
    estimator.fit(X, y)
    assert estimator.predict(X, batch_size=7).shape == (40,)
    assert estimator.predict(X[:1]).shape == (1,)
    error = float(np.mean((estimator.predict(X) - y) ** 2))
    assert estimator.score(X, y) == pytest.approx(-error, rel=1e-4)


def test_arguments_go_where_they_are_taken():
    seen = {}

    def build(units, **rest):
        seen.update(rest, units=units)
        return classifier(units)

    estimator = KerasClassifier(build, units=3, depth=2, epochs=1, verbose=0)
    estimator.fit(X, KIND, epochs=2)
    assert seen == {"units": 3, "depth": 2}
    assert len(estimator.model.history.epoch) == 2
    assert estimator.get_params() == {
        "build_fn": build, "units": 3, "depth": 2, "epochs": 1, "verbose": 0
    }  # fmt: skip
    with pytest.warns(DeprecationWarning, match="nb_epoch"):
        KerasClassifier(classifier, nb_epoch=1, verbose=0).fit(X, KIND)


def test_builders_of_other_kinds():
    class Own(KerasClassifier):
        def __call__(self, units=5):
            return classifier(units)

    class Builder:
        def __call__(self, units=6):
            return classifier(units)

    for estimator, units in ((Own(verbose=0), 5), (KerasClassifier(Builder(), verbose=0), 6)):
        estimator.fit(X, KIND)
        assert estimator.model.layers[0].units == units
        assert estimator.set_params(units=7) is estimator
        estimator.fit(X, KIND)
        assert estimator.model.layers[0].units == 7


def test_what_is_refused():
    with pytest.raises(ValueError, match="'unit' is an argument of neither.*'units'"):
        KerasClassifier(classifier, unit=3)
    with pytest.raises(TypeError, match="KerasRegressor needs build_fn"):
        KerasRegressor()
    estimator = KerasClassifier(classifier, units=3, verbose=0)
    with pytest.raises(ValueError, match="'heads'"):
        estimator.set_params(build_fn=line, heads=2)
    assert estimator.get_params() == {"build_fn": classifier, "units": 3, "verbose": 0}
    with pytest.raises(ValueError, match="learnt nothing yet"):
        estimator.predict(X)
    with pytest.raises(ValueError, match="y has the shape"):
        estimator.fit(X, np.zeros((40, 1, 1)))
    estimator.fit(X, WORDS)
    with pytest.raises(ValueError, match=r"not seen: \['yak'\]"):
        estimator.score(X[:2], ["cat", "yak"])
    estimator = KerasClassifier(classifier, metrics=(), verbose=0)
    estimator.fit(X, KIND)
    with pytest.raises(ValueError, match="no accuracy to score by"):
        estimator.score(X, KIND)


def test_a_copy_has_learnt_nothing():
    estimator = KerasClassifier(classifier, units=3, verbose=0)
    estimator.fit(X, KIND)
    copy = estimator.__sklearn_clone__()
    assert isinstance(copy, BaseWrapper)
    assert copy.get_params() == estimator.get_params()
    assert estimator.__sklearn_is_fitted__()
    assert not copy.__sklearn_is_fitted__()


def test_within_scikit_learn():
    model_selection = pytest.importorskip("sklearn.model_selection")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    estimator = KerasClassifier(classifier, epochs=2, verbose=0)
    search = model_selection.GridSearchCV(estimator, {"units": [4, 8], "epochs": [1, 2]}, cv=2)
    search.fit(X, WORDS)
    assert set(search.best_params_) == {"units", "epochs"}
    assert set(search.predict(X)) <= set(WORDS)
    steps = make_pipeline(StandardScaler(), KerasRegressor(line, epochs=2, verbose=0))
    scores = model_selection.cross_val_score(steps, X, X[:, 0], cv=3)
    assert scores.shape == (3,)
    assert (scores < 0).all()
    assert steps.fit(X, X[:, 0]).predict(X).shape == (40,)
