import numpy as np

from minikeras.utils.test_utils import get_test_data


def test_classes():
    np.random.seed(0)
    (x, y), (x_test, y_test) = get_test_data(
        num_train=400, num_test=10, input_shape=(3, 4), num_classes=3
    )
    assert (x.shape, y.shape) == ((400, 3, 4), (400,))
    assert (x_test.shape, y_test.shape) == ((10, 3, 4), (10,))
    assert x.dtype == np.float32
    assert set(y.tolist()) == {0, 1, 2}
    for label in range(3):
        assert abs(x[y == label].mean() - label) < 0.1
        assert abs(x[y == label].std() - 0.7) < 0.1


def test_numbers():
    np.random.seed(0)
    (x, y), _ = get_test_data(300, 5, (50,), output_shape=(40, 2), classification=False)
    assert (x.shape, y.shape) == ((300, 50), (300, 40, 2))
    centres = x.mean(axis=1)
    assert abs(np.corrcoef(centres, y.mean(axis=(1, 2)))[0, 1]) > 0.9
    assert abs(centres.mean() - 0.5) < 0.1


def test_they_follow_the_seed_as_in_keras_2():
    """The first numbers drawn from the seed are the labels, then one input after the other."""
    np.random.seed(4)
    (x, y), _ = get_test_data(2, 1, (2,))
    np.random.seed(4)
    labels = np.random.randint(0, 2, size=3)
    first, second = (np.random.normal(labels[i], 0.7, 2) for i in range(2))
    np.testing.assert_array_equal(y, labels[:2])
    np.testing.assert_array_equal(x, np.float32([first, second]))
