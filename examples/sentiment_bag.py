"""Good review or bad? The mean of word vectors decides: 78 % of the real ones are judged rightly.

Every word has a vector of 16 numbers, a review is the mean of its words' vectors, and a dense unit
judges the mean. The order of words plays no part. That so little is a strong start is known since
Joulin et al. (2016), "Bag of Tricks for Efficient Text Classification".
"""

import numpy as np
from common import begin, parser, save_curves
from reviews import add_review_options, load, report

from minikeras.layers import Dense, Dropout, Embedding, GlobalAveragePooling1D
from minikeras.models import Sequential

WORDS, LENGTH, SIZE = 20000, 50, 16


def build(words=WORDS):
    """Return the compiled model, which takes int arrays (n, steps), 0 for padding."""
    model = Sequential()
    model.add(Embedding(words, SIZE, mask_zero=True))
    model.add(GlobalAveragePooling1D())
    model.add(Dropout(0.5))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def telling_words(model, tokenizer, count=8, least=10):
    """Return the words, seen at least so often, that speak most for and most against a review."""
    table, kernel = model.get_weights()[:2]
    strength = table @ kernel[:, 0]
    known = [
        (strength[number], word)
        for word, number in tokenizer.word_index.items()
        if number < len(table) and tokenizer.word_counts.get(word, 0) >= least
    ]
    known.sort()
    return [w for _, w in known[::-1][:count]], [w for _, w in known[:count]]


def judge(model, tokenizer, text):
    """Return how good a review of any length is, from 0 to 1."""
    (numbers,) = tokenizer.texts_to_sequences([text])
    return float(model.predict(np.array([numbers]), verbose=0)[0, 0])


def main():
    args = add_review_options(parser(__doc__, epochs=10, batch_size=32)).parse_args()
    begin(args)
    train, test, tokenizer = load(args.data, WORDS, LENGTH, padding="post")
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
    good, bad = telling_words(model, tokenizer)
    print("Speak for it:    ", ", ".join(good))
    print("Speak against it:", ", ".join(bad))
    for text in ("A moving film.", "A film without a plot."):
        print(f"{text} {judge(model, tokenizer, text):.2f}")
    if args.curves:
        save_curves(history, args.curves)


if __name__ == "__main__":
    main()
