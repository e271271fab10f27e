"""The older recipe for digits: tanh units, strong dropout, stochastic gradient descent.

Raw pixels from 0 to 255 go in, as in the tutorial this follows; momentum is Nesterov's.
"""

import numpy as np
from common import add_data_options, begin, load_digit_images, parser, save_curves

import minikeras as keras
from minikeras.layers.core import Activation, Dense, Dropout
from minikeras.models import Sequential
from minikeras.optimizers import SGD


def build():
    """Return the compiled network."""
    model = Sequential()
    model.add(Dense(500, input_shape=(784,)))
    model.add(Activation("tanh"))
    model.add(Dropout(0.5))
    model.add(Dense(500))
    model.add(Activation("tanh"))
    model.add(Dropout(0.5))
    model.add(Dense(10))
    model.add(Activation("softmax"))
    sgd = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
    model.compile(loss="categorical_crossentropy", optimizer=sgd)
    return model


def main():
    args = add_data_options(parser(__doc__, epochs=10, batch_size=200)).parse_args()
    begin(args)
    (x_train, y_train), (x_test, y_test) = load_digit_images(args.samples)
    x_train, x_test = x_train.reshape(-1, 784), x_test.reshape(-1, 784)
    y_train = keras.utils.to_categorical(y_train, 10)

    model = build()
    history = model.fit(
        x_train,
        y_train,
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
        validation_split=0.3,
    )
    predicted = model.predict(x_test, batch_size=args.batch_size).argmax(axis=1)
    print(f"Test accuracy: {np.mean(predicted == y_test):.4f}")
    if args.curves:
        save_curves(history, args.curves)


if __name__ == "__main__":
    main()
