"""Files as Keras 1 and Keras 2.1.5 wrote them, made from what is known of their layout."""

import json

import h5py
import numpy as np


def write(path, config, layers, version="2.1.5", backend="tensorflow", training=None, memory=None):
    """Write a legacy file.

    Args:
        config: the model config; None for a file of weights alone.
        layers: list of (layer name, [(weight name, array), ...]) in the order of the model.
        training: the training config; memory: the list of the optimizer's arrays.
    """
    with h5py.File(path, "w") as file:
        root = file
        if config is not None:
            file.attrs["model_config"] = json.dumps(config).encode("utf8")
            if version:
                file.attrs["keras_version"] = version.encode("utf8")
            if backend:
                file.attrs["backend"] = backend.encode("utf8")
            root = file.create_group("model_weights")
        if version:
            root.attrs["keras_version"] = version.encode("utf8")
        if backend:
            root.attrs["backend"] = backend.encode("utf8")
        root.attrs["layer_names"] = [name.encode("utf8") for name, _ in layers]
        for name, weights in layers:
            group = root.create_group(name)
            group.attrs["weight_names"] = [n.encode("utf8") for n, _ in weights]
            for weight_name, array in weights:
                group.create_dataset(weight_name, data=array)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training).encode("utf8")
        if memory is not None:
            group = file.create_group("optimizer_weights")
            names = [f"training/Variable_{i}:0" for i in range(len(memory))]
            group.attrs["weight_names"] = [n.encode("utf8") for n in names]
            for name, array in zip(names, memory, strict=True):
                group.create_dataset(name, data=array)


def arrays(*shapes, seed=0):
    """Return float32 arrays of the given shapes, the same for the same seed."""
    source = np.random.RandomState(seed)
    return [source.uniform(-0.5, 0.5, shape).astype("float32") for shape in shapes]


def dense(name, units, activation="linear", shape=None, **more):
    """Return the entry of a Dense layer in a Sequential config of Keras 2.1.5."""
    config = {
        "name": name,
        "trainable": True,
        "units": units,
        "activation": activation,
        "use_bias": True,
        "kernel_initializer": {
            "class_name": "VarianceScaling",
            "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
        },
        "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
        **more,
    }
    if shape is not None:
        config.update(batch_input_shape=[None, *shape], dtype="float32")
    return {"class_name": "Dense", "config": config}


def hard_sigmoid(x):
    """Return Keras 2's hard sigmoid."""
    return np.clip(0.2 * x + 0.5, 0, 1)
