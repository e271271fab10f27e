"""What batch normalization does in each Keras: the rules have changed four times.

Two things differ, and only while a model trains: how the variance of a batch is estimated for the
moving average, and what a frozen layer does.

| Keras | variance for the moving average | frozen layer |
|---|---|---|
| 1 to 2.1.3 | of the batch itself | normalizes by the batch |
| 2.1.4 to 2.3 | unbiased, n / (n - 1 - epsilon) | normalizes by the batch |
| tf.keras, 2.4 to 2.15 | of images n / (n - 1), else of the batch itself | as in inference |
| 3 | of the batch itself | as in inference |

And Keras 3 leaves steps out that a mask excludes; earlier ones count them. Its TimeDistributed goes
step by step, so that each step has statistics of its own; earlier ones take all steps as one batch.
"""

import re
from typing import NamedTuple

DEFAULT_ERA = "2.1.5"


class Era(NamedTuple):
    """The rules of one era.

    Attributes:
        estimate: "batch", "unbiased" or "images" (unbiased for images alone).
        frozen_infers: whether a frozen layer works as in inference.
        heeds_masks: whether a mask that comes with the data excludes steps.
        by_step: whether TimeDistributed normalizes each step by itself.
    """

    estimate: str
    frozen_infers: bool
    heeds_masks: bool
    by_step: bool = False

    def correction(self, n, epsilon, rank, axes):
        """Return the factor from the variance of the batch to that of the moving average.

        Args:
            n: how many elements the statistics of a feature were taken from.
            epsilon: that of the layer.
            rank: of the input. axes: those of the features, from the front.
        """
        if self.estimate == "unbiased":
            return n / (n - (1.0 + epsilon))
        # TensorFlow's fused operation, which tf.keras used for images and volumes.
        images = rank in (4, 5) and tuple(axes) in ((1,), (rank - 1,))
        if self.estimate == "images" and images and n > 1:
            return n / (n - 1.0)
        return 1.0


def era_of(version):
    """Return the `Era` of a Keras version, a text such as "2.1.5", "2.2.4-tf", "2" or "3".

    "2" alone means the later ones of the two before tf.keras.

    Raises:
        ValueError: the text is no version.
    """
    match = (
        re.match(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?", version)
        if isinstance(version, str)
        else None
    )
    if match is None:
        raise ValueError(
            f"as_in_keras is the version of a Keras, such as '2.1.5', not {version!r}."
        )
    number = tuple(int(part or 0) for part in match.groups())
    if number >= (3,):
        return Era("batch", frozen_infers=True, heeds_masks=True, by_step=True)
    if number >= (2, 4) or (number >= (2,) and version.endswith("-tf")):
        return Era("images", frozen_infers=True, heeds_masks=False)
    estimate = "unbiased" if number >= (2, 1, 4) or match[0] == "2" else "batch"
    return Era(estimate, frozen_infers=False, heeds_masks=False)
