"""Where the Dockerfiles of a context are, sent or not: BuildKit loads them by themselves.

Lists folders that the walk passed by, near the root; opens no file but those that are offered to a person.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from ctxopt.errors import ContextError
from ctxopt.evidence.catalog import Catalog, load_catalog
from ctxopt.git.evidence import GitEvidence
from ctxopt.languages.dockerfile.file_name import is_dockerfile_name
from ctxopt.paths import join, name
from ctxopt.read_file import read_regular
from ctxopt.tree.model import DIR, FILE, ContextTree, Folder

_MOST_LEVELS: Final = 6
_MOST_LISTED: Final = 200
"""Folders that are listed although nothing of them is sent."""
_NEAR: Final = 3
"""Levels below the root on which those are looked for."""
FOREIGN: Final = frozenset(("dependencies", "cache", "version-control"))
"""Kinds of folders that hold what is of others."""


def find_dockerfiles(
    tree: ContextTree, known: Iterable[str] = (), folders: Iterable[str] | None = None
) -> list[str]:
    """Return the Dockerfiles that the walk met, in ``folders`` if given, and those among ``known``.

    Those near the root come first.
    """
    found = {path for path in known if _may_hold_one(path) and is_dockerfile_name(name(path))}
    if folders is None:
        folders = tree.folders
    for path in folders:
        folder = tree.folders[path]
        # One search in all names says no for nearly every folder.
        if _may_hold_one(folder.joined):
            found.update(folder.child(name) for name in _listed(folder).dockerfiles())
    return sorted(found, key=lambda path: (path.count("/"), path))


def own_dockerfiles(tree: ContextTree, evidence: GitEvidence | None) -> list[str]:
    """Return the Dockerfiles of the project itself: git does not ignore them, and no tool put them there.

    Those that git tracks are among them, whether or not the walk met them.
    """
    known: Iterable[str] = ()
    if evidence is not None:
        known = evidence.tracked
    catalog = load_catalog()
    return [
        path
        for path in find_dockerfiles(tree, known)
        if (evidence is None or not evidence.is_ignored(path))
        and not any(is_foreign(catalog, name) for name in path.split("/")[:-1])
    ]


def offered_dockerfiles(tree: ContextTree, evidence: GitEvidence | None) -> list[str]:
    """Return those of them that Docker would read as they are: a template has to be filled in first."""
    return [
        path
        for path in own_dockerfiles(tree, evidence)
        if not _is_template(os.path.join(tree.root, path))
    ]


def _is_template(path: str) -> bool:
    """Whether a mark of a template stands where Docker takes none: in a FROM, or at the start of a line."""
    try:
        content = read_regular(path, "Dockerfile", ContextError)
    except ContextError:
        return False
    return bool(re.search(rb"(?im)^[ \t]*(?:\{\{|\{%|<%|FROM[ \t][^#\n]*(?:\{\{|<%))", content))


def _may_hold_one(text: str) -> bool:
    """Whether a path, or many names joined, is worth an expression: of a large repository hardly one is."""
    return "ockerfile" in text or "ontainerfile" in text


def find_hidden(tree: ContextTree, catalog: Catalog) -> list[str]:
    """Return the Dockerfiles in folders that the walk passed by, as far as these are near the root."""
    found: list[str] = []
    level, left = [""], _MOST_LISTED
    for depth in range(_MOST_LEVELS + 1):
        deeper: list[str] = []
        for path in level:
            folder = tree.folders.get(path)
            if folder is not None:
                # What the walk met is found there; further down nothing that it passed by is looked for.
                names = _listed(folder).folders if depth < _NEAR else []
            elif left:
                left -= 1
                listing = _list(os.path.join(tree.root, path))
                names = listing.folders
                found += [join(path, name) for name in listing.dockerfiles()]
            else:
                continue
            deeper += [join(path, name) for name in names if not is_foreign(catalog, name)]
        level = deeper
    return found


def is_foreign(catalog: Catalog, name: str) -> bool:
    """Tell whether what lies in a folder of that name is not the project's own."""
    return any(entry.kind in FOREIGN for entry in catalog.match_name(name, True))


class _Listing(NamedTuple):
    """The names in one folder."""

    folders: list[str]
    files: list[str]

    def dockerfiles(self) -> list[str]:
        return [name for name in self.files if is_dockerfile_name(name)]


def _listed(folder: Folder) -> _Listing:
    """The names in a folder that the walk has read."""
    entries = list(zip(folder.names, folder.kinds, strict=True))
    return _Listing(
        folders=[name for name, kind in entries if kind == DIR],
        files=[name for name, kind in entries if kind == FILE],
    )


def _list(path: str) -> _Listing:
    """The names in a folder on disk; none if it cannot be read. A link to a folder counts as a file."""
    try:
        with os.scandir(path) as entries:
            both = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return _Listing([], [])
    return _Listing(
        folders=[name for name, is_dir in both if is_dir],
        files=[name for name, is_dir in both if not is_dir],
    )
