"""A training that can be killed: a script for `test_backup_and_restore.py`.

    python resumable.py FOLDER SAVE_FREQ BATCH_SECONDS

It trains with everything that could lead a resumed run astray: dropout from shared and own
streams, batch normalization, shuffling, a schedule, a metric with a state, callbacks with a
memory. When it ends it writes the weights, the optimizer's variables and the history to
FOLDER/result.npz.
"""

import json
import os
import sys
import time

import numpy as np

import minikeras as keras
from minikeras import callbacks, layers


def make_model():
    keras.utils.set_random_seed(11)
    model = keras.Sequential(
        [
            layers.Dense(16, activation="relu", input_shape=(6,)),
            layers.BatchNormalization(),
            layers.Dropout(0.4),
            layers.GaussianNoise(0.1, seed=5),
            layers.Dense(3, activation="softmax"),
        ]
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 7, 0.9)
    auc = keras.metrics.AUC(multi_label=True, name="auc")
    model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy", metrics=["acc", auc])
    return model


def main(folder, save_freq, seconds):
    random = np.random.RandomState(0)
    x = random.randn(150, 6).astype("float32")
    y = np.eye(3, dtype="float32")[random.randint(0, 3, 150)]
    model = make_model()
    save_freq = save_freq if save_freq == "epoch" else int(save_freq)
    history = model.fit(
        x,
        y,
        batch_size=16,
        epochs=6,
        validation_split=0.2,
        verbose=0,
        callbacks=[
            callbacks.BackupAndRestore(os.path.join(folder, "backup"), save_freq),
            callbacks.EarlyStopping(patience=50, restore_best_weights=True),
            callbacks.CSVLogger(os.path.join(folder, "log.csv")),
            callbacks.ModelCheckpoint(os.path.join(folder, "all", "{epoch}.h5"), save_freq=3),
            callbacks.ModelCheckpoint(
                os.path.join(folder, "best", "{val_accuracy:.2f}.keras"), save_best_only=True
            ),
            callbacks.LambdaCallback(on_batch_end=lambda batch, logs: time.sleep(seconds)),
        ],
    )
    arrays = model.get_weights() + model.optimizer.get_weights()
    arrays = {str(i): array for i, array in enumerate(arrays)}
    np.savez(os.path.join(folder, "result.npz"), history=json.dumps(history.history), **arrays)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
