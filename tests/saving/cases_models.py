"""Models of every structure, written once for both packages: `MODELS[name](keras)`."""

from .makers import IMG, SEQ


def shared_and_nested(k):
    """Return a model with a shared layer, models within it, two inputs and two outputs."""
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, activation="tanh")
    inner_input = k.Input((3,))
    deep = k.layers.Dense(2)(k.layers.BatchNormalization()(inner_input))
    inner = k.Model(inner_input, deep)
    stacked = k.Sequential([k.Input((3,)), k.layers.Dense(2), k.layers.Dense(2)])
    left, right = shared(a), shared(b)
    joined = k.layers.Concatenate()([inner(left), inner(right), stacked(left), right])
    return k.Model([a, b], [k.layers.Dense(2)(joined), right])


def branches(k):
    """Return a model whose branches are of different lengths and kinds."""
    x = k.Input(IMG, name="x")
    one_way = k.layers.Conv2D(4, 3, padding="same")(x)
    other = k.layers.Conv2D(4, 1)(x)
    other = k.layers.Conv2D(4, 3, padding="same")(k.layers.ReLU()(other))
    third = k.layers.Conv2D(4, 5, padding="same")(x)
    joined = k.layers.Add()([third, one_way, other])
    return k.Model(x, k.layers.Dense(3)(k.layers.GlobalAveragePooling2D()(joined)))


def frozen(k):
    """Return a stack within a stack, in which some layers are frozen."""
    inner = k.Sequential(
        [k.Input((4,)), k.layers.Dense(3), k.layers.BatchNormalization(), k.layers.Dense(3)]
    )
    inner.layers[0].trainable = False
    return k.Sequential([k.Input((4,)), inner, k.layers.Dense(2)])


def nested_output(k):
    """Return a model that ends in a model."""
    x = k.Input((4,), name="x")
    inner_input = k.Input((4,))
    inner = k.Model(inner_input, k.layers.Dense(2)(inner_input))
    return k.Model(x, inner(k.layers.Dense(4)(x)))


def named_outputs(k):
    """Return a model with dictionaries of inputs and outputs."""
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    both = k.layers.Add()([a, b])
    return k.Model({"a": a, "b": b}, {"p": k.layers.Dense(2)(both), "q": k.layers.Dense(3)(a)})


def operations(k):
    """Return a model with operations between its layers."""
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    both = (x + y * 2.0) / (y * y + 1.0) - 0.5
    part = k.layers.Dense(3)(both[:, 1:])
    return k.Model([x, y], [k.ops.sum(part, axis=-1, keepdims=True), k.ops.maximum(part, 0.2)])


def siamese(k):
    """Return a model that gives two sequences to the same recurrent layer and the same model."""
    a, b = k.Input(SEQ, name="a"), k.Input(SEQ, name="b")
    shared = k.layers.LSTM(4, recurrent_activation="sigmoid")
    head_input = k.Input((4,))
    head = k.Model(head_input, k.layers.Dense(3, activation="tanh")(head_input))
    left, right = head(shared(a)), head(shared(b))
    apart = k.layers.Subtract()([left, right])
    return k.Model([a, b], k.layers.Concatenate()([apart, k.layers.Multiply()([left, left])]))


def transformer_block(k):
    """Return a block of a transformer: a layer that is called with the same tensor twice."""
    x = k.Input((5, 8), name="x")
    attended = k.layers.MultiHeadAttention(2, 4)(x, x)
    y = k.layers.LayerNormalization(epsilon=1e-6)(k.layers.Add()([x, attended]))
    inner = k.layers.Dense(8)(k.layers.Dense(16, activation="gelu")(y))
    y = k.layers.LayerNormalization(epsilon=1e-6)(k.layers.Add()([y, inner]))
    return k.Model(x, k.layers.Dense(2)(k.layers.GlobalAveragePooling1D()(y)))


def three_deep(k):
    """Return a stack that holds a model that holds a stack with layers of the same kind."""
    deepest = k.Sequential([k.Input((3,)), k.layers.Dense(3), k.layers.BatchNormalization()])
    x = k.Input((4,))
    y = k.layers.Dense(3, activation="relu")(x)
    middle = k.Model(x, k.layers.Add()([deepest(y), y]))
    return k.Sequential([k.Input((4,)), middle, k.layers.Dense(3), k.layers.Dense(2)])


def part_of_a_model(k):
    """Return a model of another one's inner layers, with a new end: cut, frozen, begun anew."""
    x = k.Input(IMG, name="x")
    y = k.layers.Conv2D(3, 3, activation="relu")(x)
    cut = k.layers.BatchNormalization()(y)
    whole = k.Model(x, k.layers.Dense(5)(k.layers.Flatten()(cut)))
    for layer in whole.layers:
        layer.trainable = False
    head = k.layers.Dense(2)(k.layers.GlobalMaxPooling2D()(cut))
    return k.Model(x, head)


MODELS = {
    "operations": operations,
    "shared and nested": shared_and_nested,
    "branches": branches,
    "frozen": frozen,
    "nested output": nested_output,
    "named outputs": named_outputs,
    "siamese": siamese,
    "transformer block": transformer_block,
    "three deep": three_deep,
    "part of a model": part_of_a_model,
}
