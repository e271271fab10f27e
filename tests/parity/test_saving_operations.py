"""Operations between layers, in the files of either package: the same numbers after each trip."""

import importlib
import inspect

import keras
import numpy as np
import pytest

import minikeras
from minikeras.saving.keras_ops import BY_CLASS
from tests.parity.harness import assert_close

OPERATIONS = {
    "abs log1p": lambda k, x: k.ops.log1p(k.ops.abs(x)),
    "all": lambda k, x: k.ops.cast(k.ops.all(x > -0.5, axis=-1), "float32"),
    "any": lambda k, x: k.ops.cast(k.ops.any(x > 0, axis=-1, keepdims=True), "float32"),
    "argmax": lambda k, x: k.ops.argmax(x, axis=-1),
    "average": lambda k, x: k.ops.average(x, axis=1),
    "cast": lambda k, x: k.ops.cast(x > 0.1, "float32"),
    "clip": lambda k, x: k.ops.clip(x, 0, 0.5),
    "comparison": lambda k, x: k.ops.cast(k.ops.logical_not(x >= 0), "float32"),
    "concatenate": lambda k, x: k.ops.concatenate([x, x, x * 2], axis=-1),
    "constant": lambda k, x: x * np.arange(4, dtype="float32"),
    "cumsum": lambda k, x: k.ops.cumsum(x, axis=1),
    "diff": lambda k, x: k.ops.diff(x, axis=1),
    "divide": lambda k, x: 1.0 / (x + 3.0),
    "einsum": lambda k, x: k.ops.einsum("abc,abd->acd", x, x),
    "elu": lambda k, x: k.ops.elu(x, 0.5),
    "erf": lambda k, x: k.ops.erf(x),
    "expand_dims": lambda k, x: k.ops.expand_dims(x, 1),
    "flip": lambda k, x: k.ops.flip(x, axis=1),
    "floor_divide": lambda k, x: x // 0.3,
    "gelu": lambda k, x: k.ops.gelu(x),
    "item": lambda k, x: x[:, -1],
    "leaky_relu": lambda k, x: k.ops.leaky_relu(x, 0.3),
    "logsumexp": lambda k, x: k.ops.logsumexp(x, axis=-1),
    "matmul": lambda k, x: k.ops.matmul(x, k.ops.transpose(x, (0, 2, 1))),
    "max over axes": lambda k, x: k.ops.max(x, axis=(1, 2)),
    "maximum": lambda k, x: k.ops.maximum(x, 0.2),
    "mean": lambda k, x: k.ops.mean(x, axis=-1, keepdims=True),
    "moveaxis": lambda k, x: k.ops.moveaxis(x, 1, 2),
    "negative": lambda k, x: -x,
    "normalize": lambda k, x: k.ops.normalize(x),
    "one_hot": lambda k, x: k.ops.one_hot(k.ops.cast(x * 2, "int32"), 3),
    "pad": lambda k, x: k.ops.pad(x, [[0, 0], [1, 1], [0, 0]]),
    "pad with a number": lambda k, x: k.ops.pad(x, [[0, 0], [1, 0], [0, 0]], constant_values=2),
    "power": lambda k, x: (x + 2.0) ** 1.5,
    "relu": lambda k, x: k.ops.relu(x),
    "repeat": lambda k, x: k.ops.repeat(x, 2, axis=1),
    "reshape": lambda k, x: k.ops.reshape(x, (-1, 24)),
    "slices": lambda k, x: x[:, 1:5:2, ::2],
    "softmax": lambda k, x: k.ops.softmax(x, axis=1),
    "split": lambda k, x: k.ops.split(x, 2, axis=-1)[1],
    "squeeze": lambda k, x: k.ops.squeeze(x[:, :1], 1),
    "stack": lambda k, x: k.ops.stack([x, -x], 1),
    "std": lambda k, x: k.ops.std(x, axis=1),
    "stop_gradient": lambda k, x: k.ops.stop_gradient(x),
    "subtract": lambda k, x: 1.0 - x,
    "swapaxes": lambda k, x: k.ops.swapaxes(x, 1, 2),
    "take": lambda k, x: k.ops.take(x, [0, 1], axis=1),
    "tile": lambda k, x: k.ops.tile(x, (1, 2, 1)),
    "top_k": lambda k, x: k.ops.top_k(x, 2)[0],
    "two uses": lambda k, x: k.ops.tanh(x) * k.ops.sigmoid(x) + k.ops.tanh(-x),
    "var": lambda k, x: k.ops.var(x, axis=-1),
    "where": lambda k, x: k.ops.where(x > 0.1, x, 0.0),
}
X = np.linspace(-1, 1, 72, dtype="float32").reshape(3, 6, 4)


def test_the_table_is_that_of_real_keras():
    for name, (function, module, settings) in BY_CLASS.items():
        home = importlib.import_module(module)
        cls = getattr(home, name)
        taken = [p for p in inspect.signature(cls.__init__).parameters if p not in ("self", "name")]
        assert list(settings) == taken, name
        assert set(settings) <= set(inspect.signature(getattr(minikeras.ops, function)).parameters)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore:You are saving")
@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_there_and_back(tmp_path, name, suffix):
    for here, there in ((keras, minikeras), (minikeras, keras)):
        x = here.Input((6, 4))
        model = here.Model(x, OPERATIONS[name](here, x))
        model.save(tmp_path / f"one.{suffix}")
        taken = there.saving.load_model(tmp_path / f"one.{suffix}", compile=False)
        taken.save(tmp_path / f"two.{suffix}")
        back = here.saving.load_model(tmp_path / f"two.{suffix}", compile=False)
        expected = model(X)
        assert_close(taken(X), expected, "the other's")
        assert_close(back(X), expected, "back again")
