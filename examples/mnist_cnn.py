"""A small convolutional network that reads handwritten digits: 98.5 % in five epochs.

Early stopping watches a tenth of the training data that is held out.
"""

from common import add_data_options, begin, load_digit_images, parser, save_curves

from minikeras import backend as K
from minikeras.callbacks import EarlyStopping
from minikeras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from minikeras.metrics import categorical_accuracy
from minikeras.models import Sequential
from minikeras.optimizers import Adam
from minikeras.utils import to_categorical


def build(input_shape):
    """Return the compiled network for images of `input_shape`."""
    model = Sequential()
    model.add(
        Conv2D(
            filters=32,
            kernel_size=(3, 3),
            padding="same",
            activation="relu",
            input_shape=input_shape,
        )
    )
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Flatten())
    model.add(Dense(units=128, activation="relu"))
    model.add(Dense(units=10, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer=Adam(), metrics=[categorical_accuracy])
    return model


def main():
    args = add_data_options(parser(__doc__, epochs=5, batch_size=128)).parse_args()
    begin(args)
    (x_train, y_train), (x_test, y_test) = load_digit_images(args.samples)
    shape = (1, 28, 28) if K.image_data_format() == "channels_first" else (28, 28, 1)
    x_train = x_train.reshape(-1, *shape).astype("float32") / 255
    x_test = x_test.reshape(-1, *shape).astype("float32") / 255

    model = build(shape)
    model.summary()
    history = model.fit(
        x_train,
        to_categorical(y_train, 10),
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
        callbacks=[EarlyStopping(monitor="val_loss", patience=5, verbose=1)],
        validation_split=0.1,
    )
    loss, accuracy = model.evaluate(x_test, to_categorical(y_test, 10), verbose=0)
    print(f"Test loss: {loss:.4f}\nTest accuracy: {accuracy:.4f}")
    if args.curves:
        save_curves(history, args.curves)


if __name__ == "__main__":
    main()
