import copy
import pickle

import numpy as np
import pytest

from minikeras import config
from minikeras.layers import Dense, Flatten
from minikeras.models import Sequential
from minikeras.preprocessing.image import ImageDataGenerator, Iterator
from minikeras.utils import Sequence

IMAGES = np.arange(10 * 4 * 4, dtype="float32").reshape(10, 4, 4, 1)
LABELS = np.arange(10)


def plain(**settings):
    return ImageDataGenerator().flow(IMAGES, LABELS, batch_size=4, **settings)


def changing(**settings):
    generator = ImageDataGenerator(rotation_range=30, horizontal_flip=True)
    return generator.flow(IMAGES, LABELS, batch_size=4, **settings)


def epoch_of(batches):
    return [next(batches) for _ in range(len(batches))]


def same(a, b):
    return all(np.array_equal(p, q) for x, y in zip(a, b, strict=True) for p, q in zip(x, y))


def test_an_epoch_has_every_sample_once():
    batches = plain()
    assert isinstance(batches, Sequence) and len(batches) == 3
    for _ in range(2):
        epoch = epoch_of(batches)
        assert [len(x) for x, _ in epoch] == [4, 4, 2]
        x, y = (np.concatenate(parts) for parts in zip(*epoch))
        assert sorted(y) == list(LABELS) and list(y) != list(LABELS)
        assert np.array_equal(x, IMAGES[y])
    assert np.array_equal(plain(shuffle=False)[1][1], [4, 5, 6, 7])
    assert np.array_equal(plain(shuffle=False)[-1][1], [8, 9])
    with pytest.raises(ValueError, match="no batch 3"):
        batches[3]


def test_the_order_with_a_seed_is_that_of_keras():
    y = np.concatenate([y for _, y in epoch_of(plain(seed=11))])
    assert np.array_equal(y, np.random.RandomState(11).permutation(10))


def test_by_number_and_by_next_are_the_same_batches():
    by_number, by_next = changing(seed=3), changing(seed=3)
    for _ in range(2):
        numbered = [by_number[i] for i in (2, 0, 1)]
        by_number.on_epoch_end()
        last, first, second = numbered
        assert same([first, second, last], epoch_of(by_next))


def test_runs_repeat_with_the_seeds():
    for seed in (np.random.seed, config.set_random_seed):
        seed(5)
        first = epoch_of(changing())
        assert not same(first, epoch_of(changing()))
        seed(5)
        assert same(epoch_of(changing()), first)
    batches = changing(seed=2)
    first, second = epoch_of(batches), epoch_of(batches)
    assert not same(first, second)
    assert same(epoch_of(changing(seed=2)), first)


def test_pictures_and_masks_change_together():
    pictures, masks = (ImageDataGenerator(rotation_range=30, zoom_range=0.3) for _ in range(2))
    a, b = (g.flow(IMAGES, batch_size=3, seed=1) for g in (pictures, masks))
    for _ in range(6):
        assert np.array_equal(next(a), next(b))


def test_reset_begins_again():
    batches = plain(shuffle=False)
    next(batches)
    batches.reset()
    assert np.array_equal(next(batches)[1], [0, 1, 2, 3])
    assert batches.batch_index == 1 and batches.total_batches_seen == 2


def test_subsets():
    flow = ImageDataGenerator(validation_split=0.3).flow
    assert next(flow(IMAGES, LABELS, subset="validation", shuffle=False))[1].tolist() == [0, 1, 2]
    assert sorted(next(flow(IMAGES, LABELS, subset="training"))[1]) == list(range(3, 10))
    with pytest.raises(ValueError, match="'training' or 'validation'"):
        flow(IMAGES, subset="test")
    with pytest.raises(ValueError, match="validation_split=0.2"):
        plain(subset="validation")


def test_weights_and_other_inputs():
    flow = ImageDataGenerator().flow
    weights = np.linspace(0, 1, 10)
    x, y, w = next(flow(IMAGES, LABELS, sample_weight=weights))
    assert np.array_equal(w, weights[y])
    (pictures, sizes), y = next(flow((IMAGES, LABELS * 2), LABELS, batch_size=3))
    assert np.array_equal(sizes, y * 2) and np.array_equal(pictures, IMAGES[y])
    assert next(flow(IMAGES, batch_size=3)).shape == (3, 4, 4, 1)


