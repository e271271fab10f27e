"""Helpers around models: batches, progress, files, names of custom objects.

Every name is imported when it is first used: some belong to the ground that layers stand on,
others need whole models, and both live here because Keras has them here.
"""

from ..lazy import lazy_names

_HOMES = {
    ".data_tuples": "pack_x_y_sample_weight unpack_x_y_sample_weight",
    ".data_utils": "get_file hash_file validate_file",
    ".dtypes": "standardize_dtype",
    ".enqueuers": "GeneratorEnqueuer OrderedEnqueuer SequenceEnqueuer",
    ".generic_utils": "has_arg to_list unpack_singleton",
    ".function_code": "func_dump func_load",
    ".hdf5_matrix": "HDF5Matrix",
    ".interactive_logging": (
        "disable_interactive_logging enable_interactive_logging is_interactive_logging_enabled"
    ),
    ".io_utils": "ask_to_proceed_with_overwrite",
    ".layer_utils": (
        "convert_all_kernels_in_model convert_dense_weights_data_format count_params "
        "get_source_inputs is_keras_tensor print_summary"
    ),
    ".multi_gpu": "multi_gpu_model",
    ".np_utils": "normalize to_categorical",
    ".progbar": "Progbar",
    ".sequence": "PyDataset Sequence",
    ".serialization": "deserialize_keras_object serialize_keras_object",
    ".split_data": "split_dataset",
    ".timeseries_dataset": "timeseries_dataset_from_array",
    ".vis_utils": "model_to_dot plot_model",
    "minikeras.backend": "clear_session",
    "minikeras.config": "set_random_seed",
    "minikeras.preprocessing.directory_datasets": (
        "image_dataset_from_directory text_dataset_from_directory"
    ),
    "minikeras.preprocessing.image_files": "array_to_img img_to_array load_img save_img",
    "minikeras.preprocessing.padding": "pad_sequences",
    "minikeras.registry": (
        "CustomObjectScope custom_object_scope get_custom_objects get_registered_name "
        "get_registered_object register_keras_serializable"
    ),
}

__all__ = sorted(name for names in _HOMES.values() for name in names.split())
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
