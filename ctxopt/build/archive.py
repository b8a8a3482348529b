"""Whether ADD unpacks a file: reads its start."""

from __future__ import annotations

import os

_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_ENDINGS = (".tar.zst", ".tzst")


def is_archive(path: str) -> bool:
    """Tell whether the file at ``path`` is a tar, compressed or not; what cannot be read is none.

    Source: moby/buildkit solver/llbsolver/file/unpack.go isArchivePath.
    """
    # Only an ADD of a file asks, and compressions take a millisecond to load.
    import tarfile

    try:
        if not os.path.isfile(path):
            return False
        if tarfile.is_tarfile(path):
            return True
        with open(path, "rb") as file:
            # Not every Python reads this compression, and hardly anything else is compressed so and called so.
            return file.read(len(_ZSTANDARD)) == _ZSTANDARD and path.endswith(_ENDINGS)
    except (OSError, EOFError, ValueError):
        return False
