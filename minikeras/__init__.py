"""minikeras: the Keras API, trained and run by NumPy alone.

`import minikeras as keras`, or `minikeras.install_as_keras()` for scripts that say `import keras`.
"""

import sys

import numpy as np

from . import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    dtype_policies,
    engine,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    saving,
    utils,
)
from ._version import KERAS_VERSION, version
from ._version import __version__ as __minikeras_version__
from .dtype_policies import DTypePolicy, FloatDTypePolicy
from .import_paths import add_old_paths, install_as_keras, public_names, watch_other_names
from .initializers import Initializer
from .layers import Input, InputLayer, InputSpec, Layer
from .layers import KerasVariable as Variable
from .layers.symbolic import KerasTensor
from .lazy import lazy_names
from .losses import Loss
from .metrics import Metric
from .models import Model, Sequential
from .optimizers import Optimizer
from .regularizers import Regularizer
from .scopes import device, name_scope
from .utils import function_code

__version__ = KERAS_VERSION

# What most scripts do without is imported when it is first used.
_LAZY = {".applications": "", ".datasets": "", ".preprocessing": "", ".wrappers": ""}

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "Initializer",
    "Input",
    "InputLayer",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Variable",
    "__minikeras_version__",
    "__version__",
    "activations",
    "applications",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "device",
    "dtype_policies",
    "engine",
    "initializers",
    "install_as_keras",
    "layers",
    "losses",
    "metrics",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "utils",
    "version",
    "wrappers",
]

__getattr__, __dir__ = lazy_names(__name__, _LAZY)

for _module in (backend, layers):  # what `from keras.layers import *` gives: no modules of ours
    _module.__all__ = public_names(_module)

add_old_paths()
watch_other_names()
function_code.known_names.update({name: getattr(layers, name) for name in public_names(layers)})
function_code.known_names.update(K=backend, np=np, keras=sys.modules[__name__])
