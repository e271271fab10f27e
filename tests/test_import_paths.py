"""Every import path and name of Keras 2.1.5 and 3 that scripts use, under both package names."""

import importlib
import importlib.util
import os
import subprocess
import sys
import textwrap
import types

import pytest

import minikeras
from minikeras import import_paths

# module -> names that a script may import from it
PATHS = {
    "": "activations backend callbacks config constraints datasets initializers layers losses "
    "metrics models ops optimizers random regularizers utils Input InputSpec Layer Loss Metric "
    "Model Optimizer Sequential Variable KerasTensor Initializer Regularizer device name_scope "
    "version",
    "activations": "relu softmax get serialize deserialize",
    "backend": "mean function get_value epsilon set_floatx image_data_format",
    "backend.common": "epsilon floatx set_floatx image_data_format",
    "backend.tensorflow_backend": "set_session get_session mean _get_available_gpus",
    "callbacks": "Callback EarlyStopping History ReduceLROnPlateau BackupAndRestore TensorBoard "
    "SwapEMAWeights CSVLogger ModelCheckpoint",
    "config": "floatx set_floatx epsilon set_epsilon image_data_format set_image_data_format "
    "backend set_backend enable_unsafe_deserialization enable_interactive_logging "
    "disable_interactive_logging is_interactive_logging_enabled disable_traceback_filtering "
    "dtype_policy set_dtype_policy",
    "constraints": "max_norm maxnorm MaxNorm",
    "datasets.mnist": "load_data",
    "datasets.imdb": "load_data get_word_index",
    "engine": "Layer Input InputLayer InputSpec Model get_source_inputs",
    "engine.base_layer": "Layer InputSpec Node",
    "engine.input_layer": "Input InputLayer",
    "engine.network": "Network get_source_inputs",
    "engine.sequential": "Sequential",
    "engine.topology": "Layer Input InputLayer InputSpec Node Container get_source_inputs",
    "engine.training": "Model",
    "initializers": "glorot_uniform VarianceScaling",
    "layers": "Dense Input Layer serialize deserialize",
    "layers.advanced_activations": "LeakyReLU PReLU ELU ThresholdedReLU Softmax",
    "layers.convolutional": "Conv1D Conv2D Conv3D Convolution2D Conv2DTranspose SeparableConv2D "
    "UpSampling2D ZeroPadding2D Cropping2D MaxPooling2D",
    "layers.convolutional_recurrent": "ConvLSTM2D",
    "layers.core": "Dense Dropout Activation Flatten Reshape Permute RepeatVector Lambda Masking "
    "ActivityRegularization SpatialDropout2D",
    "layers.cudnn_recurrent": "CuDNNLSTM CuDNNGRU",
    "layers.embeddings": "Embedding",
    "layers.local": "LocallyConnected1D LocallyConnected2D",
    "layers.merge": "Add Concatenate Dot add concatenate dot",
    "layers.noise": "GaussianNoise GaussianDropout AlphaDropout",
    "layers.normalization": "BatchNormalization",
    "layers.pooling": "MaxPooling1D MaxPooling2D AveragePooling2D GlobalAveragePooling2D",
    "layers.recurrent": "LSTM GRU SimpleRNN RNN LSTMCell",
    "layers.wrappers": "TimeDistributed Bidirectional Wrapper",
    "legacy.layers": "Highway MaxoutDense Merge merge",
    "losses": "mse mean_squared_error categorical_crossentropy MeanSquaredError",
    "metrics": "categorical_accuracy Metric",
    "models": "Input Model Sequential model_from_json model_from_yaml clone_model load_model "
    "save_model",
    "mixed_precision": "Policy set_global_policy global_policy DTypePolicy",
    "dtype_policies": "DTypePolicy FloatDTypePolicy get serialize deserialize",
    "ops.numpy": "add mean where",
    "optimizers.legacy": "SGD Adam RMSprop",
    "ops.nn": "relu depth_to_space space_to_depth polar psnr hard_swish",
    "preprocessing": "image sequence text",
    "preprocessing.image": "ImageDataGenerator Iterator NumpyArrayIterator DirectoryIterator "
    "random_rotation random_shift random_shear random_zoom random_channel_shift "
    "random_brightness apply_transform flip_axis list_pictures transform_matrix_offset_center "
    "load_img img_to_array array_to_img save_img",
    "objectives": "mse categorical_crossentropy get",
    "ops": "matmul relu",
    "optimizers": "SGD Adam RMSprop adam get",
    "optimizers.schedules": "ExponentialDecay",
    "random": "normal SeedGenerator",
    "regularizers": "l1 l2 l1_l2 L2",
    "wrappers": "scikit_learn",
    "wrappers.scikit_learn": "KerasClassifier KerasRegressor",
    "utils.test_utils": "get_test_data keras_test layer_test",
    "utils": "to_categorical normalize get_file Sequence PyDataset OrderedEnqueuer "
    "GeneratorEnqueuer SequenceEnqueuer Progbar CustomObjectScope custom_object_scope "
    "get_custom_objects register_keras_serializable serialize_keras_object "
    "deserialize_keras_object set_random_seed pack_x_y_sample_weight unpack_x_y_sample_weight "
    "split_dataset multi_gpu_model convert_all_kernels_in_model print_summary count_params "
    "get_source_inputs is_keras_tensor clear_session standardize_dtype get_registered_name "
    "get_registered_object enable_interactive_logging np_utils generic_utils data_utils io_utils "
    "conv_utils layer_utils vis_utils plot_model model_to_dot HDF5Matrix load_img img_to_array "
    "array_to_img save_img",
    "utils.conv_utils": "convert_kernel",
    "utils.data_utils": "get_file Sequence OrderedEnqueuer GeneratorEnqueuer",
    "utils.generic_utils": "Progbar CustomObjectScope custom_object_scope get_custom_objects "
    "serialize_keras_object deserialize_keras_object func_dump func_load has_arg to_list",
    "utils.io_utils": "ask_to_proceed_with_overwrite HDF5Matrix",
    "utils.layer_utils": "print_summary count_params convert_all_kernels_in_model "
    "convert_dense_weights_data_format",
    "utils.multi_gpu_utils": "multi_gpu_model",
    "utils.np_utils": "to_categorical normalize",
    "utils.vis_utils": "plot_model model_to_dot",
}


