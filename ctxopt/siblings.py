"""What other Dockerfiles of a context name: one ignore file serves every build of the same folder.

Nobody knows with which folder as context each is built: its sources tell, from where they are found.
All of its stages count. One that Docker would refuse says nothing.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from ctxopt.dockerfile import Build, Dockerfile, Source, parse, resolve
from ctxopt.errors import DockerfileError
from ctxopt.peek import read_start
from ctxopt.tree import FILE, ContextTree

_NAME: Final = re.compile(
    r"(?i)(?:(?:Docker|Container)file(?:[._-].*)?|.*\.(?:docker|container)file)\Z"
)
_NO_DOCKERFILE: Final = (
    ".dockerignore",
    ".md",
    ".go",
    ".py",
    ".j2",
    ".tmpl",
    ".sh",
    ".rs",
    ".js",
    ".ts",
)
_MOST: Final = 60
_MOST_BYTES: Final = 1 << 18
_MOST_LEVELS: Final = 6

Exists: TypeAlias = Callable[[str], bool]


class Sibling(NamedTuple):
    """Another Dockerfile that may be built with the same ignore file."""

    path: str
    build: Build
    bases: tuple[str, ...]
    """The folders that may be its context, as seen from the root; ``""`` is the root."""

    def sources(self) -> Iterator[tuple[Source, tuple[str, ...]]]:
        """Yield what asks for something of the context, with the paths that may be meant."""
        for source in self.build.sources:
            inside = local_paths(source)
            if inside:
                yield source, tuple(_join(base, path) for base in self.bases for path in inside)


def local_paths(source: Source) -> list[str]:
    """Return what a source names in the main context; ``""`` is all of it."""
    if source.from_ is not None or source.mount in ("tmpfs", "cache"):
        return []
    return [path.path.strip("/") for path in source.paths if path.kind == "local"]


def is_dockerfile_name(name: str) -> bool:
    """Tell whether people name Dockerfiles like that."""
    return bool(_NAME.match(name)) and not name.lower().endswith(_NO_DOCKERFILE)


def find_dockerfiles(
    tree: ContextTree, tracked: Iterable[str] = (), folders: Iterable[str] | None = None
) -> list[str]:
    """Return the Dockerfiles that the walk met, in ``folders`` if given, and those that git tracks.

    Sent or not: BuildKit loads them by themselves. Those near the root come first.
    """
    found = {path for path in tracked if is_dockerfile_name(path.rpartition("/")[2])}
    for path in tree.folders if folders is None else folders:
        folder = tree.folders[path]
        if "ockerfile" in folder.joined or "ontainerfile" in folder.joined:
            items = zip(folder.names, folder.kinds, strict=True)
            found |= {
                folder.child(name)
                for name, kind in items
                if kind == FILE and is_dockerfile_name(name)
            }
    return sorted(found, key=lambda path: (path.count("/"), path))


def read_siblings(root: str, paths: Iterable[str], exists: Exists) -> Iterator[Sibling]:
    """Yield those of the Dockerfiles ``paths`` that ``root/.dockerignore`` serves.

    ``exists`` tells which paths are in the context.
    """
    near = [path for path in paths if path.count("/") <= _MOST_LEVELS]
    for path in near[:_MOST]:
        # Its own ignore file, or its own folder as context: this one is not asked.
        if os.path.lexists(os.path.join(root, path + ".dockerignore")):
            continue
        build = _read(os.path.join(root, path))
        bases = _bases(build, posixpath.dirname(path), exists) if build else ()
        if build and "" in bases:
            yield Sibling(path, build, bases)


def _bases(build: Build, folder: str, exists: Exists) -> tuple[str, ...]:
    """Return the root, the Dockerfile's folder, or both: where more of the sources are found."""
    if not folder:
        return ("",)
    named = [path for source in build.sources for path in local_paths(source) if path]
    above = sum(map(exists, named))
    beside = sum(exists(_join(folder, path)) for path in named)
    if above == beside:
        return ("", folder)
    return ("",) if above > beside else (folder,)


def _read(path: str) -> Build | None:
    try:
        content = read_start(path, _MOST_BYTES)
        return _resolve(parse(content)) if content else None
    except DockerfileError:
        return None


def _resolve(dockerfile: Dockerfile) -> Build | None:
    """Arguments without a default get one: only what a build is given says more."""
    given = {
        name: "x"
        for assign in dockerfile.arguments
        for name, value in assign.pairs
        if value is None
    }
    return resolve(dockerfile, build_args=given)


def _join(folder: str, path: str) -> str:
    return "/".join(filter(None, (folder, path)))
