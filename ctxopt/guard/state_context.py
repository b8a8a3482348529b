"""The Dockerfile and the ignore file in force in a git state, found without a checkout.

The same rules as ``context``, asked of blobs; a Dockerfile outside of the repository is on disk
whatever the state.
"""

from __future__ import annotations

import os

from ctxopt.build.context import (
    BuildContext,
    DockerfileLocation,
    IgnoreChoice,
    InactiveIgnoreFile,
    find_context,
)
from ctxopt.build.context import read_dockerfile as context_dockerfile
from ctxopt.builder import Builder, BuilderName, builder_named
from ctxopt.errors import ContextError, IgnoreFileError
from ctxopt.git.listing import GITLINK, TREE
from ctxopt.git.state import GitState
from ctxopt.languages.golang.paths import resolve_links
from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.paths import folders_above

_FILE, _FOLDER, _LINK = "file", "folder", "link"


def state_context(
    state: GitState, *, dockerfile: str | None = None, builder: BuilderName = "buildkit"
) -> BuildContext:
    """Find what ``builder`` would use in a fresh checkout of ``state``, at its prefix.

    ``dockerfile`` is relative to the working directory; in a bare repository, to the prefix.
    Raises ContextError where a named Dockerfile is missing, IgnoreFileError where Docker refuses
    the ignore file.
    """
    files = StateFiles(state)
    location = _find_dockerfile(files, dockerfile)
    client = builder_named(builder)
    if not client.reads_own_ignore_file:
        if location.inside is None and location.found:
            raise ContextError(
                "the classic builder's figure for a Dockerfile outside of the context cannot be"
                " told for a git state",
                hint="use --builder buildkit",
            )
        choice = _classic_ignore(files)
    else:
        choice = _buildkit_ignore(files, location)
    inactive = tuple(_find_inactive(files, location, choice, client))
    return BuildContext(files.root, files.root, client, location, choice, inactive)


def read_state_dockerfile(state: GitState, context: BuildContext) -> bytes:
    """Return the content of the Dockerfile that ``state_context`` found in ``state``.

    Raises ContextError where Docker cannot read it; a link that leaves its folder leads nowhere.
    """
    files = StateFiles(state)
    path = files.relative(context.dockerfile.absolute)
    if path is None:
        return context_dockerfile(context)
    folder, _, name = path.rpartition("/")
    resolved = files.resolve(folder, name) if context.dockerfile.found else None
    if resolved is None or files.kind(resolved) != _FILE:
        raise ContextError(
            f"failed to read dockerfile: open {name}: no such file or directory",
            hint="-f names another Dockerfile",
        )
    return files.read(resolved)


class StateFiles:
    """Single files of a state, inside and outside of its prefix; paths are relative to the top."""

    def __init__(self, state: GitState) -> None:
        self.state = state
        self.top = state.repository.top
        self.prefix = state.prefix
        self.root = os.path.join(self.top, state.prefix) if state.prefix else self.top
        self._above = state.prefix + "/" if state.prefix else ""
        self._folders = folders_above(state.entries) | set(state.submodules)
        self._seen: dict[str, tuple[str | None, str]] = {}

    def relative(self, absolute: str) -> str | None:
        """Return ``absolute`` relative to the top; None outside of the repository."""
        above = self.top.rstrip("/") + "/"
        return absolute[len(above) :] if absolute.startswith(above) else None

    def inside(self, path: str) -> str | None:
        """Return ``path`` relative to the prefix; None outside of it."""
        return path[len(self._above) :] if path.startswith(self._above) else None

    def kind(self, path: str) -> str | None:
        """Return ``file``, ``folder`` or ``link``; None where there is nothing."""
        return self._look_up(path)[0]

    def read(self, path: str) -> bytes:
        """Return the content of a file, or the target of a link."""
        return self.state.repository.read_blob(self._look_up(path)[1])

    def resolve(self, root: str, name: str) -> str | None:
        """Follow links as a builder does that sees nothing but the folder ``root``.

        Source: tonistiigi/fsutil followlinks.go.
        """

        def look(path: str, _: bool) -> str | None:
            here = _join(root, path)
            kind = self.kind(here)
            if kind is None:
                raise LookupError(path)
            return os.fsdecode(self.read(here)) if kind == _LINK else None

        found = resolve_links(name, look)
        return None if found is None else _join(root, *filter(None, found.split("/")))

    def _look_up(self, path: str) -> tuple[str | None, str]:
        inside = self.inside(path)
        if inside is not None:
            entry = self.state.entries.get(inside)
            if inside in self._folders:
                return _FOLDER, ""
            if entry is None:
                return None, ""
            return (_LINK if entry.link else _FILE), entry.blob
        if path not in self._seen:
            self._seen[path] = self._ask(path)
        return self._seen[path]

    def _ask(self, path: str) -> tuple[str | None, str]:
        state = self.state
        if not path or (state.commit is None and not state.is_index):
            return (None if path else _FOLDER), ""
        entry = state.repository.look_up(state.commit, path)
        if entry is None:
            return None, ""
        if entry.mode in (TREE, GITLINK):
            return _FOLDER, ""
        return (_LINK if entry.mode & 0o170000 == 0o120000 else _FILE), entry.id


