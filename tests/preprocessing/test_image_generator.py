import warnings

import numpy as np
import pytest

from minikeras import config
from minikeras.preprocessing.image import ImageDataGenerator

RNG = np.random.RandomState(7)
IMAGES = RNG.rand(12, 6, 5, 3).astype("float32")


def test_settings_switch_on_what_they_need():
    with pytest.warns(UserWarning, match="featurewise_center=True"):
        assert ImageDataGenerator(featurewise_std_normalization=True).featurewise_center
    with pytest.warns(UserWarning, match="samplewise_center=True"):
        assert ImageDataGenerator(samplewise_std_normalization=True).samplewise_center
    with pytest.warns(UserWarning, match="featurewise_std_normalization=False"):
        generator = ImageDataGenerator(True, False, True, zca_whitening=True)
    assert generator.featurewise_center and not generator.featurewise_std_normalization


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"zoom_range": (1, 2, 3)}, "zoom_range"),
        ({"fill_mode": "reflec"}, "reflect"),
        ({"validation_split": 1.5}, "validation_split"),
        ({"data_format": "channel_last"}, "data_format"),
        ({"brightness_range": 0.4}, "brightness_range"),
        ({"interpolation_order": 3}, "order"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        ImageDataGenerator(**settings)


def test_featurewise_statistics():
    generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    generator.fit(IMAGES)
    found = generator.standardize(IMAGES.copy())
    np.testing.assert_allclose(found.mean((0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(found.std((0, 1, 2)), 1, atol=1e-5)
    assert found.dtype == "float32" and generator.mean.shape == (1, 1, 3)
    first = ImageDataGenerator(featurewise_center=True, data_format="channels_first")
    first.fit(IMAGES.transpose(0, 3, 1, 2))
    np.testing.assert_allclose(first.mean.ravel(), generator.mean.ravel(), rtol=1e-5)
    assert first.mean.shape == (3, 1, 1)


def test_samplewise_and_rescale():
    generator = ImageDataGenerator(
        samplewise_center=True, samplewise_std_normalization=True, rescale=3
    )
    x = IMAGES[0].copy()
    found = generator.standardize(x)
    np.testing.assert_allclose(found.mean(), 0, atol=1e-6)
    np.testing.assert_allclose(found.std(), 1, rtol=1e-5)
    assert found is x  # in place, as in Keras
    whole = np.array([[[0], [255]]], "uint8")
    assert ImageDataGenerator(rescale=1 / 255).standardize(whole).ravel().tolist() == [0, 1]
    assert whole.ravel().tolist() == [0, 255]


def test_whitened_pixels_are_not_correlated():
    x = np.random.RandomState(0).randn(400, 2, 2, 1).astype("float32")
    x[:, 0, 1] += 0.8 * x[:, 0, 0]
    with pytest.warns(UserWarning, match="featurewise_center"):
        generator = ImageDataGenerator(zca_whitening=True, zca_epsilon=1e-8)
    generator.fit(x)
    rows = generator.standardize(x.copy()).reshape(400, 4)
    np.testing.assert_allclose(rows.T @ rows / 400, np.eye(4), atol=1e-3)
    assert rows.dtype == "float32"
    one = generator.standardize(x[0].copy())
    np.testing.assert_allclose(one.ravel(), rows[0], rtol=1e-4, atol=1e-5)


def test_what_was_not_measured_is_left_out_with_a_warning():
    generator = ImageDataGenerator(featurewise_center=True)
    with pytest.warns(UserWarning, match=r"fit\(x\)"):
        found = generator.standardize(IMAGES[0].copy())
    assert np.array_equal(found, IMAGES[0])


def test_fit_checks_its_images():
    with pytest.raises(ValueError, match="rank 4"):
        ImageDataGenerator().fit(IMAGES[0])
    with pytest.warns(UserWarning, match="has 5 on axis 3"):
        ImageDataGenerator().fit(np.ones((2, 3, 3, 5)))


def test_fit_on_changed_images_repeats_with_its_seed():
    means = []
    for seed in (3, 3, 4):
        generator = ImageDataGenerator(
            featurewise_center=True, width_shift_range=0.5, fill_mode="constant"
        )
        generator.fit(IMAGES, augment=True, rounds=2, seed=seed)
        means.append(generator.mean)
    assert np.array_equal(means[0], means[1]) and not np.array_equal(means[0], means[2])


def test_changes_lie_within_their_ranges():
    generator = ImageDataGenerator(
        rotation_range=20,
        width_shift_range=0.2,
        height_shift_range=[1, 3],
        shear_range=5,
        zoom_range=0.3,
        channel_shift_range=0.1,
        brightness_range=(0.5, 0.8),
        horizontal_flip=True,
        vertical_flip=True,
    )
    drawn = [generator.get_random_transform((10, 20, 3), seed) for seed in range(300)]
    theta, ty, shear = (np.array([d[k] for d in drawn]) for k in ("theta", "ty", "shear"))
    assert 15 < theta.max() < 20 and -20 < theta.min() < -15
    assert 3 < ty.max() < 4 and -4 < ty.min() < -3  # 0.2 of 20 pixels
    assert 4 < shear.max() < 5
    assert {d["tx"] for d in drawn} == {-3.0, -1.0, 1.0, 3.0}
    zoom = np.array([(d["zx"], d["zy"]) for d in drawn])
    assert 0.7 < zoom.min() < 0.75 and 1.25 < zoom.max() < 1.3
    assert (zoom[:, 0] != zoom[:, 1]).all()
    assert all(len(set(d["channel_shift_intensity"])) == 3 for d in drawn)
    assert all(0.5 < d["brightness"] < 0.8 for d in drawn)
    for name in ("flip_horizontal", "flip_vertical"):
        assert 100 < sum(d[name] for d in drawn) < 200


def test_numbers_of_pixels():
    generator = ImageDataGenerator(width_shift_range=3, height_shift_range=[0.5])
    drawn = [generator.get_random_transform((10, 20, 3), seed) for seed in range(200)]
    assert 2.8 < max(abs(d["ty"]) for d in drawn) < 3
    assert {abs(d["tx"]) for d in drawn} == {5.0}  # half of 10


def test_applying_given_changes():
    generator = ImageDataGenerator(fill_mode="constant", cval=2)
    x = IMAGES[0]
    assert np.array_equal(generator.apply_transform(x, {}), x)
    assert np.array_equal(generator.apply_transform(x, {"flip_horizontal": True}), x[:, ::-1])
    assert np.array_equal(generator.apply_transform(x, {"flip_vertical": True}), x[::-1])
    moved = generator.apply_transform(x, {"tx": 1})
    assert np.array_equal(moved[:-1], x[1:]) and (moved[-1] == 2).all()
    shifted = generator.apply_transform(x, {"channel_shift_intensity": 0.1})
    np.testing.assert_allclose(shifted, np.minimum(x + np.float32(0.1), x.max()), rtol=1e-6)
    with pytest.raises(ValueError, match="not angle"):
        generator.apply_transform(x, {"angle": 3})


def test_random_transform_follows_numpys_seed_and_ours():
    generator = ImageDataGenerator(rotation_range=40, horizontal_flip=True, zoom_range=0.2)
    for seed in (np.random.seed, config.set_random_seed):
        seed(8)
        first, second = generator.random_transform(IMAGES[0]), generator.random_transform(IMAGES[0])
        seed(8)
        assert np.array_equal(generator.random_transform(IMAGES[0]), first)
        assert not np.array_equal(first, second)
    state = np.random.get_state()[1].copy()
    assert np.array_equal(
        generator.random_transform(IMAGES[0], seed=1), generator.random_transform(IMAGES[0], seed=1)
    )
    assert np.array_equal(np.random.get_state()[1], state)  # a seed of its own disturbs no other


def test_float64_is_kept():
    generator = ImageDataGenerator(rotation_range=10, channel_shift_range=1, dtype="float64")
    assert next(generator.flow(IMAGES)).dtype == "float64"


def test_every_setting_keeps_float32():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        generator = ImageDataGenerator(
            samplewise_std_normalization=True,
            zca_whitening=True,
            rotation_range=10,
            brightness_range=(0.5, 1),
            channel_shift_range=np.float64(0.3),
            rescale=np.float64(0.1),
        )
    generator.fit(IMAGES)
    x = generator.random_transform(IMAGES[0])
    assert x.dtype == "float32" and generator.standardize(x).dtype == "float32"
