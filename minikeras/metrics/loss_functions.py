"""The losses that are metrics too, under the names that Keras 2.1.5 and Keras 3 give them."""

from ..losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    cosine_proximity,
    hinge,
    huber,
    kullback_leibler_divergence,
    logcosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from .base import registry

mse = MSE = registry.register("mse", "MSE")(mean_squared_error)
mae = MAE = registry.register("mae", "MAE")(mean_absolute_error)
mape = MAPE = registry.register("mape", "MAPE")(mean_absolute_percentage_error)
msle = MSLE = registry.register("msle", "MSLE")(mean_squared_logarithmic_error)
cosine = registry.register("cosine")(cosine_proximity)
registry.register("logcosh", "log_cosh")(logcosh)
registry.register("kld", "KLD")(kullback_leibler_divergence)
registry.register("bce", "BCE")(binary_crossentropy)

for _function in (
    hinge,
    squared_hinge,
    categorical_hinge,
    huber,
    poisson,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
):
    registry.register()(_function)
