"""The one error for files that cannot be read: it names the file, the place and what is wrong."""


class BrokenFileError(ValueError, OSError):
    """A model file is damaged, inconsistent or unsafe.

    It is a ValueError and an OSError, so that code written for either catches it.

    Args:
        file: name of the file.
        where: the place in it: an HDF5 path, a member of an archive, a key; "" for the whole.
        what: what is wrong, a clause whose subject is that place.
    """

    def __init__(self, file, where, what):
        place = f", {where}" if where else ""
        super().__init__(f"{file}{place}: {what}.")
        self.file, self.where = str(file), where
