"""What any function returns on symbolic tensors, found by running it."""

import numpy as np
import pytest

from minikeras import config, ops
from minikeras.autograd import is_recording
from minikeras.layers.context import context
from minikeras.layers.shape_inference import infer_outputs
from minikeras.layers.symbolic import KerasTensor
from minikeras.ops.embedding import embedding_lookup


def infer(function, *shapes, dtype=None, **settings):
    found = infer_outputs(function, [KerasTensor(s, dtype) for s in shapes], settings)
    return found


@pytest.mark.parametrize(
    ("function", "shape", "expected"),
    [
        (lambda x: x * 2, (None, 3), (None, 3)),
        (lambda x: ops.sum(x), (None, 3), ()),
        (lambda x: x[0], (None, 3), (3,)),
        (lambda x: ops.reshape(x, (x.shape[0], -1)), (None, None, 4), (None, None)),
        (lambda x: ops.reshape(x, (-1, 4)), (8, None, 4), (None, 4)),
        (lambda x: x[:, ::2, 1:-1], (None, None, 9), (None, None, 7)),
        (lambda x: np.ones((5, 2)), (None, 3), (5, 2)),
        (lambda x: ops.concatenate([x, x], axis=0), (4, 3), (8, 3)),
    ],
)
def test_shapes(function, shape, expected):
    assert infer(function, shape).shape == expected


def test_structures_and_types():
    out = infer(lambda x: {"b": x, "a": [x > 0, (ops.argmax(x, axis=-1), None)]}, (None, 3))
    assert out["b"].dtype == np.float32
    assert out["a"][0].dtype == bool
    assert out["a"][1][0].dtype.kind == "i"
    assert out["a"][1][1] is None
    assert infer(lambda x: x + 1, (2,), dtype="int32").dtype == np.int32
    assert infer(lambda x, more: x + more[0], (2,), more=[KerasTensor((2,))]).shape == (2,)


def test_it_runs_in_the_test_phase_and_leaves_no_trace():
    seen = []

    def function(x):
        seen.append((context.training, is_recording(), context.losses))
        return x

    context.training = True
    try:
        infer(function, (None, 2))
    finally:
        context.training = False
    assert seen == [(False, False, [])] * 2


def test_unknown_sizes_take_those_of_other_inputs_where_nothing_else_fits():
    assert infer(lambda a, b: a + b, (None, None), (None, 7)).shape == (None, 7)
    joined = infer(lambda a, b: ops.concatenate([a, b], axis=1), (None, None), (None, 7))
    assert joined.shape == (None, None)
    with pytest.raises(ValueError, match="broadcast"):
        infer(lambda a, b: a + b, (None, 3), (None, 7))


def test_functions_that_take_no_long_axes():
    table = np.ones((8, 3), "float32")

    def with_places(x):
        return x + embedding_lookup(table, ops.arange(x.shape[1]))

    assert infer(with_places, (None, None, 3)).shape == (None, None, 3)
    assert infer(with_places, (None, 5, 3)).shape == (None, 5, 3)
    with pytest.raises(ValueError, match="index 8 is out of range"):
        infer(with_places, (None, 9, 3))
    with pytest.raises(ValueError, match=r"24.*24.*, ?7"):  # of the first trials, not of the short
        infer(lambda x: x + np.ones((3, 7)), (None, None, 24))


def test_results_that_depend_on_sizes():
    with pytest.raises(ValueError, match="rank of the result depends"):
        infer(lambda x: ops.reshape(x, (1,) * (x.shape[0] - 1) + (-1,)), (None, 3))
    with pytest.raises(ValueError, match="number of results depends"):
        infer(lambda x: [x] * x.shape[0], (None, 3))


def test_warnings_of_dummy_numbers_are_kept_quiet():
    assert infer(lambda x: ops.log(x - 1) / (x - 1), (None, 3)).dtype == config.floatx()