def _module(path):
    return importlib.import_module(f"minikeras.{path}".rstrip("."))


@pytest.mark.parametrize("path", PATHS)
def test_every_name_can_be_imported_from_its_path(path):
    for name in PATHS[path].split():
        exec(f"from minikeras{path and '.'}{path} import {name}", {})


def test_old_paths_are_attributes_of_their_packages():
    for paths, _ in import_paths.PATHS:
        for path in paths.split():
            parent, _, name = f"minikeras.{path}".rpartition(".")
            if path != "layers.merge":  # a function of that name hides it, as in Keras 2.1.5
                assert getattr(sys.modules[parent], name) is sys.modules[f"minikeras.{path}"]


def test_an_old_path_never_stands_in_front_of_a_file():
    for paths, _ in import_paths.PATHS:
        for path in paths.split():
            module = sys.modules[f"minikeras.{path}"]
            parent, _, name = path.rpartition(".")
            folder = importlib.util.find_spec(f"minikeras.{parent}".rstrip("."))
            places = folder.submodule_search_locations
            on_disk = places and importlib.machinery.PathFinder.find_spec(name, places)
            assert bool(on_disk) == bool(getattr(module, "__file__", None)), path


def test_a_name_that_is_nowhere_is_an_import_error():
    with pytest.raises(ImportError, match="Danse"):
        exec("from minikeras.layers.convolutional import Danse", {})
    with pytest.raises(AttributeError, match=r"minikeras\.engine\.topology.*no attribute 'Nodule'"):
        _ = minikeras.engine.topology.Nodule


