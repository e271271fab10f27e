# ruff: noqa: F401
"""`keras.backend` under its names of Keras 2.1.5, the `K.*` of so many scripts.

There is no logic here: a name is an import, or an adapter that reorders arguments. What Keras
calls a backend is NumPy, at once and without a session: `K.update` acts when it is called, and
`K.get_value` just reads. `name` arguments, which label a TensorFlow graph, name variables here and
are not looked at elsewhere.
"""

from ..config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_image_data_format,
)
from ..engine.functions import function, placeholder
from ..engine.symbolic_gradients import symbolic_gradients as gradients
from ..layers.names import get_uid, reset_uids
from ..layers.symbolic import is_keras_tensor
from ..ops import (
    abs,
    all,
    any,
    binary_crossentropy,
    cast,
    categorical_crossentropy,
    cos,
    dtype,
    elu,
    exp,
    hard_sigmoid,
    log,
    logsumexp,
    max,
    mean,
    min,
    ndim,
    prod,
    round,
    sigmoid,
    sign,
    sin,
    softmax,
    softplus,
    softsign,
    sparse_categorical_crossentropy,
    sqrt,
    square,
    squeeze,
    stack,
    std,
    sum,
    tanh,
    transpose,
    var,
)
from ..ops import ravel as flatten
from ..ops.keras2 import (
    batch_dot,
    batch_flatten,
    bias_add,
    foldl,
    foldr,
    gather,
    local_conv1d,
    local_conv2d,
    normalize_batch_in_training,
    permute_dimensions,
    print_tensor,
    repeat_elements,
    resize_images,
    resize_volumes,
    reverse,
    spatial_2d_padding,
    spatial_3d_padding,
    temporal_padding,
)
from ..ops.keras2 import repeat_vector as repeat
from ..ops.recurrence import rnn
from .arrays import (
    arange,
    argmax,
    argmin,
    clip,
    concatenate,
    cumprod,
    cumsum,
    expand_dims,
    in_test_phase,
    in_top_k,
    in_train_phase,
    map_fn,
    one_hot,
    reshape,
    stop_gradient,
    switch,
    tile,
)
from .convolutions import (
    conv1d,
    conv2d,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
    depthwise_conv2d,
    pool2d,
    pool3d,
    separable_conv1d,
    separable_conv2d,
)
from .ctc import ctc_batch_cost, ctc_decode, ctc_label_dense_to_sparse
from .elementwise import (
    dot,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    maximum,
    minimum,
    not_equal,
    pow,
)
from .networks import (
    batch_normalization,
    dropout,
    l2_normalize,
    random_binomial,
    random_normal,
    random_uniform,
    relu,
    truncated_normal,
)
from .session import (
    cast_to_floatx,
    clear_session,
    get_session,
    image_dim_ordering,
    learning_phase,
    manual_variable_initialization,
    name_scope,
    set_epsilon,
    set_floatx,
    set_image_dim_ordering,
    set_learning_phase,
    set_session,
)
from .symbolic_shape import shape
from .variables import (
    batch_get_value,
    batch_set_value,
    constant,
    count_params,
    eval,
    eye,
    get_value,
    get_variable_shape,
    identity,
    int_shape,
    is_placeholder,
    is_sparse,
    moving_average_update,
    ones,
    ones_like,
    random_normal_variable,
    random_uniform_variable,
    set_value,
    to_dense,
    update,
    update_add,
    update_sub,
    variable,
    zeros,
    zeros_like,
)
