"""What makes functions of a package, such as `keras`, that return a small model of one layer."""

ROW, SEQ, IMG, VOL = (4,), (6, 3), (8, 7, 3), (6, 6, 6, 2)


def one(cls, shape, *args, dtype=None, **kwargs):
    """Return a function of the package: a model of this one layer."""

    def make(k):
        x = k.Input(shape, dtype=dtype, name="x")
        return k.Model(x, getattr(k.layers, cls)(*args, **kwargs)(x))

    return make


def merged(cls, *args, shapes=((4,), (4,)), **kwargs):
    """Return a function of the package: a model of one layer with several inputs."""

    def make(k):
        xs = [k.Input(s, name=f"x{i}") for i, s in enumerate(shapes)]
        return k.Model(xs, getattr(k.layers, cls)(*args, **kwargs)(xs))

    return make


def attending(cls, *args, **kwargs):
    """Return a function of the package: a model of a layer that attends to one input from another.

    Such layers take several positional arguments.
    """

    def make(k):
        x, y = k.Input((5, 8), name="x"), k.Input((6, 8), name="y")
        return k.Model([x, y], getattr(k.layers, cls)(*args, **kwargs)(x, y))

    return make


def wrapped(outer, inner, shape, *args, inner_options=None, **kwargs):
    """Return a function of the package: a model of a layer around another one."""

    def make(k):
        x = k.Input(shape, name="x")
        inside = getattr(k.layers, inner)(*args, **(inner_options or {}))
        return k.Model(x, getattr(k.layers, outer)(inside, **kwargs)(x))

    return make
