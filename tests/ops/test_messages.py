"""What operations say of arguments that do not fit: what was wrong, and how to mend it."""

import numpy as np
import pytest

from minikeras import ops

X = np.arange(6.0).reshape(2, 3)

MISTAKES = [
    (lambda: ops.sum(X, axis=2), ValueError, "no axis 2 in an array of 2 dimensions"),
    (lambda: ops.sum(X, axis=(0, -2)), ValueError, "twice"),
    (lambda: ops.squeeze(X, axis=0), ValueError, "axis 0 of an array of shape .2, 3. has size 2"),
    (lambda: ops.concatenate([]), ValueError, "empty"),
    (lambda: ops.stack([]), ValueError, "empty"),
    (lambda: ops.split(X, 2, axis=1), ValueError, "cannot be cut into 2 equal parts"),
    (lambda: ops.split(X, 0), ValueError, "0 equal"),
    (lambda: ops.array_split(X, 0), ValueError, "at least one"),
    (lambda: ops.unstack(X, num=5), ValueError, "has 2 slices, not num=5"),
    (lambda: ops.pad(X, 1, mode="blurred"), ValueError, "'blurred'"),
    (lambda: ops.pad(X, 1, mode="edge", constant_values=1), ValueError, "constant_values"),
    (lambda: ops.pad(X, ((1, 2), (3, 4), (5, 6))), ValueError, "each of 2 axes"),
    (lambda: ops.take(X, [0, 7], axis=1), ValueError, "Index 7 is out of range for axis 1"),
    (lambda: ops.take(X, [-4], axis=1), ValueError, "Index -4"),
    (lambda: ops.take(X, [6]), ValueError, "Index 6"),
    (lambda: ops.take(X, [0.5], axis=0), TypeError, "whole numbers"),
    (lambda: ops.take_along_axis(X, np.array([0]), axis=0), ValueError, "2 dimensions"),
    (lambda: ops.take_along_axis(X, np.array([[9]]), axis=0), ValueError, "Index 9"),
    (lambda: ops.slice(X, (0,), (1, 1)), ValueError, "start_indices has 1 entries"),
    (lambda: ops.slice_update(X, (1, 1), np.ones((2, 2))), ValueError, "does not fit"),
    (lambda: ops.scatter_update(X, [[0, 0]], [1.0], reduction="mean"), ValueError, "'mean'"),
    (lambda: ops.matmul(X, X), ValueError, "the last axis of .2, 3. does not fit the last but one"),
    (lambda: ops.matmul(X, np.ones(2)), ValueError, "the only axis"),
    (lambda: ops.matmul(X, 2.0), ValueError, "Multiply by a number"),
    (lambda: ops.tensordot(X, X, axes=1), ValueError, "do not fit"),
    (lambda: ops.cross(np.ones(4), np.ones(4)), ValueError, "2 or 3 components"),
    (lambda: ops.einsum("ij,jk->ik", X), ValueError, "names 2 arrays"),
    (lambda: ops.einsum("ijk->i", X), ValueError, "names 3 axes"),
    (lambda: ops.einsum(X, "ij"), TypeError, "subscripts first"),
    (lambda: ops.diag(np.ones((2, 2, 2))), ValueError, "vector or a matrix"),
    (lambda: ops.diagonal(np.ones(2)), ValueError, "two dimensions"),
    (lambda: ops.inv(X), ValueError, "square"),
    (lambda: ops.cholesky(X), ValueError, "square"),
    (lambda: ops.qr(X, mode="full"), ValueError, "'full'"),
    (lambda: ops.norm(X, ord="max", axis=(0, 1)), ValueError, "'max'"),
    (lambda: ops.norm(X, ord="fro", axis=1), ValueError, "norm of matrices"),
    (lambda: ops.norm(np.ones((2, 2, 2)), ord=1), ValueError, "one axis or two, not 3"),
    (lambda: ops.top_k(X, 4), ValueError, "between 0 and 3"),
    (lambda: ops.quantile(X, 1.5), ValueError, "between 0 and 1"),
    (lambda: ops.quantile(X, 0.5, method="best"), ValueError, "'best'"),
    (lambda: ops.average(X, weights=np.ones(3)), ValueError, "need an axis"),
    (lambda: ops.diff(X, n=-1), ValueError, "negative"),
    (lambda: ops.bincount([1, -1]), ValueError, "from 0 up, but found -1"),
    (lambda: ops.bincount([1], sparse=True), ValueError, "dense"),
    (lambda: ops.segment_sum(X, [0]), ValueError, "one entry for each of the 2 rows"),
    (lambda: ops.segment_sum(X, [0, 5], num_segments=2), ValueError, "between 0 and 1"),
    (lambda: ops.select([True], [1, 2]), ValueError, "1 conditions and 2 choices"),
    (lambda: ops.correlate(X[0], X[0], mode="most"), ValueError, "'most'"),
    (lambda: ops.associative_scan(3, X), TypeError, "function"),
    (lambda: ops.tensordot(X, X[0]), ValueError, "2 axes are to be joined"),
    (lambda: ops.tensordot(X, X, axes=[[2], [0]]), ValueError, "no axis 2"),
    (lambda: ops.top_k(np.float32(1.0), 1), ValueError, "not a number"),
    (lambda: ops.segment_sum(np.float32(1.0), 0), ValueError, "single number"),
    (lambda: ops.rfft(1.0), ValueError, "a number has none"),
    (lambda: ops.vander(X), ValueError, "takes a vector, not an array of shape .2, 3"),
    (lambda: ops.correlate(X, X), ValueError, "takes two vectors"),
    (lambda: ops.unfold(X, 2), ValueError, "batch, channels, height, width"),
    (lambda: ops.unfold(X[None, None], 5), ValueError, "do not fit into images of .2, 3"),
    (lambda: ops.unfold(X[None, None], 0), ValueError, "kernel_size must be a whole number"),
    (lambda: ops.fold(X[None], (4, 4), 2), ValueError, "channels . 4, 9. for images of .4, 4"),
    (lambda: ops.ctc_decode(X[None], [2], "beam_search"), ValueError, "greedily only"),
    (lambda: ops.ctc_decode(X, [2]), ValueError, "one length per sample, not the shapes .2, 3"),
    (lambda: ops.cdist(X, 2.0), ValueError, "not .2, 3. and ()"),
]


@pytest.mark.parametrize(("mistake", "error", "message"), MISTAKES)
def test_messages(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_a_number_has_no_axis_to_compare_scores_along(name):
    with pytest.raises(ValueError, match="axis"):
        getattr(ops, name)(np.float32(1.0))
