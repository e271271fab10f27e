"""TerminateOnNaN ends the training in the batch whose loss is no number."""

import numpy as np
import pytest

from minikeras.callbacks import LambdaCallback, TerminateOnNaN
from tests.callbacks.fakes import train

BAD = [float("nan"), float("inf"), -float("inf"), np.float32("nan"), np.array(np.nan)]


@pytest.mark.parametrize("bad", BAD)
def test_training_stops_at_once(bad, capsys):
    seen = []
    watch = LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))
    batches = [{"loss": 1.0}, {"loss": bad}, {"loss": 1.0}]
    model, ran = train([TerminateOnNaN(), watch], [{"batches": batches}] * 2)
    assert (seen, ran, model.stop_training) == ([0, 1], [0], True)
    assert capsys.readouterr().out == f"Batch 1: the loss is {bad}, training stops\n"


def test_numbers_pass():
    model, ran = train([TerminateOnNaN()], [{"batches": [{"loss": 1e30}, {"acc": 1.0}]}])
    assert (ran, model.stop_training) == ([0], False)


def test_it_may_raise_instead():
    with pytest.raises(RuntimeError, match="loss of batch 0 is nan"):
        train([TerminateOnNaN(raise_error=True)], [{"batches": [{"loss": float("nan")}]}])
