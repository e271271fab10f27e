"""What all applications share: their arguments, and the way from there to a model with weights."""

import difflib
import functools
import inspect
import os
from collections.abc import Callable
from textwrap import dedent
from typing import NamedTuple

from .. import activations, config
from ..layers import Dense, GlobalAveragePooling2D, GlobalMaxPooling2D, Input
from ..layers.symbolic import KerasTensor
from ..layers.weight_arguments import weights_to_come
from ..models import Model
from ..utils.layer_utils import get_source_inputs
from .input_shapes import Sizes, image_shape, size_of
from .published import layer_names

CLASSES = 1000  # of the published classifiers

ARGUMENTS = """
Args:
    include_top: whether the classifier is part of the model; without it the model gives the
        features that the classifier would judge.
    weights: None for random weights; 'imagenet' for those that Keras publishes, from its cache or
        else the network; or the path of a weights file or model file of this network.
    input_tensor: symbolic tensor to use as the images: an `Input`, or what layers made of one.
        The model then begins where that does.
    input_shape: shape of one image, in the order of `image_data_format`. By default the usual
        size with the classifier, any size without.
    pooling: without the classifier only: None for the features as they are, 4 axes; 'avg' or
        'max' for their mean or maximum over the image, 2 axes.
    classes: with the classifier only: how many classes it tells apart; 1000 with
        weights='imagenet'.
    classifier_activation: with the classifier only: 'softmax', None for logits, or, without
        published weights, any other activation.
    name: name of the model.

Returns:
    A `Model`, not compiled.

Raises:
    ValueError: an argument that makes no sense or does not go with the published weights, or a
        weights file that does not fit.
    DownloadError (an OSError): the published weights are neither in the cache nor can they be
        fetched; the message says from where, and where to put the file by hand.
"""


