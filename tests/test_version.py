from importlib import metadata

import minikeras


def test_keras_version_is_that_of_the_documents():
    assert minikeras.__version__ == minikeras.version() == "2.1.5"


def test_our_own_version_is_that_of_the_package():
    assert minikeras.__minikeras_version__ == metadata.version("minikeras")
