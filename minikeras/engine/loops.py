"""The loops over the batches of an epoch: train, test, predict."""

from ..callbacks import Logs
from .predictions import Predictions


def train_epoch(model, runner, source, listeners, run, interrupts):
    """Train on the batches of one epoch, or on those that are left of it; return its logs.

    Args:
        run: the `TrainingRun`, which knows where to begin and is told of every batch.
        interrupts: the `Interrupts` that keep Ctrl-C out of the middle of an update.
    """
    runner.begin()
    done = run.begin_epoch()
    if done and model.stop_training:  # a callback had stopped the run that this one continues
        return runner.epoch_logs()
    for number, (inputs, targets, weights, size) in enumerate(source.epoch(done), done):
        if listeners.train_batch_begin:
            listeners.on_train_batch_begin(number, Logs(batch=number, size=size))
        interrupts.held = True
        runner.run(inputs, targets, weights, size)
        run.step = number + 1
        interrupts.held = False
        if interrupts.pending:
            interrupts.deliver()
        if listeners.train_batch_end:
            listeners.on_train_batch_end(number, _with_counts(runner.batch_logs(), number, size))
        if model.stop_training:
            break
    return runner.epoch_logs()


def test_epoch(runner, source, listeners):
    """Test on the batches of a source, from its first; return the averages as logs."""
    source.rewind()
    runner.begin()
    listeners.on_test_begin()
    for number, (inputs, targets, weights, size) in enumerate(source.epoch()):
        if listeners.test_batch_begin:
            listeners.on_test_batch_begin(number, Logs(batch=number, size=size))
        runner.run(inputs, targets, weights, size)
        if listeners.test_batch_end:
            listeners.on_test_batch_end(number, _with_counts(runner.batch_logs(), number, size))
    logs = runner.epoch_logs()
    listeners.on_test_end(logs)
    return logs


def _with_counts(logs, number, size):
    logs["batch"], logs["size"] = number, size
    return logs


def predict_all(run, pack, source, listeners):
    """Return the outputs for all batches of a source, nested as the model's are.

    Args:
        run: function (inputs, targets, weights, size) -> list of arrays of one batch.
        pack: function list of arrays -> the same in the model's nesting, as callbacks get it.
    """
    results = Predictions(source.samples if source.steps is None else None)
    listeners.on_predict_begin()
    for number, (inputs, targets, weights, size) in enumerate(source.epoch()):
        if listeners.predict_batch_begin:
            listeners.on_predict_batch_begin(number, Logs(batch=number, size=size))
        outputs = run(inputs, targets, weights, size)
        results.add(outputs, size)
        if listeners.predict_batch_end:
            logs = Logs(batch=number, size=size, outputs=pack(outputs))
            listeners.on_predict_batch_end(number, logs)
    listeners.on_predict_end()
    return pack(results.joined())
