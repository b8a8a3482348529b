"""Which files of a state of git may hold secrets: those whose name says so, and the small ones that are new. Reads no file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ctxopt.evidence.catalog import Catalog, CatalogEntry
from ctxopt.evidence.entry_choice import KnownPath, choose_entry
from ctxopt.evidence.nearby import NearbyNames, is_of_others
from ctxopt.evidence.new_files import NewIn, Skipped, find_new_files, find_skipped
from ctxopt.evidence.secret_search import CLOSED, TOLD, is_for_show
from ctxopt.tree.model import DIR, FILE, Flag, Folder
from ctxopt.tree.view import View


class Suspect(NamedTuple):
    """A file to look into."""

    path: str
    entry: CatalogEntry | None
    """What the catalogue knows of its name; None for a new file whose name says nothing."""


class Suspects(NamedTuple):
    """What to look into, and the new files that are not looked into."""

    files: list[Suspect]
    skipped: list[Skipped]


def find_suspects(view: View, catalog: Catalog, new_in: NewIn, kept: Collection[str]) -> Suspects:
    """Return the files that ``view`` sends and that may hold secrets; ``kept`` are paths that people said must stay.

    All are taken as tracked; ``new_in`` tells which are so since a moment ago.
    """
    search = _Search(view, catalog)
    found = {item.path: item for item in search.named()}
    for path, _ in find_new_files(view, new_in, search.closed).files:
        found.setdefault(path, Suspect(path, None))
    files = [
        item
        for path, item in sorted(found.items())
        if path not in kept and (item.entry is not None or not is_for_show(path))
    ]
    others = find_skipped(view, new_in, search.closed, found)
    skipped = [item for item in others if item.path not in kept and not is_for_show(item.path)]
    return Suspects(files, skipped)


class _Search:
    """One pass over the folders that are sent, from the top."""

    def __init__(self, view: View, catalog: Catalog) -> None:
        self._view = view
        self._catalog = catalog
        self._nearby = NearbyNames(view.tree.folders)
        self.closed: set[str] = set()
        """Folders that tools fill, which are not entered."""

    def named(self) -> Iterator[Suspect]:
        """Yield the files whose name, or that of a folder above them, speaks of secrets."""
        # Each folder with the entry of the one above it that is for secrets.
        stack: list[tuple[str, CatalogEntry | None]] = [("", None)]
        while stack:
            path, above = stack.pop()
            folder = self._view.tree.folders.get(path)
            if folder is None or not self._view.sends_below(path):
                continue
            told = self._told(folder)
            stack += [
                (child, told.get(child, above))
                for child in folder.subfolders()
                if child not in self.closed
            ]
            yield from self._files(folder, told, above)

    def _told(self, folder: Folder) -> dict[str, CatalogEntry]:
        """Return what the catalogue says of the entries of a folder, and close the folders that tools fill."""
        names = folder.names
        asked = self._catalog.may_match(folder.joined, names)
        if not asked:
            return {}
        kinds = dict(zip(names, folder.kinds, strict=True))
        told = {}
        for name in asked:
            path, is_dir = folder.child(name), kinds[name] == DIR
            if is_dir and is_of_others(self._catalog, path, self._nearby, CLOSED):
                self.closed.add(path)
                continue
            entry = self._entry_of(path, is_dir=is_dir)
            if entry is not None and entry.kind in TOLD:
                told[path] = entry
        return told

    def _entry_of(self, path: str, *, is_dir: bool) -> CatalogEntry | None:
        known = KnownPath(
            path=path,
            is_dir=is_dir,
            is_large=False,
            state="tracked",
            nearby=lambda: self._nearby.of(path),
        )
        return choose_entry(self._catalog.match_path(path, is_dir), known)

    def _files(
        self, folder: Folder, told: dict[str, CatalogEntry], above: CatalogEntry | None
    ) -> Iterator[Suspect]:
        if not told and above is None:
            return
        flags = self._view.flags(folder) or bytes(len(folder.kinds))
        for name, kind, flag in zip(folder.names, folder.kinds, flags, strict=True):
            path = folder.child(name)
            entry = told.get(path, above)
            if entry is not None and kind == FILE and not flag & Flag.EXCLUDED:
                yield Suspect(path, entry)
