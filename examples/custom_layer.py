"""A layer of one's own, an operation of one's own, and the check that their gradients are right.

The layer computes a bell curve around learned centres. Its operation is written with its gradient
beside it; finite differences in double precision say whether the two belong together.
"""

import numpy as np
from common import begin, parser

from minikeras.autograd import check_gradients, check_layer, custom_gradient
from minikeras.layers import Dense, Layer
from minikeras.models import Sequential
from minikeras.optimizers import Adam


@custom_gradient
def bell(distance):
    """Return exp(-distance ** 2), and the function that maps its gradient back."""
    value = np.exp(-(distance**2))

    def gradient(g):
        return -2.0 * distance * value * g

    return value, gradient


class RadialBasis(Layer):
    """Distances to learned centres, through a bell curve: (batch, n) -> (batch, units)."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.centres = self.add_weight(
            "centres", (self.units, input_shape[-1]), initializer="random_normal"
        )
        self.width = self.add_weight("width", (self.units,), initializer="ones")
        super().build(input_shape)

    def call(self, inputs):
        offsets = inputs[:, None, :] - self.centres
        distance = (offsets * offsets).sum(axis=-1) ** 0.5
        return bell(distance * self.width)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)


def main():
    args = parser(__doc__, epochs=60, batch_size=32).parse_args()
    begin(args)
    generator = np.random.default_rng(args.seed)

    print(check_gradients(bell, generator.standard_normal((4, 3))))
    layer = RadialBasis(5, dtype="float64")
    print(check_layer(layer, generator.standard_normal((4, 2))))

    # Is a point inside the ring 0.5 < |x| < 1? Radial units find out quickly.
    x = generator.uniform(-1.5, 1.5, (2000, 2)).astype("float32")
    radius = np.linalg.norm(x, axis=1)
    y = ((radius > 0.5) & (radius < 1)).astype("float32")
    model = Sequential([RadialBasis(16, input_shape=(2,)), Dense(1, activation="sigmoid")])
    model.compile(Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=args.batch_size, epochs=args.epochs, verbose=0)
    loss, accuracy = model.evaluate(x, y, verbose=0)
    print(f"Ring after {args.epochs} epochs: loss {loss:.4f}, accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
