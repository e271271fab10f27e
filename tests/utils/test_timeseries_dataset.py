import numpy as np
import pytest

from minikeras import layers, preprocessing
from minikeras.models import Sequential
from minikeras.utils import PyDataset, set_random_seed, timeseries_dataset_from_array

DATA = np.arange(20) * 10


def batches(**settings):
    return list(timeseries_dataset_from_array(DATA, **{"targets": None, **settings}))


def test_its_other_name_of_keras_3():
    assert preprocessing.timeseries_dataset_from_array is timeseries_dataset_from_array


def test_windows_by_hand():
    first, last = batches(sequence_length=3, sequence_stride=4, sampling_rate=2, batch_size=3)
    np.testing.assert_array_equal(first, [[0, 20, 40], [40, 60, 80], [80, 100, 120]])
    np.testing.assert_array_equal(last, [[120, 140, 160]])
    assert first.dtype == DATA.dtype


def test_a_target_belongs_to_the_first_step_of_its_window():
    (x, y), (z, w) = batches(targets=DATA[5:] + 1, sequence_length=5, batch_size=10)
    np.testing.assert_array_equal(x[:, 0], DATA[:10])
    np.testing.assert_array_equal(y, x[:, -1] + 11)
    np.testing.assert_array_equal(w, z[:, -1] + 11)
    assert len(z) == 5  # there are 16 windows, but 15 targets


def test_some_of_the_steps_only():
    (x,) = batches(sequence_length=4, start_index=3, end_index=9)
    np.testing.assert_array_equal(x, DATA[[[3, 4, 5, 6], [4, 5, 6, 7], [5, 6, 7, 8]]])


def test_one_at_a_time():
    windows = batches(sequence_length=2, sequence_stride=9, batch_size=None)
    np.testing.assert_array_equal(windows, [[0, 10], [90, 100], [180, 190]])


def test_mixtures():
    def orders(seed=None):
        windows = timeseries_dataset_from_array(
            DATA, DATA, 2, batch_size=19, shuffle=True, seed=seed
        )
        return [next(iter([*windows]))[1] for _ in range(2)]

    set_random_seed(0)
    first, second = orders(seed=1)
    assert sorted(first) == sorted(second) == sorted(DATA[:19])
    assert list(first) != list(second)
    again = orders(seed=1)
    np.testing.assert_array_equal(again, [first, second])
    assert list(orders()[0]) != list(first)
    set_random_seed(0)
    one = orders()
    set_random_seed(0)
    np.testing.assert_array_equal(orders(), one)


def test_a_model_learns_from_them():
    wave = np.sin(np.arange(60) / 3).astype("float32")[:, None]
    windows = timeseries_dataset_from_array(wave, wave[6:], 6, batch_size=9, shuffle=True, seed=0)
    assert isinstance(windows, PyDataset)
    assert len(windows) == 6
    model = Sequential([layers.SimpleRNN(4, input_shape=(6, 1)), layers.Dense(1)])
    model.compile("adam", "mse")
    losses = model.fit(windows, epochs=12, verbose=0, validation_data=windows).history["val_loss"]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"sequence_length": 0}, "sequence_length must be at least 1"),
        ({"sequence_length": 2, "sequence_stride": 0}, "sequence_stride must be at least 1"),
        ({"sequence_length": 2, "sampling_rate": -1}, "sampling_rate must be at least 1"),
        ({"sequence_length": 2, "batch_size": 0}, "batch_size must be at least 1"),
        ({"sequence_length": 2, "start_index": 20}, "do not lie within the 20 steps"),
        ({"sequence_length": 2, "end_index": 21}, "do not lie within the 20 steps"),
        ({"sequence_length": 2, "start_index": 5, "end_index": 5}, "do not lie within"),
        ({"sequence_length": 21}, "No window of 21 measurements"),
        ({"sequence_length": 2, "targets": DATA[:0]}, "with 0 targets"),
    ],
)
def test_mistakes_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        batches(**settings)
    with pytest.raises(IndexError, match="no batch 4"):
        timeseries_dataset_from_array(DATA, None, 2, batch_size=5)[4]
