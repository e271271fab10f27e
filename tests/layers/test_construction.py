"""What happens around the constructors of layers."""

import inspect

from minikeras.layers import Dense, Layer
from minikeras.models import Sequential


def test_help_shows_the_arguments_of_the_constructor():
    class Mine(Layer):
        def __init__(self, size, *, depth=2, **kwargs):
            super().__init__(**kwargs)
            self.size, self.depth = size, depth

    assert str(inspect.signature(Mine)) == "(size, *, depth=2, **kwargs)"
    assert list(inspect.signature(Dense).parameters)[:3] == ["units", "activation", "use_bias"]
    assert str(inspect.signature(Sequential)) == "(layers=None, name=None, **kwargs)"
