"""A network that reads a text character by character, guesses the next one, and writes its own.

A GRU of 256 units goes through 32 places of the text at once, 64 characters at a time, and keeps
its state from one piece to the next (`stateful=True`), so that it can look back further than it is
trained through. The same weights in a model for a single text then write one character after
another; the temperature says how daring the choice is.

Ten epochs over tinyshakespeare.txt take five minutes of processor time and reach 1.51 nats a
character on its last tenth:

    python examples/char_generation.py --seed 1 --data tinyshakespeare.txt
"""

import numpy as np
from common import add_curves_option, begin, parser, save_curves
from texts import add_text_option, load_text

from minikeras.callbacks import LambdaCallback
from minikeras.layers import GRU, Dense, Dropout, Embedding
from minikeras.models import Sequential
from minikeras.optimizers import Adam
from minikeras.optimizers.schedules import CosineDecay

STEPS, SIZE = 64, 64


def build(characters, units, batch, learning_rate=0.004):
    """Return the compiled model: int arrays (batch, steps) to probabilities of what comes next."""
    model = Sequential()
    model.add(Embedding(characters, SIZE, batch_input_shape=(batch, None)))
    model.add(GRU(units, return_sequences=True, stateful=True, reset_after=True))
    model.add(Dropout(0.2))
    model.add(Dense(characters, activation="softmax"))
    model.compile(optimizer=Adam(learning_rate), loss="sparse_categorical_crossentropy")
    return model


def pieces(codes, batch):
    """Cut a long text into pieces that follow one another in each row of the batches.

    Args:
        codes: int array (n,), the text.
        batch: how many places of the text are read side by side.

    Returns:
        (x, y): int arrays (batches * batch, STEPS) of characters and of those that come next.
    """
    steps = min(STEPS, (len(codes) - 1) // batch)
    count = (len(codes) - 1) // (batch * steps)
    x, y = (
        part[: batch * count * steps].reshape(batch, count, steps).swapaxes(0, 1).reshape(-1, steps)
        for part in (codes[:-1], codes[1:])
    )
    return x, y


def cost(model, codes):
    """Return the mean -log(probability) of the next character; the model's batch is one text."""
    model.reset_states()
    return model.evaluate(codes[None, :-1], codes[None, 1:], batch_size=1, verbose=0)


def sample(probabilities, temperature, generator):
    """Return a number drawn by p ** (1 / temperature): below 1 the likely is likelier still."""
    logs = np.log(np.maximum(probabilities.astype("float64"), 1e-30)) / temperature
    weights = np.exp(logs - logs.max())
    return generator.choice(len(weights), p=weights / weights.sum())


def write(model, start, length, temperature, generator):
    """Return int codes: those of `start`, not empty, and `length` more; one text at a time."""
    model.reset_states()
    codes = list(start)
    probabilities = model.predict(np.array([codes]), verbose=0)[0, -1]
    for _ in range(length):
        codes.append(sample(probabilities, temperature, generator))
        probabilities = model.predict(np.array([codes[-1:]]), verbose=0)[0, -1]
    return codes


def main():
    made = add_text_option(add_curves_option(parser(__doc__, epochs=10, batch_size=32)))
    made.add_argument("--units", type=int, default=256, help="size of the network's state")
    made.add_argument("--length", type=int, default=300, help="characters to write")
    args = made.parse_args()
    begin(args)
    text = load_text(args.data)
    alphabet = sorted(set(text))
    codes = np.searchsorted(alphabet, list(text)).astype("int32")
    train, test = np.split(codes, [len(codes) * 9 // 10])
    print(f"{len(train)} characters to learn from, the last {len(test)} held out.")

    x, y = pieces(train, args.batch_size)
    rate = CosineDecay(0.004, args.epochs * len(x) // args.batch_size)
    model = build(len(alphabet), args.units, args.batch_size, rate)
    model.summary()
    forget = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: model.reset_states(),
        on_test_begin=lambda logs: model.reset_states(),
    )
    history = model.fit(
        x,
        y,
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
        validation_data=pieces(test, args.batch_size),
        shuffle=False,
        callbacks=[forget],
    )

    writer = build(len(alphabet), args.units, 1)
    writer.set_weights(model.get_weights())
    print(f"Held-out text: {cost(writer, test):.4f} nats a character")
    generator = np.random.default_rng(args.seed)
    start = test[:60]
    for temperature in (0.3, 0.7, 1.0):
        written = write(writer, start, args.length, temperature, generator)
        print(f"\n--- temperature {temperature}\n{''.join(alphabet[c] for c in written)}")
    if args.curves:
        save_curves(history, args.curves)


if __name__ == "__main__":
    main()
