"""What fit, evaluate and predict take as data: arrays of all kinds, on disk, generated, nested."""

import numpy as np
import pytest

from minikeras import ops, optimizers
from minikeras.autograd import Tensor
from minikeras.callbacks import LambdaCallback
from minikeras.layers import Dense, Flatten, Layer
from minikeras.models import Input, Model, Sequential
from minikeras.saving import load_model
from minikeras.utils import PyDataset, Sequence
from tests.engine.support import data, fork, line
from tests.engine.test_arrays import Frame, Series, Sparse

h5py = pytest.importorskip("h5py")


def compiled(model=None, loss="mse", **settings):
    model = model or line()
    model.compile(optimizers.SGD(0.01), loss, **settings)
    return model


def trained(x, y, **settings):
    """Return the weights after two epochs from given ones, in the given order."""
    model = compiled()
    settings = {"epochs": 2, "batch_size": 5, "verbose": 0, "shuffle": False, **settings}
    model.fit(x, y, **settings)
    return np.concatenate([w.reshape(-1) for w in model.get_weights()])


X, Y, _ = data()
EXPECTED = trained(X, Y)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([X], [Y]),
        (X.tolist(), Y.tolist()),
        (X.astype("float64"), Y[:, 0]),
        (X.astype("float64").tolist(), list(Y[:, 0])),
        (Frame(X), Series(Y[:, 0])),
        (Sparse(X), Y),
        (Tensor(X), Tensor(Y)),
        ({"line_input": X}, {"line": Y}),
        (np.asfortranarray(X), Y[::-1][::-1]),
        (X.astype(">f4"), Y.astype(">f8")),
    ],
    ids=["list", "nested", "float64", "numbers", "frame", "sparse", "tensor", "names", "strides",
         "swapped"],
)  # fmt: skip
def test_all_kinds_of_arrays_train_alike(x, y):
    np.testing.assert_allclose(trained(x, y), EXPECTED, rtol=1e-6)


@pytest.fixture
def stored(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"], file["y"], file["labels"] = X, Y, Y[:, 0]
    with h5py.File(tmp_path / "data.h5", "r") as file:
        yield file


def test_data_sets_on_disk(stored):
    np.testing.assert_allclose(trained(stored["x"], stored["y"]), EXPECTED, rtol=1e-6)
    np.testing.assert_allclose(trained(stored["x"], stored["labels"]), EXPECTED, rtol=1e-6)
    for shuffle in (True, "batch"):
        assert np.isfinite(trained(stored["x"], stored["y"], shuffle=shuffle)).all()
    held = trained(stored["x"], stored["y"], validation_split=0.25)
    np.testing.assert_allclose(held, trained(X, Y, validation_split=0.25), rtol=1e-6)
    model = compiled()
    np.testing.assert_allclose(model.predict(stored["x"]), model.predict(X), rtol=1e-6)
    assert model.evaluate(stored["x"], stored["y"], verbose=0) == pytest.approx(
        model.evaluate(X, Y, verbose=0)
    )


def test_whole_and_boolean_inputs_are_cast():
    x = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 1], [0, 0, 1]])
    model = compiled()
    for given in (x, x.astype(bool), x.astype("uint8"), x.tolist(), x.astype(bool).tolist()):
        found = model.predict(given)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, x @ [[1.0], [2.0], [3.0]] + 0.5, rtol=1e-6)
    model.fit(x, x[:, 0].astype(bool), verbose=0)


