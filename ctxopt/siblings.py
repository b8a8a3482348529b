"""What other Dockerfiles of a context name: one ignore file serves every build of the same folder.

Reads the Dockerfiles that the walk has met. Nobody knows with which folder as context each is built, so
its sources count from the root and from its own folder; all of its stages count. One that Docker
would refuse says nothing.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ctxopt.dockerfile import Build, Dockerfile, parse, resolve
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


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another Dockerfile: where it lies, and what its stages ask for."""

    path: str
    sources: tuple[tuple[int, str], ...]
    """Line and path, as seen from the root of a context; without those that take everything."""
    scripts: tuple[tuple[int, str], ...]
    """Line and text of each RUN step."""


def is_dockerfile_name(name: str) -> bool:
    """Tell whether people name Dockerfiles like that."""
    return bool(_NAME.match(name)) and not name.lower().endswith(_NO_DOCKERFILE)


def read_siblings(
    tree: ContextTree, folders: Iterable[str], active: str | None
) -> Iterator[Sibling]:
    """Yield the Dockerfiles in ``folders`` but the ``active`` one, those near the root first."""
    found = [
        folder.child(name)
        for path in sorted(folders, key=lambda path: (path.count("/"), path))
        if path.count("/") < _MOST_LEVELS
        for folder in (tree.folders[path],)
        if "ockerfile" in folder.joined or "ontainerfile" in folder.joined
        for name, kind in zip(folder.names, folder.kinds, strict=True)
        if kind == FILE and is_dockerfile_name(name)
    ]
    for path in found[:_MOST]:
        if path == active:
            continue
        build = _read(os.path.join(tree.root, path))
        if build is not None:
            yield Sibling(path, tuple(_sources(build)), tuple(_scripts(build)))


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


def _sources(build: Build) -> Iterator[tuple[int, str]]:
    for source in build.sources:
        if source.from_ is None:
            for path in source.paths:
                inside = path.path.strip("/")
                if path.kind == "local" and inside and set(inside) != {"*"}:
                    yield source.line, inside


def _scripts(build: Build) -> Iterator[tuple[int, str]]:
    for run in build.runs:
        yield run.line, "\n".join((run.shell, *(heredoc.content for heredoc in run.heredocs)))


def places_of(sibling: Sibling, inside: str) -> tuple[str, ...]:
    """Return the paths that a source may mean: from the root, and from the Dockerfile's folder."""
    folder = posixpath.dirname(sibling.path)
    return (inside, posixpath.join(folder, inside)) if folder else (inside,)
