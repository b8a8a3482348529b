"""What everyday work will bring to a checkout: the names that a manifest foretells and that git ignores.

A name of the catalogue alone foretells nothing. Asks git once, about paths that need not be there; judges no line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from fnmatch import translate
from typing import Final, NamedTuple

from ctxopt.evidence.catalog import CatalogEntry, Stack
from ctxopt.evidence.dockerfile_search import is_foreign
from ctxopt.evidence.facts import Facts
from ctxopt.git.folder import ignored_if_there
from ctxopt.languages.golang.paths import has_meta
from ctxopt.paths import join, name

_ANYWHERE: Final = "ctxopt-asks-here"
"""A folder that no rule is about: what git ignores in there it ignores everywhere."""
_MOST_LEVELS: Final = 3
_MOST_FOLDERS: Final = 300
_MOST_PLACES: Final = 20


class Foretold(NamedTuple):
    """A name of the catalogue that work will bring."""

    entry: CatalogEntry
    paths: tuple[str, ...]
    """Where it will be, as samples: beside the manifests that foretell it."""
    manifest: str
    """The first of those; empty where none is needed."""
    everywhere: bool
    """Whether git ignores the name wherever it is."""


class _Prospect(NamedTuple):
    entry: CatalogEntry
    folder: str
    manifest: str

    def sample(self, folder: str) -> str:
        """Return a path that the entry matches in a folder."""
        return join(folder, self.entry.pattern.removeprefix("**/").replace("*", "x"))


def find_foretold(facts: Facts) -> list[Foretold]:
    """Return what is to come, in the order of the catalogue's stacks; nothing where no git can be asked."""
    evidence = facts.evidence
    if evidence is None or not evidence.knows_tracked or "" in evidence.ignored:
        return []
    foretold: dict[str, list[_Prospect]] = {}
    for item in _prospects(facts):
        known = foretold.setdefault(item.entry.pattern, [])
        if len(known) < _MOST_PLACES:
            known.append(item)
    # All are asked about at once: each question to git is a process.
    asked = {
        item.sample(folder)
        for items in foretold.values()
        for item in items
        for folder in (item.folder, _ANYWHERE)
    }
    ignored = ignored_if_there(facts.evidence, asked)
    return [found for items in foretold.values() if (found := _agreed(items, ignored)) is not None]


def _agreed(items: Sequence[_Prospect], ignored: Collection[str]) -> Foretold | None:
    """Return what a manifest foretells as far as git ignores it; None where it does not."""
    agreed = [item for item in items if item.sample(item.folder) in ignored]
    if not agreed:
        return None
    return Foretold(
        entry=agreed[0].entry,
        paths=tuple(item.sample(item.folder) for item in agreed),
        manifest=agreed[0].manifest,
        everywhere=agreed[0].sample(_ANYWHERE) in ignored,
    )


def _prospects(facts: Facts) -> Iterator[_Prospect]:
    catalog = facts.catalog
    wanted = {pattern: stack for stack in catalog.stacks.values() for pattern in stack.coming}
    entries = {
        (entry.stack, entry.pattern): entry for entry in catalog.entries if entry.pattern in wanted
    }
    folders = list(_own_folders(facts))
    for stack in catalog.stacks.values():
        if not stack.coming:
            continue
        manifests = _Manifests(stack)
        for folder, names in folders:
            manifest = manifests.in_folder(folder, names)
            if manifest is None:
                continue
            for pattern in stack.coming:
                entry = entries[stack.name, pattern]
                if entry.is_credible(names):
                    yield _Prospect(entry, folder, manifest)


class _Manifests:
    """The names of a stack's manifests: looked up as they are, and one expression for those that are globs."""

    def __init__(self, stack: Stack) -> None:
        shaped = [glob for glob in stack.manifests if has_meta(glob)]
        self._needed: Final = bool(stack.manifests)
        self._plain: Final = frozenset(stack.manifests) - frozenset(shaped)
        self._shape: Final = "|".join(map(translate, shaped))

    def in_folder(self, folder: str, names: frozenset[str]) -> str | None:
        """Return the first one in a folder, empty where the stack needs none; None without one."""
        if not self._needed:
            # What belongs to no stack may come to any checkout.
            return "" if not folder else None
        found = set(names & self._plain)
        if self._shape:
            found.update(filter(re.compile(self._shape).match, names))
        if not found:
            return None
        return join(folder, min(found))


def _own_folders(facts: Facts) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the folders of the project near the root with the names in them."""
    tree, left = facts.view.tree, _MOST_FOLDERS
    near = sorted(
        (path.count("/"), path) for path in tree.folders if path.count("/") < _MOST_LEVELS
    )
    aside: set[str] = set(facts.needs.worktrees)
    for _, path in near:
        parts = path.split("/")
        above = {"/".join(parts[:depth]) for depth in range(1, len(parts))}
        if not aside.isdisjoint({path, *above}):
            continue
        names = frozenset(tree.folders[path].names)
        # What is in a repository of its own, git is not asked about from here.
        if path and (".git" in names or is_foreign(facts.catalog, name(path))):
            aside.add(path)
            continue
        left -= 1
        if left < 0:
            return
        yield path, names
