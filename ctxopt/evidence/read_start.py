"""Read the start of a file of the context, and nothing but regular files of the context."""

from __future__ import annotations

import os
import stat


def read_start(path: str, most: int) -> bytes | None:
    """Return up to ``most`` bytes of a regular file; None for anything else, and for what cannot be read.

    A link is not followed, and a FIFO does not make it wait.
    """
    # Not blocking: the other end of a FIFO may never be opened. What it is is asked of the open file,
    # because between a stat and an open a name may come to mean another thing.
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most)
    except OSError:
        return None
    finally:
        os.close(handle)
