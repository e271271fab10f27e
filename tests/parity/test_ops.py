"""The operations beside those of real Keras: the same call, the same values, the same types."""

import keras
import numpy as np
import pytest

from minikeras import ops
from tests.parity.harness import assert_close

if keras.backend.backend() != "jax":
    pytest.skip(
        "of the backends JAX follows NumPy, others differ from it and from each other",
        allow_module_level=True,
    )

rng = np.random.default_rng(0)
A = rng.normal(size=(3, 4)).astype("float32")
B = rng.normal(size=(3, 4)).astype("float32")
P = rng.uniform(0.1, 0.9, size=(3, 4)).astype("float32")
S = (A @ A.T + 3 * np.eye(3)).astype("float32")
N = rng.integers(0, 5, size=(3, 4)).astype("int32")
T = A > 0
IDS = np.array([0, 2, 0])
X = rng.normal(size=(2, 4, 4, 4)).astype("float32")


def each(names, calls):
    """Return a dictionary that gives the same calls to each of the names."""
    return dict.fromkeys(names.split(), calls)


# Each name is called with each list of arguments.
CALLS = {
    **each(
        """abs absolute arcsinh arctan cbrt ceil cos cosh deg2rad erf erfc exp exp2 expm1 fabs floor
        negative rad2deg reciprocal round sign sin sinc sinh square tan tanh trunc isfinite isinf
        isnan signbit isreal ones_like zeros_like nan_to_num ravel transpose flip fliplr flipud
        rot90 sum mean var std max min prod all any argmax argmin count_nonzero logsumexp ptp
        cumsum cumprod median sort argsort trace diagonal tril triu diag diff squeeze copy norm
        amax amin nansum nanmean nanmax nanmin nanvar nanstd nanprod nanmedian i0 average
        logical_not trapezoid corrcoef isposinf isneginf""",
        [[A]],
    ),
    **each("arccos arcsin arctanh erfinv log log10 log1p log2 rsqrt sqrt", [[P]]),
    **each(
        """add arctan2 divide divide_no_nan equal fmax fmin floor_divide greater greater_equal
        heaviside hypot isclose less less_equal logaddexp logaddexp2 logical_and logical_or
        logical_xor maximum minimum mod multiply nextafter not_equal subtract true_divide append
        outer inner kron""",
        [[A, B]],
    ),
    **each("bitwise_and bitwise_or bitwise_xor left_shift gcd lcm", [[N, N[0]]]),
    **each("det inv cholesky slogdet logdet matrix_rank pinv", [[S]]),
    "power": [[P, B], [A, 2], [N, 2], [N + 1, A]],
    "clip": [[A, -0.5, 0.5]],
    "where": [[T, A, B], [T, A, 1.0]],
    "cast": [[A, "int32"], [N, "float32"], [A, "float16"]],
    "saturate_cast": [[A * 300, "uint8"]],
    "reshape": [[A, (2, -1)]],
    "expand_dims": [[A, 1], [A, -1]],
    "swapaxes": [[A, 0, 1]],
    "moveaxis": [[A[None], 0, -1]],
    "broadcast_to": [[A[0], (2, 4)]],
    "roll": [[A, 2], [A, 1, 0]],
    "tile": [[A, (2, 1)], [A[0], 2]],
    "repeat": [[A, 2], [A, 2, 1]],
    "pad": [[A, 1], [A, ((1, 0), (2, 1)), "reflect"], [A, 1, "constant", 3.0]],
    "concatenate": [[[A, B]], [[A, B], 1]],
    "stack": [[[A, B]], [[A, B], 1], [[A, B], -1]],
    "hstack": [[[A, B]]],
    "vstack": [[[A, B]]],
    "split": [[A, 3], [A, [1, 3], 1]],
    "array_split": [[A, 2], [A, 3, 1]],
    "unstack": [[A], [A, 4, 1]],
    "take": [[A, N[0, :2] % 3, 0], [A, [[0, 1], [2, 2]], 1], [A, [5, 11]]],
    "take_along_axis": [[A, np.array([[0], [3], [1]]), 1]],
    "get_item": [[A, 1], [A, (slice(None), 2)]],
    "scatter": [[np.array([[0, 1], [2, 2], [0, 1]]), A[0, :3], (3, 4)]],
    "scatter_update": [
        [A, [[0, 1], [2, 2]], np.float32([7, 8])],
        [A, [[0, 1], [0, 1]], np.float32([7, 8]), "add"],
        [A, [[0, 1], [0, 1]], np.float32([7, 8]), "max"],
    ],
    "slice": [[A, (1, 1), (2, 2)]],
    "slice_update": [[A, (1, 1), np.ones((2, 2), "float32")]],
    "one_hot": [[N, 5], [N, 4, 0]],
    "multi_hot": [[N, 5]],
    "top_k": [[A, 2], [A, 2, False]],
    "in_top_k": [[N[:, 0] % 4, A, 2]],
    "searchsorted": [[np.float32([0, 1, 2]), A[0]], [np.float32([0, 1, 2]), A[0], "right"]],
    "digitize": [[A, np.float32([-1, 0, 1])]],
    "bincount": [[N[0]], [N[0], A[0], 7]],
    "matmul": [[A, B.T], [A[0], B.T], [A, B[0]], [A[None], B.T]],
    "dot": [[A, B.T], [A, 2.0], [A[0], B[0]], [A, np.stack([B.T, B.T])]],
    "vdot": [[A, B]],
    "tensordot": [[A, B, 2], [A, B, [[1], [1]]], [A[0], B[0], 0]],
    "einsum": [["ij,kj->ik", A, B], ["ij->j", A], ["...i,...i", A, B]],
    "cross": [[A[:, :3], B[:, :3]]],
    "logspace": [[0, 2, 5]],
    "linspace": [[0, 1, 5], [0.0, 1, 5, False]],
    "geomspace": [[1, 8, 4]],
    "arange": [[5], [1, 6, 2], [0.5, 2.0, 0.5], [3.0]],
    "full": [[(2, 3), 3], [(2,), 1.5]],
    "full_like": [[A, 2], [N, 2]],
    "eye": [[3], [2, 4, 1]],
    "tri": [[3], [2, 3, -1]],
    "identity": [[3]],
    "zeros": [[(2, 3)]],
    "ones": [[(2,), "int32"]],
    "meshgrid": [[A[0], B[0]]],
    "quantile": [[A, 0.3], [A, [0.1, 0.7], 1], [A, 0.3, 0, "nearest", True]],
    "percentile": [[A, 30.0], [A, [10.0, 70.0], 1]],
    "vander": [[A[0]], [A[0], 3]],
    "correlate": [[A[0], B[0, :2]], [A[0], B[0, :2], "full"], [A[0], B[0, :2], "same"]],
    "solve": [[S, A]],
    "solve_triangular": [[np.triu(S), A], [np.tril(S), A, True]],
    "lstsq": [[S, A]],
    "segment_sum": [[A, IDS, 3], [A, IDS, 4]],
    "segment_max": [[A, IDS % 2, 2]],
    "extract_sequences": [[A, 2, 1]],
    "ctc_decode": [
        [X[0], np.array([4, 2, 3, 1])],
        [X[0], np.array([4, 2, 3, 1]), "greedy", 100, 1, False, 3],
    ],
    "unfold": [[X, 2], [X, (3, 2), 1, 1, 2], [X, 2, 2, (0, 1), (1, 2)]],
    "fold": [[X[0].reshape(1, 16, 4), 3, (2, 2)], [X[:, 0], 2, 2, 1, 1, 2]],
    "select": [[[A > 1, A < 0], [A, B], 0.0]],
    "unravel_index": [[[1, 5, 11], (3, 4)]],
    "isin": [[N, [1, 3]]],
    "nonzero": [[N]],
    "bartlett": [[5]],
    "hamming": [[5]],
    "hanning": [[5]],
    "blackman": [[5]],
    "kaiser": [[5, 2.0]],
    "ldexp": [[A, N]],
    "svd": [[A, False, False]],
    "unique": [[N]],
    "fft": [[(A, B)]],
    "fft2": [[(A, B)]],
    "ifft2": [[(A, B)]],
    "rfft": [[A], [A, 3], [A, 7]],
    "irfft": [[(A, B)], [(A, B), 5]],
    "cdist": [[A, B]],
    "psnr": [[P, P * 0.9, 1.0]],
    "space_to_depth": [[X, 2], [X, 2, "channels_first"]],
    "depth_to_space": [[X, 2], [X, 2, "channels_first"]],
    "angle": [[A]],
    "real": [[A]],
    "imag": [[A]],
    "conj": [[A]],
}
# Whole numbers and booleans: which type does the result have?
WHOLE = {
    **each(
        """sum mean prod max min var std cumsum argmax sqrt exp floor ceil square negative abs sign
        median logsumexp all any""",
        [[N], [N.astype("uint8")]],
    ),
    **each("add multiply divide floor_divide maximum", [[N, 2], [N, 2.5], [N, A]]),
}


# Not in minikeras, yet or for good.
ABSENT = {
    *("adaptive_average_pool", "adaptive_max_pool", "istft", "jvp"),
    *("lu_factor", "rearrange", "stft"),
}


@pytest.mark.parametrize("name", sorted(set(CALLS) | set(WHOLE)))
def test_values_and_types(name):
    for args in [*CALLS.get(name, []), *WHOLE.get(name, [])]:
        compare(getattr(ops, name)(*args), getattr(keras.ops, name)(*args), name)


def compare(actual, expected, name):
    """Compare values, and the kind of type: these tests permit JAX to widen what it likes."""
    if isinstance(expected, (tuple, list)):
        assert len(actual) == len(expected)
        for a, e in zip(actual, expected):
            compare(a, e, name)
        return
    actual, expected = np.asarray(actual), keras.ops.convert_to_numpy(expected)
    assert actual.dtype.kind == expected.dtype.kind, name
    assert actual.dtype != np.float64, name
    assert_close(actual, expected.astype(actual.dtype), name, tolerance=3e-5)


def test_every_operation_of_keras_is_there():
    missing = {n for n in dir(keras.ops) if not n.startswith("_") and not hasattr(ops, n)}
    assert missing <= ABSENT
