"""Where the manifests of a context are that may be its own: not in what is installed or built. Reads nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.manifests import MANIFESTS
from ctxopt.evidence.name_globs import NameGlobs
from ctxopt.evidence.nearby import NearbyNames, is_of_others
from ctxopt.languages.golang.paths import has_meta
from ctxopt.paths import by_parent, join
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import Folder
from ctxopt.tree.view import View

MOST_FILES: Final = 300
GIT_DEPTH: Final = 2
"""Levels below the root, or below the folder of a source, at which a manifest belongs to what is built."""
_PROJECT_DEPTH: Final = 5
"""The same for projects of .NET, which lie deeper."""
_PROJECTS: Final = frozenset({"*.*proj", "*.sln", "*.slnx"})
_FOREIGN: Final = frozenset({"dependencies", "cache", "version-control", "build-output"})
"""Kinds of folders whose manifests are those of others, or copies."""


class ManifestFile(NamedTuple):
    """A file that may say what a build reads."""

    folder: str
    name: str

    @property
    def path(self) -> str:
        """The path from the context root."""
        return join(self.folder, self.name)


class Manifests(NamedTuple):
    """The files to read, those near the root first, and the folders that were entered to find them."""

    files: tuple[ManifestFile, ...]
    entered: tuple[str, ...]


def find_manifests(
    sent: ViewLookup, catalog: Catalog, aside: Collection[str] = frozenset()
) -> Manifests:
    """Find the manifests that are sent, level by level, until there are enough; folders ``aside`` are not entered."""
    wanted = _wanted(catalog)
    found: list[ManifestFile] = []
    entered: list[str] = []
    for depth, level in enumerate(_levels(sent.view, catalog, aside)):
        for folder in level:
            entered.append(folder.path)
            found += [
                ManifestFile(folder.path, name)
                for name in wanted.names_in(folder, depth)
                if sent.find(folder.child(name))
            ]
        if len(found) >= MOST_FILES:
            break
    return Manifests(tuple(found[:MOST_FILES]), tuple(entered))


def _levels(view: View, catalog: Catalog, aside: Collection[str]) -> Iterator[list[Folder]]:
    """The folders of the project itself, sorted, one list a level below the root."""
    folders = view.tree.folders
    nearby = NearbyNames(folders)
    children = by_parent(folders)
    level = [""]
    while level:
        # Level by level: what is near the root is read first, in case there is too much.
        sent = [path for path in level if path in folders and view.sends_below(path)]
        yield [folders[path] for path in sent]
        below = [child for path in sent for child in children.get(path, ())]
        level = sorted(
            child
            for child in below
            if child not in aside and not is_of_others(catalog, child, nearby, _FOREIGN)
        )


# Every build of a repository asks for the same names.
@lru_cache(maxsize=1)
def _wanted(catalog: Catalog) -> _Wanted:
    return _Wanted(catalog)


class _Wanted:
    """The names to read: those known by heart on every level, those that match a glob near the root."""

    def __init__(self, catalog: Catalog) -> None:
        globs = {glob for stack in catalog.stacks.values() for glob, _ in stack.version_from_git}
        # Dockerfiles are read as such; what their steps ask git is known by then.
        globs = {glob for glob in globs if "Dockerfile" not in glob and "Containerfile" not in glob}
        everywhere = MANIFESTS | {glob for glob in globs if not has_meta(glob)}
        self._near: Final = NameGlobs(globs | everywhere | _PROJECTS)
        self._deeper: Final = NameGlobs(everywhere | _PROJECTS)
        self._everywhere: Final = NameGlobs(everywhere)

    def names_in(self, folder: Folder, depth: int) -> list[str]:
        """Return the names to read in a folder so many levels below the root, sorted."""
        wanted = self._everywhere
        if depth <= GIT_DEPTH:
            wanted = self._near
        elif depth <= _PROJECT_DEPTH:
            wanted = self._deeper
        return sorted(wanted.find_in(folder))
