"""Operations in the graphs of Keras 3 files: `x + y`, `x[:, 1:]`, `keras.ops.sum(x, axis=-1)`.

Keras 3 stores each as an entry of its own class (`Add`, `GetItem`, `Sum`) whose config holds the
settings and whose call holds the arrays. The functions of `keras.ops` have the same names and
arguments here, so that a table of names and settings is all it takes. What has functions among its
arguments (`map`, `cond`, ...) is not carried over; an operation of ours that Keras 3 lacks is
written as an `OpLayer`, which this library reads back and Keras 3 refuses by name.
"""

import inspect

from .. import ops
from ..config import floatx
from ..layers.json_values import encode
from ..models.named_operations import CLASS_NAME

# Per module of Keras 3: functions with the names of their settings. Their classes have the same
# names in capitals, but for a few.
_TABLE = {
    "keras.src.ops.numpy": """
        abs absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and
        bitwise_not bitwise_or bitwise_xor cbrt ceil conj conjugate copy corrcoef cos cosh deg2rad
        divide divide_no_nan dot equal exp exp2 expm1 fabs floor floor_divide fmax fmin fmod gcd
        greater greater_equal heaviside hypot inner isfinite isinf isnan lcm ldexp less less_equal
        log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor
        matmul maximum minimum mod multiply negative not_equal outer power rad2deg ravel reciprocal
        sign sin sinc sinh sqrt square subtract tan tanh true_divide trunc where
        all:axis,keepdims any:axis,keepdims amax:axis,keepdims amin:axis,keepdims
        argmax:axis,keepdims argmin:axis,keepdims argsort:axis average:axis broadcast_to:shape
        clip:x_min,x_max concatenate:axis count_nonzero:axis cross:axisa,axisb,axisc,axis
        cumprod:axis,dtype cumsum:axis,dtype diag:k diagonal:offset,axis1,axis2 diff:n,axis
        einsum:subscripts expand_dims:axis flip:axis full_like:dtype hstack
        max:axis,keepdims,initial mean:axis,keepdims median:axis,keepdims min:axis,keepdims,initial
        moveaxis:source,destination nan_to_num:nan,posinf,neginf ones_like:dtype
        pad:pad_width,mode prod:axis,keepdims,dtype ptp:axis,keepdims repeat:repeats,axis
        reshape:newshape roll:shift,axis rot90:k,axes round:decimals sort:axis
        split:indices_or_sections,axis squeeze:axis stack:axis std:axis,keepdims sum:axis,keepdims
        swapaxes:axis1,axis2 take:axis take_along_axis:axis tensordot:axes tile:repeats
        trace:offset,axis1,axis2 transpose:axes tril:k triu:k var:axis,keepdims vstack
        zeros_like:dtype
        """,
    "keras.src.ops.nn": """
        relu relu6 sigmoid softplus softsign silu log_sigmoid hard_sigmoid hard_silu selu
        tanh_shrink hard_tanh sparse_plus sparse_sigmoid
        average_pool:pool_size,strides,padding,data_format celu:alpha
        conv:strides,padding,data_format,dilation_rate
        depthwise_conv:strides,padding,data_format,dilation_rate elu:alpha gelu:approximate
        glu:axis hard_shrink:threshold leaky_relu:negative_slope log_softmax:axis
        max_pool:pool_size,strides,padding,data_format normalize:axis,order,epsilon
        one_hot:num_classes,axis,dtype,sparse soft_shrink:threshold softmax:axis sparsemax:axis
        squareplus:b threshold:threshold,default_value
        """,
    "keras.src.ops.core": "cast:dtype saturate_cast:dtype stop_gradient unstack:num,axis",
    "keras.src.ops.math": """
        erf erfc erfinv rsqrt logsumexp:axis,keepdims segment_sum:num_segments,sorted
        segment_max:num_segments,sorted top_k:k,sorted
        """,
    "keras.src.ops.linalg": "det inv solve norm:ord,axis,keepdims cholesky:upper",
}


def _classes():
    """Return {class name: (function name, module, names of the settings)}."""
    found = {}
    for module, text in _TABLE.items():
        for word in text.split():
            name, _, settings = word.partition(":")
            cls = "".join(part.capitalize() for part in name.split("_"))
            found[cls] = name, module, tuple(settings.split(",")) if settings else ()
    return found


BY_CLASS = _classes()
_BY_NAME = {name: (cls, module, keys) for cls, (name, module, keys) in BY_CLASS.items()}
_OPTIONAL_ARRAYS = {"where": 2, "average": 1}  # beyond those that every call has
_LISTS = ("concatenate", "stack")  # their arrays are one argument, a list
_OTHER_NAMES = {"hard_sigmoid_keras3": "hard_sigmoid", "swish": "silu", "hard_swish": "hard_silu"}
_OTHERS_OF_KERAS_3 = {"hard_sigmoid": "hard_sigmoid_keras3"}


# -----------------------------------------------------------------------------------------------
# Reading
# -----------------------------------------------------------------------------------------------
def is_operation(entry):
    """Return whether an entry of a graph is an operation of Keras 3, not a layer.

    HDF5 files leave its module out: there it is known by having no `trainable` in its config.
    """
    if ".ops." in str(entry.get("module") or ""):
        return True
    name, config = entry.get("class_name"), entry.get("config")
    known = name in BY_CLASS or name == "GetItem"
    return (
        known
        and isinstance(config, dict)
        and not {"trainable", "dtype"}
        & (set(config) - set(BY_CLASS[name][2] if name in BY_CLASS else ()))
    )


