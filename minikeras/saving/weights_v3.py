"""Weights in the tree of Keras 3: `.weights.h5`, and `model.weights.h5` within `.keras` files."""

from ..layers import Layer
from ..layers.signature import overrides
from .assignment import Assignments
from .weight_paths import places


# -----------------------------------------------------------------------------------------------
# Writing
# -----------------------------------------------------------------------------------------------
def write_weights(store, model, include_optimizer=True):
    """Put every variable of a model, and of its optimizer, into a store.

    Args:
        store: an object with `group(path, name)`, which makes a group of variables and returns
            it, and `put(group, key, array)`.
    """
    for place in places(model):
        group = store.group(place.path, getattr(place.owner, "name", None))
        saved = _Collected()
        _save_own(place, saved)
        for key, array in saved.items():
            store.put(group, key, array)
    optimizer = model.optimizer
    if include_optimizer and optimizer is not None and optimizer.built:
        group = store.group("optimizer", optimizer.name)
        saved = _Collected()
        optimizer.save_variables_for(model.trainable_weights, saved)
        for key, array in saved.items():
            store.put(group, key, array)


class _Collected(dict):
    """What `save_own_variables` of a user's own layer fills."""


def _save_own(place, saved):
    if _has_own(place, "save_own_variables"):
        place.owner.save_own_variables(saved)
        return
    for number, variable in enumerate(place.variables):
        saved[str(number)] = variable.data


def _has_own(place, name):
    """Return whether the user wrote how the variables at a place are saved, or loaded."""
    elsewhere = not place.variables and place.owner.weights  # the place of a layer inside follows
    return overrides(type(place.owner), Layer, name) and not elsewhere


class Hdf5Store:
    """A store in one HDF5 file, open for writing."""

    def __init__(self, file):
        self.file = file

    def group(self, path, name):
        """Make the group of the variables at `path`."""
        group = self.file.create_group(f"{path}/vars" if path else "vars")
        if isinstance(name, str):
            group.attrs["name"] = name
        return group

    def put(self, group, key, array):
        """Write an array."""
        group.create_dataset(key, data=getattr(array, "data", array))


# -----------------------------------------------------------------------------------------------
# Reading
# -----------------------------------------------------------------------------------------------
class Hdf5Reader:
    """The variables in one HDF5 file. No attribute is read: nothing there depends on one.

    Args:
        root: the `Group` of the file.
    """

    def __init__(self, root):
        self.root = root
        self.file = root.file
        self._old = "_layer_checkpoint_dependencies" in root  # Keras 2.12 to 2.14

    def variables(self, path):
        """Return {key: Dataset} of the variables at a path, None where there is no such group."""
        group = self._find(f"{path}/vars" if path else "vars")
        if group is None and self._old:
            group = self._find(path.replace("layers", "_layer_checkpoint_dependencies") + "/vars")
        return None if group is None else {key: group.dataset(key) for key in group.names()}

    def _find(self, path):
        return self.root.group(path) if path in self.root else None

    def filled_paths(self):
        """Return the paths at which there are variables, a set."""
        found, waiting, seen = set(), [("", self.root, 0)], set()
        while waiting:
            path, group, depth = waiting.pop()
            if depth > 60:
                raise group.fail("its groups are nested without end")
            if group.address in seen:  # walked through once for each way there, it may take ages
                raise group.fail("it is in the file at two places")
            seen.add(group.address)
            for key in group.names():
                inner = f"{path}/{key}" if path else key
                if key == "vars" and group.is_group(key):
                    if group.group(key).names():
                        found.add(path.replace("_layer_checkpoint_dependencies", "layers"))
                elif group.is_group(key):
                    waiting.append((inner, group.group(key), depth + 1))
        return found


def plan_weights(reader, model, assignments):
    """Collect what a file in Keras 3's tree holds for a model.

    Raises:
        ValueError: variables are missing, too many, or of another shape.
    """
    seen = {"optimizer"}
    for place in places(model):
        stored = reader.variables(place.path)
        if stored is not None:
            seen.add(place.path)
        _plan_place(place, stored or {}, assignments)
    left = sorted(p for p in reader.filled_paths() - seen if _counts(p))
    if left:
        assignments.mismatch(
            f"the file holds variables for {left[:5]}{' and more' if len(left) > 5 else ''}, for "
            f"which the model {model.name!r} has no place: it has other layers."
        )


def _counts(path):
    """Return whether variables at a path belong to a layer: not to a seed, metric or optimizer."""
    parts = path.split("/")
    return parts[0] not in ("optimizer", "compile_metrics") and not any(
        p.startswith(("seed_generator", "_metrics", "metrics", "random_generator")) for p in parts
    )


def _plan_place(place, stored, assignments):
    where = f"{place.path or 'the model'} (layer {place.owner.name!r})"
    if not place.variables and not stored:
        return
    if _has_own(place, "load_own_variables"):
        assignments.hand_over(place.owner, stored, where)
        return
    if len(stored) != len(place.variables):
        if not place.variables and not _counts(place.path):
            return  # a seed or a counter that this library keeps elsewhere
        assignments.mismatch(
            f"{where}: the layer has {len(place.variables)} weights, but the file holds "
            f"{len(stored)} for it."
            + ("" if place.owner.built else " It has not been built: call the model first.")
        )
        return
    assignments.touches(place.owner)
    keys = sorted(stored, key=lambda k: (not k.isdigit(), int(k) if k.isdigit() else 0, k))
    for key, variable in zip(keys, place.variables, strict=True):
        assignments.add(variable, stored[key], f"{where}, variable {key}")


def load_weights(reader, model, skip_mismatch=False):
    """Read the weights of a model; nothing changes where something is wrong."""
    assignments = Assignments(reader.file, skip_mismatch)
    plan_weights(reader, model, assignments)
    assignments.carry_out()


def optimizer_arrays(reader):
    """Return what the optimizer remembered, a list of datasets in order; None if nothing."""
    stored = reader.variables("optimizer")
    if not stored:
        return None
    return [stored[key] for key in sorted(stored, key=lambda k: int(k) if k.isdigit() else -1)]