def test_a_deferred_model_takes_whole_numbers_as_floats():
    model = Sequential([Dense(2), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.array([[0, 1], [1, 0]]), [1, 0], verbose=0)
    assert model.inputs[0].dtype == np.float32


def test_inputs_of_a_type_of_their_own():
    inputs = Input((2,), dtype="int32")
    model = Model(inputs, inputs)
    assert model.predict(np.array([[1.0, 2.0]])).dtype == np.int32


def test_one_sample_and_odd_batch_sizes():
    model = compiled()
    for size in (1, 5, 12, 100, np.int64(3)):
        model.fit(X[:12], Y[:12], batch_size=size, verbose=0)
        assert model.predict(X, batch_size=size).shape == (12, 1)
    model.fit(X[:1], Y[:1], verbose=0)


# --- generators ------------------------------------------------------------------------------


def batches(*parts, size=4):
    """Yield batches of the parts for ever."""
    while True:
        for start in range(0, len(parts[0]), size):
            batch = tuple(part[start : start + size] for part in parts)
            yield batch if len(batch) > 1 else batch[0]


def test_generators_train_as_arrays_do():
    arrays = trained(X, Y, batch_size=4)
    steps = {"batch_size": None, "steps_per_epoch": 3}
    np.testing.assert_array_equal(trained(batches(X, Y), None, **steps), arrays)
    for workers in (1, 2):
        found = trained(batches(X, Y), None, workers=workers, **steps)
        np.testing.assert_array_equal(found, arrays)
    lists = (list(batch) for batch in batches(X, Y))
    np.testing.assert_array_equal(trained(lists, None, **steps), arrays)


def test_generators_of_weights():
    w = np.linspace(0, 1, 12)
    model = compiled()
    expected = model.evaluate(X, Y, sample_weight=w, batch_size=4, verbose=0)
    assert model.evaluate(batches(X, Y, w), steps=3, verbose=0) == pytest.approx(expected)


def test_generators_for_several_inputs_and_outputs():
    _, y, c = data()
    model = compiled(fork(), ["mse", "sparse_categorical_crossentropy"])
    expected = model.evaluate(X, [y, c], verbose=0)
    for x, targets in (([X], [y, c]), ({"in": X}, {"left": y, "right": c})):
        found = model.evaluate(iter([(x, targets)]), steps=1, verbose=0)
        assert found == pytest.approx(expected)


def test_batches_in_lists_are_taken_as_tuples_where_there_is_one_input():
    class Loader:  # yields lists, as the DataLoader of PyTorch
        def __iter__(self):
            return iter([[X[:5], Y[:5]], [X[5:], Y[5:]]])

    model, reference = compiled(), compiled()
    np.testing.assert_allclose(model.predict(Loader()), reference.predict(X), rtol=1e-6)
    assert model.evaluate(Loader(), verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0))
    model.fit(Loader(), verbose=0)
    assert model.optimizer.iterations == 2
    rows = iter([[list(map(float, row)) for row in X[:2]]])  # one batch of two samples
    np.testing.assert_allclose(reference.predict(rows), reference.predict(X[:2]), rtol=1e-6)


def test_predictions_for_generators_use_the_inputs():
    model = compiled()
    expected = model.predict(X)
    for generator in (batches(X), batches(X, Y), batches(X, Y, Y[:, 0])):
        np.testing.assert_allclose(model.predict(generator, steps=3), expected, rtol=1e-6)


