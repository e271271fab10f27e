"""EventFile: what TensorBoard reads, written by the `tensorboard` package's own writer.

Neither TensorFlow nor an image library is needed. Histograms have TensorFlow's buckets, whose
limits grow by a tenth from 1e-12 to 1e20 on both sides of 0.
"""

import struct
import time
import zlib

import numpy as np


def _limits():
    limits, value = [], 1e-12
    while value < 1e20:
        limits.append(value)
        value *= 1.1
    limits.append(np.finfo(np.float64).max)
    return np.array([-v for v in reversed(limits)] + [0.0] + limits)


class Histogram:
    """Counts of numbers in buckets, to which arrays can be added one after another."""

    limits = _limits()

    def __init__(self):
        self.counts = np.zeros(len(self.limits), np.int64)
        self.number, self.sum, self.sum_squares = 0, 0.0, 0.0
        self.min, self.max = np.inf, -np.inf

    def add(self, array):
        """Count the numbers of an array; those that are not finite have no place in a bucket."""
        values = np.asarray(array, np.float64).ravel()
        values = values[np.isfinite(values)]
        if not values.size:
            return self
        # A bucket holds what lies below its limit, and not below the one before.
        places = np.searchsorted(self.limits[:-1], values, side="right")
        self.counts += np.bincount(places, minlength=len(self.counts))
        self.number += values.size
        self.sum += float(values.sum())
        self.sum_squares += float(np.square(values).sum())
        self.min = min(self.min, float(values.min()))
        self.max = max(self.max, float(values.max()))
        return self


class EventFile:
    """An event file in a folder.

    Args:
        folder: where to make it.

    Raises:
        ImportError: the `tensorboard` package is not installed.
    """

    def __init__(self, folder):
        tensorboard = require_tensorboard()
        self._event = tensorboard.event_pb2.Event
        self._graph = tensorboard.graph_pb2.GraphDef
        self._summary = tensorboard.summary_pb2
        self._writer = tensorboard.EventFileWriter(folder)

    def scalar(self, tag, value, step):
        """Write a number."""
        self._write(self._summary.Summary.Value(tag=tag, simple_value=float(value)), step)

    def histogram(self, tag, histogram, step):
        """Write a `Histogram`; nothing where it is empty."""
        if not histogram.number:
            return
        filled = np.flatnonzero(histogram.counts)
        kept = slice(max(filled[0] - 1, 0), filled[-1] + 1)
        proto = self._summary.HistogramProto(
            min=histogram.min,
            max=histogram.max,
            num=histogram.number,
            sum=histogram.sum,
            sum_squares=histogram.sum_squares,
            bucket_limit=histogram.limits[kept].tolist(),
            bucket=histogram.counts[kept].tolist(),
        )
        self._write(self._summary.Summary.Value(tag=tag, histo=proto), step)

    def image(self, tag, array, step):
        """Write an array (height, width) of any numbers as a grey image; see `grey_levels`."""
        height, width = array.shape
        image = self._summary.Summary.Image(
            height=height,
            width=width,
            colorspace=1,
            encoded_image_string=png(grey_levels(array)),
        )
        self._write(self._summary.Summary.Value(tag=tag, image=image), step)

    def graph(self, nodes):
        """Write a graph.

        Args:
            nodes: list of (name, operation, names of inputs, list of output shapes or None).
        """
        graph = self._graph()
        graph.versions.producer = 22
        for name, operation, inputs, shapes in nodes:
            node = graph.node.add(name=name, op=operation, input=inputs)
            for shape in shapes or ():
                added = node.attr["_output_shapes"].list.shape.add()
                for size in shape:
                    added.dim.add(size=-1 if size is None else int(size))
        event = self._event(wall_time=time.time(), graph_def=graph.SerializeToString())
        self._writer.add_event(event)

    def _write(self, value, step):
        summary = self._summary.Summary(value=[value])
        self._writer.add_event(self._event(wall_time=time.time(), step=int(step), summary=summary))

    def flush(self):
        """Put all that was written into the file."""
        self._writer.flush()

    def close(self):
        """Put all that was written into the file, and close it."""
        self._writer.close()


class _Tensorboard:
    """The parts of the `tensorboard` package that are used."""

    def __init__(self):
        from google.protobuf import text_format
        from tensorboard.compat.proto import event_pb2, graph_pb2, summary_pb2
        from tensorboard.plugins.projector import metadata, projector_config_pb2
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self.event_pb2, self.graph_pb2, self.summary_pb2 = event_pb2, graph_pb2, summary_pb2
        self.ProjectorConfig = projector_config_pb2.ProjectorConfig
        self.projector_file = metadata.PROJECTOR_FILENAME
        self.EventFileWriter = EventFileWriter
        self.text_format = text_format


def require_tensorboard():
    """Return the parts of the `tensorboard` package that are used; an ImportError says how."""
    try:
        return _Tensorboard()
    except ImportError as error:
        raise ImportError(
            "The TensorBoard callback writes its files with the `tensorboard` package, which is "
            f"not installed ({error}). Install it with: pip install 'minikeras[tensorboard]'"
        ) from error


def grey_levels(array):
    """Return numbers as grey levels (uint8): 0 to the largest as black to white.

    Where there are negative numbers, 0 is middle grey and the largest magnitude black or white,
    as TensorFlow does. What is not finite is black.
    """
    array = np.asarray(array, np.float64)
    finite = np.isfinite(array)
    values = np.where(finite, array, 0.0)
    largest = np.abs(values).max(initial=0.0) or 1.0
    signed = values.min(initial=0.0) < 0
    levels = 127.5 + values * (127.5 / largest) if signed else values * (255.0 / largest)
    return np.where(finite, np.clip(levels, 0, 255), 0).astype(np.uint8)


def png(levels):
    """Return a grey image (height, width) of uint8 as the bytes of a PNG file.

    Format: PNG (Portable Network Graphics) Specification, W3C 2003.
    """
    height, width = levels.shape
    rows = np.zeros((height, width + 1), np.uint8)  # the byte before each row: no filter
    rows[:, 1:] = levels

    def chunk(kind, content):
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows.tobytes())),
            chunk(b"IEND", b""),
        ]
    )
