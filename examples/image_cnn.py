"""Two classic convolutional networks for small colour images, built in two ways.

`--network stack` is a Sequential model of three convolutions; `--network deep` has four, with
dropout, and is a functional model. The data are CIFAR-10, or digits in colour where that cannot
be had.
"""

import numpy as np
from common import add_data_options, begin, parser, save_curves

import minikeras as keras
from minikeras.datasets import DownloadError, cifar10, digits
from minikeras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from minikeras.models import Model, Sequential


def stack(input_shape, classes):
    """Return convolutions of 16, 32 and 64 filters, each halved by max-pooling."""
    model = Sequential()
    model.add(Conv2D(16, 2, padding="same", activation="relu", input_shape=input_shape))
    model.add(MaxPooling2D(pool_size=2))
    model.add(Conv2D(32, 2, padding="same", activation="relu"))
    model.add(MaxPooling2D(pool_size=2))
    model.add(Conv2D(64, 2, padding="same", activation="relu"))
    model.add(MaxPooling2D(pool_size=2))
    model.add(Flatten())
    model.add(Dense(500, activation="relu"))
    model.add(Dense(classes, activation="softmax"))
    return model


def deep(input_shape, classes):
    """Return two pairs of convolutions with dropout, as a functional model."""
    inputs = Input(shape=input_shape)
    x = Conv2D(32, (3, 3), padding="same", activation="relu")(inputs)
    x = Conv2D(32, (3, 3), activation="relu")(x)
    x = MaxPooling2D(pool_size=(2, 2))(x)
    x = Dropout(0.25)(x)
    x = Conv2D(64, (3, 3), padding="same", activation="relu")(x)
    x = Conv2D(64, (3, 3), activation="relu")(x)
    x = MaxPooling2D(pool_size=(2, 2))(x)
    x = Dropout(0.25)(x)
    x = Flatten()(x)
    x = Dense(512, activation="relu")(x)
    x = Dropout(0.5)(x)
    outputs = Dense(classes, activation="softmax")(x)
    return Model(inputs=inputs, outputs=outputs)


def coloured_digits(samples, seed=0):
    """Return drawn digits in random colours on random grounds, 32 x 32 pixels."""
    generator = np.random.default_rng(seed)
    parts = []
    for images, labels in digits.load_data(samples, max(samples // 5, 1), seed=seed):
        ink = np.pad(images, ((0, 0), (2, 2), (2, 2)))[..., None] / 255
        colours = generator.random((2, len(images), 1, 1, 3))
        pictures = ink * colours[0] + (1 - ink) * colours[1] * 0.6
        parts.append((pictures.astype("float32"), labels.reshape(-1)))
    return parts


def load(samples):
    """Return ((x, y), (x_test, y_test)): CIFAR-10, or coloured digits."""
    try:
        (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    except DownloadError as error:
        print(f"CIFAR-10 cannot be had here: {str(error).splitlines()[0]}")
        print(f"Data instead: {samples} digits in colour, drawn by minikeras.datasets.digits.")
        return coloured_digits(samples)
    print("Data: CIFAR-10, photographs of ten kinds of things.")
    x_train, x_test = x_train[:samples] / np.float32(255), x_test / np.float32(255)
    return (x_train, y_train[:samples].reshape(-1)), (x_test, y_test.reshape(-1))


def main():
    made = parser(__doc__, epochs=3, batch_size=32)
    made.add_argument("--network", choices=("stack", "deep"), default="stack")
    args = add_data_options(made, samples=10000).parse_args()
    begin(args)
    (x_train, y_train), (x_test, y_test) = load(args.samples)

    model = {"stack": stack, "deep": deep}[args.network](x_train.shape[1:], 10)
    model.summary()
    model.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
    history = model.fit(
        x_train,
        keras.utils.to_categorical(y_train, 10),
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
        validation_data=(x_test, keras.utils.to_categorical(y_test, 10)),
    )
    if args.curves:
        save_curves(history, args.curves)


if __name__ == "__main__":
    main()
