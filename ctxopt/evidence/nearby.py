"""The names around a path, among which the manifests are that tell what it is. Looks at no disk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from ctxopt.evidence.catalog import Catalog
from ctxopt.paths import name, parent
from ctxopt.tree.model import Folder

_MOST_NAMES: Final = 2000
"""A folder with more entries is no project's, and its names would be copied into every folder below."""


class NearbyNames:
    """The names in each folder and in those above it, collected as they are asked for."""

    def __init__(self, folders: Mapping[str, Folder]) -> None:
        self._folders = folders
        self._known: dict[str, frozenset[str]] = {"": self._names_in("")}

    def of(self, path: str) -> frozenset[str]:
        """Return the names in the folder of ``path`` and in those above it."""
        folder = parent(path)
        # From the bottom up to what is known, then down again: trees are deeper than Python's stack.
        unknown: list[str] = []
        while folder not in self._known:
            unknown.append(folder)
            folder = parent(folder)
        names = self._known[folder]
        for deeper in reversed(unknown):
            names |= self._names_in(deeper)
            self._known[deeper] = names
        return names

    def _names_in(self, path: str) -> frozenset[str]:
        folder = self._folders.get(path)
        if folder is None or len(folder.kinds) >= _MOST_NAMES:
            return frozenset()
        return frozenset(folder.names)


def is_of_others(catalog: Catalog, path: str, nearby: NearbyNames, kinds: Collection[str]) -> bool:
    """Tell whether a folder is of one of these kinds of the catalogue, and so not the project's own.

    A name that often is one of sources, as ``packages``, needs a manifest that says otherwise.
    """
    entries = [entry for entry in catalog.match_name(name(path), True) if entry.kind in kinds]
    if any(entry.confidence != "low" for entry in entries):
        return True
    return bool(entries) and any(entry.is_credible(nearby.of(path)) for entry in entries)
