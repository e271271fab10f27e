"""Labels held against an output: what the loss could not use is refused, and why."""

import numpy as np
import pytest

from minikeras import losses
from minikeras.engine.outputs import Output
from minikeras.engine.targets import check_target


def output(loss, shape):
    return Output("out", shape, "float32", losses.get(loss))


def test_a_missing_last_axis_is_added():
    assert check_target(np.zeros(5), output("mse", (None, 1))).shape == (5, 1)
    assert check_target(np.zeros((5, 1)), output("mse", (None,))).shape == (5,)


@pytest.mark.parametrize(
    ("loss", "shape", "labels"),
    [
        ("mse", (None, 3), (5, 3)),
        ("mse", (None, None, 2), (5, 7, 2)),
        ("sparse_categorical_crossentropy", (None, 4), (5,)),
        ("sparse_categorical_crossentropy", (None, 4), (5, 1)),
        ("sparse_categorical_crossentropy", (None, 6, 4), (5, 6)),
        ("sparse_categorical_crossentropy", (None, 6, 4), (5, 6, 1)),
    ],
)
def test_what_fits_is_left_alone(loss, shape, labels):
    labels = np.zeros(labels, "float32")
    assert check_target(labels, output(loss, shape)) is labels


def test_a_loss_of_ones_own_may_take_anything():
    labels = np.full((5, 9), np.nan)
    assert check_target(labels, output(lambda t, p: p, (None, 2))) is labels


@pytest.mark.parametrize(
    ("loss", "shape", "labels", "message"),
    [
        ("mse", (None, 3), (5, 2), r"expected out .*\(None, 3\).*\(5, 2\).*3 units.*2 columns"),
        ("mae", (None, 3), (5,), "one label a sample, but the last layer has 3 units"),
        ("categorical_crossentropy", (None, 3), (5,), r"class numbers.*to_categorical\(y, 3\)"),
        ("binary_crossentropy", (None, 1), (5, 2), "one unit: pass one label a sample"),
        ("sparse_categorical_crossentropy", (None, 3), (5, 3), "look like one-hot rows"),
        ("sparse_categorical_crossentropy", (None, 3), (5, 2), r"\(None, 1\).*\(5, 2\)"),
        ("hinge", (None, 4, 2), (5, 4), r"\(None, 4, 2\)"),
    ],
)
def test_shapes_that_do_not_fit(loss, shape, labels, message):
    with pytest.raises(ValueError, match=message):
        check_target(np.zeros(labels, "float32"), output(loss, shape))


def test_nan_is_found():
    labels = np.zeros((6, 2))
    labels[4, 1] = np.nan
    with pytest.raises(ValueError, match="'out' holds NaN .first in sample 4."):
        check_target(labels, output("mse", (None, 2)))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 3], "holds the class 3, but classes are numbered 0 to 2: the last layer has 3"),
        ([0, -1, 2], "holds the class -1"),
        ([0.0, 1.5, 2.0], "holds 1.5, which is no class number"),
        ([0.0, np.nan, 2.0], "holds nan, which is no class number.*missing"),
    ],
)
def test_class_numbers_out_of_range(labels, message):
    with pytest.raises(ValueError, match=message):
        check_target(np.array(labels), output("sparse_categorical_crossentropy", (None, 3)))


def test_an_ignored_class_is_no_class():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    labels = np.array([0, -1, 2])
    assert check_target(labels, output(loss, (None, 3))) is labels


def test_classes_may_lie_along_another_axis():
    loss = losses.SparseCategoricalCrossentropy(axis=1)
    labels = np.full((2, 5, 5), 2)
    assert check_target(labels, output(loss, (None, 3, 5, 5))) is labels
    with pytest.raises(ValueError, match="holds the class 3"):
        check_target(labels + 1, output(loss, (None, 3, 5, 5)))


@pytest.mark.parametrize("loss", ["binary_crossentropy", "categorical_crossentropy"])
def test_labels_that_are_no_probabilities_are_warned_of(loss):
    with pytest.warns(UserWarning, match="from 0 to 255.*Scale them"):
        check_target(np.array([[0.0, 255.0]]), output(loss, (None, 2)))


def test_rounding_beyond_one_is_no_cause_for_a_warning():
    check_target(np.array([[0.0, 1.0 + 1e-6]]), output("binary_crossentropy", (None, 2)))


class OnDisk:
    """Looks like a data set of h5py: no array, but rows that can be read."""

    def __init__(self, array):
        self.array, self.shape, self.dtype = array, array.shape, array.dtype
        self.reads = []

    def __getitem__(self, index):
        self.reads.append(index)
        return self.array[index]


def test_data_on_disk_are_checked_piece_by_piece():
    labels = np.zeros((20000, 2), "float32")
    labels[15000] = np.nan
    stored = OnDisk(labels)
    with pytest.raises(ValueError, match="first in sample 15000"):
        check_target(stored, output("mse", (None, 2)))
    assert max(r.stop - r.start for r in stored.reads) <= 8192
