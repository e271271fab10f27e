"""Features learnt on the digits 0 to 4 help to tell 5 to 9 apart: transfer learning, in three acts.

1. A convolutional network learns the digits 0 to 4.
2. Its convolutions are frozen, a new classifier is put on them, and that learns 5 to 9 from a few
   images: only the dense layers move, so that an epoch takes a fraction of the time.
3. All layers are set free and fine-tuned at a small learning rate.

For comparison a network without that history learns from the same few images, in as many epochs.
It ends a few percent lower.
"""

import time

import numpy as np
from common import add_data_options, begin, load_digit_images, parser, save_curves

from minikeras import backend as K
from minikeras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from minikeras.models import Model, Sequential
from minikeras.optimizers import Adam

CLASSES = 5


def features(input_shape):
    """Return the layers that look at the image."""
    return [
        Conv2D(32, 3, activation="relu", input_shape=input_shape),
        Conv2D(32, 3, activation="relu"),
        MaxPooling2D(2),
        Dropout(0.25),
        Flatten(name="features"),
    ]


def classifier():
    """Return the layers that name what was seen."""
    return [Dense(128, activation="relu"), Dropout(0.5), Dense(CLASSES, activation="softmax")]


def compile_(model, optimizer):
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])


def with_new_classifier(model):
    """Return a model that shares everything up to the features, and those layers, frozen."""
    base = Model(model.input, model.get_layer("features").output)
    base.trainable = False
    outputs = base.output
    for layer in classifier():
        outputs = layer(outputs)
    return Model(base.input, outputs), base


def prepare(images, labels, first, count=None):
    """Return the images of five digits from `first` on, scaled, and their classes from 0 on."""
    chosen = np.flatnonzero((labels >= first) & (labels < first + CLASSES))[:count]
    shape = (1, 28, 28) if K.image_data_format() == "channels_first" else (28, 28, 1)
    pixels = images[chosen].reshape(-1, *shape).astype("float32") / 255
    return pixels, labels[chosen].astype("int64") - first


def train(what, model, data, test, args, epochs=None):
    """Fit a model, say how long it took and what it reaches; return its history."""
    start = time.perf_counter()
    history = model.fit(
        *data,
        batch_size=args.batch_size,
        epochs=epochs or args.epochs,
        verbose=args.verbose,
        validation_data=test if args.curves else None,
    )
    seconds = time.perf_counter() - start
    accuracy = model.evaluate(*test, verbose=0)[1]
    print(f"{what}: {seconds:.1f} s. Test accuracy: {accuracy:.4f}")
    return history


def main():
    made = add_data_options(parser(__doc__.splitlines()[0], epochs=5, batch_size=64))
    made.add_argument("--few", type=int, default=500, help="images of 5 to 9 to learn from")
    args = made.parse_args()
    begin(args)
    (x_train, y_train), (x_test, y_test) = load_digit_images(args.samples)
    low, low_test = prepare(x_train, y_train, 0), prepare(x_test, y_test, 0)
    high, high_test = prepare(x_train, y_train, 5, args.few), prepare(x_test, y_test, 5)

    model = Sequential(features(low[0].shape[1:]) + classifier())
    compile_(model, Adam())
    train(f"0 to 4, from {len(low[0])} images", model, low, low_test, args)

    model, base = with_new_classifier(model)
    compile_(model, Adam())
    train(f"5 to 9, from {len(high[0])}, frozen", model, high, high_test, args)

    base.trainable = True
    # The same optimizer: what it remembers of the classifier stays; the convolutions join in.
    K.set_value(model.optimizer.lr, 0.0003)
    compile_(model, model.optimizer)
    history = train("5 to 9, fine-tuned", model, high, high_test, args)

    scratch = Sequential(features(low[0].shape[1:]) + classifier())
    compile_(scratch, Adam())
    train("5 to 9, from scratch", scratch, high, high_test, args, epochs=2 * args.epochs)
    if args.curves:
        save_curves(history, args.curves)


if __name__ == "__main__":
    main()