def read_operation(entry):
    """Return the entry of a graph that stands for an operation, its calls included.

    Raises:
        ValueError: an operation that is not carried over.
    """
    cls, config = entry["class_name"], dict(entry.get("config") or {})
    nodes = entry.get("inbound_nodes") or []
    name = entry.get("name") or config.get("name")
    if cls == "GetItem":
        function, settings = "get_item", {}
        nodes = [_with_tuple_key(node) for node in nodes]
    elif cls in BY_CLASS:
        function, _, keys = BY_CLASS[cls]
        function = _OTHERS_OF_KERAS_3.get(function, function)
        settings = {key: config[key] for key in keys if key in config}
        if settings.get("dtype") is None:
            settings.pop("dtype", None)
    else:
        raise ValueError(f"the operation {cls!r} of keras.ops is not carried over from files")
    if not isinstance(name, str) or not all(isinstance(node, dict) for node in nodes):
        raise ValueError(f"the operation {cls!r} has no name, or its calls have no arguments")
    return {
        "class_name": CLASS_NAME,
        "name": name,
        "config": {"name": name, "function": function, "settings": settings},
        "inbound_nodes": nodes,
    }


def _with_tuple_key(node):
    """Return the call of `x[...]` with its index as a tuple, which JSON has made a list."""
    args, kwargs = list(node.get("args", [])), dict(node.get("kwargs") or {})
    key = kwargs.pop("key") if "key" in kwargs else args.pop() if len(args) > 1 else None
    if isinstance(key, list):
        key = {"class_name": "__tuple__", "config": {"value": key}}
    return {"args": args, "kwargs": {**kwargs, "key": key}}


# -----------------------------------------------------------------------------------------------
# Writing
# -----------------------------------------------------------------------------------------------
def operation_entry(layer):
    """Return (entry, whether Keras 3 knows it) of an `OpLayer` in a graph."""
    name = layer.operation.op_name
    if name == "getitem":
        return _entry("keras.src.ops.numpy", "GetItem", {"name": layer.name}), True
    described = _settings_of(layer)
    if described is None:
        return {"class_name": "OpLayer", "config": layer.get_config()}, False
    cls, module, settings = described
    return _entry(module, cls, {"name": layer.name, **settings}), True


def _entry(module, cls, config):
    return {"module": module, "class_name": cls, "config": config, "registered_name": cls}


def _settings_of(layer):
    """Return (class, module, settings) of an operation in Keras 3; None where it has no such."""
    name = layer.operation.op_name
    if name == "hard_sigmoid":  # that of Keras 2
        return None
    name = _OTHER_NAMES.get(name, name)
    if name not in _BY_NAME:
        return None
    cls, module, keys = _BY_NAME[name]
    if name == "pad":
        return cls, module, {"pad_width": _lists(layer.settings["pad_width"])}
    if name in _LISTS:
        given = dict(layer.settings)
    else:
        given = _bound(name, layer.arrays, layer.settings)
        if given is None or len([k for k in given if k not in keys]) > _count_of_arrays(name, keys):
            return None
    if set(layer.settings) - set(keys):
        return None
    settings = {key: _plain(value) for key, value in given.items() if key in keys}
    if name == "one_hot":
        settings.setdefault("dtype", floatx())  # Keras 3 leaves it to the backend otherwise
    return cls, module, settings


def _count_of_arrays(name, keys):
    parameters = inspect.signature(getattr(ops, name)).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return len(parameters)
    required = [p for p in parameters if p.name not in keys and p.default is p.empty]
    return len(required) + _OPTIONAL_ARRAYS.get(name, 0)


def _bound(name, arrays, settings):
    """Return the arguments of an operation by the names of its function; None if they do not fit.

    Symbolic arrays are None.
    """
    try:
        bound = inspect.signature(getattr(ops, name)).bind_partial(
            *([] if name == "einsum" else arrays), **settings
        )
    except TypeError:
        return None
    return dict(bound.arguments)


def _lists(value):
    return [_lists(part) for part in value] if isinstance(value, (list, tuple)) else value


def _plain(value):
    return list(value) if isinstance(value, tuple) else encode(value)


def arguments_of(layer, tensors):
    """Return the positional arguments of the call of an operation that Keras 3 knows."""
    arguments = list(layer.arrays)
    for slot, tensor in zip(layer.slots, tensors, strict=True):
        arguments[slot] = tensor
    name = layer.operation.op_name
    if name == "getitem":
        key = layer.settings["key"]
        return [*arguments, list(key) if isinstance(key, tuple) else key]
    name = _OTHER_NAMES.get(name, name)
    if name in _LISTS:
        return [arguments]
    if name == "einsum":
        return arguments
    if name == "pad":
        return [*arguments, layer.settings["value"]]
    names = list(inspect.signature(getattr(ops, name)).parameters)
    keys = _BY_NAME[name][2]
    return [value for key, value in zip(names, arguments) if key not in keys]
