"""Good review or bad? Filters that slide over three words at a time judge 76 % rightly.

Each filter looks for a pattern of neighbouring words ("not very funny"), and the largest response
of each, wherever in the review it was, goes to the judge: Kim (2014), "Convolutional Neural
Networks for Sentence Classification".
"""

from common import begin, parser, save_curves
from reviews import add_review_options, load, report

from minikeras.layers import Conv1D, Dense, Dropout, Embedding, GlobalMaxPooling1D
from minikeras.models import Sequential

WORDS, LENGTH, SIZE = 20000, 50, 32


def build(words=WORDS, length=LENGTH):
    """Return the compiled model, which takes int arrays (n, length)."""
    model = Sequential()
    model.add(Embedding(words, SIZE, input_length=length))
    model.add(Dropout(0.5))
    model.add(Conv1D(filters=64, kernel_size=3, activation="relu"))
    model.add(GlobalMaxPooling1D())
    model.add(Dropout(0.5))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main():
    args = add_review_options(parser(__doc__, epochs=3, batch_size=32)).parse_args()
    begin(args)
    train, test, _ = load(args.data, WORDS, LENGTH, padding="post")
    model = build()
    model.summary()
    history = model.fit(
        *train,
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
        validation_data=test,
    )
    report(model, test)
    if args.curves:
        save_curves(history, args.curves)


if __name__ == "__main__":
    main()
