"""An LSTM with a memory longer than the pieces it reads: how fast does the boat go?

All that is known is how hard the engine pushes. The speed follows slowly, over some hundred steps,
but signals come in pieces of 20. A stateful LSTM goes on in each piece where it stopped in the one
before, and is wrong by 0.1 or 0.2 where a guess of the mean is wrong by 1; the same LSTM without
that begins each piece knowing nothing, and is wrong by 0.75. All of it takes ten seconds.
"""

import numpy as np
from common import add_curves_option, begin, parser, save_curves

from minikeras.callbacks import LambdaCallback
from minikeras.layers import LSTM, Dense
from minikeras.models import Sequential
from minikeras.optimizers import Adam
from minikeras.optimizers.schedules import CosineDecay

BOATS, STEPS = 32, 20


def voyages(steps, generator):
    """Return thrust and speed of all boats, float32 (BOATS, steps, 1) each."""
    changes = generator.random((BOATS, steps)) < 0.02  # now and then a hand moves the lever
    levers = generator.uniform(-1, 1, (BOATS, steps))
    thrust, speed = np.zeros((2, BOATS, steps))
    push, pace = np.zeros((2, BOATS))
    for t in range(steps):
        push = np.where(changes[:, t], levers[:, t], push)
        pace = pace + 0.03 * push - 0.01 * pace
        thrust[:, t], speed[:, t] = push, pace
    return thrust[..., None].astype("float32"), speed[..., None].astype("float32")


def in_pieces(signals):
    """Cut signals (BOATS, steps, 1) into batches: row i of each is the next piece of boat i."""
    return np.concatenate(np.split(signals, signals.shape[1] // STEPS, axis=1))


def build(stateful, learning_rate=0.005, boats=BOATS):
    """Return the compiled model: thrust (boats, steps, 1) to speed of the same shape."""
    model = Sequential()
    model.add(
        LSTM(
            32,
            return_sequences=True,
            stateful=stateful,
            batch_input_shape=(boats, None, 1),
        )
    )
    model.add(Dense(1))
    model.compile(optimizer=Adam(learning_rate), loss="mse")
    return model


def train(model, voyages, others, args):
    """Fit the model and return its history; a stateful one forgets before each new voyage."""
    callbacks = []
    if model.stateful:
        forget = LambdaCallback(
            on_epoch_begin=lambda epoch, logs: model.reset_states(),
            on_test_begin=lambda logs: model.reset_states(),
        )
        callbacks.append(forget)
    return model.fit(
        *map(in_pieces, voyages),
        batch_size=BOATS,
        epochs=args.epochs,
        verbose=args.verbose,
        validation_data=tuple(map(in_pieces, others)),
        shuffle=False,  # the pieces of a voyage must come in order
        callbacks=callbacks,
    )


def main():
    made = add_curves_option(parser(__doc__, epochs=20))
    made.add_argument(
        "--steps", type=int, default=2000, help=f"length of a voyage, {STEPS} or more"
    )
    args = made.parse_args()
    begin(args)
    generator = np.random.default_rng(args.seed)
    steps = args.steps // STEPS * STEPS
    print(f"Data: {BOATS} made-up voyages of {steps} steps to learn from, {BOATS} others to test.")
    voyages_seen, voyages_new = voyages(steps, generator), voyages(steps, generator)
    print(f"A guess of the mean is wrong by {voyages_new[1].std():.3f}.")
    for stateful in (False, True):
        rate = CosineDecay(0.005, args.epochs * steps // STEPS)  # noisy at first, calm in the end
        model = build(stateful, rate)
        history = train(model, voyages_seen, voyages_new, args)
        error = history.history["val_loss"][-1] ** 0.5
        print(f"{'Stateful' if stateful else 'Stateless'} LSTM: wrong by {error:.3f}")

    # On board there is one boat and one measurement at a time: same weights, another batch size.
    aboard = build(stateful=True, boats=1)
    aboard.set_weights(model.get_weights())
    thrust, speed = (signal[0] for signal in voyages_new)
    for t in range(min(steps, 401)):
        estimate = aboard.predict(thrust[None, t : t + 1], verbose=0)[0, 0, 0]
        if t % 80 == 0:
            print(f"step {t:3d}: speed {estimate:5.2f}, really {speed[t, 0]:5.2f}")
    if args.curves:
        save_curves(history, args.curves)


if __name__ == "__main__":
    main()
