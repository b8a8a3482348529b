"""Paths that hold given words, the largest first; looks at names alone. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Final

from ctxopt.build.fate_sums import FateSums
from ctxopt.tree.model import DIR, Folder

MOST: Final = 1000
"""Paths that are found at most."""


class PathSearch:
    """Searches the paths of one tree, again and again."""

    def __init__(self, folders: Mapping[str, Folder]) -> None:
        self._folders = folders
        self._plain: dict[str, tuple[str, str]] = {}
        """The path and the names of each folder, without regard to case."""

    def find(self, text: str, sums: FateSums) -> list[str]:
        """Return the paths that hold every word of ``text``, one of them in the last name; nothing without words."""
        words = text.casefold().split()
        if not words:
            return []
        if not self._plain:
            self._plain = {
                path: (path.casefold(), folder.joined.casefold())
                for path, folder in self._folders.items()
            }
        found = heapq.nsmallest(MOST, self._matches(words, sums))
        names: dict[str, list[str]] = {}
        for _, path, _ in found:
            if path not in names:
                names[path] = self._folders[path].names
        return [self._folders[path].child(names[path][index]) for _, path, index in found]

    def _matches(self, words: list[str], sums: FateSums) -> Iterator[tuple[int, str, int]]:
        """Yield the size below zero, the folder and the place in it of all that is found."""
        for path, (above, joined) in self._plain.items():
            missing = [word for word in words if word not in above]
            if not all(word in joined for word in missing):
                continue
            names = joined.split("/")
            places = _places(names, missing, words)
            if not places:
                continue
            folder = self._folders[path]
            sizes = folder.sizes
            for place in places:
                size = sizes[place]
                if folder.kinds[place] == DIR:
                    size = sums.of(folder.child(folder.names[place])).bytes
                yield -size, path, place


def _places(names: list[str], missing: list[str], words: list[str]) -> list[int]:
    """Return the places of the names that hold all that is ``missing`` above them; if that is nothing, any of ``words``."""
    if not missing:
        # Or all that is below a folder of that name would be found.
        return [place for place, name in enumerate(names) if any(word in name for word in words)]
    places = [place for place, name in enumerate(names) if missing[0] in name]
    for word in missing[1:]:
        places = [place for place in places if word in names[place]]
    return places


__all__ = ["MOST", "PathSearch"]
