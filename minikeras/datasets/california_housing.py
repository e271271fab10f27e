"""California housing: prices of houses in 20,640 districts of 1990 (Pace and Barry, 1997).

The columns of x: longitude, latitude, median age of the houses, rooms in all, bedrooms in all,
people, households, median income in tens of thousands of dollars.
"""

from .cached import KERAS_FILES, load_file
from .checks import check_finite
from .pickled_arrays import read_npz
from .splits import check_test_split, shuffle_and_split

_SHA256 = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"


def load_data(version="large", path="california_housing.npz", test_split=0.2, seed=113):
    """Return `(x_train, y_train), (x_test, y_test)`, downloading the data at the first call.

    version: 'large' for all 20,640 districts, 'small' for the first 600.

    x: floats (n, 8), not scaled. y: floats (n,): the median price of a house in dollars.

    path: the file's name in ~/.keras/datasets ($KERAS_HOME replaces ~/.keras), or an absolute
        path. A file that is there is used if its arrays are those described.
    test_split: the share of the data to test with, from 0 to below 1.
    seed: of the shuffle before the split.

    Raises DownloadError (an OSError) if there is no such file and it cannot be downloaded.
    """
    check_test_split(test_split)
    if version not in ("large", "small"):
        raise ValueError(f"Unknown version {version!r}; choose 'large' or 'small'.")
    x, y = load_file(path, KERAS_FILES + "california_housing.npz", _read, _SHA256)
    count = len(x) if version == "large" else 600
    return shuffle_and_split(x[:count], y[:count], test_split, seed)


def _read(path):
    x, y = read_npz(path, ["x", "y"])
    return check_finite("x", x, (20640, 8)), check_finite("y", y, (20640,))
