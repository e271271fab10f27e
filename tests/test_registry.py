"""Names to objects: registration, aliases, custom objects, suggestions."""

import pytest

from minikeras import registry
from minikeras.registry import Registry, custom_object_scope, suggest


class Plain:
    def __init__(self, size=1):
        self.size = size


@pytest.fixture
def family():
    made = Registry("animal")
    made.register("puss", "kitty")(type("Cat", (Plain,), {}))
    made.register(name="dog")(type("Hound", (Plain,), {}))
    return made


def test_names_and_aliases(family):
    assert set(family) == {"Cat", "puss", "kitty", "dog"}
    assert family.lookup("kitty") is family.lookup("Cat") is dict(family.items())["puss"]
    assert "dog" in family
    assert "Hound" not in family


def test_a_name_is_taken_once(family):
    with pytest.raises(ValueError, match="The animal name 'puss' is taken by"):
        family.add("puss", Plain)
    family.add("puss", family.lookup("Cat"))  # the same again is no conflict


def test_whatever_names_a_member(family):
    cat = family.lookup("Cat")
    assert family.get(None) is None
    assert type(family.get("puss")) is cat
    assert type(family.get(cat)) is cat
    assert family.get(len) is len
    assert family.get({"class_name": "Cat", "config": {"size": 3}}).size == 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("pus", "Unknown animal: 'pus'. Did you mean 'puss'"),
        ("DOG", "Did you mean 'dog'"),
        ("whale", "Known names: Cat, dog, kitty, puss."),
        (3, "Cannot interpret 3 as an animal: give a name"),
        ({"config": {}}, "with 'class_name' and 'config'"),
        ({"class_name": "Cow", "config": {}}, "Unknown animal: 'Cow'. A class or function of your"),
        ({"class_name": "Cow", "config": {}}, r"custom_objects={'Cow': Cow}, or is registered"),
        ({"class_name": "Kat", "config": {}}, r"'Cat'\? A class .* custom_objects={'Kat': Kat}"),
        ({"class_name": "function", "config": "cow"}, r"custom_objects={'cow': cow}"),
    ],
)
def test_what_names_none(family, wrong, message):
    with pytest.raises(ValueError, match=message):
        family.get(wrong)


def test_custom_objects_come_first_and_go_again(family):
    with custom_object_scope({"Cat": Plain}, Cow=Plain):
        assert type(family.get("Cat")) is Plain
        assert type(family.get("Cow")) is Plain
        assert "Cow" in family
    assert type(family.get("Cat")) is not Plain
    assert "Cow" not in family
    assert type(family.deserialize({"class_name": "Cow"}, {"Cow": Plain})) is Plain


def test_a_scope_puts_back_what_was_there():
    registry.get_custom_objects()["mine"] = 1
    with pytest.raises(RuntimeError), custom_object_scope({"mine": 2}):
        assert registry.get_custom_objects()["mine"] == 2
        raise RuntimeError
    assert registry.get_custom_objects()["mine"] == 1


def test_custom_objects_that_are_no_dictionary():
    before = dict(registry.get_custom_objects())
    with (
        pytest.raises(TypeError, match=r"a dictionary of names, .* not list: \[<class"),
        custom_object_scope({"Cow": Plain}, [Plain]),
    ):
        pass
    assert registry.get_custom_objects() == before


def test_registered_names(family):
    @registry.register_keras_serializable("pets", name="Best")
    class Mine:
        def get_config(self):
            return {}

    assert registry.get_registered_name(Mine) == "pets>Best"
    assert registry.get_registered_object("pets>Best") is Mine
    config = {"class_name": "Other", "registered_name": "pets>Best", "config": {}}
    assert type(family.deserialize(config)) is Mine
    assert registry.get_registered_name(type("Child", (Mine,), {})) == "Child"
    with pytest.raises(ValueError, match="needs a `get_config` method"):
        registry.register_keras_serializable()(Plain)


def test_a_decorator_without_its_brackets_is_refused():
    with pytest.raises(TypeError, match=r"@register_keras_serializable\(\)"):

        @registry.register_keras_serializable
        class Bare:
            pass


def test_another_family_may_stand_in(family):
    plants = Registry("plant")
    plants.understand(family)
    assert plants.deserialize({"class_name": "Cat", "config": {"size": 2}}).size == 2
    with pytest.raises(ValueError, match="Unknown plant"):
        plants.deserialize("Cat")


def test_suggestions():
    assert suggest("relo", ["relu", "elu"]).startswith("Did you mean 'relu'")
    assert suggest("xyz", ["b", "a"]) == "Known names: a, b."
