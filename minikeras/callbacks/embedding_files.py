"""The files of TensorBoard's projector: points, names of points, and where they are."""

import os
import shutil

import numpy as np

from ..registry import suggest
from ..utils.atomic import atomic_path, write_bytes
from .event_file import require_tensorboard


class EmbeddingFiles:
    """The embeddings of some layers, in a folder that TensorBoard reads.

    A layer's points are in `embedding_<layer>.tsv`, one a line, which `projector_config.pbtxt`
    points to; every writing replaces them.

    Args:
        folder: the log folder.
        model: that has the layers.
        names: of the layers; None or empty for all `Embedding` layers.
        metadata: file with the names of the points, or {layer name: file}, or None.
        data: what to embed; None to write the layers' weights.
        batch_size: for computing with `data`.

    Raises:
        ValueError: an unknown layer, or one without weights.
    """

    def __init__(self, folder, model, names, metadata, data, batch_size):
        self._folder = folder
        self._model = model
        self._data = data
        self._batch_size = batch_size
        self._layers = _chosen(model, names)
        known = [layer.name for layer in self._layers]
        if isinstance(metadata, (str, os.PathLike)):
            metadata = dict.fromkeys(known, metadata)
        metadata = dict(metadata or {})
        for name in metadata:
            if name not in known:
                raise ValueError(
                    f"TensorBoard: embeddings_metadata names the layer {name!r}, of which no "
                    f"embedding is written. {suggest(name, known)}"
                )
        os.makedirs(folder, exist_ok=True)
        self._metadata = {name: self._copied(path) for name, path in metadata.items()}

    def _copied(self, path):
        """Return the name of a metadata file in the log folder, copied there if need be.

        TensorBoard shows no file from outside its folder. One that is not there yet may come.
        """
        path = os.fspath(path)
        if os.path.exists(path):
            inside = os.path.relpath(path, self._folder)
            if not inside.startswith(os.pardir) and not os.path.isabs(inside):
                return inside
            name = os.path.basename(path)
            with atomic_path(os.path.join(self._folder, name)) as part:
                shutil.copyfile(path, part)
            return name
        return path

    def write(self):
        """Write the points as they are now."""
        tensorboard = require_tensorboard()
        config = tensorboard.ProjectorConfig()
        for layer, points in self._points():
            name = f"embedding_{layer.name.replace('/', '_')}.tsv"
            with atomic_path(os.path.join(self._folder, name)) as part:
                np.savetxt(part, points, fmt="%.9g", delimiter="\t")
            entry = config.embeddings.add(tensor_name=layer.name, tensor_path=name)
            entry.tensor_shape.extend(points.shape)
            if layer.name in self._metadata:
                entry.metadata_path = self._metadata[layer.name]
        text = tensorboard.text_format.MessageToString(config)
        write_bytes(os.path.join(self._folder, tensorboard.projector_file), text.encode())

    def _points(self):
        """Yield (layer, array of points)."""
        if self._data is None:
            for layer in self._layers:
                if not layer.weights:
                    raise ValueError(
                        f"TensorBoard: the layer {layer.name!r} has no weights to write as "
                        "embedding; give embeddings_data to write what it puts out."
                    )
                weight = layer.weights[0].data
                yield layer, weight.reshape(len(weight), -1)
            return
        found = {layer.name: [] for layer in self._layers}
        batches = self._model._outputs_inside(self._layers, self._data, self._batch_size)
        for outputs in batches:
            for name, arrays in outputs.items():
                found[name].append(arrays[0].reshape(len(arrays[0]), -1))
        for layer in self._layers:
            if not found[layer.name]:
                raise ValueError(
                    f"TensorBoard: nothing is known of what the layer {layer.name!r} puts out: "
                    "embeddings_data needs a model with a graph of layers."
                )
            yield layer, np.concatenate(found[layer.name])


def _chosen(model, names):
    if not names:
        return [layer for layer in model.layers if type(layer).__name__ == "Embedding"]
    by_name = {layer.name: layer for layer in model.layers}
    for name in names:
        if name not in by_name:
            raise ValueError(
                f"TensorBoard: the model has no layer {name!r}. {suggest(name, by_name)}"
            )
    return [by_name[name] for name in names]
