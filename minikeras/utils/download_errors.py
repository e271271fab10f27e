"""What is raised when a file cannot be had; apart, so that naming it loads no network code."""


class DownloadError(OSError):
    """A file could not be fetched.

    Attributes: `origin`, the address; `path`, where the file belongs (put it there by hand and
    the next call finds it).
    """

    def __init__(self, message, origin=None, path=None):
        super().__init__(message)
        self.origin = origin
        self.path = path


class ChecksumError(DownloadError, ValueError):
    """A file was fetched, but its checksum is not the expected one, so it was not kept."""
