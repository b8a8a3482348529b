"""Where a build's own files are looked up: the questions that the rules of ``in_force`` ask.

Disk and git state answer alike, so that a state is judged as its checkout would be.
"""

from __future__ import annotations

from typing import Protocol


class BuildFiles(Protocol):
    """Files around one context root; every path is absolute, whether it is on disk or not.

    ``exists``, ``is_folder`` and ``read`` follow links as the system does when it opens a file,
    ``resolve`` as a builder does that sees nothing but one folder.
    """

    @property
    def root(self) -> str:
        """The context root, without symbolic links."""

    def locate(self, given: str) -> str:
        """Return where a Dockerfile is that ``-f`` names; links above its name are followed.

        Raises ContextError where there is no current directory.
        """

    def stands(self, path: str) -> bool:
        """Tell whether there is an entry at ``path``, a link that leads nowhere included."""

    def exists(self, path: str) -> bool:
        """Tell whether ``path`` leads to anything."""

    def is_folder(self, path: str) -> bool:
        """Tell whether ``path`` leads to a folder."""

    def resolve(self, folder: str, name: str) -> str | None:
        """Return what ``name`` leads to for a builder that sees ``folder`` alone; None for nothing.

        Source: tonistiigi/fsutil followlinks.go.
        """

    def read(self, path: str) -> bytes:
        """Return the content of a file; raises OSError for what cannot be read, and folders."""

    def shown(self, path: str) -> str:
        """Return how people name a path outside of the context."""

    def absence(self, path: str) -> str:
        """Return what to say where there is no entry at ``path``."""
