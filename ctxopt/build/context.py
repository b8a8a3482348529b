"""What a build is given: the context root, its Dockerfile, and the ignore file in force with the why.

Reads the two files and looks for those that only seem to be in force; walks nothing.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from ctxopt.builder import Builder, BuilderName, builder_named
from ctxopt.errors import ContextError, IgnoreFileError
from ctxopt.languages.golang.paths import resolve_links
from ctxopt.languages.ignore.text import IgnoreFile, parse_ignore_file
from ctxopt.read_file import reason_of


class DockerfileLocation(NamedTuple):
    """Where the Dockerfile is; ``found`` is False where there is none at the default place."""

    path: str
    """As people name it: relative to the context root where it is inside, else as it was given."""
    absolute: str
    inside: str | None
    """Relative to the context root, ``/``-separated; None for a Dockerfile outside of it."""
    found: bool


class IgnoreChoice(NamedTuple):
    """The ignore file in force; ``file`` is None where no pattern applies."""

    path: str | None
    """As people name it; None where there is no ignore file."""
    absolute: str | None
    reason: str
    file: IgnoreFile | None


class InactiveIgnoreFile(NamedTuple):
    """A file that looks like the ignore file and is not the one in force."""

    path: str
    reason: str


class BuildContext(NamedTuple):
    """One build's input, found on disk. ``root`` is absolute, without symbolic links."""

    root: str
    given: str
    builder: Builder
    dockerfile: DockerfileLocation
    ignore: IgnoreChoice
    inactive: tuple[InactiveIgnoreFile, ...] = ()


def find_context(
    root: str = ".", *, dockerfile: str | None = None, builder: BuilderName = "buildkit"
) -> BuildContext:
    """Find the Dockerfile and the ignore file that ``builder`` would use for ``root``.

    ``dockerfile`` is relative to the working directory, as Docker's ``-f``. Raises ContextError
    where the root or a named Dockerfile is missing, IgnoreFileError where Docker refuses the file.
    """
    real = _find_root(root)
    location = _find_dockerfile(real, dockerfile)
    client = builder_named(builder)
    if client.reads_own_ignore_file:
        choice = _buildkit_ignore(real, location)
    else:
        choice = _classic_ignore(real)
    inactive = tuple(_find_inactive(real, location, choice, client))
    return BuildContext(real, root, client, location, choice, inactive)


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
    location = _find_dockerfile(real, dockerfile)
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


def _find_dockerfile(root: str, given: str | None) -> DockerfileLocation:
    """Source: docker/buildx build/opt.go loadInputs and handleLowercaseDockerfile."""
    try:
        path = os.path.abspath(given) if given is not None else os.path.join(root, "Dockerfile")
    except OSError as error:
        raise ContextError(f"Dockerfile {given!r}: the current directory is gone") from error
    folder, name = os.path.split(path)
    if name == "Dockerfile" and not os.path.lexists(path):
        lower = os.path.join(folder, "dockerfile")
        if os.path.lexists(lower):
            path, name = lower, "dockerfile"
    real = os.path.join(os.path.realpath(folder), name)
    inside = None
    if real.startswith(root.rstrip("/") + "/"):
        inside = real[len(root.rstrip("/")) + 1 :]
    found = os.path.lexists(path)
    if given is not None and not found:
        raise ContextError(
            f"Dockerfile {given!r}: no such file",
            hint="-f is relative to the current directory, not to the context",
        )
    if os.path.isdir(path):
        raise ContextError(f"Dockerfile {given or path!r} is a folder", hint="name the file in it")
    return DockerfileLocation(inside or given or path, real, inside, found)


def _classic_ignore(root: str) -> IgnoreChoice:
    """Source: docker/cli cli/command/image/build/dockerignore.go ReadDockerignore."""
    path = os.path.join(root, ".dockerignore")
    if not os.path.exists(path):
        return IgnoreChoice(None, None, "there is no .dockerignore", None)
    try:
        content = _read(path)
    except OSError as error:
        raise IgnoreFileError(
            f"error reading .dockerignore: {error.strerror}",
            path=".dockerignore",
            hint="the classic builder refuses to build",
        ) from error
    return IgnoreChoice(
        ".dockerignore", path, "the only one the classic builder reads",
        parse_ignore_file(content, ".dockerignore"),
    )  # fmt: skip


def _buildkit_ignore(root: str, dockerfile: DockerfileLocation) -> IgnoreChoice:
    """Source: moby/buildkit frontend/dockerui/config.go ReadEntrypoint, dockerIgnorePatterns.

    BuildKit ignores errors while reading: what cannot be read counts as empty or absent.
    """
    own = _shown(dockerfile.path) + ".dockerignore"
    folder, name = os.path.split(dockerfile.absolute)
    found = resolve_inside(folder, name + ".dockerignore")
    if dockerfile.found and found is not None and not os.path.isdir(found):
        content, problem = _read_or_empty(found)
        reason = "it belongs to the Dockerfile" + problem
        return IgnoreChoice(own, found, reason, parse_ignore_file(content, own))
    return named_ignore(root)


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
    if not dockerfile.found:
        raise ContextError(
            "there is no Dockerfile to which an ignore file could belong",
            hint="-f names another Dockerfile",
        )
    path = _shown(dockerfile.path) + ".dockerignore"
    content = ignore.file.render() if ignore.file else b""
    choice = IgnoreChoice(
        path, dockerfile.absolute + ".dockerignore", "it belongs to the Dockerfile",
        parse_ignore_file(content, path),
    )  # fmt: skip
    return context._replace(ignore=choice)


