"""What everyday work will bring to a checkout: the names that a manifest foretells and that git ignores.

A name of the catalogue alone foretells nothing. Asks git once, about paths that need not be there; judges no line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.evidence.catalog import CatalogEntry, Stack
from ctxopt.evidence.dockerfile_search import is_foreign
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.name_globs import NameGlobs
from ctxopt.git.folder import ignored_if_there
from ctxopt.paths import join, name
from ctxopt.tree.model import Folder

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
    known = NameGlobs({glob for stack in catalog.stacks.values() for glob in stack.manifests})
    # All are looked for at once: nearly every folder has none.
    found = [(folder, known.find_in(folder)) for folder in _own_folders(facts)]
    folders = [(folder, names) for folder, names in found if names or not folder.path]
    for stack in catalog.stacks.values():
        if not stack.coming:
            continue
        manifests = NameGlobs(stack.manifests)
        for folder, names in folders:
            manifest = _manifest(stack, folder, manifests.among(names))
            if manifest is None:
                continue
            for pattern in stack.coming:
                entry = entries[stack.name, pattern]
                if entry.is_credible(folder.names):
                    yield _Prospect(entry, folder.path, manifest)


def _manifest(stack: Stack, folder: Folder, found: Collection[str]) -> str | None:
    """Return the manifest of the stack in a folder, empty where it needs none; None without one."""
    if not stack.manifests:
        # What belongs to no stack may come to any checkout.
        return "" if not folder.path else None
    if not found:
        return None
    return folder.child(min(found))


def _own_folders(facts: Facts) -> Iterator[Folder]:
    """Yield the folders of the project near the root."""
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
        # What is in a repository of its own, git is not asked about from here.
        if path and (".git" in tree.folders[path].names or is_foreign(facts.catalog, name(path))):
            aside.add(path)
            continue
        left -= 1
        if left < 0:
            return
        yield tree.folders[path]
