"""What several views send between them: each file counted once, also where their trees lie in each other.

Arithmetic on measured trees; looks at no disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ctxopt.tree.model import EMPTY, FILE, Flag, Folder, Tally, tally
from ctxopt.tree.view import View


class _Column(NamedTuple):
    """One folder as a view has it."""

    folder: Folder
    flags: bytes | None
    known: Tally | None
    """The walk's own sums, which hold wherever its decisions do."""

    def is_like(self, other: _Column) -> bool:
        """Whether both send the same names with the same sizes."""
        one, two = self.folder, other.folder
        if one is not two and (one.joined, one.raw_sizes) != (two.joined, two.raw_sizes):
            return False
        return self.flags == other.flags


def bytes_once(views: Iterable[View]) -> int:
    """Return the bytes of the files that at least one of the views sends, each file once."""
    first: dict[str, _Column] = {}
    others: dict[str, list[_Column]] = {}
    # Builds that take everything have one view between them.
    for view in {id(view): view for view in views}.values():
        root = view.tree.root.rstrip("/")
        tallies = view.tree.tallies
        for path, folder in view.tree.folders.items():
            place = root
            if path:
                place = f"{root}/{path}"
            flags = view.flags(folder)
            known = None
            if flags is folder.flags:
                known = tallies.get(path)
            column = _Column(folder, flags, known)
            if not first.setdefault(place, column).is_like(column):
                others.setdefault(place, []).append(column)
    return sum(_bytes_of([column, *others.get(place, ())]) for place, column in first.items())


def sends(view: View, path: str) -> bool:
    """Tell whether a view sends ``path``, or something below it."""
    total = view.totals.get(path)
    if total is not None:
        return total.entries > 0
    above, _, name = path.rpartition("/")
    folder = view.tree.folders.get(above)
    if folder is None or name not in folder.names:
        return False
    flags = view.flags(folder)
    return not (flags and flags[folder.names.index(name)] & Flag.EXCLUDED)


def bytes_below(view: View, path: str) -> int:
    """Return the bytes of the files at or below ``path`` that a view sends."""
    total = view.totals.get(path)
    if total is not None:
        return total.bytes
    above, _, name = path.rpartition("/")
    folder = view.tree.folders.get(above)
    if folder is None or name not in folder.names:
        return 0
    index = folder.names.index(name)
    flags = view.flags(folder)
    if flags and flags[index] & Flag.EXCLUDED:
        return 0
    return folder.sizes[index]


def _bytes_of(columns: Sequence[_Column]) -> int:
    """The bytes of the files of one folder that are sent in any of its columns."""
    if len(columns) == 1:
        [(folder, flags, known)] = columns
        return (known or tally(folder, flags)).bytes
    # Two walks of one folder may have seen different names, so names are what is compared.
    sizes: dict[str, int] = {}
    for folder, flags, _ in columns:
        marks = flags or bytes(len(folder.kinds))
        for name, kind, size, flag in zip(
            folder.names, folder.kinds, folder.sizes, marks, strict=True
        ):
            if kind == FILE and not flag & Flag.EXCLUDED:
                sizes[name] = 0 if flag & EMPTY else size
    return sum(sizes.values())
