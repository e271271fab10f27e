"""Mistakes that users make: each is refused by a message that teaches, and changes nothing.

Every entry of the table is tried on models that have been trained a little, so that weights,
moving averages and the optimizer's state are all there to be spoilt. The message must say what was
wrong and where, and where it can what was expected and how to mend it.
"""

import copy

import numpy as np
import pytest

import minikeras as keras
from minikeras import backend as K
from minikeras import layers, losses, metrics, optimizers
from minikeras.layers import BatchNormalization, Conv2D, Dense, Dropout, Embedding, Flatten
from minikeras.models import Input, Model, Sequential

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3)).astype("float32")
C = RNG.integers(0, 4, 12)
ONE_HOT = np.eye(4, dtype="float32")[C]
Y = RNG.normal(size=(12, 1)).astype("float32")


class Bench:
    """Trained models to make mistakes with."""

    def __init__(self):
        hidden = [Dense(5, activation="relu", input_shape=(3,)), BatchNormalization()]
        self.classes = Sequential([*hidden, Dense(4, activation="softmax", name="kind")])
        self.classes.compile(optimizers.Adam(0.01), "sparse_categorical_crossentropy", ["acc"])
        self.classes.fit(X, C, verbose=0)

        inputs, other = Input((3,), name="first"), Input((3,), name="second")
        both = layers.concatenate([inputs, other])
        self.fork = Model(
            [inputs, other], [Dense(1, name="left")(both), Dense(4, name="right")(both)]
        )
        self.fork.compile(optimizers.RMSprop(0.01), "mse")
        self.fork.fit([X, X], [Y, ONE_HOT], verbose=0)

        pixels = [Conv2D(2, 3, input_shape=(6, 6, 1)), Flatten(), Dense(1, activation="sigmoid")]
        self.image = Sequential(pixels)
        self.image.compile("adam", "binary_crossentropy")
        self.image.fit(RNG.normal(size=(4, 6, 6, 1)), [0, 1, 0, 1], verbose=0)

    @property
    def models(self):
        return self.classes, self.fork, self.image

    def state(self):
        """Return everything that training moves, as bytes."""
        return [
            [a.tobytes() for a in [*m.get_weights(), *(v.data for v in m.optimizer.variables)]]
            for m in self.models
        ]


def fit(x=X, y=C, **settings):
    return lambda b: b.classes.fit(x, y, verbose=0, **settings)


def fork_fit(x=(X, X), y=(Y, ONE_HOT), **settings):
    return lambda b: b.fork.fit(list(x) if isinstance(x, tuple) else x, y, verbose=0, **settings)


def recompiled(loss="sparse_categorical_crossentropy", **settings):
    """Compile the classifier anew, with its optimizer; what follows must not move it."""

    def act(b):
        b.classes.compile(b.classes.optimizer, loss, **settings)
        b.classes.fit(X, C, verbose=0)

    return act


def with_targets(loss, y, **settings):
    def act(b):
        b.classes.compile(b.classes.optimizer, loss)
        b.classes.fit(X, y, verbose=0, **settings)

    return act


def with_nan(array):
    spoilt = array.astype("float32").copy()
    spoilt.reshape(-1)[7] = np.nan
    return spoilt


def generator(*batches):
    yield from batches


def uncompiled():
    return Sequential([Dense(1, input_shape=(3,))])


class Empty(keras.utils.Sequence):
    def __len__(self):
        return 0

    def __getitem__(self, i):
        raise IndexError


def numpy_loss(y_true, y_pred):
    return np.mean((np.asarray(y_true) - np.asarray(y_pred)) ** 2, axis=-1)


def wrong_rank_metric(y_true, y_pred):
    return K.dot(y_true, y_pred)


