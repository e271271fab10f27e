"""The arithmetic of windows: lengths, padding, where taps meet the image, blocks."""

import itertools

import pytest

from minikeras.ops import windows
from tests.ops import direct_windows

LENGTHS = list(itertools.product([1, 2, 5, 8], [1, 2, 3], ["valid", "same", "causal"], [1, 2, 3]))


@pytest.mark.parametrize("n, k, padding, stride", LENGTHS)
@pytest.mark.parametrize("dilation", [1, 2])
def test_lengths(n, k, padding, stride, dilation):
    reach = (k - 1) * dilation + 1
    expected = direct_windows.extents(n, k, stride, padding, dilation)[0]
    length = windows.conv_output_length(n, k, padding, stride, dilation)
    assert length == max(0, expected)
    if padding == "valid" and reach > n:
        with pytest.raises(ValueError, match="does not fit into an input"):
            windows.windows((n,), (k,), (stride,), padding, (dilation,))
        return
    found = windows.windows((n,), (k,), (stride,), padding, (dilation,))
    assert found.out == (length,)
    assert found.before == (direct_windows.extents(n, k, stride, padding, dilation)[1],)


@pytest.mark.parametrize(
    "size, k, s, padding, expected",
    # By hand: each input element starts a window of k elements, s after the one before it.
    [
        (4, 3, 1, "valid", 6),
        (4, 3, 2, "valid", 9),
        (4, 2, 3, "valid", 12),
        (4, 3, 2, "same", 8),
        (4, 3, 2, "full", 5),
        (None, 3, 2, "same", None),
    ],
)
def test_transposed_lengths(size, k, s, padding, expected):
    assert windows.deconv_length(size, s, k, padding) == expected
    assert windows.deconv_output_length(size, k, padding, stride=s) == expected


def test_transposed_lengths_with_output_padding():
    # 'valid' covers (4 - 1) * 3 + 3 = 12 elements; 'same' drops 3 // 2 at each end.
    assert [windows.deconv_output_length(4, 3, "valid", p, 3) for p in (0, 1, 2)] == [12, 13, 14]
    assert [windows.deconv_output_length(4, 3, "same", p, 3) for p in (0, 1, 2)] == [10, 11, 12]
    assert windows.deconv_output_length(4, 3, "full", 0, 1) == 2


def test_input_lengths():
    for n, k, s in itertools.product([1, 3, 6], [1, 3, 5], [1, 2, 3]):
        for padding in ("valid", "same", "full"):
            length = windows.conv_input_length(n, k, padding, s)
            if length > 0:
                assert windows.conv_output_length(length, k, padding, s) == n
    assert windows.conv_input_length(None, 3, "same", 1) is None
    assert windows.conv_output_length(None, 3, "same", 1) is None


@pytest.mark.parametrize("n, k, padding, stride", LENGTHS)
@pytest.mark.parametrize("dilation", [1, 2])
def test_where_taps_meet_the_image(n, k, padding, stride, dilation):
    if padding == "valid":
        n += (k - 1) * dilation  # so that there is a position
    found = windows.windows((n,), (k,), (stride,), padding, (dilation,))
    expected = {
        (*position, *tap): element[0]
        for position, covered in direct_windows.positions_and_elements(
            (n,), (k,), (stride,), padding, (dilation,)
        )
        for tap, element in covered
    }
    actual = {}
    for tap in found.taps:
        (positions,), (elements,) = found.tap_slices(tap)
        pairs = zip(range(*positions.indices(n + 9)), range(*elements.indices(n)), strict=True)
        actual.update({(p, *tap): e for p, e in pairs})
    assert actual == expected
    assert found.pointwise == (k == 1 and stride == 1)


@pytest.mark.parametrize(
    "value, n, expected",
    [(2, 2, (2, 2)), ([1, 2], 2, (1, 2)), ((3,), 1, (3,)), ((1, 2, 3), 3, (1, 2, 3))],
)
def test_normalize_tuple(value, n, expected):
    assert windows.normalize_tuple(value, n, "strides") == expected


@pytest.mark.parametrize("value", [0, -1, 1.5, "2", None, (1,), (1, 0), (1, "2"), True, (1, True)])
def test_normalize_tuple_refuses(value):
    with pytest.raises(ValueError, match="strides must be a whole number"):
        windows.normalize_tuple(value, 2, "strides")


def test_normalize_padding():
    assert windows.normalize_padding("SAME") == "same"
    with pytest.raises(ValueError, match="'valid'"):
        windows.normalize_padding("vaild")
    with pytest.raises(ValueError, match="Unknown padding None"):
        windows.normalize_padding(None)
