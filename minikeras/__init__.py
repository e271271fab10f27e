"""minikeras: the Keras API, trained and run by NumPy alone."""

__version__ = "0.1.0"
