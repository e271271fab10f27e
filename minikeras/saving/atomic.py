"""Whole files, where the modules of this package look for them (see `utils.atomic`)."""

from ..utils.atomic import atomic_path, sync_file, sync_folder, write_bytes

__all__ = ["atomic_path", "sync_file", "sync_folder", "write_bytes"]
