"""Records the layers of real Keras's image classifiers, for machines without real Keras.

Run it where real Keras 3 is installed: `python -m tests.golden.record_applications`. For each
network it writes how many layers there are, and a checksum of their names, classes and weight
shapes, in order, to `applications.json` beside it.
"""

import hashlib
import json
import re
from pathlib import Path

PATH = Path(__file__).with_name("applications.json")
NETWORKS = (
    *("VGG16", "VGG19", "ResNet50", "ResNet101", "ResNet152", "InceptionV3", "Xception"),
    *("MobileNet", "MobileNetV2", "DenseNet121", "DenseNet169", "DenseNet201"),
)
_SIZE = {"InceptionV3": 75, "Xception": 71}


def arguments(name):
    """Return what to build a network with: as small as it can be, with its classifier."""
    size = _SIZE.get(name, 32)
    return {"weights": None, "input_shape": (size, size, 3), "classes": 3}


def layer_list(model):
    """Return a line per layer. Names that layers give themselves are without their number."""
    lines = []
    for layer in model.layers:
        shapes = [tuple(w.shape) for w in layer.weights if "seed" not in w.name]
        kind = type(layer).__name__
        plain = re.sub(r"_\d+$", "", layer.name).replace("_", "")
        own = plain in ("input", kind.lower())
        lines.append(f"{kind} {'' if own else layer.name} {shapes}")
    return lines


def fingerprint(model):
    """Return [number of layers, checksum of the list]."""
    lines = layer_list(model)
    return [len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()]


def main():
    import keras  # noqa: PLC0415 - only to record

    found = {n: fingerprint(getattr(keras.applications, n)(**arguments(n))) for n in NETWORKS}
    text = json.dumps({"keras": keras.__version__, "networks": found}, indent=2)
    PATH.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
