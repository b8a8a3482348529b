"""A build's own files on disk; answers questions, decides nothing."""

from __future__ import annotations

import errno
import os
import stat

from ctxopt.errors import ContextError
from ctxopt.languages.golang.paths import resolve_links


class DiskFiles:
    """The files around the context root ``root``, as they are now."""

    def __init__(self, root: str) -> None:
        self.root = root

    def locate(self, given: str) -> str:
        """Return where a Dockerfile is that ``-f`` names, relative to the working directory."""
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
        """Return the content of a file; raises OSError for what is none."""
        # Opening a FIFO would wait for a writer for ever; a folder's own refusal says more.
        if not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path):
            raise OSError(errno.EINVAL, "it is no regular file")
        with open(path, "rb") as file:
            return file.read()

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
