"""Transfer learning: cutting, freezing, new heads, and what optimizers remember through it all."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, optimizers

OPTIMIZERS = {
    "adam": lambda: optimizers.Adam(0.01),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True),
    "sgd": lambda: optimizers.SGD(0.05, momentum=0.9),
    "rmsprop": lambda: optimizers.RMSprop(0.01),
    "rmsprop_centered": lambda: optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "adagrad": lambda: optimizers.Adagrad(0.05),
    "adadelta": lambda: optimizers.Adadelta(),
    "adamax": lambda: optimizers.Adamax(0.01),
    "nadam": lambda: optimizers.Nadam(0.01),
    "ftrl": lambda: optimizers.Ftrl(0.05),
    "lion": lambda: optimizers.Lion(0.001),
    "lamb": lambda: optimizers.Lamb(0.01),
    "adafactor": lambda: optimizers.Adafactor(0.01),
    "muon": lambda: optimizers.Muon(0.01),
    "averaged": lambda: optimizers.Adam(0.01, use_ema=True),
    "gathered": lambda: optimizers.SGD(0.05, momentum=0.9, gradient_accumulation_steps=2),
}
LOSS = "sparse_categorical_crossentropy"


def data(classes=3, count=32, seed=0):
    source = np.random.RandomState(seed)
    return source.uniform(-1, 1, (count, 6)).astype("float32"), source.randint(0, classes, count)


def base():
    """All layers of one width: what is put in the wrong place has the right shape."""
    inputs = keras.Input((6,), name="features_in")
    x = layers.Dense(6, activation="tanh", name="first")(inputs)
    x = layers.Dense(6, activation="tanh", name="second")(x)
    x = layers.Dense(6, activation="tanh", name="third")(x)
    outputs = layers.Dense(3, activation="softmax", name="head")(x)
    return keras.Model(inputs, outputs)


def new_head(model, cut="third", classes=2, name="new_head"):
    """Return a model that shares everything up to a layer and ends in a classifier of its own."""
    features = model.get_layer(cut).output
    outputs = layers.Dense(classes, activation="softmax", name=name)(features)
    return keras.Model(model.input, outputs)


def memory(optimizer, variable):
    """What an optimizer remembers about one variable."""
    owned = [slot for slot in optimizer.variables if optimizer._owners.get(slot) is variable]
    return [np.array(slot.data) for slot in owned]


def train(model, optimizer, classes, steps=3):
    model.compile(optimizer, LOSS)
    x, y = data(classes)
    for _ in range(steps):
        model.train_on_batch(x, y)


def equal(some, others):
    pairs = list(zip(some, others, strict=True))
    assert pairs
    return all(np.array_equal(a, b) for a, b in pairs)


# -----------------------------------------------------------------------------------------------
# Cutting and freezing
# -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cut", ["first", "second", "third", "head"])
def test_a_model_is_cut_at_any_layer(cut):
    model = base()
    part = keras.Model(model.input, model.get_layer(cut).output)
    x, _ = data()
    wanted = x
    for name in ("first", "second", "third", "head"):
        kernel, bias = model.get_layer(name).get_weights()
        wanted = wanted @ kernel + bias
        if name == "head":
            powers = np.exp(wanted)
            wanted = powers / powers.sum(1, keepdims=True)
        else:
            wanted = np.tanh(wanted)
        if name == cut:
            break
    np.testing.assert_allclose(part.predict(x), wanted, rtol=0, atol=1e-5)


def test_cut_in_the_middle_of_branches():
    inputs = keras.Input((8, 8, 3))
    one = layers.Conv2D(4, 3, padding="same", name="one")(inputs)
    two = layers.Conv2D(4, 5, padding="same", name="two")(inputs)
    joined = layers.Concatenate(name="joined")([one, two])
    model = keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.Add()([joined, joined])))
    part = keras.Model(model.input, [model.get_layer("two").output, model.layers[1].output])
    assert {la.name for la in part.layers[1:]} == {"one", "two"}
    both = keras.Model(inputs, joined).predict(np.ones((1, 8, 8, 3)))
    second, first = part.predict(np.ones((1, 8, 8, 3)))
    np.testing.assert_array_equal(np.concatenate([first, second], -1), both)


def test_cut_from_its_middle_to_its_end():
    """The rest of a network, on features that were computed before."""
    model = base()
    features = keras.Model(model.input, model.get_layer("second").output)
    entry = keras.Input((6,))
    rest = keras.Model(entry, model.get_layer("head")(model.get_layer("third")(entry)))
    x, _ = data()
    np.testing.assert_allclose(rest.predict(features.predict(x)), model.predict(x), atol=1e-6)


def test_a_sequential_model_loses_its_head():
    model = keras.Sequential([layers.Dense(4, input_shape=(6,)), layers.Dense(3)])
    body = model.layers[0].get_weights()
    model.pop()
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)
    assert equal(model.layers[0].get_weights(), body)
    x, _ = data()
    assert model.predict(x).shape == (32, 2)


def stack():
    return keras.Sequential(
        [layers.Dense(4, input_shape=(6,)), layers.Dense(3), layers.Dense(5, name="last")]
    )


@pytest.mark.parametrize("compiled", [False, True])
def test_the_way_of_2017_to_cut_a_stack(compiled):
    model = stack()
    if compiled:
        model.compile("sgd", "mse")
    body = model.get_weights()[:4]
    last = model.layers.pop()
    assert last.name == "last"
    model.outputs = [model.layers[-1].output]
    model.layers[-1].outbound_nodes = []
    assert model.output_shape == (None, 3)
    for layer in model.layers:
        layer.trainable = False
    model.add(layers.Dense(2, activation="softmax"))
    model.compile("sgd", LOSS)
    x, y = data(2)
    model.fit(x, y, verbose=0)
    assert equal(model.get_weights()[:4], body)
    assert len(model.layers) == 3
    assert model.predict(x).shape == (32, 2)


def test_the_way_of_2017_to_cut_a_graph():
    model = base()
    model.compile("sgd", LOSS)
    x, _ = data()
    model.layers.pop()
    model.outputs = [model.layers[-1].output]
    assert model.output_shape == (None, 6)
    assert [la.name for la in model.layers[1:]] == ["first", "second", "third"]
    other = keras.Model(model.input, model.get_layer("third").output)
    np.testing.assert_array_equal(model.predict(x), other.predict(x))
    model.compile("sgd", "mse")
    model.fit(x, x, verbose=0)


def test_a_stack_ends_at_a_layer_of_its_own():
    model = stack()
    model.outputs = model.layers[0].output
    assert model.output_shape == (None, 4)
    with pytest.raises(ValueError, match=r"Model\(model.inputs, outputs\)"):
        model.outputs = [keras.Input((4,))]
    assert model.output_shape == (None, 4)
    first = model.layers[0]
    assert model.layers.pop(0) is first
    assert model.layers == []
    with pytest.raises(IndexError):
        model.layers.pop()


def test_taking_a_layer_out_of_the_list_alone():
    model = stack()
    listed = model.layers
    assert listed.pop(0).units == 4
    assert len(model.layers) == 3
    assert isinstance(model.layers, list)


def test_what_is_frozen_stays_and_the_rest_moves():
    model = new_head(base())
    for layer in model.layers[:-1]:
        layer.trainable = False
    before = [w.copy() for w in model.get_weights()]
    train(model, "adam", 2)
    after = model.get_weights()
    assert equal(before[:-2], after[:-2])
    assert not np.array_equal(before[-2], after[-2])
    assert len(model.trainable_weights) == 2
    assert len(model.non_trainable_weights) == 6


def test_a_frozen_model_within_another():
    body = base()
    body.trainable = False
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(body(inputs)))
    before = [w.copy() for w in body.get_weights()]
    train(model, "adam", 2)
    assert equal(before, body.get_weights())
    body.trainable = True
    train(model, model.optimizer, 2)
    assert not np.array_equal(before[0], body.get_weights()[0])


def test_freezing_acts_from_the_next_compile_on():
    model = base()
    model.compile("sgd", LOSS)
    model.get_layer("first").trainable = False
    before = model.get_layer("first").get_weights()
    x, y = data()
    with pytest.warns(UserWarning, match="compile"):
        model.train_on_batch(x, y)
    assert not np.array_equal(before[0], model.get_layer("first").get_weights()[0])


def test_features_that_call_a_body_in_inference_mode():
    """`body(x, training=False)`, as scripts of Keras 3 write it: averages stand still."""
    inputs = keras.Input((6,))
    body = keras.Model(inputs, layers.BatchNormalization()(layers.Dense(4)(inputs)))
    entry = keras.Input((6,))
    outputs = layers.Dense(2, activation="softmax")(body(entry, training=False))
    model = keras.Model(entry, outputs)
    body.trainable = False
    averages = [w.copy() for w in body.get_weights()]
    train(model, "adam", 2)
    assert equal(averages, body.get_weights())
    body.trainable = True
    train(model, "adam", 2)
    moving = body.layers[-1].get_weights()[2:]
    assert equal(moving, averages[-2:])


# -----------------------------------------------------------------------------------------------
# What the optimizer remembers
# -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_memory_survives_freezing_a_new_head_and_release(name):
    optimizer = OPTIMIZERS[name]()
    model = base()
    train(model, optimizer, 3, steps=4)
    kernel = model.get_layer("second").weights[0]
    learnt, steps = memory(optimizer, kernel), int(optimizer.variables[0].data)
    assert steps == 4
    assert any(np.abs(slot).max() > 0 for slot in learnt)

    other = new_head(model)
    model.get_layer("second").trainable = False
    train(other, optimizer, 2)
    assert equal(memory(optimizer, kernel), learnt)
    assert int(optimizer.variables[0].data) == 7

    model.get_layer("second").trainable = True
    train(other, optimizer, 2, steps=2)
    assert not equal(memory(optimizer, kernel), learnt)


@pytest.mark.parametrize("frequency", [1, None])
def test_moving_averages_leave_alone_what_is_frozen(frequency):
    """And a head that joins late is followed from its first values on, not from zeros."""
    optimizer = optimizers.SGD(0.1, use_ema=True, ema_overwrite_frequency=frequency)
    model = base()
    train(model, optimizer, 3)
    other = new_head(model)
    head = other.get_layer("new_head").weights[0]
    for layer in other.layers[:-1]:
        layer.trainable = False
    frozen, start = model.get_layer("second").get_weights(), head.numpy().copy()
    train(other, optimizer, 2, steps=1)
    assert equal(model.get_layer("second").get_weights(), frozen)
    optimizer.finalize_variable_values(other.trainable_weights)
    assert 0 < np.abs(head.numpy() - start).max() < 0.01  # a hundredth of a step


def test_the_next_step_after_compile_is_that_of_an_undisturbed_run():
    results = []
    for interrupted in (False, True):
        keras.utils.set_random_seed(1)
        model = base()
        train(model, optimizers.Adam(0.01), 3)
        if interrupted:
            model.get_layer("first").trainable = False
            model.compile(model.optimizer, LOSS)
            model.get_layer("first").trainable = True
            model.compile(model.optimizer, LOSS)
        x, y = data()
        model.train_on_batch(x, y)
        results.append(model.get_weights())
    assert equal(*results)


def test_a_new_optimizer_starts_afresh():
    model = base()
    train(model, "adam", 3)
    first = model.optimizer
    model.compile("adam", LOSS)
    assert model.optimizer is not first
    assert int(model.optimizer.iterations) == 0


# -----------------------------------------------------------------------------------------------
# Files on the way
# -----------------------------------------------------------------------------------------------
def fine_tuned(name):
    """A model trained in three phases: all of it, a new head, then head and last layers."""
    keras.utils.set_random_seed(2)
    optimizer = OPTIMIZERS[name]()
    whole = base()
    whole.get_layer("second").trainable = False
    train(whole, optimizer, 3)
    model = new_head(whole)
    for layer in model.layers[:-1]:
        layer.trainable = False
    train(model, optimizer, 2)
    for layer in model.layers[2:]:
        layer.trainable = True
    train(model, optimizer, 2)
    return model


@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_from_a_file_as_if_there_had_been_none(name, file, tmp_path):
    """The optimizer knows an old head, frozen layers, and the layers in another order."""
    model = fine_tuned(name)
    model.save(tmp_path / file)
    again = keras.models.load_model(tmp_path / file)
    assert [v.shape for v in again.trainable_weights] == [v.shape for v in model.trainable_weights]
    for one, other in zip(model.trainable_weights, again.trainable_weights):
        assert equal(memory(model.optimizer, one), memory(again.optimizer, other))
    x, y = data(2, seed=5)
    for _ in range(2):
        model.train_on_batch(x, y)
        again.train_on_batch(x, y)
    scale = max(np.abs(w).max() for w in model.get_weights())
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6 * scale)


def test_a_head_that_has_not_been_trained_yet(tmp_path):
    """The optimizer learns of it when the model is saved: its memory is empty then."""
    model = base()
    train(model, optimizers.Adam(0.01), 3)
    other = new_head(model)
    other.compile(model.optimizer, LOSS)
    other.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert int(again.optimizer.iterations) == 3
    wanted = memory(model.optimizer, model.get_layer("first").weights[0])
    assert equal(memory(again.optimizer, again.get_layer("first").weights[0]), wanted)
    head = memory(again.optimizer, again.get_layer("new_head").weights[0])
    assert all(not slot.any() for slot in head)


def test_a_users_optimizer_that_builds_in_its_own_way(tmp_path):
    """What cannot be told apart is saved as it is."""

    @keras.saving.register_keras_serializable("tests")
    class Own(optimizers.Optimizer):
        def build(self, variables):
            known = self.built
            super().build(variables)
            if not known:
                self.total = self.add_variable((), name="total")

        def update_step(self, gradient, variable, learning_rate):
            self.total.assign_add(1.0)
            variable.assign_sub(gradient * learning_rate)

    model = base()
    train(model, Own(0.01), 3)
    total = float(model.optimizer.total.data)
    other = new_head(model)
    train(other, model.optimizer, 2)
    assert float(model.optimizer.total.data) == 2 * total
    other.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert float(again.optimizer.total.data) == 2 * total