def named_ignore(root: str) -> IgnoreChoice:
    """Return the ignore file at the root of a context: the only one for a named context.

    Raises IgnoreFileError where Docker refuses it.
    """
    path = os.path.join(root, ".dockerignore")
    if not os.path.lexists(path):
        return IgnoreChoice(None, None, "there is no .dockerignore", None)
    resolved = resolve_inside(root, ".dockerignore")
    if resolved is None:
        return IgnoreChoice(
            ".dockerignore", path,
            "it is a link to something outside the context, which BuildKit reads as empty", None,
        )  # fmt: skip
    if os.path.isdir(resolved):
        return IgnoreChoice(
            ".dockerignore", path, "it is a folder, which BuildKit reads as empty", None
        )
    content, problem = _read_or_empty(resolved)
    return IgnoreChoice(
        ".dockerignore", resolved, "it is at the root of the context" + problem,
        parse_ignore_file(content, ".dockerignore"),
    )  # fmt: skip


def read_dockerfile(context: BuildContext) -> bytes:
    """Return the Dockerfile's content; raises ContextError where Docker cannot read it.

    BuildKit sees nothing but the Dockerfile's folder, so a link that leaves it leads nowhere.
    """
    location = context.dockerfile
    folder, name = os.path.split(location.absolute)
    # BuildKit is sent the Dockerfile's folder; the classic client opens the file itself.
    is_sent = context.builder.loads_on_demand
    path = resolve_inside(folder, name) if is_sent else location.absolute
    if not location.found or path is None:
        raise ContextError(
            f"failed to read dockerfile: open {name}: no such file or directory",
            hint="-f names another Dockerfile",
        )
    try:
        return _read(path)
    except OSError as error:
        if is_sent and not os.path.isdir(path):
            return b""  # it arrives empty
        raise ContextError(f"Dockerfile {location.path!r}: {error.strerror}") from error


def _find_inactive(
    root: str, dockerfile: DockerfileLocation, choice: IgnoreChoice, builder: Builder
) -> list[InactiveIgnoreFile]:
    """Name the files near the context that look like its ignore file and are not."""
    found = []
    folder, name = os.path.split(dockerfile.absolute)
    own = os.path.join(folder, name + ".dockerignore")
    if not builder.reads_own_ignore_file:
        if os.path.exists(own):
            found.append((own, "the classic builder reads only .dockerignore at the root"))
    elif choice.path != ".dockerignore" and os.path.lexists(os.path.join(root, ".dockerignore")):
        found.append((os.path.join(root, ".dockerignore"), f"{choice.path} is used instead"))
    if folder != root:
        beside = os.path.join(folder, ".dockerignore")
        if os.path.exists(beside):
            why = f"beside the Dockerfile only {name}.dockerignore is read"
            found.append((beside, why))
        astray = os.path.join(root, name + ".dockerignore")
        if os.path.exists(astray):
            why = f"only {name}.dockerignore in the folder of the Dockerfile is read"
            found.append((astray, why))
    return [InactiveIgnoreFile(_relative(root, path), reason) for path, reason in found]


def _relative(root: str, path: str) -> str:
    inside = path.startswith(root.rstrip("/") + "/")
    return path[len(root.rstrip("/")) + 1 :] if inside else os.path.relpath(path)


def _shown(path: str) -> str:
    return path.removeprefix("./")


def _read(path: str) -> bytes:
    if not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path):
        raise OSError(errno.EINVAL, "it is no regular file")
    with open(path, "rb") as file:
        return file.read()


def _read_or_empty(path: str) -> tuple[bytes, str]:
    """The content, or nothing and why: an unreadable file arrives empty."""
    try:
        return _read(path), ""
    except OSError as error:
        return b"", f", but it cannot be read ({error.strerror}) and counts as empty"


def resolve_inside(root: str, name: str) -> str | None:
    """Follow links as a builder does that sees nothing but ``root``; None if there is nothing.

    Source: tonistiigi/fsutil followlinks.go.
    """

    def look(path: str, _: bool) -> str | None:
        full = os.path.join(root, path)
        try:
            return os.readlink(full) if stat.S_ISLNK(os.lstat(full).st_mode) else None
        except (OSError, ValueError) as error:  # a NUL byte cannot be in any name
            raise LookupError(path) from error

    found = resolve_links(name, look)
    return None if found is None else os.path.join(root, *filter(None, found.split("/")))