def test_star_imports_from_old_paths_bring_the_layers():
    scope = {}
    exec("from minikeras.layers.convolutional import *", scope)
    assert scope["Dense"] is minikeras.layers.Dense
    assert not any(hasattr(v, "__path__") for k, v in scope.items() if not k.startswith("__"))
    scope = {}
    exec("from minikeras.layers.core import *", scope)
    assert scope["Flatten"] is minikeras.layers.Flatten


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("activations", "relu softmax hard_sigmoid get"),
        ("backend", "mean function set_value"),
        ("callbacks", "EarlyStopping ModelCheckpoint"),
        ("constraints", "max_norm NonNeg"),
        ("initializers", "glorot_uniform zeros RandomNormal he_normal"),
        ("layers", "Dense LSTM Input concatenate"),
        ("losses", "mse categorical_crossentropy"),
        ("metrics", "binary_accuracy AUC"),
        ("models", "Sequential Model load_model"),
        ("optimizers", "Adam sgd"),
        ("random", "normal SeedGenerator"),
        ("regularizers", "l2 l1_l2"),
    ],
)
def test_star_imports_bring_names_and_no_helpers(module, names):
    scope = {}
    exec(f"from minikeras.{module} import *", scope)
    assert set(names.split()) <= set(scope)
    modules = {k for k, v in scope.items() if isinstance(v, types.ModuleType)}
    assert modules <= {"schedules"}
    assert not {"np", "Registry", "Tensor", "serialize_value"} & set(scope)


def test_containers_and_networks_are_models():
    from minikeras.engine.network import Network
    from minikeras.engine.topology import Container

    assert Container is Network is minikeras.Model
    assert isinstance(minikeras.Sequential(), Container)


# ---------------------------------------------------------------------------------------------
# The name keras
# ---------------------------------------------------------------------------------------------


def _run(code):
    """Run code in a Python of its own, since it changes what `import keras` means."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


_SAME = """
    import keras
    import keras.backend as K
    import keras.datasets.mnist
    import keras.layers.convolutional as convolutional
    from keras import layers
    from keras.layers import Dense
    from keras.layers.core import Dense as CoreDense
    from keras.models import Sequential
    from keras.utils import np_utils
    from keras.utils.np_utils import to_categorical
    import minikeras.datasets.mnist
    import minikeras.layers.core
    import minikeras.utils.np_utils
    assert keras is minikeras
    assert K is minikeras.backend
    assert keras.datasets.mnist is minikeras.datasets.mnist
    assert sys.modules["keras.datasets.mnist"] is sys.modules["minikeras.datasets.mnist"]
    assert convolutional is minikeras.layers.convolutional
    assert layers is minikeras.layers
    assert Dense is CoreDense is minikeras.layers.core.Dense
    assert np_utils is minikeras.utils.np_utils
    assert to_categorical is minikeras.utils.to_categorical
    model = Sequential([Dense(2, input_shape=(3,))])
    assert isinstance(model, minikeras.Model) and isinstance(model, keras.layers.Layer)
    for name, module in list(sys.modules.items()):
        if name == "keras" or name.startswith("keras."):
            assert module is sys.modules["mini" + name], name
            assert module.__spec__.name == "mini" + name, name
            assert module.__name__ == "mini" + name, name
    try:
        import keras.nothing
    except ModuleNotFoundError as error:
        assert error.name == "keras.nothing", error
    else:
        raise SystemExit("keras.nothing was found")
