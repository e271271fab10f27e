"""TensorBoard: event files of a training, to be looked at with the program `tensorboard`."""

import os
import time

import numpy as np

from .. import config
from .base import Callback
from .embedding_files import EmbeddingFiles
from .event_file import EventFile, Histogram, require_tensorboard

_IMAGES = 3  # at most so many images of one weight, as TensorFlow writes
_COUNTS = ("batch", "size")


class TensorBoard(Callback):
    """Write what TensorBoard shows: `tensorboard --logdir=logs`.

    Needs the `tensorboard` package (`pip install 'minikeras[tensorboard]'`), not TensorFlow.

    Every epoch's logs are written under their own names, with the epoch (from 0) as step, as in
    Keras 2.1.5.

    Args:
        log_dir: folder of the files, made if need be.
        histogram_freq: write histograms of all weights every so many epochs; 0 for never. Where
            `fit` validates on arrays, the outputs of all layers on them too (`dense_1_out`).
        batch_size: samples per batch in computing those outputs.
        write_graph: whether to write the graph of layers.
        write_grads: whether to write histograms of the gradients on the validation arrays, mean
            over their batches, along with those of the weights.
        write_images: whether to write the weights as images too: matrices lying, three-axis
            kernels as one image per filter (the first three), vectors as columns.
        embeddings_freq: write embeddings every so many epochs; 0 for never.
        embeddings_layer_names: layers to write; None or an empty list for all `Embedding` layers.
        embeddings_metadata: the file with the names of the rows, or {layer name: file}. A file
            that is not in `log_dir` is copied there.
        embeddings_data: data to embed, as for `predict`: what the layers put out for them is
            written in the place of their weights, one row per sample.
        update_freq: from Keras 3: 'epoch', or 'batch' or a number of batches after which to write
            the batch's logs too, as `batch_loss` and so on, with the count of batches as step.
        write_steps_per_second: from Keras 3: whether to write the speed.
        profile_batch: 0; there is no profiler here.

    Raises:
        ImportError: the `tensorboard` package is not installed (when training begins).
        ValueError: an argument out of range, an unknown layer, gradients without validation data.
    """

    remembered = ("_step",)

    def __init__(
        self,
        log_dir="./logs",
        histogram_freq=0,
        batch_size=32,
        write_graph=True,
        write_grads=False,
        write_images=False,
        embeddings_freq=0,
        embeddings_layer_names=None,
        embeddings_metadata=None,
        embeddings_data=None,
        update_freq="epoch",
        write_steps_per_second=False,
        profile_batch=0,
    ):
        super().__init__()
        if profile_batch not in (0, None, False):
            raise ValueError(
                f"TensorBoard: profile_batch={profile_batch!r} asks for TensorFlow's profiler, "
                "which knows nothing of NumPy. Leave it at 0, and use cProfile instead."
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = _count("histogram_freq", histogram_freq, 0)
        self.batch_size = _count("batch_size", 32 if batch_size is None else batch_size, 1)
        self.write_graph = write_graph
        self.write_grads = write_grads
        self.write_images = write_images
        self.embeddings_freq = _count("embeddings_freq", embeddings_freq or 0, 0)
        self.embeddings_layer_names = embeddings_layer_names
        self.embeddings_metadata = embeddings_metadata
        self.embeddings_data = embeddings_data
        if update_freq not in ("epoch", "batch"):
            _count("update_freq", update_freq, 1, "'epoch', 'batch' or ")
        self.update_freq = update_freq
        self.write_steps_per_second = write_steps_per_second
        self.profile_batch = 0
        self._events = None
        self._embeddings = None
        self._step = 0

    def on_train_begin(self, logs=None):
        require_tensorboard()
        if self.embeddings_freq:
            self._embeddings = EmbeddingFiles(
                self.log_dir,
                self.model,
                self.embeddings_layer_names,
                self.embeddings_metadata,
                self.embeddings_data,
                self.batch_size,
            )
        if self.histogram_freq and self.write_grads and self._validation() is None:
            raise ValueError(
                "TensorBoard: write_grads=True needs data to compute gradients on: give fit "
                "validation_data=(x, y) or validation_split=."
            )
        self._step = 0
        self._graph_is_written = not self.write_graph
        self._close()
        self._events = EventFile(self.log_dir)
        self._write_graph()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_began = (time.perf_counter(), self._step)
        self._batch_began = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        step, self._step = self._step, self._step + 1
        if self.update_freq == "epoch":
            return
        every = 1 if self.update_freq == "batch" else self.update_freq
        if (step + 1) % every:
            return
        now = time.perf_counter()
        if self.write_steps_per_second:
            seconds = max(now - self._batch_began, 1e-9)
            self._events.scalar("batch_steps_per_second", every / seconds, step)
        self._batch_began = now
        self._write_numbers(logs, step, "batch_")

    def on_epoch_end(self, epoch, logs=None):
        self._write_graph()
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
            self._write_outputs(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._embeddings.write()
        if self.write_steps_per_second:
            began, step = self._epoch_began
            seconds = max(time.perf_counter() - began, 1e-9)
            self._events.scalar("epoch_steps_per_second", (self._step - step) / seconds, epoch)
        self._write_numbers(logs, epoch)
        self._events.flush()

    def on_train_end(self, logs=None):
        self._close()

    def abort(self):
        """Close the file: an exception ends the training."""
        self._close()

    def _close(self):
        if self._events is not None:
            self._events.close()
            self._events = None

    # -----------------------------------------------------------------------------------------
    # What is written
    # -----------------------------------------------------------------------------------------
    def _write_numbers(self, logs, step, prefix=""):
        for name, value in (logs or {}).items():
            if name not in _COUNTS and np.ndim(value) == 0:
                self._events.scalar(prefix + name, value, step)

    def _write_graph(self):
        """Write the graph once, as soon as there is one."""
        if not self._graph_is_written and self.model._calls():
            self._graph_is_written = True
            self._events.graph(list(graph_nodes(self.model)))

    def _write_weights(self, epoch):
        gradients = self._gradients() if self.write_grads else {}
        for layer in self.model.layers:
            for weight in layer.weights:
                tag = weight.name.replace(":", "_")
                self._events.histogram(tag, Histogram().add(weight.data), epoch)
                if id(weight) in gradients:
                    gradient = Histogram().add(gradients[id(weight)])
                    self._events.histogram(f"{tag}_grad", gradient, epoch)
                if self.write_images:
                    images = weight_images(weight.data)
                    for i, image in enumerate(images[:_IMAGES]):
                        which = f"/image/{i}" if len(images) > 1 else "/image"
                        self._events.image(tag + which, image, epoch)

    def _write_outputs(self, epoch):
        data = self._validation()
        if data is None:
            return
        histograms = {}
        for outputs in self.model._outputs_inside(self.model.layers, data[0], self.batch_size):
            for name, arrays in outputs.items():
                for i, array in enumerate(arrays):
                    tag = f"{name}_out" + (f"_{i}" if i else "")
                    histograms.setdefault(tag, Histogram()).add(array)
        for tag, histogram in histograms.items():
            self._events.histogram(tag, histogram, epoch)

    def _gradients(self):
        """Return the mean gradients over the batches of the validation data, by id of variable."""
        x, y, weights = self._validation()
        source = self.model._feeder().source(x, y, weights, self.batch_size)
        total, samples = {}, 0
        for inputs, targets, sample_weights, size in source.epoch():
            _, found = self.model._loss_and_gradients(inputs, targets, sample_weights, False)
            for variable, gradient in zip(self.model._targets, found):
                if gradient is not None:
                    before = total.get(id(variable), 0.0)
                    total[id(variable)] = before + size * gradient.astype(np.float64)
            samples += size
        return {key: gradient / samples for key, gradient in total.items()}

    def _validation(self):
        """Return (x, y, sample_weight) of the arrays that `fit` validates on, or None."""
        data = self.validation_data
        if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
            return None
        return (*data, None)[:3]


def graph_nodes(model, scope=""):
    """Yield (name, class, names of inputs, output shapes) of the layers of a model.

    The layers of a nested model have its name in front, so that TensorBoard draws them in a box.
    """
    calls = {}
    for node in model._calls():
        calls.setdefault(node.layer, []).append(node)
        for tensor in node.inputs:  # a Sequential does not list the layer of its Input
            calls.setdefault(tensor.history[0], [])
    for layer in dict.fromkeys([*model.layers, *calls]):
        name = f"{scope}{layer.name}"
        sources = [t.history[0] for node in calls.get(layer, ()) for t in node.inputs]
        inputs = list(dict.fromkeys(f"{scope}{source.name}" for source in sources))
        made = calls.get(layer, [])[-1:] or layer._inbound_nodes[-1:]
        shapes = [t.shape for node in made for t in node.outputs]
        yield name, type(layer).__name__, inputs, shapes
        if hasattr(layer, "layers") and hasattr(layer, "_calls"):
            yield from graph_nodes(layer, f"{name}/")


def weight_images(array):
    """Return a weight as images (height, width): a list, empty where its form is none.

    Axes of size 1 are dropped. As in Keras 2.1.5 a matrix is laid on its longer side, a vector
    stands, and of three axes the one of the channels counts the images.
    """
    array = np.squeeze(np.asarray(array))
    if array.ndim == 1:
        return [array[:, None]] if array.size else []
    if array.ndim == 2:
        return [array.T if array.shape[0] > array.shape[1] else array]
    if array.ndim == 3:
        last = config.image_data_format() == "channels_last"
        return list(np.moveaxis(array, -1, 0) if last else array)
    return []


def _count(name, value, least, others=""):
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(
            f"TensorBoard: {name} is {others}a whole number of at least {least}, not {value!r}."
        )
    return int(value)
