import base64
import marshal
import threading

import numpy as np
import pytest

import minikeras
from minikeras import backend as K
from minikeras.layers import Dense, Input, Lambda, lambda_config
from minikeras.utils import func_dump, func_load, function_code

OFFSET = 3


def shifted(x, by=2, *, scale=1):
    return (x + by) * scale


@pytest.fixture
def _forbidden_again():
    yield
    function_code._for_good[0] = False


def test_the_form_is_marshal_in_base64():
    code, defaults, closure = func_dump(shifted)
    assert marshal.loads(base64.b64decode(code)) == shifted.__code__
    assert (defaults, closure) == ((2,), None)
    assert all(len(line) <= 76 for line in code.splitlines())
    assert code.endswith("\n")


def test_a_function_comes_back():
    loaded = func_load(*func_dump(shifted), safe_mode=False)
    assert loaded.__name__ == "shifted"
    assert loaded(1, scale=1) == 3  # keyword-only defaults are not part of the form


def test_the_whole_triple_may_be_given_as_it_comes_from_a_file():
    code, defaults, _ = func_dump(lambda x, y=4: x + y)
    assert func_load([code, list(defaults), None], safe_mode=False)(1) == 5


def test_values_from_around_a_function_come_with_it():
    factor = np.array([2.0, 3.0])
    dumped = func_dump(lambda x: x * factor)
    assert dumped[2] == (factor,)
    assert func_load(dumped, safe_mode=False)(2).tolist() == [4, 6]
    cells = (lambda x: x * factor).__closure__
    assert func_load(dumped[0], None, cells, safe_mode=False)(2).tolist() == [4, 6]


def test_global_names_are_those_of_keras_and_those_given():
    assert func_load(func_dump(lambda x: K.square(x)), safe_mode=False)(3.0) == 9
    assert func_load(func_dump(lambda x: np.sum(x)), safe_mode=False)([1, 2]) == 3
    assert func_load(func_dump(lambda: Dense), safe_mode=False)() is Dense
    lost = func_load(func_dump(lambda: OFFSET), safe_mode=False)
    with pytest.raises(NameError, match="OFFSET"):
        lost()
    assert func_load(func_dump(lambda: OFFSET), globs={"OFFSET": 5}, safe_mode=False)() == 5


def test_code_is_not_made_into_functions_unasked():
    with pytest.raises(ValueError, match="safe_mode=False"):
        func_load(*func_dump(shifted))


def test_it_may_be_allowed_for_a_while():
    dumped = func_dump(shifted)
    with function_code.allow_unsafe_code():
        assert function_code.unsafe_code_allowed()
        assert func_load(dumped)(1, scale=1) == 3
    assert not function_code.unsafe_code_allowed()


def test_it_is_allowed_to_one_thread_alone():
    found = []
    with function_code.allow_unsafe_code():
        thread = threading.Thread(target=lambda: found.append(function_code.unsafe_code_allowed()))
        thread.start()
        thread.join()
        assert function_code.unsafe_code_allowed()
    assert found == [False]


def test_it_may_be_allowed_from_now_on(_forbidden_again):
    minikeras.config.enable_unsafe_deserialization()
    assert func_load(func_dump(shifted))(1, scale=1) == 3


def test_the_form_before_keras_2_1_2_is_read():
    old = marshal.dumps((lambda x: x + 1).__code__).decode("raw_unicode_escape")
    assert func_load(old, safe_mode=False)(1) == 2


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "!!",
        func_dump(shifted)[0][:40],
        base64.encodebytes(marshal.dumps([1, 2])).decode(),
    ],
)
def test_damaged_code_is_refused(damaged):
    with pytest.raises(ValueError, match="stored code of a function"):
        func_load(damaged, safe_mode=False)


@pytest.mark.parametrize("thing", [len, np.sin, Dense, 3])
def test_what_has_no_python_code_is_refused(thing):
    with pytest.raises(TypeError, match="def or lambda"):
        func_dump(thing)


def test_a_saved_lambda_layer_finds_k_and_custom_objects(monkeypatch):
    x = Input((2,))
    doubled = Lambda(lambda t: K.square(t) + OFFSET)(x)
    config = minikeras.Model(x, doubled).to_json()
    monkeypatch.setattr(lambda_config, "_known", set())  # as in another process
    with pytest.raises(ValueError, match="safe_mode=False"):
        minikeras.models.model_from_json(config)
    with function_code.allow_unsafe_code():
        read = minikeras.models.model_from_json(config, custom_objects={"OFFSET": 10})
        assert read.predict(np.array([[1.0, 2.0]])).tolist() == [[11, 14]]
