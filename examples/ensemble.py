"""Three small networks in one model: each has its say, and their mean is better than any.

The sub-networks share one input. Their class probabilities get an axis of their own, are joined
along it, and averaged; the model has the three opinions and the mean as outputs.
"""

from common import add_data_options, begin, load_digit_images, parser, save_curves

from minikeras import backend as K
from minikeras.layers import Concatenate, Dense, Input, Lambda
from minikeras.models import Model
from minikeras.utils import to_categorical


def build(inputs_per_sample, classes, members):
    """Return the compiled ensemble."""
    inputs = Input((inputs_per_sample,))
    branches = []
    for i in range(members):
        z = Dense(units=64, activation="relu")(inputs)
        z = Dense(units=32, activation="relu")(z)
        branches.append(Dense(units=classes, activation="softmax", name=f"member_{i}")(z))
    opinions = Concatenate(axis=1)([branch[:, None] for branch in branches])
    mean = Lambda(lambda x: K.mean(x, axis=1), name="ensemble")(opinions)
    model = Model(inputs=inputs, outputs=[*branches, mean])
    model.compile(
        loss="categorical_crossentropy",
        loss_weights=[1.0] * members + [0.0],  # every member learns for itself
        metrics={f"member_{i}": "accuracy" for i in range(members)} | {"ensemble": "accuracy"},
        optimizer="adam",
    )
    return model


def main():
    made = add_data_options(parser(__doc__, epochs=3, batch_size=128))
    made.add_argument("--members", type=int, default=3, help="number of sub-networks")
    args = made.parse_args()
    begin(args)
    (x_train, y_train), (x_test, y_test) = load_digit_images(args.samples)
    x_train = x_train.reshape(-1, 784).astype("float32") / 255
    x_test = x_test.reshape(-1, 784).astype("float32") / 255
    outputs = args.members + 1

    model = build(784, 10, args.members)
    history = model.fit(
        x_train,
        [to_categorical(y_train, 10)] * outputs,
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
    )
    results = model.evaluate(
        x_test, [to_categorical(y_test, 10)] * outputs, verbose=0, return_dict=True
    )
    for name, value in results.items():
        if name.endswith("acc"):
            print(f"{name:14s} {value:.4f}")
    if args.curves:
        save_curves(history, args.curves, ["ensemble_loss", "ensemble_acc"])


if __name__ == "__main__":
    main()
