"""The names of `keras.preprocessing.sequence`."""

from .padding import _remove_long_seq, pad_sequences
from .skipgrams import make_sampling_table, skipgrams
from .timeseries import TimeseriesGenerator, timeseries_generator_from_json

__all__ = [
    "TimeseriesGenerator",
    "_remove_long_seq",
    "make_sampling_table",
    "pad_sequences",
    "skipgrams",
    "timeseries_generator_from_json",
]