class Batches(Sequence):
    """The data in batches of four, and a record of epochs."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.ended = 0

    def __len__(self):
        return 3

    def __getitem__(self, i):
        return X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]

    def on_epoch_end(self):
        self.ended += 1


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_sequences(workers):
    sequence = Batches()
    found = trained(sequence, None, batch_size=None, workers=workers)
    np.testing.assert_array_equal(found, trained(X, Y, batch_size=4))
    assert sequence.ended == 2
    model = compiled()
    expected = model.evaluate(X, Y, batch_size=4, verbose=0)
    assert model.evaluate(Batches(), verbose=0, workers=workers) == pytest.approx(expected)
    found = model.predict(Batches(), workers=workers)
    np.testing.assert_allclose(found, model.predict(X), rtol=1e-6)


def test_sequences_validate_every_epoch():
    sequence = Batches()
    model = compiled()
    history = model.fit(X, Y, epochs=3, verbose=0, validation_data=sequence).history
    assert len(history["val_loss"]) == 3
    assert sequence.ended == 3


def test_data_sets_of_keras_3():
    class Data(PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]

    found = trained(Data(workers=2), None, batch_size=None)
    np.testing.assert_array_equal(found, trained(X, Y, batch_size=4))


def test_iterables_of_batches():
    class Loader:  # as of torch: a length, an iterator, no index
        def __len__(self):
            return 3

        def __iter__(self):
            return (Batches()[i] for i in range(3))

    found = trained(Loader(), None, batch_size=None)
    np.testing.assert_array_equal(found, trained(X, Y, batch_size=4))


def test_a_generator_that_ends_is_one_epoch():
    model = compiled()
    sizes = []
    note = LambdaCallback(on_batch_end=lambda batch, logs: sizes.append(logs["size"]))
    finite = (Batches()[i] for i in range(3))
    assert len(model.fit(finite, verbose=0, callbacks=[note]).history["loss"]) == 1
    assert sizes == [4, 4, 4]


def test_a_failure_in_a_worker_reaches_the_caller():
    class Broken(Batches):
        def __getitem__(self, i):
            if i == 1:
                raise OSError("no such file")
            return super().__getitem__(i)

    model = compiled()
    with pytest.raises(OSError, match="no such file"):
        model.fit(Broken(), verbose=0, workers=2, shuffle=False)
    model.fit(Batches(), verbose=0)


def test_class_weights_with_generators():
    labels = (Y > 0).astype("float32")
    model = compiled()
    weights = {0: 0.0, 1: 2.0}
    expected = model.evaluate(
        X[:4], labels[:4], sample_weight=np.where(labels[:4, 0], 2.0, 0.0), verbose=0
    )
    found = model.fit(
        batches(X, labels), steps_per_epoch=1, verbose=0, class_weight=weights
    ).history["loss"]  # fmt: skip
    assert found == pytest.approx([expected])


# --- stateful models -------------------------------------------------------------------------


def test_stateful_models_need_whole_batches():
    class Stateful(Flatten):
        stateful = True

    model = compiled(Sequential([Stateful(input_shape=(3,)), Dense(1)]))
    model.fit(X, Y, batch_size=4, verbose=0)
    with pytest.raises(ValueError, match="12 samples do not make whole batches of 5"):
        model.fit(X, Y, batch_size=5, verbose=0)


def test_labels_that_no_loss_looks_at():
    class Penalty(Layer):
        def call(self, inputs):
            self.add_loss(ops.mean(ops.square(inputs)))
            return inputs

    model = Sequential([Dense(2, input_dim=X.shape[1]), Penalty()])
    model.compile("sgd")
    expected = model.evaluate(X, verbose=0)
    with pytest.warns(UserWarning, match="without a loss.*not looked at"):
        assert model.evaluate(X, Y, verbose=0) == pytest.approx(expected)
    with pytest.warns(UserWarning, match="without a loss"):
        model.fit(X, Y, epochs=3, verbose=0)
    assert model.evaluate(X, verbose=0) < expected
    alone = line()
    alone.compile("sgd")
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="nothing to minimise"):
        alone.fit(X, Y, verbose=0)


def test_data_nested_as_the_ends_of_the_model_are(tmp_path):
    a, b, c = (Input((3,), name=name) for name in "abc")
    left, right = Dense(2, name="l")(a), Dense(3, name="r")(b + c)
    model = Model((a, {"n": [b], "m": c}), (left, {"q": right}))
    model.compile("sgd", ["mse", "mae"])
    one, two, three = (np.full((6, 3), value, "float32") for value in (1, 2, 3))
    y, z = np.zeros((6, 2), "float32"), np.ones((6, 3), "float32")
    nested, listed = (one, {"n": [two], "m": three}), [one, three, two]  # keys in sorted order
    expected = model.predict(listed)[1]["q"]
    np.testing.assert_array_equal(model.predict(nested)[1]["q"], expected)
    np.testing.assert_array_equal(model.predict({"a": one, "b": two, "c": three})[1]["q"], expected)
    losses = model.evaluate(nested, (y, {"q": z}), verbose=0)
    assert losses == model.evaluate(listed, [y, z], verbose=0)
    assert losses == model.test_on_batch(nested, {"l": y, "r": z})
    model.fit(nested, (y, {"q": z}), validation_data=(nested, (y, {"q": z})), verbose=0)
    for path in (tmp_path / "m.keras", tmp_path / "m.h5"):
        model.save(path)
        again = load_model(path)
        np.testing.assert_array_equal(again.predict(nested)[0], model.predict(nested)[0])
    with pytest.raises(ValueError, match="has 3 inputs"):
        model.predict((one, {"n": [two]}))
