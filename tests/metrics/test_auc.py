"""Areas under curves, by hand, and against the exact area of many samples."""

import numpy as np
import pytest

from minikeras import metrics

Y_TRUE = np.array([0, 0, 1, 1])
Y_PRED = np.array([0.0, 0.5, 0.3, 0.9])
# With thresholds just below 0, 0.5 and just above 1:
#   TP 2, 1, 0; FP 2, 0, 0; FN 0, 1, 2; TN 0, 2, 2
#   recall 1, 1/2, 0; false positive rate 1, 0, 0; precision 1/2, 1, 0


@pytest.mark.parametrize(
    ("curve", "method", "expected"),
    [
        ("ROC", "interpolation", 0.75),  # 1 * (1 + 1/2) / 2
        ("ROC", "majoring", 1.0),
        ("ROC", "minoring", 0.5),
        ("PR", "majoring", 1.0),  # 1/2 * 1 + 1/2 * 1
        ("PR", "minoring", 0.25),  # 1/2 * 1/2 + 1/2 * 0
        # Between the first two TP grows by 1 while TP + FP grows by 3: slope 1/3, intercept
        # 1 - 1/3; area 1/3 (1 + 2/3 log(4 / 1)) / 2. Between the last two all positives are
        # right: 1/2.
        ("PR", "interpolation", (1 / 3) * (1 + 2 / 3 * np.log(4)) / 2 + 0.5),
    ],
)
def test_three_thresholds(curve, method, expected):
    metric = metrics.AUC(num_thresholds=3, curve=curve, summation_method=method)
    assert metric(Y_TRUE, Y_PRED) == pytest.approx(expected, rel=1e-9)


def test_gain_curve():
    metric = metrics.AUC(num_thresholds=3, curve="PRGAIN")
    # positives / negatives = 1. Recall gain 1 - FN / TP: 1, 0, 0 (none); precision gain
    # 1 - FP / TP: 0, 1, 1 (none). Area (1 - 0) (0 + 1) / 2.
    assert metric(Y_TRUE, Y_PRED) == pytest.approx(0.5)


def test_weights():
    metric = metrics.AUC(num_thresholds=3)
    # the true 0.3 weighs 1 of 4, the true 0.9 weighs 3: recall 1, 3/4; (1 + 3/4) / 2
    assert metric(Y_TRUE, Y_PRED, sample_weight=[1, 0, 1, 3]) == pytest.approx(0.875)


def test_many_thresholds_come_near_the_exact_area():
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 2, 4000)
    y_pred = np.clip(0.35 * y_true + 0.65 * rng.random(4000), 0, 1)
    # the exact area: how often a true sample is above a false one
    above = y_pred[y_true == 1][:, None] > y_pred[y_true == 0]
    metric = metrics.AUC(num_thresholds=1000)
    for part in np.array_split(np.arange(4000), 7):
        metric.update_state(y_true[part], y_pred[part])
    assert metric.result() == pytest.approx(above.mean(), abs=1e-4)


def test_perfect_useless_and_inverted():
    y = np.array([0, 0, 1, 1])
    assert metrics.AUC()(y, y) == pytest.approx(1)
    assert metrics.AUC()(y, [0.5] * 4) == pytest.approx(0.5)
    assert metrics.AUC()(y, 1 - y) == pytest.approx(0)
    assert metrics.AUC(curve="pr")(y, y) == pytest.approx(1)


def test_only_one_kind_of_label_gives_0_for_roc():
    assert metrics.AUC()([1, 1], [0.2, 0.9]) == 0
    assert metrics.AUC().result() == 0


def test_scores_before_the_sigmoid():
    logits = np.log(np.array([0.01, 0.5, 0.3, 0.9]) / np.array([0.99, 0.5, 0.7, 0.1]))
    metric = metrics.AUC(num_thresholds=3, from_logits=True)
    assert metric(Y_TRUE, logits) == pytest.approx(0.75)


def test_predictions_outside_0_to_1_count_as_0_and_1():
    assert metrics.AUC(num_thresholds=3)(Y_TRUE, [-4, 0.5, 0.3, 7]) == pytest.approx(0.75)


def test_own_thresholds():
    metric = metrics.AUC(thresholds=[0.5])
    assert metric.num_thresholds == 3
    assert metric(Y_TRUE, Y_PRED) == pytest.approx(0.75)
    config = metric.get_config()
    assert config["thresholds"] == [0.5]
    assert metrics.AUC.from_config(config).thresholds == metric.thresholds


# --- several labels --------------------------------------------------------------------------

TWO_TRUE = np.stack([Y_TRUE, 1 - Y_TRUE], 1)  # the second column is inverted: area 1 - 0.75
TWO_PRED = np.stack([Y_PRED, Y_PRED], 1)


def test_each_label_by_itself():
    metric = metrics.AUC(num_thresholds=3, multi_label=True)
    # areas 0.75; inverted: TP 2, 0, 0; FP 2, 1, 0: recall 1, 0, 0; rate 1, 1/2, 0: 1/4
    assert metric(TWO_TRUE, TWO_PRED) == pytest.approx(0.5)


def test_labels_may_have_weights():
    metric = metrics.AUC(num_thresholds=3, multi_label=True, label_weights=[3, 1])
    assert metric(TWO_TRUE, TWO_PRED) == pytest.approx((3 * 0.75 + 0.25) / 4)
    metric = metrics.AUC(num_thresholds=3, multi_label=True, num_labels=2, curve="PR")
    separate = [
        metrics.AUC(num_thresholds=3, curve="PR")(TWO_TRUE[:, i], TWO_PRED[:, i]) for i in (0, 1)
    ]
    assert metric(TWO_TRUE, TWO_PRED) == pytest.approx(np.mean(separate))


def test_label_weights_of_one_common_curve():
    metric = metrics.AUC(num_thresholds=3, label_weights=[1, 0])
    assert metric(TWO_TRUE, TWO_PRED) == pytest.approx(0.75)  # the second column has no weight


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.AUC(num_thresholds=1), "at least 2, not 1"),
        (lambda: metrics.AUC(curve="roc_auc"), "Unknown curve 'roc_auc'; choose one of ROC, PR"),
        (lambda: metrics.AUC(summation_method="left"), "Unknown summation_method 'left'"),
        (lambda: metrics.AUC(thresholds=[0.5, 2]), r"holds \[2\]"),
        (lambda: metrics.AUC(num_labels=2), "together with multi_label=True"),
        (lambda: metrics.AUC(multi_label=True)(Y_TRUE, Y_PRED), r"\(samples, labels\), not \(4,\)"),
        (
            lambda: metrics.AUC(multi_label=True, num_labels=3)(TWO_TRUE, TWO_PRED),
            r"counts 3 labels.*\(4, 2\)",
        ),
        (
            lambda: metrics.AUC(multi_label=True, num_labels=3, label_weights=[1, 2]),
            r"3 labels, but weights \[1.0, 2.0\]",
        ),
        (
            lambda: metrics.AUC(label_weights=[1, 2, 3])(TWO_TRUE, TWO_PRED),
            "one number per label",
        ),
        (lambda: metrics.AUC(label_weights=[1, -2]), "none of them negative"),
    ],
)
def test_mistakes_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()
