"""Good review or bad? Two LSTMs, one reading forwards and one backwards, judge 78 % rightly.

What the end of a sentence says about its beginning reaches the judge as directly as the other way
round (Schuster and Paliwal 1997, "Bidirectional Recurrent Neural Networks").
"""

from common import begin, parser, save_curves
from reviews import add_review_options, load, report

from minikeras.layers import LSTM, Bidirectional, Dense, Dropout, Embedding
from minikeras.models import Sequential

WORDS, LENGTH, SIZE, UNITS = 20000, 40, 32, 32


def build(words=WORDS):
    """Return the compiled model, which takes int arrays (n, steps), 0 for padding."""
    model = Sequential()
    model.add(Embedding(words, SIZE, mask_zero=True))
    model.add(Dropout(0.5))
    model.add(Bidirectional(LSTM(UNITS, dropout=0.2, recurrent_dropout=0.2)))
    model.add(Dropout(0.5))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main():
    args = add_review_options(parser(__doc__, epochs=3, batch_size=32)).parse_args()
    begin(args)
    train, test, _ = load(args.data, WORDS, LENGTH)
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
