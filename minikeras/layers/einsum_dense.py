"""EinsumDense: a dense layer whose axes are named by letters."""

import math
import re

from .. import activations, constraints, initializers, ops, regularizers
from .base import Layer, register
from .input_spec import InputSpec

_FORMS = (
    re.compile(r"([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)"),
    re.compile(r"\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)"),
    re.compile(r"([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\."),
)


@register()
class EinsumDense(Layer):
    """Computes activation(einsum(equation, inputs, kernel) + bias).

    Args:
        equation: such as "abc,cde->abde": the axes of inputs, kernel and output. Axes before or
            behind the named ones may be written as an ellipsis: "...x,xy->...y".
        output_shape: sizes of the output's named axes without the batch axis, None where they
            follow the input; an int for one axis.
        activation: name or function; linear if None.
        bias_axes: the axes of the output along which the bias varies; None for no bias.
        kernel_initializer, bias_initializer: how the weights begin.
        kernel_regularizer, bias_regularizer: penalties added to the loss.
        kernel_constraint, bias_constraint: applied after each update.
        lora_rank, lora_alpha, gptq_unpacked_column_size, quantization_config: only None.

    Raises:
        ValueError: the equation is of none of these forms, or the shapes do not fit it.
    """

    _not_in_config = ("lora_rank", "lora_alpha", "gptq_unpacked_column_size", "quantization_config")

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        gptq_unpacked_column_size=None,
        quantization_config=None,
        **kwargs,
    ):
        if any(
            v is not None
            for v in (lora_rank, lora_alpha, gptq_unpacked_column_size, quantization_config)
        ):
            raise ValueError(
                "EinsumDense offers neither low-rank adaptation nor quantization: leave lora_rank, "
                "lora_alpha, gptq_unpacked_column_size and quantization_config out."
            )
        super().__init__(**kwargs)
        self.equation = equation
        self._letters, self._ellipsis = _parse(equation)
        one = output_shape is None or isinstance(output_shape, int)
        self.partial_output_shape = (output_shape,) if one else tuple(output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    # -----------------------------------------------------------------------------------------
    # Shapes
    # -----------------------------------------------------------------------------------------
    def _sizes(self, input_shape):
        """Return ({letter: size}, sizes of the axes under the ellipsis)."""
        of_input, of_kernel, of_output = self._letters
        more = len(input_shape) - len(of_input)
        if more < 0 or (more and self._ellipsis is None):
            raise ValueError(
                f"The equation {self.equation!r} of EinsumDense {self.name!r} does not fit an "
                f"input of shape {tuple(input_shape)}: it names {len(of_input)} axes."
            )
        if self._ellipsis == "left":
            hidden, named, free = input_shape[:more], input_shape[more:], of_output
        else:  # the first letter is the batch axis, which output_shape leaves out
            cut = len(of_input)
            hidden, named, free = input_shape[cut:], input_shape[:cut], of_output[1:]
        if len(free) != len(self.partial_output_shape):
            raise ValueError(
                f"The output of {self.equation!r} has {len(free)} named axes beside the batch "
                f"axis, but output_shape is {self.partial_output_shape}."
            )
        sizes = dict(zip(of_input, named))
        for letter, size in zip(free, self.partial_output_shape):
            known = sizes.get(letter)
            if size is not None and known not in (None, size):
                raise ValueError(
                    f"Axis {letter!r} of {self.equation!r} has size {known} in the input and size "
                    f"{size} in output_shape."
                )
            sizes[letter] = known if size is None else size
        unknown = set(of_kernel + of_output) - set(sizes)
        if unknown:
            raise ValueError(
                f"Axis {unknown.pop()!r} of the equation {self.equation!r} stands neither in the "
                "input nor in the output: its size cannot be known."
            )
        return sizes, tuple(hidden)

    def _bias_shape(self, sizes, hidden):
        of_output = self._letters[2]
        strange = set(self.bias_axes) - set(of_output)
        if strange:
            raise ValueError(
                f"bias_axes names {strange.pop()!r}, which is no axis of the output of "
                f"{self.equation!r}."
            )
        first = min(of_output.index(letter) for letter in self.bias_axes)
        shape = tuple(sizes[c] if c in self.bias_axes else 1 for c in of_output[first:])
        return shape + (1,) * len(hidden) if self._ellipsis == "right" else shape

    def build(self, input_shape):
        """Make kernel and bias for inputs of `input_shape`."""
        sizes, hidden = self._sizes(input_shape)
        _, of_kernel, of_output = self._letters
        initializer = self.kernel_initializer
        if isinstance(initializer, initializers.VarianceScaling) and initializer.input_axes is None:
            # Fans are counted by what is summed over, whatever the order of the axes.
            axes = {"input_axes": [], "output_axes": []}
            for axis, letter in enumerate(of_kernel):
                axes["output_axes" if letter in of_output else "input_axes"].append(axis)
            config = {**initializer.get_config(), **axes}
            initializer = initializers.VarianceScaling.from_config(config)
        self.kernel = self.add_weight(
            "kernel", tuple(sizes[letter] for letter in of_kernel), initializer=initializer
        )
        self.bias = None
        if self.bias_axes is not None:
            self.bias = self.add_weight("bias", self._bias_shape(sizes, hidden))
        self.input_spec = InputSpec(ndim=len(input_shape))
        self._summed = self._as_product()

    def _as_product(self):
        """Return how many axes are summed over if this is one matrix product, else None.

        It is, where the last axes of the input are the first ones of the kernel, the others of
        the kernel are the last ones of the output, and the bias has these.
        """
        of_input, of_kernel, of_output = self._letters
        summed = [c for c in of_kernel if c not in of_output]
        n = len(summed)
        kept, made = of_input[: len(of_input) - n], of_kernel[n:]
        fits = (
            self._ellipsis != "right"
            and len(set(of_kernel)) == len(of_kernel)
            and of_input[len(of_input) - n :] == of_kernel[:n] == "".join(summed)
            and of_output == kept + made
            and not set(kept) & set(made)
            and (self.bias is None or self.bias.shape == self.kernel.shape[n:])
        )
        return n if fits and n and made else None

    def compute_output_shape(self, input_shape):
        """Return the shape of the output."""
        sizes, hidden = self._sizes(input_shape)
        named = tuple(sizes[c] for c in self._letters[2])
        return hidden + named if self._ellipsis == "left" else named + hidden

    # -----------------------------------------------------------------------------------------
    # Computing
    # -----------------------------------------------------------------------------------------
    def call(self, inputs):
        """Return activation(einsum(equation, inputs, kernel) + bias)."""
        if self._summed is not None:
            return self._product(inputs)
        y = ops.einsum(self.equation, inputs, self.kernel)
        return self.activation(y if self.bias is None else y + self.bias)

    def _product(self, inputs):
        """Compute by a matrix product, what is summed over and what comes out in one axis each."""
        n, kernel, bias = self._summed, self.kernel, self.bias
        made = kernel.shape[n:]
        if n > 1:
            inputs = ops.reshape(inputs, (*inputs.shape[:-n], math.prod(kernel.shape[:n])))
        if n > 1 or len(made) > 1:
            kernel = ops.reshape(kernel, (inputs.shape[-1], math.prod(made)))
            bias = bias if bias is None else ops.reshape(bias, (-1,))
        fused = activations.fused_name(self.activation)
        if fused == "softmax" and len(made) > 1:
            fused = None
        y = ops.dense(inputs, kernel, bias, activation=fused)
        if len(made) > 1:
            y = ops.reshape(y, (*inputs.shape[:-1], *made))
        return self.activation(y) if fused is None else y

    def get_config(self):
        """Return the constructor arguments."""
        return {**super().get_config(), "output_shape": self.partial_output_shape}


def _parse(equation):
    """Return ((input, kernel, output) letters, 'left', 'right' or None for the ellipsis)."""
    for form, ellipsis in zip(_FORMS, (None, "left", "right")):
        match = form.fullmatch(equation.replace(" ", ""))
        if match:
            return match.groups(), ellipsis
    raise ValueError(
        f"The equation {equation!r} of EinsumDense is of none of the forms 'ab,bc->ac', "
        "'...b,bc->...c' and 'ab...,bc->ac...'."
    )