def _join(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _find_dockerfile(files: StateFiles, given: str | None) -> DockerfileLocation:
    """Source: docker/buildx build/opt.go loadInputs and handleLowercaseDockerfile."""
    absolute = _absolute(files, given)
    path = files.relative(absolute)
    if path is None:
        found_outside = find_context(os.path.dirname(absolute), dockerfile=absolute).dockerfile
        return found_outside._replace(path=given or absolute, inside=None)
    folder, _, name = path.rpartition("/")
    if name == "Dockerfile" and files.kind(path) is None:
        lower = _join(folder, "dockerfile")
        if files.kind(lower) is not None:
            path = lower
    found = files.kind(path)
    if given is not None and found is None:
        raise ContextError(
            f"Dockerfile {given!r}: no such file in {files.state.name}",
            hint="-f is relative to the current directory, not to the context",
        )
    if found == _FOLDER:
        raise ContextError(f"Dockerfile {given or path!r} is a folder", hint="name the file in it")
    inside = files.inside(path)
    shown = inside or given or path
    return DockerfileLocation(shown, os.path.join(files.top, path), inside, found is not None)


def _absolute(files: StateFiles, given: str | None) -> str:
    if given is None:
        return os.path.join(files.root, "Dockerfile")
    if files.state.repository.bare:
        return os.path.normpath(os.path.join(files.root, given))
    folder, name = os.path.split(os.path.abspath(given))
    return os.path.join(os.path.realpath(folder), name)


def _classic_ignore(files: StateFiles) -> IgnoreChoice:
    """Source: docker/cli cli/command/image/build/dockerignore.go ReadDockerignore."""
    path = _join(files.prefix, ".dockerignore")
    kind = files.kind(path)
    resolved = files.resolve("", path) if kind else None
    if kind is None or resolved is None:
        return IgnoreChoice(None, None, "there is no .dockerignore", None)
    if files.kind(resolved) != _FILE:
        raise IgnoreFileError(
            "error reading .dockerignore: Is a directory",
            path=".dockerignore",
            hint="the classic builder refuses to build",
        )
    return IgnoreChoice(
        ".dockerignore", os.path.join(files.root, ".dockerignore"),
        "the only one the classic builder reads",
        parse_ignore_file(files.read(resolved), ".dockerignore"),
    )  # fmt: skip


def _buildkit_ignore(files: StateFiles, dockerfile: DockerfileLocation) -> IgnoreChoice:
    """Source: moby/buildkit frontend/dockerui/config.go ReadEntrypoint, dockerIgnorePatterns."""
    own = dockerfile.path.removeprefix("./") + ".dockerignore"
    path = files.relative(dockerfile.absolute)
    if path is None:
        outside = _outside_ignore(dockerfile, own)
        if outside is not None:
            return outside
    elif dockerfile.found:
        folder, _, name = path.rpartition("/")
        found = files.resolve(folder, name + ".dockerignore")
        if found is not None and files.kind(found) == _FILE:
            return IgnoreChoice(
                own, os.path.join(files.top, found), "it belongs to the Dockerfile",
                parse_ignore_file(files.read(found), own),
            )  # fmt: skip
    return _root_ignore(files)


def state_named_ignore(state: GitState) -> IgnoreChoice:
    """Return the ignore file at the prefix of ``state``: the only one for a named context."""
    return _root_ignore(StateFiles(state))


def _root_ignore(files: StateFiles) -> IgnoreChoice:
    absolute = os.path.join(files.root, ".dockerignore")
    if files.kind(_join(files.prefix, ".dockerignore")) is None:
        return IgnoreChoice(None, None, "there is no .dockerignore", None)
    resolved = files.resolve(files.prefix, ".dockerignore")
    if resolved is None:
        return IgnoreChoice(
            ".dockerignore", absolute,
            "it is a link to something outside the context, which BuildKit reads as empty", None,
        )  # fmt: skip
    if files.kind(resolved) == _FOLDER:
        return IgnoreChoice(
            ".dockerignore", absolute, "it is a folder, which BuildKit reads as empty", None
        )
    return IgnoreChoice(
        ".dockerignore", os.path.join(files.top, resolved), "it is at the root of the context",
        parse_ignore_file(files.read(resolved), ".dockerignore"),
    )  # fmt: skip


def _outside_ignore(dockerfile: DockerfileLocation, own: str) -> IgnoreChoice | None:
    """The ignore file beside a Dockerfile that no state holds."""
    path = dockerfile.absolute + ".dockerignore"
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return None
    return IgnoreChoice(own, path, "it belongs to the Dockerfile", parse_ignore_file(content, own))


def _find_inactive(
    files: StateFiles, dockerfile: DockerfileLocation, choice: IgnoreChoice, builder: Builder
) -> list[InactiveIgnoreFile]:
    """Name the files of the state that look like its ignore file and are not."""
    path = files.relative(dockerfile.absolute)
    if path is None:
        return []
    folder, _, name = path.rpartition("/")
    own, top = path + ".dockerignore", _join(files.prefix, ".dockerignore")
    candidates = []
    if not builder.reads_own_ignore_file:
        candidates.append((own, "the classic builder reads only .dockerignore at the root"))
    elif choice.path != ".dockerignore":
        candidates.append((top, f"{choice.path} is used instead"))
    if folder != files.prefix:
        beside = f"beside the Dockerfile only {name}.dockerignore is read"
        candidates.append((_join(folder, ".dockerignore"), beside))
        astray = f"only {name}.dockerignore in the folder of the Dockerfile is read"
        candidates.append((_join(files.prefix, name + ".dockerignore"), astray))
    return [
        InactiveIgnoreFile(files.inside(path) or path, reason)
        for path, reason in candidates
        if files.kind(path) is not None
    ]
