"""Named arrays in a file, and back: a plain NumPy archive, whole or not at all, that is trusted in nothing."""

import math
import os
import stat
from io import BytesIO

import numpy as np

__all__ = ["checked_path", "read", "unpacked", "write"]


def checked_path(path):
    """A path as text, unless it is of something that is no file."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path is of type {type(path).__name__}; it needs text or a pathlib.Path")
    path = os.fsdecode(path)
    # To put a file there would be to take them away, and to read may have no end.
    if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        raise ValueError(f"path {path!r} is a device or a pipe; it needs to be a file")
    return path


def write(path, arrays):
    """Put arrays by name into a file, in their order; the same arrays give the same bytes.

    The file is written beside its place and moved there when it is whole: whatever ends the process on the way, the old
    file stands there or the new one. The new one has the permissions of the old, and where ``path`` is a link, it is
    where the link leads.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        old = stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        old = None
    if os.path.islink(path):
        path = os.path.realpath(path)
    folder, name = os.path.split(path)
    # Never more than 255 bytes, which is as long as names may be.
    unfinished = os.path.join(folder, f"{name[:60]}.{os.urandom(4).hex()}.tmp")
    try:
        with open(unfinished, "xb", opener=lambda *how: os.open(*how, 0o666 if old is None else old)) as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            os.chmod(unfinished, old)
        os.replace(unfinished, path)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)


def read(path):
    """The bytes of a file."""
    with open(path, "rb") as file:
        return file.read()


def unpacked(data):
    """The arrays in the bytes of an archive, by name, in their order.

    Nothing in it is run, and the memory that is taken stays in proportion to its size, whatever it declares.

    Raises:
        ValueError, and what zipfile and NumPy raise: these are not the bytes of such a file.
    """
    # Imported where it is wanted: otherwise it takes most of the time in which the package is imported.
    from zipfile import ZIP_STORED, ZipFile

    arrays = {}
    with ZipFile(BytesIO(data)) as archive:
        # A small file could ask for any amount of memory: by what it unpacks to, or by the same bytes many times.
        members = archive.infolist()
        if packed := [member.filename for member in members if member.compress_type != ZIP_STORED]:
            raise ValueError(f"{packed[0]} is compressed")
        declared = sum(member.compress_size for member in members)
        if declared > len(data):
            raise ValueError(f"{declared} bytes are declared in a file of {len(data)}")
        for member in members:
            file = BytesIO(archive.read(member))
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError(f"{member.filename} is of another version")
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            if not dtype.itemsize or math.prod(shape) * dtype.itemsize != len(file.getbuffer()) - file.tell():
                raise ValueError(f"{member.filename} declares shape {shape} of {dtype}, which is not its size")
            file.seek(0)
            arrays[member.filename.removesuffix(".npy")] = np.lib.format.read_array(file, allow_pickle=False)
    return arrays
