"""fit_generator and its kin: Keras 2's names, and those of Keras 1 for their arguments."""

import numpy as np
import pytest

from tests.engine.support import line
from tests.engine.test_feeding import EXPECTED, Batches, X, Y, batches, compiled, trained


def test_the_three_methods():
    model = compiled()
    reference = compiled()
    history = model.fit_generator(
        batches(X, Y), 3, 2, 0, validation_data=batches(X, Y), validation_steps=3
    )
    assert sorted(history.history) == ["loss", "val_loss"]
    reference.fit(X, Y, 4, 2, 0, shuffle=False)
    np.testing.assert_array_equal(model.get_weights()[0], reference.get_weights()[0])
    np.testing.assert_allclose(
        model.predict_generator(batches(X), 3), reference.predict(X), rtol=1e-6
    )
    assert model.evaluate_generator(batches(X, Y), 3) == pytest.approx(
        reference.evaluate(X, Y, verbose=0)
    )


def test_sequences_know_their_length():
    model = compiled()
    model.fit_generator(Batches(), verbose=0, shuffle=False, validation_data=Batches())
    assert model.predict_generator(Batches()).shape == (12, 1)
    assert isinstance(model.evaluate_generator(Batches(), workers=0), float)


def test_validation_arrays_are_used_whole():
    model, reference = compiled(), compiled()
    seen = model.fit_generator(
        batches(X, Y), 3, verbose=0, validation_data=(X, Y), validation_steps=1
    ).history["val_loss"][0]
    reference.set_weights(model.get_weights())
    assert seen == pytest.approx(reference.evaluate(X, Y, verbose=0))


def test_validation_generators_need_a_number_of_steps():
    with pytest.raises(ValueError, match="A generator has no length.*validation_steps="):
        compiled().fit_generator(batches(X, Y), 3, validation_data=batches(X, Y))


def test_arguments_of_keras_1():
    model = compiled()
    with pytest.warns(DeprecationWarning, match="samples_per_epoch is called steps_per_epoch"):
        model.fit_generator(batches(X, Y), samples_per_epoch=3, verbose=0)
    assert model.optimizer.iterations == 3
    with pytest.warns(DeprecationWarning, match="nb_epoch is called epochs now"):
        model.fit_generator(batches(X, Y), 1, nb_epoch=2, verbose=0)
    assert model.optimizer.iterations == 5
    with pytest.warns(DeprecationWarning, match="val_samples is called steps"):
        assert isinstance(model.evaluate_generator(batches(X, Y), val_samples=3), float)
    with pytest.warns(DeprecationWarning, match="max_q_size is called max_queue_size"):
        assert model.predict_generator(batches(X), 3, max_q_size=2).shape == (12, 1)
    with pytest.warns(DeprecationWarning, match="nb_epoch is called epochs now"):
        model.fit(X, Y, nb_epoch=1, verbose=0)


def test_samples_become_batches_where_the_generator_knows_their_size():
    class Sized(Batches):
        batch_size = 4

    model = compiled()
    with pytest.warns(DeprecationWarning):
        model.fit_generator(Sized(), samples_per_epoch=8, verbose=0)
    assert model.optimizer.iterations == 2


@pytest.mark.parametrize("method", ["fit_generator", "evaluate_generator", "predict_generator"])
def test_a_generator_needs_a_number_of_steps(method):
    with pytest.raises(ValueError, match="A generator has no length: say how many batches"):
        getattr(compiled(), method)(batches(X, Y))


def test_misspelt_arguments():
    with pytest.raises(TypeError, match="no argument 'step'. Did you mean 'steps_per_epoch'|steps"):
        compiled().fit_generator(batches(X, Y), step=3)
    with pytest.raises(TypeError, match="takes no argument 'nb_epoch'"):
        compiled().evaluate_generator(batches(X, Y), nb_epoch=3)


def test_the_reference_is_what_it_should_be():
    assert EXPECTED.shape == trained(X, Y).shape == (4,)
    assert (np.concatenate([w.reshape(-1) for w in line().get_weights()]) != EXPECTED).all()
