"""Which Dockerfile and which ignore file are in force: Docker's rules, asked of any ``BuildFiles``.

The only place that knows them, for what is on disk and for states of git alike; walks nothing.
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
from ctxopt.builder import BUILDKIT, PODMAN, Builder
from ctxopt.errors import ContextError, IgnoreFileError
from ctxopt.languages.ignore.text import parse_ignore_file

_IGNORE = ".dockerignore"
_STDIN = "-"
"""What ``-f`` is given for standard input."""
_NO_IGNORE_FILE = IgnoreChoice(None, None, "there is no .dockerignore", None)


def find_dockerfile(
    files: BuildFiles, given: str | None, builder: Builder = BUILDKIT
) -> DockerfileLocation:
    """Return where the Dockerfile is that ``-f`` names, or the default one.

    Raises ContextError where a named one is missing, and for a folder.
    Source: docker/buildx build/opt.go loadInputs and handleLowercaseDockerfile.
    """
    if given == _STDIN:
        return _from_standard_input(files)
    if builder is PODMAN:
        from ctxopt.build.podman_files import find_containerfile

        return find_containerfile(files, given, builder)
    path = os.path.join(files.root, "Dockerfile")
    if given is not None:
        path = files.locate(given)
    folder, name = os.path.split(path)
    # buildx falls back for a Dockerfile that was named, too, as long as it has the default name.
    if name == "Dockerfile" and not files.stands(path):
        lower = os.path.join(folder, "dockerfile")
        if files.stands(lower):
            path = lower
    found = files.stands(path)
    if given is not None and not found:
        raise ContextError(
            f"Dockerfile {given!r}: {files.absence(path)}",
            hint="-f is relative to the current directory, not to the context",
        )
    if files.is_folder(path):
        raise ContextError(f"Dockerfile {given or path!r} is a folder", hint="name the file in it")
    inside = path_inside(files, path)
    return DockerfileLocation(inside or given or path, path, inside, found)


def _from_standard_input(files: BuildFiles) -> DockerfileLocation:
    """Source: docker/buildx build/opt.go loadInputs, which puts it into a folder of its own."""
    from ctxopt.build.standard_input import read_standard_input

    path = os.path.join(files.root, "Dockerfile")
    return DockerfileLocation("stdin", path, None, found=True, content=read_standard_input())


def read_found_dockerfile(
    files: BuildFiles, location: DockerfileLocation, builder: Builder
) -> bytes:
    """Return the Dockerfile's content; raises ContextError where Docker cannot read it.

    BuildKit sees nothing but the Dockerfile's folder, so a link that leaves it leads nowhere.
    """
    if location.content is not None:
        return location.content
    folder, name = os.path.split(location.absolute)
    # BuildKit is sent the Dockerfile's folder; the others open the file themselves.
    is_sent = builder.sends_unreadable_empty
    path: str | None = location.absolute
    if is_sent:
        path = files.resolve(folder, name)
    if not location.found or path is None:
        raise ContextError(
            f"failed to read dockerfile: open {name}: no such file or directory",
            hint="-f names another Dockerfile",
        )
    try:
        return files.read(path)
    except OSError as error:
        # BuildKit's client sends a file that it cannot open all the same, without content.
        if is_sent and not files.is_folder(path):
            return b""
        raise ContextError(f"Dockerfile {location.path!r}: {error.strerror}") from error


def find_ignore_file(
    files: BuildFiles,
    dockerfile: DockerfileLocation,
    builder: Builder,
    request: NamedFiles = NOTHING_NAMED,
) -> IgnoreChoice:
    """Return the ignore file that ``builder`` reads; raises IgnoreFileError where it refuses it.

    Raises ContextError for a named one that is missing, or that ``builder`` takes none.
    """
    if builder is PODMAN:
        from ctxopt.build.podman_files import find_podman_ignore

        return find_podman_ignore(files, dockerfile, request)
    if request.ignorefile is not None:
        raise ContextError(
            f"--ignorefile is Podman's: {builder} reads no file that is named",
            hint="add --builder podman",
        )
    if not builder.reads_own_ignore_file:
        return _classic_ignore(files)
    return _own_ignore(files, dockerfile) or root_ignore(files, builder)


def _classic_ignore(files: BuildFiles) -> IgnoreChoice:
    """Source: docker/cli cli/command/image/build/dockerignore.go ReadDockerignore."""
    path = os.path.join(files.root, _IGNORE)
    if not files.exists(path):
        return _NO_IGNORE_FILE
    try:
        content = files.read(path)
    except OSError as error:
        raise IgnoreFileError(
            f"error reading .dockerignore: {error.strerror}",
            path=_IGNORE,
            hint="the classic builder refuses to build",
        ) from error
    reason = "the only one the classic builder reads"
    return IgnoreChoice(_IGNORE, path, reason, parse_ignore_file(content, _IGNORE))


def _own_ignore(files: BuildFiles, dockerfile: DockerfileLocation) -> IgnoreChoice | None:
    """Return ``Dockerfile.dockerignore``, whatever the Dockerfile is called; None where BuildKit goes on to the root's.

    Source: moby/buildkit frontend/dockerui/config.go ReadEntrypoint, dockerIgnorePatterns.
    """
    if not dockerfile.is_file:
        return None
    folder, name = os.path.split(dockerfile.absolute)
    found = files.resolve(folder, name + _IGNORE)
    if found is None or files.is_folder(found):
        return None
    return _sent_ignore(files, dockerfile.own_ignore, found, BELONGS)


def root_ignore(files: BuildFiles, builder: Builder) -> IgnoreChoice:
    """Return the ignore file at the root of a context: the only one for a named context.

    Raises IgnoreFileError where ``builder`` refuses it.
    """
    if builder is PODMAN:
        from ctxopt.build.podman_files import podman_root_ignore

        return podman_root_ignore(files)
    path = os.path.join(files.root, _IGNORE)
    if not files.stands(path):
        return _NO_IGNORE_FILE
    found = files.resolve(files.root, _IGNORE)
    if found is None:
        reason = "it is a link to something outside the context, which BuildKit reads as empty"
        return IgnoreChoice(_IGNORE, path, reason, None)
    if files.is_folder(found):
        reason = "it is a folder, which BuildKit reads as empty"
        return IgnoreChoice(_IGNORE, path, reason, None)
    return _sent_ignore(files, _IGNORE, found, "it is at the root of the context")


def _sent_ignore(files: BuildFiles, path: str, absolute: str, reason: str) -> IgnoreChoice:
    """Read an ignore file as BuildKit's client sends it: without content where it cannot."""
    try:
        content = files.read(absolute)
    except OSError as error:
        reason += f", but it cannot be read ({error.strerror}) and counts as empty"
        return IgnoreChoice(path, absolute, reason, None)
    return IgnoreChoice(path, absolute, reason, parse_ignore_file(content, path))