def application(function):
    """Give a public function what all have in common: this docstring, and no needless drawing."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def build(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        with weights_to_come(bound.arguments["weights"] is not None):
            return function(*args, **kwargs)

    own = dedent(f"    {function.__doc__}").strip()
    build.__doc__ = f"{own}\n{ARGUMENTS}"
    return build


def is_published(weights):
    """Return whether the argument `weights` asks for those that Keras publishes."""
    return isinstance(weights, str) and weights == "imagenet"


class Form(NamedTuple):
    """One form of a network; some networks are another one in Keras 2.1.5 than in Keras 3.

    Attributes:
        sizes: its `Sizes`.
        files: its published files, with and without the classifier; or a function that returns
            them for the shape of an image.
        mark: name of a layer by which a file of its weights is told from those of other forms.
    """

    sizes: Sizes
    files: tuple | Callable
    mark: str | None = None


class Blueprint:
    """One call of an application: its arguments, checked, and the ends of the model.

    Args:
        arguments: what the caller gave: a dictionary with all that `ARGUMENTS` describes, and
            with `variant` where there are several forms.
        forms: {variant: Form}; the first is the default. Or a single `Form`.

    Attributes:
        include_top: whether there will be a classifier.
        variant: which form of the network is to be built, a key of `forms`.
        shape: the shape of one image.
        image: the symbolic tensor to begin with.
    """

    def __init__(self, arguments, forms):
        self._arguments = arguments
        self._forms = {None: forms} if isinstance(forms, Form) else forms
        self.include_top = bool(arguments["include_top"])
        self._check_weights()
        self._check_ends()
        asked = self._asked_shape()
        self.variant = self._choose_variant()
        form = self._forms[self.variant]
        self.shape = image_shape(asked, form.sizes, self.include_top, self._published)
        self._path = arguments["weights"]
        if self._published:
            self._path = self._published_file(form).fetch()
        tensor = arguments["input_tensor"]
        self.image = Input(self.shape) if tensor is None else tensor

    # -- arguments ------------------------------------------------------------------------------
    @property
    def _published(self):
        return is_published(self._arguments["weights"])

    def _check_weights(self):
        weights = self._arguments["weights"]
        if weights is None or self._published:
            return
        if not isinstance(weights, (str, os.PathLike)):
            raise ValueError(
                f"weights is None, 'imagenet' or the path of a file, not {weights!r}. To set "
                "arrays, build the model with weights=None and call its set_weights()."
            )
        if not os.path.isfile(weights):
            near = difflib.get_close_matches(str(weights).lower(), ["imagenet"])
            hint = "Did you mean 'imagenet'?" if near else "Look for a slip in the path."
            raise ValueError(
                f"There is no weights file {os.fspath(weights)!r}. {hint} weights=None gives "
                "random weights, weights='imagenet' those that Keras publishes."
            )

    def _check_ends(self):
        classes, pooling = self._arguments["classes"], self._arguments["pooling"]
        if self._published and self.include_top:
            if classes != CLASSES:
                raise ValueError(
                    f"The published classifier has {CLASSES} classes, not {classes}. "
                    "include_top=False gives the network without it, for a classifier of your own."
                )
            activation = activations.get(self._arguments["classifier_activation"])
            if activation not in (activations.get("softmax"), activations.get(None)):
                raise ValueError(
                    "The published classifier was trained with classifier_activation='softmax'; "
                    "None gives its logits. "
                    f"{self._arguments['classifier_activation']!r} does not go with it."
                )
        if pooling not in (None, "avg", "max"):
            raise ValueError(f"pooling must be None, 'avg' or 'max', not {pooling!r}.")

    def _asked_shape(self):
        """Return the shape asked for, by `input_shape` or by the tensor."""
        shape, tensor = self._arguments["input_shape"], self._arguments["input_tensor"]
        if tensor is None:
            return shape
        if not isinstance(tensor, KerasTensor):
            raise ValueError(
                "input_tensor must be symbolic: what Input() or a layer called on it returns, not "
                f"{type(tensor).__name__}."
            )
        found = tuple(tensor.shape[1:])
        if shape is not None:
            given = tuple(shape)
            if len(given) != len(found) or any(
                a is not None and b is not None and a != b for a, b in zip(given, found)
            ):
                raise ValueError(
                    f"input_tensor holds images of shape {found}, which is not the "
                    f"input_shape={given} given with it. One of the two is enough."
                )
        return found

    # -- weights --------------------------------------------------------------------------------
    def _choose_variant(self):
        """Return which form to build: what the caller says, or what goes with the weights."""
        forms, asked = self._forms, self._arguments.get("variant")
        if asked is not None and asked not in forms:
            known = " or ".join(map(repr, forms))
            raise ValueError(f"variant must be None, {known}, not {asked!r}.")
        default = next(iter(forms))
        weights = self._arguments["weights"]
        if asked is not None or weights is None or len(forms) == 1:
            return asked or default
        if self._published:
            return next((v for v, form in forms.items() if self._is_cached(form)), default)
        names = layer_names(weights)
        return next((v for v, form in forms.items() if form.mark in names), default)

    def _published_file(self, form):
        files = form.files
        pair = files(self.shape) if callable(files) else files
        return pair[0] if self.include_top else pair[1]

    def _is_cached(self, form):
        return not callable(form.files) and self._published_file(form).is_cached()

    # -- the model --------------------------------------------------------------------------------
    def classifier(self, x, name):
        """Return class scores: the dense layer on top."""
        activation = self._arguments["classifier_activation"]
        return Dense(self._arguments["classes"], activation=activation, name=name)(x)

    def pooled(self, x, avg_name=None, max_name=None):
        """Return the features pooled as the caller wants them, or as they are."""
        pooling = self._arguments["pooling"]
        if pooling == "avg":
            return GlobalAveragePooling2D(name=avg_name)(x)
        if pooling == "max":
            return GlobalMaxPooling2D(name=max_name)(x)
        return x

    def sized_name(self, stem, alpha):
        """Return how Keras calls a network that comes in several widths and sizes."""
        sizes, (size, _) = self._forms[self.variant].sizes, size_of(self.shape)
        if self._published and size not in (sizes.usual, *sizes.also):
            size = sizes.usual  # that of the weights
        return f"{stem}_{alpha:.2f}_{size}"

    def model(self, outputs, default_name=None):
        """Return the model from the images to `outputs`, with its weights."""
        tensor = self._arguments["input_tensor"]
        inputs = self.image if tensor is None else get_source_inputs(tensor)
        name = self._arguments["name"]
        model = Model(inputs, outputs, name=default_name if name is None else name)
        if self._path is not None:
            model.load_weights(self._path)
        return model


def channel_axis():
    """Return the axis of the channels in a batch of images."""
    return 1 if config.image_data_format() == "channels_first" else 3
