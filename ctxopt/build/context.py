"""What a build is given: the context root, its Dockerfile, and the ignore file in force with the why.

Finds them on disk by the rules of ``in_force``, of which it knows none; walks nothing.
"""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from ctxopt.build.disk_files import DiskFiles
from ctxopt.build.found_files import (
    BELONGS,
    NOTHING_NAMED,
    DockerfileLocation,
    IgnoreChoice,
    InactiveIgnoreFile,
    NamedFiles,
)
from ctxopt.build.in_force import (
    find_dockerfile,
    find_ignore_file,
    find_inactive,
    read_found_dockerfile,
    root_ignore,
)
from ctxopt.builder import BUILDER_NAMES, BUILDERS, Builder, BuilderName
from ctxopt.errors import ContextError
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.text import IgnoreFile, parse_ignore_file
from ctxopt.read_file import reason_of
from ctxopt.units import either


class BuildContext(NamedTuple):
    """One build's input, found on disk. ``root`` is absolute, without symbolic links."""

    root: str
    given: str
    builder: Builder
    dockerfile: DockerfileLocation
    ignore: IgnoreChoice
    inactive: tuple[InactiveIgnoreFile, ...] = ()
    named: NamedFiles = NOTHING_NAMED
    """What was asked for, as it was given."""
    unseen: frozenset[str] = frozenset()
    """Paths that are measured as if they were not there, with all below them."""

    @property
    def ignore_target(self) -> str:
        """The absolute path of the ignore file, or of the one to write where there is none."""
        return self.ignore.absolute or os.path.join(self.root, ".dockerignore")

    @property
    def ignore_name(self) -> str:
        """The same as people name it."""
        return self.ignore.path or ".dockerignore"


def builder_named(name: str) -> Builder:
    """Return the builder of that name; raises ContextError where there is none."""
    for builder in BUILDERS:
        if builder.name == name:
            return builder
    raise ContextError(f"there is no builder {name!r}", hint=either(BUILDER_NAMES))


def find_context(
    root: str = ".",
    *,
    dockerfile: str | None = None,
    builder: BuilderName = "buildkit",
    ignorefile: str | None = None,
) -> BuildContext:
    """Find the Dockerfile and the ignore file that ``builder`` would use for ``root``.

    ``dockerfile`` and Podman's ``ignorefile`` are relative to the working directory, as ``-f``; ``-`` is standard
    input. Raises ContextError where the root or a named Dockerfile is missing, IgnoreFileError where Docker refuses
    the file.
    """
    files = DiskFiles(_find_root(root))
    client = builder_named(builder)
    location = find_dockerfile(files, dockerfile, client)
    named = NamedFiles(dockerfile, ignorefile)
    choice = find_ignore_file(files, location, client, named)
    inactive = find_inactive(files, location, choice, client)
    return BuildContext(
        root=files.root,
        given=root,
        builder=client,
        dockerfile=location,
        ignore=choice,
        inactive=inactive,
        named=named,
    )


def context_under(
    root: str,
    file: IgnoreFile,
    path: str,
    *,
    dockerfile: str | None = None,
    builder: BuilderName = "buildkit",
) -> BuildContext:
    """Return the context at ``root`` as if ``file``, which is at ``path``, were in force.

    Raises ContextError where the root or a named Dockerfile is missing.
    """
    real = _find_root(root)
    location = find_dockerfile(DiskFiles(real), dockerfile, builder_named(builder))
    choice = IgnoreChoice(file.path, os.path.abspath(path), "it was named", file)
    return BuildContext(real, root, builder_named(builder), location, choice)


def _find_root(given: str) -> str:
    if not given:
        raise ContextError("the context is an empty name", hint="write . for this folder")
    try:
        real = os.path.realpath(given, strict=True)
        mode = os.stat(real).st_mode
    except (OSError, ValueError) as error:
        raise ContextError(
            f"context {given!r}: {reason_of(error)}", hint=_root_hint(given)
        ) from error
    if not stat.S_ISDIR(mode):
        raise ContextError(
            f"context {given!r} is not a folder",
            hint=f"name the folder it is in: {os.path.dirname(given) or '.'}",
        )
    if not os.access(real, os.R_OK):
        raise ContextError(
            f"context {given!r} cannot be read: Permission denied",
            hint="Docker would build with an empty context and say nothing",
        )
    return real


def _root_hint(given: str) -> str:
    if given == "-" or "://" in given or given.startswith("git@"):
        return "only folders can be measured: Docker reads no ignore file for anything else"
    return "name the folder that `docker build` is given"


def own_ignore(context: BuildContext) -> BuildContext:
    """Return ``context`` as if its Dockerfile had an ignore file of its own, with the lines in force.

    Raises ContextError where there is no Dockerfile, or the builder would not read such a file.
    """
    dockerfile, ignore = context.dockerfile, context.ignore
    if not context.builder.reads_own_ignore_file:
        raise ContextError(
            "the classic builder reads no ignore file but .dockerignore",
            hint="leave --per-dockerfile out",
        )
    if not dockerfile.is_file:
        raise ContextError(
            "there is no Dockerfile to which an ignore file could belong",
            hint="-f names another Dockerfile",
        )
    content = b""
    dialect = dialect_of(context.builder)
    if ignore.file is not None:
        content = ignore.file.render()
    path, absolute = dockerfile.own_ignore, dockerfile.absolute + ".dockerignore"
    choice = IgnoreChoice(path, absolute, BELONGS, parse_ignore_file(content, path, dialect))
    return context._replace(ignore=choice)


def named_ignore(root: str, builder: Builder) -> IgnoreChoice:
    """Return the ignore file at the root of a context: the only one for a named context.

    Raises IgnoreFileError where the builder refuses it.
    """
    return root_ignore(DiskFiles(root), builder)


def read_dockerfile(context: BuildContext) -> bytes:
    """Return the Dockerfile's content; raises ContextError where Docker cannot read it."""
    files = DiskFiles(context.root)
    return read_found_dockerfile(files, context.dockerfile, context.builder)