def find_inactive(
    files: BuildFiles, dockerfile: DockerfileLocation, choice: IgnoreChoice, builder: Builder
) -> tuple[InactiveIgnoreFile, ...]:
    """Name the files near the context that look like its ignore file and are not."""
    if builder is PODMAN:
        from ctxopt.build.podman_files import find_inactive_of_podman

        return find_inactive_of_podman(files, dockerfile, choice)
    folder, name = os.path.split(dockerfile.absolute)
    own = os.path.join(folder, name + _IGNORE)
    top = os.path.join(files.root, _IGNORE)
    found = []
    if not builder.reads_own_ignore_file:
        if files.exists(own):
            found.append((own, "the classic builder reads only .dockerignore at the root"))
    # Whatever stands at the root, even a link to nowhere, would have been in force.
    elif choice.path != _IGNORE and files.stands(top):
        found.append((top, f"{choice.path} is used instead"))
    elif dockerfile.content is not None and files.exists(own):
        found.append((own, "a Dockerfile from standard input has no ignore file of its own"))
    if folder != files.root:
        beside = os.path.join(folder, _IGNORE)
        if files.exists(beside):
            found.append((beside, f"beside the Dockerfile only {name}.dockerignore is read"))
        astray = os.path.join(files.root, name + _IGNORE)
        if files.exists(astray):
            reason = f"only {name}.dockerignore in the folder of the Dockerfile is read"
            found.append((astray, reason))
    return tuple(InactiveIgnoreFile(told_path(files, path), reason) for path, reason in found)
