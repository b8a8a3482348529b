"""What several views send between them: each file counted once, also where their trees lie in each other.

Arithmetic on measured trees; looks at no disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from ctxopt.tree.model import EMPTY, FILE, Flag, Folder, Tally, tally
from ctxopt.tree.view import View

_Columns: TypeAlias = dict[tuple[str, bytes, bytes | None], tuple[Folder, Tally | None]]
"""One folder as the views have it, by its names, sizes and flags, so that what is alike is there once."""


def bytes_once(views: Iterable[View]) -> int:
    """Return the bytes of the files that at least one of the views sends, each file once."""
    by_place: dict[str, _Columns] = {}
    # Builds that take everything have one view between them.
    for view in {id(view): view for view in views}.values():
        root = view.tree.root.rstrip("/")
        for path, folder in view.tree.folders.items():
            flags = view.flags(folder)
            known = None
            # The walk's own sums hold wherever its decisions do.
            if flags is folder.flags:
                known = view.tree.tallies.get(path)
            place = root
            if path:
                place = f"{root}/{path}"
            column = (folder.joined, folder.raw_sizes, flags)
            by_place.setdefault(place, {})[column] = (folder, known)
    return sum(map(_bytes_of, by_place.values()))


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


def _bytes_of(columns: _Columns) -> int:
    """The bytes of the files of one folder that are sent in any of its columns."""
    if len(columns) == 1:
        [((_, _, flags), (folder, known))] = columns.items()
        return (known or tally(folder, flags)).bytes
    # Two walks of one folder may have seen different names, so names are what is compared.
    sizes: dict[str, int] = {}
    for (_, _, flags), (folder, _) in columns.items():
        marks = flags or bytes(len(folder.kinds))
        for name, kind, size, flag in zip(
            folder.names, folder.kinds, folder.sizes, marks, strict=True
        ):
            if kind == FILE and not flag & Flag.EXCLUDED:
                sizes[name] = 0 if flag & EMPTY else size
    return sum(sizes.values())