"""


def test_install_as_keras_gives_the_same_modules():
    _run("import sys, minikeras\nminikeras.install_as_keras()\n" + textwrap.dedent(_SAME))


def test_putting_it_into_sys_modules_by_hand_does_the_same():
    _run("import sys, minikeras\nsys.modules['keras'] = minikeras\n" + textwrap.dedent(_SAME))


def test_any_other_name_works_by_hand():
    _run("""
        import sys, minikeras
        sys.modules["tf_keras"] = minikeras
        from tf_keras.layers.core import Dense
        import tf_keras.utils.np_utils
        assert Dense is minikeras.layers.Dense
    """)


def test_the_name_is_given_back_after_a_with_statement():
    _run("""
        import sys, minikeras
        with minikeras.install_as_keras() as keras:
            assert keras is minikeras
            import keras.layers.core
            with minikeras.install_as_keras():
                pass
            assert sys.modules["keras"] is minikeras
        assert not [n for n in sys.modules if n == "keras" or n.startswith("keras.")]
        assert sys.modules["minikeras.layers.core"] is minikeras.layers.core
    """)


def test_another_keras_in_use_is_not_replaced():
    _run("""
        import sys, types, minikeras
        sys.modules["keras"] = other = types.ModuleType("keras")
        try:
            minikeras.install_as_keras()
        except ImportError as error:
            assert "before anything imports keras" in str(error)
        else:
            raise SystemExit("it was replaced")
        assert sys.modules["keras"] is other
    """)


def test_an_error_within_a_module_is_not_taken_for_a_missing_module(tmp_path):
    _run(f"""
        import sys, minikeras
        minikeras.install_as_keras()
        with open({str(tmp_path / "broken.py")!r}, "w") as file:
            file.write("import a_package_that_is_not_there")
        minikeras.utils.__path__.append({str(tmp_path)!r})
        try:
            import keras.utils.broken
        except ModuleNotFoundError as error:
            assert error.name == "a_package_that_is_not_there", error
        else:
            raise SystemExit("no error")
    """)


def test_real_packages_named_keras_are_left_alone(tmp_path):
    package = tmp_path / "keras"
    package.mkdir()
    (package / "__init__.py").write_text("who = 'another'")
    (package / "layers.py").write_text("who = 'another'")
    _run(f"""
        import sys, minikeras
        sys.path.insert(0, {str(tmp_path)!r})
        import keras, keras.layers
        assert keras.who == keras.layers.who == "another"
    """)


# ---------------------------------------------------------------------------------------------
# What importing costs
# ---------------------------------------------------------------------------------------------


def test_importing_loads_numpy_and_nothing_else_from_outside():
    loaded = _run("""
        import sys, numpy
        before = {*sys.modules, "__mp_main__"}
        import minikeras
        print(*sorted({n.partition(".")[0] for n in set(sys.modules) - before}))
    """).split()
    foreign = [n for n in loaded if n not in sys.stdlib_module_names and "minikeras" not in n]
    assert foreign == []


def test_importing_does_not_draw_random_numbers_or_warn():
    out = _run("""
        import random, numpy
        random.seed(3); numpy.random.seed(3)
        import minikeras
        print(random.random(), numpy.random.random())
    """)
    import random

    import numpy as np

    expected = f"{random.Random(3).random()} {np.random.RandomState(3).random_sample()}"
    assert out.split() == expected.split()


@pytest.mark.slow
def test_importing_is_fast(tmp_path):
    """Below 0.25 s of processor time, NumPy included, once Python has its bytecode files."""
    code = "import time; t = time.thread_time(); import minikeras; print(time.thread_time() - t)"
    times = []
    for _ in range(4):  # the first writes the bytecode
        done = subprocess.run(
            [sys.executable, "-X", f"pycache_prefix={tmp_path}", "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        )
        times.append(float(done.stdout))
    assert min(times[1:]) < 0.25


def test_a_path_below_one_of_the_era_under_the_other_name():
    _run(
        "import minikeras\nminikeras.install_as_keras()\n"
        "from keras.legacy.layers import Dense\n"
        "assert Dense is minikeras.layers.Dense"
    )