# name: (what the user does, error, pattern of the message)
MISTAKES = {
    # --- shapes ------------------------------------------------------------------------------
    "features": (
        fit(X[:, :2]),
        ValueError,
        r"input: expected dense_1_input .*\(None, 3\).*\(12, 2\)",
    ),
    "one sample": (fit(X[0], C[:1]), ValueError, r"\(3,\).*looks like one sample.*x\[None\]"),
    "flat images": (
        lambda b: b.image.predict(np.zeros((2, 36))),
        ValueError,
        r"\(None, 6, 6, 1\).*\(2, 36\).*x.reshape\(-1, 6, 6, 1\)",
    ),
    "no channels": (
        lambda b: b.image.predict(np.zeros((2, 6, 6))),
        ValueError,
        r"\(2, 6, 6\).*x.reshape\(-1, 6, 6, 1\)",
    ),
    "channels first": (
        lambda b: b.image.fit(np.zeros((2, 1, 6, 6)), [0, 1], verbose=0),
        ValueError,
        "axes seem to be in another order.*np.transpose",
    ),
    "a single number": (fit(np.float32(1), C), ValueError, "input is a single number"),
    "lengths": (fit(X, C[:5]), ValueError, "same number of samples.*input: 12, target: 5"),
    "lengths of inputs": (fork_fit((X, X[:5])), ValueError, "same number of samples"),
    "one-hot rows": (
        fit(X, ONE_HOT),
        ValueError,
        "look like one-hot rows.*categorical_crossentropy",
    ),
    "class numbers": (
        with_targets("categorical_crossentropy", C),
        ValueError,
        r"kind .*class numbers to categorical_crossentropy.*to_categorical\(y, 4\)",
    ),
    "columns of labels": (
        with_targets("mse", RNG.normal(size=(12, 3))),
        ValueError,
        r"target: expected kind .*\(12, 3\).*4 units, but the labels have 3 columns",
    ),
    "labels for one unit": (
        lambda b: b.image.fit(np.zeros((2, 6, 6, 1)), np.eye(2), verbose=0),
        ValueError,
        "last layer has one unit: pass one label a sample",
    ),
    "one label for four units": (
        with_targets("mse", Y),
        ValueError,
        "one label a sample, but the last layer has 4 units",
    ),
    "ragged inputs": (
        fit([[1, 2, 3], [1, 2]], [0, 1]),
        ValueError,
        "input .* is a ragged list.*Pad",
    ),
    "ragged labels": (fit(X[:2], [[0], [1, 2]]), ValueError, "target .* is a ragged list"),
    "weights of another length": (
        fit(sample_weight=np.ones(5)),
        ValueError,
        r"sample_weight for 'kind' has shape \(5,\).*\(12,\)",
    ),
    "weights of two axes": (
        fit(sample_weight=np.ones((12, 4))),
        ValueError,
        r"sample_weight for 'kind' must have shape \(samples,\).*\(12, 4\)",
    ),
    "weights per step": (
        recompiled(sample_weight_mode="temporl"),
        ValueError,
        "sample_weight_mode is None or 'temporal', not 'temporl'",
    ),
    # --- too much and too little -------------------------------------------------------------
    "no samples": (fit(X[:0], C[:0]), ValueError, "no data: the arrays hold 0 samples"),
    "no data": (lambda b: b.classes.fit(verbose=0), ValueError, "no input data: x is None"),
    "no labels": (fit(X, None), ValueError, "No targets were given.*'kind' needs them: pass y"),
    "labels without a loss": (
        recompiled(None),
        ValueError,
        r"compiled without a loss \(loss=None\)",
    ),
    "no loss": (
        lambda b: (b.classes.compile(b.classes.optimizer), b.classes.fit(X, verbose=0)),
        ValueError,
        r"nothing to minimise.*Pass loss= to compile\(\), or call add_loss",
    ),
    "one array for two inputs": (
        lambda b: b.fork.predict(X),
        ValueError,
        r"2 inputs \('first', 'second'\), but one array.*list in this order, or a dictionary",
    ),
    "two arrays for one input": (
        fit([X, X], C),
        ValueError,
        r"1 input \('dense_1_input'\), but a list of 2 arrays",
    ),
    "one array for two outputs": (fork_fit(y=Y), ValueError, r"2 targets \('left', 'right'\)"),
    "a missing input": (
        lambda b: b.fork.predict([X, None]),
        ValueError,
        "input 'second' of .* is None; it needs data",
    ),
    "an empty Sequence": (
        lambda b: b.classes.fit(Empty(), verbose=0),
        ValueError,
        r"Empty is empty: its length is 0",
    ),
    # --- types -------------------------------------------------------------------------------
    "strings": (fit(np.full((12, 3), "a")), TypeError, "input .* has dtype <U1.*Encode strings"),
    "labels as strings": (fit(X, ["cat"] * 12), TypeError, "target 'kind' has dtype <U3.*Encode"),
    "missing values": (
        fit(np.where(X > 0, X, None)),
        ValueError,
        "input .* holds objects.*missing values filled in",
    ),
    "complex numbers": (fit(X * 1j), TypeError, "complex64; a model needs numbers"),
    "dates": (fit(np.full((12, 3), "2020-01-01", "M8[D]")), TypeError, "datetime64"),
    "weights as strings": (
        fit(sample_weight=["high"] * 12),
        (TypeError, ValueError),
        "sample_weight",
    ),
    # --- NaN and labels out of range ---------------------------------------------------------
    "NaN in targets": (
        fork_fit(y=[with_nan(Y), ONE_HOT]),
        ValueError,
        r"target for 'left' holds NaN \(first in sample 7\).*fill in or drop",
    ),
    "NaN among class numbers": (
        fit(X, with_nan(C)),
        ValueError,
        "holds nan, which is no class number",
    ),
    "NaN in sample weights": (
        fit(sample_weight=with_nan(np.ones(12))),
        ValueError,
        "sample_weight for 'kind' holds NaN. Give 0",
    ),
    "a class too many": (
        fit(X, C + 1),
        ValueError,
        "'kind' holds the class 4, but classes are numbered 0 to 3: the last layer has 4 units",
    ),
    "a negative class": (fit(X, C - 1), ValueError, "holds the class -1"),
    "a fractional class": (fit(X, C + 0.5), ValueError, r"holds \d.5, which is no class number"),
    "an index beyond the table": (
        lambda b: Sequential([Embedding(5, 2, input_length=3)]).predict([[0, 1, 5]]),
        ValueError,
        "5",
    ),
    "a class without a weight": (
        fit(class_weight={0: 1.0}),
        ValueError,
        "class_weight must name every class that occurs: .* of 'kind' are missing",
    ),
    "class weights in a list": (
        fit(class_weight=[1, 2, 3, 4]),
        TypeError,
        r"class_weight is a dictionary .*not list.*dict\(enumerate\(w\)\)",
    ),
    "class weights by label": (fit(class_weight={"cat": 1}), TypeError, "'cat', which is neither"),
    "class weights of two outputs": (
        fork_fit(class_weight={0: 1, 1: 2}),
        ValueError,
        "class_weight has 1 entries, but the model has 2 outputs",
    ),
    # --- names -------------------------------------------------------------------------------
    "a misspelt input": (
        lambda b: b.fork.predict({"frist": X, "second": X}),
        ValueError,
        "No data for the input 'first'.*Did you mean 'first'",
    ),
    "a misspelt target": (
        fork_fit(y={"lefft": Y, "right": ONE_HOT}),
        ValueError,
        "No data for the target 'left'.*Did you mean 'left'",
    ),
    "an unknown loss": (
        recompiled("categorical_crossentrpy"),
        ValueError,
        "Unknown loss: 'categorical_crossentrpy'. Did you mean 'categorical_crossentropy'",
    ),
    "an unknown metric": (
        recompiled(metrics=["acuracy"]),
        ValueError,
        "Unknown metric: 'acuracy'. Did you mean 'accuracy'",
    ),
    "an unknown optimizer": (
        lambda b: b.classes.compile("adan", "mse"),
        ValueError,
        "Unknown optimizer: 'adan'. Did you mean 'adam'",
    ),
    "no optimizer": (lambda b: b.classes.compile(None, "mse"), ValueError, "needs an optimizer"),
    "a function as optimizer": (
        lambda b: b.classes.compile(numpy_loss, "mse"),
        (TypeError, ValueError),
        "optimizer",
    ),
    "an unknown activation": (
        lambda b: b.classes.add(Dense(2, activation="rellu")),
        ValueError,
        "Unknown activation.*'rellu'. Did you mean 'relu'",
    ),
    "an unknown initializer": (
        lambda b: Dense(2, kernel_initializer="glorot"),
        ValueError,
        "Unknown initializer: 'glorot'. Did you mean 'glorot",
    ),
    "a loss for no output": (
        lambda b: b.fork.compile("sgd", {"lift": "mse"}),
        ValueError,
        "Unknown output 'lift' in loss. Did you mean 'left'",
    ),
    "too few losses": (
        lambda b: b.fork.compile("sgd", ["mse"]),
        ValueError,
        "loss has 1 entries, but the model has 2 outputs",
    ),
    "loss weights for no output": (
        lambda b: b.fork.compile("sgd", "mse", loss_weights={"rihgt": 1}),
        ValueError,
        "Unknown output 'rihgt' in loss_weights. Did you mean 'right'",
    ),
    "loss weights in the place of metrics": (
        lambda b: b.fork.compile("sgd", "mse", [0.5, 0.5]),
        TypeError,
        "metrics holds the number 0.5.*loss_weights=",
    ),
    "weights for an unknown output": (
        fork_fit(sample_weight={"lft": np.ones(12)}),
        ValueError,
        "'lft' in sample_weight. Did you mean 'left'",
    ),
    "an unknown layer": (
        lambda b: b.classes.get_layer("knd"),
        ValueError,
        "no layer 'knd'. Did you mean 'kind'",
    ),
    # --- misspelt arguments ------------------------------------------------------------------
    "fit(epoch=)": (fit(epoch=3), TypeError, r"fit\(\) takes no argument 'epoch'. Did.*'epochs'"),
    "compile(metric=)": (
        recompiled(metric=["acc"]),
        TypeError,
        r"compile\(\) takes no argument 'metric'. Did you mean 'metrics'",
    ),
    "evaluate(batchsize=)": (
        lambda b: b.classes.evaluate(X, C, batchsize=3),
        TypeError,
        r"evaluate\(\) takes no argument 'batchsize'. Did you mean 'batch_size'",
    ),
    "predict(batch=)": (
        lambda b: b.classes.predict(X, batch=3),
        TypeError,
        r"predict\(\) takes no argument 'batch'. Did you mean 'batch_size'",
    ),
    "train_on_batch(weights=)": (
        lambda b: b.classes.train_on_batch(X, C, weights=C),
        TypeError,
        r"train_on_batch\(\) takes no argument 'weights'.*'(class|sample)_weight'",
    ),
    "Dense(input_shap=)": (
        lambda b: Dense(2, input_shap=(3,)),
        TypeError,
        "Dense takes no argument 'input_shap'. Did you mean 'input_shape'",
    ),
    "Adam(learningrate=)": (
        lambda b: optimizers.Adam(learningrate=0.1),
        TypeError,
        "Adam takes no argument 'learningrate'. Did you mean 'learning_rate'",
    ),
    "two learning rates": (
        lambda b: optimizers.SGD(lr=0.1, learning_rate=0.1),
        (TypeError, ValueError),
        "lr.*learning_rate|learning_rate.*lr",
    ),
    # --- not ready ---------------------------------------------------------------------------
    "fit before compile": (
        lambda b: uncompiled().fit(X, Y),
        RuntimeError,
        r"must be compiled before training: call model.compile\(optimizer, loss\)",
    ),
    "evaluate before compile": (
        lambda b: uncompiled().evaluate(X, Y),
        RuntimeError,
        "must be compiled before testing",
    ),
    "train_on_batch before compile": (
        lambda b: uncompiled().train_on_batch(X, Y),
        RuntimeError,
        "must be compiled before training",
    ),
    "summary before building": (
        lambda b: Sequential([Dense(1)]).summary(),
        ValueError,
        r"has not been built.*build\(input_shape\).*input_shape",
    ),
    "weights before building": (
        lambda b: Sequential([Dense(1)]).set_weights([np.zeros((3, 1)), np.zeros(1)]),
        ValueError,
        "0 weights|no weights|not been built",
    ),
    "an empty model": (
        lambda b: Sequential().predict(X),
        ValueError,
        r"no layers yet: add\(\) some",
    ),
    "counting before building": (
        lambda b: Dense(3).count_params(),
        (RuntimeError, ValueError),
        "has not seen the shape|input_shape",
    ),
    # --- graphs ------------------------------------------------------------------------------
    "a disconnected graph": (
        lambda b: Model(Input((3,), name="used"), Dense(1)(Input((3,), name="forgotten"))),
        ValueError,
        "Graph disconnected.*'forgotten'.*not among the model's inputs .'used'",
    ),
    "only inputs": (lambda b: Model(Input((3,))), TypeError, "outputs is missing"),
    "data in the place of Input": (
        lambda b: Model(X, Dense(1)(Input((3,)))),
        TypeError,
        r"symbolic tensors.*got ndarray of shape \(12, 3\). Begin with Input",
    ),
    "NumPy on a symbolic tensor": (
        lambda b: np.asarray(Input((3,), name="s")),
        TypeError,
        "symbolic: it has a shape but no data.*ops",
    ),
    "if on a symbolic tensor": (
        lambda b: bool(K.sum(Input((3,))) > 0),
        TypeError,
        "symbolic.*backend.switch or ops.where",
    ),
    "two layers of one name": (
        lambda b: b.classes.add(Dense(4, name="kind")),
        ValueError,
        "already has a layer called 'kind'",
    ),
    "a class in the place of a layer": (
        lambda b: b.classes.add(Dropout),
        TypeError,
        r"Write Dropout\(...\) with parentheses",
    ),
    "no layer": (lambda b: b.classes.add(numpy_loss), TypeError, r"add\(\) takes a layer"),
    "an Input at the end": (
        lambda b: b.classes.add(Input((3,))),
        ValueError,
        "An Input can only be the first element",
    ),
    "Input(3)": (lambda b: Input(3), ValueError, r"shape must be a tuple.*shape=\(3,\)"),
    "concatenating unlike shapes": (
        lambda b: layers.concatenate([Input((3, 2)), Input((4, 5))]),
        ValueError,
        r"\(None, 3, 2\).*\(None, 4, 5\)",
    ),
    "Dense on an unknown size": (
        lambda b: Dense(2)(Input((None,))),
        ValueError,
        r"no known size.*Dense",
    ),
    "a kernel larger than its image": (
        lambda b: Conv2D(2, 9)(Input((6, 6, 1))),
        ValueError,
        "kernel|window|smaller",
    ),
    "a layer of images on vectors": (
        lambda b: Conv2D(2, 3)(Input((6,))),
        ValueError,
        r"conv2d_\d.*(axes|dimensions|ndim|rank)",
    ),
    "pop from an empty model": (lambda b: Sequential().pop(), TypeError, "no layers in the model"),
    # --- arguments out of range --------------------------------------------------------------
    "batch_size=0": (fit(batch_size=0), ValueError, "batch_size must be at least 1, not 0"),
    "batch_size=32.0": (fit(batch_size=32.0), TypeError, "batch_size must be a whole number.*32.0"),
    "epochs=1.5": (fit(epochs=1.5), TypeError, "epochs must be a whole number, not 1.5"),
    "epochs=-1": (fit(epochs=-1), ValueError, "epochs must be at least 0, not -1"),
    "steps_per_epoch=0": (fit(steps_per_epoch=0), ValueError, "steps_per_epoch must be at least 1"),
    "validation_split=2": (
        fit(validation_split=2),
        ValueError,
        "validation_split lies between 0 and 1, not 2",
    ),
    "a split that leaves nothing": (
        fit(X[:1], C[:1], validation_split=0.5),
        ValueError,
        "validation_split=0.5 of 1 samples leaves nothing to train on",
    ),
    "validation data without labels": (
        fit(validation_data=(X,)),
        ValueError,
        r"validation_data must be \(x, y\) or \(x, y, sample_weight\).*1 items",
    ),
    "validation data that do not fit": (
        fit(validation_data=(X[:, :2], C)),
        ValueError,
        r"expected dense_1_input .*\(12, 2\)",
    ),
    "validation labels out of range": (
        fit(validation_data=(X, C + 9)),
        ValueError,
        "holds the class",
    ),
    "validation_freq=0": (fit(validation_freq=0), ValueError, "validation_freq.*at least 1"),
    "shuffle='batches'": (fit(shuffle="batches"), ValueError, "True, False or 'batch'"),
    "verbose=3": (
        lambda b: b.classes.fit(X, C, verbose=3),
        ValueError,
        "verbose=3 is not one of 0 .silent.",
    ),
    "a function as callback": (
        fit(callbacks=[lambda epoch, logs: None]),
        TypeError,
        "is not a callback.*LambdaCallback",
    ),
    "a class as callback": (
        fit(callbacks=[keras.callbacks.EarlyStopping]),
        TypeError,
        r"class EarlyStopping; it takes instances: write EarlyStopping\(...\)",
    ),
    "a negative learning rate": (lambda b: optimizers.SGD(-1.0), ValueError, "at least 0"),
    "Dropout(2)": (lambda b: Dropout(2), ValueError, "rate"),
    "no units": (lambda b: Dense(0), (TypeError, ValueError), "units"),
    "units as text": (lambda b: Dense("ten"), (TypeError, ValueError), "units"),
    "weights of another shape": (
        lambda b: b.classes.set_weights([w.T for w in b.classes.get_weights()]),
        ValueError,
        r"shape",
    ),
    "too few weights": (
        lambda b: b.classes.set_weights(b.classes.get_weights()[:-1]),
        ValueError,
        "8.*7|7.*8",
    ),
    "targets of a backend": (recompiled(target_tensors=[X]), ValueError, "Pass the targets to fit"),
    # --- generators --------------------------------------------------------------------------
    "a generator without steps": (
        lambda b: b.classes.fit(generator((X, C)), epochs=2, verbose=0),
        ValueError,
        "A generator has no length.*steps_per_epoch=",
    ),
    "fit_generator without steps": (
        lambda b: b.classes.fit_generator(generator((X, C))),
        ValueError,
        "A generator has no length.*steps_per_epoch=",
    ),
    "evaluating a generator without steps": (
        lambda b: b.classes.evaluate(generator((X, C))),
        ValueError,
        "how many batches to take with steps=",
    ),
    "validating by a generator without steps": (
        fit(validation_data=generator((X, C))),
        ValueError,
        "validation_steps=",
    ),
    "a generator function": (
        lambda b: b.classes.fit(generator, steps_per_epoch=1),
        TypeError,
        r"generator function; call it.*generator\(\)",
    ),
    "labels beside a generator": (
        lambda b: b.classes.fit(generator((X, C)), C, steps_per_epoch=1),
        ValueError,
        "x yields batches with their own targets.*y must be None",
    ),
    "batch_size beside a generator": (
        lambda b: b.classes.fit(generator((X, C)), batch_size=4, steps_per_epoch=1),
        ValueError,
        "batch_size must be None",
    ),
    "batches of four parts": (
        lambda b: b.classes.fit(generator((X, C, C, C)), steps_per_epoch=1, verbose=0),
        ValueError,
        r"\(x, y, sample_weight\).*4 parts",
    ),
    "batches that do not fit": (
        lambda b: b.classes.fit(generator((X[:, :2], C)), steps_per_epoch=1, verbose=0),
        ValueError,
        r"expected dense_1_input .*\(12, 2\)",
    ),
    "an exhausted generator": (
        lambda b: b.classes.fit(generator(), steps_per_epoch=2, verbose=0),
        ValueError,
        "ended after 0 batches of an epoch of 2",
    ),
    "splitting a generator": (
        lambda b: b.classes.fit(generator((X, C)), steps_per_epoch=1, validation_split=0.5),
        ValueError,
        "generated cannot be split. Pass validation_data=",
    ),
    # --- functions of the user's own ---------------------------------------------------------
    "a loss made of NumPy": (
        with_targets(numpy_loss, ONE_HOT),
        ValueError,
        "No trainable weight .*functions of NumPy.*minikeras.ops or minikeras.backend",
    ),
    "a loss that returns nothing": (
        with_targets(lambda t, p: None, ONE_HOT),
        TypeError,
        "of the output 'kind' returned NoneType; it must return a tensor",
    ),
    "a loss that fails": (
        with_targets(wrong_rank_metric, ONE_HOT),
        ValueError,
        r"in the loss 'wrong_rank_metric' of the output 'kind'.*\(12, 4\)",
    ),
    "a metric that fails": (
        lambda b: (
            b.fork.compile(b.fork.optimizer, "mse", metrics={"right": wrong_rank_metric}),
            b.fork.fit([X, X], [Y, ONE_HOT], verbose=0),
        ),
        ValueError,
        "in the metric 'right_wrong_rank_metric'",
    ),
    "a loss object of another shape": (
        with_targets(losses.MeanSquaredError(), Y),
        ValueError,
        "one label a sample, but the last layer has 4 units",
    ),
    "a metric that cannot do without an argument": (
        recompiled(metrics=["MeanIoU"]),
        ValueError,
        r"MeanIoU\(num_classes=...\)",
    ),
    "a metric class that needs arguments": (
        recompiled(metrics=[metrics.MeanIoU]),
        ValueError,
        r"MeanIoU\(num_classes=...\)",
    ),
}


@pytest.fixture(scope="module")
def trained():
    from minikeras.layers.names import reset_uids

    reset_uids()
    return Bench()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_teaches_and_changes_nothing(name, trained):
    act, error, message = MISTAKES[name]
    bench = copy.deepcopy(trained)
    before = bench.state()
    assert before == trained.state()
    with pytest.raises(error, match="(?s)" + message):
        act(bench)
    assert bench.state() == before
    for model in bench.models:  # and all goes on
        assert np.isfinite(model.predict([X, X] if model is bench.fork else _some(model))[0]).all()


def _some(model):
    return np.zeros((1, *model.input_shape[1:]))


def test_there_are_enough_mistakes():
    assert len(MISTAKES) >= 100


@pytest.mark.parametrize("name", ["a class too many", "NaN in targets", "fit(epoch=)"])
def test_the_state_would_show_a_change(name, trained):
    bench = copy.deepcopy(trained)
    before = bench.state()
    bench.classes.fit(X, C, verbose=0)
    after = bench.state()
    assert after[0] != before[0]
    assert after[1:] == before[1:]
