"""A short name for the gradient check, which also insists that no direction was left out."""

from minikeras.autograd import check_gradients


def check(function, *arrays, wrt=None):
    """Assert that the gradients of `function` agree with finite differences in float64."""
    report = check_gradients(function, *arrays, argnums=wrt)
    assert report.checked
    assert not report.skipped
