"""The Dockerfile and the ignore files of a context as they were found, and what was asked for by name; values only."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.build.files import BuildFiles
from ctxopt.languages.ignore.text import IgnoreFile

BELONGS = "it belongs to the Dockerfile"
"""Why an ignore file beside a Dockerfile is in force."""


class DockerfileLocation(NamedTuple):
    """Where the Dockerfile is; ``found`` is False where there is none at the default place."""

    path: str
    """As people name it: relative to the context root where it is inside, else as it was given."""
    absolute: str
    inside: str | None
    """Relative to the context root, ``/``-separated; None for a Dockerfile outside of it."""
    found: bool
    content: bytes | None = None
    """What it holds where it came through standard input, and is in no file."""

    @property
    def is_file(self) -> bool:
        """Whether other files can lie beside it."""
        return self.found and self.content is None

    @property
    def own_ignore(self) -> str:
        """The name that people give to an ignore file of its own."""
        return self.path.removeprefix("./") + ".dockerignore"


class IgnoreChoice(NamedTuple):
    """The ignore file in force; ``file`` is None where no pattern applies."""

    path: str | None
    """As people name it; None where there is no ignore file."""
    absolute: str | None
    reason: str
    file: IgnoreFile | None


class NamedFiles(NamedTuple):
    """What was asked for on the command line."""

    dockerfile: str | None = None
    """``-f`` as it was given."""
    ignorefile: str | None = None
    """``--ignorefile``, which only Podman has, from the working directory."""


NOTHING_NAMED = NamedFiles()


class InactiveIgnoreFile(NamedTuple):
    """A file that looks like the ignore file and is not the one in force."""

    path: str
    reason: str


def told_path(files: BuildFiles, path: str) -> str:
    """Return an absolute path as people name it: relative to the context root where it is inside."""
    return path_inside(files, path) or files.shown(path)


def path_inside(files: BuildFiles, path: str) -> str | None:
    """Return ``path`` relative to the context root; None outside of it."""
    above = files.root.rstrip("/") + "/"
    if not path.startswith(above):
        return None
    return path[len(above) :]
