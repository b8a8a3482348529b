"""The Dockerfile and the ignore file in force in a git state, found without a checkout.

Docker's rules are those of ``in_force``, asked of blobs; what is outside of the repository is on
disk whatever the state.
"""

from __future__ import annotations

import errno
import os
from typing import Literal, NamedTuple

from ctxopt.build.context import BuildContext, builder_named
from ctxopt.build.disk_files import DiskFiles
from ctxopt.build.found_files import IgnoreChoice, NamedFiles
from ctxopt.build.in_force import (
    find_dockerfile,
    find_ignore_file,
    find_inactive,
    read_found_dockerfile,
    root_ignore,
)
from ctxopt.builder import Builder, BuilderName
from ctxopt.errors import ContextError
from ctxopt.git.listing import GITLINK, TREE
from ctxopt.git.state import GitState
from ctxopt.languages.golang.paths import resolve_links
from ctxopt.paths import folders_above, join, relative

_LINK_MODE, _TYPE_BITS = 0o120000, 0o170000


def state_context(
    state: GitState,
    *,
    dockerfile: str | None = None,
    builder: BuilderName = "buildkit",
    ignorefile: str | None = None,
) -> BuildContext:
    """Find what ``builder`` would use in a fresh checkout of ``state``, at its prefix.

    ``dockerfile`` and Podman's ``ignorefile`` are relative to the working directory; in a bare repository, to the prefix.
    Raises ContextError where a named Dockerfile is missing, IgnoreFileError where Docker refuses
    the ignore file.
    """
    files = StateFiles(state)
    client = builder_named(builder)
    location = find_dockerfile(files, dockerfile, client)
    if not client.reads_own_ignore_file and location.inside is None and location.found:
        # The client rewrites its tar for such a Dockerfile, and what it adds is measured on disk.
        raise ContextError(
            "the classic builder's figure for a Dockerfile outside of the context cannot be"
            " told for a git state",
            hint="use --builder buildkit",
        )
    named = NamedFiles(dockerfile, ignorefile)
    choice = find_ignore_file(files, location, client, named)
    return BuildContext(
        root=files.root,
        given=files.root,
        builder=client,
        dockerfile=location,
        ignore=choice,
        inactive=find_inactive(files, location, choice, client),
        named=named,
    )


def read_state_dockerfile(state: GitState, context: BuildContext) -> bytes:
    """Return the content of the Dockerfile that ``state_context`` found in ``state``.

    Raises ContextError where Docker cannot read it; a link that leaves its folder leads nowhere.
    """
    return read_found_dockerfile(StateFiles(state), context.dockerfile, context.builder)


def state_named_ignore(state: GitState, builder: Builder) -> IgnoreChoice:
    """Return the ignore file at the prefix of ``state``: the only one for a named context."""
    return root_ignore(StateFiles(state), builder)


class _Node(NamedTuple):
    """What a state holds at one path; ``blob`` is empty for a folder."""

    kind: Literal["file", "folder", "link"]
    blob: str = ""


_FOLDER = _Node("folder")


class StateFiles:
    """The files of a checkout of ``state`` at its repository's place, as ``build.files.BuildFiles``.

    Paths are absolute; what is outside of the repository is asked of the disk.
    """

    def __init__(self, state: GitState) -> None:
        self.root = state.repository.top
        if state.prefix:
            self.root = os.path.join(state.repository.top, state.prefix)
        self._state = state
        self._top = state.repository.top
        self._disk = DiskFiles(self.root)
        self._folders = folders_above(state.entries) | set(state.submodules)
        self._seen: dict[str, _Node | None] = {}

    def locate(self, given: str) -> str:
        """Return where the checkout would have a Dockerfile that ``-f`` names."""
        # A bare repository has no checkout that a person could be in.
        if self._state.repository.bare:
            return os.path.normpath(os.path.join(self.root, given))
        return self._disk.locate(given)

    def stands(self, path: str) -> bool:
        """Tell whether there is an entry at ``path``."""
        inside = self._below_top(path)
        if inside is None:
            return self._disk.stands(path)
        return self._node(inside) is not None

    def exists(self, path: str) -> bool:
        """Tell whether ``path`` leads to anything."""
        inside = self._below_top(path)
        if inside is None:
            return self._disk.exists(path)
        return self._follow(inside) is not None

    def is_folder(self, path: str) -> bool:
        """Tell whether ``path`` leads to a folder."""
        inside = self._below_top(path)
        if inside is None:
            return self._disk.is_folder(path)
        node = self._follow(inside)
        return node is not None and node.kind == "folder"

    def resolve(self, folder: str, name: str) -> str | None:
        """Return what ``name`` leads to for a builder that sees ``folder`` alone."""
        inside = self._below_top(folder)
        if inside is None:
            return self._disk.resolve(folder, name)
        found = self._resolve(inside, name)
        if found is None:
            return None
        return os.path.join(self._top, found)

    def read(self, path: str) -> bytes:
        """Return the content of a file; raises OSError where there is none, and for a folder."""
        inside = self._below_top(path)
        if inside is None:
            return self._disk.read(path)
        node = self._follow(inside)
        if node is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if node.kind == "folder":
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        return self._read_blob(node)

    def shown(self, path: str) -> str:
        """Return ``path`` relative to the top of the repository."""
        return self._below_top(path) or path

    def absence(self, path: str) -> str:
        """Return what to say where there is no entry at ``path``."""
        if self._below_top(path) is None:
            return self._disk.absence(path)
        return f"no such file in {self._state.name}"

    def _below_top(self, absolute: str) -> str | None:
        """Return ``absolute`` relative to the top; None outside of the repository."""
        if absolute == self._top:
            return ""
        above = self._top.rstrip("/") + "/"
        if not absolute.startswith(above):
            return None
        return absolute[len(above) :]

    def _follow(self, path: str) -> _Node | None:
        """Return what is behind a link; one that leaves the repository starts at its top again."""
        node = self._node(path)
        if node is None or node.kind != "link":
            return node
        target = self._resolve("", path)
        if target is None:
            return None
        return self._node(target)

    def _resolve(self, folder: str, name: str) -> str | None:
        """Follow links below ``folder``, relative to the top as the result is."""

        def look(path: str, _: bool) -> str | None:
            node = self._node(join(folder, path))
            if node is None:
                raise LookupError(path)
            if node.kind != "link":
                return None
            return os.fsdecode(self._read_blob(node))

        found = resolve_links(name, look)
        if found is None:
            return None
        return join(folder, found)

    def _read_blob(self, node: _Node) -> bytes:
        return self._state.repository.read_blob(node.blob)

    def _node(self, path: str) -> _Node | None:
        """Return what stands at ``path``, relative to the top."""
        inside = relative(path, self._state.prefix)
        if inside is None:
            # Outside of the prefix nothing is listed, and every question runs git.
            if path not in self._seen:
                self._seen[path] = self._ask(path)
            return self._seen[path]
        if inside in self._folders:
            return _FOLDER
        entry = self._state.entries.get(inside)
        if entry is None:
            return None
        if entry.link:
            return _Node("link", entry.blob)
        return _Node("file", entry.blob)

    def _ask(self, path: str) -> _Node | None:
        state = self._state
        if not path:
            return _FOLDER
        # The state before the first commit: git has nothing to look in.
        if state.commit is None and not state.is_index:
            return None
        entry = state.repository.look_up(state.commit, path)
        if entry is None:
            return None
        if entry.mode in (TREE, GITLINK):
            return _FOLDER
        if entry.mode & _TYPE_BITS == _LINK_MODE:
            return _Node("link", entry.id)
        return _Node("file", entry.id)
