"""Mistakes in settings: names, arguments, order of calls, graphs, functions of the user's own."""

import numpy as np

import minikeras as keras
from minikeras import backend as K
from minikeras import layers, losses, metrics, optimizers
from minikeras.layers import Conv2D, Dense, Dropout
from minikeras.models import Input, Model, Sequential
from tests.engine.mistakes_bench import (
    ONE_HOT,
    C,
    X,
    Y,
    fit,
    fork_fit,
    nothing,
    numpy_loss,
    recompiled,
    uncompiled,
    with_targets,
    wrong_rank_metric,
)

# name: (what the user does, error, pattern of the message)
MISTAKES = {
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
    "a metric that returns nothing": (
        recompiled(metrics=[nothing]),
        TypeError,
        "The function returned None; it must return a value for each sample.*metric 'nothing'",
    ),
    "a negative size": (lambda b: Input((-3,)), ValueError, r"whole numbers.*is \(None, -3\)"),
    "half a size": (lambda b: Dense(2, input_shape=(1.5,)), ValueError, r"is \(None, 1.5\)"),
    "a shape in words": (lambda b: Input("28"), ValueError, "tuple of sizes, not the string '28'"),
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
