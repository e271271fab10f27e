"""What every registered layer must do, whatever it computes."""

import copy
import json
import pickle
import warnings

import numpy as np
import pytest

import minikeras
from minikeras import config
from minikeras.autograd import Variable, check_layer, check_variables
from minikeras.layers import Concatenate, Dense, Flatten, Input, registry
from minikeras.models import Model, Sequential
from tests.layers.cases import CASES

# Layers that stand for no computation of their own, are made by operations, are called step by step
# by others (cells), read strings, or warn that they are of Keras 1; tested elsewhere.
APART = {"InputLayer", "Model", "Sequential", "OpLayer", "TextVectorization"}
APART |= {"Highway", "MaxoutDense", "Merge"}
APART |= {"GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"}
CLASSES = {cls.__name__: cls for _, cls in registry.items()}
ALL = [
    pytest.param(name, case, id=f"{name}-{i}")
    for name, cases in CASES.items()
    for i, case in enumerate(cases)
]
every_case = pytest.mark.parametrize(("name", "case"), ALL)


def test_every_layer_has_a_case():
    without = sorted(set(CLASSES) - set(CASES) - APART)
    assert not without, f"add a case to tests/layers/cases.py for {without}"
    unknown = sorted(set(CASES) - set(CLASSES))
    assert not unknown, f"no such layers: {unknown}"


def make(kind, case, **more):
    return CLASSES[kind](**{**case.arguments(more.get("dtype")), **more})


def symbols(case, batch=None):
    found = [
        Input(batch_shape=(batch, *shape), dtype="int32" if case.below is not None else None)
        for shape in case.shape_list()
    ]
    return found if case.several else found[0]


def leaves(value):
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def randomize(layer, seed=0):
    """Give every weight other numbers, so that none is lost without notice."""
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.uniform(0.5, 1.5, w.shape).astype(w.dtype) for w in layer.get_weights()])
    return layer


@every_case
def test_configs_come_back(name, case):
    layer = make(name, case)
    case.apply(layer, case.inputs())
    randomize(layer)
    expected = [a.numpy() for a in leaves(case.apply(layer, case.inputs()))]
    written = json.loads(json.dumps(layer.get_config()))
    for read in (layer.get_config(), written):
        again = type(layer).from_config(read)
        assert again.name == layer.name
        case.apply(again, case.inputs())
        again.set_weights(layer.get_weights())
        for a, b in zip(leaves(case.apply(again, case.inputs())), expected, strict=True):
            np.testing.assert_array_equal(a.numpy(), b)
        assert json.loads(json.dumps(again.get_config())) == written
    described = {"class_name": name, "config": written}
    assert type(minikeras.layers.deserialize(described)) is CLASSES[name]


@every_case
def test_it_knows_the_shape_and_type_of_its_output(name, case):
    layer = make(name, case)
    symbolic = leaves(case.apply(layer, symbols(case)))
    for samples in (2, 5):
        actual = leaves(case.apply(layer, case.inputs(samples)))
        assert len(symbolic) == len(actual)
        for symbol, array in zip(symbolic, actual):
            assert symbol.shape[1:] == array.shape[1:]
            assert symbol.shape[0] is None
            assert array.shape[0] == samples
            assert symbol.dtype == array.dtype
    shapes = [(None, *s) for s in case.shape_list()]
    if case.spread:
        said = layer.compute_output_shape(*shapes)
    else:
        said = layer.compute_output_shape(shapes if case.several else shapes[0])
    assert said == [s.shape for s in symbolic] or said == symbolic[0].shape


@every_case
def test_a_fixed_batch_size_stays(name, case):
    assert all(t.shape[0] == 3 for t in leaves(case.apply(make(name, case), symbols(case, 3))))


@every_case
def test_unknown_sizes_are_refused_or_right(name, case):
    if case.several or len(case.shapes) < 2:
        return
    layer = make(name, case)
    open_shape = (None, *(None for _ in case.shapes[:-1]), case.shapes[-1])
    if case.settings.get("data_format") == "channels_first":
        open_shape = (None, case.shapes[0], *(None for _ in case.shapes[1:]))
    dtype = "int32" if case.below is not None else None
    try:
        symbol = layer(Input(batch_shape=open_shape, dtype=dtype))
    except ValueError as error:
        assert layer.name in str(error)
        return
    actual = case.apply(layer, case.inputs())
    for promised, found in zip(leaves(symbol), leaves(actual), strict=True):
        assert len(promised.shape) == len(found.shape)
        assert all(p in (None, f) for p, f in zip(promised.shape, found.shape))


def head(layer, case, **options):
    """A model that ends in one number, the layer being a part of it."""
    inputs = symbols(case)
    values = [
        Flatten()(value) if len(value.shape) != 2 else value
        for value in leaves(case.apply(layer, inputs))
    ]
    value = Concatenate()(values) if len(values) > 1 else values[0]
    return Model(inputs, Dense(1, use_bias=False)(value))


