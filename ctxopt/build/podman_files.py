"""Which Containerfile and which ignore file Podman takes, as far as it looks for them in other places than Docker.

Sources: containers/buildah pkg/parse/parse.go ContainerIgnoreFile; containers/podman cmd/podman/common/build.go.
"""

from __future__ import annotations

import os

from ctxopt.build.files import BuildFiles
from ctxopt.build.found_files import (
    BELONGS,
    NOTHING_NAMED,
    DockerfileLocation,
    IgnoreChoice,
    InactiveIgnoreFile,
    NamedFiles,
    path_inside,
    told_path,
)
from ctxopt.builder import PODMAN, Builder
from ctxopt.errors import ContextError, IgnoreFileError
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.text import parse_ignore_file

AT_ROOT = (".containerignore", ".dockerignore")
"""Ignore files at the root of a context, the first that is there counts."""
BESIDE = (".dockerignore", ".containerignore")
"""Endings of those beside the Containerfile, where Docker's name wins."""
_NONE = IgnoreChoice(None, None, "there is no .containerignore and no .dockerignore", None)


def find_containerfile(
    files: BuildFiles, given: str | None, builder: Builder
) -> DockerfileLocation:
    """Return where the Containerfile is: the named one, or the first with a default name that is no folder.

    A named one is looked for in the current directory, then in the context. Raises ContextError where it is missing,
    and for a folder.
    """
    if given is None:
        places = [os.path.join(files.root, name) for name in builder.dockerfiles]
        path = next((p for p in places if files.exists(p) and not files.is_folder(p)), None)
        shown = path or places[-1]
        return DockerfileLocation(
            os.path.basename(shown), shown, os.path.basename(shown), path is not None
        )
    path = files.locate(given)
    if not files.exists(path):
        inside = os.path.normpath(os.path.join(files.root, given))
        if not files.exists(inside):
            raise ContextError(
                f"Containerfile {given!r}: {files.absence(path)}",
                hint="-f is relative to the current directory, else to the context",
            )
        path = inside
    if files.is_folder(path):
        raise ContextError(f"Containerfile {given!r} is a folder", hint="name the file in it")
    name = path_inside(files, path)
    return DockerfileLocation(name or given, path, name, True)


def find_podman_ignore(
    files: BuildFiles, dockerfile: DockerfileLocation, request: NamedFiles
) -> IgnoreChoice:
    """Return the ignore file of a local build; raises ContextError for a missing ``--ignorefile``.

    Raises IgnoreFileError where there is a folder in its place.
    """
    named = named_ignore_file(files, request)
    if named is not None:
        return named
    own = _own(files, dockerfile, request)
    if own is not None:
        return own
    for name in AT_ROOT:
        # A link that leaves the context is followed as if the context were the whole disk.
        found = files.resolve(files.root, name)
        if found is not None:
            return _read(files, name, found, "it is at the root of the context")
    return _NONE


def podman_root_ignore(files: BuildFiles) -> IgnoreChoice:
    """Return the ignore file of a named context: one at its root; raises IgnoreFileError for a folder."""
    return find_podman_ignore(files, DockerfileLocation("", "", None, False), NOTHING_NAMED)


def named_ignore_file(files: BuildFiles, request: NamedFiles) -> IgnoreChoice | None:
    """Return what ``--ignorefile`` names; None where it was not given, or holds no pattern.

    Raises ContextError for one that is missing.
    """
    given = request.ignorefile
    if given is None or given == os.devnull:
        return None
    path = files.locate(given)
    if not files.exists(path):
        raise ContextError(
            f"--ignorefile {given!r}: {files.absence(path)}",
            hint="it is relative to the current directory",
        )
    named = _read(files, path_inside(files, path) or given, path, "--ignorefile names it")
    # Podman hands on only the patterns: where there are none, it is as if nothing had been named.
    if named.file is None or not any(named.file.patterns()):
        return None
    return named


def own_places(files: BuildFiles, dockerfile: DockerfileLocation, request: NamedFiles) -> list[str]:
    """Return where an ignore file of the Containerfile's own is looked for, the first one first.

    A relative ``-f`` is looked up in the current directory, but its ignore file as if it were relative to the context.
    """
    if not dockerfile.is_file:
        return []
    start = dockerfile.absolute
    if request.dockerfile is not None:
        start = os.path.normpath(os.path.join(files.root, request.dockerfile))
    return [start + ending for ending in BESIDE]


def _own(
    files: BuildFiles, dockerfile: DockerfileLocation, request: NamedFiles
) -> IgnoreChoice | None:
    for path in own_places(files, dockerfile, request):
        if files.exists(path):
            return _read(files, told_path(files, path), path, BELONGS)
    return None


def _read(files: BuildFiles, path: str, absolute: str, reason: str) -> IgnoreChoice:
    try:
        content = files.read(absolute)
    except OSError as error:
        raise IgnoreFileError(
            f"reading {path}: {error.strerror}", path=path, hint="Podman refuses to build"
        ) from error
    file = parse_ignore_file(content, path, dialect_of(PODMAN))
    return IgnoreChoice(path, absolute, reason, file)


def find_inactive_of_podman(
    files: BuildFiles, dockerfile: DockerfileLocation, choice: IgnoreChoice
) -> tuple[InactiveIgnoreFile, ...]:
    """Name the files near the context that look like its ignore file and are not."""
    found: list[tuple[str, str]] = []
    for name in AT_ROOT:
        path = os.path.join(files.root, name)
        if choice.path != name and files.stands(path):
            reason = f"{choice.path} is used instead"
            if choice.path is None:
                reason = "it leads nowhere that Podman looks"
            found.append((path, reason))
    for ending in BESIDE:
        path = dockerfile.absolute + ending
        if dockerfile.is_file and path != choice.absolute and files.exists(path):
            reason = f"{choice.path} is used instead"
            if choice.reason != BELONGS:
                reason = "a relative -f is looked for in the context to find its ignore file"
            found.append((path, reason))
    folder = os.path.dirname(dockerfile.absolute)
    if dockerfile.is_file and folder != files.root:
        for name in AT_ROOT:
            path = os.path.join(folder, name)
            if files.exists(path):
                found.append(
                    (
                        path,
                        f"beside a Containerfile only {os.path.basename(dockerfile.path)}{name} is read",
                    )
                )
    return tuple(InactiveIgnoreFile(told_path(files, path), reason) for path, reason in found)
