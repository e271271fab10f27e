"""The names of `utils.conv_utils`."""

import numpy as np
import pytest

from minikeras.utils import conv_utils


def test_convert_kernel_flips_the_spatial_axes_and_back():
    kernel = np.arange(12.0).reshape(2, 3, 2, 1)
    flipped = conv_utils.convert_kernel(kernel)
    np.testing.assert_array_equal(flipped, kernel[::-1, ::-1])
    np.testing.assert_array_equal(conv_utils.convert_kernel(flipped), kernel)
    assert not np.shares_memory(flipped, kernel)


@pytest.mark.parametrize("shape", [(3, 3), (1,) * 6])
def test_convert_kernel_refuses_other_ranks(shape):
    with pytest.raises(ValueError, match="one to three spatial axes"):
        conv_utils.convert_kernel(np.zeros(shape))


def test_the_names_of_keras_are_there():
    assert conv_utils.conv_output_length(10, 3, "same", 2) == 5
    assert conv_utils.conv_input_length(5, 3, "valid", 2) == 11
    assert conv_utils.deconv_length(5, 2, 3, "valid") == 11
    assert conv_utils.deconv_output_length(5, 3, "same", stride=2) == 10
    assert conv_utils.normalize_tuple(2, 3, "strides") == (2, 2, 2)
    assert conv_utils.normalize_padding("SAME") == "same"
    assert conv_utils.normalize_data_format("channels_first") == "channels_first"
