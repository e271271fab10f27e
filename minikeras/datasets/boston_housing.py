"""Boston housing: prices of houses in 506 districts of 1978 (Harrison and Rubinfeld).

Of the 13 columns, one ("B") was made on the assumption that racial segregation raises prices; the
set is here because scripts of the time use it, and `california_housing` serves better.
"""

from .cached import KERAS_FILES, load_file
from .checks import check_finite
from .pickled_arrays import read_npz
from .splits import check_test_split, shuffle_and_split

_SHA256 = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """Return `(x_train, y_train), (x_test, y_test)`, downloading the data at the first call.

    x: float64 (404, 13) and (102, 13) by default: 13 properties of a district, not scaled.
    y: float64 (404,) and (102,): the median price in thousands of dollars.

    path: the file's name in ~/.keras/datasets ($KERAS_HOME replaces ~/.keras), or an absolute
        path. A file that is there is used if its arrays are those described.
    test_split: the share of the data to test with, from 0 to below 1.
    seed: of the shuffle before the split.

    Raises DownloadError (an OSError) if there is no such file and it cannot be downloaded.
    """
    check_test_split(test_split)
    x, y = load_file(path, KERAS_FILES + "boston_housing.npz", _read, _SHA256)
    return shuffle_and_split(x, y, test_split, seed)


def _read(path):
    x, y = read_npz(path, ["x", "y"])
    return check_finite("x", x, (506, 13)), check_finite("y", y, (506,))
