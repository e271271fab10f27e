"""What a softmax or sigmoid was computed from, kept for the losses.

`-log(p)` of a probability that has been rounded to 0 has no usable gradient. The gradient of the
whole, from the numbers before the softmax (the logits) to the loss, is simply `p - t`, however
small p is. So the output of `softmax` and of `sigmoid` remembers its input in `Tensor.logits`,
and a cross-entropy that is given such an output sends its gradient straight there. TensorFlow's
Keras does the same.
"""

from ..autograd import Tensor


class Logits(Tensor):
    """A second handle on the input of an activation: the same data, the same history.

    Attributes:
        activation: 'softmax' (over the last axis) or 'sigmoid'.
    """

    __slots__ = ("activation",)


def remember(output, x, activation):
    """Let `output`, if it is a tensor, remember that it is the `activation` of tensor `x`."""
    if type(output) is Tensor and isinstance(x, Tensor):
        output.logits = logits = Logits.__new__(Logits)
        logits.data, logits._node, logits._index = x.data, x._node, x._index
        logits.mask = logits.logits = None
        logits.activation = activation
    return output


def logits_of(output, activation):
    """Return what `output` is the `activation` of, or None if it is not known to be one."""
    logits = getattr(output, "logits", None)
    return logits if getattr(logits, "activation", None) == activation else None
