"""TensorBoard: its files, read back by TensorBoard's own reader (where that is installed)."""

import struct
import sys
import zlib

import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks, layers
from minikeras.callbacks.event_file import Histogram, grey_levels, png
from minikeras.callbacks.tensorboard import graph_nodes, weight_images

X = np.random.RandomState(0).randn(24, 4).astype("float32")
Y = X[:, :2]


def make_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            layers.Dense(5, activation="relu", input_shape=(4,), name="first"),
            layers.Dropout(0.5, name="drop"),
            layers.Dense(2, name="second"),
        ]
    )
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def fit(folder, model=None, epochs=3, fit_settings=None, **settings):
    model = model or make_model()
    given = {"validation_data": (X[:9], Y[:9]), "batch_size": 8, **(fit_settings or {})}
    board = callbacks.TensorBoard(str(folder), **settings)
    model.fit(X, Y, epochs=epochs, verbose=0, callbacks=[board], **given)
    return model


@pytest.fixture
def read():
    """Return a function that reads a log folder with TensorBoard's own reader."""
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing import plugin_event_accumulator

    def read_folder(folder):
        reader = plugin_event_accumulator.EventAccumulator
        return reader(str(folder), size_guidance={"tensors": 0}).Reload()

    return read_folder


def values(found, tag):
    """Return [(step, array)] of a tag."""
    from tensorboard.util.tensor_util import make_ndarray

    return [(e.step, make_ndarray(e.tensor_proto)) for e in found.Tensors(tag)]


# ---------------------------------------------------------------------------------------------
# In TensorBoard's own reader
# ---------------------------------------------------------------------------------------------
def test_scalars(read, tmp_path):
    model = fit(tmp_path, write_graph=False)
    found = read(tmp_path)
    history = model.history.history
    assert sorted(found.Tags()["tensors"]) == sorted(history)
    for name, expected in history.items():
        steps, numbers = zip(*values(found, name), strict=True)
        assert steps == (0, 1, 2)
        np.testing.assert_allclose(numbers, expected, rtol=1e-6)


@pytest.mark.parametrize(("freq", "steps"), [("batch", list(range(6))), (2, [1, 3, 5]), (4, [3])])
def test_batches_are_written_so_often(read, tmp_path, freq, steps):
    fit(tmp_path, epochs=2, update_freq=freq, write_steps_per_second=True)
    found = read(tmp_path)
    for tag in ("batch_loss", "batch_steps_per_second"):
        assert [step for step, _ in values(found, tag)] == steps
    speeds = [float(v) for _, v in values(found, "epoch_steps_per_second")]
    assert len(speeds) == 2
    assert min(speeds) > 0


def test_histograms(read, tmp_path):
    model = fit(tmp_path, epochs=3, histogram_freq=2, write_grads=True)
    found = read(tmp_path)
    tags = set(found.Tags()["tensors"])
    for name in ("first/kernel_0", "first/bias_0", "second/kernel_0", "second/bias_0"):
        assert {name, f"{name}_grad"} <= tags
    assert {"first_out", "drop_out", "second_out"} <= tags
    kernel = model.get_layer("first").get_weights()[0]
    [(first, _), (last, buckets)] = values(found, "first/kernel_0")
    assert (first, last) == (0, 2)
    assert buckets[:, 2].sum() == kernel.size
    assert buckets[0, 0] == pytest.approx(kernel.min())
    assert buckets[-1, 1] == pytest.approx(kernel.max())
    # Every bucket holds as many numbers as lie between its edges.
    for left, right, count in buckets:
        inside = ((kernel >= left) & (kernel < right)).sum() + (right == buckets[-1, 1])
        assert count == inside
    out = model.predict(X[:9])
    [_, (_, buckets)] = values(found, "second_out")
    assert buckets[:, 2].sum() == out.size
    assert buckets[-1, 1] == pytest.approx(out.max(), rel=1e-5)
    _, gradients = model.loss_and_gradients(X[:9], Y[:9])
    [_, (_, buckets)] = values(found, "second/bias_0_grad")
    assert buckets[0, 0] == pytest.approx(gradients[3].min(), rel=1e-4)


def test_histograms_of_weights_need_no_validation(read, tmp_path):
    fit(tmp_path, histogram_freq=1, fit_settings={"validation_data": None})
    tags = read(tmp_path).Tags()["tensors"]
    assert "first/kernel_0" in tags
    assert "first_out" not in tags


