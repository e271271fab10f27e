"""Good review or bad? A small transformer block lets words look at one another.

Word vectors and vectors of places are added up; two heads of attention and a dense layer follow,
each with a way around it and a normalization (Vaswani et al. 2017, "Attention Is All You Need").
Padding is masked all the way. It judges 76 % of the real reviews rightly: on 10,000 sentences no
better than the bag of words, which is what to expect, for attention needs far more text than that.
"""

import numpy as np
from common import begin, parser, save_curves
from reviews import add_review_options, load, report

from minikeras.layers import (
    Add,
    Dense,
    Dropout,
    Embedding,
    GlobalAveragePooling1D,
    Input,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
)
from minikeras.models import Model
from minikeras.optimizers import Adam

WORDS, LENGTH, SIZE = 20000, 50, 32


class TokenAndPlace(Layer):
    """Adds to each word's vector one for the place where it stands: (n, steps) to (n, steps, d).

    Args:
        words: number of words, 0 for padding among them.
        length: greatest number of steps.
        size: length of the vectors.
    """

    def __init__(self, words, length, size, **kwargs):
        super().__init__(**kwargs)
        self.words, self.length, self.size = words, length, size
        self.tokens = Embedding(words, size, mask_zero=True)
        self.places = Embedding(length, size)

    def call(self, inputs):
        return self.tokens(inputs) + self.places(np.arange(inputs.shape[1]))

    def compute_mask(self, inputs, mask=None):
        return self.tokens.compute_mask(inputs)


def transformer_block(x, heads=2, inner=32, dropout=0.3):
    """Return what one block makes of a symbolic tensor (n, steps, size)."""
    size = x.shape[-1]
    attended = MultiHeadAttention(num_heads=heads, key_dim=size // heads, dropout=dropout)(x, x)
    x = LayerNormalization()(Add()([x, Dropout(dropout)(attended)]))
    changed = Dense(size)(Dense(inner, activation="relu")(x))
    return LayerNormalization()(Add()([x, Dropout(dropout)(changed)]))


def build(words=WORDS, length=LENGTH):
    """Return the compiled model, which takes int arrays (n, steps), 0 for padding at the end."""
    inputs = Input(shape=(length,), dtype="int32")
    x = Dropout(0.5)(TokenAndPlace(words, length, SIZE)(inputs))
    x = transformer_block(x)
    x = Dropout(0.5)(GlobalAveragePooling1D()(x))
    outputs = Dense(1, activation="sigmoid")(x)
    model = Model(inputs, outputs)
    model.compile(optimizer=Adam(), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main():
    args = add_review_options(parser(__doc__, epochs=4, batch_size=32)).parse_args()
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
