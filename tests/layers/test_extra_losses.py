"""Losses and metrics of layers: penalties, add_loss, add_metric."""

import numpy as np
import pytest

import minikeras
from minikeras import ops
from minikeras.autograd import Tensor, gradients, recording
from minikeras.layers import ActivityRegularization, Dense, Input, Layer
from minikeras.layers.context import forward_pass
from minikeras.models import Model, Sequential

ONES = np.ones((4, 2), "float32")


def values(losses):
    return [float(loss) for loss in losses]


def test_penalties_on_weights_are_always_there():
    layer = Dense(1, kernel_initializer="ones", kernel_regularizer="l2", bias_regularizer="l1")
    assert layer.losses == []
    layer.build((None, 2))
    assert values(layer.losses) == pytest.approx([0.01 * 2, 0])
    layer.trainable = False  # as in Keras 2, frozen weights cost what they cost
    assert values(layer.losses) == pytest.approx([0.02, 0])
    with recording():
        (slope,) = gradients(layer.losses[0], [layer.kernel])
    np.testing.assert_allclose(slope, 0.02)


def test_penalties_on_the_output_are_of_the_last_pass():
    layer = Dense(1, kernel_initializer="ones", activity_regularizer="l1", use_bias=False)
    layer(ONES)
    # As in Keras 2 the sum over the batch, not its mean: 4 outputs of 2, times 0.01.
    assert values(layer.losses) == pytest.approx([0.08])
    layer(ONES * 2)
    assert values(layer.losses) == pytest.approx([0.16])
    ridge = ActivityRegularization(l1=0.1, l2=1.0)
    ridge(ONES)
    assert values(ridge.losses) == pytest.approx([0.8 + 8])
    assert ridge.get_config()["l2"] == 1.0
    assert "activity_regularizer" not in ridge.get_config()


class Penalty(Layer):
    def call(self, inputs, training=None):
        if training is not True or inputs.shape[0] > 2:
            self.add_loss(ops.sum(inputs))
        return inputs


def test_all_calls_of_one_pass_count():
    class Twice(Layer):
        def __init__(self):
            super().__init__()
            self.inner = Penalty()

        def call(self, inputs):
            return self.inner(self.inner(inputs) * 2)

    layer = Twice()
    layer(ONES)
    assert values(layer.losses) == [8, 16]
    assert values(layer.inner.losses) == [8, 16]
    layer(ONES[:1])
    assert values(layer.losses) == [2, 4]
    x = Input((2,))
    model = Model(x, layer.inner(layer.inner(x) + 1))
    assert model.losses == []
    model(ONES)
    assert values(model.losses) == [8, 16]


def test_a_pass_that_adds_nothing_forgets_the_one_before():
    layer = Penalty()
    layer(ONES, training=True)
    assert values(layer.losses) == [8]
    layer(ONES[:1], training=True)
    assert layer.losses == []


def test_functions_are_computed_when_they_are_asked_for():
    layer = Dense(1, kernel_initializer="ones", use_bias=False)
    layer.build((None, 2))
    layer.add_loss(lambda: ops.sum(layer.kernel) * 3)
    layer.add_loss([Tensor(np.float32(1))])
    outer = Sequential([layer])
    assert sorted(values(outer.losses)) == [1, 6]
    layer.kernel.assign([[2], [2]])
    assert sorted(values(layer.get_losses_for(None))) == [1, 12]
    assert layer.updates == layer.get_updates_for(None) == []


def test_losses_of_shared_layers_count_once():
    shared = Dense(2, kernel_initializer="ones", kernel_regularizer="l1", use_bias=False)
    x = Input((2,))
    model = Model(x, shared(shared(x)))
    outer = Model(x, model(shared(x)))
    assert values(outer.losses) == pytest.approx([0.04])


def test_training_minds_them():
    layer = Dense(
        1,
        kernel_initializer="ones",
        use_bias=False,
        kernel_regularizer=minikeras.regularizers.l1(1),
    )
    model = Sequential([layer])
    model.build((None, 2))
    model.compile(minikeras.optimizers.SGD(0.25), loss="mse")
    x = np.array([[1.0, -1.0]])  # the output is the target: only the penalty is left
    assert model.train_on_batch(x, np.zeros((1, 1))) == 2
    np.testing.assert_allclose(layer.get_weights()[0], 0.75)


def test_who_gathers():
    class Report(Layer):
        def call(self, inputs):
            self.add_metric(inputs, name="mean", aggregation="mean")
            self.add_loss(1.5)
            return inputs

    losses, metrics = [], []
    with forward_pass(True, losses, metrics):
        Report()(ONES)
    assert losses == [1.5]
    assert metrics[0][0] == "mean"
    Report()(ONES)
    assert losses == [1.5]


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda la: la.add_loss(Input((2,))), ValueError, "is symbolic: add it to the Model"),
        (lambda la: la.add_metric(1.0), ValueError, "needs a name="),
        (lambda la: la.add_metric(1.0, "m", "sum"), ValueError, "must be 'mean' or None"),
    ],
)
def test_what_is_refused(use, error, message):
    with pytest.raises(error, match=message):
        use(Dense(1))


def test_updates_of_keras_2_act_at_once():
    layer = Dense(1)
    v = minikeras.backend.variable(0.0)
    layer.add_update([(v, np.float32(3)), None])
    assert v.numpy() == 3
    layer.add_update((v, Tensor(np.float32(4))), inputs=None)
    assert v.numpy() == 4
    layer.add_update([minikeras.backend.update(v, 5.0)])
    assert v.numpy() == 5