def test_images(read, tmp_path):
    pillow = pytest.importorskip("PIL.Image")
    import io

    model = fit(tmp_path, epochs=1, histogram_freq=1, write_images=True)
    [(step, parts)] = values(read(tmp_path), "first/kernel_0/image")
    assert step == 0
    assert parts[:2].tolist() == [b"5", b"4"]  # width, height
    pixels = np.asarray(pillow.open(io.BytesIO(parts[2])))
    assert np.array_equal(pixels, grey_levels(model.get_layer("first").get_weights()[0]))


def test_the_graph(read, tmp_path):
    inputs = keras.Input((4,), name="in")
    nested = keras.Sequential([layers.Dense(2, input_shape=(4,), name="deep")], name="nested")
    joined = layers.concatenate([nested(inputs), layers.Dense(3, name="side")(inputs)], name="join")
    model = keras.Model(inputs, joined)
    model.compile("sgd", "mse")
    board = callbacks.TensorBoard(str(tmp_path))
    model.fit(X, np.zeros((24, 5)), verbose=0, callbacks=[board])
    graph = read(tmp_path).Graph()
    nodes = {node.name: node for node in graph.node}
    assert nodes["join"].op == "Concatenate"
    assert list(nodes["join"].input) == ["nested", "side"]
    assert list(nodes["side"].input) == ["in"]
    assert nodes["nested/deep"].op == "Dense"
    [shape] = nodes["join"].attr["_output_shapes"].list.shape
    assert [dim.size for dim in shape.dim] == [-1, 5]
    fit(tmp_path / "without", write_graph=False)
    with pytest.raises(ValueError, match="no graph"):
        read(tmp_path / "without").Graph()


def embedded():
    keras.utils.set_random_seed(0)
    words = layers.Embedding(7, 3, input_length=2, name="words")
    model = keras.Sequential([words, layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def fit_words(folder, **settings):
    model = embedded()
    board = callbacks.TensorBoard(str(folder), embeddings_freq=1, **settings)
    x = np.arange(14).reshape(7, 2) % 7
    model.fit(x, np.ones((7, 1)), epochs=2, verbose=0, callbacks=[board])
    return model


def projector(folder):
    """Return the configuration that TensorBoard's projector would read."""
    from google.protobuf import text_format
    from tensorboard.plugins.projector import projector_config_pb2

    text = (folder / "projector_config.pbtxt").read_text()
    return text_format.Parse(text, projector_config_pb2.ProjectorConfig())


def test_embeddings(read, tmp_path):
    from tensorboard.plugins.projector.projector_plugin import _read_tensor_tsv_file

    names = tmp_path / "names.tsv"
    names.write_text("\n".join("abcdefg"))
    logs = tmp_path / "logs"
    model = fit_words(logs, embeddings_metadata=str(names))
    [entry] = projector(logs).embeddings
    assert entry.tensor_name == "words"
    assert list(entry.tensor_shape) == [7, 3]
    assert (logs / entry.metadata_path).read_text() == names.read_text()
    points = _read_tensor_tsv_file(str(logs / entry.tensor_path))
    assert np.array_equal(points, model.get_layer("words").get_weights()[0])


def test_embeddings_of_data(read, tmp_path):
    from tensorboard.plugins.projector.projector_plugin import _read_tensor_tsv_file

    data = np.array([[0, 1], [2, 3], [4, 5]])
    dense = {"embeddings_layer_names": ["words"], "embeddings_data": data, "batch_size": 2}
    model = fit_words(tmp_path, embeddings_metadata={"words": "later.tsv"}, **dense)
    [entry] = projector(tmp_path).embeddings
    assert entry.metadata_path == "later.tsv"
    points = _read_tensor_tsv_file(str(tmp_path / entry.tensor_path))
    assert np.array_equal(points, model.get_layer("words").get_weights()[0][data].reshape(3, 6))


def test_a_training_that_is_broken_off_leaves_a_whole_file(read, tmp_path):
    def stop(epoch, logs):
        if epoch == 1:
            raise RuntimeError

    model = make_model()
    watchers = [
        callbacks.TensorBoard(str(tmp_path)),
        callbacks.LambdaCallback(on_epoch_end=stop),
    ]
    with pytest.raises(RuntimeError):
        model.fit(X, Y, epochs=3, verbose=0, callbacks=watchers)
    assert [step for step, _ in values(read(tmp_path), "loss")] == [0, 1]


def test_what_is_found_out_when_training_begins(read, tmp_path):
    with pytest.raises(ValueError, match="no layer 'word'.*words"):
        fit_words(tmp_path, embeddings_layer_names=["word"])
    with pytest.raises(ValueError, match="names the layer 'dense'"):
        fit_words(tmp_path, embeddings_metadata={"dense": "x.tsv"})
    with pytest.raises(ValueError, match="needs data to compute gradients on"):
        fit(tmp_path, histogram_freq=1, write_grads=True, fit_settings={"validation_data": None})


# ---------------------------------------------------------------------------------------------
# Without the package
# ---------------------------------------------------------------------------------------------
def test_the_error_names_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    for name in list(sys.modules):
        if name.startswith("tensorboard."):
            monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ImportError, match=r"pip install 'minikeras\[tensorboard\]'"):
        fit(tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"profile_batch": 2}, "profile_batch=2"),
        ({"profile_batch": "10,20"}, "profile_batch"),
        ({"histogram_freq": -1}, "histogram_freq is a whole number of at least 0"),
        ({"update_freq": "step"}, "update_freq is 'epoch', 'batch' or"),
        ({"update_freq": 0}, "at least 1, not 0"),
        ({"batch_size": 0}, "batch_size"),
        ({"embeddings_freq": 1.5}, "embeddings_freq"),
    ],
)
def test_wrong_arguments(settings, message):
    with pytest.raises(ValueError, match=message):
        callbacks.TensorBoard(**settings)


