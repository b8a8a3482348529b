"""Read one file that a person named or that has a known name; links are followed, FIFOs are not waited for."""

from __future__ import annotations

import os
import stat

from ctxopt.errors import CtxoptError
from ctxopt.units import format_size


def read_regular(
    path: str,
    what: str,
    error: type[CtxoptError],
    *,
    hint: str | None = None,
    kind_hint: str | None = None,
    most: int | None = None,
) -> bytes:
    """Return the content of the regular file ``path``; raises ``error`` that says why not.

    ``what`` is what the file should be, in plain words; ``hint`` is the next step for the reader,
    ``kind_hint`` another one where something else than a file is there. A file of over ``most`` bytes is not read.
    """
    try:
        # Opening a FIFO would wait for a writer for ever, so the kind is asked for first.
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise error(f"{what} {path!r} is not a regular file", hint=kind_hint or hint)
        if most is not None and status.st_size > most:
            size, limit = format_size(status.st_size), format_size(most)
            raise error(f"{what} {path!r} has {size}, over the {limit} that are read", hint=hint)
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError) as problem:
        raise error(f"{what} {path!r}: {reason_of(problem)}", hint=hint) from problem


def reason_of(error: Exception) -> str:
    """Return why the system refused, in its own words; a NUL in a path is a ValueError without any."""
    return getattr(error, "strerror", None) or str(error)
