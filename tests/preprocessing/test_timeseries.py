import json

import numpy as np
import pytest

from minikeras.layers import Dense, Flatten
from minikeras.models import Sequential
from minikeras.preprocessing.sequence import TimeseriesGenerator, timeseries_generator_from_json

DATA = np.arange(50).reshape(50, 1)


def test_windows_and_targets():
    batches = TimeseriesGenerator(DATA, DATA, length=10, sampling_rate=2, batch_size=2)
    assert len(batches) == 20
    x, y = batches[0]
    assert x.tolist() == [[[0], [2], [4], [6], [8]], [[1], [3], [5], [7], [9]]]
    assert y.tolist() == [[10], [11]]
    x, y = batches[-1]  # the last step but one is the last target, as in Keras 2.1.5
    assert y.tolist() == [[48]]
    assert batches[19][1].tolist() == [[48]]
    with pytest.raises(IndexError):
        batches[20]


def test_reverse():
    x, y = TimeseriesGenerator(DATA, DATA, 4, reverse=True, batch_size=1)[0]
    assert x.tolist() == [[[3], [2], [1], [0]]]
    assert y.tolist() == [[4]]


def test_stride():
    batches = TimeseriesGenerator(DATA, DATA, length=10, stride=3, batch_size=2)
    targets = np.concatenate([batches[i][1] for i in range(len(batches))])
    assert targets.ravel().tolist() == list(range(10, 49, 3))


def test_a_part_of_the_data():
    batches = TimeseriesGenerator(DATA, DATA, 10, start_index=10, end_index=30, batch_size=4)
    assert len(batches) == 3
    assert batches[0][0][0].ravel().tolist() == list(range(10, 20))
    assert batches[2][1].ravel().tolist() == [28, 29]
    batches = TimeseriesGenerator(DATA, DATA, 10, end_index=50)
    assert batches[0][1][-1] == 49


def test_a_length_that_the_rate_does_not_divide():
    x, _ = TimeseriesGenerator(DATA, DATA, length=5, sampling_rate=2)[0]
    assert x[0].ravel().tolist() == [0, 2, 4]


def test_shuffled_windows_belong_to_their_targets():
    batches = TimeseriesGenerator(DATA, DATA, length=3, shuffle=True, batch_size=20)
    np.random.seed(0)
    x, y = batches[0]
    assert x.shape == (20, 3, 1)
    np.testing.assert_array_equal(x[:, :, 0], y - [3, 2, 1])
    assert len(np.unique(y)) > 5
    np.random.seed(0)
    np.testing.assert_array_equal(batches[1][1], y)


def test_types_and_shapes_are_those_of_the_data():
    data = np.random.default_rng(0).normal(size=(30, 2, 3)).astype("float32")
    x, y = TimeseriesGenerator(data, data[:, 0], length=4, batch_size=5)[1]
    assert (x.shape, y.shape) == ((5, 4, 2, 3), (5, 3))
    assert x.dtype == y.dtype == np.float32
    x, y = TimeseriesGenerator(list(range(10)), list(range(10)), length=2)[0]
    assert x[0].tolist() == [0, 1]
    assert y[0] == 2


def test_a_model_learns_from_it():
    series = np.sin(np.arange(200) / 5).astype("float32")[:, None]
    batches = TimeseriesGenerator(series, series, length=8, batch_size=16)
    model = Sequential([Flatten(input_shape=(8, 1)), Dense(1)])
    model.compile("adam", "mse")
    losses = model.fit_generator(batches, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 4


def test_there_and_back_by_json():
    batches = TimeseriesGenerator(DATA, DATA, 5, 2, 3, 4, 40, reverse=True, batch_size=3)
    text = batches.to_json(indent=1)
    assert json.loads(text)["class_name"] == "TimeseriesGenerator"
    again = timeseries_generator_from_json(text)
    assert len(again) == len(batches)
    for i in range(len(batches)):
        for a, b in zip(again[i], batches[i]):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"length": 50}, "No window of 50 steps fits"),
        ({"length": 0}, "length must be a whole number of at least 1, not 0"),
        ({"length": 5, "stride": 0}, "stride must be a whole number of at least 1, not 0"),
        ({"length": 5, "batch_size": 0}, "batch_size must be a whole number of at least 1, not 0"),
        ({"length": 5.0}, "length must be a whole number of at least 1, not 5.0"),
        ({"length": 5, "end_index": 51}, "do not lie within the 50 steps"),
        ({"length": 5, "start_index": -1}, "do not lie within"),
    ],
)
def test_what_gives_no_windows(settings, message):
    with pytest.raises(ValueError, match=message):
        TimeseriesGenerator(DATA, DATA, **settings)


def test_one_target_for_each_step():
    with pytest.raises(ValueError, match="data has 50 steps and targets has 49"):
        TimeseriesGenerator(DATA, DATA[1:], 3)
