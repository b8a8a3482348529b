"""A build's own files on disk; answers questions, decides nothing."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from typing import IO

from ctxopt.errors import ContextError
from ctxopt.languages.golang.paths import resolve_links
from ctxopt.languages.ignore.text import MAX_LINE

_BLOCK = 2**20


class DiskFiles:
    """The files around the context root ``root``, as they are now."""

    def __init__(self, root: str) -> None:
        self.root = root

    def locate(self, given: str) -> str:
        """Return where a Dockerfile is that ``-f`` names, relative to the working directory.

        Raises ContextError where that directory is gone.
        """
        try:
            folder, name = os.path.split(os.path.abspath(given))
        except OSError as error:
            raise ContextError(f"Dockerfile {given!r}: the current directory is gone") from error
        return os.path.join(os.path.realpath(folder), name)

    def stands(self, path: str) -> bool:
        """Tell whether there is an entry at ``path``."""
        return os.path.lexists(path)

    def exists(self, path: str) -> bool:
        """Tell whether ``path`` leads to anything."""
        return os.path.exists(path)

    def is_folder(self, path: str) -> bool:
        """Tell whether ``path`` leads to a folder."""
        return os.path.isdir(path)

    def resolve(self, folder: str, name: str) -> str | None:
        """Return what ``name`` leads to for a builder that sees ``folder`` alone."""
        return resolve_inside(folder, name)

    def read(self, path: str) -> bytes:
        """Return the content of a file, up to a line that is too long for Docker; raises OSError for what is none."""
        # Opening a FIFO would wait for a writer for ever; a folder's own refusal says more.
        if not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path):
            raise OSError(errno.EINVAL, "it is no regular file")
        with open(path, "rb") as file:
            return b"".join(_readable(file))

    def shown(self, path: str) -> str:
        """Return ``path`` relative to the working directory."""
        return os.path.relpath(path)

    def absence(self, path: str) -> str:
        """Return what to say where there is no entry at ``path``."""
        del path
        return "no such file"


def resolve_inside(root: str, name: str) -> str | None:
    """Follow links as a builder does that sees nothing but ``root``; None if there is nothing.

    Source: tonistiigi/fsutil followlinks.go.
    """

    def look(path: str, _: bool) -> str | None:
        full = os.path.join(root, path)
        try:
            if not stat.S_ISLNK(os.lstat(full).st_mode):
                return None
            return os.readlink(full)
        # A NUL byte cannot be in any name, and Python says so with a ValueError.
        except (OSError, ValueError) as error:
            raise LookupError(path) from error

    found = resolve_links(name, look)
    if found is None:
        return None
    return os.path.join(root, *filter(None, found.split("/")))


def _readable(file: IO[bytes]) -> Iterator[bytes]:
    """Yield blocks of a Dockerfile or an ignore file: behind a line that is too long Docker reads nothing."""
    open_line = 0
    while open_line <= MAX_LINE and (block := file.read(_BLOCK)):
        yield block
        start = block.rfind(b"\n") + 1
        if start:
            open_line = 0
        open_line += len(block) - start