def test_the_arguments_of_both_eras_in_their_order():
    board = callbacks.TensorBoard("a", 1, 16, False, True, True, 2, ["e"], "m", None, "batch")
    assert (board.batch_size, board.write_grads, board.embeddings_freq) == (16, True, 2)
    assert board.embeddings_metadata == "m"


def test_histograms_count_every_finite_number():
    numbers = np.array([0, 1e-13, -1e-13, 1, 1, -3, 1e25, -1e25, np.nan, np.inf])
    histogram = Histogram().add(numbers[:4]).add(numbers[4:])
    assert histogram.number == histogram.counts.sum() == 8
    assert (histogram.min, histogram.max) == (-1e25, 1e25)
    assert Histogram().add(np.array([np.nan])).number == 0
    for number in numbers[:8]:
        place = np.flatnonzero(Histogram().add(number).counts)[0]
        assert number < Histogram.limits[place]
        assert place == 0 or number >= Histogram.limits[place - 1]


def test_grey_levels():
    assert grey_levels(np.array([[0.0, 1.0, 2.0]])).tolist() == [[0, 127, 255]]
    assert grey_levels(np.array([[-2.0, 0.0, 1.0]])).tolist() == [[0, 127, 191]]
    assert grey_levels(np.array([[0.0, np.nan]])).tolist() == [[0, 0]]


def test_png_is_made_of_its_rows():
    levels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    content = png(levels)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (3, 2)
    start = content.index(b"IDAT") + 4
    rows = np.frombuffer(zlib.decompress(content[start:-16]), np.uint8).reshape(2, 4)
    assert np.array_equal(rows[:, 1:], levels)
    assert not rows[:, 0].any()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((3, 5), [(3, 5)]),
        ((5, 3), [(3, 5)]),
        ((4,), [(4, 1)]),
        ((3, 3, 1, 8), [(3, 3)] * 8),
        ((2, 3, 4, 5), []),
        ((), []),
    ],
)
def test_images_of_weights(shape, expected):
    assert [image.shape for image in weight_images(np.ones(shape))] == expected


def test_the_nodes_of_a_stack_begin_with_its_input():
    nodes = {name: (kind, sources) for name, kind, sources, _ in graph_nodes(make_model())}
    assert nodes["first_input"] == ("InputLayer", [])
    assert nodes["first"] == ("Dense", ["first_input"])
    assert nodes["second"] == ("Dense", ["drop"])


def test_the_nodes_of_a_graph_with_a_shared_layer():
    inputs = keras.Input((4,), name="in")
    shared = layers.Dense(4, name="shared")
    model = keras.Model(inputs, shared(shared(inputs)))
    nodes = {name: sources for name, _, sources, _ in graph_nodes(model)}
    assert nodes == {"in": [], "shared": ["in", "shared"]}
