"""A functional model with two inputs and two outputs: what was ordered, and will it be late?

An order has numbers (distance, weight, hour) and a kind of shipping. The model predicts the
delivery time and whether it misses the promise; each output has a loss of its own.
"""

import numpy as np
from common import begin, parser

from minikeras.layers import Dense, Input, concatenate
from minikeras.models import Model
from minikeras.utils import to_categorical


def orders(n, generator):
    """Return made-up orders: numbers (n, 3), kinds (n, 3), hours (n, 1), lateness (n, 1)."""
    distance, weight, hour = generator.random((3, n))
    kind = generator.integers(0, 3, n)
    speed = np.array([0.6, 1.0, 1.8])[kind]
    hours = (10 * distance + 2 * weight * distance + 3 * (hour > 0.7)) / speed
    hours += 0.3 * generator.standard_normal(n)
    late = hours > np.array([12.0, 8.0, 5.0])[kind]
    numbers = np.stack([distance, weight, hour], axis=1).astype("float32")
    return numbers, to_categorical(kind, 3), hours.reshape(-1, 1), late.reshape(-1, 1)


def build():
    """Return the compiled model."""
    numbers = Input(shape=(3,), name="numbers")
    kind = Input(shape=(3,), name="kind")
    x = concatenate([Dense(32, activation="relu")(numbers), Dense(8, activation="relu")(kind)])
    x = Dense(32, activation="relu")(x)
    hours = Dense(1, name="hours")(x)
    late = Dense(1, activation="sigmoid", name="late")(concatenate([x, hours]))
    model = Model(inputs=[numbers, kind], outputs=[hours, late])
    model.compile(
        optimizer="adam",
        loss={"hours": "mse", "late": "binary_crossentropy"},
        loss_weights={"hours": 0.2, "late": 1.0},
        metrics={"hours": "mae", "late": "accuracy"},
    )
    return model


def main():
    args = parser(__doc__, epochs=30, batch_size=64).parse_args()
    begin(args)
    generator = np.random.default_rng(args.seed)
    numbers, kind, hours, late = orders(4000, generator)
    model = build()
    model.summary()
    model.fit(
        {"numbers": numbers, "kind": kind},
        {"hours": hours, "late": late},
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
        validation_split=0.2,
    )
    numbers, kind, hours, late = orders(5, generator)
    predicted_hours, predicted_late = model.predict([numbers, kind])
    for i in range(5):
        print(
            f"{predicted_hours[i, 0]:5.1f} hours (really {hours[i, 0]:5.1f}), "
            f"late with probability {predicted_late[i, 0]:.2f} (really {bool(late[i, 0])})"
        )


if __name__ == "__main__":
    main()
