"""The same models in plain PyTorch, in the loop its users write by hand, as one more peer."""

from __future__ import annotations

import time

import torch
from torch import nn


class LastOutput(nn.Module):
    """Keeps a recurrent module's output at the last time step, or at all of them."""

    def __init__(self, recurrent: nn.Module, *, sequences: bool = False):
        super().__init__()
        self.recurrent, self.sequences = recurrent, sequences

    def forward(self, x):
        outputs, _ = self.recurrent(x)
        return outputs if self.sequences else outputs[:, -1]


def conv(inputs: int, filters: int, padding) -> list[nn.Module]:
    return [nn.Conv2d(inputs, filters, 3, padding=padding), nn.ReLU()]


def char_lstm() -> nn.Module:
    return nn.Sequential(LastOutput(nn.LSTM(57, 128, batch_first=True)), nn.Linear(128, 57))


# Each: the module (its last softmax is part of the loss), the optimizer, the loss.
MODELS = {
    "xor": (
        lambda: nn.Sequential(
            nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 2)
        ),
        torch.optim.Adam,
        nn.CrossEntropyLoss,
    ),
    "mlp": (
        lambda: nn.Sequential(
            *(nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2)),
            *(nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.2)),
            nn.Linear(512, 10),
        ),
        torch.optim.RMSprop,
        nn.CrossEntropyLoss,
    ),
    "cnn": (
        lambda: nn.Sequential(
            *conv(1, 32, "same"),
            *(nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(6272, 128), nn.ReLU(), nn.Linear(128, 10)),
        ),
        torch.optim.Adam,
        nn.CrossEntropyLoss,
    ),
    "conv4": (
        lambda: nn.Sequential(
            *(*conv(3, 32, "same"), *conv(32, 32, 0), nn.MaxPool2d(2), nn.Dropout(0.25)),
            *(*conv(32, 64, "same"), *conv(64, 64, 0), nn.MaxPool2d(2), nn.Dropout(0.25)),
            *(nn.Flatten(), nn.Linear(2304, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10)),
        ),
        torch.optim.RMSprop,
        nn.CrossEntropyLoss,
    ),
    "embedding_lstm": (
        lambda: nn.Sequential(
            nn.Embedding(20000, 128),
            LastOutput(nn.LSTM(128, 128, batch_first=True)),
            nn.Linear(128, 1),
        ),
        torch.optim.Adam,
        nn.BCEWithLogitsLoss,
    ),
    "char_lstm": (char_lstm, torch.optim.RMSprop, nn.CrossEntropyLoss),
    "gru": (
        lambda: nn.Sequential(
            LastOutput(nn.GRU(32, 64, batch_first=True), sequences=True),
            LastOutput(nn.GRU(64, 64, batch_first=True)),
            nn.Linear(64, 1),
        ),
        torch.optim.Adam,
        nn.MSELoss,
    ),
    "predict_one": (char_lstm, torch.optim.RMSprop, nn.CrossEntropyLoss),
}


def run(name: str, workload, x, y) -> tuple[list[float], float | None]:
    """Train (or predict) as ``workload`` says; the time at each epoch's end, and the last loss."""
    module, optimizer_class, loss_class = MODELS[name]
    model, loss_function = module(), loss_class()
    if x.ndim == 4:
        x = x.transpose(0, 3, 1, 2).copy()
    x = torch.from_numpy(x)
    ends = []
    if workload.predict:
        model.eval()
        with torch.no_grad():
            for call in range(workload.epochs):
                i = call % len(x)
                torch.softmax(model(x[i : i + 1]), dim=-1).numpy()
                ends.append(time.perf_counter())
        return ends, None
    classes = isinstance(loss_function, nn.CrossEntropyLoss)
    y = torch.from_numpy(y.argmax(-1) if classes else y)
    optimizer = optimizer_class(model.parameters(), lr=1e-3)
    loss = None
    for _ in range(workload.epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), workload.batch):
            rows = order[start : start + workload.batch]
            loss = loss_function(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        ends.append(time.perf_counter())
    return ends, loss.item()
