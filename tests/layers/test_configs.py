import pytest

from minikeras import layers, models


class Own(layers.Layer):
    pass


def test_layers_come_back():
    layer = layers.Dense(3, activation="tanh", name="middle")
    config = layers.serialize(layer)
    assert (config["class_name"], config["config"]["units"]) == ("Dense", 3)
    read = layers.deserialize(config)
    assert isinstance(read, layers.Dense)
    assert read.get_config() == layer.get_config()


def test_so_do_models():
    model = models.Sequential([layers.Dense(2, input_shape=(3,))])
    read = layers.deserialize(layers.serialize(model))
    assert isinstance(read, models.Sequential)
    assert read.output_shape == (None, 2)


def test_layers_of_the_users_own_need_custom_objects():
    config = layers.serialize(Own(name="mine"))
    with pytest.raises(ValueError, match="Unknown layer: 'Own'"):
        layers.deserialize(config)
    assert layers.deserialize(config, {"Own": Own}).name == "mine"


def test_configs_name_activity_regularizer_where_the_constructor_does():
    # as in Keras 2.1.5, even where there is none
    for layer in (layers.Dense(2), layers.Conv2D(2, 3), layers.Embedding(4, 2), layers.LSTM(2)):
        assert layer.get_config()["activity_regularizer"] is None
    assert "activity_regularizer" not in layers.Flatten().get_config()
    config = layers.Flatten(activity_regularizer="l2").get_config()
    assert config["activity_regularizer"] is not None
