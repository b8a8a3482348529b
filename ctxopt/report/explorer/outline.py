"""Which rows of the tree are shown: folders open when they are asked to, the largest entries first. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

from ctxopt.build.fate_sums import FateSum, FateSums, SizedEntry
from ctxopt.paths import parent, upwards
from ctxopt.tree.model import DIR

MOST: Final = 500
"""Entries of one folder that are shown at first; the next step shows twice as many."""


class OutlineRow(NamedTuple):
    """One row: an entry, or what a folder has besides those that are shown."""

    depth: int
    folder: str
    """The folder that it lies in."""
    entry: SizedEntry | None
    """None for the entries that are not shown one by one."""
    sum: FateSum
    is_open: bool = False
    more: int = 0
    """How many entries are not shown one by one."""

    @property
    def path(self) -> str | None:
        """The path of the entry; None where it stands for several."""
        if self.entry is None:
            return None
        return self.entry.path

    @property
    def is_folder(self) -> bool:
        """Whether it can be opened."""
        return self.entry is not None and self.entry.kind == DIR


class Outline:
    """The rows of a tree, made when their folder is opened."""

    def __init__(self, sums: FateSums) -> None:
        self._sums = sums
        self._open = {""}
        self._most: dict[str, int] = {}
        self.rows: list[OutlineRow] = []
        """All that is shown, from the top down."""
        self._build()

    @property
    def largest(self) -> int:
        """The bytes of the largest entry at the top."""
        return max((row.sum.bytes for row in self.rows[:1]), default=0)

    def show(self, sums: FateSums) -> None:
        """Show the same folders under other sums."""
        self._sums = sums
        self._build()

    @property
    def opened(self) -> frozenset[str]:
        """The folders that are open, by their paths."""
        return frozenset(self._open)

    def reopen(self, folders: frozenset[str]) -> None:
        """Open these folders, and no others."""
        if folders != self._open:
            self._open = set(folders)
            self._build()

    def open(self, index: int) -> None:
        """Open a folder, or show more of one."""
        row = self.rows[index]
        if row.entry is None:
            self._most[row.folder] = 2 * self._most.get(row.folder, MOST)
            self._build()
        elif row.is_folder and not row.is_open:
            self._open.add(row.entry.path)
            self.rows[index] = row._replace(is_open=True)
            self.rows[index + 1 : index + 1] = self._below(row.entry.path, row.depth + 1)

    def close(self, index: int) -> None:
        """Close a folder."""
        row = self.rows[index]
        if not row.is_open or row.entry is None:
            return
        self._open.discard(row.entry.path)
        end = index + 1
        while end < len(self.rows) and self.rows[end].depth > row.depth:
            end += 1
        self.rows[index:end] = [row._replace(is_open=False)]

    def above(self, index: int) -> int | None:
        """Return the row of the folder that a row lies in; None at the top."""
        return self.place_of(self.rows[index].folder)

    def place_of(self, path: str | None) -> int | None:
        """Return the row of a path; None where it is not shown."""
        if not path:
            return None
        return next((place for place, row in enumerate(self.rows) if row.path == path), None)

    def reveal(self, path: str) -> int:
        """Open what ``path`` lies in; return its row, or the one that stands for it among others."""
        folder = parent(path)
        above = set(upwards(folder)) if folder else set()
        if not above <= self._open:
            self._open |= above
            self._build()
        place = self.place_of(path)
        while place is None and any(row.folder == folder and row.more for row in self.rows):
            self._most[folder] = 2 * self._most.get(folder, MOST)
            self._build()
            place = self.place_of(path)
        return place or 0

    def _build(self) -> None:
        self.rows = self._below("", 0)

    def _below(self, folder: str, depth: int) -> list[OutlineRow]:
        """Return the rows of a folder, with those of the folders in it that are open."""
        most = self._most.get(folder, MOST)
        entries = self._sums.largest(folder, most)
        rows = []
        for entry in entries:
            is_open = entry.kind == DIR and entry.path in self._open
            rows.append(OutlineRow(depth, folder, entry, entry.sum, is_open))
            if is_open:
                rows += self._below(entry.path, depth + 1)
        more = self._sums.number_in(folder) - len(entries)
        if more:
            rest = self._sums.of(folder).less(entry.sum for entry in entries)
            rows.append(OutlineRow(depth, folder, None, rest, more=more))
        return rows


__all__ = ["MOST", "Outline", "OutlineRow"]
