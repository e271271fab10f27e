import subprocess
import sys


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_without_scikit_learn_the_error_says_what_to_install():
    out = run(
        "import sys; sys.modules['sklearn'] = None\n"
        "from minikeras.wrappers import scikit_learn\n"
        "try: from minikeras.wrappers import SKLearnClassifier\n"
        "except ImportError as error: print(error)\n"
    )
    assert "pip install 'minikeras[sklearn]'" in out


def test_importing_the_library_imports_none_of_it():
    out = run(
        "import sys, minikeras\n"
        "minikeras.utils.to_categorical([0])\n"
        "print([m for m in sys.modules if m.startswith(('minikeras.wrappers', 'sklearn', 'PIL',"
        " 'minikeras.preprocessing.image'))])\n"
    )
    assert out.strip() == "[]"


def test_scripts_that_say_keras_find_them():
    out = run(
        "import minikeras\n"
        "minikeras.install_as_keras()\n"
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "from keras.wrappers.scikit_learn import KerasClassifier\n"
        "import keras\n"
        "from minikeras.preprocessing import image\n"
        "print(ImageDataGenerator is image.ImageDataGenerator,\n"
        "      keras.preprocessing.image is image,\n"
        "      keras.wrappers.scikit_learn.KerasClassifier is KerasClassifier)\n"
    )
    assert out.split() == ["True"] * 3
