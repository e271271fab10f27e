"""Mistakes in data: shapes, types, missing values, labels out of range, generators."""

import numpy as np

from minikeras.layers import Dense, Embedding
from minikeras.models import Sequential
from tests.engine.mistakes_bench import (
    ONE_HOT,
    RNG,
    C,
    Empty,
    X,
    Y,
    fit,
    fork_fit,
    generator,
    recompiled,
    with_nan,
    with_targets,
)

# name: (what the user does, error, pattern of the message)
MISTAKES = {
    # --- shapes ------------------------------------------------------------------------------
    "features": (
        fit(X[:, :2]),
        ValueError,
        r"input: expected dense_1_input .*\(None, 3\).*\(12, 2\).*takes 3 features .*have 2",
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
    "lengths of inputs": (
        fork_fit((X, X[:5])),
        ValueError,
        "same number of samples, but there are input 'first': 12, input 'second': 5",
    ),
    "lengths of targets": (
        fork_fit(y=[Y[:7], ONE_HOT]),
        ValueError,
        "input: 12, target 'left': 7",
    ),
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
    "calling a model on nothing": (
        lambda b: b.classes(None),
        ValueError,
        "input 'dense_1_input' of .* is None; it needs data",
    ),
    "calling a layer on nothing": (
        lambda b: Dense(2)(None),
        ValueError,
        r"\(Dense\) was called on None, not on data",
    ),
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
    "complex numbers": (
        fit(X * 1j),
        TypeError,
        "complex64; a model needs numbers. Give the real and the imaginary part",
    ),
    "dates": (fit(np.full((12, 3), "2020-01-01", "M8[D]")), TypeError, "datetime64.*days since"),
    "weights as strings": (
        fit(sample_weight=["high"] * 12),
        TypeError,
        "sample_weight for 'kind' has dtype <U4; a model needs numbers",
    ),
    # --- NaN and labels out of range ---------------------------------------------------------
    "NaN in inputs": (
        fit(with_nan(X)),
        ValueError,
        r"input 'dense_1_input' holds NaN \(first in sample 2\).*fill in or drop",
    ),
    "infinity in one of the inputs": (
        fork_fit((X, with_nan(X) * np.inf)),
        ValueError,
        r"input 'second' holds infinity \(first in sample 0\)",
    ),
    "NaN in a batch": (
        lambda b: b.classes.train_on_batch(with_nan(X), C),
        ValueError,
        "input 'dense_1_input' holds NaN",
    ),
    "NaN in a generator": (
        lambda b: b.classes.fit(generator((with_nan(X), C)), steps_per_epoch=1, verbose=0),
        ValueError,
        "input 'dense_1_input' holds NaN",
    ),
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
    "infinite sample weights": (
        fit(sample_weight=np.full(12, np.inf)),
        ValueError,
        "sample_weight for 'kind' holds infinity. Give 0",
    ),
    "NaN as a class weight": (
        fit(class_weight={0: 1.0, 1: np.nan, 2: 1.0, 3: 1.0}),
        ValueError,
        "class_weight gives nan: training with it would spoil all weights",
    ),
    "symbolic data": (
        lambda b: b.classes.fit(b.classes.input, C, verbose=0),
        TypeError,
        "input .* is symbolic: it stands for data to come",
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
        lambda b: b.classes.evaluate_generator(generator((X, C))),
        ValueError,
        "how many batches to take with steps=",
    ),
    "validating by a generator without steps": (
        fit(validation_data=generator((X, C)), epochs=2),
        ValueError,
        "validation_steps=",
    ),
    "evaluating an exhausted generator": (
        lambda b: b.classes.evaluate(generator()),
        ValueError,
        "ended after 0 batches",
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
}
