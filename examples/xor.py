"""XOR: the smallest problem that one layer cannot solve."""

import numpy as np
from common import begin, parser

from minikeras.layers import Dense
from minikeras.models import Sequential
from minikeras.utils import np_utils


def build():
    """Return the network of the tutorial: 2 inputs, 16 and 8 hidden units, 2 classes."""
    model = Sequential()
    model.add(Dense(16, input_dim=2, activation="tanh"))
    model.add(Dense(8, activation="relu"))
    model.add(Dense(2, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def main():
    args = parser(__doc__, epochs=1000).parse_args()
    begin(args)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
    y = np_utils.to_categorical([[0], [1], [1], [0]])

    model = build()
    model.summary()
    model.fit(x, y, epochs=args.epochs, verbose=0)

    loss, accuracy = model.evaluate(x, y, verbose=0)
    print(f"\nAfter {args.epochs} epochs: loss {loss:.4f}, accuracy {accuracy:.2f}\n")
    for inputs, probabilities in zip(x, model.predict(x), strict=True):
        print(f"{inputs} -> {probabilities.argmax()}  (probabilities {probabilities.round(3)})")


if __name__ == "__main__":
    main()