@every_case
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_trains_in_its_float_type(name, case, dtype):
    before = config.floatx()
    config.set_floatx(dtype)
    try:
        layer = make(name, case)
        model = head(layer, case)
        model.compile(minikeras.optimizers.SGD(0.01), "mse")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*does not support masking")
            x = case.inputs(dtype=dtype)
            y = np.ones((3, 1), dtype)
            losses = [model.train_on_batch(x, y) for _ in range(2)]
            _, gradients = model.loss_and_gradients(x, y, training=True)
            output = model.predict(x)
    finally:
        config.set_floatx(before)
    assert np.isfinite(losses).all()
    floats = [w for w in layer.weights if w.dtype.kind == "f"]
    assert all(w.dtype == dtype for w in floats), [(w.name, w.dtype) for w in floats]
    assert all(g.dtype == dtype for g in gradients if g is not None)
    assert output.dtype == dtype


@every_case
@pytest.mark.parametrize("training", [False, True])
def test_gradients(name, case, training):
    if training and case.random:
        return  # checked with the random numbers held fixed in the layer's own tests
    layer = make(name, case, dtype="float64", **_without_penalties(case))
    inputs = case.inputs(dtype="float64")
    case.apply(layer, inputs)
    if any(w.dtype.kind == "f" for w in layer.weights):
        randomize(layer)
    if case.below is not None and not layer.trainable_weights:
        return
    if case.spread:
        variables = [Variable(a, name=f"input {i}") for i, a in enumerate(inputs)]
        weights = layer.trainable_weights
        report = check_variables(
            lambda: case.apply(layer, variables, training=training), variables + weights
        )
    else:
        report = check_layer(layer, inputs, training=training)
    assert report.checked > 0


def _without_penalties(case):
    """Penalties on activity are no part of the output whose gradient is checked."""
    return {"activity_regularizer": None} if "activity_regularizer" in case.settings else {}


@every_case
def test_as_the_first_layer_of_a_stack(name, case):
    if case.several or case.shapes == ():
        return
    own = case.settings.get("input_length") is not None
    for given in (
        {} if own else {"input_shape": case.shapes},
        {"batch_input_shape": (None, *case.shapes)},
    ):
        layer = make(name, case, **given)
        if isinstance(layer.compute_output_shape((None, *case.shapes)), list):
            with pytest.raises(ValueError, match="has several outputs"):
                Sequential([layer])(case.inputs())
            continue
        model = Sequential([layer])
        if given:
            assert model.built
        again = Sequential.from_config(json.loads(json.dumps(model.get_config())))
        x = case.inputs()
        again(x), model(x)
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(again.predict(x), model.predict(x))


@every_case
def test_arguments_that_every_layer_takes(name, case):
    layer = make(name, case, name="mine", trainable=False, dtype="float64")
    out = leaves(case.apply(layer, case.inputs(dtype="float64")))[0]
    assert layer.name == "mine"
    assert layer.dtype == "float64"
    assert layer.trainable_weights == []
    assert layer.weights == layer.non_trainable_weights
    if case.below is None:
        assert out.dtype == np.float64
    assert all(w.dtype == np.float64 for w in layer.weights if w.dtype.kind == "f")
    inside = {id(w) for part in layer._sublayers() for w in part.weights}
    own = [w for w in layer.weights if id(w) not in inside]
    assert all(w.name.startswith("mine/") and w.name.endswith(":0") for w in own)
    layer.trainable = True
    trainable = [w for w in layer.weights if isinstance(w, Variable) and w.trainable]
    assert [w.name for w in layer.trainable_weights] == [w.name for w in trainable]
    given = [w + 1 for w in layer.get_weights()]
    seeded = make(name, case, weights=given) if given else make(name, case)
    case.apply(seeded, case.inputs())
    for a, b in zip(seeded.get_weights(), given, strict=True):
        np.testing.assert_array_equal(a, b.astype(a.dtype))
    with pytest.raises(TypeError, match=f"{name} takes no argument 'trainabel'.*'trainable'"):
        make(name, case, trainabel=True)


@every_case
def test_masks_pass_through_or_end_with_a_warning(name, case):
    if case.several or len(case.shapes) < 2 or case.below is not None:
        return
    layer = make(name, case)
    inputs = minikeras.autograd.Tensor(case.inputs())
    inputs.mask = np.ones(inputs.shape[:2], bool)
    inputs.mask[:, -1] = False
    overridden = type(layer).compute_mask is not minikeras.layers.Layer.compute_mask
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        out = leaves(layer(inputs))[0]
    if layer.supports_masking and not overridden:
        assert not caught
        np.testing.assert_array_equal(out.mask, inputs.mask)
    elif not overridden:
        assert "does not support masking" in str(caught[0].message)
        assert out.mask is None


@every_case
def test_copies(name, case):
    layer = make(name, case)
    case.apply(layer, case.inputs())
    randomize(layer)
    expected = [a.numpy() for a in leaves(case.apply(layer, case.inputs()))]
    copies = [copy.deepcopy(layer)]
    if "<lambda>" not in str(case.settings.get("function")):
        copies.append(pickle.loads(pickle.dumps(layer)))
    for copied in copies:
        for a, b in zip(leaves(case.apply(copied, case.inputs())), expected, strict=True):
            np.testing.assert_array_equal(a.numpy(), b)
        for a, b in zip(copied.weights, layer.weights, strict=True):
            assert not np.shares_memory(a.data, b.data)


@every_case
def test_no_data_are_no_trouble(name, case):
    layer = make(name, case)
    case.apply(layer, case.inputs())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not support masking")
        out = leaves(case.apply(layer, case.inputs(samples=0)))[0]
    assert out.shape[0] == 0