def test_bad_data_is_refused():
    flow = ImageDataGenerator().flow
    with pytest.raises(ValueError, match="10, 9"):
        flow(IMAGES, LABELS[:9])
    with pytest.raises(ValueError, match="rank 4"):
        flow(IMAGES[0])
    with pytest.raises(ValueError, match="no images"):
        flow(IMAGES[:0])
    with pytest.raises(ValueError, match="batch_size"):
        flow(IMAGES, batch_size=0)
    with pytest.raises(ValueError, match="needs y"):
        flow(IMAGES, sample_weight=np.ones(10))


def test_a_function_of_ones_own_comes_first_and_the_data_stays():
    before = IMAGES.copy()
    seen = []

    def own(image):
        seen.append(image.shape)
        return image + 1

    generator = ImageDataGenerator(rescale=10, preprocessing_function=own)
    found = next(generator.flow(IMAGES, batch_size=2, shuffle=False))
    np.testing.assert_allclose(found, (IMAGES[:2] + 1) * 10)
    assert seen == [(4, 4, 1)] * 2 and np.array_equal(IMAGES, before)


def test_bytes_become_floats():
    x = next(ImageDataGenerator(rescale=1 / 255).flow(np.full((2, 3, 3, 3), 255, "uint8")))
    assert x.dtype == "float32" and (x == 1).all()


def test_copies_and_pickles_go_on_alike():
    batches = changing()
    epoch_of(batches)
    for other in (pickle.loads(pickle.dumps(batches)), copy.deepcopy(batches)):
        assert same([other[1]], [batches[1]])
    other = changing()
    other.set_state(batches.get_state())
    assert same([other[1]], [batches[1]])


def test_iterators_of_ones_own():
    class Squares(Iterator):
        def _get_batches_of_transformed_samples(self, index_array):
            return index_array**2

    assert next(Squares(5, 3, False, None)).tolist() == [0, 1, 4]
    with pytest.raises(NotImplementedError, match="Squares|Iterator"):
        next(Iterator(5, 3, False, None))


def small_model():
    model = Sequential([Flatten(input_shape=(4, 4, 1)), Dense(1)])
    model.compile("sgd", "mse")
    return model


def trained(batches, **settings):
    config.set_random_seed(1)
    model = small_model()
    generator = ImageDataGenerator(rotation_range=30, rescale=1 / 200)
    flow = generator.flow(IMAGES, LABELS, batch_size=4, seed=batches)
    model.fit(flow, epochs=2, verbose=0, shuffle=False, **settings)
    return model.get_weights()[0]


def test_training_is_the_same_with_any_number_of_workers():
    first = trained(3)
    np.testing.assert_allclose(trained(3, workers=3), first, rtol=1e-6)
    np.testing.assert_allclose(trained(3, workers=2, use_multiprocessing=True), first, rtol=1e-6)
    assert not np.allclose(trained(4), first)


def test_without_a_seed_training_repeats_with_the_library_s():
    np.testing.assert_allclose(trained(None, workers=2), trained(None, workers=2), rtol=1e-6)


def test_the_methods_of_keras_2_take_them():
    model = small_model()
    flow = ImageDataGenerator(rescale=1 / 200).flow
    history = model.fit_generator(
        flow(IMAGES, LABELS, batch_size=4),
        steps_per_epoch=3,
        epochs=2,
        verbose=0,
        validation_data=flow(IMAGES, LABELS, batch_size=5),
    )
    assert len(history.history["val_loss"]) == 2
    predicted = model.predict_generator(flow(IMAGES, batch_size=4, shuffle=False))
    np.testing.assert_allclose(predicted, model.predict(IMAGES / 200), rtol=1e-5, atol=1e-6)
    loss = model.evaluate_generator(flow(IMAGES, LABELS, batch_size=5), steps=2)
    np.testing.assert_allclose(loss, np.mean((predicted[:, 0] - LABELS) ** 2), rtol=1e-4)


def test_images_are_saved_for_a_look(tmp_path):
    pytest.importorskip("PIL")
    batches = plain(shuffle=False, save_to_dir=tmp_path, save_prefix="look", save_format="png")
    next(batches)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name.split("_")[:2] for name in names] == [["look", str(i)] for i in range(4)]
